"""Scenarios to try a law on: lively worlds, and any numbers a scenario may set for its levers.

Everybody's loop has every lever compiled in (``EVERY_LEVER``), so all worlds of a test run share one binary.
"""

from __future__ import annotations

import os

import numpy as np
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st

from sim.lever import levers
from sim.model import LifecycleModel
from sim.parameter import specification
from sim.scenario import Scenario

EVERY_LEVER = {name: name for name in levers()}
LIVELY = {"order_rate": {"r": 2.0, "alpha_weeks": 6.0}, "visit_conversion": 0.3, "newcomer": {"visit_lift": 1.0}}
MARKET = {
    "population": {**LIVELY, "entry": "market"},
    "market": {"bass": {"p_per_year": 10.0, "q_per_year": 20.0, "friends_share": 0.5}},
}
"""A market in which most are reached within weeks, half of the word of mouth by their own friends."""
HABITS = {"habit_lift": 0.5, "failure_rate": 0.2, "return_per_day": 0.02}
FESTIVE = "2025-06-08"
"""Day 0, so that 618 falls into the days lived here."""
LEARNED = ("habit", "fatigue", "satisfaction", "reference_price", "pantry", "lesson")


def few(examples: int):
    """Always the same examples, each of them a small simulation; ``LAW_EXAMPLES=200`` in the environment tries so many of each law."""
    return settings(
        max_examples=int(os.environ.get("LAW_EXAMPLES", examples)),
        phases=(Phase.explicit, Phase.generate),  # to shrink a broken law takes minutes, and its worlds are small anyway
        derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck),
    )


def scenario(levers_: dict | None = None, users: int = 400, days: int = 30, seed: int = 5, **blocks: dict) -> Scenario:
    """A lively world with these lever blocks; ``blocks`` replace population, behaviour, …"""
    mapping = {"population": LIVELY, "behaviour": HABITS, "calendar": {"start": FESTIVE}, **blocks}
    return Scenario.from_mapping(
        {"name": "A law", "run": {"users": users, "days": days, "seed": seed}, "levers": levers_ or {}, **mapping}
    )


def lived(world: Scenario, **options) -> LifecycleModel:
    """The world's model after its last day, with the list of its orders."""
    return LifecycleModel(world, kinds=EVERY_LEVER, **{"list_orders": True, **options}).run()


# ---- any numbers

RISING = st.lists(st.floats(5.0, 300.0), min_size=1, max_size=5, unique=True).map(sorted)


def values(name: str) -> st.SearchStrategy[dict]:
    """Any block a scenario may write for a lever, most numbers up to three times their default."""
    table = specification(levers()[name].Parameters)
    if name == "tiers":
        ladder = RISING.flatmap(
            lambda steps: st.fixed_dictionaries(
                {
                    "thresholds": st.just(steps),
                    "discounts": st.lists(st.floats(0.0, 1.0), min_size=len(steps), max_size=len(steps)),
                }
            )
        )
        rest = {k: v for k, v in table.items() if k not in ("thresholds", "discounts")}
        return st.tuples(ladder, _block(rest)).map(lambda both: both[0] | both[1])
    lists = DATED.get(name, {})
    plain = {k: v for k, v in table.items() if k not in lists}
    return st.tuples(st.fixed_dictionaries({}, optional=lists), _block(plain)).map(lambda both: both[0] | _nested(both[1]))


DATES = st.lists(st.sampled_from([229, 528, 608, 618, 620, 625, 705, 20250616, 20250801]), max_size=12)
DATED = {
    "promotions": {
        "dates": DATES,
        "lasts_days": st.lists(st.integers(1, 20), min_size=1, max_size=1),
        "depth": st.lists(st.floats(0.0, 1.0), min_size=1, max_size=1),
        "demand": st.lists(st.floats(1.0, 20.0), min_size=1, max_size=1),
    },
    "events": {"dates": DATES, "days": st.lists(st.integers(0, 60), max_size=5)},
    "competition": {"promo_dates": DATES},
}
"""Lists that a scenario may write of a lever with dates, many of them within the days lived here."""


