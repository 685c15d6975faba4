"""``--set PATH=VALUE`` and options laid over a file."""

from __future__ import annotations

import pytest

from sim.scenario import ScenarioError, load_scenario


@pytest.fixture
def load(write, catalogue):
    path = write("run: {users: 5}\npopulation: {spend: {p: 5}}\nlevers: {points: {}}\n")
    return lambda *settings, **overrides: load_scenario(path, settings, overrides, catalogue)


def refusal(load, *settings, **overrides) -> list[str]:
    with pytest.raises(ScenarioError) as caught:
        load(*settings, **overrides)
    return str(caught.value).splitlines()


def test_a_value_is_set_by_its_dotted_path(load):
    scenario = load("levers.coupons.face_value=8", "levers.coupons.thresholds=[1, 2]", "population.dropout.mode=none")
    assert scenario.levers["coupons"].face_value == 8.0
    assert scenario.levers["coupons"].thresholds == (1.0, 2.0)
    assert scenario.population.dropout.mode == "none"


def test_null_switches_a_lever_off_and_braces_switch_one_on(load):
    assert list(load("levers.points=null", "levers.coupons={}").levers) == ["coupons"]


def test_values_mean_what_they_mean_in_a_file(load):
    assert load("behaviour.habit_lift=1e-3").behaviour.habit_lift == 0.001
    assert load("run.seed=012").run.seed == 12
    assert load("name=no").name == "no"
    assert load("calendar.start=2024-02-29").calendar.start.isoformat() == "2024-02-29"
    assert load("population.entry={arrivals: {per_day: 4}}").population.entry.arrivals.per_day == 4.0


def test_an_entry_can_be_set_by_its_word_and_below_it(load):
    assert load("population.entry=market").population.entry.market == "bass"
    entry = load("population.entry=market", "population.entry.arrivals.per_day=4").population.entry
    assert (entry.market, entry.arrivals.per_day) == (None, 4.0)


def test_a_lognormal_spend_can_be_set_one_value_at_a_time(load):
    scenario = load("population.spend.median=20", "population.spend.sigma=0.5")
    assert scenario.population.spend.median == 20.0
    assert ("population", "spend", "p") not in scenario.origins


def test_the_last_setting_wins_and_an_option_wins_over_it(load):
    assert load("run.users=6", "run.users=7").run.users == 7
    assert load("run.users=6", **{"run.users": 8}).run.users == 8


def test_an_option_that_was_not_given_changes_nothing(load):
    assert load(**{"run.users": None}).run.users == 5


def test_a_fault_of_an_option_names_the_option(load):
    assert refusal(load, **{"run.users": 0, "run.days": 0})[0].startswith("--days:1:1: run.days: is 0; a whole number")


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ("levers.coupon.x=1", "--set:1:1: levers.coupon: unknown lever 'coupon'; did you mean 'coupons'?"),
        ("levers.points.x=1", "--set:1:1: levers.points.x: unknown key 'x'; there are strength, active, earn, whom, kind, preset, for"),
        ("run.days=ten", "--set:1:10: run.days: is the word 'ten'; a whole number of days from 1 to 3660 is expected"),
        ("run.days", "--set:1:1: (file): 'run.days' is not PATH=VALUE, such as levers.coupons.face_value=8"),
        ("run.days=", "--set:1:10: run.days: nothing stands after =; null takes a value away"),
        (
            "run.days=[1",
            "--set:1:12: run.days[1]: is not YAML here: expected ',' or ']', but got '<stream end>'; "
            "look for a missing quote, bracket, colon or indent here or just before",
        ),
        ("run.days=.inf", "--set:1:10: run.days: is not a finite number; write one, or leave the line out"),
        ("run.days=&a 5", "--set:1:10: run.days: uses the anchor &a; write the value out, or use extends"),
        ("run.Days=5", "--set:1:1: (file): 'run.Days' is not a path of words, such as levers.coupons.face_value"),
        ("=5", "--set:1:1: (file): '' is not a path of words, such as levers.coupons.face_value"),
        ("run.users.x=1", "--set:1:1: run.users.x: cannot be set: run.users is 5, which has no parts with names; set all of it"),
        ("extends=b.yaml", "--set:1:1: extends: works in scenario files only; take it out here"),
    ],
)
def test_a_wrong_setting_is_a_fault_at_its_character(setting, said, load):
    assert refusal(load, setting) == [said]


def test_the_line_of_a_fault_counts_the_settings_and_all_are_reported(load):
    assert [line.split(" ")[0] for line in refusal(load, "run.days=x", "run.seed=1", "a=1", "b")] == [
        "--set:1:10:",
        "--set:3:1:",
        "--set:4:1:",
    ]
