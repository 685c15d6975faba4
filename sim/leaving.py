"""Who has left, and why, which only a simulator knows: users by segment on the day on which they left, and by reason.

The segment in the life cycle is the one in which an aimed lever saw them on that morning (``sim.segment``), and the one by value counts
the orders of that day, too.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.parameter import minor_units
from sim.population import NEVER, NO_REASON, PROSPECT, REASONS
from sim.segment import LIFE, VALUE

SILENCE = ("seen", "silent")
"""Segments of the group ``silence``: last seen less than ``churned_after_days`` before the end, or longer ago."""


def leaving(model: Any, codes: dict[str, np.ndarray], sizes: dict[str, int]) -> dict[str, np.ndarray]:
    """Users by segment and reason, ``left/<group>`` of shape (segments, reasons), for those who have left and not come back.

    ``codes`` and ``sizes``: persona and channel of every user, and how many there are of each. ``left/silence`` counts everybody who ever
    signed up by ``SILENCE``, with reason 0 for those who have not left.
    """
    rows, where = model.rows, model.plan.segments
    inside = rows["stage"] != PROSPECT
    silent = (model.day - rows["last_seen"] >= model.plan.platform.churned_after_days).astype(np.int64)
    gone = np.flatnonzero(inside & (rows["left_reason"] != NO_REASON))
    left = rows[gone]
    day, reason = left["left_day"].astype(np.int64), left["left_reason"].astype(np.int64)
    age, idle = day - left["entry_day"], day - _seen_before(model.visited, gone, day, left["entry_day"].astype(np.int64))
    platform = model.plan.platform
    states = (idle >= platform.churned_after_days, idle >= platform.dormant_after_days, age <= where.new_days, idle >= where.at_risk_days)
    life = np.select(states, [LIFE.index(n) for n in ("churned", "dormant", "new", "at_risk")], LIFE.index("active"))
    high = (left["orders"] >= where.high_value_orders) & (left["spent"] >= minor_units(where.high_value_spend))
    high &= day - left["last_order_day"] <= where.high_value_days
    found = {
        "everyone": (np.zeros(len(gone), np.int64), 1),
        "life_cycle": (life, len(LIFE)),
        "value": (np.where(high, VALUE.index("high_value"), VALUE.index("ordinary")), len(VALUE)),
        **{group: (codes[group][gone], sizes[group]) for group in ("persona", "channel")},
    }
    out = {f"left/{group}": _table(segment, reason, size) for group, (segment, size) in found.items()}
    out["left/silence"] = _table(silent[inside], rows["left_reason"][inside].astype(np.int64), len(SILENCE))
    return out


def _table(segment: np.ndarray, reason: np.ndarray, size: int) -> np.ndarray:
    return np.bincount(segment * len(REASONS) + reason, minlength=size * len(REASONS)).reshape(size, len(REASONS))


def _seen_before(diary: np.ndarray, users: np.ndarray, day: np.ndarray, entry: np.ndarray) -> np.ndarray:
    """The last day before ``day`` on which each user visited; the day of entry where there is none."""
    found = np.where(day > entry, NEVER, entry)
    open_ = np.flatnonzero(found == NEVER)
    at = day[open_] - 1
    while len(open_):
        seen = (diary[at, users[open_] >> 3] >> (users[open_] & 7).astype(np.uint8) & 1).astype(bool) | (at <= entry[open_])
        found[open_[seen]] = at[seen]
        open_, at = open_[~seen], at[~seen] - 1
    return found
