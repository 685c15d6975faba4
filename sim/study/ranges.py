"""How far each parameter may be off: published ranges and standard errors, and a declared rule where there is none.

A range is where the truth lies with 95 %. ``data/ranges.csv`` holds the published ones; a lever outside the project brings its own with
``param(..., plausible=(low, high))``. Everything else that describes people follows ``FACTORS``. ``docs/uncertainty.md`` says the same.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, get_args

from pydantic.fields import FieldInfo

from sim.parameter import ASSUMPTION, MONEY, Parameters, bounds
from sim.scenario import Scenario
from sim.study.sources import SET_HERE, in_force, lines_of

FACTORS = {"A": 1.25, "B": 1.5, "C": 1.75, "D": 2.0, "": 2.0}
"""By the grade of its source, by how much a value without a published range may be too large or too small; in odds where it is a share.
No grade is an assumption: half to double."""

ONLY_DIRECTION = ("direction", "is assumed", "itself assumed", "itself is assumed")
"""What a source says where it tells the direction of an effect and not its size: then the size is an assumption."""

OWN_BOOKS = "economics."
"""What a platform knows of itself, such as its margin. It is no fact about people and stays as it is."""

WORLD = "world"
"""What a parameter belongs to that is no lever's."""

DATE = "date"
"""Unit of numbers that are no quantities: 618 is 18 June."""

EDGE = 1.959964
"""The normal score at either end of a range, 97.5 %."""

DIGITS = 6
"""Significant digits of a value drawn: fewer than the last bits in which machines differ."""


@dataclass(frozen=True)
class Range:
    """One parameter of one scenario: its value, and the low and high end of what is plausible.

    Values drawn have their median at the value in force and 2.5 % of them beyond either end, on a normal scale of the odds (shares), the
    log (numbers of one sign) or the number itself, each side by its own width. A list moves as a whole, in proportion to its first number.
    """

    parameter: str
    unit: str
    value: Any
    low: float
    high: float
    basis: str
    source: str
    grade: str
    minimum: float | None
    maximum: float | None
    meaning: str
    of: str
    """The lever that it belongs to, or ``WORLD``."""

    @property
    def first(self) -> float:
        """The value, or the first of a list."""
        return float(self.value[0] if isinstance(self.value, tuple) else self.value)

    def at(self, score: float) -> Any:
        """The value at a normal score: 0 gives the value in force, ±1.96 the ends; kept within the declared minimum and maximum."""
        if score == 0.0:
            return self.value
        there, back = self._scale()
        middle, end = there(self.first), there(self.low if score < 0 else self.high)
        found = back(middle + abs(score) / EDGE * (end - middle))
        if isinstance(self.value, tuple):
            return tuple(self._allowed(v * found / self.first, v) for v in self.value)
        return self._allowed(found, self.value)

    def _scale(self) -> tuple[Any, Any]:
        ends = (self.low, self.first, self.high)
        if is_share(self.unit) and all(0 < end < 1 for end in ends):
            return logit, expit
        if all(end > 0 for end in ends):
            return math.log, math.exp
        if all(end < 0 for end in ends):
            return (lambda v: -math.log(-v)), (lambda x: -math.exp(-x))
        return float, float

    def _allowed(self, found: float, like: Any) -> Any:
        low = -math.inf if self.minimum is None else self.minimum
        high = math.inf if self.maximum is None else self.maximum
        found = float(min(max(found, low), high))
        if isinstance(like, int):
            return round(found)  # bounds of whole numbers are whole
        return round(found, 2) if self.unit == MONEY else float(f"{found:.{DIGITS}g}")


@lru_cache(maxsize=1)
def published() -> dict[str, dict[str, str]]:
    """The rows of ``data/ranges.csv`` by parameter: a lever's by its kind, such as ``coupons.fade``, others by their path."""
    with open(Path(__file__).parent / "data" / "ranges.csv", encoding="utf-8", newline="") as file:
        return {row["parameter"]: row for row in csv.DictReader(file)}


def ranges(scenario: Scenario) -> dict[str, Range]:
    """The range of every parameter of a scenario that describes people and is a number, by its path, in the order of the report.

    Left out: switches, choices, values that are not set, what the platform knows of itself (``OWN_BOOKS``), what the way of leaving or
    spending does not use, and effects set to 0, which are switched off.
    """
    found = {}
    for line, field, value in in_force(scenario):
        path = line["parameter"]
        if path.startswith(OWN_BOOKS) or _unused(scenario, path):
            continue
        first = value[0] if isinstance(value, tuple) and value else value
        if not is_number(first, field):
            continue
        of = scenario.kinds[path.split(".")[1]] if path.startswith("levers.") else WORLD
        one = _range(line, field, value, of, path if of == WORLD else f"{of}.{path.split('.', 2)[2]}")
        if one is not None:
            found[path] = one
    return found


