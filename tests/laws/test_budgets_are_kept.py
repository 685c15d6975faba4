"""A budget is never overspent by one minor unit, in whatever order and on however many threads users live."""

from __future__ import annotations

import numpy as np
import pytest
from anything import EVERY_LEVER, differences, few, lived, scenario, values
from hypothesis import given
from hypothesis import strategies as st

from sim.engine.compose import CHUNK
from sim.levers import coupons, winback
from sim.model import LifecycleModel
from sim.parameter import minor_units

GENEROUS = {
    "coupons": {"every_days": 3, "audience": "everyone", "attention": 10.0, "min_spend": 0.0, "wallet": 4},
    "winback": {"after_days": 3, "every_days": 5, "contacts": 20, "min_spend": 0.0, "seen": 1.0},
}
GIVEN = {"coupons": "issued", "winback": "offered"}
MOST = {"coupons": coupons.highest_cost, "winback": lambda p: minor_units(p.value)}
MODULES = {"coupons": coupons, "winback": winback}


@pytest.mark.parametrize("name", GENEROUS)
@few(30)
@given(data=st.data(), budget=st.floats(0.0, 3_000.0))
def test_a_budget_is_never_overspent_nor_could_it_be(name, data, budget):
    block = {**data.draw(values(name)), "budget": budget}
    model = LifecycleModel(scenario({name: block}, days=40), kinds=EVERY_LEVER)
    most = MOST[name](MODULES[name].Parameters(**block))
    while model.day < model.days:
        model.step()
        total = {k: int(model.total[name][k][0]) for k in model.total[name].dtype.names}
        still_open = total[GIVEN[name]] - total["used"] - total["expired"]
        assert total["discount"] <= minor_units(budget)
        assert total["discount"] + still_open * most <= minor_units(budget)


@pytest.mark.parametrize("name", GENEROUS)
def test_a_budget_that_binds_is_nearly_spent(name):
    model = lived(scenario({name: {**GENEROUS[name], "budget": 500.0}}, days=200))
    free = lived(scenario({name: GENEROUS[name]}, days=200))
    assert free.ledger()[f"{name}.discount"] > 100_000
    assert 45_000 <= model.ledger()[f"{name}.discount"] <= 50_000


def waiting(model, name):
    """How many wait for tomorrow's grants."""
    own = model.rows[name]
    return int(np.sum(own["due_day"] == model.day + 1) if "due_day" in own.dtype.names else np.sum(own["due"]))


@pytest.mark.parametrize("name", GENEROUS)
def test_a_budget_of_nothing_grants_nothing(name):
    model = lived(scenario({name: {**GENEROUS[name], "budget": 0.0}}, days=30))
    assert model.daily()[f"{name}_{GIVEN[name]}"].sum() == 0
    assert waiting(model, name) > 0


@pytest.mark.parametrize("name", GENEROUS)
def test_a_budget_that_never_binds_is_no_budget_to_the_bit(name):
    ample = lived(scenario({name: {**GENEROUS[name], "budget": 1e9}}, days=30))
    assert differences(ample, lived(scenario({name: GENEROUS[name]}, days=30))) == []


@pytest.mark.parametrize("name", GENEROUS)
def test_a_budget_is_shared_out_the_same_on_any_number_of_threads(name):
    world = scenario({name: {**GENEROUS[name], "budget": 2_000.0}}, users=2 * CHUNK + 9, days=7)
    one, three = (lived(world, threads=n, list_orders=False) for n in (1, 3))
    assert differences(one, three) == []
    assert 0 < one.ledger()[f"{name}.discount"] <= 200_000
    assert one.daily()[f"{name}_{GIVEN[name]}"][-1] < waiting(one, name) + 2 * CHUNK
