"""Metrics 指标: the numbers that a policy can measure, from the platform's totals of past days.

A column of ``daily.csv`` is averaged over the days of the window. A rate is a ratio of two sums over the window.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sim.counters import STOCKS, columns
from sim.lever import Lever

REGISTERED_EVER = "registered_ever"


@dataclass(frozen=True)
class Rate:
    """Columns to add up, over those to divide by.

    ``@discount`` stands for all accounts of a kind, ``#opt-outs`` for all counters of a unit.
    """

    meaning: str
    above: tuple[str, ...]
    below: tuple[str, ...]


RATES = {
    "active_share": Rate("users who came by in a day, of all who had signed up", ("active_users",), (REGISTERED_EVER,)),
    "churned_share": Rate("churned users, of all who had signed up", ("churned",), (REGISTERED_EVER,)),
    "new_user_conversion": Rate("first orders for each new user", ("first_orders",), ("new_users",)),
    "visit_conversion": Rate("orders for each visit", ("orders",), ("visits",)),
    "repeat_share": Rate("repeat orders, of all orders", ("repeat_orders",), ("orders",)),
    "failure_share": Rate("orders that went wrong, of all orders", ("failures",), ("orders",)),
    "incentive_cost_share": Rate("discounts and costs of the levers for each unit of revenue", ("@discount", "@cost"), ("revenue_minor",)),
    "opt_out_rate": Rate("opt-outs for each message sent", ("#opt-outs",), ("#messages",)),
}


def known(levers: Mapping[str, Lever]) -> dict[str, Any]:
    """Every metric of a scenario with these levers, by name: a column's own name, or a ``Rate`` with all its columns named."""
    names = [column for column, _, _ in columns(levers)]
    out: dict[str, Any] = {name: name for name in (*names, REGISTERED_EVER)}
    for name, rate in RATES.items():
        above, below = ([c for word in side for c in _columns(word, levers)] for side in (rate.above, rate.below))
        if above and below:
            out[name] = Rate(rate.meaning, tuple(above), tuple(below))
    return out


def _columns(word: str, levers: Mapping[str, Lever]) -> list[str]:
    """The columns that a word of a rate stands for."""
    if word.startswith("@"):
        return [f"{n}_{a}_minor" for n, lever in levers.items() for a, account in lever.accounts.items() if account.kind == word[1:]]
    if word.startswith("#"):
        return [f"{n}_{c}" for n, lever in levers.items() for c, counter in lever.counters.items() if counter.unit == word[1:]]
    return [word]


class Gauge:
    """One metric, measured day after day: of each day one whole number, or the two of a rate."""

    def __init__(self, metric: str, levers: Mapping[str, Lever]) -> None:
        found = known(levers)[metric]
        self._places = {column: (block, counter) for column, block, counter in columns(levers)}
        self._sides = [(found,)] if isinstance(found, str) else [found.above, found.below]
        self._days: list[tuple[int, ...]] = []

    def note(self, yesterday: Any, total: Any, people: int) -> None:
        """Take in one more day: its counters and those of all days so far, records of shape (1,); ``people``: in the world."""
        self._days.append(tuple(sum(self._count(c, yesterday, total, people) for c in side) for side in self._sides))

    def _count(self, column: str, yesterday: Any, total: Any, people: int) -> int:
        if column == REGISTERED_EVER:
            return int(total["core"]["new_users"][0])
        block, counter = self._places[column]
        if block == "core" and counter in STOCKS:
            return int(total["core"][counter][0]) + (people if counter == STOCKS[0] else 0)
        return int(yesterday[block][counter][0])

    def read(self, window: int) -> float | None:
        """The metric over the last days; None before so many days were lived, and where a rate has nothing to divide by."""
        days: Sequence[tuple[int, ...]] = self._days[-window:]
        if len(days) < window:
            return None
        sums = [sum(day[side] for day in days) for side in range(len(self._sides))]
        if len(sums) == 1:
            return sums[0] / window
        return sums[0] / sums[1] if sums[1] else None