def of_defaults(of: str, block: Parameters) -> dict[str, Range]:
    """The ranges of a block's defaults by name: of a lever's parameters, or of a block of the ``world`` such as ``behaviour``."""
    found = {}
    for line, field, value in lines_of(of, block):
        name, first = line["parameter"].partition(".")[2], value[0] if isinstance(value, tuple) and value else value
        if is_number(first, field) and not line["parameter"].startswith(OWN_BOOKS):
            one = _range(line, field, value, of, line["parameter"])
            found |= {name: one} if one is not None else {}
    return found


def is_number(value: Any, field: FieldInfo) -> bool:
    """Whether a value is a quantity: no switch, no choice, no date, and set at all."""
    date = (field.json_schema_extra or {}).get("unit") == DATE
    return isinstance(value, int | float) and not isinstance(value, bool) and not date


def _range(line: dict[str, Any], field: FieldInfo, value: Any, of: str, known_as: str) -> Range | None:
    """The range of one parameter; None where nothing is to be drawn. ``known_as`` is its name in the table of published ranges."""
    path, source, grade = line["parameter"], line["source"], line["grade"]
    low, high = bounds(field) if not isinstance(value, tuple) else _bounds_of_items(field)
    extra = field.json_schema_extra or {}
    facts = {"parameter": path, "unit": extra.get("unit", ""), "value": value, "minimum": low, "maximum": high}
    facts |= {"meaning": field.description or "", "of": of}
    row = published().get(known_as)
    if row is not None and value == float(row["value"]):
        own = {"basis": row["basis"], "source": row["source"], "grade": row["grade"]}
        return Range(**facts, low=float(row["low"]), high=float(row["high"]), **own)
    own = {"source": source, "grade": grade}
    if extra.get("plausible") is not None and source != SET_HERE:
        return Range(**facts, low=extra["plausible"][0], high=extra["plausible"][1], basis="declared with the parameter", **own)
    first = float(value[0] if isinstance(value, tuple) else value)
    if first == 0.0:
        return None
    if source in (ASSUMPTION, SET_HERE) or any(word in source for word in ONLY_DIRECTION):
        assumed = "an assumption" if source in (ASSUMPTION, SET_HERE) else "only the direction is known"
        grade, basis = "", f"rule: half to double, {assumed}"
    else:
        basis = f"rule: grade {grade}, ÷ and × {FACTORS[grade]:g}" if grade else "rule: half to double, no grade"
    ends = _ends(first, FACTORS[grade], is_share(facts["unit"]), low, high)
    return Range(**facts, low=ends[0], high=ends[1], basis=basis, **own)


def is_share(unit: str) -> bool:
    """Whether numbers of this unit are shares between 0 and 1, which move in odds."""
    return unit.partition("/")[0] == "share"


def _bounds_of_items(field: FieldInfo) -> tuple[float | None, float | None]:
    """Smallest and largest permitted number of a list."""
    item = next(iter(get_args(field.annotation)), None)
    return bounds(FieldInfo.from_annotation(item)) if item is not None else (None, None)


def logit(share: float) -> float:
    """The log of a share's odds."""
    return math.log(share / (1.0 - share))


def expit(x: float) -> float:
    """The share whose odds have this log."""
    return 1.0 / (1.0 + math.exp(-x))


def _ends(value: float, factor: float, share: bool, low: float | None, high: float | None) -> tuple[float, float]:
    """The ends of the rule: by a factor, of the odds where the value is a share; within the declared minimum and maximum."""
    if share and 0 < value < 1:
        ends = [expit(logit(value) + step) for step in (-math.log(factor), math.log(factor))]
    else:
        ends = sorted((value / factor, value * factor))
    least, most = (-math.inf if low is None else low), (math.inf if high is None else high)
    ends = [min(max(end, least), most) for end in ends]
    return float(f"{ends[0]:.{DIGITS}g}"), float(f"{ends[1]:.{DIGITS}g}")


def _unused(scenario: Scenario, path: str) -> bool:
    """Whether nothing reads the parameter, because the scenario's people leave or spend in another way."""
    mode, spend = scenario.population.dropout.mode, scenario.population.spend
    unused = {
        "population.dropout.": {"per_order": ("s", "beta_weeks"), "per_renewal": ("s", "beta_weeks", "own_orders_only")}.get(
            mode, ("a", "b", "own_orders_only") if mode == "per_time" else ("a", "b", "s", "beta_weeks", "own_orders_only")
        ),
        "population.spend.": ("p", "q", "v") if spend.median is not None else (),
    }
    return any(path == block + name for block, names in unused.items() for name in names)


def lines(found: dict[str, Range]) -> Iterator[dict[str, Any]]:
    """The rows of ``ranges.csv`` of one scenario."""
    for one in found.values():
        yield {
            "parameter": one.parameter, "of": one.of, "meaning": one.meaning, "unit": one.unit, "value": one.first, "low": one.low,
            "high": one.high, "basis": one.basis, "source": one.source, "grade": one.grade,
        }  # fmt: skip
