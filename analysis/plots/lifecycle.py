"""Lifecycle composition: where the users of each strategy stand, day by day."""

from __future__ import annotations

import math

import numpy as np
from matplotlib.patches import Rectangle
from matplotlib.ticker import PercentFormatter
from pandas import DataFrame

from analysis import finding, style
from analysis.language import Both, say
from analysis.number import percent, percent_sign, points
from analysis.plots import focus
from analysis.plots.picture import WIDTH, Picture, Sheet
from analysis.result import Tables, platform_days
from sim.study.interval import half_width

STACK = ("customer", "registered", "dormant", "churned")
"""From the bottom up: customers stand on the axis, where their share can be read."""
NAMES = {
    "customer": Both("customer (ordered, seen lately)", "活跃用户（下过单且近期来访）"),
    "registered": Both("registered (no order yet)", "新用户（已注册未下单）"),
    "dormant": Both("dormant (not seen lately)", "沉睡用户（近期未来访）"),
    "churned": Both("churned (long unseen, or gone)", "流失用户（长期未来访或已离开）"),
}


def lifecycle_composition(tables: Tables) -> Picture:
    """Stacked shares of the stages by day, a small multiple for each strategy. ValueError without daily rows."""
    if tables.daily.empty:
        raise ValueError("daily has no rows")
    labels = style.names(tables.scenarios)
    drawn = set(tables.daily["scenario"].unique())
    present = [s for s in focus.telling(tables) if s in drawn]
    columns = _columns(len(present))
    unseen, long = (platform_days(tables, f"{stage}_after_days") for stage in ("dormant", "churned"))
    rows = math.ceil(len(present) / columns)
    return Picture(
        name="lifecycle",
        finding=_finding(tables, labels),
        how=say(
            "The height of each colour is the share of users in that stage on that day; the blue at the "
            "bottom is what a platform wants to grow. " + ("The dark line is the baseline’s." if len(present) > 1 else ""),
            "每种颜色的高度是当天处于该阶段的用户占比；最下方的蓝色是平台希望扩大的部分。"
            + ("深色线为基准方案的活跃用户占比。" if len(present) > 1 else ""),
        ),
        source="daily.csv",
        note=say(
            f"Share of all users who ever registered, mean over replications. Not seen lately: {unseen} without a visit; "
            f"long unseen: {long}. Who has left for good, which only a simulator knows, counts as churned at once.",
            f"占累计注册用户的比例，为各次重复的平均。近期未来访：{unseen}没有访问；长期未来访：{long}。永久流失只有模拟器知道，"
            "当天即计入流失用户。",
        )
        + (say(" Dark line: the baseline’s customers.", "深色线：基准方案的活跃用户。") if len(present) > 1 else "")
        + focus.unnamed(tables, labels, focus.NOT_DRAWN),
        height=0.85 + rows * (3.6 if rows == 1 and columns < 3 else 2.1),
        labels=list(labels.values()),
        paint=lambda sheet: _paint(sheet, tables, present, columns, rows, labels),
    )


def _columns(count: int) -> int:
    return count if count <= 3 else 4 if count > 6 or count == 4 else 3


def _finding(tables: Tables, labels: dict[str, str]) -> str:
    """Customers on the last day: the strategy furthest from the baseline, paired over replications."""
    daily = tables.daily
    last = int(daily["day"].max())
    end = daily[daily["day"] == last]
    stock = end[list(STACK)].sum(axis=1)
    share = (end["customer"] / stock.where(stock > 0)).set_axis([end["scenario"], end["replication"]]).unstack(0)
    base = share[tables.baseline]
    there = percent(base.mean())
    whose = finding.users_of_baseline(tables)
    text = say(f"On day {last}, {there} of {whose} are customers", f"第 {last} 天，{whose}中活跃用户占 {there}")
    best, told = None, 0.0
    others = [s for s in tables.scenarios if s in share and s != tables.baseline]
    for scenario in others:
        delta = (share[scenario] - base).dropna()
        if len(delta) < 2:
            return text
        half = half_width(len(delta) - 1) * delta.std(ddof=1) / math.sqrt(len(delta))
        # Replications that agree to the last digit are luck in a world of a few users, not certainty.
        if half > 1e-9 and abs(delta.mean()) > half and abs(delta.mean()) > abs(told):
            best, told = scenario, float(delta.mean())
    if not others:
        return text
    if best is None:
        return text + say("; no strategy’s share is distinguishable from that", "；没有方案与之有显著差异")
    who, level, by = finding.quoted(labels[best]), percent(share[best].mean()), points(abs(told))
    return text + say(
        f"; under {who} it is {level}, {by} {'more' if told > 0 else 'fewer'}",
        f"；{who}为 {level}，{'高' if told > 0 else '低'} {by}",
    )


