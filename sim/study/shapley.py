"""How much of a scenario's gain each lever brought: Shapley values over the worlds with every combination of its levers.

φᵢ = Σ over the sets S without i of |S|!·(n − |S| − 1)!/n! · (v(S ∪ {i}) − v(S))     (Shapley 1953)

v(S) is the outcome of the world in which only the levers of S are on, under the same luck. Up to six levers every combination is lived and
the
value is exact; beyond, orders of entry are sampled, each with its reverse, by numbers that follow from the study's seed. Outcomes are
whole numbers, and
values fractions of them, so that the parts add up to the whole exactly.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from math import factorial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sim.scenario import Scenario
from sim.study.interval import interval
from sim.study.metrics import Counts
from sim.study.run import Progress, run_study
from sim.study.twin import contribution

MOST_EXACT = 6
"""Levers up to which every combination is lived: 64 worlds a replication."""

ORDERS_OF_ENTRY = 16
"""Orders of entry sampled for more levers, half of them the reverse of the others."""

OUTCOMES: Mapping[str, Callable[[Counts, Scenario], int]] = {
    "contribution_minor": contribution,
    "orders": lambda counts, scenario: int(counts["daily/orders"].sum()),
}
COLUMNS = ("scenario", "lever", "outcome", "value", "ci_low", "ci_high", "share", "worlds", "method")
"""Columns of ``shapley.csv``: value of a replication's whole world, mean and 95 % interval over the replications."""

Coalition = frozenset[str]


def orders_of_entry(levers: Sequence[str], seed: int, count: int = ORDERS_OF_ENTRY) -> list[tuple[str, ...]]:
    """Some orders in which the levers may be switched on, each followed by its reverse; the same for the same seed."""
    luck = np.random.Generator(np.random.Philox(seed))
    out: list[tuple[str, ...]] = []
    while len(out) < count:
        order = tuple(levers[k] for k in luck.permutation(len(levers)))
        out += [order, order[::-1]]
    return out


def coalitions(levers: Sequence[str], seed: int) -> list[Coalition]:
    """The combinations of levers whose worlds are needed, the empty one first."""
    if len(levers) <= MOST_EXACT:
        return [frozenset(c) for size in range(len(levers) + 1) for c in itertools.combinations(levers, size)]
    steps = (frozenset(order[:k]) for order in orders_of_entry(levers, seed) for k in range(len(levers) + 1))
    return list(dict.fromkeys(steps))


def values(levers: Sequence[str], outcome: Mapping[Coalition, int], seed: int) -> dict[str, Fraction]:
    """Each lever's part of outcome(all) − outcome(none); the parts add up to it exactly."""
    n = len(levers)
    if n <= MOST_EXACT:
        parts = dict.fromkeys(levers, Fraction(0))
        for coalition in outcome:
            weight = Fraction(factorial(len(coalition)) * factorial(n - len(coalition) - 1), factorial(n)) if len(coalition) < n else 0
            for lever in levers:
                if lever not in coalition:
                    parts[lever] += weight * (outcome[coalition | {lever}] - outcome[coalition])
        return parts
    orders = orders_of_entry(levers, seed)
    parts = dict.fromkeys(levers, Fraction(0))
    for order in orders:
        for k, lever in enumerate(order):
            gained = outcome[frozenset(order[: k + 1])] - outcome[frozenset(order[:k])]
            parts[lever] += Fraction(gained, len(orders))
    return parts


def shapley(
    name: str,
    scenario: Scenario,
    replications: int,
    *,
    threads: int | None = None,
    folder: Path | None = None,
    progress: Progress | None = None,
    owner: Any = None,
) -> pd.DataFrame:
    """Lever × outcome: ``COLUMNS``. Lives every world that is not kept in the ``folder``."""
    levers, seed = list(scenario.levers), scenario.run.seed
    if not levers:
        return pd.DataFrame(columns=list(COLUMNS))
    sets = coalitions(levers, seed)
    worlds = coalition_worlds(scenario)
    runs = run_study(worlds, replications, threads=threads, folder=folder, people=True, truth=False, progress=progress, owner=owner)
    found: dict[tuple[str, str], list[Fraction]] = {}
    totals: dict[str, list[int]] = {}
    for r in range(replications):
        measured = [{outcome: measure(runs[k][r], world) for outcome, measure in OUTCOMES.items()} for k, world in enumerate(worlds)]
        for outcome in OUTCOMES:
            table = {coalition: row[outcome] for coalition, row in zip(sets, measured, strict=True)}
            for lever, part in values(levers, table, seed).items():
                found.setdefault((outcome, lever), []).append(part)
            totals.setdefault(outcome, []).append(table[frozenset(levers)] - table[frozenset()])
    return pd.DataFrame(_lines(name, found, totals, len(sets), len(levers)), columns=list(COLUMNS))


def _lines(name: str, found: Mapping, totals: Mapping[str, list[int]], worlds: int, levers: int) -> Iterator[dict]:
    method = "exact" if levers <= MOST_EXACT else f"{ORDERS_OF_ENTRY} orders of entry"
    for (outcome, lever), parts in found.items():
        total = sum(totals[outcome])
        mean, low, high = interval(np.array([float(part) for part in parts]))
        share = float(sum(parts) / total) if total else float("nan")
        yield {
            "scenario": name, "lever": lever, "outcome": outcome, "value": float(sum(parts) / len(parts)), "ci_low": float(low),
            "ci_high": float(high), "share": share, "worlds": worlds, "method": method,
        }


def coalition_worlds(scenario: Scenario) -> list[Scenario]:
    """The worlds whose outcomes are shared out, one for each of ``coalitions``."""
    return [world_with(scenario, coalition) for coalition in coalitions(list(scenario.levers), scenario.run.seed)]


def world_with(scenario: Scenario, coalition: Coalition) -> Scenario:
    """The scenario with only these of its levers."""
    for lever in scenario.levers:
        if lever not in coalition:
            scenario = scenario.without(lever)
    return scenario
