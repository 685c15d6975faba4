"""The findings: sentences computed from the tables, never written by hand."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from analysis import metrics
from analysis.number import interval, percent, plain, word, written
from analysis.result import Tables, currency

HIGHER, LOWER, SAME, UNKNOWN = "higher", "lower", "not distinguishable", "no interval"


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
        if not (math.isfinite(self.delta_low) and math.isfinite(self.delta_high)):
            return UNKNOWN
        if math.isclose(self.delta_low, self.delta_high, rel_tol=1e-9):
            return SAME
        return HIGHER if self.delta_low > 0 else LOWER if self.delta_high < 0 else SAME


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
    return metric.told.format(text) if metric.told else f"{metric.label} is {text}"


def comparison(tables: Tables, name: str, labels: Mapping[str, str]) -> str:
    """Which scenario differs most from the baseline in a metric, and how many others do, do not, or cannot be told."""
    metric, sign = metric_of(tables, name), currency(tables)
    found = readings(tables, name)
    baseline = found.get(tables.baseline)
    others = [reading for scenario, reading in found.items() if scenario != tables.baseline]
    if not others:
        if baseline is None:
            return metric.label
        ends = interval(baseline.low, baseline.high, metric.unit, sign)
        return level(baseline.mean, metric, sign) + (f" (95 % interval {ends})" if ends else "")
    groups = {v: [r for r in others if r.verdict == v] for v in (HIGHER, LOWER, SAME, UNKNOWN)}
    good, bad = (HIGHER, LOWER) if metric.higher_is_better else (LOWER, HIGHER)
    phrase = {HIGHER: metric.gain, LOWER: metric.loss}
    if groups[UNKNOWN]:
        return f"One replication gives no interval: {metric.label.lower()} cannot be told apart from the baseline’s yet"
    if not groups[HIGHER] and not groups[LOWER]:
        who = f"{quoted(labels[others[0].scenario])} is not" if len(others) == 1 else "No strategy is"
        return f"{who} distinguishable from the baseline in {_in_sentence(metric.label)}"
    lead = good if groups[good] else bad
    first = max(groups[lead], key=lambda reading: abs(reading.delta))
    text = (
        f"{quoted(labels[first.scenario])} {phrase[lead].format(amount(first.delta, metric, sign))} than the baseline"
    )
    rest = []
    also = len(groups[lead]) - 1
    if also:
        rest.append(f"{word(also)} {'other' if also == 1 else 'others'} also {_does(metric, lead, also)}")
    if lead == good and groups[bad]:
        rest.append(f"{word(len(groups[bad]))} {_does(metric, bad, len(groups[bad]))}")
    if groups[SAME]:
        count = len(groups[SAME])
        start = "the other " if not rest else ""
        number = word(count) + " " if count > 1 or rest else ""
        rest.append(f"{start}{number}{'is' if count == 1 else 'are'} not distinguishable")
    if lead == bad:
        rest.append("none does better")
    return text + (("; " + ", ".join(rest)) if rest and len(others) > 1 else "")


def levels(tables: Tables, name: str, labels: Mapping[str, str]) -> str:
    """The same comparison told by the two levels instead of their difference: for figures that show levels."""
    metric, sign = metric_of(tables, name), currency(tables)
    found = readings(tables, name)
    best = found.get(chosen(tables, name))
    base = found.get(tables.baseline)
    others = [r for r in found.values() if r.scenario != tables.baseline]
    if base is not None and any(r.verdict == UNKNOWN for r in others):
        most = max(others, key=lambda r: r.delta if metric.higher_is_better else -r.delta)
        text = f"{level(base.mean, metric, sign)} in the baseline, {written(most.mean, metric.unit, sign)} with "
        return text + f"{quoted(labels[most.scenario])}; one replication gives no interval"
    if best is None or base is None or best is base:
        return comparison(tables, name, labels)
    told = len([r for r in others if r.verdict in (HIGHER, LOWER)])
    text = (
        f"{level(best.mean, metric, sign)} with {quoted(labels[best.scenario])}, "
        f"{written(base.mean, metric.unit, sign)} in the baseline"
    )
    if len(others) == 1:
        return text
    count = ("both" if told == 2 else f"all {word(told)}") if told == len(others) else f"{word(told)} of {word(len(others))}"
    return text + f"; {count} strategies {'is' if told == 1 else 'are'} distinguishable from it"


def users_of_baseline(tables: Tables) -> str:
    """Whose numbers a figure begins with: the baseline’s users, or just users where there is nothing to compare."""
    return "the baseline’s users" if len(tables.scenarios) > 1 else "users"


def _does(metric: metrics.Metric, verdict: str, count: int) -> str:
    """`keeps fewer`, `have more`: the verb and the direction of a metric's phrase."""
    phrase = metric.gain if verdict == HIGHER else metric.loss
    verb = phrase.split()[0]
    direction = next(w for w in ("more", "fewer", "less") if w in phrase.split())
    plural = "have" if verb == "has" else verb.removesuffix("s")
    return f"{verb if count == 1 else plural} {direction}"


