"""What stands on the report's first screen, and its tables, as plain values for the template."""

from __future__ import annotations

import math
from dataclasses import dataclass

from analysis import columns, curves, finding, metrics, uncertain
from analysis.language import Both, say, spoken
from analysis.number import SPACE, decimals_of, interval, percent, points, written
from analysis.result import Tables, currency, filled, has, resolved
from analysis.text import clean

CONTRIBUTION, COST, LTV, ROI = "contribution_per_user", "incentive_cost_per_user", "ltv", "roi"
DECIDING = (LTV, COST, "cac", "payback_days", ROI)
"""Columns of the first table after retention, as far as a summary has them; contribution where it has no LTV."""
GRADES = ("A", "B", "C", "D")
EARNS = {
    finding.HIGHER: Both("earns back more than it costs", "收回的多于花掉的"),
    finding.LOWER: Both("earns back less than it costs", "收回的少于花掉的"),
    finding.SAME: Both("not distinguishable from break-even", "与盈亏平衡差异不显著"),
    finding.UNKNOWN: finding.VERDICTS[finding.UNKNOWN],
}
"""What is said of a metric that is itself a comparison with the baseline."""


@dataclass(frozen=True)
class Cell:
    """A value with its interval, its paired difference and what may be said of that difference."""

    value: str
    interval: str = ""
    difference: str = ""
    difference_interval: str = ""
    verdict: str = ""
    """As in `finding`; `baseline` for the baseline, `equal` where nothing differs, `constant` where all replications differ alike, empty
    where there is no number."""
    said: str = ""
    tone: str = "same"
    """good, bad, or same where nothing can be said."""


def cell(reading: finding.Reading | None, metric: metrics.Metric, sign: str, baseline: bool) -> Cell:
    """One reading, written out; a baseline has no difference, and a metric that is a comparison itself has no other."""
    if reading is None or not math.isfinite(reading.mean):
        return Cell("–" if baseline else str(metric.absent) or "–")
    # A return is told in whole per cent: its interval is far wider than that.
    whole = 0 if metric.break_even is not None and metric.unit == "share" else None
    value = written(reading.mean, metric.unit, sign, decimals=whole)
    ends = interval(reading.low, reading.high, metric.unit, sign, decimals=whole) if reading.low != reading.high else ""
    if baseline:
        return Cell(value, ends, verdict="baseline")
    if metric.break_even is not None:
        verdict = finding.judged(reading.low - metric.break_even, reading.high - metric.break_even)
        return Cell(value, ends, verdict=verdict, said=str(EARNS[verdict]), tone=_tone(verdict, metric))
    if reading.delta_low == reading.delta_high == 0:
        return Cell(value, ends, verdict="equal", said=say("as in the baseline", "与基准相同"))
    if math.isclose(reading.delta_low, reading.delta_high, rel_tol=1e-9):
        # Such as what media cost, which no luck moves. In worlds of a few users it may be luck, so it is not called higher or lower.
        change = written(reading.delta, metric.unit, sign, True)
        return Cell(value, ends, change, verdict="constant", said=say("in every replication", "每次重复都如此"))
    digits = decimals_of(reading.delta_low, reading.delta_high, metric.unit)
    return Cell(
        value,
        ends,
        written(reading.delta, metric.unit, sign, True, digits),
        interval(reading.delta_low, reading.delta_high, metric.unit, sign, True, digits),
        reading.verdict,
        str(finding.VERDICTS[reading.verdict]),
        _tone(reading.verdict, metric),
    )


def _tone(verdict: str, metric: metrics.Metric) -> str:
    if verdict not in (finding.HIGHER, finding.LOWER):
        return "same"
    return "good" if (verdict == finding.HIGHER) == metric.higher_is_better else "bad"


def main_table(tables: Tables) -> tuple[list[metrics.Metric], list[tuple[str, list[Cell]]]]:
    """The columns that decide (retention, value, cost, payback, return), as far as there are any, for every scenario."""
    there = set(tables.summary["metric"])
    names = [metrics.headline(there), *DECIDING]
    if LTV not in there:
        names.insert(1, CONTRIBUTION)
    return table(tables, [n for n in names if n in there and not _idle(tables, n)])


