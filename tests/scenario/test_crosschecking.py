"""What a scenario plans must be possible: parameters that exist, values in their range, dates inside the run, metrics that are measured."""

from __future__ import annotations

import pytest

from sim.scenario import Scenario, ScenarioError, load_scenario


def faults(text: str, write, catalogue, lang: str = "en", **options) -> list[str]:
    """What is wrong with a file, a line each, without its name."""
    path = write(text)
    with pytest.raises(ScenarioError) as caught:
        load_scenario(path, catalogue=catalogue, **options)
    return [line.removeprefix(f"{path}:") for line in caught.value.text(lang).splitlines()]


def schedule(path: str, to: str = "1", on: str = "2025-02-01", more: str = "") -> str:
    return f"schedule:\n  a:\n    path: {path}\n    to: {to}\n    on: {on}\n{more}levers: {{coupons: {{}}, points: {{}}}}\n"


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("levers.coupons.face_valu", "there is no 'face_valu' in levers.coupons; did you mean 'face_value'?"),
        ("levers.coupon.face_value", "there is no 'coupon' in levers; did you mean 'coupons'?"),
        ("levers.coupons", "'levers.coupons' is not a single value; name one parameter of it: strength, active, "),
        ("levers.coupons.thresholds", "'levers.coupons.thresholds' is a list; single values can change while the world runs"),
        ("levers.coupons.face_value.deep", "there is no 'deep' in levers.coupons.face_value; there are none"),
        ("market.bass", "'market.bass' is not a single value; name one parameter of it: p_per_year"),
        ("market.bas.p_per_year", "there is no 'bas' in market; did you mean 'bass'?"),
        ("population.order_rate.r", "'population.order_rate.r' cannot change while the world runs; what can: levers.*"),
        ("economics.discount_rate_per_year", "'economics.discount_rate_per_year' cannot change while the world runs"),
        ("economics", "'economics' cannot change while the world runs"),
        ("run.users", "'run.users' cannot change"),
        ("calendar.start", "'calendar.start' cannot change"),
        ("platform.churned_after_days", "'platform.churned_after_days' cannot change"),
        ("nonsense", "'nonsense' cannot change"),
        ("levers", "'levers' cannot change"),
    ],
)
def test_a_parameter_that_cannot_change_is_refused_at_its_place(path, says, write, catalogue):
    found = faults(schedule(path), write, catalogue)
    assert len(found) == 1 and found[0].startswith(f"3:11: schedule.a.path: {says}")


def test_a_trait_that_is_drawn_once_is_refused(write):
    text = "levers: {messaging: {}}\nschedule: {a: {path: levers.messaging.email.opt_in, to: 0.5, on: 2025-02-01}}\n"
    assert faults(text, write, None) == [
        "2:22: schedule.a.path: 'levers.messaging.email.opt_in' is drawn once for every user before day 0; "
        "changing it later would change nobody"
    ]


@pytest.mark.parametrize(
    ("path", "to", "says"),
    [
        ("levers.coupons.expiry_days", "400", "is 400; a whole number of days from 1 to 365 is expected (days until it expires)"),
        ("levers.coupons.expiry_days", "7.5", "is 7.5; a whole number of days from 1 to 365 is expected"),
        ("levers.coupons.active", "7", "is 7; true or false is expected"),
        ("levers.coupons.face_value", "true", "is the switch true; an amount of money at least 0 is expected"),
        ("levers.coupons.face_value", "high", "is the word 'high'; an amount of money at least 0 is expected"),
        ("economics.margin", "1.5", "is 1.5; a share from 0 to 1 is expected"),
        ("behaviour.fatigue_keep", "1", "is 1; a number (share/day) at least 0 and below 1 is expected"),
    ],
)
def test_a_value_that_the_parameter_may_not_have_is_refused_at_its_place(path, to, says, write, catalogue):
    found = faults(schedule(path, to), write, catalogue)
    assert len(found) == 1 and found[0].startswith(f"4:9: schedule.a.to: {says}")