def _in_sentence(label: str) -> str:
    return label[0].lower() + label[1:]


def chosen(tables: Tables, name: str | None = None) -> str:
    """The scenario to look at closely: best of those distinguishable from the baseline, else the baseline itself."""
    name = name or metrics.headline(tables.summary["metric"])
    if name is None:
        return tables.baseline
    metric = metric_of(tables, name)
    good = HIGHER if metric.higher_is_better else LOWER
    better = [
        reading
        for reading in readings(tables, name).values()
        if reading.verdict == good and reading.scenario != tables.baseline
    ]
    return max(better, key=lambda reading: abs(reading.delta)).scenario if better else tables.baseline


MATERIAL = 0.2
"""Gains under this share of the largest are left aside when a price is named: next to nothing is often cheapest."""


def cost_of_retention(tables: Tables, retention: str, cost: str, labels: Mapping[str, str]) -> str:
    """Which gain in retention that matters costs least a point in incentives given, and what the largest costs."""
    sign = currency(tables)
    kept, paid = readings(tables, retention), readings(tables, cost)
    what = f"day-{parts[2]} retention" if (parts := metrics.retention_parts(retention)) else "retention"
    gains = [r for s, r in kept.items() if s != tables.baseline and s in paid and r.verdict == HIGHER]
    if not gains:
        others = [r for s, r in kept.items() if s != tables.baseline]
        if not others:
            level = percent(kept[tables.baseline].mean)
            return f"Without a second scenario there is no price of retention: {what} is {level}"
        if any(r.verdict == UNKNOWN for r in others):
            return f"One replication gives no interval: what {what} costs cannot be said yet"
        return f"No strategy buys {what} that can be told apart from the baseline, whatever it spends"
    most = max(gains, key=lambda r: r.delta)
    gains = [r for r in gains if r.delta >= MATERIAL * most.delta]
    free = [r for r in gains if paid[r.scenario].delta <= 0]
    if free:
        best = max(free, key=lambda r: r.delta)
        saved = -paid[best.scenario].delta
        tail = f"{written(saved, 'money', sign)} less" if saved > 0 else "no more"
        return f"{quoted(labels[best.scenario])} adds {_points(best.delta)} of {what} and spends {tail} on incentives per user"
    best = min(gains, key=lambda r: paid[r.scenario].delta / r.delta)
    price = f"{_points(best.delta)} for {written(paid[best.scenario].delta, 'money', sign)} of incentives per user"
    if len(gains) == 1:
        return f"{quoted(labels[best.scenario])} buys {_points(best.delta)} of {what} for" + price.split(" for", 1)[1]
    text = f"{quoted(labels[best.scenario])} buys {what} cheapest: {price}"
    if best is most:
        return text + ", and buys most"
    spent = written(paid[most.scenario].delta, "money", sign)
    return text + f"; {quoted(labels[most.scenario])} buys most: {_points(most.delta)} for {spent}"


def _points(fraction: float) -> str:
    return f"{plain(fraction * 100)} points"


def multiplicity(comparisons: int) -> str:
    """What reading several 95 % intervals at once does to their promise."""
    if comparisons < 2:
        return ""
    chance = 1 - 0.95**comparisons
    return (
        f"Each interval holds 95 % on its own. Over {word(comparisons)} comparisons of strategies that change "
        f"nothing, at least one would "
        f"look different by luck in up to {percent(chance, 0)} of such tables."
    )
