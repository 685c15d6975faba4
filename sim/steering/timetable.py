"""Timetable 排期: what a schedule says of a parameter on a date: a pure function of the date, so a run can begin on any of its days.

Of several changes of one parameter the one that began last holds; what it replaced holds again when it ends. A monthly change that begins
on the 31st begins on the last day of a shorter month, a yearly one of 29 February on the 28th.
"""

from __future__ import annotations

import calendar
import datetime
import math
from collections.abc import Sequence
from typing import Any

DAY = datetime.timedelta(days=1)


def beginning(change: Any, date: datetime.date) -> datetime.date | None:
    """When the change began that holds on a date; None where it holds not."""
    if date < change.on:
        return None
    begun = change.on
    if change.repeat == "weekly":
        begun = date - datetime.timedelta(days=(date - change.on).days % 7)
    elif change.repeat in ("monthly", "yearly"):
        step = 1 if change.repeat == "monthly" else 12
        months = (date.year - change.on.year) * 12 + date.month - change.on.month
        begun = _months_after(change.on, months // step * step)
        if begun > date:
            begun = _months_after(change.on, (months // step - 1) * step)
    if change.until is not None and date - begun > change.until - change.on:
        return None
    return begun


def _months_after(date: datetime.date, months: int) -> datetime.date:
    """The same day so many months later, or the last day of a shorter month."""
    year, month = divmod(date.year * 12 + date.month - 1 + months, 12)
    return datetime.date(year, month + 1, min(date.day, calendar.monthrange(year, month + 1)[1]))


def value_on(date: datetime.date, value: Any, changes: Sequence[Any]) -> Any:
    """What a parameter is on a date that is ``value`` without its changes, given in the order of their names."""
    begun = [(beginning(change, date), place) for place, change in enumerate(changes)]
    for start, place in sorted(entry for entry in begun if entry[0] is not None):
        change, days = changes[place], (date - start).days
        if days >= change.ramp_days:
            value = change.to
        else:
            value = value + (change.to - value) * (days / change.ramp_days)
    return value


def happens_between(change: Any, first: datetime.date, last: datetime.date) -> bool:
    """Whether the change holds on any of these days."""
    if change.repeat == "never":
        return change.on <= last and (change.until is None or change.until >= first)
    days = (last - max(first, change.on)).days
    return any(beginning(change, last - DAY * k) is not None for k in range(min(days, 366) + 1))


def rounded(value: Any, whole: bool) -> Any:
    """A number on a ramp, whole where it must be."""
    return math.floor(value + 0.5) if whole and isinstance(value, float) else value
