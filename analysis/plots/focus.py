"""Which strategies a crowded figure names, in which colours, and where its curves end."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from pandas import DataFrame

from analysis import finding, metrics, style
from analysis.language import Both, say
from analysis.result import Tables

ALL, MOST = 8, 6
"""Up to ALL strategies all are named; of more, the MOST telling ones."""
FAINT = "#b9bec6"
FEWEST, SMALLEST = 50, 0.1
"""A curve ends where fewer people are at risk than FEWEST, or than SMALLEST of those at its start where that is less."""
POINTS = 120
"""Days of a curve that are drawn: more cannot be told apart at its width."""
CLIFF = 0.02
THIN, NOT_DRAWN = Both("Thin and grey", "灰色细线"), Both("Not drawn", "未画出")
"""How a figure treats the strategies it does not name."""


def telling(tables: Tables) -> list[str]:
    """The baseline and the strategies to name, in the order of the scenarios.

    Of many strategies, those furthest from the baseline in the headline metric or in contribution, the same in every figure;
    strategies that cannot be told apart from the baseline come last.
    """
    others = [s for s in tables.scenarios if s != tables.baseline]
    if len(others) <= ALL:
        return list(tables.scenarios)
    score = dict.fromkeys(others, 0.0)
    for name in (metrics.headline(tables.summary["metric"]), "contribution_per_user"):
        read = finding.readings(tables, name) if name else {}
        sure = {s: abs(r.delta) for s, r in read.items() if s in score and r.verdict in (finding.HIGHER, finding.LOWER)}
        for scenario, size in sure.items():
            score[scenario] = max(score[scenario], size / max(sure.values()))
    chosen = {tables.baseline, *sorted(others, key=lambda s: -score[s])[:MOST]}
    return [s for s in tables.scenarios if s in chosen]


def most_telling(tables: Tables) -> str:
    """The strategy whose contribution differs most, for sure if any does; the baseline where there is no other."""
    found = [r for s, r in finding.readings(tables, "contribution_per_user").items() if s != tables.baseline]
    told = [r for r in found if r.verdict in (finding.HIGHER, finding.LOWER)]
    return max(told or found, key=lambda r: abs(r.delta)).scenario if found else tables.baseline


def pair(tables: Tables) -> list[str]:
    """The baseline and the strategy to show beside it, for figures with room for two; the baseline alone where there is no other."""
    return list(dict.fromkeys((tables.baseline, most_telling(tables))))


PAIR = Both(
    "Strategy shown: the one whose contribution differs most from the baseline’s.", "所示方案：贡献毛利与基准方案差异最大者。"
)


def unnamed(tables: Tables, labels: dict[str, str], drawn: Both) -> str:
    """A sentence that names the strategies a figure does not, with how they are `drawn`; empty if there are none."""
    rest = [labels[s] for s in tables.scenarios if s not in telling(tables)]
    if not rest:
        return ""
    return say(
        f" {drawn}: {', '.join(rest)}; in retention and in contribution they differ less from the baseline, or not distinguishably.",
        f"{drawn}：{'、'.join(rest)}；它们在留存和贡献毛利上与基准方案的差异较小或不显著。",
    )


def colours(tables: Tables) -> dict[str, str]:
    """A colour for each scenario, the same in every figure: grey for the baseline, faint for those not named."""
    return dict.fromkeys(tables.scenarios, FAINT) | style.colours(telling(tables), tables.baseline)


def patterns(tables: Tables) -> dict[str, str | tuple[int, tuple[float, ...]]]:
    """A line pattern for each scenario, solid for the baseline and for those not named."""
    return dict.fromkeys(tables.scenarios, "solid") | style.patterns(telling(tables), tables.baseline)


def followed(rows: DataFrame) -> DataFrame:
    """The rows of curves (scenario, age_days, at_risk) as long as enough people are left to be at risk."""
    start = rows.groupby("scenario")["at_risk"].transform("max")
    kept = rows["at_risk"] >= np.minimum(FEWEST, start * SMALLEST)
    # From the first age with too few on, not only where there are too few.
    return rows[kept.groupby(rows["scenario"]).cummin()]


def thin(values: NDArray[np.float64]) -> NDArray[np.intp]:
    """Positions to draw of a long curve: evenly spaced ones, both ends, and both sides of each sudden fall."""
    if len(values) <= POINTS:
        return np.arange(len(values))
    even = np.linspace(0, len(values) - 1, POINTS).round().astype(int)
    cliffs = np.flatnonzero(np.abs(np.diff(values)) > CLIFF)
    return np.unique(np.concatenate([even, cliffs, cliffs + 1]))
