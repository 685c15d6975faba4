"""A cap on all levers together is never passed by one minor unit: on no day, in no order, and not when parameters change while users
hold promises."""

from __future__ import annotations

import pytest
from anything import EVERY_LEVER, blocks, differences, few, scenario
from hypothesis import given
from hypothesis import strategies as st

from sim.engine.compose import CHUNK
from sim.lever import levers
from sim.model import LifecycleModel
from sim.parameter import minor_units, specification

CAPPED = [name for name, lever in levers().items() if lever.committed is not None]
GENEROUS = {
    "coupons": {"every_days": 3, "audience": "everyone", "attention": 10.0, "min_spend": 0.0, "wallet": 4},
    "second": {"kind": "coupons", "every_days": 5, "audience": "everyone", "attention": 10.0, "min_spend": 0.0, "face_value": 9.0},
    "winback": {"after_days": 3, "every_days": 5, "contacts": 20, "min_spend": 0.0, "seen": 1.0},
}
KINDS = {**EVERY_LEVER, "second": "coupons"}


def lived(world, **options) -> LifecycleModel:
    """Live all days, and hold the law on each of them."""
    model = LifecycleModel(world, kinds=KINDS, **options)
    while model.day < model.days:
        model.step()
        spent = sum(model.committed(name) for name in model.parameters)
        assert spent <= minor_units(model.highest_cap)
        assert model.broken_laws() == []
    return model


def test_every_lever_with_a_budget_says_what_it_has_committed():
    assert [name for name, lever in levers().items() if "budget" in lever.Parameters.model_fields] == CAPPED


@few(12)
@given(levers_=blocks(*CAPPED), budget=st.floats(0.0, 3_000.0), seed=st.integers(0, 10**9), objects=st.booleans())
def test_random_levers_with_budgets_never_overspend_the_cap_together(levers_, budget, seed, objects):
    world = scenario(levers_, users=60 if objects else 400, days=30, seed=seed, economics={"incentive_budget": budget})
    lived(world, driver="objects" if objects else "compiled")


def test_a_cap_that_binds_is_nearly_spent():
    world = scenario(GENEROUS, days=200, economics={"incentive_budget": 500.0})
    model = lived(world)
    amounts = {name: model.ledger()[f"{name}.discount"] for name in GENEROUS}
    free = LifecycleModel(scenario(GENEROUS, days=200), kinds=KINDS).run().ledger()
    assert sum(free[f"{name}.discount"] for name in GENEROUS) > 200_000
    assert 45_000 <= sum(amounts.values()) <= 50_000


def test_a_cap_and_a_levers_own_budget_hold_side_by_side():
    own = {**GENEROUS, "coupons": {**GENEROUS["coupons"], "budget": 100.0}}
    model = lived(scenario(own, days=100, economics={"incentive_budget": 500.0}))
    assert 9_000 <= model.committed("coupons") <= 10_000
    assert 45_000 <= sum(model.committed(name) for name in GENEROUS) <= 50_000
    assert model.ledger()["second.discount"] > 20_000


def test_a_cap_that_never_binds_is_no_cap_to_the_bit():
    ample, free = (scenario(GENEROUS, days=30, economics=e) for e in ({"incentive_budget": 1e9}, {}))
    assert differences(*(LifecycleModel(w, kinds=KINDS, list_orders=True).run() for w in (ample, free))) == []


@pytest.mark.parametrize("options", [{"threads": 3}, {"driver": "objects"}])
def test_a_cap_is_shared_out_the_same_on_any_driver_and_any_number_of_threads(options):
    users = 2 * CHUNK + 9 if "threads" in options else 200
    world = scenario(GENEROUS, users=users, days=8, economics={"incentive_budget": 500.0})
    one, other = lived(world), lived(world, **options)
    assert differences(one, other) == []
    assert sum(one.committed(name) for name in GENEROUS) > 40_000


