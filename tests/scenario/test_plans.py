"""Sections by name: personas, schedules, policies, experiments."""

from __future__ import annotations

import pytest

from sim.scenario import Scenario, ScenarioError, load_scenario

FULL = """\
levers: {coupons: {face_value: 3, for: {personas: [thrifty]}}, points: {}}
personas:
  wealthy: {share: 1, order_rate: {r: 0.5, alpha_weeks: 2}, basket_times: 2.5}
  thrifty: {share: 3, deal_proneness: {a: 2, b: 1}, leave: {a: 1, b: 3}}
schedule:
  festival: {path: levers.coupons.face_value, to: 9, on: 2025-06-18, until: 2025-06-20, repeat: yearly}
policies:
  rescue: {metric: active_users, below: 10, path: levers.points.earn, times: 2, most: 8}
experiments:
  test: {levers: [points], by: cluster, share: 0.3}
"""
SECTIONS = ("personas", "schedule", "policies", "experiments")


@pytest.fixture
def load(write, catalogue):
    """``load(child)``: a child of the scenario above."""
    write(FULL, "parent.yaml")
    return lambda child: load_scenario(write(f"extends: parent.yaml\n{child}", "child.yaml"), catalogue=catalogue)


def faults(write, catalogue, text: str) -> list[str]:
    with pytest.raises(ScenarioError) as caught:
        load_scenario(write(text), catalogue=catalogue)
    return [f"{f.line}:{f.column} {f.path}: {f.message}" for f in caught.value.faults]


def test_everything_resolved_loads_again_as_the_same(write, catalogue):
    scenario = load_scenario(write(FULL), catalogue=catalogue)
    assert list(scenario.personas) == ["thrifty", "wealthy"]
    again = Scenario.from_mapping(scenario.resolved(), catalogue)
    assert again.resolved() == scenario.resolved()
    assert again.digest() == scenario.digest()
    assert scenario.resolved()["schedule"]["festival"]["until"] == "2025-06-20"


@pytest.mark.parametrize("section", SECTIONS)
def test_a_section_set_to_null_is_gone_and_the_others_stay(section, load):
    scenario = load(f"{section}: null\nlevers: {{coupons: {{for: null}}}}")
    assert getattr(scenario, section) == {}
    assert section not in scenario.resolved()
    assert all(getattr(scenario, other) for other in SECTIONS if other != section)


@pytest.mark.parametrize("path", ["personas.wealthy", "schedule.festival", "policies.rescue", "experiments.test"])
def test_one_entry_set_to_null_is_gone(path, load, catalogue):
    section, name = path.split(".")
    scenario = load(f"{section}: {{{name}: null}}")
    assert name not in getattr(scenario, section)
    assert scenario.with_values({}, catalogue).resolved() == scenario.resolved()


def test_a_child_changes_one_number_of_a_parents_persona(load):
    wealthy = load("personas: {wealthy: {basket_times: 4}}").personas["wealthy"]
    assert (wealthy.basket_times, wealthy.order_rate.r, wealthy.share) == (4.0, 0.5, 1.0)


def test_an_entry_may_be_taken_away_from_python(load, catalogue):
    scenario = load("").with_values({"experiments.test": None}, catalogue)
    assert scenario.experiments == {}


@pytest.mark.parametrize(
    "text, said",
    [
        ("personas:\n  a: {}", "2:6 personas.a.share: is missing; a number (parts) above 0 and at most 1000000 is expected"),
        ("personas:\n  a: {share: 0}", "2:14 personas.a.share: is 0; a number (parts)"),
        ("personas:\n  a: {share: 1, ordr_rate: {r: 1}}", "2:17 personas.a.ordr_rate: unknown key 'ordr_rate'; did you mean 'order_rate'?"),
        ("personas:\n  a: {share: 1, order_rate: {q: 1}}", "2:30 personas.a.order_rate.q: unknown key 'q'; there are r, alpha_weeks"),
        ("personas:\n  a: 5", "2:6 personas.a: is 5; a mapping with share, order_rate"),
        ("personas: [a]", "1:11 personas: is a list; a mapping by name is expected"),
        ("personas:\n  a: null", "2:6 personas.a: is nothing (null); a mapping with share"),
        (
            "experiments:\n  x: {levers: [points, letters]}\nlevers: {points: {}}",
            "2:24 experiments.x.levers[1]: names 'letters', which the scenario does not have; there are points",
        ),
        ("schedule:\n  x: {path: levers.points.earn, to: 5, on: soon}", "2:44 schedule.x.on: is the word 'soon'; a date such as"),
    ],
)
def test_a_wrong_entry_is_a_fault_at_its_place(text, said, write, catalogue):
    found = faults(write, catalogue, text)
    assert len(found) == 1
    assert found[0].startswith(said)


def test_every_missing_value_of_an_entry_is_named(write, catalogue):
    found = faults(write, catalogue, "schedule:\n  x: {repeat: weekly}")
    assert [line.split(" ")[1] for line in found] == ["schedule.x.on:", "schedule.x.path:", "schedule.x.to:"]


def test_more_personas_than_there_are_bits_are_refused(write, catalogue):
    people = ", ".join(f"p{k}: {{share: 1}}" for k in range(17))
    assert faults(write, catalogue, f"personas: {{{people}}}") == ["1:1 personas: has 17 of them; at most 16 are possible"]
