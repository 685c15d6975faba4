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

from sim.scenario import Scenario
from sim.study import ranges
from sim.study.nested import CURVE, LEVEL, Nested
from sim.study.run import Progress, run_study
from sim.study.sets import ParameterSets
from sim.study.tornado import COLUMNS as TORNADO_COLUMNS
from sim.study.tornado import tornado

COLUMNS = (
    "scenario", "metric", "unit", "quantity", "sets", "replications", "mean", "sampling_ci_low", "sampling_ci_high",
    "parameter_low", "parameter_high", "parameter_share", "sampling_share", "sets_above_zero",
)  # fmt: skip
"""Columns of ``uncertainty.csv``. ``quantity``: the level, or the paired difference from the first scenario. ``mean``: over all sets.
``sampling_ci``: 95 % interval of one study of R replications around it, parameters known. ``parameter_low`` to ``high``: where 95 % of
the sets lie, luck taken out, the error of the mean over all sets put in.
The shares are of the variance of one study whose parameters are not known; they add up to 1.
``sets_above_zero``: the share of sets in which it is above 0, each counted as surely as that error allows."""

LEVELS = (0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975)
FAN_COLUMNS = (
    "scenario", "quantity", "definition", "event", "start", "age_days", "mean", "sampling_half_width", "at_risk",
    *(f"q{1000 * level:03.0f}" for level in LEVELS),
)  # fmt: skip
"""Columns of ``fan.csv``: mean over the sets, half the interval of luck, mean number followed, and quantiles over the sets in thousandths,
as in ``uncertainty.csv``."""

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
    found, wide = Nested(names, scenarios), len(scenarios)
    for k in range(count):
        found.add([runs[k * wide + s] for s in range(wide)])
    frames = {
        "uncertainty": pd.DataFrame(_lines(found), columns=list(COLUMNS)),
        "tornado": _tornados(names, found, drawn),
        "fan": pd.DataFrame(_fan(found), columns=list(FAN_COLUMNS)),
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


def _lines(found: Nested) -> Iterator[dict[str, Any]]:
    for name, quantity, metric, sets in found.quantities():
        if metric.startswith(CURVE):
            continue
        parts = sets.take_apart()
        mean, half = float(parts.mean), float(parts.sampling)
        low, high = parts.quantiles((LEVELS[0], LEVELS[-1]))
        whole = float(parts.parameter_variance + parts.sampling_variance)
        of_parameters = float(parts.parameter_variance) / whole if whole > 0 else float("nan")
        yield dict(zip(COLUMNS, (
            name, metric, found.units[metric], quantity, len(sets.means), sets.runs, mean, mean - half, mean + half,
            float(low), float(high), of_parameters, 1.0 - of_parameters, parts.above_zero(),
        ), strict=True))  # fmt: skip


def _fan(found: Nested) -> Iterator[dict[str, Any]]:
    """The rows of ``fan.csv``: quantiles over the sets, luck taken out, and half the interval of one study at known parameters."""
    for name, quantity, metric, sets in found.quantities():
        if not metric.startswith(CURVE):
            continue
        definition = metric.removeprefix(CURVE)
        known = np.isfinite(sets.means).all(axis=0)
        if not known.any():
            continue
        parts, followed = sets.at(known).take_apart(), found.followed(name)
        levels = parts.quantiles(LEVELS)
        ages = np.arange(len(known)) if definition == "rolling" else (np.arange(len(known)) + 1) * 30
        for column, age in enumerate(ages[known]):
            line = {"scenario": name, "quantity": quantity, "definition": definition, "event": "order", "start": "registration"}
            line |= {"age_days": int(age), "mean": float(parts.mean[column]), "sampling_half_width": float(parts.sampling[column])}
            line["at_risk"] = int(followed[age])
            yield line | dict(zip(FAN_COLUMNS[-len(LEVELS) :], map(float, levels[:, column]), strict=True))


def _tornados(names: Sequence[str], found: Nested, drawn: ParameterSets) -> pd.DataFrame:
    """What the first scenario's levels, and the others' differences from it, hang on."""
    parts = []
    for name, quantity, metric, sets in found.quantities():
        of_curve = metric.startswith(("bracket_30", "rolling")) and metric.endswith("_order")
        if not of_curve and metric not in HANGING or quantity == LEVEL and name != names[0]:
            continue
        s = list(names).index(name)
        own = {**drawn.ranges[0], **drawn.ranges[s]}
        lines = tornado(sets.means, {p: drawn.scores[p] for p in own})
        for line in lines:
            one = own[line["parameter"]]
            line |= {"scenario": name, "metric": metric, "unit": found.units[metric], "quantity": quantity}
            line |= {"value": one.first, "low": one.low, "high": one.high, "basis": one.basis, "grade": one.grade}
        parts.append(pd.DataFrame(lines, columns=list(TORNADO_COLUMNS)))
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=list(TORNADO_COLUMNS))
