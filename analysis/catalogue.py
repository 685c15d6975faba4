"""The catalogue of levers, as data and as text."""

from __future__ import annotations

import datetime
import textwrap
import unicodedata
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from analysis import lever_words
from analysis.language import Both, say, spoken
from analysis.text import wrap
from sim import words
from sim.lever import Lever, levers
from sim.parameter import Parameters, specification
from sim.scenario.check import BLOCKS
from sim.scenario.plans import Aim, Change, Experiment, Persona, Policy
from sim.scenario.schema import Segments
from sim.segment import SEGMENTS
from sim.steering.metric import RATES
from sim.study import ranges

WIDTH = 104
"""Characters of a line of text."""


_RATES = Both(
    "\n".join(f"{name}: {rate.meaning}" for name, rate in RATES.items()),
    "\n".join(f"{name}：{words.chinese(rate.meaning, 'metric')}" for name, rate in RATES.items()),
)
ACROSS: dict[str, tuple[Both, dict[str, type[Parameters]]]] = {
    "segments": (
        Both(
            f"""Segments 用户分层: any lever can be aimed (`for:`) at users in a segment, of a persona, from a channel.

Segments: {", ".join(SEGMENTS)}. `segments:` says where they begin; `personas:` names kinds of people.""",
            f"""用户分层（Segments）：任何杠杆都可以用 `for:` 针对某个分层、某类人群画像、某个渠道来的用户。

分层：{", ".join(SEGMENTS)}。`segments:` 规定从哪里划线；`personas:` 给各类人起名。""",
        ),
        {"": Segments, "for.": Aim, "personas.NAME.": Persona},
    ),
    "schedule": (
        Both(
            """Schedule 排期: any parameter changes on a date, at once or day by day, for good or until another date, once or repeatedly.

What can change: levers.*, behaviour.*, market.*, economics.margin, economics.incentive_budget.
Of two changes of one parameter the one that began last holds.
A change that would make what users already hold dearer than a budget can bear waits until it can.""",
            """排期（Schedule）：任何参数都可以在某日改变，一次到位或逐日渐变，永久或到另一日期为止，一次或重复。

可以改变的有：levers.*、behaviour.*、market.*、economics.margin、economics.incentive_budget。
同一参数有两项改变时，以后开始的为准。
若改变会使用户已持有的权益贵到预算承受不起，则等到承受得起时再生效。""",
        ),
        {"NAME.": Change},
    ),
    "policies": (
        Both(
            f"""Policies 数据驱动闭环: a parameter reacts to a measured number, day by day: measure, decide, act, measure again.

A metric is a column of daily.csv, averaged over the window, or one of these rates:
{_RATES.en}""",
            f"""数据驱动闭环（Policies）：参数逐日随测得的数字而变：测量、判断、行动、再测量。

指标是 daily.csv 的一列（在窗口内取平均），或以下比率之一：
{_RATES.zh}""",
        ),
        {"NAME.": Policy},
    ),
    "experiments": (
        Both(
            """Experiments 实验: A/B tests inside the world; what a platform would read stands beside the truth.

Only the treated get the levers named. Assigned by user, by cluster of friends, or by period.
The truth is the difference between two more worlds with the same luck: all treated, nobody treated.
Where the two differ beyond chance, one user's treatment reaches another: through friends, or a budget that both arms share.""",
            """实验（Experiments）：在世界里做 A/B 测试，平台会读到的结果与真相并列。

只有实验组得到所列的杠杆。可按用户、好友群组或时段分组。
真相是另外两个运气相同的世界之差：一个全员进入实验组，一个无人进入。
两者之差超出偶然，说明一位用户的处理影响到了别人：经由好友，或经由两组共用的预算。""",
        ),
        {"NAME.": Experiment},
    ),
}
"""What is no lever and works across all of them: its description, and its blocks by the names that lead to their parameters."""


def catalogue() -> dict[str, dict[str, Any]]:
    """``{lever: {doc, parameters: {name: {unit, default, minimum, maximum, meaning, source, …}}}}``, by name; ``ACROSS`` included.

    A lever with named values has them under ``presets``: ``{name: {meaning, values, source, grade}}``.

    What a lever is and what parameters mean is said in the language spoken.
    """
    out = {
        name: {
            "doc": lever_words.lever_text(name, lever.doc),
            "parameters": _told(specification(lever.Parameters), name, ranges.of_defaults(name, lever.Parameters())),
            **({"presets": _presets(name, lever)} if lever.presets else {}),
        }
        for name, lever in levers().items()
    }
    for name, (doc, blocks) in ACROSS.items():
        own = {k: v for prefix, block in blocks.items() for k, v in specification(block, prefix).items()}
        out[name] = {"doc": str(doc), "parameters": _told(own, "plans")}
    return dict(sorted(out.items()))


