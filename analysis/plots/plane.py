"""Cost–retention plane: what each strategy pays in incentives and how many users it keeps for that."""

from __future__ import annotations

import math

import numpy as np
from matplotlib.ticker import FuncFormatter, MaxNLocator
from matplotlib.transforms import Bbox

from analysis import finding, metrics, style
from analysis.language import say
from analysis.number import money, percent
from analysis.plots import focus
from analysis.plots.label import EndLabel, label_points
from analysis.plots.picture import Picture, Sheet
from analysis.plots.retention import ROUND, percent_tick, tick_decimals
from analysis.result import Tables, currency

COST = "incentive_cost_per_user"


def cost_retention_plane(tables: Tables, retention: str | None = None, cost: str = COST) -> Picture:
    """Incentives against retention, both as differences from the baseline. ValueError without either, or a second scenario."""
    retention = retention or metrics.headline(tables.summary["metric"])
    kept = finding.readings(tables, retention) if retention else {}
    paid = finding.readings(tables, cost)
    both = [s for s in tables.scenarios if s in kept and s in paid]
    if not both or tables.baseline not in both:
        raise ValueError(f"summary has no {retention} with {cost}")
    labels = style.names(tables.scenarios)
    row = finding.metric_of(tables, retention)
    cost_row = finding.metric_of(tables, cost)
    others = [s for s in both if s != tables.baseline]
    if not others:
        raise ValueError("summary has no second scenario")
    return Picture(
        name="cost_retention",
        finding=finding.cost_of_retention(tables, retention, cost, labels),
        how=say(
            "Up is more users kept than in the baseline, right is more money given to them: the best place is top left. "
            "Hollow dots cannot be told apart from the baseline in retention.",
            "越靠上，比基准方案留住的用户越多；越靠右，花在用户身上的钱越多：左上角最好。空心点表示留存与基准方案差异不显著。",
        ),
        source="summary.csv",
        note=say(
            f"Both axes: paired differences from the baseline, which is the square. {row.label} = {row.formula}. "
            f"{cost_row.label} = {cost_row.formula}. Bars: 95 % intervals of the differences. Cheapest: least incentives a "
            f"(percentage) point gained, among gains of at least {percent(finding.MATERIAL, 0)} of the largest; that ratio has no interval "
            "here, and says nothing of profit.",
            f"两轴均为与基准方案（方块）的配对差异。{row.label} = {row.formula}。{cost_row.label} = {cost_row.formula}。"
            f"线段为差异的 95% 置信区间。“最省”：在提升不低于最大值 {percent(finding.MATERIAL, 0)} 的方案中，每提升一个百分点所花激励最少；"
            "该比值在此没有置信区间，也不说明是否盈利。",
        ),
        height=4.7,
        labels=list(labels.values()),
        paint=lambda sheet: _paint(sheet, tables, [(kept[s], paid[s]) for s in others], (row, cost_row), labels),
    )


def _paint(
    sheet: Sheet,
    tables: Tables,
    pairs: list[tuple[finding.Reading, finding.Reading]],
    rows: tuple[metrics.Metric, metrics.Metric],
    labels: dict[str, str],
) -> None:
    sign = currency(tables)
    ax = sheet.axes(1.0, 0.55, 0.25, 0.15)
    named, colours = focus.telling(tables), focus.colours(tables)
    spread = np.array([[(0.0, 0.0)] * 2, *([_ends(paid), _ends(kept)] for kept, paid in pairs)])
    for axis, setter in ((0, ax.set_xlim), (1, ax.set_ylim)):
        low, high = spread[:, axis].min(), spread[:, axis].max()
        room = (high - low) * 0.14 or (1.0 if axis == 0 else 0.01)
        setter(low - room, high + room * (2.2 if axis == 0 else 1))
    ax.axhline(0, color=style.BASELINE, linewidth=1, linestyle=(0, (4, 3)), zorder=0)
    ax.plot(0, 0, "s", color=style.BASELINE, markersize=8)
    points = [EndLabel(0, 0, labels[tables.baseline], style.BASELINE, "bold")]
    left, right = ax.get_xlim()
    boxes = [(2, left, 0.0, right, 0.0)]
    for kept, paid in pairs:
        told = kept.verdict in (finding.HIGHER, finding.LOWER)
        tint = colours[kept.scenario] if told and kept.scenario in named else style.QUIET
        (left, right), (low, high) = _ends(paid), _ends(kept)
        ax.plot([left, right], [kept.delta] * 2, color=tint, linewidth=1.4, alpha=0.75)
        ax.plot([paid.delta] * 2, [low, high], color=tint, linewidth=1.4, alpha=0.75)
        ax.plot(paid.delta, kept.delta, "o", color=tint, markerfacecolor=tint if told else style.PAPER, markersize=8)
        points.append(EndLabel(paid.delta, kept.delta, labels[kept.scenario], tint))
        boxes += [(3, left, kept.delta, right, kept.delta), (3, paid.delta, low, paid.delta, high)]
    boxes += [(10, point.x, point.y, point.x, point.y) for point in points]
    obstacles = [
        Bbox(ax.transData.transform([(x0, y0), (x1, y1)])).padded(around) for around, x0, y0, x1, y1 in boxes
    ]
    label_points(sheet, ax, points, obstacles)
    ax.set_xlabel(say(f"{rows[1].label}, difference from the baseline", f"{rows[1].label}，与基准方案的差异"))
    ax.set_ylabel(sheet.wrap(say(f"{rows[0].label}, points gained", f"{rows[0].label}，提升的百分点"), 4.0, 9))
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_locator(MaxNLocator(nbins=7, steps=ROUND))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda v, _: money(v, sign, tick_decimals(ax.get_xticks(), "money"), sign=True)))
    ax.yaxis.set_major_formatter(FuncFormatter(lambda v, _: percent_tick(ax.get_yticks(), v, points=True)))
    ax.grid(True)
    ax.set_axisbelow(True)


def _ends(reading: finding.Reading) -> tuple[float, float]:
    """The interval of the difference; the difference itself where there is none."""
    if math.isfinite(reading.delta_low) and math.isfinite(reading.delta_high):
        return reading.delta_low, reading.delta_high
    return reading.delta, reading.delta
