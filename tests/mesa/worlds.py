"""Small scenarios for these tests, and what it means that two models lived the same.

Everything stands at the top of a module, so that other processes can load it.
"""

from __future__ import annotations

import numpy as np

from sim.scenario import Scenario


def scenario(*names: str, days: int = 30, users: int = 300, seed: int = 5, **blocks: dict):
    """A scenario with these levers on, each with its defaults; ``blocks`` are population, market and behaviour."""
    run = {"users": users, "days": days, "seed": seed}
    return Scenario.from_mapping({"name": "A world", "run": run, "levers": {name: {} for name in names}, **blocks})


def fields(array, place=""):
    """The plain columns of a structured array by dotted name; padding between columns is left out."""
    for name in array.dtype.names:
        if array.dtype[name].names:
            yield from fields(array[name], f"{place}{name}.")
        else:
            yield place + name, array[name]


def assert_same_lives(one, other):
    """All that two models hold and have counted is equal, bit for bit."""
    for (name, a), (_, b) in zip(fields(one.rows), fields(other.rows), strict=True):
        assert a.tobytes() == b.tobytes(), name
    for (name, a), (_, b) in zip(
        fields(np.concatenate(one.history)), fields(np.concatenate(other.history)), strict=True
    ):
        assert a.tolist() == b.tolist(), name
    for (name, a), (_, b) in zip(fields(one.policy), fields(other.policy), strict=True):
        assert a.tobytes() == b.tobytes(), name
    if one.log is not None:
        assert one.orders().tolist() == other.orders().tolist()
    for diary in ("visited", "ordered", "said", "heard"):
        assert getattr(one, diary).tobytes() == getattr(other, diary).tobytes(), diary
