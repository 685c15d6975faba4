"""Law 3: a lever that is off, or without effect, changes no bit of any life."""

from __future__ import annotations

import pytest
from anything import LEARNED, MARKET, blocks, few, lived, lives, scenario, values
from hypothesis import given
from hypothesis import strategies as st

from sim.lever import levers
from sim.model import LifecycleModel

WORLDS = {"cohort": {}, "market": MARKET}
UNTOUCHED = {world: lives(lived(scenario(days=40, **blocks))) for world, blocks in WORLDS.items()}


@pytest.mark.parametrize("world", WORLDS)
@pytest.mark.parametrize("name", levers())
@few(8)
@given(data=st.data())
def test_strength_zero_changes_no_bit_of_any_life(name, world, data):
    block = {**data.draw(values(name)), "strength": 0.0}
    assert lives(lived(scenario({name: block}, days=40, **WORLDS[world]))) == UNTOUCHED[world]


@pytest.mark.parametrize("world", WORLDS)
@few(6)
@given(pulled=blocks(strength=0.0))
def test_all_levers_at_strength_zero_change_no_bit_of_any_life(world, pulled):
    assert lives(lived(scenario(pulled, days=40, **WORLDS[world]))) == UNTOUCHED[world]


@pytest.mark.parametrize("name", levers())
def test_the_same_lever_at_full_strength_does_change_lives(name):
    assert any(lives(lived(scenario({name: {}}, days=40, **blocks))) != UNTOUCHED[world] for world, blocks in WORLDS.items())


@pytest.mark.parametrize("world", WORLDS)
def test_a_lever_that_is_not_even_compiled_in_changes_nothing_either(world):
    without = LifecycleModel(scenario(days=40, **WORLDS[world]), list_orders=True).run()
    assert lives(without) == UNTOUCHED[world]


@pytest.mark.parametrize("mode", ["per_order", "per_time", "per_renewal", "none"])
@pytest.mark.parametrize("entry", ["cohort", {"arrivals": {"per_day": 20.0}}, "market"])
def test_what_users_learn_stays_neutral_to_the_bit_where_nothing_acts(mode, entry):
    population = {"order_rate": {"r": 2.0, "alpha_weeks": 6.0}, "visit_conversion": 0.3, "entry": entry}
    population["dropout"] = {"mode": mode, "period_days": 7}
    market = {"bass": {"p_per_year": 20.0}}
    model = lived(scenario(population=population, behaviour={}, market=market))
    assert model.daily()["orders"].sum() > 100
    for name in LEARNED:
        assert set(model.rows[name].tolist()) == {1.0 if name == "reference_price" else 0.0}, name
