"""The resolved scenario as YAML, and the schema: what is shown loads again as the same scenario."""

from __future__ import annotations

import datetime
import json

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sim.scenario import Scenario, load_scenario, render_resolved, schema

NAMES = [
    "a",
    "no",
    "null",
    "5",
    "1e-3",
    "春季",
    "a: b",
    "# x",
    "'",
    '"',
    "2025-01-01",
    "~",
    "012",
    " x ",
    "-",
    "NaN",
    ".inf",
]
ENTRIES = [
    "cohort",
    "arrivals",
    "market",
    {"arrivals": {"per_day": 3}},
    {"cohort": {"over_days": 9, "weights": [1, 0.5]}},
]
VALUES = {
    "name": st.sampled_from(NAMES),
    "finding": st.sampled_from(["", "two\nlines\n", "tail \\ 'quote' \"", "不可区分"]),
    "run.users": st.integers(1, 50_000_000),
    "run.seed": st.integers(0, 10**18 - 1),
    "population.entry": st.sampled_from(ENTRIES),
    "population.dropout.mode": st.sampled_from(["per_order", "per_time", "per_renewal", "none"]),
    "population.dropout.a": st.none() | st.floats(1e-12, 1000),
    "population.spend": st.fixed_dictionaries({"median": st.floats(1e-12, 1e7), "sigma": st.floats(0, 3)}),
    "behaviour.habit_lift": st.floats(0, 3),
    "calendar.months": st.lists(st.floats(1e-9, 9), min_size=12, max_size=12),
    "calendar.start": st.dates(datetime.date(1970, 1, 1), datetime.date(2199, 12, 31)),
    "levers.points.whom": st.text("aN0.-#'\"{:} 新\\", max_size=6),
    "levers.spring": st.fixed_dictionaries({"kind": st.just("coupons"), "strength": st.floats(0, 3)}),
    "levers.coupons.thresholds": st.lists(st.floats(0, 1e300), max_size=4),
}
CHANGES = st.fixed_dictionaries({}, optional=VALUES)
quick = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@quick
@given(changes=CHANGES)
def test_a_shown_scenario_loads_again_as_the_same(changes, write, catalogue):
    scenario = Scenario.from_mapping({}, catalogue).with_values(changes, catalogue)
    for text in (
        render_resolved(scenario),
        render_resolved(scenario, origin=True),
        json.dumps(scenario.resolved(), ensure_ascii=False),
    ):
        again = load_scenario(write(text), catalogue=catalogue)
        assert again == scenario
        assert again.resolved() == scenario.resolved()
        assert again.digest() == scenario.digest()


def test_a_resolved_scenario_dumped_by_pyyaml_loads_again_as_the_same(write, catalogue):
    scenario = Scenario.from_mapping(
        {"name": "春季", "behaviour": {"habit_lift": 1e-7}, "levers": {"points": {}}}, catalogue
    )
    assert load_scenario(write(yaml.safe_dump(scenario.resolved())), catalogue=catalogue) == scenario


def test_every_value_is_shown_with_who_set_it(write, catalogue):
    write("run: {days: 9}", "parent.yaml")
    path = write(
        "extends: parent.yaml\npopulation:\n  entry: arrivals\nlevers: {coupons: {thresholds: [1, 2]}}\n", "child.yaml"
    )
    scenario = load_scenario(path, ["run.seed=4"], {"run.users": 7}, catalogue)
    shown = [
        line.strip().replace(str(path.parent) + "/", "") for line in render_resolved(scenario, origin=True).splitlines()
    ]
    assert "users: 7  # --users" in shown
    assert "days: 9  # parent.yaml:1" in shown
    assert "replications: 10  # default" in shown
    assert "seed: 4  # --set" in shown
    assert "entry:  # child.yaml:3" in shown
    assert "per_day: 50.0  # default" in shown
    assert "thresholds: [1.0, 2.0]  # child.yaml:4" in shown


def test_the_text_without_origins_has_no_comments(catalogue):
    assert "#" not in render_resolved(Scenario.from_mapping({}, catalogue))


def test_the_schema_describes_every_block_and_lever(catalogue):
    described = schema(catalogue)
    assert described["$schema"].endswith("2020-12/schema")
    assert described["additionalProperties"] is False
    assert list(described["$defs"]) == ["coupons", "points"]
    margin = described["properties"]["economics"]["properties"]["margin"]
    assert margin["type"] == ["number", "null"]
    assert (margin["minimum"], margin["maximum"], margin["default"]) == (0, 1, 0.3)
    assert "unit: share; source: assumption" in margin["description"]
    thresholds = described["$defs"]["coupons"]["properties"]["thresholds"]
    assert (thresholds["items"], thresholds["maxItems"]) == ({"type": "number"}, 4)
    assert described["properties"]["population"]["properties"]["entry"]["anyOf"][0]["enum"] == [
        "cohort",
        "arrivals",
        "market",
        None,
    ]


def test_the_schema_is_written_in_the_same_order_every_time(catalogue):
    assert json.dumps(schema(catalogue)) == json.dumps(schema(dict(reversed(catalogue.items()))))


@quick
@given(changes=CHANGES)
def test_what_loads_satisfies_the_schema(changes, catalogue):
    validator = pytest.importorskip("jsonschema").Draft202012Validator(schema(catalogue))
    scenario = Scenario.from_mapping({}, catalogue).with_values(changes, catalogue)
    validator.validate(scenario.resolved())


def test_the_schema_refuses_what_the_reader_refuses(catalogue):
    validator = pytest.importorskip("jsonschema").Draft202012Validator(schema(catalogue))
    bad = [{"rum": {}}, {"run": {"dais": 1}}, {"economics": {"margin": 2}}, {"levers": {"points": {"kind": "coupons"}}}]
    assert not any(validator.is_valid(b) for b in bad)
    assert validator.is_valid({"run": None, "levers": {"points": None, "spring": {"kind": "coupons"}}})
