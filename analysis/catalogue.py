"""The catalogue of levers, as data and as text."""

from __future__ import annotations

import textwrap
from typing import Any

from sim.lever import levers
from sim.parameter import specification

WIDTH = 104
"""Characters of a line of text."""


def catalogue() -> dict[str, dict[str, Any]]:
    """``{lever: {doc, parameters: {name: {unit, default, minimum, maximum, meaning, source, …}}}}``, by name."""
    return {name: {"doc": lever.doc, "parameters": specification(lever.Parameters)} for name, lever in levers().items()}


def render(table: dict[str, dict[str, Any]], whole: bool) -> str:
    """The catalogue as text: a line for each lever, or, where ``whole``, everything about it."""
    if not whole:
        lines = [f"{name:<14}{entry['doc'].splitlines()[0]}" for name, entry in table.items()]
        return "\n".join([*lines, "", "python run.py levers NAME says everything about one of them."])
    return "\n\n".join(_page(name, entry) for name, entry in table.items())


def _page(name: str, entry: dict[str, Any]) -> str:
    about = [textwrap.fill(line, WIDTH) for line in entry["doc"].splitlines()]
    lines = [f"levers.{name}", "", *about, ""]
    for parameter, facts in entry["parameters"].items():
        low, high = facts["minimum"], facts["maximum"]
        span = f"{_number(low)} to {_number(high)}" if low is not None and high is not None else ""
        span = ", ".join(facts["choices"]) if facts.get("choices") else span
        head = f"  {parameter} = {_number(facts['default'])}  [{facts['unit']}]" + (f"  {span}" if span else "")
        grade = f" (grade {facts['grade']})" if facts["grade"] else ""
        text = f"{facts['meaning']}. Source: {facts['source']}{grade}."
        lines += [head, *textwrap.wrap(text, WIDTH, initial_indent="      ", subsequent_indent="      ")]
    return "\n".join(lines)


def _number(value: Any) -> str:
    if value is None:
        return "none"
    return f"{value:g}" if isinstance(value, float) else str(value)