def _idle(tables: Tables, name: str) -> bool:
    """Whether a column would say nothing: no scenario spends on acquisition, or has anything to pay back."""
    return name in ("cac", "payback_days") and not tables.summary.loc[tables.summary["metric"] == name, "mean"].any()


def ranked(tables: Tables) -> list[str]:
    """The baseline, then the strategies by their difference in the headline metric, the largest first."""
    headline = metrics.headline(tables.summary["metric"])
    read = finding.readings(tables, headline) if headline else {}
    others = [s for s in tables.scenarios if s != tables.baseline]
    return [tables.baseline, *sorted(others, key=lambda s: -read[s].delta if s in read else math.inf)]


def table(tables: Tables, names: list[str]) -> tuple[list[metrics.Metric], list[tuple[str, list[Cell]]]]:
    """Metrics, and for every scenario its cells in their order."""
    sign = currency(tables)
    columns = [finding.metric_of(tables, name) for name in names]
    found = {name: finding.readings(tables, name) for name in names}
    rows = [
        (scenario, [cell(found[m.name].get(scenario), m, sign, scenario == tables.baseline) for m in columns])
        for scenario in ranked(tables)
    ]
    return columns, rows


def answers(tables: Tables) -> list[tuple[str, str]]:
    """Question and answer for the first screen: which strategy, by how much, at what cost, does it pay, how sure."""
    sign = currency(tables)
    # The page is set in the reader's own fonts, so names stand here in full whatever figures could draw.
    labels = {name: clean(name) for name in tables.scenarios}
    headline = metrics.headline(tables.summary["metric"])
    kept = finding.readings(tables, headline) if headline else {}
    paid = finding.readings(tables, COST)
    others = [s for s in tables.scenarios if s != tables.baseline]
    if not kept or not others:
        return _single(tables, labels, headline)
    best = finding.chosen(tables, headline)
    # Where nobody is better, a strategy that is alone is still the one that is asked about.
    looked_at = others[0] if best == tables.baseline and len(others) == 1 else best
    lines = [(say("Which strategy keeps users?", "哪个方案留得住用户？"), _sentence(finding.comparison(tables, headline, labels)))]
    if looked_at != tables.baseline and looked_at in kept:
        reading, row = kept[looked_at], finding.metric_of(tables, headline)
        told, base = finding.level(reading.mean, row, sign), percent(kept[tables.baseline].mean)
        ends = finding.with_interval(reading.delta_low, reading.delta_high, "share", difference=True)
        change = points(reading.delta, sign=True) + ends
        lines.append(
            (
                say("By how much?", "高多少？"),
                say(f"{told}, against {base} in the baseline: {change}.", f"{told}，基准方案为 {base}：{change}。"),
            )
        )
    if looked_at != tables.baseline and looked_at in paid:
        row = finding.metric_of(tables, COST)
        spent = finding.amount(paid[looked_at].delta, row, sign)
        more = paid[looked_at].delta >= 0
        price = _sentence(finding.cost_of_retention(tables, headline, COST, labels))
        told = say(
            f"It gives each user {spent} {'more' if more else 'less'} in incentives. ",
            f"人均激励{'多' if more else '少'}花 {spent}。",
        )
        known = finding.quoted(labels[looked_at]) in price and spent in price
        lines.append((say("At what cost?", "代价是什么？"), price if known else told + price))
    value = next((name for name in (LTV, CONTRIBUTION) if finding.readings(tables, name)), None)
    if value:
        told = _sentence(finding.comparison(tables, value, labels))
        lines.append((say("Does it pay?", "划算吗？"), told + _brought(tables, value, looked_at, told) + _returned(tables, looked_at)))
    lines.append((say("How sure?", "有多大把握？"), sureness(tables, list(kept.values()))))
    if uncertain.asked(tables):
        lines.append(uncertain.answer(tables))
    # A browser, too, keeps a number and its % on one line.
    return [(question, text.replace(" %", SPACE + "%")) for question, text in lines]


def _sentence(text: str) -> str:
    return text + say(".", "。")


