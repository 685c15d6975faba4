"""A nested design, set by set: what each metric is on average in a set of parameters, and how far luck moves it there.

Of each set only mean and variance over its replications are held, so that no study lies in memory.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr, ndtri

from sim import ledger
from sim.model import lever_instances
from sim.scenario import Scenario
from sim.study.interval import half_width
from sim.study.metrics import Counts, values
from sim.study.tally import share
from sim.study.winning import spent_to_win

LEVEL, DIFFERENCE = "level", "difference"
FANNED = ("bracket_30", "rolling")
"""Definitions of retention, by order since registration, of which every age is measured."""

CURVE = "curve of "
"""Begins the name of a metric that is a curve, before the definition."""


@dataclass(frozen=True)
class Parts:
    """A metric taken apart; arrays of the metric's shape."""

    mean: np.ndarray
    sampling: np.ndarray
    """Half the interval of one study of R replications, parameters known."""
    parameter_variance: np.ndarray
    sampling_variance: np.ndarray
    """Of the mean over R replications."""
    truths: np.ndarray
    """The sets' means, drawn in to the parameters' variance: luck taken out; shape (sets, …)."""
    error: np.ndarray
    """Standard error of the mean over all sets."""

    def quantiles(self, levels: Sequence[float]) -> np.ndarray:
        """Quantiles over the sets, pushed outwards by the error of the mean; shape (levels, …)."""
        found = np.quantile(self.truths, levels, axis=0)
        z = ndtri(np.array(levels)).reshape(-1, *[1] * np.ndim(self.mean))
        away = np.abs(found - self.mean)
        return found + np.sign(z) * (np.hypot(away, z * self.error) - away)

    def above_zero(self) -> float:
        """The share of sets in which a plain metric is above 0, each as surely as the error of the mean allows."""
        if not self.error > 0:
            return float((self.truths > 0).mean())
        return float(ndtr(self.truths / self.error).mean())


@dataclass(frozen=True)
class Sets:
    """One metric in every set: mean and variance (nan with one) over the replications of the set; shape (sets, …)."""

    means: np.ndarray
    variances: np.ndarray
    runs: int

    def at(self, places: np.ndarray) -> Sets:
        """The same at some ages of a curve."""
        return Sets(self.means[:, places], self.variances[:, places], self.runs)

    def take_apart(self) -> Parts:
        """Parameter uncertainty and luck. With one replication they cannot be told apart, and luck is nan."""
        mean, between = self.means.mean(axis=0), self.means.var(axis=0, ddof=1)
        error = np.sqrt(between / len(self.means))
        if self.runs < 2:
            unknown = np.full(np.shape(mean), np.nan)
            return Parts(mean, unknown, unknown, unknown, self.means, error)
        luck = self.variances.mean(axis=0) / self.runs
        parameters = np.maximum(between - luck, 0.0)
        drawn_in = np.sqrt(np.divide(parameters, between, out=np.zeros_like(between), where=between > 0))
        half = half_width(len(self.means) * (self.runs - 1)) * np.sqrt(luck)
        return Parts(mean, half, parameters, luck, mean + (self.means - mean) * drawn_in, error)


class Nested:
    """All scenarios' metrics, levels and paired differences from the first scenario, taken in set by set."""

    def __init__(self, names: Sequence[str], scenarios: Sequence[Scenario]) -> None:
        self.units: dict[str, str] = {}
        self._names, self._scenarios = list(names), list(scenarios)
        levers = [lever_instances(scenario.kinds) for scenario in scenarios]
        self._accounts = [ledger.accounts(own) for own in levers]
        self._acquisition = [list(spent_to_win(scenario)) for scenario in scenarios]
        self._found: dict[tuple[str, str, str], list[tuple[np.ndarray, np.ndarray]]] = {}
        self._followed: list[np.ndarray | int] = [0 for _ in scenarios]
        self._sets = self._runs = 0

    def add(self, rows: Sequence[Sequence[Counts]]) -> None:
        """Take in one set: for each scenario its runs."""
        self._sets, self._runs = self._sets + 1, len(rows[0])
        first: dict[str, np.ndarray] = {}
        for s, (name, row) in enumerate(zip(self._names, rows, strict=True)):
            own = self._stacked([self._measured(s, counts) for counts in row])
            first = own if s == 0 else first
            for metric, y in own.items():
                self._keep(name, LEVEL, metric, y)
            for metric, y in own.items():
                if s > 0 and metric in first and first[metric].shape == y.shape:
                    self._keep(name, DIFFERENCE, metric, y - first[metric])

    def quantities(self) -> Iterator[tuple[str, str, str, Sets]]:
        """(scenario, quantity, metric, its sets) of everything that every run of every set has."""
        for (name, quantity, metric), found in self._found.items():
            if len(found) == self._sets:
                means, variances = (np.array(column) for column in zip(*found, strict=True))
                yield name, quantity, metric, Sets(means, variances, self._runs)

    def followed(self, name: str) -> np.ndarray:
        """Users of a scenario followed to each age, on average over all runs."""
        return self._followed[self._names.index(name)] / (self._sets * self._runs)

    def _measured(self, s: int, counts: Counts) -> dict[str, np.ndarray | float]:
        row = values(counts, self._scenarios[s], self._accounts[s], self._acquisition[s])
        self.units |= {metric: unit for metric, (unit, _) in row.items()}
        out: dict[str, np.ndarray | float] = {metric: value for metric, (_, value) in row.items()}
        followed = counts["followed/registration"]
        self._followed[s] = self._followed[s] + followed
        for definition in FANNED:
            curve = share(counts[f"{definition}/order/registration"], followed)
            curve[followed == 0] = np.nan
            out[CURVE + definition] = curve[30::30] if definition == "bracket_30" else curve
        return out

    @staticmethod
    def _stacked(rows: Sequence[dict[str, np.ndarray | float]]) -> dict[str, np.ndarray]:
        """What all runs of a set have: shape (runs, …)."""
        return {metric: np.array([row[metric] for row in rows]) for metric in rows[0] if all(metric in row for row in rows)}

    def _keep(self, name: str, quantity: str, metric: str, y: np.ndarray) -> None:
        spread = y.var(axis=0, ddof=1) if len(y) > 1 else np.full(y.shape[1:], np.nan)
        self._found.setdefault((name, quantity, metric), []).append((y.mean(axis=0), spread))
