"""Worlds for trying levers on: lively enough that a few hundred users show everything within two months."""

from __future__ import annotations

import numpy as np

from sim.lever import levers
from sim.model import LifecycleModel
from sim.scenario import Scenario

EVERY_LEVER = {name: name for name in levers()}
"""Compiled in everywhere, so that all worlds share one loop."""

LIVELY = {
    "entry": {"arrivals": {"per_day": 40.0}},
    "order_rate": {"r": 0.5, "alpha_weeks": 3.0},
    "visit_conversion": 0.2,
    "dropout": {"mode": "per_order", "a": 1.0, "b": 2.0, "first_order": True},
    "newcomer": {"visit_lift": 1.0},
}

MARKET = {
    "population": {**LIVELY, "entry": "market"},
    "market": {"bass": {"p_per_year": 4.0, "q_per_year": 4.0, "friends_share": 0.5}},
}
"""The same people as prospects of a market, about half of whom are reached within two months."""

FESTIVE = "2025-05-15"
"""Day 0, so that 618 falls into the days lived here."""


def scenario(blocks: dict, users: int = 1_000, days: int = 60, **more: dict) -> Scenario:
    mapping = {"population": LIVELY, "behaviour": {"habit_lift": 0.2}, "calendar": {"start": FESTIVE}, **more}
    return Scenario.from_mapping(
        {"name": "A lever", "run": {"users": users, "days": days, "seed": 4}, "levers": blocks, **mapping}
    )


def lived(blocks: dict, **options) -> LifecycleModel:
    """The model after its last day, all its laws kept."""
    replication = options.pop("replication", 0)
    model = LifecycleModel(scenario(blocks, **options), kinds=EVERY_LEVER, replication=replication).run()
    assert model.broken_laws() == []
    return model


def differ(one: LifecycleModel, other: LifecycleModel) -> bool:
    """Whether anything that anybody did, got or cost is different; what users merely remember does not count."""
    a, b = one.daily(), other.daily()
    return any((a[name] != b[name]).any() for name in a) or bool((one.visited != other.visited).any())


def per_user(model: LifecycleModel, name: str) -> float:
    """A counter's sum over all days, for each user."""
    return float(np.sum(model.daily()[name]) / len(model.rows))