def _brought(tables: Tables, name: str, scenario: str, told: str) -> str:
    """What the strategy looked at brings, where a sentence that was told speaks of others."""
    reading, who = finding.readings(tables, name).get(scenario), finding.quoted(clean(scenario))
    if scenario == tables.baseline or reading is None or who in told or not math.isfinite(reading.delta_low):
        return ""
    metric, sign = finding.metric_of(tables, name), currency(tables)
    by = written(reading.delta, metric.unit, sign, True)
    ends = finding.with_interval(reading.delta_low, reading.delta_high, metric.unit, sign, difference=True)
    verdict = "" if reading.verdict in (finding.HIGHER, finding.LOWER) else say(", not distinguishable", "，差异不显著")
    return say(f" {who}: {by}{ends}{verdict}.", f"{who}：{by}{ends}{verdict}。")


def _returned(tables: Tables, scenario: str) -> str:
    """What a strategy's extra incentives return, where the summary has it."""
    reading = finding.readings(tables, ROI).get(scenario)
    if reading is None or scenario == tables.baseline:
        return ""
    who, value = finding.quoted(clean(scenario)), percent(reading.mean, 0)
    ends = finding.with_interval(reading.low, reading.high, "share", decimals=0)
    return say(f" ROI of the extra incentives of {who}: {value}{ends}.", f"{who}增量激励的 ROI 为 {value}{ends}。")


def sureness(tables: Tables, readings: list[finding.Reading]) -> str:
    """How many replications, how many strategies can be told apart, and how many numbers are assumptions."""
    others = [r for r in readings if r.scenario != tables.baseline]
    apart = sum(r.verdict in (finding.HIGHER, finding.LOWER) for r in others)
    runs = tables.manifest.get("replications", "–")
    if others and not any(math.isfinite(r.delta_low) for r in others):
        told = say("One replication gives no interval: run more before deciding.", "只有一次重复，没有置信区间：请增加重复次数再做决定。")
    elif len(others) == 1:
        told = say(
            f"{runs} paired replications; in that retention it can{'' if apart else 'not'} be told from the baseline.",
            f"{runs} 次配对重复；其留存与基准方案差异{'显著' if apart else '不显著'}。",
        )
    elif others:
        told = say(
            f"{runs} paired replications; in that retention {apart} of {len(others)} strategies can be told from the baseline.",
            f"{runs} 次配对重复；{len(others)} 个方案中有 {apart} 个的留存与基准方案差异显著。",
        )
    else:
        told = say(f"{runs} replications.", f"{runs} 次重复。")
    count, parameters = assumption_share(tables)
    if count:
        told += say(
            f" The intervals hold chance in this world only: {count} of the {parameters} parameters that shape it are assumptions.",
            f"置信区间只反映这个世界里的偶然性：决定它的 {parameters} 个参数中有 {count} 个是假设。",
        )
    return told


def many(tables: Tables) -> str:
    """What reading so many intervals at once means, for below the first table; empty without several strategies or intervals."""
    headline = metrics.headline(tables.summary["metric"])
    others = [r for s, r in finding.readings(tables, headline).items() if s != tables.baseline] if headline else []
    return finding.multiplicity(len(others)) if any(math.isfinite(r.delta_low) for r in others) else ""


def horizon(tables: Tables) -> str:
    """What the LTV of the first table stands on: days, margin and discount rate; empty without an LTV, or where they differ."""
    worlds = [world.get("economics", {}) for world in resolved(tables).values()]
    told = {(world.get("margin"), world.get("discount_rate_per_year")) for world in worlds}
    days = tables.manifest.get("days")
    if LTV not in set(tables.summary["metric"]) or days is None or len(told) != 1 or None in next(iter(told)):
        return ""
    margin, rate = (percent(share, 0) for share in told.pop())
    return say(
        f" LTV: what users bring within {days} days, at a margin of {margin} of the basket, discounted at {rate} a year.",
        f"LTV：{days} 天内用户带来的贡献毛利，毛利率 {margin}，按年利率 {rate} 折现。",
    )


def not_shown(tables: Tables) -> str:
    """Why the first table lacks the cost of acquisition, or payback; empty where it has both, or the summary has neither."""
    there = set(tables.summary["metric"])
    why = {
        "cac": say("CAC, because no scenario spends on acquisition", "获客成本（CAC），因为没有方案花钱获客"),
        "payback_days": say(
            "payback, because no scenario is ever below what it has spent", "回本周期，因为没有方案的累计贡献毛利曾低于零"
        ),
    }
    missing = [text for name, text in why.items() if name in there and _idle(tables, name)]
    if not missing:
        return ""
    return say(f"Not in this table: {'; '.join(missing)}.", f"表中未列：{'；'.join(missing)}。")


