"""What is not known about people, carried through to the results: many parameter sets, each lived with luck of its own.

Set k of N is lived by every scenario in its replications k·R … k·R + R − 1, so luck is the same for all scenarios and new in each set: a
nested design. By the law of total variance, of a metric y of one study of R replications,

    variance(y) = variance over sets of E(y | set)   what is not known: parameter uncertainty
                + mean over sets of variance(y | set)   luck: within-set variance / R

the first is estimated by the variance of the sets' means less the within-set variance / R. Differences are paired run by run.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from sim import ledger
from sim.model import lever_instances
from sim.scenario import Scenario
from sim.study import ranges
from sim.study.interval import half_width
from sim.study.metrics import Counts, values
from sim.study.run import Progress, run_study
from sim.study.sets import ParameterSets
from sim.study.tally import share
from sim.study.tornado import COLUMNS as TORNADO_COLUMNS
from sim.study.tornado import tornado
from sim.study.winning import spent_to_win

LEVEL, DIFFERENCE = "level", "difference"
COLUMNS = (
    "scenario", "metric", "unit", "quantity", "sets", "replications", "mean", "sampling_ci_low", "sampling_ci_high",
    "parameter_low", "parameter_high", "parameter_share", "sampling_share", "sets_above_zero",
)  # fmt: skip
"""Columns of ``uncertainty.csv``. ``quantity``: the level, or the paired difference from the first scenario. ``mean``: over all sets.
``sampling_ci``: 95 % interval of one study of R replications around it, parameters known. ``parameter_low`` to ``high``: where 95 % of
the sets lie, luck taken out. The shares are of the variance of one study whose parameters are not known; they add up to 1.
``sets_above_zero``: the share of sets in which it is above 0, luck taken out."""

LEVELS = (0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975)
FAN_COLUMNS = (
    "scenario", "quantity", "definition", "event", "start", "age_days", "mean", "sampling_half_width", "at_risk",
    *(f"q{1000 * level:03.0f}" for level in LEVELS),
)  # fmt: skip
"""Columns of ``fan.csv``: mean over the sets, half the interval of luck, mean number followed, and quantiles over the sets in thousandths,
luck taken out."""

FANNED = ("bracket_30", "rolling")
"""Definitions of retention, by order since registration, of which ``fan.csv`` has every age."""

HANGING = ("orders_per_user", "contribution_per_user", "ltv")
"""Metrics of which ``tornado.csv`` says on what they hang, besides retention by order."""

TABLES = ("uncertainty", "tornado", "fan", "ranges", "sets")


@dataclass(frozen=True)
class Uncertainty:
    """The tables of a study's parameter uncertainty; every frame has the columns of its CSV file."""

    sets: int
    replications: int
    frames: Mapping[str, pd.DataFrame]
    """By name, as in ``TABLES``."""

    def of(self, names: Sequence[str]) -> Uncertainty:
        """The same for some of the scenarios."""
        frames = {table: frame[frame["scenario"].isin(names)] for table, frame in self.frames.items()}
        return Uncertainty(self.sets, self.replications, frames)

    def renamed(self, names: Mapping[str, str]) -> Uncertainty:
        """The same with its scenarios under other names."""
        frames = {table: frame.assign(scenario=frame["scenario"].map(names)) for table, frame in self.frames.items()}
        return Uncertainty(self.sets, self.replications, frames)


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


def take_apart(y: np.ndarray) -> Parts:
    """Parameter uncertainty and luck of a metric; ``y`` has the shape (sets, replications, …). With one replication, luck is nan."""
    sets, runs = y.shape[:2]
    means, mean = y.mean(axis=1), y.mean(axis=(0, 1))
    between = means.var(axis=0, ddof=1)
    if runs < 2:
        unknown = np.full(np.shape(mean), np.nan)
        return Parts(mean, unknown, unknown, unknown, means)
    luck = y.var(axis=1, ddof=1).mean(axis=0) / runs
    parameters = np.maximum(between - luck, 0.0)
    drawn_in = np.sqrt(np.divide(parameters, between, out=np.zeros_like(between), where=between > 0))
    half = half_width(sets * (runs - 1)) * np.sqrt(luck)
    return Parts(mean, half, parameters, luck, mean + (means - mean) * drawn_in)


