"""What may be said when the parameters are not known: readings and sentences from the tables of `sim.study.uncertainty`."""

from __future__ import annotations

import math
from dataclasses import dataclass

from analysis import finding, lever_words, metrics
from analysis.language import say
from analysis.number import MINUS, SPACE, interval, percent, percent_sign, point_word, written
from analysis.result import Tables, currency
from analysis.text import clean

CONTRIBUTION = "contribution_per_user"
LEVEL, DIFFERENCE = "level", "difference"
SURE = 0.975
"""Share of parameter sets from which on a sign is said to hold in nearly all of them."""


OPEN = 0.15
"""Shares of sets nearer to a half than this leave open which sign it is."""


@dataclass(frozen=True)
class Doubt:
    """One metric of one scenario over all parameter sets: a level, or the paired difference from the baseline."""

    scenario: str
    mean: float
    sampling_low: float
    sampling_high: float
    low: float
    high: float
    share: float
    """Of the variance, what parameters make; nan with one replication."""
    above: float
    """Share of sets in which it is above zero."""

    @property
    def holds(self) -> bool:
        """Whether its sign is the same in nearly all sets."""
        return self.above >= SURE or self.above <= 1 - SURE


@dataclass(frozen=True)
class Bar:
    """One parameter of a tornado: its value and range, and the result at either end and in the middle; not sure where it may be chance."""

    parameter: str
    value: float
    low: float
    high: float
    basis: str
    grade: str
    share: float
    at_low: float
    middle: float
    at_high: float
    sure: bool
    meaning: str
    """As its declaration says it, in the language spoken."""


def asked(tables: Tables) -> bool:
    """Whether these tables have parameter sets."""
    return getattr(tables, "uncertainty", None) is not None


def doubts(tables: Tables, metric: str, quantity: str) -> dict[str, Doubt]:
    """Every scenario's reading of a metric, in the order of the scenarios."""
    frame = tables.uncertainty.frames["uncertainty"]
    rows = frame[(frame["metric"] == metric) & (frame["quantity"] == quantity)].set_index("scenario")
    columns = [
        "mean", "sampling_ci_low", "sampling_ci_high", "parameter_low", "parameter_high", "parameter_share", "sets_above_zero",
    ]  # fmt: skip
    return {s: Doubt(s, *(float(rows.at[s, c]) for c in columns)) for s in tables.scenarios if s in rows.index}


def bars(tables: Tables, scenario: str, metric: str, quantity: str) -> tuple[list[Bar], float]:
    """Sure parameters, then suspects, those that matter most first; and what they explain together (nan: not tried)."""
    frame = tables.uncertainty.frames["tornado"]
    rows = frame[(frame["scenario"] == scenario) & (frame["metric"] == metric) & (frame["quantity"] == quantity)]
    columns = ["parameter", "value", "low", "high", "basis", "grade", "share", "at_low", "middle", "at_high"]
    told = rows[rows["share"].notna()]
    known = tables.uncertainty.frames["ranges"].drop_duplicates("parameter").set_index("parameter")[["meaning", "of", "unit"]]
    rest = ((sure == "yes", _meaning(*known.loc[parameter])) for sure, parameter in zip(told["sure"], told["parameter"], strict=True))
    found = [Bar(*line, *more) for line, more in zip(told[columns].itertuples(index=False), rest, strict=True)]
    return found, float(rows["explained"].iloc[0]) if len(rows) else math.nan


def _meaning(text: str, of: str, unit: str) -> str:
    meant = lever_words.told(text, "schema" if of == "world" else of)
    # "of rest after which …" goes on from its unit: days of rest. In Chinese a meaning stands by itself.
    return f"{unit.partition('/')[0]} {meant}" if meant.startswith("of ") else meant


def looked_at(tables: Tables) -> str:
    """The strategy that is looked at closely: the one with the largest mean difference in contribution, up or down; alone, the baseline."""
    found = {s: d for s, d in doubts(tables, CONTRIBUTION, DIFFERENCE).items() if s in tables.scenarios}
    return max(found, key=lambda s: abs(found[s].mean)) if found else tables.baseline


def deciding(tables: Tables) -> list[str]:
    """The metrics of which doubt is shown: contribution, then retention."""
    there = set(tables.uncertainty.frames["uncertainty"]["metric"])
    return [m for m in (CONTRIBUTION, metrics.headline(tables.summary["metric"])) if m in there]


