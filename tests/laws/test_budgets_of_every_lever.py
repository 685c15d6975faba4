"""Every lever that gives keeps its budget, and all of them the common one: to the minor unit, on every day, in any order."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pytest
from anything import EVERY_LEVER, LIVELY, MARKET, blocks, differences, few, scenario
from hypothesis import given
from hypothesis import strategies as st

from sim.budget import MOST
from sim.chance import LOT, chances
from sim.engine.compose import CHUNK
from sim.lever import levers
from sim.model import LifecycleModel
from sim.parameter import minor_units

SPENDING = {
    "abuse": {"share": 0.5, "bar": False},
    "alliances": {"member_share": 0.8, "benefit_cost": 1.0},
    "channels": {},
    "checkout": {"delivery_fee": 3.0, "free_from": 10.0},
    "community": {"reward": 1.0, "poster_share": 0.5, "poster_rate": 0.5},
    "content": {},
    "coupons": {"every_days": 3, "audience": "everyone", "attention": 10.0, "min_spend": 0.0},
    "events": {"dates": [], "days": [3, 10], "reach": 1.0, "cost": 20.0, "attendee_cost": 2.0},
    "feedback": {"survey_rate": 1.0, "rest_days": 1, "survey_cost": 0.5},
    "group_buy": {"strangers": 1.0, "open_rate": 1.0},
    "membership": {"join_rate": 0.5, "perks_cost": 1.0},
    "messaging": {"email": {"per_week": 7.0, "cost": 0.25}, "push": {"per_week": 7.0}},
    "onboarding": {"min_spend": 0.0},
    "points": {"welcome": 50, "per_visit": 5, "value_per_point": 0.0123},
    "promotions": {"dates": [618], "lasts_days": [7], "depth": [0.3]},
    "referral": {"commission": 0.1, "acceptance": 0.5, "invite_rate": 0.5},
    "save": {"idle_days": 3, "every_days": 3, "offer": 3.0, "contacts": 20},
    "signup": {"gift": 5.0, "min_spend": 0.0},
    "tiers": {"thresholds": [1.0], "discounts": [0.1], "shipping": 1.0, "service": 0.5, "service_cost": 2.0},
    "winback": {"after_days": 3, "every_days": 5, "contacts": 20, "min_spend": 0.0},
}
"""Of each lever with a budget, numbers with which it spends."""
GIVERS = {"onboarding": {"gift": 20.0, "min_spend": 0.0}}
BESIDE = {"abuse": GIVERS}
"""What a lever needs to spend anything."""
GATED = [name for name, lever in levers().items() if "gate" in lever.shared]


def world(own: dict, users: int = 200, days: int = 25, seed: int = 5, market: bool = False, **economics):
    return scenario(own, users=users, days=days, seed=seed, economics=economics, **(MARKET if market else {}))


def kept(plan, **options) -> LifecycleModel:
    """Live all days, and hold every budget of the plan on each of them; ``.spent``: what each lever had committed, by day."""
    model = LifecycleModel(plan, kinds=EVERY_LEVER, **options)
    model.spent = []
    while True:
        spent = {name: model.committed(name) for name in model.parameters}
        model.spent.append(spent)
        posted = model.ledger()
        for name, parameters in model.parameters.items():
            assert sum(posted[f"{name}.{account}"] for account in model.levers[name].budgeted) <= spent[name]
            if getattr(parameters, "budget", None) is not None:
                assert spent[name] <= minor_units(parameters.budget)
        if model.highest_cap is not None:
            assert sum(spent.values()) <= minor_units(model.highest_cap)
        assert model.broken_laws() == []
        if model.day > 0:
            before = model.spent[-2]
            for name in model.parameters.keys() & GATED:
                if (cap := getattr(model.parameters[name], "budget", None)) is not None or model.highest_cap is not None:
                    noted = int(model.rows[name]["drawn"].sum())
                    assert noted >= spent[name] - before[name] - model.promised.get(name, 0), f"{name} notes too little (own budget: {cap})"
        if model.day == model.days:
            return model
        model.step()


def of(model: LifecycleModel, name: str) -> list[int]:
    return [spent[name] for spent in model.spent]


@lru_cache
def free(name: str) -> LifecycleModel:
    """One lever's world without a budget."""
    return kept(world({**BESIDE.get(name, {}), name: SPENDING[name]}, market=name == "referral"))


@lru_cache
def held(name: str, share: float) -> LifecycleModel:
    """The same with a budget of so much of what it would have spent."""
    budget = share * max(of(free(name), name)) / 100
    return kept(world({**BESIDE.get(name, {}), name: {**SPENDING[name], "budget": budget}}, market=name == "referral"))


def unlike(one: LifecycleModel, other: LifecycleModel) -> list[str]:
    """What differs between two models, but for what is noted of a budget."""
    return [what for what in differences(one, other) if not what.endswith(".drawn")]


def test_all_levers_with_a_budget_are_tried_here():
    assert [name for name, lever in levers().items() if "budget" in lever.Parameters.model_fields] == sorted(SPENDING)
    assert [name for name, lever in levers().items() if lever.budgeted] == sorted(SPENDING)


@pytest.mark.parametrize("name", SPENDING)
def test_a_budget_that_binds_is_kept_and_nearly_spent(name):
    wanted, spent = max(of(free(name), name)), max(of(held(name, 0.4), name))
    assert 0.85 * 0.4 * wanted <= spent <= 0.4 * wanted + 1


@pytest.mark.parametrize("name", SPENDING)
def test_a_budget_that_never_binds_is_none_to_the_bit(name):
    assert unlike(held(name, 10.0), free(name)) == []


