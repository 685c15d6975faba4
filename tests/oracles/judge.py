"""Two judges of a simulated figure against its closed form.

The *gate* is the project's promise: within 3 Monte-Carlo standard errors and within 1 %. It holds at the tests' fixed
seeds; under another seed a right simulator misses 3 standard errors once in 370 points. An *alarm* is a joint test of
all times (largest deviation, Bonferroni) or all cells of a distribution (chi-square), which a right simulator sets off
under one seed in a million; what sets it off is wrong, not unlucky.
"""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
from scipy import stats

from sim.model import LifecycleModel
from sim.scenario import Scenario, load_scenario

SCENARIOS = Path(__file__).parents[2] / "scenarios"
FALSE_ALARM = 1e-6
THREADS = 1 if "PYTEST_XDIST_WORKER" in os.environ else 2  # the same bits; two workers already fill two cores
FEWEST_IN_A_CELL = 10.0


def oracle(name: str, **values) -> Scenario:
    """A shipped scenario, ``population`` values changed by dotted path written with __ for the dot."""
    changed = {f"population.{key.replace('__', '.')}": value for key, value in values.items()}
    return load_scenario(SCENARIOS / f"{name}.yaml").with_values({**changed, "population.friends.degree": 0})


def model_of(scenario: Scenario, users: int, days: int, seed: int = 1, **options) -> LifecycleModel:
    """A model on day 0."""
    return LifecycleModel(scenario, users=users, days=days, rng=seed, threads=THREADS, **options)


def hold(found, truth, error, what: str = "") -> None:
    """Gate and alarm for figures against closed forms, arrays of one shape; ``error``: Monte-Carlo standard errors."""
    found, truth, error = np.atleast_1d(found, truth, error)
    z = (found - truth) / error
    limit = stats.norm.isf(FALSE_ALARM / 2 / z.size)
    assert np.max(np.abs(z)) < limit, f"{what}: wrong beyond chance, z = {z.round(1)}"
    assert np.max(np.abs(z)) <= 3, f"{what}: beyond 3 standard errors, z = {z.round(2)}"
    off = found / truth - 1
    assert np.max(np.abs(off)) <= 0.01, f"{what}: beyond 1 %, off by {(100 * off).round(2)} %"


def hold_counts(counts, chances, what: str = "") -> None:
    """Alarm (chi-square) and 1 % gate (total variation distance) for a distribution; ``chances`` sum to 1."""
    counts, chances = np.asarray(counts, float), np.asarray(chances, float)
    assert abs(chances.sum() - 1) < 1e-9
    n = counts.sum()
    apart = np.abs(counts / n - chances).sum() / 2
    assert apart <= 0.01, f"{what}: distributions {apart:.4f} apart"
    enough = chances * n >= FEWEST_IN_A_CELL
    seen = np.append(counts[enough], counts[~enough].sum())
    expected = np.append(chances[enough], chances[~enough].sum()) * n
    if expected[-1] < FEWEST_IN_A_CELL:
        seen, expected = np.append(seen[:-2], seen[-2:].sum()), np.append(expected[:-2], expected[-2:].sum())
    chance_of_worse = stats.chi2.sf(((seen - expected) ** 2 / expected).sum(), len(seen) - 1)
    assert chance_of_worse > FALSE_ALARM, f"{what}: wrong beyond chance, p = {chance_of_worse:.1e}"
