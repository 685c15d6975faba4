"""The counterfactual twin: truth and dashboard, counted from two worlds of the same people with the same luck."""

from __future__ import annotations

import itertools
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim import compare, ledger
from sim.model import LifecycleModel
from sim.scenario import Scenario
from sim.study import shapley as shares
from sim.study.shapley import coalitions, orders_of_entry, shapley, values
from sim.study.twin import contribution, kinds, pulled_forward, uplift

WORLD = {
    "population": {"order_rate": {"r": 0.5, "alpha_weeks": 3.0}, "visit_conversion": 0.2, "newcomer": {"visit_lift": 1.0}},
    "run": {"users": 600, "days": 60, "seed": 3},
}
PULLED = {"coupons": {"attention": 8.0}, "onboarding": {}, "messaging": {}}


def scenario(**levers: dict) -> Scenario:
    return Scenario.from_mapping({"name": "A twin", **WORLD, "levers": levers})


def lived(plan: Scenario, replication: int) -> LifecycleModel:
    return LifecycleModel(plan, replication=replication).run()


def balance(model: LifecycleModel) -> int:
    return ledger.balance(model.ledger(), ledger.accounts(model.levers))["contribution"]


@pytest.fixture(scope="module")
def table():
    plan = scenario(**PULLED)
    return uplift([plan.name], [plan], 2)


def test_the_true_margin_is_the_paired_difference_of_two_full_runs_to_the_last_minor_unit(table):
    plan = scenario(**PULLED)
    for lever in PULLED:
        true = [balance(lived(plan, r)) - balance(lived(plan.without(lever), r)) for r in range(2)]
        line = table[(table["lever"] == lever) & (table["group"] == "all")].iloc[0]
        assert line["true_margin_minor"] * 2 == sum(true)


def test_every_user_is_of_exactly_one_kind_in_every_partition(table):
    counted = table[["persuadable", "sure_thing", "lost_cause", "sleeping_dog"]].sum(axis=1)
    assert (counted == table["users"]).all()
    per_group = table.groupby(["lever", "group"])["users"].sum()
    assert (per_group == 600).all()


def test_extra_orders_of_the_segments_add_up_to_those_of_everybody(table):
    for _, part in table.groupby("lever"):
        whole = part[part["group"] == "all"]["true_orders"].item()
        for group in ("order_rate", "deal_proneness"):
            assert part[part["group"] == group]["true_orders"].sum() == pytest.approx(whole)


@pytest.mark.parametrize("lever", ["coupons", "onboarding"])
def test_what_a_dashboard_credits_is_divided_among_the_segments_without_a_rest(table, lever):
    part = table[table["lever"] == lever]
    whole = part[part["group"] == "all"].iloc[0]
    assert whole["touched_orders"] > 10
    for group in ("order_rate", "deal_proneness"):
        own = part[part["group"] == group]
        assert own["touched_orders"].sum() == pytest.approx(whole["touched_orders"])
        assert (own["touched_orders"] <= whole["touched_orders"]).all()
        naive = own["naive_margin_minor"].sum()  # neither lever costs anything but its discount
        assert naive == pytest.approx(whole["naive_margin_minor"])
        assert own["cannibalised_minor"].sum() > 0 and own["pulled_forward_share"].between(0, 1).all()
        assert own["break_even_depth"].between(0, 0.3).all()


def test_margins_of_the_segments_add_up_to_everybodys_before_costs_that_are_not_on_orders(table):
    plan = scenario(**PULLED)
    for lever in PULLED:
        costs = []
        for r in range(2):
            both = [lived(w, r) for w in (plan, plan.without(lever))]
            costs.append(np.subtract(*(ledger.balance(m.ledger(), ledger.accounts(m.levers))["costs"] for m in both)))
        part = table[table["lever"] == lever]
        whole = part[part["group"] == "all"]["true_margin_minor"].item()
        for group in ("order_rate", "deal_proneness"):
            assert part[part["group"] == group]["true_margin_minor"].sum() == pytest.approx(whole + np.mean(costs))


def test_of_a_segments_orders_those_pulled_forward_are_gone_at_the_end():
    assert pulled_forward(np.array([0, 4, 2, -3, 0])) == 0.5
    assert pulled_forward(np.array([0, -1, 1])) == 0.0


def test_kinds_follow_from_orders_in_both_worlds():
    own, other = ({"people/orders": np.array(orders)} for orders in ([2, 1, 0, 0, 5], [1, 1, 0, 1, 7]))
    found = kinds(own, other, slice(None))
    assert found == {"users": 5, "persuadable": 1, "sure_thing": 1, "lost_cause": 1, "sleeping_dog": 2}


