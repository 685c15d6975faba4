"""mesa.DataCollector and mesa.batch_run work on the model, on every Mesa."""

from __future__ import annotations

import inspect
from functools import partial

import mesa
import pytest
from worlds import scenario

from sim.model import LifecycleModel
from sim.population import STAGES
from sim.user import User


def customers(model):
    return len(model.agents.select(model.agents.array("stage") == STAGES.index("customer")))


def orders_above(agent, least):
    return max(agent.orders - least, 0)


class Collecting(LifecycleModel):
    """A model with a collector of its own, as Mesa's examples write it."""

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.datacollector = mesa.DataCollector(
            model_reporters={"day": "day", "customers": customers}, agent_reporters={"orders": "orders"}
        )

    def step(self):
        super().step()
        self.datacollector.collect(self)


def batch(parameters, seeds, model=LifecycleModel, **options):
    """``mesa.batch_run`` with seeds, which newer Mesas take apart from the parameters."""
    if "rng" in inspect.signature(mesa.batch_run).parameters:
        return mesa.batch_run(model, parameters, rng=seeds, display_progress=False, **options)
    return mesa.batch_run(model, {**parameters, "rng": seeds}, display_progress=False, **options)


def test_a_collector_reads_model_and_users():
    model = LifecycleModel(scenario("coupons"))
    collector = mesa.DataCollector(
        model_reporters={
            "day": "day",
            "customers": customers,
            "orders": lambda model: model.agents.agg("orders", sum),
            "again": partial(customers),
        },
        agent_reporters={
            "stage": "stage",
            "orders": "orders",
            "left": "left",
            "held": lambda user: user.coupons.held,
            "above": [orders_above, [1]],
        },
        agenttype_reporters={User: {"value": "visit_rate"}},
    )
    for _ in range(3):
        collector.collect(model)
        model.step()
    collector.collect(model)
    days = collector.get_model_vars_dataframe()
    assert days["day"].tolist() == [0, 1, 2, 3]
    assert days["customers"].tolist() == days["again"].tolist() == model.daily()["customer"].tolist()
    assert days["orders"].tolist() == model.daily()["orders"].cumsum().tolist()
    users = collector.get_agent_vars_dataframe()
    assert len(users) == 4 * 300
    last = users.xs(3, level="Step")
    assert last.index.tolist() == list(range(1, 301))
    for name in ("stage", "orders", "left"):
        assert last[name].tolist() == model.agents.get(name)
    assert last["held"].tolist() == model.agents.get("coupons.held")
    assert last["above"].tolist() == [max(n - 1, 0) for n in model.agents.get("orders")]
    assert collector.get_agenttype_vars_dataframe(User).xs(3, level="Step")["value"].tolist() == model.agents.get(
        "visit_rate"
    )


def test_the_models_own_collector_keeps_stocks_counts_and_totals_of_each_day():
    model = LifecycleModel(scenario("coupons", days=12)).run()
    collected = model.datacollector.get_model_vars_dataframe()
    daily = model.daily()
    assert collected["day"].tolist() == list(range(1, 13))
    for name in (*STAGES, "departed", "orders", "active_users", "new_users"):
        assert collected[name].tolist() == daily[name][1:].tolist(), name
    assert collected["revenue_minor"].tolist() == daily["revenue"][1:].tolist()
    assert collected["total_orders"].iloc[-1] == daily["orders"].sum()
    assert collected["total_revenue_minor"].iloc[-1] == daily["revenue"].sum()
    assert collected["registered_ever"].iloc[-1] == 300


def test_a_collector_brought_by_someone_else_collects_only_when_told():
    model = LifecycleModel(scenario(days=3))
    model.datacollector = mesa.DataCollector(model_reporters={"day": "day"})
    model.run()
    assert model.datacollector.model_vars["day"] == []
    assert Collecting(scenario(days=3)).run().datacollector.model_vars["day"] == [1, 2, 3]


@pytest.mark.parametrize("processes", [1, 2])
def test_batch_run_reports_the_last_day_of_each_run(processes):
    results = batch({"scenario": scenario("coupons", days=6), "users": [100, 150]}, [1, 2], number_processes=processes)
    expected = []
    for seed in (1, 2):
        for users in (100, 150):
            model = LifecycleModel(scenario("coupons", days=6), users=users, rng=seed).run()
            expected.append((seed, users, 6, int(model.daily()["orders"].sum()), model.agents.agg("orders", sum)))
    found = [(run["rng"], run["users"], run["day"], run["total_orders"]) for run in results]
    assert sorted(found) == sorted(line[:4] for line in expected)
    assert all(line[3] == line[4] for line in expected)


def test_batch_run_reads_a_scenario_from_its_path(tmp_path):
    path = tmp_path / "few.yaml"
    path.write_text("name: Few\nrun: {users: 50, days: 4}\n", encoding="utf-8")
    found = batch({"scenario": str(path), "replication": [0, 1]}, [7], data_collection_period=1)
    assert [(run["replication"], run["day"]) for run in found] == [(k, day) for k in (0, 1) for day in (1, 2, 3, 4)]
    orders = [[run["total_orders"] for run in found if run["replication"] == k] for k in (0, 1)]
    assert orders[0] != orders[1] or found[3]["total_revenue_minor"] != found[7]["total_revenue_minor"]


def test_batch_run_collects_users_of_a_model_with_a_collector_of_its_own():
    found = batch({"scenario": scenario(days=5), "users": 40}, [3], model=Collecting)
    model = LifecycleModel(scenario(days=5), users=40, rng=3).run()
    assert [run["AgentID"] for run in found] == list(range(1, 41))
    assert {run["customers"] for run in found} == {customers(model)}


def test_the_seed_a_model_was_given_decides_its_luck():
    def values(**options):
        return LifecycleModel(scenario(seed=5), **options).agents.get("visit_rate")

    assert values() == values(rng=5) != values(rng=6)
    assert values(rng=[1, 2]) == values(rng=[1, 2]) != values(rng=[1, 3])
    assert values(rng=5, replication=1) != values(rng=5)


def test_run_model_of_mesa_runs_to_the_last_day():
    model = LifecycleModel(scenario(days=5))
    model.run_model()
    assert (model.day, model.steps, model.running) == (5, 5, False)


def test_the_scenario_of_a_model_is_the_one_it_was_given():
    world = scenario()
    assert LifecycleModel(world).scenario is world
