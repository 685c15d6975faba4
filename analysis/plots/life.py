"""A user's life as a timeline: stage, visits, orders and what each lever did, day by day; two lives one above the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from matplotlib.axes import Axes

from analysis import style
from analysis.language import say
from analysis.lever_words import lever_name
from analysis.number import MINOR_PER_MAJOR, money
from analysis.plots.picture import Picture, Sheet
from analysis.story import STAGES
from sim.lever import Lever
from sim.story import Life

LEFT, RIGHT, ROW = 1.75, 0.25, 0.24
"""Inches: room for names, margin, height of a lever's row."""
ORDERS, RIBBON, GAP = 1.15, 0.2, 0.75


def life_timeline(lives: Sequence[Life], levers: Sequence[Mapping[str, Lever]], parted: int | None) -> Picture:
    """One or two lives of one user; ``parted`` is the first day on which they differ."""
    heights = [_height(life) for life in lives]
    first = lives[0]
    orders = [len(life.orders) for life in lives]
    if len(lives) == 1:
        paid = money(sum(v.paid for _, v in first.orders), first.currency)
        finding = say(f"User {first.user} ordered {orders[0]} times and paid {paid}", f"用户 {first.user} 下单 {orders[0]} 次，实付 {paid}")
    elif parted is None:
        finding = say(f"User {first.user} lives the same life in both worlds", f"用户 {first.user} 在两个方案中的经历完全相同")
    else:
        finding = say(
            f"From day {parted} on the two lives of user {first.user} part: {orders[0]} orders against {orders[1]}",
            f"从第 {parted} 天起，用户 {first.user} 的两种经历分开：{orders[0]} 单对 {orders[1]} 单",
        )
    return Picture(
        name=f"life_{first.user}",
        finding=finding,
        how=say(
            "Each stem is an order, as high as it was worth; ticks below are visits; each row of dots is a lever doing something.",
            "每根竖线是一笔订单，高度为金额；下方短线是访问；每行圆点表示某个杠杆发生了作用。",
        ),
        source="life.txt",
        note=say(
            "The band shows the stage that the platform sees. Same person, same luck: where two lives differ, a lever made the difference.",
            "色带是平台看到的阶段。同一个人、同样的运气：经历的不同来自杠杆。",
        ),
        height=sum(heights) + 0.55,
        labels=[life.scenario for life in lives],
        paint=lambda sheet: _paint(sheet, lives, levers, heights, parted),
    )


def _height(life: Life) -> float:
    return ORDERS + RIBBON + GAP + ROW * len(_acting(life))


def _acting(life: Life) -> list[str]:
    return sorted({name for day in life.days for name in day.counts})


def _paint(sheet: Sheet, lives: Sequence[Life], levers: Sequence[Mapping[str, Lever]], heights: list[float], parted: int | None) -> None:
    last = max(len(life.days) for life in lives) - 1
    above = 0.1
    highest = max((v.basket for life in lives for _, v in life.orders), default=MINOR_PER_MAJOR) / MINOR_PER_MAJOR
    for life, known, height in zip(lives, levers, heights, strict=True):
        _one(sheet, life, known, above, last, highest, parted)
        above += height
    _legend(sheet, {day.stage for life in lives for day in life.days})


def _one(
    sheet: Sheet, life: Life, levers: Mapping[str, Lever], above: float, last: int, highest: float, parted: int | None
) -> None:
    names = _acting(life)
    rows = ROW * len(names)
    top = sheet.height - above
    sheet.text(LEFT, top - 0.02, life.scenario, va="top", ha="left", size=10, weight="bold")
    orders = sheet.axes(LEFT, top - 0.28 - ORDERS, RIGHT, above + 0.28)
    orders.set(xlim=(-0.5, last + 0.5), ylim=(0, highest * 1.12), xticks=[])
    orders.set_ylabel(say(f"order, {life.currency}", f"订单金额（{life.currency}）"), size=8.5)
    for day, visit in life.orders:
        orders.plot([day, day], [0, visit.basket / MINOR_PER_MAJOR], color=style.PALETTE[0], lw=1.6, solid_capstyle="butt")
        orders.plot([day], [visit.basket / MINOR_PER_MAJOR], "o", color=style.PALETTE[0], ms=4)
    visited = [day.day for day in life.days if day.visits]
    orders.plot(visited, [highest * 0.03] * len(visited), "|", color=style.INK, ms=6, mew=0.9, clip_on=False)
    below = sheet.axes(LEFT, top - 0.28 - ORDERS - RIBBON - rows, RIGHT, above + 0.28 + ORDERS)
    _ribbon(below, life, len(names))
    for k, name in enumerate(names):
        days = [day.day for day in life.days if name in day.counts]
        below.plot(days, [len(names) - 0.5 - k] * len(days), "o", color=style.PALETTE[(k + 1) % len(style.PALETTE)], ms=3)
    shown = [lever_name(n, levers[n].doc) if levers[n].name == n else n for n in names]
    scale = len(names) + RIBBON / ROW
    below.set(xlim=(-0.5, last + 0.5), ylim=(0, scale), yticks=[len(names) - 0.5 - k for k in range(len(names))], yticklabels=shown)
    below.tick_params(axis="y", length=0, labelsize=8.5)
    below.spines["left"].set_visible(False)
    below.set_xlabel(say("day", "天"), size=8.5)
    if parted is not None:
        for axes in (orders, below):
            axes.axvline(parted, color=style.PALETTE[1], lw=1, ls=(0, (4, 3)))


def _ribbon(axes: Axes, life: Life, rows: int) -> None:
    """The stage of each day as a band."""
    begin = 0
    for k, day in enumerate(life.days):
        if k + 1 == len(life.days) or life.days[k + 1].stage != day.stage:
            span = [(begin - 0.5, k + 1 - begin)]
            axes.broken_barh(span, (rows + 0.1, RIBBON / ROW - 0.2), color=style.STAGES.get(day.stage, style.RULE), lw=0)
            begin = k + 1


def _legend(sheet: Sheet, stages: set[str]) -> None:
    x = LEFT
    for stage, name in STAGES.items():
        if stage in stages:
            sheet.text(x, 0.1, "■", color=style.STAGES.get(stage, style.RULE), size=9, va="bottom")
            sheet.text(x + 0.17, 0.1, str(name), size=8.5, va="bottom")
            x += 0.17 + sheet.width(str(name), 8.5) + 0.25