def test_whole_numbers_words_and_switches_fit_their_parameters(write):
    text = """\
    levers: {coupons: {}}
    schedule:
      a: {path: levers.coupons.every_days, to: 7, on: 2025-02-01}
      b: {path: levers.coupons.audience, to: everyone, on: 2025-02-01}
      c: {path: levers.coupons.active, to: false, on: 2025-02-01}
      d: {path: levers.coupons.budget, to: 500, on: 2025-02-01}
    """
    changes = load_scenario(write(text)).schedule
    assert [changes[n].to for n in "abcd"] == [7.0, "everyone", False, 500.0]


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ("    until: 2025-01-31\n", "5:9"),
        ("    until: 2025-02-03\n    ramp_days: 3\n", "5:9"),
        ("    repeat: weekly\n", "5:9"),
        ("    until: 2025-02-08\n    repeat: weekly\n", "5:9"),
        ("    until: 2025-03-01\n    repeat: monthly\n", "5:9"),
        ("    until: 2026-02-01\n    repeat: yearly\n", "5:9"),
    ],
)
def test_a_change_that_contradicts_itself_is_refused(more, says, write, catalogue):
    found = faults(schedule("levers.coupons.face_value", more=more), write, catalogue)
    assert len(found) == 1 and ": schedule.a: " in found[0]


def test_what_repeats_may_fill_its_whole_period(write, catalogue):
    for until, repeat in (("2025-02-07", "weekly"), ("2025-02-28", "monthly"), ("2026-01-31", "yearly")):
        more = f"    until: {until}\n    repeat: {repeat}\n"
        load_scenario(write(schedule("levers.coupons.face_value", more=more)), catalogue=catalogue)


@pytest.mark.parametrize(("path", "to"), [("levers.coupons.active", "false"), ("economics.incentive_budget", "5")])
def test_a_ramp_needs_a_number_at_both_ends(path, to, write, catalogue):
    found = faults(schedule(path, to, more="    ramp_days: 3\n"), write, catalogue)
    assert found == [
        f"6:16: schedule.a.ramp_days: a ramp leads from one number to another, and '{path}' is none at first; leave out ramp_days"
    ]


# ---- dates and the run


def test_a_date_after_the_run_is_refused_with_the_days_there_are(write, catalogue):
    found = faults(schedule("levers.coupons.face_value", on="2052-06-18"), write, catalogue)
    assert found == [
        "5:9: schedule.a.on: 2052-06-18 is outside the run, which lasts from 2025-01-01 to 2026-01-01, so nothing would change; "
        "give another date, or run.days"
    ]


def test_a_change_that_is_over_before_the_run_is_refused(write, catalogue):
    text = schedule("levers.coupons.face_value", on="2024-06-01", more="    until: 2024-06-20\n")
    assert faults(text, write, catalogue)[0].startswith("5:9: schedule.a.on: 2024-06-01 is outside the run")


def test_a_run_shortened_for_a_try_may_leave_the_schedule_outside(write, catalogue):
    path = write(schedule("levers.coupons.face_value", on="2025-12-24"))
    assert load_scenario(path, overrides={"run.days": 30}, catalogue=catalogue).run.days == 30
    assert load_scenario(path, ["run.days=30"], catalogue=catalogue).run.days == 30
    scenario = load_scenario(path, catalogue=catalogue).with_values({"run.days": 1}, catalogue)
    assert Scenario.from_mapping(scenario.resolved(), catalogue) == scenario


def test_a_file_that_contradicts_itself_is_refused_even_where_another_option_is_set(write, catalogue):
    text = "run: {days: 30}\n" + schedule("levers.coupons.face_value")
    assert "to 2025-01-31" in faults(text, write, catalogue, overrides={"run.users": 5})[0]
    text = schedule("levers.coupons.face_value")
    assert "2100-01-01" in faults(text, write, catalogue, settings=["schedule.a.on=2100-01-01"])[0]


def test_an_experiment_outside_the_run_is_refused(write, catalogue):
    text = "levers: {coupons: {}}\nexperiments:\n  e: {levers: [coupons], on: 2027-01-01}\n"
    assert faults(text, write, catalogue)[0].startswith("3:30: experiments.e.on: 2027-01-01 is outside the run")
    text = "levers: {coupons: {}}\nexperiments:\n  e: {levers: [coupons], until: 2024-01-01}\n"
    assert faults(text, write, catalogue)[0].startswith("3:33: experiments.e.until: 2024-01-01 is outside the run")


