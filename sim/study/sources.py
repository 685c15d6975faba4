"""Where each parameter in force comes from, so that every report can count its assumptions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic.fields import FieldInfo

from sim.parameter import ASSUMPTION, DESIGN, leaves
from sim.scenario import Scenario

BLOCKS = ("population", "market", "behaviour", "platform", "economics", "calendar")
SET_HERE = "set by the scenario"


def sources(scenario: Scenario) -> list[dict[str, Any]]:
    """Every parameter that describes people, in the scenario's blocks and in its levers: value, source, grade, is_assumption.

    What a platform decides (source "design") is no assumption. A value that differs from its sourced default is one: nobody measured it.
    """
    return [line for line, _, _ in in_force(scenario)]


def in_force(scenario: Scenario) -> Iterator[tuple[dict[str, Any], FieldInfo, Any]]:
    """The lines of ``sources``, each with the declaration of its parameter and the value itself."""
    for block in BLOCKS:
        if block == "market" and scenario.population.entry.market is None:
            continue
        yield from lines_of(block, getattr(scenario, block))
    for name, parameters in scenario.levers.items():
        yield from lines_of(f"levers.{name}", parameters)


def lines_of(prefix: str, block: Any) -> Iterator[tuple[dict[str, Any], FieldInfo, Any]]:
    """Those of one block; its parameters' names begin with the ``prefix``."""
    for name, field, value in leaves(block, f"{prefix}."):
        extra = field.json_schema_extra or {}
        source, grade = extra.get("source", DESIGN), extra.get("grade", "")
        if source == DESIGN:
            continue
        default = field.get_default(call_default_factory=True)
        if source != ASSUMPTION and value is not None and value != default and field.default is not None:
            source, grade = SET_HERE, ""
        assumed = source in (ASSUMPTION, SET_HERE)
        line = {"parameter": name, "value": str(value), "source": source, "grade": grade, "is_assumption": assumed}
        yield line, field, value


def counted(scenario: Scenario) -> dict[str, int]:
    """How many parameters there are of each grade, and how many assumptions."""
    lines = sources(scenario)
    out = {"parameters": len(lines), "assumptions": sum(line["is_assumption"] for line in lines)}
    return out | {f"grade_{g}": sum(line["grade"] == g for line in lines) for g in "ABCD"}
