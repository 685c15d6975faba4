"""The catalogue of levers, as data and as text."""

from __future__ import annotations

import textwrap
from typing import Any

from analysis import lever_words
from analysis.language import say
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
        lines = [f"{name:<15} {lever_words.lever_line(entry['doc'])}" for name, entry in table.items()]
        hint = say(
            "python run.py levers NAME says everything about one of them.",
            "python run.py levers 名称 --lang zh：查看某个杠杆的全部说明。",
        )
        return "\n".join([*lines, "", hint])
    return "\n\n".join(_page(name, entry) for name, entry in table.items())


def _page(name: str, entry: dict[str, Any]) -> str:
    first, *more = entry["doc"].splitlines()
    about = [textwrap.fill(line, WIDTH) for line in (lever_words.lever_line(first), *more)]
    lines = [f"levers.{name}", "", *about, ""]
    for parameter, facts in entry["parameters"].items():
        low, high = facts["minimum"], facts["maximum"]
        span = f"{_number(low)}{say(' to ', ' 至 ')}{_number(high)}" if low is not None and high is not None else ""
        span = ", ".join(facts["choices"]) if facts.get("choices") else span
        head = f"  {parameter} = {_number(facts['default'])}  [{lever_words.unit(facts['unit'])}]" + (f"  {span}" if span else "")
        origin = lever_words.origin(facts["source"], facts["grade"])
        text = say(f"{facts['meaning']}. Source: {origin}.", f"{facts['meaning']}。来源：{origin}。")
        lines += [head, *textwrap.wrap(text, WIDTH, initial_indent="      ", subsequent_indent="      ")]
    return "\n".join(lines)


def _number(value: Any) -> str:
    if value is None:
        return say("none", "无")
    return f"{value:g}" if isinstance(value, float) else str(value)
