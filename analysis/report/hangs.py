"""On which parameters the result hangs: measured over parameter sets, or, where none were drawn, what is assumed and where it acts."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from analysis import finding, uncertain
from analysis.language import say
from analysis.lever_words import lever_name
from analysis.number import percent, written
from analysis.result import Tables, currency
from analysis.text import clean
from analysis.uncertain import DIFFERENCE, LEVEL
from sim.lever import levers
from sim.study.importance import Ends, known

NAMED = 3
"""Parameters named for each result."""
NAMED_BEFOREHAND = 5
"""And of those that were measured elsewhere."""
NO_SWING = Ends("", "", 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, "")


@dataclass(frozen=True)
class Line:
    """One result of one strategy: where it lies, and the parameters it hangs on most."""

    scenario: str
    metric: str
    name: str
    sets: str
    luck: str
    above: str
    share: str
    parameters: list[tuple[str, str]]
    """Each parameter, and what the result is at either end of its range."""
    explained: str


def measured(tables: Tables) -> list[Line]:
    """A line for each strategy and deciding metric; the baseline's levels where it stands alone. Empty without parameter sets."""
    if not uncertain.asked(tables):
        return []
    alone = len(tables.scenarios) < 2
    quantity, sign = LEVEL if alone else DIFFERENCE, currency(tables)
    lines = []
    for name in uncertain.deciding(tables):
        metric = finding.metric_of(tables, name)
        for scenario, doubt in uncertain.doubts(tables, name, quantity).items():
            bars, explained = uncertain.bars(tables, scenario, name, quantity)
            named = []
            for bar in bars[:NAMED]:
                ends, low, high = uncertain.at_ends(bar, metric, sign, not alone), *map(uncertain.number, (bar.low, bar.high))
                told = say(
                    f"{ends[0]} at {low}, {ends[1]} at {high}; {uncertain.graded(bar)}" + ("" if bar.sure else "; perhaps luck"),
                    f"取 {low} 时 {ends[0]}，取 {high} 时 {ends[1]}；{uncertain.graded(bar)}" + ("" if bar.sure else "；疑似"),
                )
                named.append((bar.parameter, told))
            lines.append(
                Line(
                    scenario=clean(scenario),
                    metric=str(metric.label),
                    name=name,
                    sets=uncertain.reach(doubt, metric, sign, not alone),
                    luck=uncertain.between(doubt.sampling_low, doubt.sampling_high, metric, sign, not alone),
                    above="" if alone else percent(doubt.above, 0),
                    share="" if math.isnan(doubt.share) else percent(doubt.share, 0),
                    parameters=named,
                    explained="" if math.isnan(explained) or not named else percent(explained, 0),
                )
            )
    return lines


def method(tables: Tables) -> str:
    """How it was found out, or that it was not."""
    if not uncertain.asked(tables):
        return say(
            "No parameter was varied in this run. The table goes by what was measured beforehand, one assumption at a time, in the world "
            "that shows each lever: what the lever brings per user there with the assumption at either end of its range. In your world the "
            "numbers differ and the order may; to measure them here, run the same command with --uncertainty. Below it stand all "
            "assumptions that act in one strategy and not in the baseline.",
            "本次运行没有改变任何参数。下表依据事先的测量：在展示各杠杆的场景中逐一改变假设，看该假设取范围两端时杠杆带来的人均收益。"
            "在您的场景中数值会不同，次序也可能不同；要在此测量，请在同一命令后加上 --uncertainty。表后列出只在某个方案中起作用、"
            "而基准方案没有的全部假设。",
        )
    ranges = tables.uncertainty.frames["ranges"].drop_duplicates("parameter")
    ruled = int(ranges["basis"].str.startswith(("rule", "assumption")).sum())
    sets, runs = tables.uncertainty.sets, tables.uncertainty.replications
    return say(
        f"Measured: {sets} parameter sets were drawn, the same for all strategies, each lived {runs} times with luck of its own, and a "
        f"rank regression over the sets says which parameters go with the result. {len(ranges)} parameters were drawn: "
        f"{len(ranges) - ruled} within a published range or standard error, {ruled} by the declared rule (half to double for an "
        "assumption, less by grade); ranges.csv has each. Margin and discount rate are the platform’s own and stay. Parameters were drawn "
        "independently of each other.",
        f"已测量：抽取 {sets} 组参数（各方案相同），每组用各自的随机数模拟 {runs} 次，再对各组做秩回归，看结果随哪些参数变化。"
        f"共抽取 {len(ranges)} 个参数：{len(ranges) - ruled} 个按已发表的范围或标准误，{ruled} 个按既定规则"
        "（假设为减半至加倍，有来源的按等级收窄），逐个列于 ranges.csv。毛利率和折现率属于平台自身，不变动。各参数彼此独立抽取。",
    )


