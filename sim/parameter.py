"""What a scenario may set: one declaration a parameter, with unit, range, default and source.

From the declaration follow the check of scenario files, the JSON Schema, the catalogue of levers, the count of
assumptions and the record of numbers that the compiled day reads.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, get_args

import numpy as np
from pydantic import BaseModel, ConfigDict, Field
from pydantic.fields import FieldInfo

MONEY = "money"
"""Unit of amounts that a scenario gives in the currency's main unit (10.00); rules see whole minor units."""

MINOR_PER_UNIT = 100

NOT_SET = -1
"""What a rule reads where a parameter is None, such as a budget without a cap."""

ASSUMPTION = "assumption"
"""The source of a parameter that nobody has measured. Reports count these."""

DESIGN = "design"
"""The source of a parameter that is a decision of the platform or of the study, not a fact about people."""


def param(
    default: Any,
    unit: str,
    meaning: str,
    *,
    ge: float | None = None,
    gt: float | None = None,
    le: float | None = None,
    lt: float | None = None,
    source: str = ASSUMPTION,
    grade: str = "",
    at_most: int | None = None,
    plausible: tuple[float, float] | None = None,
) -> Any:
    """Declare one parameter.

    ``source`` names a publication, a dataset or a design decision; the word "assumption" where there is none.
    ``grade`` is A (randomised experiment, reproduced data), B (quasi-experiment, meta-analysis), C (observational,
    vendor) or D (rule of thumb). ``at_most`` is the largest length of a list. ``plausible``: where the truth lies
    with 95 %; without it, ``sim.study.ranges`` knows a published range or goes by the grade.
    """
    extra: dict[str, Any] = {"unit": unit, "source": source, "grade": grade}
    if plausible is not None:
        extra["plausible"] = plausible
    return Field(
        default, ge=ge, gt=gt, le=le, lt=lt, max_length=at_most, description=meaning, json_schema_extra=extra
    )


class Parameters(BaseModel):
    """A block of parameters. Unknown names, wrong types and numbers outside their range are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


def specification(block: type[Parameters], prefix: str = "") -> dict[str, dict[str, Any]]:
    """The parameters of a block by dotted name: unit, default, minimum, maximum, meaning, source, grade."""
    table: dict[str, dict[str, Any]] = {}
    for name, field in block.model_fields.items():
        nested = nested_block(field)
        if nested is not None:
            table |= specification(nested, f"{prefix}{name}.")
            continue
        extra = field.json_schema_extra or {}
        low, high = bounds(field)
        default = None if field.is_required() else field.get_default(call_default_factory=True)
        table[prefix + name] = {
            "unit": extra.get("unit", ""),
            "default": list(default) if isinstance(default, tuple) else default,
            "minimum": low,
            "maximum": high,
            "meaning": field.description or "",
            "source": extra.get("source", ASSUMPTION),
            "grade": extra.get("grade", ""),
        }
        choices = [c for c in get_args(field.annotation) if isinstance(c, str)]
        if choices:
            table[prefix + name]["choices"] = choices
    return table


def nested_block(field: FieldInfo) -> type[Parameters] | None:
    """The block that a field holds, where it holds one."""
    for candidate in (field.annotation, *get_args(field.annotation)):
        if isinstance(candidate, type) and issubclass(candidate, Parameters):
            return candidate
    return None


def bounds(field: FieldInfo) -> tuple[float | None, float | None]:
    """Smallest and largest permitted value of a number (None: no bound)."""
    low = high = None
    for rule in field.metadata:
        low = getattr(rule, "ge", getattr(rule, "gt", low))
        high = getattr(rule, "le", getattr(rule, "lt", high))
    return low, high


def leaves(block: Parameters, prefix: str = "") -> Iterator[tuple[str, FieldInfo, Any]]:
    """(dotted name, field, value) of every parameter in a block, nested blocks included."""
    for name, field in type(block).model_fields.items():
        value = getattr(block, name)
        if isinstance(value, Parameters):
            yield from leaves(value, f"{prefix}{name}.")
        elif nested_block(field) is None:
            yield prefix + name, field, value


def record(block: Parameters) -> np.ndarray:
    """The numbers of a block as a structured array of length one, the form the compiled day reads.

    Whole numbers, switches and choices (by their place in the list of choices) become i8, other numbers f8, money
    whole minor units in i8; None becomes ``NOT_SET``; a list becomes an array of its greatest length and a count ``<name>_count``.
    """
    fields: list[tuple] = []
    values: list[Any] = []
    for name, field in type(block).model_fields.items():
        value = getattr(block, name)
        if isinstance(value, Parameters):
            inner = record(value)
            fields.append((name, inner.dtype))
            values.append(inner[0])
            continue
        if isinstance(value, str) and not _choices(field):
            continue
        if isinstance(value, tuple) and any(isinstance(v, str) for v in value):
            continue
        if value is None:
            fields.append((name, "i8" if _is_money(field) else "f8"))
            values.append(NOT_SET)
            continue
        if isinstance(value, tuple):
            size = _longest(field)
            fields.append((name, "i8" if _is_money(field) else "f8", (size,)))
            values.append(np.array([_number(v, field) for v in value] + [0] * (size - len(value))))
            fields.append((f"{name}_count", "i8"))
            values.append(len(value))
            continue
        number = _number(value, field)
        fields.append((name, "i8" if isinstance(number, int) else "f8"))
        values.append(number)
    out = np.zeros(1, np.dtype(fields))
    for (name, *_), value in zip(fields, values, strict=True):
        out[name][0] = value
    return out


def minor_units(amount: float) -> int:
    """An amount of money as whole minor units, half a unit away from zero."""
    return int(np.floor(abs(amount) * MINOR_PER_UNIT + 0.5)) * (1 if amount >= 0 else -1)


def _is_money(field: FieldInfo) -> bool:
    return (field.json_schema_extra or {}).get("unit") == MONEY


def _choices(field: FieldInfo) -> list[str]:
    return [c for c in get_args(field.annotation) if isinstance(c, str)]


def _longest(field: FieldInfo) -> int:
    return next(m.max_length for m in field.metadata if hasattr(m, "max_length"))


def _number(value: Any, field: FieldInfo) -> int | float:
    if isinstance(value, str):
        return _choices(field).index(value)
    if _is_money(field):
        return minor_units(value)
    whole = isinstance(value, int) and field.annotation is not float and float not in get_args(field.annotation)
    return int(value) if whole else float(value)
