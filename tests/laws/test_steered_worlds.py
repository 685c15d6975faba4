"""All levers on, with a schedule, policies and experiments over them: the same bits on both drivers and any number of threads, and
every law holds on every day."""

from __future__ import annotations

import anything
import pytest
from anything import EVERY_LEVER, blocks, differences, few, scenario
from hypothesis import given
from hypothesis import strategies as st

from sim.engine.compose import CHUNK
from sim.lever import levers
from sim.model import LifecycleModel
from sim.parameter import specification

QUIET = {"order_rate": {"r": 0.5, "alpha_weeks": 10.0}, "visit_conversion": 0.1, "newcomer": {"visit_lift": 1.0}}
START = {"calendar": {"start": "2025-01-01"}}
NAMES = list(levers())
SINGLE = [
    (f"levers.{name}.{parameter}", entry)
    for name in NAMES
    for parameter, entry in specification(levers()[name].Parameters).items()
    if not isinstance(entry["default"], (list, type(None))) and parameter.rpartition(".")[2] not in levers()[name].drawn_once
]
NUMBERS = [path for path, entry in SINGLE if isinstance(entry["default"], (int, float)) and not isinstance(entry["default"], bool)]


@st.composite
def changes(draw) -> dict:
    """One dated change of any parameter of any lever, to any value a scenario may set."""
    path, entry = draw(st.sampled_from(SINGLE))
    on = draw(st.integers(1, 28))
    change = {"path": path, "to": draw(anything._value(entry)), "on": f"2025-01-{on:02}"}
    if draw(st.booleans()):
        change["until"] = f"2025-02-{draw(st.integers(1, 9)):02}"
    elif path in NUMBERS:
        change["ramp_days"] = draw(st.integers(0, 20))
    return change


@st.composite
def reactions(draw) -> dict:
    """One policy that moves any number of any lever."""
    act = draw(st.sampled_from([{"times": 0.5}, {"times": 2.0}, {"add": 1.0}, {"add": -1.0}]))
    when = {draw(st.sampled_from(["above", "below"])): draw(st.floats(0.0, 30.0))}
    metric = draw(st.sampled_from(["orders", "visits", "active_share", "incentive_cost_share", "new_user_conversion"]))
    days = {"window_days": draw(st.integers(1, 10)), "cool_down_days": draw(st.integers(1, 10))}
    return {"metric": metric, "path": draw(st.sampled_from(NUMBERS)), **act, **when, **days}


def trials(by: str) -> st.SearchStrategy[dict]:
    """An experiment on some of the levers."""
    return st.fixed_dictionaries(
        {
            "levers": st.lists(st.sampled_from(NAMES), max_size=4, unique=True), "by": st.just(by), "share": st.floats(0.0, 1.0),
            "cluster_size": st.integers(2, 20), "period_days": st.integers(1, 12), "on": st.sampled_from(["2025-01-01", "2025-01-12"]),
            "until": st.sampled_from(["2025-01-20", "2025-02-25"]),
        }
    )  # fmt: skip


PLANS = {
    "schedule": st.fixed_dictionaries({f"s{k}": changes() for k in range(6)}),
    "policies": st.fixed_dictionaries({f"p{k}": reactions() for k in range(4)}),
    "experiments": st.fixed_dictionaries({by: trials(by) for by in ("user", "cluster", "period")}),
}


def steered(draw, **options):
    plans = {name: draw(strategy) for name, strategy in PLANS.items()}
    cap = {"economics": {"incentive_budget": draw(st.floats(0.0, 3_000.0))}}
    return scenario(draw(blocks()), seed=draw(st.integers(0, 10**9)), **plans, **cap, **START, **options)


def log(model: LifecycleModel) -> list:
    return [tuple(map(repr, fired)) for fired in model.steering.log]


@few(12)
@given(data=st.data())
def test_steered_worlds_of_all_levers_are_the_same_to_the_bit_whether_or_not_anybody_sleeps(data):
    world = steered(data.draw, users=60, days=45, population=QUIET)
    one, other = (LifecycleModel(world, kinds=EVERY_LEVER, list_orders=True, driver=d).run() for d in ("compiled", "objects"))
    assert differences(one, other) == []
    assert log(one) == log(other)


@few(12)
@given(data=st.data())
def test_every_law_holds_on_every_day_of_a_steered_world(data):
    model = LifecycleModel(steered(data.draw, users=300, days=45), kinds=EVERY_LEVER)
    while model.day < model.days:
        model.step()
        assert model.broken_laws() == []


@few(3)
@given(data=st.data())
def test_threads_change_no_bit_of_a_steered_world(data):
    world = steered(data.draw, users=2 * CHUNK + 9, days=25)
    one, three = (LifecycleModel(world, kinds=EVERY_LEVER, threads=n).run() for n in (1, 3))
    assert differences(one, three) == []
    assert log(one) == log(three)


@pytest.mark.parametrize("day", [1, 20])
def test_a_change_by_hand_wakes_everybody_whatever_the_driver(day):
    found = []
    for driver in ("compiled", "objects"):
        model = LifecycleModel(scenario({"coupons": {}, "messaging": {}}, users=80, population=QUIET), kinds=EVERY_LEVER, driver=driver)
        while model.day < model.days:
            if model.day == day:
                p = model.parameters["messaging"]
                model.set_parameters("messaging", p.model_copy(update={"email": p.email.model_copy(update={"per_week": 5.0})}))
            model.step()
        found.append(model)
    assert differences(*found) == []
