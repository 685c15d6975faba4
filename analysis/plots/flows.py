"""Alluvial: between four days of the run, which users moved from which stage of the lifecycle to which."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import PathPatch
from matplotlib.path import Path
from pandas import DataFrame

from analysis import finding, style
from analysis.language import Both, say
from analysis.number import percent
from analysis.plots import focus
from analysis.plots.legend import BOX, legend
from analysis.plots.picture import WIDTH, Picture, Sheet
from analysis.result import Tables, part, platform_days

STACK = ("customer", "registered", "dormant", "churned", "prospect")
"""From the bottom up, as in the figure of the lifecycle; who has not signed up stands on top."""
NAMES = {
    "customer": Both("customer", "活跃"),
    "registered": Both("registered, no order", "已注册未下单"),
    "dormant": Both("dormant", "沉睡"),
    "churned": Both("churned", "流失"),
    "prospect": Both("not signed up yet", "尚未注册"),
}
WIDE = 0.16
"""Width of a stack, where 1 is the way from one day to the next."""
GAP = 0.012
READABLE = 0.055
"""Share of all people from which on a part of a stack carries its number."""


def alluvial(tables: Tables) -> Picture:
    """Stacks of stages on up to four days with the moves between them, the baseline beside a strategy. ValueError without two days."""
    rows = part(tables, "flows")
    shown = [s for s in focus.pair(tables) if s in set(rows["scenario"])]
    if not shown or tables.baseline not in shown:
        raise ValueError("flows has no rows of the baseline")
    labels = style.names(tables.scenarios)
    unseen, long = (platform_days(tables, f"{stage}_after_days") for stage in ("dormant", "churned"))
    return Picture(
        name="flows",
        finding=_finding(tables, rows, shown, labels),
        how=say(
            "Each column is everybody on one day, by stage; each ribbon is the users who went from one stage to another until the next "
            "column, in the colour of where they came from. Numbers: % of all people.",
            "每一列是某一天的全体用户（按阶段）；每条色带是到下一列时从一个阶段转到另一个阶段的用户，颜色表示其来源阶段。数字为占全体的百分比。",
        ),
        source="flows.csv",
        note=say(
            f"Mean numbers over the replications, as shares of all people; intervals stand in flows.csv. Dormant: {unseen} without a "
            f"visit; churned: {long}, or gone for good, which only a simulator knows. "
            "Who moved and came back between two columns is not seen. "
            + (f"{focus.PAIR}" if len(shown) > 1 else ""),
            f"各次重复的平均人数占全体的比例；置信区间见 flows.csv。沉睡：{unseen}没有访问；流失：{long}没有访问，"
            f"或已永久流失（只有模拟器知道）。两列之间离开又回来的用户看不出来。{focus.PAIR if len(shown) > 1 else ''}",
        ).strip(),
        height=4.6,
        labels=list(labels.values()),
        paint=lambda sheet: _paint(sheet, tables, rows, shown, labels),
    )


def moves(rows: DataFrame, scenario: str) -> tuple[list[int], np.ndarray]:
    """Days, and users by (step, from, to) in the order of `STACK`."""
    own = rows[rows["scenario"] == scenario]
    days = sorted({*own["from_day"], *own["to_day"]})
    out = np.zeros((len(days) - 1, len(STACK), len(STACK)))
    for line in own.itertuples():
        out[days.index(line.from_day), STACK.index(line.from_stage), STACK.index(line.to_stage)] = line.users
    return days, out


def _finding(tables: Tables, rows: DataFrame, shown: list[str], labels: dict[str, str]) -> str:
    """How many of those who were customers at the last snapshot but one still are at the end, and how many of the dormant are back."""
    told = {}
    for scenario in shown:
        days, moved = moves(rows, scenario)
        customers, dormant = moved[-1, 0], moved[-1, STACK.index("dormant")]
        kept = customers[0] / customers.sum() if customers.sum() else None
        back = dormant[:2].sum() / dormant.sum() if dormant.sum() else None
        told[scenario] = (days[-2], days[-1], kept, back)
    first, last, kept, back = told[tables.baseline]
    if kept is None:
        return say(f"Nobody was a customer on day {first}", f"第 {first} 天还没有活跃用户")
    whose = finding.users_of_baseline(tables)
    text = say(
        f"Of {whose} who were customers on day {first}, {percent(kept, 0)} still are on day {last}",
        f"{'基准方案中，' if len(shown) > 1 else ''}第 {first} 天活跃的用户有 {percent(kept, 0)} 到第 {last} 天仍然活跃",
    )
    if back is not None:
        text += say(f"; of the dormant, {percent(back, 0)} are back", f"，沉睡的用户有 {percent(back, 0)} 又回来了")
    for scenario in shown[1:]:
        _, _, kept, back = told[scenario]
        if kept is not None and back is not None:
            who = finding.quoted(labels[scenario])
            text += say(
                f"; with {who} {percent(kept, 0)} and {percent(back, 0)}", f"；{who}下分别为 {percent(kept, 0)} 和 {percent(back, 0)}"
            )
    return text


def _paint(sheet: Sheet, tables: Tables, rows: DataFrame, shown: list[str], labels: dict[str, str]) -> None:
    present = {stage for column in ("from_stage", "to_stage") for stage in rows[column]}
    legend(sheet, [(BOX, style.STAGES[s], str(NAMES[s])) for s in STACK if s in present], x=0.4)
    left, right, between = 0.35, 0.35, 0.45
    wide = (WIDTH - left - right - between * (len(shown) - 1)) / len(shown)
    for i, scenario in enumerate(shown):
        x = left + i * (wide + between)
        ax = sheet.axes(x, 0.3, WIDTH - x - wide, 0.85)
        days, moved = moves(rows, scenario)
        _columns(ax, days, moved / moved[0].sum())
        if i == 0:
            ax.set_ylabel(say("% of all people", "占全体人数的百分比"), size=8.5, labelpad=2)
        colour = style.BASELINE if scenario == tables.baseline and len(shown) > 1 else style.INK
        title = sheet.wrap(labels[scenario], wide, 9.5, "bold", lines=2)
        ax.set_title(title, loc="left", size=9.5, weight="bold", linespacing=1.1, color=colour)


def _columns(ax: Axes, days: list[int], moved: np.ndarray) -> None:
    """One panel; `moved` are shares of all people."""
    steps = len(moved)
    stock = np.vstack([moved.sum(axis=2), moved[-1].sum(axis=0)])
    base = np.hstack([np.zeros((steps + 1, 1)), (stock + np.where(stock > 0, GAP, 0)).cumsum(axis=1)[:, :-1]])
    for k in range(steps):
        leaving, arriving = base[k].copy(), base[k + 1].copy()
        for a in range(len(STACK)):
            for b in range(len(STACK)):
                size = moved[k, a, b]
                if size > 0:
                    _ribbon(ax, (k + WIDE / 2, leaving[a]), (k + 1 - WIDE / 2, arriving[b]), size, style.STAGES[STACK[a]])
                leaving[a] += size
                arriving[b] += size
    for k in range(steps + 1):
        for s, stage in enumerate(STACK):
            size = stock[k, s]
            if size > 0:
                ax.bar(k, size, WIDE, base[k, s], color=style.STAGES[stage], zorder=3)
            if size >= READABLE:
                ink = style.PAPER if stage == "customer" else style.INK
                ax.text(k, base[k, s] + size / 2, f"{size * 100:.0f}", ha="center", va="center", size=8, color=ink, zorder=4)
    ax.set_xlim(-WIDE / 2 - 0.02, steps + WIDE / 2 + 0.02)
    ax.set_ylim(0, 1 + GAP * len(STACK))
    every = range(steps + 1)
    ax.set_xticks(every, [say(f"day {days[k]}", f"第 {days[k]} 天") for k in every])
    ax.set_yticks([])
    ax.spines[:].set_visible(False)
    ax.tick_params(length=0)


def _ribbon(ax: Axes, start: tuple[float, float], end: tuple[float, float], size: float, colour: str) -> None:
    (x0, y0), (x1, y1) = start, end
    middle = (x0 + x1) / 2
    curve = [(x0, y0), (middle, y0), (middle, y1), (x1, y1), (x1, y1 + size), (middle, y1 + size), (middle, y0 + size), (x0, y0 + size)]
    codes = [Path.MOVETO, *[Path.CURVE4] * 3, Path.LINETO, *[Path.CURVE4] * 3, Path.CLOSEPOLY]
    ax.add_patch(PathPatch(Path([*curve, curve[0]], codes), facecolor=colour, alpha=0.45, linewidth=0))
