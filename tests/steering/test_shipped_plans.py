"""The shipped scenarios that change while they run do what they say."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim import Scenario, compare, load_scenario

FOLDER = Path(__file__).parents[2] / "scenarios" / "levers"


def shipped(name: str) -> Scenario:
    return load_scenario(FOLDER / f"{name}.yaml")


@pytest.fixture(scope="module")
def steered():
    """The policies' scenario, and the same without them."""
    plan = shipped("policies")
    plain = plan.with_values({"policies": None, "name": "One a week"})
    return compare([plain, plan], users=4_000, replications=3, threads=2)


def test_e_mails_that_watch_opt_outs_end_above_one_a_week_and_earn_less(steered):
    last = steered.policies.groupby("replication").tail(1)
    assert last["after"].between(2.0, 6.0).all()
    line = steered.summary.set_index(["scenario", "metric"]).loc[(steered.scenarios[1], "contribution_per_user")]
    assert line["delta_ci_high"] < 0
    assert set(steered.policies["policy"]) == {"more", "less"}


def test_both_arms_of_the_shipped_test_are_read_beside_the_truth():
    table = compare([shipped("experiments")], replications=3, threads=2).experiments
    mail = table.query("experiment == 'mail' and metric == 'orders'")
    assert (mail["p_value"] < 1e-4).all() and (mail["truth_ci_low"] > 0).all()
    assert mail["difference"].mean() == pytest.approx(mail["truth_mean"].iloc[0], rel=0.15)
    circles = table.query("experiment == 'circles' and metric == 'orders'")
    assert (circles["units_treated"] + circles["units_control"] == 200).all()
    assert (circles["truth"] > 0).all()


def test_the_festivals_coupons_keep_to_their_dates():
    plan = shipped("festivals").with_values({"run.users": 3_000, "run.replications": 1})
    daily = compare([plan]).daily.set_index("day")
    issued = daily["coupons_issued"]
    quiet = [*range(155, 171), *range(301, 317)]  # from the day after 4 June (28 October) to 20 June (13 November)
    assert issued.loc[quiet].sum() == 0
    assert issued.loc[[*range(120, 150), *range(320, 360)]].sum() > 100


def test_the_aimed_levers_reach_whom_they_are_aimed_at():
    result = compare([shipped("segments")], users=3_000, replications=2, threads=2)
    sent = result.daily.groupby("replication")[["letters_email_sent", "rescue_issued"]].sum()
    assert (sent > 50).all(axis=None)
    spent = result.segments.query("group == 'persona' and metric == 'users'").set_index("segment")["mean"]
    assert spent["regular"] == pytest.approx(3 * spent["saver"], rel=0.1)
