"""From values to a typed scenario: levers, copies, digests, messages."""

from __future__ import annotations

import copy
import pickle

import numpy as np
import pytest

from sim.scenario import Scenario, ScenarioError, load_scenario
from sim.scenario.schema import Run


def refusal(mapping, catalogue) -> str:
    with pytest.raises(ScenarioError) as caught:
        Scenario.from_mapping(mapping, catalogue)
    return str(caught.value)


def test_an_empty_scenario_has_every_default(catalogue):
    scenario = Scenario.from_mapping({}, catalogue)
    assert scenario.run == Run()
    assert scenario.name == "scenario"
    assert (scenario.levers, scenario.kinds, scenario.origins) == ({}, {}, {})


def test_a_scenario_without_a_name_is_called_after_its_file(write, catalogue):
    assert load_scenario(write("{}", "spring.yaml"), catalogue=catalogue).name == "spring"


def test_the_free_texts_of_a_file_are_kept(write, catalogue):
    scenario = load_scenario(write("name: 春季\nquestion: why?\nfinding: |\n  a\n  b\n"), catalogue=catalogue)
    assert (scenario.name, scenario.question, scenario.finding, scenario.description) == ("春季", "why?", "a\nb\n", "")


def test_several_instances_of_a_lever_live_side_by_side_in_the_order_of_their_names(catalogue):
    levers = {"spring": {"kind": "coupons", "face_value": 3}, "coupons": {}, "autumn": {"kind": "coupons"}}
    scenario = Scenario.from_mapping({"levers": levers}, catalogue)
    assert list(scenario.kinds.items()) == [("autumn", "coupons"), ("coupons", "coupons"), ("spring", "coupons")]
    assert scenario.levers["spring"].face_value == 3.0
    assert scenario.resolved()["levers"]["spring"]["kind"] == "coupons"
    assert "kind" not in scenario.resolved()["levers"]["coupons"]


def test_whole_numbers_are_fine_where_fractions_are_wanted(catalogue):
    margin = Scenario.from_mapping({"economics": {"margin": 1}}, catalogue).economics.margin
    assert isinstance(margin, float)


def test_the_digest_changes_with_every_value_and_not_with_texts(catalogue):
    base = Scenario.from_mapping({}, catalogue)
    assert len(base.digest()) == 64
    assert Scenario.from_mapping({"name": "x", "question": "y"}, catalogue).digest() == base.digest()
    assert Scenario.from_mapping({"run": {"seed": 2}}, catalogue).digest() != base.digest()
    assert Scenario.from_mapping({"levers": {"points": {}}}, catalogue).digest() != base.digest()
    assert Scenario.from_mapping({"run": {"users": 10_000}}, catalogue).digest() == base.digest()


def test_a_copy_with_other_values_is_checked_and_leaves_the_first_alone(catalogue):
    base = Scenario.from_mapping({"name": "a", "levers": {"coupons": {"face_value": 9}}}, catalogue)
    other = base.with_values({"run.users": np.int64(5), "levers.coupons.strength": np.float64(0)}, catalogue)
    assert (other.run.users, other.levers["coupons"].strength, other.levers["coupons"].face_value) == (5, 0.0, 9.0)
    assert (base.run.users, base.levers["coupons"].strength, other.name) == (10_000, 1.0, "a")
    with pytest.raises(ScenarioError, match=r"values:1:1: run\.users: is 0"):
        base.with_values({"run.users": 0}, catalogue)
    assert other.with_values({"run.users": None}, catalogue).run.users == 10_000


def test_a_copy_keeps_the_name_that_came_from_the_file(write, catalogue):
    scenario = load_scenario(write("{}", "spring.yaml"), catalogue=catalogue)
    assert scenario.with_values({"run.users": 5}, catalogue).name == "spring"


def test_another_dropout_mode_brings_its_own_published_numbers(catalogue):
    base = Scenario.from_mapping({}, catalogue)
    assert base.population.dropout.a == 0.793
    assert base.with_values({"population.dropout.mode": "per_renewal"}, catalogue).population.dropout.a == 0.668


