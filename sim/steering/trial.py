"""Trial 实验: one experiment inside the world, and what it reads out.

Who is treated is addressed by the experiment's name: a user's number, the number of a cluster (a block of neighbours on the ring of
friends), or, by period, alternate stretches of days of which luck chooses the first. The read-out is what the platform sees: what each arm
did from the first day of the experiment to its last. The same numbers over everybody, from a world in which all are treated and one in
which nobody is, are the truth (``sim.study.truth``).
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from sim.chance import chance
from sim.population import ARM, PROSPECT, arm_address
from sim.segment import arm_bit

METRICS = {
    "buyers": "share",
    "orders": "orders",
    "revenue": "minor units",
    "margin": "minor units",
}
"""What is read out, for each user: whether there was an order; orders; what was paid for them; that less the cost of goods (what else
the levers cost is not booked user by user)."""

TREATED, CONTROL = range(2)


class Trial:
    """One experiment of one world, day by day; ``first`` and ``last`` are days of the run."""

    def __init__(self, name: str, place: int, experiment: Any, model: Any) -> None:
        start = model.plan.calendar.start
        self.name, self.place, self.experiment = name, place, experiment
        self.first = 0 if experiment.on is None else max(0, (experiment.on - start).days)
        self.last = math.inf if experiment.until is None else (experiment.until - start).days
        self._luck = float(chance(model.key, 0, -1, ARM, arm_address(name)))
        self._before: dict[str, np.ndarray] = {}
        self._found: dict[str, np.ndarray] | None = None

    def is_open(self, day: int) -> bool:
        """Whether the treated, or by period everybody, get the levers on a day."""
        if not self.first <= day <= self.last:
            return False
        return self.experiment.by != "period" or self.treats((day - self.first) // self.experiment.period_days)

    def treats(self, stretch: int) -> bool:
        """Whether a stretch of days is treated: every second one where the share is a half."""
        share = self.experiment.share
        return math.floor((stretch + 1) * share + self._luck) > math.floor(stretch * share + self._luck)

    def overnight(self, day: int, model: Any) -> None:
        """Remember what users had done before the first day; read out after the last."""
        if day == self.first and day > 0 and self.experiment.by != "period":
            self._before = {name: model.rows[name].copy() for name in ("orders", "paid", "goods")}
        if day == self.last + 1 and day > self.first:
            self._found = self._read(model, int(self.last))
            self._before = {}

    def read(self, model: Any) -> dict[str, np.ndarray]:
        """What the experiment found, or has found so far.

        ``arms``, shape (2 arms, metrics, 3): units, their mean and variance; ``users``, shape (2,): in each arm; ``everybody``, shape
        (metrics,): the mean over all, whatever their arm. Not begun or nobody there: nan.
        """
        return self._found if self._found is not None else self._read(model, model.day)

    def _read(self, model: Any, last: int) -> dict[str, np.ndarray]:
        if last < self.first:
            nobody = np.full((2, len(METRICS), 3), np.nan)
            nobody[:, :, 0] = 0
            return {"arms": nobody, "users": np.zeros(2, np.int64), "everybody": np.full(len(METRICS), np.nan)}
        return self._of_stretches(model, last) if self.experiment.by == "period" else self._of_users(model)

    def _of_users(self, model: Any) -> dict[str, np.ndarray]:
        rows = model.rows
        inside = rows["stage"] != PROSPECT
        orders, paid, goods = (rows[n].astype(np.int64) - self._before.get(n, 0) for n in ("orders", "paid", "goods"))
        values = np.stack([orders > 0, orders, paid, paid - goods]).astype(float)[:, inside]
        treated = (rows["groups"][inside] & arm_bit(self.place, True)) != 0
        users = np.array([treated.sum(), (~treated).sum()])
        everybody = values.mean(axis=1) if len(treated) else np.full(len(METRICS), np.nan)
        if self.experiment.by == "cluster":
            cluster = rows["id"][inside] // self.experiment.cluster_size
            sizes = np.bincount(cluster)
            there = sizes > 0
            values = np.stack([np.bincount(cluster, weights=v)[there] / sizes[there] for v in values])
            treated = np.bincount(cluster, weights=treated)[there] > 0
        return {"arms": _moments(values, treated), "users": users, "everybody": everybody}

    def _of_stretches(self, model: Any, last: int) -> dict[str, np.ndarray]:
        """By period: a stretch's number for each user signed up by its end; only whole stretches."""
        daily, length = model.daily(), self.experiment.period_days
        signed_up = daily["new_users"].cumsum()
        values, treated = [], []
        for stretch in range((last + 1 - self.first) // length):
            days = slice(self.first + stretch * length, self.first + (stretch + 1) * length)
            buyers = int(np.unpackbits(np.bitwise_or.reduce(model.ordered[days], axis=0)).sum())
            orders, revenue, goods = (int(daily[n][days].sum()) for n in ("orders", "revenue", "cost_of_goods"))
            users = max(int(signed_up[days.stop - 1]), 1)
            values.append([buyers / users, orders / users, revenue / users, (revenue - goods) / users])
            treated.append(self.treats(stretch))
        table = np.array(values).reshape(-1, len(METRICS)).T
        everybody = table.mean(axis=1) if values else np.full(len(METRICS), np.nan)
        users = np.full(2, int(signed_up[last]) if values else 0)
        return {"arms": _moments(table, np.array(treated, bool)), "users": users, "everybody": everybody}


def _moments(values: np.ndarray, treated: np.ndarray) -> np.ndarray:
    """Units, mean and variance of each metric in each arm; shape (2, metrics, 3)."""
    out = np.full((2, len(values), 3), np.nan)
    for arm, chosen in ((TREATED, treated), (CONTROL, ~treated)):
        count = int(chosen.sum())
        out[arm, :, 0] = count
        if count:
            out[arm, :, 1] = values[:, chosen].mean(axis=1)
        if count > 1:
            out[arm, :, 2] = values[:, chosen].var(axis=1, ddof=1)
    return out
