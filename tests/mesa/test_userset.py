"""UserSet answers as Mesa's own AgentSet of agents that hold the same values."""

from __future__ import annotations

import copy
import itertools
import pickle
import statistics

import mesa
import numpy as np
import pytest
from mesa.agent import AgentSet
from worlds import scenario

from sim.model import LifecycleModel
from sim.population import COLUMNS
from sim.user import User

NUMBERS = [name for name in COLUMNS if name not in ("stage", "left")]


class Person(mesa.Agent):
    """An ordinary agent with a user's values."""

    def __init__(self, model, user):
        super().__init__(model)
        for name in COLUMNS:
            setattr(self, name, getattr(user, name))

    def worth(self, factor):
        return self.orders * factor


def worth(agent, factor):
    return agent.orders * factor


@pytest.fixture(scope="module")
def lived():
    return LifecycleModel(scenario("coupons")).run()


@pytest.fixture
def model(lived):
    return copy.deepcopy(lived)


@pytest.fixture
def both(model):
    """The users, and Mesa's set of people with the same values and the same generator."""
    plain = mesa.Model(rng=5)
    plain.random.setstate(model.random.getstate())
    people = [Person(plain, user) for user in model.agents]  # held here: a set of Mesa's does not keep its agents alive
    yield model.agents, AgentSet(people, random=plain.random)
    assert len(people) == 300


def ids(agents):
    return [agent.id for agent in agents]


def test_users_are_a_mesa_agentset(model):
    assert isinstance(model.agents, AgentSet)
    assert model.agents_by_type == {User: model.agents}
    assert model.agent_types == [User]


@pytest.mark.parametrize("name", COLUMNS)
def test_get_gives_the_same_list(both, name):
    users, people = both
    assert users.get(name) == people.get(name)
    assert [type(value) for value in users.get(name)] == [type(value) for value in people.get(name)]


def test_get_of_several_names_gives_a_list_for_each_user(both):
    users, people = both
    assert users.get(["stage", "orders", "unique_id"]) == people.get(["stage", "orders", "unique_id"])
    assert users.get([]) == people.get([])


def test_get_treats_missing_names_as_asked(both):
    users, people = both
    assert users.get("mood", handle_missing="default", default_value=7) == people.get(
        "mood", handle_missing="default", default_value=7
    )
    names = ["orders", "mood"]
    assert users.get(names, handle_missing="default") == people.get(names, handle_missing="default")
    for agents in both:
        with pytest.raises(AttributeError, match="mood"):
            agents.get("mood")
        with pytest.raises(ValueError, match="handle_missing"):
            agents.get("orders", handle_missing="guess")


def test_a_levers_column_goes_by_its_dotted_name(model):
    held = model.rows["coupons"]["held"]
    assert model.agents.get("coupons.held") == held.tolist() == [user.coupons.held for user in model.agents]
    assert model.agents.agg("coupons.held", sum) == int(held.sum())
    assert [list(one) for one in model.agents.get("coupons.expires")] == model.rows["coupons"]["expires"].tolist()
    model.agents.set("coupons.held", 2)
    assert model.agents.groupby("coupons.held").count() == {2: 300}


@pytest.mark.parametrize(
    ("name", "func"),
    [
        *itertools.product(COLUMNS, [min, max, len, np.unique, np.size, list, statistics.mode]),
        *itertools.product([*NUMBERS, "left"], [sum, np.sum, np.max, np.mean, np.median, np.std, statistics.fmean]),
    ],
)
def test_agg_gives_the_same_answer(both, name, func):
    users, people = both
    np.testing.assert_array_equal(users.agg(name, func), people.agg(name, func))


def test_agg_takes_several_functions_at_once(both):
    users, people = both
    assert users.agg("orders", [min, max, sum]) == people.agg("orders", [min, max, sum])