def test_a_copy_without_a_lever_loses_that_instance_or_all_of_that_kind(catalogue):
    levers = {"spring": {"kind": "coupons"}, "coupons": {}, "points": {}}
    base = Scenario.from_mapping({"levers": levers}, catalogue)
    assert list(base.without("spring", catalogue).levers) == ["coupons", "points"]
    assert list(base.without("coupons", catalogue).levers) == ["points"]
    assert base.without("spring", catalogue).without("points", catalogue).kinds == {"coupons": "coupons"}
    with pytest.raises(ScenarioError, match="has no lever 'cupons'; did you mean 'coupons'"):
        base.without("cupons", catalogue)


def test_a_scenario_can_be_pickled_and_copied(catalogue):
    base = Scenario.from_mapping({"run": {"users": 5}}, catalogue)
    assert pickle.loads(pickle.dumps(base)) == base
    assert copy.deepcopy(base).origins == base.origins


def test_errors_can_be_pickled(catalogue):
    with pytest.raises(ScenarioError) as caught:
        Scenario.from_mapping({"run": {"users": 0}}, catalogue)
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


def test_values_from_python_are_judged_like_those_of_files(catalogue):
    assert "run.users: is True" not in refusal({"run": {"users": True}}, catalogue)
    assert "is the switch true" in refusal({"run": {"users": True}}, catalogue)
    assert "is nan" in refusal({"economics": {"margin": float("nan")}}, catalogue)
    assert "a Python set" in refusal({"run": {"users": {1}}}, catalogue)
    assert "is a list; lines such as" in refusal([1], catalogue)
    assert "extends: works in scenario files only" in refusal({"extends": "a.yaml"}, catalogue)
    assert "key" in refusal({"levers": {"Spring": {"kind": "coupons"}}}, catalogue)


def test_values_nested_without_end_are_a_fault(catalogue):
    endless: dict = {}
    endless["run"] = endless
    assert "nested more than 16 deep" in refusal(endless, catalogue)


def test_what_depends_on_an_unreadable_value_is_not_complained_about(write, catalogue):
    with pytest.raises(ScenarioError) as caught:
        load_scenario(write("population: {spend: {median: 20, sigma: .nan}}"), catalogue=catalogue)
    assert [f.path for f in caught.value.faults] == ["population.spend.sigma"]


def test_a_fault_is_said_in_chinese(catalogue):
    with pytest.raises(ScenarioError) as caught:
        Scenario.from_mapping({"run": {"dais": 1}, "platform": {"dormant_after_days": 0}}, catalogue)
    assert caught.value.text("zh").splitlines() == [
        "mapping:1:1: platform.dormant_after_days: 是 0；应为 1 到 3660 的天数（整数）"
        "（多久没来算沉睡）",
        "mapping:1:1: run.dais: 未知的键 'dais'；是否想写 'days'？",
    ]


def test_the_dates_of_a_lever_are_written_as_dates_or_as_numbers():
    def dates(value) -> tuple:
        return Scenario.from_mapping({"levers": {"promotions": {"dates": value}}}).levers["promotions"].dates

    assert dates(["2025-06-18", "11-11", 618]) == (20250618, 1111, 618)
    privacy = Scenario.from_mapping({"levers": {"privacy": {"breach_on": "2025-09-01"}}})
    assert privacy.levers["privacy"].breach_on == 20250901
    assert Scenario.from_mapping(privacy.resolved()).digest() == privacy.digest()


@pytest.mark.parametrize(
    "value, said",
    [
        (["2025-06-31"], "a date such as 2025-06-18, or 06-18 for every year is expected"),
        (["0000-06-18"], "a date such as"),
        ("2025-06-18", "write [2025-06-18]"),
        ("june", "a list of at most 12 dates such as [2025-06-18, 11-11] is expected"),
    ],
)
def test_what_is_no_date_is_answered_with_one(value, said):
    assert said in refusal({"levers": {"promotions": {"dates": value}}}, None)