@pytest.mark.parametrize("name", SPENDING)
def test_a_budget_of_nothing_gives_nothing(name):
    model = held(name, 0.0)
    assert of(model, name) == [0] * 26


@pytest.mark.parametrize("name", SPENDING)
def test_a_larger_budget_spends_no_less_where_the_two_part_and_in_all(name):
    amounts = [of(held(name, share), name) for share in (0.0, 0.2, 0.4, 10.0)]
    for small, large in zip(amounts, amounts[1:], strict=False):
        parted = [day for day, (a, b) in enumerate(zip(small, large, strict=True)) if a != b]
        assert small[parted[0]] < large[parted[0]]
        assert max(small) <= max(large)


@pytest.mark.parametrize("name", GATED)
def test_the_object_driver_closes_the_same_gates(name):
    budget = 0.3 * max(of(free(name), name)) / 100
    plan = world({**BESIDE.get(name, {}), name: {**SPENDING[name], "budget": budget}}, users=60, market=name == "referral")
    plan_of_many = [kept(plan, driver=driver, list_orders=True) for driver in ("compiled", "objects")]
    assert differences(*plan_of_many) == []


EVERYTHING = {name: SPENDING[name] for name in SPENDING} | GIVERS
TIGHT = {name: {**block, "budget": 40.0} for name, block in EVERYTHING.items() if name not in ("points", "coupons")} | {
    "points": EVERYTHING["points"], "coupons": EVERYTHING["coupons"],
}


@pytest.mark.parametrize("market", [False, True])
def test_all_levers_keep_one_budget_and_nearly_spend_it(market):
    model = kept(world(EVERYTHING, days=15, market=market, incentive_budget=700.0))
    whole = kept(world(EVERYTHING, days=15, market=market))
    assert sum(whole.spent[-1].values()) > 200_000
    assert 65_000 <= max(sum(spent.values()) for spent in model.spent) <= 70_000


def test_own_budgets_and_the_common_one_hold_side_by_side_on_any_driver():
    plan = world(TIGHT, users=60, days=12, incentive_budget=300.0)
    models = [kept(plan, driver=driver, list_orders=True) for driver in ("compiled", "objects")]
    assert differences(*models) == []
    assert 25_000 <= max(sum(spent.values()) for spent in models[0].spent) <= 30_000


def test_gates_close_to_the_same_users_on_any_number_of_threads():
    plan = world(TIGHT, users=2 * CHUNK + 9, days=3, incentive_budget=20_000.0)
    one, three = (kept(plan, threads=n) for n in (1, 3))
    assert differences(one, three) == []
    assert 1_900_000 <= sum(one.spent[-1].values()) <= 2_000_000
    assert one.committed("feedback") == one.committed("alliances") == 4_000


@few(10)
@given(
    own=blocks(*SPENDING), budget=st.none() | st.floats(0.0, 3_000.0), seed=st.integers(0, 10**9), market=st.booleans(),
)
def test_random_levers_with_random_budgets_keep_them_on_any_driver(own, budget, seed, market):
    economics = {} if budget is None else {"incentive_budget": budget}
    plan = world(own, users=50, days=15, seed=seed, market=market, **economics)
    models = [kept(plan, driver=driver, list_orders=True) for driver in ("compiled", "objects")]
    assert differences(*models) == []


def test_a_budget_that_can_pay_for_nothing_is_closed_until_there_is_more_and_most_of_its_days_are_lived_once():
    schedule = {"more": {"path": "levers.tiers.budget", "to": 60.0, "on": "2025-06-23"}}
    plan = scenario({"tiers": {"thresholds": [1.0], "discounts": [0.1], "shipping": 2.0, "budget": 30.0}}, days=30, schedule=schedule)
    lives = []
    model = LifecycleModel(plan, kinds=EVERY_LEVER, before_day=lambda model, today: lives.append(int(today["day"][0])))
    spent = []
    while model.day < model.days:
        model.step()
        spent.append(model.committed("tiers"))
    assert 2_800 <= spent[13] <= 3_000 < 5_800 <= spent[-1] <= 6_000
    lived_twice = [day for day in range(31) if lives.count(day) > 1]
    assert 2 <= len(lived_twice) <= 16 and min(lived_twice) < 15 < max(lived_twice)


def test_more_than_can_be_noted_is_found_by_the_books():
    rich = {"population": {**LIVELY, "spend": {"median": 1e7, "sigma": 1.5}}}
    lever = {"promotions": {"dates": [608], "lasts_days": [7], "depth": [0.9], "budget": 1e9}}
    model = LifecycleModel(scenario(lever, days=7, **rich), kinds=EVERY_LEVER)
    while model.day < model.days:
        model.step()
        assert model.committed("promotions") <= minor_units(1e9)
    lever["promotions"]["budget"] = 1e12
    ample = LifecycleModel(scenario(lever, days=1, **rich), kinds=EVERY_LEVER).run()
    assert ample.rows["promotions"]["drawn"].max() == MOST and ample.committed("promotions") > minor_units(1e9)


def test_only_those_with_the_highest_numbers_are_kept_out():
    model = LifecycleModel(world({"promotions": {**SPENDING["promotions"], "budget": 30.0}}), kinds=EVERY_LEVER)
    bound = []
    while model.day < model.days:
        model.step()
        drew = model.rows["promotions"]["drawn"]
        assert drew.sum() == model.history[-1]["promotions"]["discount"][0]
        if (gate := model.policy["promotions"]["gate"][0]) < 1.0:
            numbers = np.empty(len(drew))
            chances(numbers, model.key, 0, model.day, LOT, 0)
            assert (numbers[drew > 0] < gate).all()
            bound.append(int(drew.sum()))
    assert len(bound) > 2 and bound[0] > 0
