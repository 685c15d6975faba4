"""What a platform can see of some users on some days, and whether they fell silent afterwards: the lines of a churn regression.

On its days a panel looks at every n-th user who has signed up and was seen less than ``churned_after_days`` ago, so that to the platform
nobody in it is churned yet. ``lapsed`` says whether not one visit followed in as many days, which is what the platform will then call
churned. The days lie that far apart, so a user's lines do not overlap. Who has left without the platform knowing is in it like anybody.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from sim import decay
from sim.population import PROSPECT

WATCHED = 4_000
"""Most users of a run that a panel looks at; always the same ones, whatever the scenario."""

MOST_DAYS = 12
"""Most days on which a panel looks: the newest."""

MONTH, WEEK = 30, 7
COLUMNS = (
    "user", "age", "idle", "visit_days", "orders", "spent", "paid", "satisfaction", "messages", "persona", "channel", "tier", "member",
    "look", "lapsed",
)  # fmt: skip
"""Columns of a line: user; days since sign-up; days since the last visit; days with a visit in the newest 30; orders; their worth before
discounts and what was paid, in minor units; satisfaction, −1 … 1, as surveys would tell; messages a week lately (one of n days ago counts
``fatigue_keep``ⁿ); codes of persona and channel; tier and membership, 0 for none; which look at the user it is; 0/1: no visit followed."""


def look_days(days: int, gap: int) -> list[int]:
    """The days on which a panel looks: so many gaps before the last day, from day 1 on."""
    return [day for day in (days - gap * k for k in range(MOST_DAYS, 0, -1)) if day >= 1]


class Panel:
    """The lines of one run, gathered while it is lived."""

    def __init__(self, model: Any) -> None:
        self._gap = model.plan.platform.churned_after_days
        self._days = look_days(model.days, self._gap)
        self._every = -(-len(model.rows) // WATCHED)
        self._looks: list[tuple[int, dict[str, np.ndarray]]] = []

    def look(self, model: Any) -> None:
        """Write down what can be seen at the end of today, where today is a day to look."""
        if model.day not in self._days:
            return
        day, plan = model.day, model.plan
        rows = model.rows[:: self._every]
        here = (rows["stage"] != PROSPECT) & (day - rows["last_seen"] < self._gap)
        rows = rows[here]
        near, far = np.split(np.array(decay.powers(plan.behaviour.fatigue_keep)), [decay.STEP])
        since = np.clip(day - rows["last_message"], 0, decay.STEP**2 - 1)
        felt = rows["fatigue"] * near[since % decay.STEP] * far[since // decay.STEP]
        seen = {"user": rows["id"].astype(np.int32)}
        seen |= {"age": (day - rows["entry_day"]).astype(np.int32), "idle": (day - rows["last_seen"]).astype(np.int32)}
        seen["visit_days"] = _days_with(model.visited[max(day - MONTH + 1, 0) : day + 1], rows["id"]).astype(np.uint8)
        seen |= {name: rows[name] for name in ("orders", "spent", "paid", "satisfaction")}
        seen["messages"] = felt * (1.0 - plan.behaviour.fatigue_keep) * WEEK
        seen |= {name: rows[name] for name in ("persona", "channel")}
        seen["tier"] = _highest(rows, [n for n, kind in plan.kinds.items() if kind == "tiers"], "level")
        seen["member"] = np.minimum(_highest(rows, [n for n, kind in plan.kinds.items() if kind == "membership"], "state"), 1)
        self._looks.append((day, seen))

    def counts(self, model: Any) -> dict[str, np.ndarray]:
        """The lines of all looks at a finished run by ``panel/<column>``, arrays of shape (lines,); nothing where there was no look."""
        if not self._looks:
            return {}
        for number, (day, seen) in enumerate(self._looks):
            seen["look"] = np.full(len(seen["user"]), number, np.uint8)
            after = _days_with(model.visited[day + 1 : day + self._gap + 1], seen["user"].astype(np.int64))
            seen["lapsed"] = (after == 0).astype(np.uint8)
        return {f"panel/{name}": np.concatenate([seen[name] for _, seen in self._looks]) for name in COLUMNS}


def _days_with(diary: np.ndarray, users: np.ndarray) -> np.ndarray:
    """On how many days of a diary each of these users stands in it; shape (users,)."""
    return (diary[:, users >> 3] >> (users & 7).astype(np.uint8) & 1).sum(axis=0)


def _highest(rows: np.ndarray, levers: list[str], column: str) -> np.ndarray:
    """The highest value of one column of some levers; zeros where there is none of them."""
    return np.max([rows[name][column] for name in levers], axis=0) if levers else np.zeros(len(rows), np.uint8)