def test_agg_of_an_empty_set_fails_as_with_mesa(both):
    for agents in both:
        nobody = agents.select(lambda agent: False)
        assert nobody.agg("orders", sum) == 0
        with pytest.raises(ValueError, match="empty"):
            nobody.agg("orders", max)


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"filter_func": lambda agent: agent.stage == "customer"},
        {"filter_func": lambda agent: agent.orders > 1, "at_most": 5},
        {"filter_func": lambda agent: agent.orders > 0, "at_most": 0.02},
        {"at_most": 7},
        {"at_most": 0.5},
        {"at_most": 1},
        {"at_most": 1.0},
        {"at_most": 2.5},
        {"at_most": 0},
        {"agent_type": mesa.Agent},
        {"agent_type": mesa.Agent, "filter_func": lambda agent: agent.left, "at_most": 3},
        {"agent_type": int},
    ]
)
def test_select_chooses_the_same_users(both, asked):
    users, people = both
    assert ids(users.select(**asked)) == ids(people.select(**asked))
    assert ids(users.copy().select(**asked, inplace=True)) == ids(people.select(**asked))


def test_select_takes_a_mask(model):
    mask = model.agents.array("orders") > 1
    assert ids(model.agents.select(mask)) == np.flatnonzero(mask).tolist()
    assert ids(model.agents.select(mask, at_most=2)) == np.flatnonzero(mask)[:2].tolist()
    with pytest.raises(ValueError, match=r"boolean array of shape \(300,\)"):
        model.agents.select(mask[:10])
    with pytest.raises(ValueError, match="boolean"):
        model.agents.select(np.arange(300))


@pytest.mark.parametrize("ascending", [True, False])
@pytest.mark.parametrize(
    "key", ["orders", "visit_rate", "stage", "left", lambda agent: -agent.last_seen, lambda agent: agent.stage],
    ids=["orders", "visit_rate", "stage", "left", "a function of last_seen", "a function of stage"],
)
def test_sort_orders_users_alike_ties_included(both, key, ascending):
    users, people = both
    assert ids(users.sort(key, ascending=ascending)) == ids(people.sort(key, ascending=ascending))
    selection = users.copy()
    assert selection.sort(key, ascending, inplace=True) is selection
    assert ids(selection) == ids(people.sort(key, ascending=ascending))


def test_shuffle_draws_as_mesa_draws(both):
    users, people = both
    assert ids(users.shuffle()) == ids(people.shuffle())
    assert ids(users.shuffle()) != list(range(300))
    seen = []
    users.shuffle_do(lambda user: seen.append(user.id))
    assert sorted(seen) == list(range(300)) != seen


def test_shuffling_does_not_touch_any_life(model):
    other = copy.deepcopy(model)
    other.agents.shuffle().select(at_most=10).shuffle_do(lambda user: user.orders)
    model.step()
    other.step()
    assert (model.rows == other.rows).all()


@pytest.mark.parametrize(
    "by", ["stage", "orders", "left", lambda agent: agent.orders > 0, lambda agent: agent.stage],
    ids=["stage", "orders", "left", "a function of orders", "a function of stage"],
)
def test_groupby_makes_the_same_groups_in_the_same_order(both, by):
    users, people = both
    ours, theirs = users.groupby(by), people.groupby(by)
    assert list(ours.count().items()) == list(theirs.count().items())
    assert ours.agg("orders", sum) == theirs.agg("orders", sum)
    assert ours.map(len) == theirs.map(len)
    assert ours.map("get", "id") == theirs.map("get", "id")
    assert len(ours) == len(theirs)
    lists = users.groupby(by, result_type="list")
    assert {key: ids(group) for key, group in lists} == {
        key: ids(group) for key, group in people.groupby(by, result_type="list")
    }
    assert lists.agg("orders", max) == theirs.agg("orders", max)


def test_a_group_does_what_it_is_told(model):
    model.agents.groupby("stage").do(lambda group: group.set("habit", len(group) / 1000))
    sizes = model.agents.groupby("stage").count()
    assert all(user.habit == sizes[user.stage] / 1000 for user in model.agents)


