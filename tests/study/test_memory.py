"""What is gathered from a run keeps nothing else of it in memory: a study of any length holds one run a worker."""

from __future__ import annotations

import weakref

import numpy as np
import pytest

from sim import Scenario
from sim.study import churn, experiments
from sim.study.run import common_kinds
from sim.study.tally import Tally
from sim.study.task import Task

PLAN = {
    "run": {"users": 100, "days": 100},
    "platform": {"churned_after_days": 40},
    "levers": {"messaging": {}},
    "experiments": {"mail": {"levers": ["messaging"]}},
}


@pytest.fixture(scope="module")
def plan() -> Scenario:
    return Scenario.from_mapping({"name": "A", **PLAN})


@pytest.fixture(scope="module")
def counts(plan) -> dict[str, np.ndarray]:
    return Task(plan, 0, common_kinds([plan]), people=True).run()


def as_loaded(counts: dict[str, np.ndarray]) -> tuple[weakref.ref, dict[str, np.ndarray]]:
    """The counts as a kept run gives them, all of them views of one buffer; and a weak reference to it."""
    arrays = {name: np.ascontiguousarray(values) for name, values in counts.items()}
    buffer = np.frombuffer(b"".join(a.tobytes() for a in arrays.values()), np.uint8).copy()
    out, at = {}, 0
    for name, array in arrays.items():
        out[name] = buffer[at : at + array.nbytes].view(array.dtype).reshape(np.shape(counts[name]))
        at += array.nbytes
    return weakref.ref(buffer), out


@pytest.mark.parametrize("what", ["tally", "read-outs", "lines of the panel"])
def test_what_gathers_runs_keeps_none_of_them(plan, counts, what):
    made = {"tally": lambda: Tally(plan), "read-outs": lambda: experiments.Readouts("A", plan), "lines of the panel": churn.Lines}[what]()
    for _ in range(2):
        buffer, views = as_loaded(counts)
        made.add(views)
        del views
        assert buffer() is None


def test_a_view_that_is_kept_would_be_noticed(counts):
    buffer, views = as_loaded(counts)
    kept = views["flows/users"]
    del views
    assert buffer() is not None and kept.size
