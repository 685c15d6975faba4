"""The findings: sentences computed from the tables, never written by hand."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from analysis import curves, metrics
from analysis.language import Both, say
from analysis.number import interval, percent, points, word, written
from analysis.result import Tables, currency

HIGHER, LOWER, SAME, UNKNOWN = "higher", "lower", "not distinguishable", "no interval"
VERDICTS = {
    HIGHER: Both("higher", "更高"),
    LOWER: Both("lower", "更低"),
    SAME: Both("not distinguishable", "差异不显著"),
    UNKNOWN: Both("no interval", "无置信区间"),
}
"""A verdict as it is said."""


@dataclass(frozen=True)
class Reading:
    """One scenario's value of one metric, its paired difference against the baseline and what may be said of it."""

    scenario: str
    mean: float
    low: float
    high: float
    delta: float
    delta_low: float
    delta_high: float

    @property
    def verdict(self) -> str:
        """Higher or lower than the baseline, not distinguishable where zero lies inside the interval.

        Nor where the replications agree to the last digit: in worlds of a few users that is luck, and its interval no interval.
        """
        return judged(self.delta_low, self.delta_high)


def judged(low: float, high: float) -> str:
    """What an interval of a difference says."""
    if not (math.isfinite(low) and math.isfinite(high)):
        return UNKNOWN
    if math.isclose(low, high, rel_tol=1e-9):
        return SAME
    return HIGHER if low > 0 else LOWER if high < 0 else SAME


def metric_of(tables: Tables, name: str) -> metrics.Metric:
    """The definition of a metric of these tables."""
    units = tables.summary.loc[tables.summary["metric"] == name, "unit"]
    return metrics.metric(name, str(units.iloc[0]) if len(units) else "")


def readings(tables: Tables, name: str) -> dict[str, Reading]:
    """Every scenario's reading of one metric, in the order of the scenarios."""
    rows = tables.summary[tables.summary["metric"] == name].set_index("scenario")
    columns = ["mean", "ci_low", "ci_high", "delta", "delta_ci_low", "delta_ci_high"]
    return {
        scenario: Reading(scenario, *(float(rows.at[scenario, column]) for column in columns))
        for scenario in tables.scenarios
        if scenario in rows.index
    }


def quoted(name: str) -> str:
    """A scenario's name inside a sentence."""
    return f"“{name}”"


def amount(value: float, metric: metrics.Metric, sign_of_money: str) -> str:
    """The size of a difference without its sign, in words fit for a sentence."""
    text = written(abs(value), metric.unit, sign_of_money, difference=True)
    return text.lstrip("+")


def level(value: float, metric: metrics.Metric, sign_of_money: str) -> str:
    """A level in words fit to begin a sentence."""
    text = written(value, metric.unit, sign_of_money)
    return metric.told.format(text) if metric.told else say(f"{metric.label} is {text}", f"{_before_chinese(str(metric.label))}为 {text}")


def with_interval(
    low: float, high: float, kind: str, sign_of_money: str = "", difference: bool = False, decimals: int | None = None
) -> str:
    """An interval in brackets, to follow a number; empty where there is none."""
    ends = interval(low, high, kind, sign_of_money, difference, decimals)
    return say(f" (95 % interval {ends})", f"（95% 置信区间 {ends}）") if ends else ""


def comparison(tables: Tables, name: str, labels: Mapping[str, str]) -> str:
    """Which scenario differs most from the baseline in a metric, and how many others do, do not, or cannot be told."""
    metric, sign = metric_of(tables, name), currency(tables)
    found = readings(tables, name)
    baseline = found.get(tables.baseline)
    others = [reading for scenario, reading in found.items() if scenario != tables.baseline]
    if not others:
        if baseline is None:
            return str(metric.label)
        return level(baseline.mean, metric, sign) + with_interval(baseline.low, baseline.high, metric.unit, sign)
    groups = {v: [r for r in others if r.verdict == v] for v in (HIGHER, LOWER, SAME, UNKNOWN)}
    label, spaced = _in_sentence(str(metric.label)), _before_chinese(str(metric.label))
    if groups[UNKNOWN]:
        return say(
            f"One replication gives no interval: {label} cannot be told apart from the baseline’s yet",
            f"只有一次重复，没有置信区间：{spaced}暂时无法与基准方案比较",
        )
    if not groups[HIGHER] and not groups[LOWER]:
        who = quoted(labels[others[0].scenario])
        return say(
            (f"{who} is" if len(others) == 1 else "No strategy is")
            + f"{' not' if len(others) == 1 else ''} distinguishable from the baseline in {label}",
            f"{who}与基准方案的{spaced}差异不显著" if len(others) == 1 else f"没有方案的{spaced}与基准方案有显著差异",
        )
    good, bad = (HIGHER, LOWER) if metric.higher_is_better else (LOWER, HIGHER)
    lead = good if groups[good] else bad
    first = max(groups[lead], key=lambda reading: abs(reading.delta))
    who, by = quoted(labels[first.scenario]), amount(first.delta, metric, sign)
    phrase = {HIGHER: metric.gain, LOWER: metric.loss}
    text = say(
        f"{who} {phrase[lead].format(by)} than the baseline",
        f"{who}的{spaced}比基准方案{VERDICTS[lead].zh[1:]} {by}",
    )
    rest = _others(metric, lead, good, {v: len(r) for v, r in groups.items()})
    return text + (say("; ", "；") + say(", ", "，").join(rest) if rest and len(others) > 1 else "")