def test_set_sets_a_column_of_the_selection_only(both):
    for agents in both:
        agents.select(lambda agent: agent.stage == "customer").set("stage", "churned").set("left", True).set(
            "habit", 0.5
        )
    users, people = both
    for name in ("stage", "left", "habit"):
        assert users.get(name) == people.get(name)
    with pytest.raises(AttributeError, match="'mood'.*coupons.held"):
        users.set("mood", 1)
    with pytest.raises(ValueError, match="'vip'"):
        users.set("stage", "vip")


def test_do_and_map_call_each_user_in_turn(both):
    users, people = both
    seen = []
    assert users.do(lambda user, more: seen.append(user.id + more), 5) is users
    assert seen == list(range(5, 305))
    assert users.map(worth, factor=3) == people.map("worth", factor=3)
    assert users.map("__hash__") == [hash(user) for user in users]


def test_users_are_reached_by_number_slice_and_loop(both):
    users, people = both
    assert users[7].id == list(people)[7].id == 7
    assert users[-1].id == list(people)[-1].id
    assert ids(users[5:20:3]) == ids(list(people)[5:20:3])
    assert len(users) == len(people) == len(users.to_list())
    few = users.select(lambda user: user.id % 2)
    assert (few[0].id, few[-1].id, ids(few[1:3])) == (1, 299, [3, 5])
    for beyond in (300, -301):
        with pytest.raises(IndexError):
            _ = users[beyond]


def test_a_set_knows_its_members(model):
    few = model.agents.select(lambda user: user.id % 2)
    assert model.user(3) in few and model.user(4) not in few and model.user(4) in model.agents
    assert "user" not in few and LifecycleModel(scenario()).user(3) not in few


def test_nobody_joins_or_leaves_the_world_through_its_set(model):
    user = model.user(3)
    for call in (model.agents.add, model.agents.discard, model.agents.remove):
        with pytest.raises(TypeError, match="part of the world"):
            call(user)
    model.agents.select(lambda user: user.id < 5, inplace=True)
    assert len(model.agents) == 300


def test_a_selection_gains_and_loses_users(model):
    few = model.agents.select(at_most=3)
    few.add(model.user(9))
    few.add(model.user(9))
    few.discard(model.user(0))
    few.discard(model.user(0))
    few.remove(model.user(1))
    assert ids(few) == [2, 9]
    with pytest.raises(KeyError):
        few.remove(model.user(1))
    with pytest.raises(TypeError, match="no user of this model"):
        few.add("someone")


def test_sets_combine_as_sets(both):
    answers = []
    for agents in both:
        odd, small = agents.select(lambda agent: agent.id % 2), agents.select(lambda agent: agent.id < 6)
        answers.append([sorted(ids(one)) for one in (odd & small, odd - small, odd | small, odd ^ small)])
    assert answers[0] == answers[1]
    assert both[0].select(at_most=4) <= both[0]


def test_a_copy_changes_on_its_own(model):
    for made in (copy.copy(model.agents), model.agents.copy(), model.agents.select()):
        made.select(at_most=4, inplace=True)
        assert (len(made), len(model.agents)) == (4, 300)


def test_a_pickled_set_comes_back_with_its_model(model):
    few = model.agents.select(at_most=4)
    back = pickle.loads(pickle.dumps(few))
    assert ids(back) == ids(few) and back.model is not model and back[1].model is back.model


def test_array_is_the_models_own_memory_for_everybody(model):
    assert np.shares_memory(model.agents.array("orders"), model.rows["orders"])
    assert np.shares_memory(model.agents.array("coupons.held"), model.rows["coupons"]["held"])
    assert model.agents.select(at_most=4).array("id").tolist() == [0, 1, 2, 3]
    with pytest.raises(AttributeError, match="'mood'"):
        model.agents.array("mood")
