"""Worlds of the stories: each lived as its file says, beside the same people in the world that it is told against."""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np

from sim import ledger
from sim.model import LifecycleModel
from sim.scenario import Scenario, load_scenario

SCENARIOS = Path(__file__).parents[2] / "scenarios"
ERRORS = 5.0
"""Standard errors beyond which something is no noise."""


@functools.cache
def story(name: str) -> Scenario:
    """A scenario of a folder, such as ``stories/sleeping_dogs``."""
    return load_scenario(SCENARIOS / f"{name}.yaml")


@functools.lru_cache(maxsize=4)
def worlds(name: str, other: str | None = None) -> tuple[list[LifecycleModel], list[LifecycleModel]]:
    """Every replication of a story at the size its file gives, and of the world beside it: another file, or its own levers off;
    none breaks a law."""
    own = story(name)
    beside = story(other) if other else own.with_values({f"levers.{lever}.active": False for lever in own.levers})
    kinds = {**own.kinds, **beside.kinds}
    lived = tuple([LifecycleModel(plan, replication=r, kinds=kinds).run() for r in range(own.run.replications)] for plan in (own, beside))
    for models in lived:
        assert models[0].broken_laws() == []
    return lived


def total(models: list[LifecycleModel], column: str, days: slice | list[int] = slice(None)) -> np.ndarray:
    """A column of ``daily.csv`` summed over days, for each replication."""
    return np.array([model.daily()[column][days].sum() for model in models], float)


def at_end(models: list[LifecycleModel], column: str) -> np.ndarray:
    """A stock on the last day."""
    return np.array([model.daily()[column][-1] for model in models], float)


def contribution(models: list[LifecycleModel]) -> np.ndarray:
    """Revenue less the cost of goods and what the levers cost, in money."""
    return of(models, lambda model: ledger.balance(model.ledger(), ledger.accounts(model.levers))["contribution"] / 100)


def of(models: list[LifecycleModel], number: Callable[[LifecycleModel], float]) -> np.ndarray:
    """A number of each replication's world."""
    return np.array([number(model) for model in models], float)


def day_of(name: str, date) -> int:
    """The day of the run on which a date falls."""
    return (date - story(name).calendar.start).days


def beyond_noise(values: np.ndarray) -> bool:
    """Whether the mean lies so many standard errors from zero."""
    return abs(values.mean()) > ERRORS * values.std(ddof=1) / math.sqrt(len(values))


def told(name: str, phrase: str, values: np.ndarray) -> None:
    """The finding says so, and it is so: within the rounding of the number told and so many standard errors."""
    finding = re.sub(r"\s+", " ", story(name).finding)
    assert phrase in finding, f"{name} does not say {phrase!r}: {finding}"
    number = re.search(r"\d[\d,]*(?:\.\d+)?", phrase)[0]
    rounding = 0.5 * 10.0 ** -len(number.partition(".")[2])
    error = values.std(ddof=1) / math.sqrt(len(values)) if len(values) > 1 else 0.0
    says = float(number.replace(",", ""))
    assert abs(values.mean() - says) <= rounding + ERRORS * error, f"{name}: {phrase!r}, but it is {values.mean():.4g} ± {error:.2g}"