def blocks(*names: str, **fixed) -> st.SearchStrategy[dict]:
    """Blocks for these levers (all of them where none is named), with some values fixed in each."""
    return st.fixed_dictionaries(
        {n: values(n).map(lambda block: {**block, **fixed}) for n in (names or tuple(levers()))}
    )


def unlimited(pulled: dict) -> None:
    """Takes out what users share: budgets, and an event's places. What one gets of them another does not, as anywhere."""
    for block in pulled.values():
        block.pop("budget", None)
        block.pop("size", None)


def _block(table: dict) -> st.SearchStrategy[dict]:
    return st.fixed_dictionaries({}, optional={name: _value(entry) for name, entry in table.items()})


def _value(entry: dict) -> st.SearchStrategy:
    if "choices" in entry:
        return st.sampled_from(entry["choices"])
    default, low, high = entry["default"], entry["minimum"], entry["maximum"]
    if isinstance(default, bool):
        return st.booleans()
    if isinstance(default, list):
        return st.lists(st.floats(0.0, 1.0), max_size=3)
    if default is None:
        return st.none() | st.floats(0.0, 2_000.0)
    if isinstance(default, int):
        return st.integers(low, min(high, max(3 * default, 60)))
    if low < 0.0:
        return st.floats(low, high)
    return st.floats(max(low, 0.001), min(high, max(3.0 * default, 1.0))) | st.just(max(float(low), 0.001))


def _nested(flat: dict) -> dict:
    out: dict = {}
    for name, value in flat.items():
        block, _, leaf = name.rpartition(".")
        (out.setdefault(block, {}) if block else out)[leaf] = value
    return out


# ---- what was lived


def columns(array: np.ndarray, place: str = ""):
    """The plain columns of a structured array by dotted name; padding is left out."""
    for name in array.dtype.names:
        if array.dtype[name].names:
            yield from columns(array[name], f"{place}{name}.")
        else:
            yield place + name, array[name]


def differences(one: LifecycleModel, other: LifecycleModel) -> list[str]:
    """What two models do not share to the bit: columns of rows, counters, diaries, orders."""
    out = [
        f"column {n}" for (n, a), (_, b) in zip(columns(one.rows), columns(other.rows), strict=True) if _differ(a, b)
    ]
    days, others = np.concatenate(one.history), np.concatenate(other.history)
    out += [f"counter {n}" for (n, a), (_, b) in zip(columns(days), columns(others), strict=True) if _differ(a, b)]
    out += [n for n in ("visited", "ordered", "said", "heard") if _differ(getattr(one, n), getattr(other, n))]
    if one.log is not None and other.log is not None and one.orders().tolist() != other.orders().tolist():
        out.append("orders")
    return out


def lives(model: LifecycleModel, users: slice = slice(None)) -> dict[str, bytes | list]:
    """What some users did and became; levers' columns, what was paid and what goods cost, and who is here for what is given away, left out."""
    own, not_of_a_life = model.rows[users], (*model.levers, "paid", "goods", "abuser")
    out: dict = {n: np.ascontiguousarray(own[n]).tobytes() for n in own.dtype.names if n not in not_of_a_life}
    out |= {d: diary(model, d)[:, users].tobytes() for d in ("visited", "ordered")}
    chosen = np.isin(model.orders()["user"], own["id"])
    out["baskets"] = model.orders()[["user", "day", "amount_minor"]][chosen].tolist()
    return out


def diary(model: LifecycleModel, name: str) -> np.ndarray:
    """Who visited or ordered on which day; shape (days + 1, users)."""
    return np.unpackbits(getattr(model, name), axis=1, bitorder="little")[:, : len(model.rows)].astype(bool)


def _differ(a: np.ndarray, b: np.ndarray) -> bool:
    return np.ascontiguousarray(a).tobytes() != np.ascontiguousarray(b).tobytes()
