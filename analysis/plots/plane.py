"""Cost–retention plane: what each strategy pays in incentives, how many users it keeps for that, and which are efficient."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping

import numpy as np
from matplotlib.ticker import FuncFormatter, MaxNLocator
from matplotlib.transforms import Bbox

from analysis import finding, metrics, style
from analysis.language import say
from analysis.number import MINOR_PER_MAJOR, money, percent
from analysis.plots import focus
from analysis.plots.label import EndLabel, label_points
from analysis.plots.picture import Picture, Sheet
from analysis.plots.retention import ROUND, percent_tick, tick_decimals
from analysis.result import Tables, currency, resolved

COST = "incentive_cost_per_user"
FRONTIER = "#5aa58c"
MOST_BUDGETS = 3
REACH = 2.0
"""A budget further from what anybody spends than so many times the width of the figure is not drawn: all else would be squeezed."""

SAME_USERS = 0.02
"""Strategies whose numbers of users differ by more than this share have no budget line in common."""


def cost_retention_plane(tables: Tables, retention: str | None = None, cost: str = COST, budget: float | None = None) -> Picture:
    """Incentives against retention, both as differences from the baseline, with the efficient frontier and the line of the budget.

    ``budget``: money of a whole run; else the ``economics.incentive_budget`` of the scenarios. ValueError without cost, retention or a
    second scenario.
    """
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
    points = {tables.baseline: (0.0, 0.0)} | {s: (paid[s].delta, kept[s].delta) for s in others}
    efficient = frontier(points)
    named = say(", ", "、").join(finding.quoted(labels[s]) for s in efficient)
    there = {s: paid[s] for s in both}
    lines = [budget_line(tables, limit, there, labels) for limit in budgets(tables, budget)]
    limits, told = [place for place, _ in lines if place is not None], "".join(text for _, text in lines)
    return Picture(
        name="cost_retention",
        finding=finding.cost_of_retention(tables, retention, cost, labels),
        how=say(
            "Up is more users kept than in the baseline, right is more money given to them: the best place is top left. "
            "Hollow dots cannot be told apart from the baseline in retention; below the green line, another keeps as many for less.",
            "越靠上，比基准方案留住的用户越多；越靠右，花在用户身上的钱越多：左上角最好。空心点表示留存与基准方案差异不显著；"
            "绿线下方的方案，总有别的方案花得更少、留得不少。",
        ),
        source="summary.csv",
        note=say(
            f"Both axes: paired differences from the baseline, which is the square. {row.label} = {row.formula}. "
            f"{cost_row.label} = {cost_row.formula}. Bars: 95 % intervals of the differences. Cheapest: least incentives a "
            f"(percentage) point gained, among gains of at least {percent(finding.MATERIAL, 0)} of the largest; that ratio has no interval "
            f"here, and says nothing of profit. Green line: efficient frontier by the means ({named})."
            + told,
            f"两轴均为与基准方案（方块）的配对差异。{row.label} = {row.formula}。{cost_row.label} = {cost_row.formula}。"
            f"线段为差异的 95% 置信区间。“最省”：在提升不低于最大值 {percent(finding.MATERIAL, 0)} 的方案中，每提升一个百分点所花激励最少；"
            f"该比值在此没有置信区间，也不说明是否盈利。绿线：按均值的有效前沿（{named}）。"
            + told,
        ),
        height=4.7,
        labels=list(labels.values()),
        paint=lambda sheet: _paint(
            sheet, tables, [(kept[s], paid[s]) for s in others], (row, cost_row), labels, [points[s] for s in efficient], limits
        ),
    )  # fmt: skip


def frontier(points: Mapping[str, tuple[float, float]]) -> list[str]:
    """The scenarios that no other matches or beats in retention at the same cost or less, by cost; points are (cost, retention)."""
    found: list[str] = []
    for name in sorted(points, key=lambda s: (points[s][0], -points[s][1])):
        if not found or points[name][1] > points[found[-1]][1]:
            found.append(name)
    return found


def budgets(tables: Tables, asked: float | None = None) -> list[float]:
    """The caps on the incentives of a whole run, in money, as far as there are any; at most three different ones."""
    worlds = resolved(tables).values()
    found = {asked} if asked is not None else {world.get("economics", {}).get("incentive_budget") for world in worlds} - {None}
    return sorted(found)[:MOST_BUDGETS]


def budget_line(
    tables: Tables, limit: float, paid: Mapping[str, finding.Reading], labels: Mapping[str, str]
) -> tuple[float | None, str]:
    """Where the line of a budget stands on the axis of costs (None: nowhere), and a sentence on who spends more.

    The axis is money a user, so there is a line only where all strategies have as many users, and not too far from what anybody spends.
    """
    sign = currency(tables)
    registered = finding.readings(tables, "registered")
    users = {s: registered[s].mean if s in registered else float(tables.manifest.get("users", 0)) for s in paid}
    over = [labels[s] for s in paid if paid[s].mean * users[s] > limit * MINOR_PER_MAJOR]
    amount = money(limit * MINOR_PER_MAJOR, sign)
    base = users[tables.baseline]
    place = limit * MINOR_PER_MAJOR / base - paid[tables.baseline].mean if base else math.inf
    ends = [end for s, r in paid.items() if s != tables.baseline for end in _ends(r)] + [0.0]
    reach = REACH * (max(ends) - min(ends))
    alike = all(abs(n - base) <= SAME_USERS * base for n in users.values())
    drawn = alike and min(ends) - reach <= place <= max(ends) + reach
    line = say(" (dashed upright line)", "（竖虚线）") if drawn else ""
    told = say(
        f" Budget of incentives, whole run: {amount}{line}; " + (f"over it: {', '.join(over)}." if over else "nobody spends more."),
        f"激励预算（整个模拟期）{amount}{line}：" + (f"超出的方案有{'、'.join(over)}。" if over else "没有方案超出。"),
    )
    return place if drawn else None, told


def _paint(
    sheet: Sheet,
    tables: Tables,
    pairs: list[tuple[finding.Reading, finding.Reading]],
    rows: tuple[metrics.Metric, metrics.Metric],
    labels: dict[str, str],
    efficient: list[tuple[float, float]],
    limits: list[float],
) -> None:
    sign = currency(tables)
    ax = sheet.axes(1.0, 0.55, 0.25, 0.15)
    named, colours = focus.telling(tables), focus.colours(tables)
    spread = np.array([[(0.0, 0.0)] * 2, *([_ends(paid), _ends(kept)] for kept, paid in pairs)])
    if limits:
        spread = np.concatenate([spread, [[(limit, limit), (0.0, 0.0)] for limit in limits]])
    for axis, setter in ((0, ax.set_xlim), (1, ax.set_ylim)):
        low, high = spread[:, axis].min(), spread[:, axis].max()
        room = (high - low) * 0.14 or (1.0 if axis == 0 else 0.01)
        setter(low - room, high + room * (2.2 if axis == 0 else 1))
    ax.axhline(0, color=style.BASELINE, linewidth=1, linestyle=(0, (4, 3)), zorder=0)
    ax.plot(0, 0, "s", color=style.BASELINE, markersize=8)
    points = [EndLabel(0, 0, labels[tables.baseline], style.BASELINE, "bold")]
    left, right = ax.get_xlim()
    boxes = [(2, left, 0.0, right, 0.0)]
    (low, high) = ax.get_ylim()
    for limit in limits:
        ax.axvline(limit, color=style.INK, linewidth=1.3, linestyle=(0, (6, 3)))
        boxes.append((3, limit, low, limit, high))
        text = say(f"budget {money(limit, sign, sign=True)}", f"预算 {money(limit, sign, sign=True)}")
        ax.annotate(
            text, (limit, 1), xycoords=("data", "axes fraction"), xytext=(4, -4), textcoords="offset points", va="top", size=8.5,
            color=style.INK,
        )  # fmt: skip
        boxes.append((2, limit, high - 0.06 * (high - low), limit + 0.2 * (right - left), high))
    if len(efficient) > 1:
        corners = [efficient[0]]
        for x, y in efficient[1:]:
            corners += [(x, corners[-1][1]), (x, y)]
        corners.append((right, corners[-1][1]))
        ax.plot(*zip(*corners, strict=True), color=FRONTIER, linewidth=1.5, zorder=1)
        ax.fill_between(*zip(*corners, strict=True), low, color=FRONTIER, alpha=0.09, linewidth=0, zorder=0)
        boxes += [(2, min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)) for (x0, y0), (x1, y1) in itertools.pairwise(corners)]
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
    obstacles = [Bbox(ax.transData.transform([(x0, y0), (x1, y1)])).padded(around) for around, x0, y0, x1, y1 in boxes]
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
