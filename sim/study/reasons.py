"""Why users left, by segment on the day of leaving: the table of what only the simulator knows."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sim.leaving import SILENCE
from sim.measure import GROUPS, names_of
from sim.population import REASONS
from sim.scenario import Scenario
from sim.study.interval import interval, ratio
from sim.study.metrics import Counts

REASON_COLUMNS = (
    "scenario", "group", "segment", "reason", "users", "users_ci_low", "users_ci_high", "share", "share_ci_low", "share_ci_high",
)  # fmt: skip
"""Columns of ``reasons.csv``: how many users left for a reason (mean over the replications, 95 % interval), and the share of those of their
segment who left; a group that does not divide them is left out. In the group ``silence`` everybody is counted, and who has not left has
the reason ``still here``."""

STAYS = "still here"


class Leavers:
    """One scenario's leavers, run by run."""

    def __init__(self, scenario: Scenario) -> None:
        self._segments = {"everyone": ("everyone",), **{g: names_of(g, scenario) for g in GROUPS}, "silence": SILENCE}
        self._found: dict[str, list[np.ndarray]] = {group: [] for group in self._segments}

    def add(self, counts: Counts) -> None:
        """Take in one run."""
        for group, found in self._found.items():
            found.append(counts[f"left/{group}"].astype(np.int32))

    def frame(self, name: str) -> pd.DataFrame:
        """The table: a row for each reason for which anybody left in any run."""
        rows = []
        for group, segments in self._segments.items():
            runs = np.array(self._found[group])
            if group in GROUPS and (runs.sum(axis=(0, 2)) > 0).sum() < 2:
                continue  # no division: all of them are in ``everyone``
            for k, segment in enumerate(segments):
                whole = runs[:, k].sum(axis=1)
                for reason in np.flatnonzero(runs[:, k].sum(axis=0)):
                    users = runs[:, k, reason]
                    told = (name, group, segment, REASONS[reason] or STAYS)
                    mean, low, high = map(float, interval(users))
                    rows.append((*told, mean, max(low, 0.0) if low == low else low, high, *_share(users, whole)))
        return pd.DataFrame(rows, columns=list(REASON_COLUMNS))


def _share(users: np.ndarray, whole: np.ndarray) -> tuple[float, float, float]:
    found, low, high = ratio(users, whole)
    if np.isnan(found):
        return float(users.sum() / whole.sum()), np.nan, np.nan
    return found, max(low, 0.0), min(high, 1.0)