# ---- policies


ACT = "    above: 1\n    add: 1\n"


def policy(more: str, metric: str = "orders", path: str = "levers.coupons.face_value") -> str:
    return f"levers: {{coupons: {{}}, points: {{}}}}\npolicies:\n  p:\n    metric: {metric}\n    path: {path}\n{more}"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (policy(ACT, metric="order"), "4:13: policies.p.metric: there is no metric 'order' here; did you mean 'orders'"),
        (policy(ACT, metric="opt_out_rate"), "4:13: policies.p.metric: there is no metric 'opt_out_rate' here; "),
        (policy(ACT, path="levers.points.ern"), "5:11: policies.p.path: there is no 'ern' in levers.points; did you"),
        (policy(ACT, path="levers.points.whom"), "5:11: policies.p.path: a policy moves numbers and switches, and"),
        (policy(ACT, path="levers.points.active"), "5:11: policies.p.path: 'levers.points.active' is not a number at"),
        (policy("    above: 1\n    times: 2\n", path="economics.incentive_budget"), "5:11: policies.p.path: 'economics.incentive_b"),
        (policy("    above: 1\n    to: -1\n"), "7:9: policies.p.to: is -1; an amount of money at least 0 is expected"),
        (policy("    above: 1\n    add: 1\n    least: -2\n"), "8:12: policies.p.least: is -2; an amount of money at least 0 is expected"),
        (policy("    above: 1\n    add: 1\n    most: 400\n", path="levers.coupons.expiry_days"), "8:11: policies.p.most: is 400; a whole"),
        (policy("    above: 1\n    to: 9\n    most: 5\n"), "7:9: policies.p.to: is 9, which lies outside the policy's own limits"),
        (policy("    above: 1\n    add: 1\n    least: 3\n    most: 2\n"), "4:5: policies.p: least must not be above most"),
        (policy("    above: 1\n    below: 3\n    add: 1\n"), "4:5: policies.p: give one of above, below"),
        (policy("    above: 1\n"), "4:5: policies.p: give one of add, times, to"),
    ],
)
def test_a_policy_that_cannot_be_is_refused_at_its_place(text, says, write, catalogue):
    found = faults(text, write, catalogue)
    assert len(found) == 1 and found[0].startswith(says)


def test_columns_of_the_scenarios_own_levers_are_metrics(write):
    text = """\
    levers: {spring: {kind: coupons}, messaging: {}}
    policies:
      a: {metric: spring_issued, above: 1, path: levers.spring.face_value, add: 1}
      b: {metric: spring_discount_minor, above: 1, path: levers.spring.face_value, add: 1}
      c: {metric: opt_out_rate, above: 0.1, path: levers.messaging.email.per_week, times: 0.5}
      d: {metric: registered_ever, above: 10, path: levers.spring.active, to: false}
      e: {metric: revenue_minor, below: 10, path: economics.incentive_budget, to: 5}
    """
    assert len(load_scenario(write(text)).policies) == 5


def test_every_fault_is_said_in_chinese_too(write, catalogue):
    text = schedule("population.order_rate.r") + "policies:\n  p: {metric: nothing, path: levers.points.earn, above: 1, add: 1}\n"
    found = faults(text, write, catalogue, lang="zh")
    assert "在运行中不能改变" in found[0] and "这里没有指标 'nothing'" in found[1]


def test_all_faults_of_all_plans_are_said_at_once(write, catalogue):
    text = """\
    levers: {coupons: {}}
    schedule:
      a: {path: levers.coupons.face, to: 1, on: 2025-02-01}
      b: {path: levers.coupons.face_value, to: -1, on: 2030-02-01}
    experiments:
      e: {levers: [points], on: 2030-01-01}
    """
    paths = [line.split(": ")[1] for line in faults(text, write, catalogue)]
    assert paths == ["schedule.a.path", "schedule.b.to", "schedule.b.on", "experiments.e.levers[0]", "experiments.e.on"]