@dataclass(frozen=True)
class Beforehand:
    """A strategy, and the assumptions on which its levers' gain hung most where they were measured."""

    scenario: str
    parameters: list[tuple[str, str]]
    """Each assumption in force here, and what the lever brought with it at either end of its range."""


def beforehand(tables: Tables) -> list[Beforehand]:
    """For each strategy whose levers differ from the baseline's, the assumptions that moved those levers' gain most elsewhere."""
    sign, found = currency(tables), []
    base = _levers(tables, tables.baseline) if len(tables.scenarios) > 1 else {}
    frame = tables.assumptions[tables.assumptions["is_assumption"].astype(bool)]
    for scenario in tables.scenarios:
        levers = _levers(tables, scenario)
        kinds = {name: block.get("kind", name) for name, block in levers.items()}
        differ = {kinds[name] for name, block in levers.items() if base.get(name) != block}
        assumed = {_by_kind(p, kinds): p for p in frame.loc[frame["scenario"] == scenario, "parameter"].astype(str)}
        most: dict[str, Ends] = {}
        for line in known():
            if line.lever in differ and line.parameter in assumed and line.swing > most.get(line.parameter, NO_SWING).swing:
                most[line.parameter] = line
        named = sorted(most.values(), key=lambda line: (-line.swing, line.parameter))[:NAMED_BEFOREHAND]
        if named:
            found.append(Beforehand(clean(scenario), [(assumed[line.parameter], _told(line, sign)) for line in named]))
    return found


def _told(line: Ends, sign: str) -> str:
    """What a lever brought at either end of one assumption's range."""
    ends = [written(gain, "money", sign, True) for gain in (line.gain_at_low, line.gain_at_high)]
    low, high = uncertain.number(line.low), uncertain.number(line.high)
    lever = lever_name(line.lever, levers()[line.lever].doc)
    return say(
        f"{lever}: {ends[0]} a user at {low}, {ends[1]} at {high}",
        f"{lever}：取 {low} 时人均 {ends[0]}，取 {high} 时 {ends[1]}",
    )


def _levers(tables: Tables, scenario: str) -> dict[str, Mapping[str, Any]]:
    """The active levers of a scenario as the manifest has them: name → block."""
    written_down = tables.manifest["scenarios"][scenario].get("resolved", {}).get("levers", {})
    return {name: block for name, block in written_down.items() if block.get("active", True)}


def _by_kind(path: str, kinds: Mapping[str, str]) -> str:
    """A parameter's name in the table of what was measured beforehand."""
    block, _, rest = path.partition(".")
    name, _, parameter = rest.partition(".")
    return f"{kinds.get(name, name)}.{parameter}" if block == "levers" else path


def own_assumptions(assumed: list[tuple[str, list[tuple[str, str]]]], baseline: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """The assumptions that act in a strategy and not in the baseline."""
    return [(scenario, pairs) for scenario, pairs in assumed if scenario != baseline]


def section(tables: Tables, assumed: list[tuple[str, list[tuple[str, str]]]]) -> Mapping[str, Any]:
    """What the template needs."""
    return {
        "method": method(tables),
        "lines": measured(tables),
        "beforehand": [] if uncertain.asked(tables) else beforehand(tables),
        "own": [] if uncertain.asked(tables) else own_assumptions(assumed, tables.baseline),
        "alone": len(tables.scenarios) < 2,
    }
