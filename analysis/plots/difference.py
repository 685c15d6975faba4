"""Paired differences against the baseline, with intervals: what can be told apart and what cannot."""

from __future__ import annotations

import math

from matplotlib.ticker import FuncFormatter, MaxNLocator

from analysis import finding, metrics, style
from analysis.language import say
from analysis.number import SPACE, decimals_of, interval, point_word, written
from analysis.plots.picture import Picture, Sheet
from analysis.plots.retention import ROUND, percent_tick, tick_decimals
from analysis.result import Tables, currency, filled

BETTER, WORSE = style.PALETTE[0], style.PALETTE[1]


def difference(tables: Tables, metric: str) -> Picture:
    """A dot and a 95 % interval for each strategy, grey where zero lies inside; ValueError without a second one."""
    readings = [r for s, r in finding.readings(tables, metric).items() if s != tables.baseline]
    if not readings:
        raise ValueError(f"summary has no differences in {metric}")
    readings.sort(key=lambda r: r.delta)
    row = finding.metric_of(tables, metric)
    labels = style.names(tables.scenarios)
    caveat = finding.multiplicity(len(readings))
    known = any(math.isfinite(r.delta_low) for r in readings)
    formula = filled(str(row.formula) or metric, tables)
    runs = tables.manifest.get("replications", "–")
    paired = say(
        "Differences are paired: the same users with the same luck in both worlds",
        "差异为配对差异：两个世界里是同一批用户、同样的运气",
    )
    how_sure = say(f"95 % intervals, Student t over {runs} replications. {caveat}", f"95% 置信区间由 {runs} 次重复按 t 分布计算。{caveat}")
    single = say("One replication: no intervals, so nothing can be told apart.", "只有一次重复：没有置信区间，无法判断差异。")
    return Picture(
        name=f"difference_{metric}",
        finding=finding.comparison(tables, metric, labels),
        how=say(
            "Dots right of the line are above the baseline, left of it below; where the bar crosses zero (grey, hollow), "
            "the strategy cannot be told apart from the baseline.",
            "点在竖线右侧表示高于基准方案，左侧表示低于；横线跨过零（灰色空心点）时，该方案与基准方案差异不显著。",
        ),
        source="summary.csv",
        note=say(
            f"{row.label} = {formula}. {row.caveat} {paired}" + (f"; {how_sure}" if known else f". {single}"),
            f"{row.label} = {formula}。{row.caveat}{paired}" + (f"；{how_sure}" if known else f"。{single}"),
        ),
        height=0.85 + 0.44 * len(readings),
        labels=list(labels.values()),
        paint=lambda sheet: _paint(sheet, tables, readings, row, labels),
    )


def _paint(
    sheet: Sheet, tables: Tables, readings: list[finding.Reading], row: metrics.Metric, labels: dict[str, str]
) -> None:
    sign = currency(tables)
    ax = sheet.axes(2.55, 0.55, 2.6, 0.12)
    good, bad = (BETTER, WORSE) if row.higher_is_better else (WORSE, BETTER)
    colour = {finding.HIGHER: good, finding.LOWER: bad}
    ax.axvline(0, color=style.BASELINE, linewidth=1.6)
    for y, reading in enumerate(readings):
        tint = colour.get(reading.verdict, style.QUIET)
        known = reading.verdict in colour
        if math.isfinite(reading.delta_low):
            ax.plot(
                [reading.delta_low, reading.delta_high], [y, y], color=tint, linewidth=2.4, alpha=1 if known else 0.6
            )
        ax.plot(reading.delta, y, "o", color=tint, markerfacecolor=tint if known else style.PAPER, markersize=7)
        digits = decimals_of(reading.delta_low, reading.delta_high, row.unit)
        ends = interval(reading.delta_low, reading.delta_high, row.unit, sign, True, digits)
        text = written(reading.delta, row.unit, sign, True, digits) + (f"  ({ends})" if ends else "")
        first, second = (text, "") if known else (text, str(finding.VERDICTS[reading.verdict]))
        ax.annotate(
            first + ("\n" + second if second else ""),
            (1, y),
            xycoords=("axes fraction", "data"),
            xytext=(12, 0),
            textcoords="offset points",
            va="center",
            size=9,
            color=tint,
            weight="bold" if known else "normal",
            annotation_clip=False,
        )
    ax.set_yticks(
        range(len(readings)),
        [sheet.wrap(labels[r.scenario], 2.2, 9, lines=2) for r in readings],
        color=style.INK,
        linespacing=1.1,
    )
    ax.set_ylim(-0.6, len(readings) - 0.4)
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    ax.margins(x=0.08)
    ax.xaxis.set_major_locator(MaxNLocator(nbins=6, steps=ROUND))
    unit = point_word() if row.unit == "share" else ""
    label = str(row.label)
    english = f"Difference from the baseline: {label.lower()}" + (f",{SPACE}{unit}" if unit else "")
    chinese = f"与基准方案的差异：{label}" + (f"，{unit}" if unit else "")
    ax.xaxis.set_major_formatter(
        FuncFormatter(
            lambda v, _: (
                percent_tick(ax.get_xticks(), v, points=True)
                if row.unit == "share"
                else written(v, row.unit, sign, True, tick_decimals(ax.get_xticks(), row.unit))
            )
        )
    )
    ax.set_xlabel(sheet.wrap(say(english, chinese), 5.0, 9))
    ax.grid(axis="x")
    ax.set_axisbelow(True)
