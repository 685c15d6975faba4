"""Dates as files write them, for the parameters of levers that hold dates as whole numbers (``sim.dates``)."""

from __future__ import annotations

import re
from typing import get_args, get_origin

from pydantic.fields import FieldInfo

from sim.dates import YEARLY, date_of

Words = tuple[str, str]

EXPECTED: dict[str, Words] = {
    "date": ("a date such as 2025-06-18, or 06-18 for every year", "日期，例如 2025-06-18，或表示每年的 06-18"),
    "day or date": ("a day of the run such as 120, or a date such as 2025-06-18", "模拟的第几天，例如 120，或日期，例如 2025-06-18"),
}
"""What is expected, by the parameter's unit; in English and Chinese."""

PATTERN = r"^(\d{4}-)?\d{2}-\d{2}$"
_WRITTEN = re.compile(r"(?:(\d{4})-)?(\d{2})-(\d{2})\Z", re.ASCII)


def is_dated(field: FieldInfo) -> bool:
    """Whether a parameter holds a date, or dates, as whole numbers."""
    inner = get_args(field.annotation)[:1] if get_origin(field.annotation) is tuple else (field.annotation,)
    return inner == (int,) and isinstance(field.json_schema_extra, dict) and field.json_schema_extra.get("unit") in EXPECTED


def numbered(value: object) -> object:
    """The number of a date as a file writes it, ``2025-06-18``, or ``06-18`` for every year; what is none stays as it is."""
    found = _WRITTEN.match(value) if isinstance(value, str) else None
    if found is None:
        return value
    number = int(found[1] or 0) * 10_000 + int(found[2]) * 100 + int(found[3])
    return value if date_of(number) is None or found[1] is not None and number <= YEARLY else number
