"""Everybody who signed up, as a finished run leaves them: what an export of users lists."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.measure import segments
from sim.population import NEVER, NO_REASON, PROSPECT

COLUMNS = (
    "user", "persona", "channel", "entry_day", "first_order_day", "last_order_day", "last_seen", "orders", "spent", "paid", "goods",
    "stage", "life_cycle", "value", "lapsed_day", "left_day", "left_reason",
)  # fmt: skip
"""What is kept of each, whole numbers; −1 for a day that has not come."""


def roster(model: Any) -> dict[str, np.ndarray]:
    """A line for each user who signed up, by ``roster/<column>``; arrays of shape (users who signed up,)."""
    rows = model.rows
    here = np.flatnonzero(rows["stage"] != PROSPECT)
    codes = segments(model)
    found: dict[str, np.ndarray] = {"user": here.astype(np.int32), "life_cycle": codes["life_cycle"], "value": codes["value"]}
    for name in COLUMNS:
        if name in rows.dtype.names:
            found[name] = rows[name]
    out = {f"roster/{name}": column if name == "user" else column[here] for name, column in found.items()}
    out["roster/left_day"] = np.where(out["roster/left_reason"] == NO_REASON, NEVER, out["roster/left_day"])
    out["roster/lapsed_day"] = _first_lapse(model, here)
    return out


def _first_lapse(model: Any, users: np.ndarray) -> np.ndarray:
    """The day on which each was first called churned for not having been seen; −1 where that has not come."""
    gap = model.plan.platform.churned_after_days
    last = model.rows["entry_day"][users].astype(np.int64)
    lapsed = np.full(len(users), NEVER, np.int32)
    for day in range(model.day + 1):
        seen = np.unpackbits(model.visited[day], bitorder="little")[users].astype(bool)
        last[seen] = day  # a visit on the very day is in time
        lapsed[(lapsed == NEVER) & (day - last >= gap)] = day
    return lapsed
