"""``experiments.csv``: what a platform would read from each experiment, beside the truth that only a simulator knows."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from sim.scenario import Scenario
from sim.steering.trial import CONTROL, METRICS, TREATED
from sim.study.interval import half_width, interval, two_sided
from sim.study.metrics import Counts

COLUMNS = (
    "scenario", "experiment", "by", "metric", "unit", "replication",
    "users_treated", "users_control", "units_treated", "units_control", "treated", "control",
    "difference", "ci_low", "ci_high", "p_value",
    "all_on", "all_off", "truth", "truth_mean", "truth_ci_low", "truth_ci_high",
)  # fmt: skip
"""First what the platform reads from one world: users and assigned units of each arm, means by arm, their difference (Welch's t:
interval and p-value). Then the truth: means over everybody with all treated and with nobody, in the same luck; its mean and interval over
the replications."""


def welch(treated: Sequence[float], control: Sequence[float]) -> tuple[float, float, float, float]:
    """Difference of two means with interval and p-value (Welch 1947), from (units, mean, variance) of each arm.

    Where an arm has one unit, or nobody differs from anybody, only the difference is known.
    """
    (n1, mean1, var1), (n2, mean2, var2) = treated, control
    difference = mean1 - mean2
    if min(n1, n2) < 2 or not var1 + var2 > 0:
        return difference, math.nan, math.nan, math.nan
    a, b = var1 / n1, var2 / n2
    freedom = (a + b) ** 2 / (a**2 / (n1 - 1) + b**2 / (n2 - 1))
    error = math.sqrt(a + b)
    half = half_width(freedom) * error
    return difference, difference - half, difference + half, float(two_sided(difference / error, freedom))


class Readouts:
    """What the experiments of one scenario found, taken in run by run."""

    def __init__(self, name: str, scenario: Scenario) -> None:
        self._name, self._experiments = name, scenario.experiments
        self._found: dict[str, list[Mapping[str, np.ndarray]]] = {e: [] for e in scenario.experiments}

    def add(self, counts: Counts) -> None:
        """Take in one run, the runs in the order of their replications."""
        for experiment, found in self._found.items():
            # A view would keep all of the run in memory.
            found.append({what: counts[f"experiments/{experiment}/{what}"].copy() for what in ("arms", "users", "everybody")})

    def frame(self, truth: Mapping[str, tuple[Sequence[Counts], Sequence[Counts]]]) -> pd.DataFrame:
        """Experiment × metric × replication. ``truth``: by experiment, the runs with all treated and with nobody; missing ones are nan."""
        lines = []
        for name, found in self._found.items():
            none = [np.full(len(METRICS), np.nan)] * len(found)
            on, off = ([run[f"experiments/{name}/everybody"] for run in row] for row in truth[name]) if name in truth else (none, none)
            true = np.array(on) - np.array(off)
            mean, low, high = interval(true) if len(true) else (none, none, none)
            for m, (metric, unit) in enumerate(METRICS.items()):
                for r, one in enumerate(found):
                    arms, users = one["arms"][:, m], one["users"]
                    lines.append((
                        self._name, name, self._experiments[name].by, metric, unit, r,
                        int(users[TREATED]), int(users[CONTROL]), int(arms[TREATED, 0]), int(arms[CONTROL, 0]),
                        arms[TREATED, 1], arms[CONTROL, 1], *welch(arms[TREATED], arms[CONTROL]),
                        on[r][m], off[r][m], true[r][m], mean[m], low[m], high[m],
                    ))  # fmt: skip
        return pd.DataFrame(lines, columns=list(COLUMNS))