def _others(metric: metrics.Metric, lead: str, good: str, count: Mapping[str, int]) -> list[str]:
    """What is to be said of the strategies that a comparison does not name; `lead` is the verdict on the one it does."""
    bad = LOWER if good == HIGHER else HIGHER
    rest = []
    also = count[lead] - 1
    if also:
        english = f"{word(also)} {'other' if also == 1 else 'others'} also {_does(metric, lead, also)}"
        rest.append(say(english, f"另有 {also} 个方案也{VERDICTS[lead]}"))
    if lead == good and count[bad]:
        rest.append(say(f"{word(count[bad])} {_does(metric, bad, count[bad])}", f"{count[bad]} 个{VERDICTS[bad]}"))
    if count[SAME]:
        start = "the other " if not rest else ""
        number = word(count[SAME]) + " " if count[SAME] > 1 or rest else ""
        english = f"{start}{number}{'is' if count[SAME] == 1 else 'are'} not distinguishable"
        rest.append(say(english, f"{'' if rest else '其余 '}{count[SAME]} 个差异不显著"))
    if lead == bad:
        rest.append(say("none does better", "没有方案更好"))
    return rest


def levels(tables: Tables, name: str, labels: Mapping[str, str]) -> str:
    """The same comparison told by the two levels instead of their difference: for figures that show levels."""
    metric, sign = metric_of(tables, name), currency(tables)
    found = readings(tables, name)
    best = found.get(chosen(tables, name))
    base = found.get(tables.baseline)
    others = [r for r in found.values() if r.scenario != tables.baseline]
    if base is not None and any(r.verdict == UNKNOWN for r in others):
        most = max(others, key=lambda r: r.delta if metric.higher_is_better else -r.delta)
        start, there, who = level(base.mean, metric, sign), written(most.mean, metric.unit, sign), quoted(labels[most.scenario])
        return say(
            f"{start} in the baseline, {there} with {who}; one replication gives no interval",
            f"基准方案中{start}，{who}为 {there}；只有一次重复，没有置信区间",
        )
    if best is None or base is None or best is base:
        return comparison(tables, name, labels)
    told = len([r for r in others if r.verdict in (HIGHER, LOWER)])
    start, who, there = level(best.mean, metric, sign), quoted(labels[best.scenario]), written(base.mean, metric.unit, sign)
    text = say(f"{start} with {who}, {there} in the baseline", f"{who}下{start}，基准方案为 {there}")
    if len(others) == 1:
        return text
    count = ("both" if told == 2 else f"all {word(told)}") if told == len(others) else f"{word(told)} of {word(len(others))}"
    return text + say(
        f"; {count} strategies {'is' if told == 1 else 'are'} distinguishable from it",
        f"；{len(others)} 个方案中 {told} 个与其差异显著",
    )


def users_of_baseline(tables: Tables) -> str:
    """Whose numbers a figure begins with: the baseline’s users, or just users where there is nothing to compare."""
    return say("the baseline’s users", "基准方案的用户") if len(tables.scenarios) > 1 else say("users", "用户")


def _does(metric: metrics.Metric, verdict: str, count: int) -> str:
    """`keeps fewer`, `have more`: the English verb and the direction of a metric's phrase."""
    phrase = metric.gain if verdict == HIGHER else metric.loss
    verb = phrase.split()[0]
    direction = next(w for w in ("more", "fewer", "less") if w in phrase.split())
    plural = "have" if verb == "has" else verb.removesuffix("s")
    return f"{verb if count == 1 else plural} {direction}"