def reach(doubt: Doubt, metric: metrics.Metric, sign: str, difference: bool) -> str:
    """Where 95 % of the sets lie."""
    return between(doubt.low, doubt.high, metric, sign, difference)


def between(low: float, high: float, metric: metrics.Metric, sign: str, difference: bool) -> str:
    """Two ends with their unit; empty where there are none."""
    ends = interval(low, high, metric.unit, sign, difference)
    unit = {"share": SPACE + point_word() if difference else percent_sign(), "days": SPACE + say("days", "天")}.get(metric.unit, "")
    return ends + unit if ends else ""


def without_amount(phrase: str) -> str:
    """`has more contribution per user`: what a difference means, without the amount."""
    return " ".join(phrase.replace("{}", "").split())


def difference_finding(tables: Tables, name: str, labels: dict[str, str]) -> str:
    """In how many parameter sets the strategy looked at does what it does on average, and for how many strategies the sign holds."""
    metric, sign = finding.metric_of(tables, name), currency(tables)
    found = doubts(tables, name, DIFFERENCE)
    first = found.get(looked_at(tables)) or next(iter(found.values()))
    who, label = finding.quoted(labels[first.scenario]), str(metric.label)
    ends = reach(first, metric, sign, True)
    between_ends = ends + (" " if ends[-1:].isascii() else "") + "之间"
    if abs(first.above - 0.5) < OPEN:
        fewer, share = next(w for w in ("fewer", "less") if w in metric.loss.split()), percent(first.above, 0)
        text = say(
            f"Whether {who} {without_amount(metric.gain)} than the baseline or {fewer} hangs on the parameters: more in {share} of the "
            f"parameter sets ({ends} in 95 % of them)",
            f"{who}的{label}是否高于基准方案，取决于参数：{share} 的参数组中更高（95% 的参数组在 {between_ends}）",
        )
    else:
        more = first.mean >= 0
        share = percent(first.above if more else 1 - first.above, 0)
        text = say(
            f"{who} {without_amount(metric.gain if more else metric.loss)} than the baseline in {share} of the parameter sets "
            f"({ends} in 95 % of them)",
            f"{share} 的参数组中，{who}的{label}{'高' if more else '低'}于基准方案（95% 的参数组在 {between_ends}）",
        )
    if len(found) < 2:
        return text
    held = sum(d.holds for d in found.values())
    return text + say(
        f"; for {held} of {len(found)} strategies the sign holds in nearly all sets",
        f"；{len(found)} 个方案中有 {held} 个在几乎所有参数组中方向不变",
    )


def answer(tables: Tables) -> tuple[str, str]:
    """Question and answer for the report's first screen."""
    question = say("And if the parameters are wrong?", "如果参数不准呢？")
    labels = {name: clean(name) for name in tables.scenarios}
    sets = tables.uncertainty.sets
    tried = say(f"Tried with {sets} sets of parameters, each drawn within its range. ", f"在各参数的取值范围内抽取 {sets} 组参数试过。")
    if len(tables.scenarios) < 2:
        name = deciding(tables)[-1]
        found = doubts(tables, name, LEVEL)[tables.baseline]
        metric, sign = finding.metric_of(tables, name), currency(tables)
        ends = reach(found, metric, sign, False)
        return question, tried + say(f"{metric.label}: {ends} in 95 % of them.", f"{metric.label}：95% 的参数组在 {ends} 之间。")
    text = difference_finding(tables, CONTRIBUTION, labels)
    chosen, _ = bars(tables, looked_at(tables), CONTRIBUTION, DIFFERENCE)
    most = say(f" It hangs most on {chosen[0].parameter}.", f"最取决于 {chosen[0].parameter}。") if chosen and chosen[0].sure else ""
    return question, tried + text + say(".", "。") + most


def at_ends(bar: Bar, metric: metrics.Metric, sign: str, difference: bool) -> tuple[str, str]:
    """The result at the low and at the high end of a parameter."""
    return (
        written(bar.at_low, metric.unit, sign, difference),
        written(bar.at_high, metric.unit, sign, difference),
    )


def number(value: float) -> str:
    """A parameter's value in at most three significant digits."""
    return f"{value:.3g}".replace("-", MINUS)


def graded(bar: Bar) -> str:
    """What stands behind the parameter's value."""
    return say(f"grade {bar.grade}", f"{bar.grade} 级") if isinstance(bar.grade, str) and bar.grade else say("assumption", "假设")