def _mean_shares(daily: DataFrame, scenario: str) -> tuple[np.ndarray, np.ndarray]:
    """Days, and the shares (stage × day) of one scenario."""
    stock = daily[daily["scenario"] == scenario].groupby("day")[list(STACK)].sum()
    total = stock.sum(axis=1).to_numpy(float)
    return stock.index.to_numpy(), np.divide(
        stock.to_numpy(float).T, total, out=np.zeros((len(STACK), len(stock))), where=total > 0
    )


def _paint(sheet: Sheet, tables: Tables, present: list[str], columns: int, rows: int, labels: dict[str, str]) -> None:
    left, right, bottom, top, between = 0.85, 0.2, 0.48, 0.42, 0.16
    wide = (WIDTH - left - right - between * (columns - 1)) / columns
    tall = (sheet.height - bottom - top) / rows
    head = 0.42
    _legend(sheet)
    base_days, base_shares = _mean_shares(tables.daily, tables.baseline)
    thin = focus.thin(base_shares[0])
    base_days, customers = base_days[thin], base_shares[0][thin]
    for i, scenario in enumerate(present):
        row, column = divmod(i, columns)
        x = left + column * (wide + between)
        ax = sheet.axes(x, bottom + (rows - 1 - row) * tall, WIDTH - x - wide, top + row * tall + head)
        days, shares = _mean_shares(tables.daily, scenario)
        thin = focus.thin(shares[0])
        days, shares = days[thin], shares[:, thin]
        # White between the areas tells them apart without their colours.
        ax.stackplot(days, shares, colors=[style.STAGES[s] for s in STACK], edgecolor="white", linewidth=0.6)
        if scenario != tables.baseline:
            ax.plot(base_days, customers, color=style.INK, linewidth=1.1)
        ax.set_xlim(days[0], days[-1])
        ax.set_ylim(0, 1)
        ax.set_yticks((0, 0.5, 1))
        ax.yaxis.set_major_formatter(PercentFormatter(1, symbol=percent_sign()))
        ax.set_xticks(np.linspace(days[0], days[-1], 3).round().astype(int))
        for tick, align in zip(ax.get_xticklabels(), ("left", "center", "right"), strict=True):
            tick.set_horizontalalignment(align)
        is_base = scenario == tables.baseline
        ax.set_title(
            sheet.wrap(labels[scenario], wide, 9, "bold", lines=2),
            loc="left",
            size=9,
            weight="bold",
            pad=5,
            linespacing=1.1,
            color=style.BASELINE if is_base else style.INK,
        )
        ax.tick_params(length=2.5, labelleft=column == 0, labelbottom=i + columns >= len(present))
        if column == 0 and row == (rows - 1) // 2:
            ax.set_ylabel(say("Share of users", "用户占比"))
    sheet.text(
        (left + WIDTH - right) / 2,
        0.08,
        say("Day of the run (day 0: start)", "模拟第几天（第 0 天为起点）"),
        size=9,
        color=style.QUIET,
        ha="center",
        va="bottom",
    )


def _legend(sheet: Sheet) -> None:
    """Swatches in the order of the stack, from the top down read left to right."""
    x, total = 0.85, sheet.fig.get_figheight()
    for stage in STACK:
        y = sheet.below + sheet.height - 0.2
        sheet.fig.add_artist(
            Rectangle(
                (x / WIDTH, (y - 0.055) / total),
                0.15 / WIDTH,
                0.13 / total,
                facecolor=style.STAGES[stage],
                transform=sheet.fig.transFigure,
            )
        )
        name = str(NAMES[stage])
        sheet.text(x + 0.2, y - sheet.below, name, size=8.5, va="center")
        x += 0.2 + sheet.width(name, 8.5) + 0.18