def _in_sentence(label: str) -> str:
    return label if label[:2].isupper() else label[0].lower() + label[1:]


def _before_chinese(label: str) -> str:
    """A label to be followed by Chinese: Latin letters keep a space off it."""
    return label + " " if label[-1].isascii() and label[-1].isalnum() else label


def chosen(tables: Tables, name: str | None = None) -> str:
    """The scenario to look at closely: best of those distinguishable from the baseline, else the baseline itself."""
    name = name or metrics.headline(tables.summary["metric"])
    if name is None:
        return tables.baseline
    metric = metric_of(tables, name)
    good = HIGHER if metric.higher_is_better else LOWER
    better = [
        reading for reading in readings(tables, name).values() if reading.verdict == good and reading.scenario != tables.baseline
    ]
    return max(better, key=lambda reading: abs(reading.delta)).scenario if better else tables.baseline


MATERIAL = 0.2
"""Gains under this share of the largest are left aside when a price is named: next to nothing is often cheapest."""


def cost_of_retention(tables: Tables, retention: str, cost: str, labels: Mapping[str, str]) -> str:
    """Which gain in retention that matters costs least a point in incentives given, and what the largest costs."""
    sign = currency(tables)
    kept, paid = readings(tables, retention), readings(tables, cost)
    parts = curves.retention_parts(retention)
    what = say(f"day-{parts[2]} retention", f"{parts[2]}日留存") if parts else say("retention", "留存")
    gains = [r for s, r in kept.items() if s != tables.baseline and s in paid and r.verdict == HIGHER]
    if not gains:
        others = [r for s, r in kept.items() if s != tables.baseline]
        if not others:
            there = percent(kept[tables.baseline].mean)
            return say(
                f"Without a second scenario there is no price of retention: {what} is {there}",
                f"只有一个方案，谈不上留存的代价：{what}为 {there}",
            )
        if any(r.verdict == UNKNOWN for r in others):
            return say(
                f"One replication gives no interval: what {what} costs cannot be said yet",
                f"只有一次重复，没有置信区间：{what}的代价还说不清",
            )
        return say(
            f"No strategy buys {what} that can be told apart from the baseline, whatever it spends",
            f"无论花多少，没有方案能让{what}与基准方案有显著差异",
        )
    most = max(gains, key=lambda r: r.delta)
    gains = [r for r in gains if r.delta >= MATERIAL * most.delta]
    free = [r for r in gains if paid[r.scenario].delta <= 0]
    if free:
        best = max(free, key=lambda r: r.delta)
        who, gain, saved = quoted(labels[best.scenario]), points(best.delta), written(-paid[best.scenario].delta, "money", sign)
        less = paid[best.scenario].delta < 0
        return say(
            f"{who} adds {gain} of {what} and spends {f'{saved} less' if less else 'no more'} on incentives per user",
            f"{who}的{what}高 {gain}，人均激励{f'还少花 {saved}' if less else '没有多花'}",
        )
    best = min(gains, key=lambda r: paid[r.scenario].delta / r.delta)
    who, gain, spent = quoted(labels[best.scenario]), points(best.delta), written(paid[best.scenario].delta, "money", sign)
    if len(gains) == 1:
        return say(
            f"{who} buys {gain} of {what} for {spent} of incentives per user",
            f"{who}用人均 {spent} 的激励换来 {gain}的{what}提升",
        )
    text = say(
        f"{who} buys {what} cheapest: {gain} for {spent} of incentives per user",
        f"{who}换取{what}最省：人均激励 {spent}，提升 {gain}",
    )
    if best is most:
        return text + say(", and buys most", "，提升也最大")
    who, gain, spent = quoted(labels[most.scenario]), points(most.delta), written(paid[most.scenario].delta, "money", sign)
    return text + say(f"; {who} buys most: {gain} for {spent}", f"；{who}提升最大：人均激励 {spent}，提升 {gain}")


def multiplicity(comparisons: int) -> str:
    """What reading several 95 % intervals at once does to their promise."""
    if comparisons < 2:
        return ""
    chance = percent(1 - 0.95**comparisons, 0)
    return say(
        f"Each interval holds 95 % on its own. Over {word(comparisons)} comparisons of strategies that change "
        f"nothing, at least one would look different by luck in up to {chance} of such tables.",
        f"每个区间各自有 95% 的把握。即使 {comparisons} 个方案其实都没有效果，这样的表里也至多有 {chance} 会因运气至少出现一个“显著”差异。",
    )
