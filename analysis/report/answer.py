"""What stands on the report's first screen, and its tables, as plain values for the template."""

from __future__ import annotations

import math
from dataclasses import dataclass

from analysis import finding, metrics
from analysis.number import decimals_of, interval, percent, written
from analysis.result import Tables, currency, platform_days
from analysis.text import clean

CONTRIBUTION, COST = "contribution_per_user", "incentive_cost_per_user"
CHURNED = "churned_after_days"
GRADES = ("A", "B", "C", "D")


@dataclass(frozen=True)
class Cell:
    """A value with its interval, its paired difference and what may be said of that difference."""

    value: str
    interval: str
    difference: str
    difference_interval: str
    verdict: str


def cell(reading: finding.Reading, metric: metrics.Metric, sign: str, baseline: bool) -> Cell:
    """One reading, written out; a baseline has no difference."""
    if baseline:
        difference, ends, verdict = "", "", "baseline"
    else:
        digits = decimals_of(reading.delta_low, reading.delta_high, metric.unit)
        difference = written(reading.delta, metric.unit, sign, True, digits)
        ends = interval(reading.delta_low, reading.delta_high, metric.unit, sign, True, digits)
        verdict = reading.verdict
    return Cell(
        written(reading.mean, metric.unit, sign),
        interval(reading.low, reading.high, metric.unit, sign),
        difference,
        ends,
        verdict,
    )


def main_table(tables: Tables) -> tuple[list[metrics.Metric], list[tuple[str, list[Cell | None]]]]:
    """The three columns that decide (retention, contribution, incentive cost) for every scenario."""
    names = [n for n in (metrics.headline(tables.summary["metric"]), CONTRIBUTION, COST) if n]
    return table(tables, [n for n in names if finding.readings(tables, n)])


def ranked(tables: Tables) -> list[str]:
    """The baseline, then the strategies by their difference in the headline metric, the largest first."""
    headline = metrics.headline(tables.summary["metric"])
    read = finding.readings(tables, headline) if headline else {}
    others = [s for s in tables.scenarios if s != tables.baseline]
    return [tables.baseline, *sorted(others, key=lambda s: -read[s].delta if s in read else math.inf)]


def table(tables: Tables, names: list[str]) -> tuple[list[metrics.Metric], list[tuple[str, list[Cell | None]]]]:
    """Metrics, and for every scenario its cells in their order; None where the summary has no such row."""
    sign = currency(tables)
    columns = [finding.metric_of(tables, name) for name in names]
    found = {name: finding.readings(tables, name) for name in names}
    rows: list[tuple[str, list[Cell | None]]] = []
    for scenario in ranked(tables):
        cells = [
            cell(found[m.name][scenario], m, sign, scenario == tables.baseline) if scenario in found[m.name] else None
            for m in columns
        ]
        rows.append((scenario, cells))
    return columns, rows


def answers(tables: Tables) -> list[tuple[str, str]]:
    """Question and answer for the first screen: which strategy, by how much, at what cost, how sure."""
    sign = currency(tables)
    # The page is set in the reader's own fonts, so names stand here in full whatever figures could draw.
    labels = {name: clean(name) for name in tables.scenarios}
    headline = metrics.headline(tables.summary["metric"])
    kept = finding.readings(tables, headline) if headline else {}
    paid, left = finding.readings(tables, COST), finding.readings(tables, CONTRIBUTION)
    others = [s for s in tables.scenarios if s != tables.baseline]
    if not kept or not others:
        return _single(tables, labels, headline)
    best = finding.chosen(tables, headline)
    lines = [("Which strategy keeps users?", finding.comparison(tables, headline, labels) + ".")]
    if best != tables.baseline:
        reading, row = kept[best], finding.metric_of(tables, headline)
        ends = interval(reading.delta_low, reading.delta_high, "share", difference=True)
        told = finding.level(reading.mean, row, sign)
        change = f"{written(reading.delta, 'share', difference=True)} (95 % interval {ends})"
        lines.append(
            (
                "By how much?",
                f"{told}, against {percent(kept[tables.baseline].mean)} in the baseline: {change}. Day 0 is the day of registration.",
            )
        )
    if paid and best != tables.baseline:
        more = "more" if paid[best].delta >= 0 else "less"
        spent = (
            f"It gives each user {finding.amount(paid[best].delta, finding.metric_of(tables, COST), sign)} "
            f"{more} in incentives."
        )
        price = finding.cost_of_retention(tables, headline, COST, labels)
        lines.append(("At what cost?", f"{spent} {price}."))
    if left:
        lines.append(("Does it pay?", finding.comparison(tables, CONTRIBUTION, labels) + "."))
    lines.append(("How sure?", sureness(tables, list(kept.values()))))
    return lines


def sureness(tables: Tables, readings: list[finding.Reading]) -> str:
    """How many replications, how many strategies cannot be told apart, and how many numbers are assumptions."""
    others = [r for r in readings if r.scenario != tables.baseline]
    same = sum(r.verdict == finding.SAME for r in others)
    replications = tables.manifest.get("replications", "–")
    if others and not any(math.isfinite(r.delta_low) for r in others):
        told = "One replication gives no interval: run more before deciding."
    else:
        found = f"in that retention {len(others) - same} of {len(others)} strategies can be told from the baseline"
        told = f"{replications} paired replications; {found}. " + finding.multiplicity(len(others))
    count, parameters = assumption_share(tables)
    if count:
        told += (
            f" The intervals hold chance in this world only: {count} of the {parameters} parameters that shape the worlds are "
            "assumptions in at least one of them, listed below."
        )
    return told.strip()


def _single(tables: Tables, labels: dict[str, str], headline: str | None) -> list[tuple[str, str]]:
    names = [n for n in (headline, CONTRIBUTION, COST) if n and finding.readings(tables, n)]
    lines = [(finding.metric_of(tables, n).label, finding.comparison(tables, n, labels) + ".") for n in names]
    if headline:
        lines.append(("How sure?", sureness(tables, list(finding.readings(tables, headline).values()))))
    return lines


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


def definitions(tables: Tables) -> list[tuple[str, str, str, str, str]]:
    """(label, Chinese label, name, formula, caveat) of every metric and every retention curve in the tables."""
    rows = []
    for name in tables.summary["metric"].unique():
        m = finding.metric_of(tables, name)
        rows.append((m.label, m.label_zh if m.label_zh != m.label else "", name, m.formula, m.caveat))
    pairs = tables.retention[["definition", "event"]].drop_duplicates().itertuples(index=False)
    for kind, event in pairs:
        how = metrics.definition(kind, event)
        label = how.label if how is metrics.DEPARTURE else f"{how.label}, {event}"
        formula = how.meaning.format(event=event).replace(CHURNED, platform_days(tables, CHURNED))
        rows.append((label[0].upper() + label[1:], how.label_zh, f"{kind}, {event}", formula, how.caveat))
    return rows