def _single(tables: Tables, labels: dict[str, str], headline: str | None) -> list[tuple[str, str]]:
    names = [n for n in (headline, LTV, COST) if n and finding.readings(tables, n)]
    lines = [(str(finding.metric_of(tables, n).label), _sentence(finding.comparison(tables, n, labels))) for n in names]
    if headline:
        lines.append((say("How sure?", "有多大把握？"), sureness(tables, list(finding.readings(tables, headline).values()))))
    return [*lines, uncertain.answer(tables)] if uncertain.asked(tables) else lines


def assumption_share(tables: Tables) -> tuple[int, int]:
    """Parameters that are an assumption in any scenario, and all parameters; each counted once."""
    if not len(tables.assumptions):
        return 0, 0
    assumed = tables.assumptions.groupby("parameter")["is_assumption"].any()
    return int(assumed.sum()), len(assumed)


def assumption_counts(tables: Tables) -> list[tuple[str, list[int]]]:
    """For each scenario: numbers with a source of grade A, B, C, D, without grade, and assumptions."""
    frame = tables.assumptions
    rows = []
    for scenario in tables.scenarios:
        own = frame[frame["scenario"] == scenario]
        assumed = own["is_assumption"].astype(bool)
        grade = own.loc[~assumed, "grade"].fillna("").astype(str).str.strip().str[:1].str.upper()
        counts = [int((grade == g).sum()) for g in GRADES]
        rows.append((scenario, [*counts, int((~grade.isin(GRADES)).sum()), int(assumed.sum())]))
    return rows


def assumed(tables: Tables) -> list[tuple[str, list[tuple[str, str]]]]:
    """The assumptions themselves, (parameter, value): those of the baseline, then what each strategy adds or changes."""
    frame = tables.assumptions[tables.assumptions["is_assumption"].astype(bool)]
    own = {
        scenario: list(zip(rows["parameter"].astype(str), rows["value"].astype(str), strict=True))
        for scenario, rows in frame.groupby("scenario", sort=False)
    }
    base = set(own.get(tables.baseline, []))
    found = [(s, [pair for pair in own.get(s, []) if s == tables.baseline or pair not in base]) for s in tables.scenarios]
    return [(scenario, pairs) for scenario, pairs in found if pairs]


@dataclass(frozen=True)
class Term:
    """One row of the definitions: how it is called here and in the other language, in the tables, what it is, what to mind."""

    key: str
    label: str
    other: str
    name: str
    formula: str
    unit: str
    caveat: str


UNITS = {
    "share": Both("share, %", "比例，%"),
    "money": Both("money", "金额"),
    "days": Both("days", "天"),
    "number": Both("number", "数值"),
}


def definitions(tables: Tables) -> list[Term]:
    """Every metric, every retention curve and every number of the other tables that this study has, as defined."""
    found = [finding.metric_of(tables, name) for name in tables.summary["metric"].unique()]
    terms = [
        Term(m.name, str(m.label), _other(m.label), m.name, filled(str(m.formula), tables), str(UNITS[m.unit]), str(m.caveat))
        for m in found
    ]
    for table, m in metrics.LEAVING:
        if len(getattr(tables, table, ())):
            formula = filled(str(m.formula), tables)
            terms.append(Term(m.name, str(m.label), _other(m.label), f"{table}: {m.name}", formula, str(UNITS[m.unit]), str(m.caveat)))
    for kind, event in tables.retention[["definition", "event"]].drop_duplicates().itertuples(index=False):
        how = curves.definition(kind, event)
        label = curves.called(kind, event)
        formula, unit = filled(how.meant(event), tables), str(UNITS["share"])
        terms.append(
            Term(f"{kind}-{event}", label[0].upper() + label[1:], _other(how.label), f"{kind}, {event}", formula, unit, str(how.caveat))
        )
    for table, own in columns.TABLES.items():
        if has(tables, table):
            terms += [
                Term(
                    f"{table}-{m.name}", str(m.label), _other(m.label), f"{table}: {m.name}", str(m.formula), str(UNITS[m.unit]),
                    str(m.caveat),
                )
                for m in own
            ]
    return terms


def _other(label: Both) -> str:
    """The label in the language not spoken; empty where it is the same."""
    return "" if label.en == label.zh else label.zh if spoken() == "en" else label.en