def test_a_lever_without_effect_moves_no_order_and_costs_what_it_gave():
    plan = scenario(coupons={"strength": 0.0, "attention": 20.0, "min_spend": 0.0})
    line = uplift([plan.name], [plan], 1).query("group == 'all'").iloc[0]
    assert line["true_orders"] == 0 == line["persuadable"] + line["sleeping_dog"]
    assert line["touched_orders"] > 10
    assert line["true_margin_minor"] == -line["cost_minor"] < 0
    assert line["cannibalised_minor"] == line["cost_minor"]
    assert line["naive_margin_minor"] > 0, "the dashboard sees a gain where there is a loss"


def test_a_lever_is_taken_out_with_what_moves_it():
    mapping = {"name": "x", **WORLD, "levers": {"coupons": {}}}
    mapping["experiments"] = {"half": {"levers": ["coupons"]}}
    plan = Scenario.from_mapping(mapping)
    off = plan.without("coupons")
    assert (off.levers, off.experiments["half"].levers) == ({}, ())
    none = Scenario.from_mapping({**mapping, "levers": {}, "experiments": {}})
    assert (lived(off, 0).ordered == lived(none, 0).ordered).all()


def test_a_scenario_without_levers_has_no_twin():
    plan = scenario()
    assert uplift([plan.name], [plan], 1).empty
    assert shapley(plan.name, plan, 1).empty


# ---- Shapley


def game(levers, seed):
    """Any outcome of every combination."""
    luck = np.random.default_rng(seed)
    sets = [frozenset(c) for size in range(len(levers) + 1) for c in itertools.combinations(levers, size)]
    return {s: int(luck.integers(-(10**9), 10**9)) for s in sets}


@settings(max_examples=40, derandomize=True, deadline=None, database=None)
@given(size=st.integers(1, 9), seed=st.integers(0, 10**6))
def test_the_parts_add_up_to_the_whole_exactly(size, seed):
    levers = [f"lever_{k}" for k in range(size)]
    outcome = game(levers, seed)
    parts = values(levers, {s: outcome[s] for s in coalitions(levers, seed)}, seed)
    assert sum(parts.values()) == outcome[frozenset(levers)] - outcome[frozenset()]


def test_two_levers_share_what_they_bring_together_evenly():
    outcome = {frozenset(): 0, frozenset("a"): 10, frozenset("b"): 4, frozenset("ab"): 20}
    assert values(["a", "b"], outcome, 1) == {"a": Fraction(13), "b": Fraction(7)}


def test_a_lever_that_adds_nothing_to_anything_gets_nothing():
    levers = list("abcd")
    outcome = game(levers, 5)
    outcome = {s: outcome[s - {"d"}] for s in outcome}
    assert values(levers, outcome, 1)["d"] == 0


def test_up_to_six_levers_all_combinations_are_lived_and_sampled_orders_come_with_their_reverse():
    assert len(coalitions(list("abcdef"), 1)) == 64
    orders = orders_of_entry(list("abcdefgh"), 7)
    assert len(orders) == shares.ORDERS_OF_ENTRY
    assert all(orders[k][::-1] == orders[k + 1] for k in range(0, len(orders), 2))
    assert orders == orders_of_entry(list("abcdefgh"), 7) != orders_of_entry(list("abcdefgh"), 8)


def test_a_studys_parts_add_up_to_its_gain():
    plan = scenario(coupons={}, onboarding={})
    table = shapley(plan.name, plan, 2)
    bare = plan.without("coupons").without("onboarding")
    for outcome, parts in table.groupby("outcome"):
        gain = [
            balance(lived(plan, r)) - balance(lived(bare, r)) if outcome == "contribution_minor"
            else lived(plan, r).daily()["orders"].sum() - lived(bare, r).daily()["orders"].sum()
            for r in range(2)
        ]
        assert parts["value"].sum() == pytest.approx(sum(gain) / 2, abs=1e-6)


def test_a_study_with_its_twin_writes_both_tables_and_the_same_bytes_again(tmp_path):
    plans = [scenario(), scenario(coupons={}, onboarding={})]
    options = {"replications": 2, "twin": True, "shapley": True}
    for place in ("one", "two"):
        compare(plans, folder=tmp_path / place, threads=1 if place == "one" else 2, **options)
    for name in ("uplift.csv", "shapley.csv"):
        first = (tmp_path / "one" / name).read_bytes()
        assert first == (tmp_path / "two" / name).read_bytes()
        assert first.count(b"\n") > 4


def test_the_twins_margin_is_read_from_the_ledger():
    model = lived(scenario(**PULLED), 0)
    counts = {f"account/{name}": np.array(amount) for name, amount in model.ledger().items()}
    assert contribution(counts, model.plan) == balance(model)