# ---- parameters that change while users hold promises

START = {"calendar": {"start": "2025-01-01"}}


def dearer(path: str, to: float, budget: float, **more):
    schedule = {"a": {"path": path, "to": to, "on": "2025-01-11", **more}}
    return scenario(GENEROUS, days=60, schedule=schedule, economics={"incentive_budget": budget}, **START)


@pytest.mark.parametrize("more", [{}, {"ramp_days": 20}, {"until": "2025-01-15", "repeat": "weekly"}])
@pytest.mark.parametrize("budget", [100.0, 2_000.0, 20_000.0])
def test_a_face_value_that_rises_while_coupons_are_held_passes_no_cap(budget, more):
    lived(dearer("levers.coupons.face_value", 60.0, budget, **more))


def test_a_change_that_the_cap_could_not_bear_waits_until_it_can():
    first = {}
    for cap in (2_000.0, 1e9):
        model = LifecycleModel(dearer("levers.coupons.face_value", 60.0, cap), kinds=KINDS)
        while model.parameters["coupons"].face_value == 5.0:
            held = int(model.rows["coupons"]["held"].sum())
            model.step()
        first[cap] = model.day
        spent = int(model.total["coupons"]["discount"][0] - model.history[-1]["coupons"]["discount"][0])
        assert spent + held * 6_000 <= minor_units(cap)
    assert first[1e9] == 10 < first[2_000.0]


def test_a_policy_that_the_cap_could_not_bear_does_not_fire_until_it_can():
    act = {"metric": "orders", "above": -1.0, "path": "levers.coupons.face_value", "to": 100.0, "window_days": 5, "cool_down_days": 1}
    for cap, days in ((1_000.0, range(6, 40)), (1e9, [5])):
        model = lived(scenario(GENEROUS, days=40, policies={"p": act}, economics={"incentive_budget": cap}))
        assert [fired.day in days for fired in model.steering.log] == [True]


def test_a_budget_topped_up_on_a_date_is_spent_from_then_on():
    schedule = {"a": {"path": "economics.incentive_budget", "to": 1_000, "on": "2025-02-01"}}
    model = LifecycleModel(scenario(GENEROUS, days=60, schedule=schedule, economics={"incentive_budget": 300.0}, **START), kinds=KINDS)
    promised = []
    while model.day < model.days:
        model.step()
        promised.append(sum(model.committed(name) for name in GENEROUS))
    assert 29_000 < max(promised[:30]) <= 30_000 < 95_000 < max(promised[30:]) <= 100_000


@few(20)
@given(
    levers_=blocks(*CAPPED), budget=st.floats(0.0, 3_000.0), seed=st.integers(0, 10**9), to=st.floats(0.0, 200.0),
    name=st.sampled_from(CAPPED), ramp=st.integers(0, 10), cap=st.floats(0.0, 3_000.0), objects=st.booleans(),
)
def test_random_changes_of_random_levers_never_overspend_the_cap(levers_, budget, seed, to, name, ramp, cap, objects):
    table = specification(levers()[name].Parameters)
    money = [(field, facts) for field, facts in table.items() if facts["unit"] == "money" and not isinstance(facts["default"], list)]
    schedule = {
        field.replace(".", "_"): {"path": f"levers.{name}.{field}", "to": max(facts["minimum"], min(to, facts["maximum"])), "on": f"2025-01-{6 + 5 * k:02}"}
        | ({"ramp_days": ramp} if facts["default"] is not None else {})
        for k, (field, facts) in enumerate(money[:4])
    }
    schedule["cap"] = {"path": "economics.incentive_budget", "to": cap, "on": "2025-01-16"}
    blocks_ = {"schedule": schedule, "economics": {"incentive_budget": budget}, **START}
    world = scenario(levers_, users=60 if objects else 300, days=30, seed=seed, **blocks_)
    lived(world, driver="objects" if objects else "compiled")