def worlds_of(scenarios: Sequence[Scenario], count: int, replications: int) -> tuple[ParameterSets, list[Scenario], list[int]]:
    """The parameter sets; their worlds, set by set; and the first replication of each world."""
    drawn = ParameterSets(scenarios, count)
    worlds = [world for worlds in drawn.worlds for world in worlds]
    return drawn, worlds, [k * replications for k in range(count) for _ in scenarios]


def uncertainty(
    names: Sequence[str], scenarios: Sequence[Scenario], replications: int, count: int, *, progress: Progress | None = None, **options: Any
) -> Uncertainty:
    """Live ``count`` parameter sets of all scenarios, with ``replications`` each, and say what follows.

    ``options`` as in ``run_study``: runs kept in the ``folder`` are found again. The first scenario is the baseline.
    """
    drawn, worlds, first = worlds_of(scenarios, count, replications)
    runs = run_study(worlds, replications, truth=False, first=first, progress=progress, **options)
    measured = [_Measured(scenario) for scenario in scenarios]
    for place, row in enumerate(runs):
        for counts in row:
            measured[place % len(scenarios)].add(counts)
    found = [one.arrays(count, replications) for one in measured]
    units = {metric: unit for one in measured for metric, unit in one.units.items()}
    frames = {
        "uncertainty": pd.DataFrame(_lines(names, found, units), columns=list(COLUMNS)),
        "tornado": _tornados(names, found, units, drawn, scenarios),
        "fan": pd.DataFrame(_fan(names, found, [one.followed / (count * replications) for one in measured]), columns=list(FAN_COLUMNS)),
        "ranges": pd.DataFrame(
            [{"scenario": n, **line} for n, own in zip(names, drawn.ranges, strict=True) for line in ranges.lines(own)]
        ),
        "sets": pd.DataFrame(
            [
                {"scenario": name, "set": k, "parameter": parameter, "value": value}
                for s, name in enumerate(names)
                for parameter, column in drawn.values(s).items()
                for k, value in enumerate(column)
            ],
            columns=["scenario", "set", "parameter", "value"],
        ),
    }
    return Uncertainty(count, replications, frames)


class _Measured:
    """One scenario's metrics and curves, run by run, set by set."""

    def __init__(self, scenario: Scenario) -> None:
        levers = lever_instances(scenario.kinds)
        self._scenario, self._accounts, self._acquisition = scenario, ledger.accounts(levers), list(spent_to_win(scenario))
        self.units: dict[str, str] = {}
        self._rows: list[dict[str, float]] = []
        self._curves: dict[str, list[np.ndarray]] = {definition: [] for definition in FANNED}
        self.followed: np.ndarray | int = 0
        """Users followed to each age, summed over all runs."""

    def add(self, counts: Counts) -> None:
        row = values(counts, self._scenario, self._accounts, self._acquisition)
        self.units |= {metric: unit for metric, (unit, _) in row.items()}
        self._rows.append({metric: value for metric, (_, value) in row.items()})
        followed = counts["followed/registration"]
        self.followed = self.followed + followed
        for definition, curves in self._curves.items():
            curve = share(counts[f"{definition}/order/registration"], followed)
            curve[followed == 0] = np.nan
            curves.append(curve[30::30] if definition == "bracket_30" else curve)

    def arrays(self, sets: int, runs: int) -> dict[str, np.ndarray]:
        """Every metric that all runs have, and the curves: shape (sets, runs) or (sets, runs, ages)."""
        known = [m for m in self._rows[0] if all(m in row for row in self._rows)]
        out = {m: np.array([row[m] for row in self._rows]).reshape(sets, runs) for m in known}
        return out | {f"fan/{d}": np.array(curves).reshape(sets, runs, -1) for d, curves in self._curves.items()}