def world() -> dict[str, dict[str, Any]]:
    """The blocks of a scenario beside its levers, in the same form: population, market, behaviour, …"""
    return {
        name: {
            "doc": lever_words.told(" ".join((block.__doc__ or "").split()), "schema"),
            "parameters": _told(specification(block), "schema", ranges.of_defaults(name, block())),
        }
        for name, block in BLOCKS.items()
        if name not in ACROSS
    }


def _told(
    parameters: dict[str, dict[str, Any]], said_by: str, plausible: Mapping[str, ranges.Range] = MappingProxyType({})
) -> dict[str, dict[str, Any]]:
    """Parameters with their meaning in the language spoken, and every fact as JSON has it: a date as text.

    ``plausible``: where the truth lies with 95 %, of those that describe people.
    """
    out = {}
    for name, facts in parameters.items():
        plain = {k: v.isoformat() if isinstance(v, datetime.date) else v for k, v in facts.items()}
        out[name] = plain | {"meaning": lever_words.told(facts["meaning"], said_by)}
        if name in plausible:
            out[name]["plausible"] = [plausible[name].low, plausible[name].high]
    return out


def _presets(name: str, lever: Lever) -> dict[str, dict[str, Any]]:
    """A lever's named values, told in the language spoken."""
    return {
        key: {"meaning": lever_words.told(p.meaning, name), "values": dict(p.values), "source": p.source, "grade": p.grade}
        for key, p in lever.presets.items()
    }


def render(table: dict[str, dict[str, Any]], whole: bool) -> str:
    """The catalogue as text: a line for each lever, or, where ``whole``, everything about it."""
    if not whole:
        order = sorted(table, key=lambda name: (name in ACROSS, name))
        lines = [f"{name:<15} {table[name]['doc'].splitlines()[0]}" for name in order]
        blocks = ", ".join(world())
        hint = say(
            f"python run.py levers NAME says everything about one of them, or about a block of a scenario: {blocks}.",
            f"python run.py levers 名称 --lang zh：查看某个杠杆的全部说明；也可查看场景文件的一节：{blocks}。",
        )
        return "\n".join([*lines, "", hint])
    return "\n\n".join(_page(name, entry) for name, entry in table.items())


def _page(name: str, entry: dict[str, Any]) -> str:
    about = [_wrapped(line) for line in entry["doc"].splitlines()]
    lines = [name if name in ACROSS or name in BLOCKS else f"levers.{name}", "", *about, ""]
    for parameter, facts in entry["parameters"].items():
        low, high = facts["minimum"], facts["maximum"]
        span = f"{_number(low)}{say(' to ', ' 至 ')}{_number(high)}" if low is not None and high is not None else ""
        span = ", ".join(facts["choices"]) if facts.get("choices") else span
        head = f"  {parameter} = {_number(facts['default'])}  [{lever_words.unit(facts['unit'])}]" + (f"  {span}" if span else "")
        origin = lever_words.origin(facts["source"], facts["grade"])
        told = say(f"{facts['meaning']}. Source: {origin}.", f"{facts['meaning']}。来源：{origin}。")
        if "plausible" in facts:
            least, most = (f"{end:.3g}" for end in facts["plausible"])
            told += say(f" Plausible: {least} to {most}.", f"合理范围：{least} 至 {most}。")
        lines += [head, _wrapped(told, "      ")]
    if entry.get("presets"):
        lines += ["", say("Named values to begin with (preset: NAME)", "预设（preset: 名称）：以一组命名的取值为起点")]
    for key, preset in entry.get("presets", {}).items():
        values = ", ".join(f"{k}: {_number(v)}" for k, v in preset["values"].items())
        origin = lever_words.origin(preset["source"], preset["grade"])
        told = say(f"{preset['meaning']}. Source: {origin}.", f"{preset['meaning']}。来源：{origin}。")
        lines += [f"  {key}  {{{values}}}", _wrapped(told, "      ")]
    return "\n".join(lines)


def _wrapped(text: str, indent: str = "") -> str:
    """A paragraph in lines that a terminal shows whole; Chinese characters are two columns wide."""
    if text.startswith("    "):  # a formula
        return text
    if spoken() == "en":
        return textwrap.fill(text, WIDTH, initial_indent=indent, subsequent_indent=indent)

    def fits(line: str) -> bool:
        return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line) <= WIDTH - len(indent)

    return textwrap.indent(wrap(text, fits, lines=len(text) + 1), indent)


def _number(value: Any) -> str:
    if value is None:
        return say("none", "无")
    return f"{value:g}" if isinstance(value, float) else str(value)
