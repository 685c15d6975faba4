"""Dates as whole numbers, as a lever's parameters hold them: 618 is 18 June of every year, 20250618 that of one year."""

from __future__ import annotations

import datetime
from collections.abc import Iterable

YEARLY = 1231
"""Numbers up to this one recur every year."""

LATEST_DAY = 36_600
"""Numbers up to this one, where a day of the run is meant, count days from day 0."""

LEAP_YEAR = 2024


def stamp(date: datetime.date) -> int:
    """The number of a date: 20250618 for 18 June 2025."""
    return date.year * 10_000 + date.month * 100 + date.day


def date_of(number: int, year: int = LEAP_YEAR) -> datetime.date | None:
    """The date of a number, in ``year`` where it recurs every year; None where there is none (229 in a common year)."""
    if number > YEARLY:
        year = number // 10_000
    try:
        return datetime.date(year, number // 100 % 100, number % 100)
    except ValueError:
        return None


def is_day_or_date(number: int) -> bool:
    """Whether a number names a day of the run (up to ``LATEST_DAY``) or a date."""
    return 0 <= number <= LATEST_DAY or date_of(number) is not None


def is_on(number: int, day: int, date: datetime.date) -> bool:
    """Whether the day of this number and date is the one that ``number`` names; 0 names none."""
    return number in (day, stamp(date)) and number > 0


def begun(numbers: Iterable[int], lasts_days: int, day: int, date: datetime.date) -> int | None:
    """The day of the run on which the newest of some dated events began that is on today; None where none is on.

    ``day`` and ``date`` are today's; each event is on for ``lasts_days`` days. What recurs is looked for in this year and the last.
    """
    first_days = []
    for number in numbers:
        for year in (date.year - 1, date.year) if number <= YEARLY else (date.year,):
            first = date_of(number, year)
            if first is not None:
                first_days.append(day + (first - date).days)
    return max((first for first in first_days if 0 <= day - first < lasts_days), default=None)