Found = Sequence[Mapping[str, np.ndarray]]


def _quantities(names: Sequence[str], found: Found) -> Iterator[tuple[str, str, str, np.ndarray]]:
    """(scenario, quantity, metric, values) of every level, and of every paired difference from the first scenario."""
    for s, name in enumerate(names):
        for metric, y in found[s].items():
            yield name, LEVEL, metric, y
        for metric, y in found[s].items():
            if s > 0 and metric in found[0] and found[0][metric].shape == y.shape:
                yield name, DIFFERENCE, metric, y - found[0][metric]


def _lines(names: Sequence[str], found: Found, units: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    for name, quantity, metric, y in _quantities(names, found):
        if metric.startswith("fan/"):
            continue
        parts = take_apart(y)
        mean, half = float(parts.mean), float(parts.sampling)
        low, high = np.quantile(parts.truths, (LEVELS[0], LEVELS[-1]))
        whole = float(parts.parameter_variance + parts.sampling_variance)
        of_parameters = float(parts.parameter_variance) / whole if whole > 0 else float("nan")
        yield dict(zip(COLUMNS, (
            name, metric, units[metric], quantity, *y.shape, mean, mean - half, mean + half, float(low), float(high),
            of_parameters, 1.0 - of_parameters, float((parts.truths > 0).mean()),
        ), strict=True))  # fmt: skip


def _fan(names: Sequence[str], found: Found, followed: Sequence[np.ndarray]) -> Iterator[dict[str, Any]]:
    """The rows of ``fan.csv``: quantiles over the sets, luck taken out, and half the interval of one study at known parameters."""
    for name, quantity, metric, y in _quantities(names, found):
        definition = metric.removeprefix("fan/")
        if definition not in FANNED:
            continue
        known = np.isfinite(y).all(axis=(0, 1))
        if not known.any():
            continue
        parts = take_apart(y[:, :, known])
        levels = np.quantile(parts.truths, LEVELS, axis=0)
        ages = np.arange(len(known)) if definition == "rolling" else (np.arange(len(known)) + 1) * 30
        for column, age in enumerate(ages[known]):
            line = {"scenario": name, "quantity": quantity, "definition": definition, "event": "order", "start": "registration"}
            line |= {"age_days": int(age), "mean": float(parts.mean[column]), "sampling_half_width": float(parts.sampling[column])}
            line["at_risk"] = int(followed[list(names).index(name)][age])
            yield line | dict(zip(FAN_COLUMNS[-len(LEVELS) :], map(float, levels[:, column]), strict=True))


def _tornados(
    names: Sequence[str], found: Found, units: Mapping[str, str], drawn: ParameterSets, scenarios: Sequence[Scenario]
) -> pd.DataFrame:
    """What the first scenario's levels, and the others' differences from it, hang on."""
    parts = []
    for name, quantity, metric, y in _quantities(names, found):
        of_curve = metric.startswith(("bracket_30", "rolling")) and metric.endswith("_order")
        if not of_curve and metric not in HANGING or quantity == LEVEL and name != names[0]:
            continue
        s = list(names).index(name)
        own = {**drawn.ranges[0], **drawn.ranges[s]}
        lines = tornado(y.mean(axis=1), {p: drawn.scores[p] for p in own})
        for line in lines:
            one = own[line["parameter"]]
            line |= {"scenario": name, "metric": metric, "unit": units[metric], "quantity": quantity}
            line |= {"value": one.first, "low": one.low, "high": one.high, "basis": one.basis, "grade": one.grade}
        parts.append(pd.DataFrame(lines, columns=list(TORNADO_COLUMNS)))
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=list(TORNADO_COLUMNS))
