"""A model can be pickled or copied in the middle of a run, and both go on alike."""

from __future__ import annotations

import copy
import pickle

import pytest
from worlds import assert_same_lives, scenario

from sim.lever import levers
from sim.model import LifecycleModel


def pickled(model):
    return pickle.loads(pickle.dumps(model))


@pytest.mark.parametrize("copied", [pickled, copy.deepcopy])
@pytest.mark.parametrize("options", [{}, {"driver": "objects"}, {"threads": 2}, {"list_orders": True}], ids=str)
def test_a_copy_made_mid_run_lives_the_same_days(copied, options):
    model = LifecycleModel(scenario(*levers(), users=9_000 if "threads" in options else 200, days=30), **options)
    for _ in range(4):
        model.step()
    other = copied(model)
    for one in (model, other):
        for _ in range(3):
            one.step()
    assert (other.day, other.steps, other.running) == (7, 7, True)
    assert_same_lives(model, other)
    assert other.ledger() == model.ledger()


@pytest.mark.parametrize("copied", [pickled, copy.deepcopy])
def test_a_copy_goes_its_own_way(copied):
    model = LifecycleModel(scenario("coupons", days=10))
    model.step()
    rows = model.rows.copy()
    other = copied(model)
    other.run()
    assert (model.rows == rows).all() and (model.day, other.day) == (1, 10)
    assert other.user(3).model is other
    assert len(other.datacollector.model_vars["day"]) == 10 and len(model.datacollector.model_vars["day"]) == 1
    assert not other.running and model.running


def test_a_copy_draws_the_same_from_mesas_generators():
    model = LifecycleModel(scenario())
    model.random.random(), model.rng.random()
    other = pickled(model)
    assert other.random.random() == model.random.random()
    assert other.rng.random() == model.rng.random()


def test_a_pickled_user_comes_back_with_its_model():
    model = LifecycleModel(scenario())
    model.favourite = model.user(7)
    other = pickled(model)
    assert other.favourite.row == 7 and other.favourite.model is other


def test_a_pickled_lever_is_the_same_lever():
    for lever in levers().values():
        assert pickled(lever) == lever and copy.deepcopy(lever) == lever
