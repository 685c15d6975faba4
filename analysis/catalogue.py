"""The catalogue of levers, as data and as text."""

from __future__ import annotations

import datetime
import textwrap
from typing import Any

from analysis import lever_words
from analysis.language import say
from sim.lever import levers
from sim.parameter import Parameters, specification
from sim.scenario.plans import Aim, Change, Experiment, Persona, Policy
from sim.scenario.schema import Segments
from sim.segment import SEGMENTS
from sim.steering.metric import RATES

WIDTH = 104
"""Characters of a line of text."""


ACROSS: dict[str, tuple[str, dict[str, type[Parameters]]]] = {
    "segments": (
        f"""Segments 用户分层: any lever can be aimed (`for:`) at users in a segment, of a persona, from a channel.

Segments: {", ".join(SEGMENTS)}. `segments:` says where they begin; `personas:` names kinds of people.""",
        {"": Segments, "for.": Aim, "personas.NAME.": Persona},
    ),
    "schedule": (
        """Schedule 排期: any parameter changes on a date, at once or day by day, for good or until another date, once or repeatedly.

What can change: levers.*, behaviour.*, market.*, economics.margin, economics.incentive_budget.
Of two changes of one parameter the one that began last holds.
A change that would make what users already hold dearer than a budget can bear waits until it can.""",
        {"NAME.": Change},
    ),
    "policies": (
        """Policies 数据驱动闭环: a parameter reacts to a measured number, day by day: measure, decide, act, measure again.

A metric is a column of daily.csv, averaged over the window, or one of these rates:
"""
        + "\n".join(f"{name}: {rate.meaning}" for name, rate in RATES.items()),
        {"NAME.": Policy},
    ),
    "experiments": (
        """Experiments 实验: A/B tests inside the world; what a platform would read stands beside the truth.

Only the treated get the levers named. Assigned by user, by cluster of friends, or by period.
The truth is the difference between two more worlds with the same luck: all treated, nobody treated.
Where the two differ beyond chance, one user's treatment reaches another: through friends, or a budget that both arms share.""",
        {"NAME.": Experiment},
    ),
}
"""What is no lever and works across all of them: its description, and its blocks by the names that lead to their parameters."""


def catalogue() -> dict[str, dict[str, Any]]:
    """``{lever: {doc, parameters: {name: {unit, default, minimum, maximum, meaning, source, …}}}}``, by name; ``ACROSS`` included."""
    out = {name: {"doc": lever.doc, "parameters": specification(lever.Parameters)} for name, lever in levers().items()}
    for name, (doc, blocks) in ACROSS.items():
        own = {k: v for prefix, block in blocks.items() for k, v in specification(block, prefix).items()}
        out[name] = {"doc": doc, "parameters": {k: {w: _plain(fact) for w, fact in v.items()} for k, v in own.items()}}
    return dict(sorted(out.items()))


def _plain(fact: Any) -> Any:
    """A fact as JSON has it: a date as text."""
    return fact.isoformat() if isinstance(fact, datetime.date) else fact


def render(table: dict[str, dict[str, Any]], whole: bool) -> str:
    """The catalogue as text: a line for each lever, or, where ``whole``, everything about it."""
    if not whole:
        order = sorted(table, key=lambda name: (name in ACROSS, name))
        lines = [f"{name:<15} {lever_words.lever_line(table[name]['doc'])}" for name in order]
        hint = say(
            "python run.py levers NAME says everything about one of them.",
            "python run.py levers 名称 --lang zh：查看某个杠杆的全部说明。",
        )
        return "\n".join([*lines, "", hint])
    return "\n\n".join(_page(name, entry) for name, entry in table.items())


def _page(name: str, entry: dict[str, Any]) -> str:
    first, *more = entry["doc"].splitlines()
    about = [textwrap.fill(line, WIDTH) for line in (lever_words.lever_line(first), *more)]
    lines = [name if name in ACROSS else f"levers.{name}", "", *about, ""]
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
