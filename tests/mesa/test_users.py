"""User: a row of the population as a mesa.Agent."""

from __future__ import annotations

import mesa
import numpy as np
import pytest
from worlds import assert_same_lives, scenario

from sim.model import LifecycleModel
from sim.population import COLUMNS, STAGES
from sim.user import User


@pytest.fixture
def model():
    return LifecycleModel(scenario("coupons", "points")).run()


def test_each_user_is_a_mesa_agent_numbered_from_one(model):
    users = model.agents.to_list()
    assert all(isinstance(user, mesa.Agent) for user in users)
    assert [user.unique_id for user in users] == list(range(1, 301))
    assert users[7].model is model


def test_the_columns_are_attributes_and_plain_python_values(model):
    user = model.user(7)
    for name in COLUMNS:
        value = getattr(user, name)
        assert type(value) in (int, float, bool, str), name
        assert value == (STAGES[model.rows[name][7]] if name == "stage" else model.rows[name][7]), name


def test_a_stage_is_a_name_and_left_is_true_or_false(model):
    assert {user.stage for user in model.agents} <= set(STAGES)
    assert {user.left for user in model.agents} == {True, False}
    assert [user.row for user in model.agents if user.left] == np.flatnonzero(model.rows["left"]).tolist()


def test_what_a_lever_remembers_is_under_its_name(model):
    row = int(np.argmax(model.rows["points"]["balance"]))
    user = model.user(row)
    assert user.points.balance == model.rows["points"]["balance"][row] > 0
    assert list(user.points.buckets) == model.rows["points"]["buckets"][row].tolist()
    assert f"balance={user.points.balance}" in repr(user.points)
    user.coupons.held = 3
    assert model.rows["coupons"]["held"][row] == 3


def test_setting_an_attribute_sets_the_column(model):
    user = model.user(3)
    user.orders, user.satisfaction, user.stage, user.left = 12, 0.25, "dormant", True
    assert (model.rows["orders"][3], model.rows["satisfaction"][3], model.rows["left"][3]) == (12, 0.25, 1)
    assert STAGES[model.rows["stage"][3]] == model.user(3).stage == "dormant"


def test_a_name_that_is_no_column_is_refused_rather_than_lost(model):
    user = model.user(3)
    with pytest.raises(AttributeError, match="'mood'.*visit_rate"):
        user.mood = 1
    with pytest.raises(AttributeError, match="'mood'.*coupons"):
        _ = user.mood
    with pytest.raises(AttributeError, match="'hold'.*held"):
        user.coupons.hold = 1
    with pytest.raises(AttributeError, match="'hold'.*held"):
        _ = user.coupons.hold
    with pytest.raises(ValueError, match="'vip'.*prospect"):
        user.stage = "vip"


def test_two_views_of_one_row_are_one_user(model):
    other = LifecycleModel(scenario("coupons", "points"))
    assert model.user(4) == model.user(4) and hash(model.user(4)) == hash(model.user(4))
    assert model.user(4) != model.user(5)
    assert model.user(4) != other.user(4)
    assert len({model.user(4), model.user(4), model.user(5)}) == 2


def test_a_view_shows_its_number_stage_and_orders(model):
    user = model.user(4)
    user.orders, user.stage = 2, "customer"
    assert repr(user).startswith("<User 4: customer, orders 2, last seen on day ")


def test_users_can_neither_be_removed_nor_joined_by_other_agents(model):
    with pytest.raises(TypeError, match="cannot be removed"):
        model.user(0).remove()
    with pytest.raises(TypeError, match="cannot be added"):
        mesa.Agent(model)
    assert len(model.agents) == 300


def test_a_user_lives_only_within_a_day_of_the_model(model):
    before = model.rows.copy()
    with pytest.raises(RuntimeError, match="model.step()"):
        model.user(0).step()
    assert (model.rows == before).all()


def test_looking_at_users_enters_none_of_them_in_mesas_books(model):
    for user in model.agents:
        assert isinstance(user, User)
    assert len(mesa.Model.agents.fget(model)) == 0


# ---- what is written is noticed, though users sleep

RARE = {"order_rate": {"r": 2.0, "alpha_weeks": 4000.0}, "visit_conversion": 0.9, "dropout": {"mode": "none"}}


def everybody_visits_daily(users):
    users.set("visit_rate", 500.0)


def one_by_one(users):
    for user in users:
        user.visit_rate = 500.0


@pytest.mark.parametrize("write", [everybody_visits_daily, one_by_one])
def test_whoever_is_given_another_rate_comes_by_on_the_next_day(write):
    model = LifecycleModel(scenario(population=RARE))
    for _ in range(10):
        model.step()
    assert np.mean(model.wake > model.day + 1) > 0.9
    write(model.agents.select(lambda user: user.row % 2 == 0))
    model.step()
    assert (model.rows["last_seen"][::2] == model.day).all()
    assert (model.rows["last_seen"][1::2] < model.day).mean() > 0.9


def test_what_is_written_between_days_gives_the_same_lives_with_both_drivers():
    def lived(driver):
        model = LifecycleModel(scenario("coupons", "winback", population=RARE), driver=driver)
        for day in range(1, 31):
            model.step()
            if day == 10:
                model.agents.set("visit_rate", 0.5)
            if day == 15:
                model.agents.select(lambda user: user.row < 50).set("stage", "dormant").set("left", True)
            if day == 20:
                for user in model.agents:
                    user.coupons.due_day, user.left, user.satisfaction = day + 1, user.row % 3 == 0, -0.5
        return model

    assert_same_lives(lived("compiled"), lived("objects"))
