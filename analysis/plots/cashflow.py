"""Money by day: what comes in and what goes out, and how users pay back what was spent to win and to keep them."""

from __future__ import annotations

import math

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator
from pandas import DataFrame

from analysis import columns, finding, style
from analysis.language import say, spoken
from analysis.number import money, plain
from analysis.plots import focus
from analysis.plots.label import EndLabel, label_ends
from analysis.plots.legend import LINE, legend
from analysis.plots.picture import WIDTH, Picture, Sheet
from analysis.plots.retention import ROUND, tick_decimals
from analysis.result import Tables, currency, part

WEEK = 7
IN, OUT, GIVEN = style.PALETTE[0], style.PALETTE[1], style.PALETTE[4]


def cost_against_revenue(tables: Tables) -> Picture:
    """Revenue and costs by day, averaged over 7 days, and added up below; the baseline beside a strategy.

    ValueError without `cashflow`, or where nothing was sold.
    """
    rows = part(tables, "cashflow")
    shown = focus.pair(tables)
    if not rows["income_minor"].any():
        raise ValueError("nothing was sold")
    labels = style.names(tables.scenarios)
    return Picture(
        name="cashflow",
        finding=_finding(tables, rows, shown, labels),
        how=say(
            "Where the blue line runs above the orange one the platform earns on that day (top) or has earned so far (below).",
            "蓝线高于橙线，表示当天（上图）或截至当天累计（下图）赚钱。",
        ),
        source="cashflow.csv",
        note=say(
            "Whole platform, mean over the replications. Revenue: what customers paid, fees and memberships included, after discounts. "
            "Costs: cost of goods and all costs of levers. Incentives: discounts and costs of levers (discounts are already off the "
            "revenue). Top: mean of the last 7 days, to take the week’s rhythm out. " + (str(focus.PAIR) if len(shown) > 1 else ""),
            "整个平台，各次重复的平均。收入：顾客实付（含收费与会员费，已扣优惠）。成本：商品成本与全部杠杆成本。激励：优惠与杠杆成本"
            "（优惠已从收入中扣除）。上图为近 7 日均值，以消除周内波动。" + (str(focus.PAIR) if len(shown) > 1 else ""),
        ).strip(),
        height=5.2,
        labels=list(labels.values()),
        paint=lambda sheet: _paint(sheet, tables, rows, shown, labels),
    )


def _lines(own: DataFrame) -> dict[str, np.ndarray]:
    """Revenue, costs and incentives of each day, minor units."""
    spent = own["goods_minor"] + own["lever_cost_minor"]
    given = own["discount_minor"] + own["lever_cost_minor"]
    return {"in": own["income_minor"].to_numpy(), "out": spent.to_numpy(), "given": given.to_numpy()}


def _finding(tables: Tables, rows: DataFrame, shown: list[str], labels: dict[str, str]) -> str:
    sign = currency(tables)
    total = {s: {k: v.sum() for k, v in _lines(rows[rows["scenario"] == s]).items()} for s in shown}
    base = total[tables.baseline]
    last = int(rows["day"].max())
    if len(shown) == 1:
        came, went, left = (money(v, sign, 0) for v in (base["in"], base["out"], base["in"] - base["out"]))
        return say(
            f"Over {last} days {came} comes in and {went} goes out: {left} is left", f"{last} 天内收入 {came}，支出 {went}，剩下 {left}"
        )
    own = total[shown[1]]
    who = finding.quoted(labels[shown[1]])
    more_in, more_out = own["in"] - base["in"], own["out"] - base["out"]
    came, went = (money(abs(v), sign, 0) for v in (more_in, more_out))
    text = say(
        f"{who} takes in {came} {'more' if more_in >= 0 else 'less'} than the baseline over {last} days and spends {went} "
        f"{'more' if more_out >= 0 else 'less'}",
        f"{who}在 {last} 天内比基准方案{'多' if more_in >= 0 else '少'}收 {came}，{'多' if more_out >= 0 else '少'}花 {went}",
    )
    reading = finding.readings(tables, "contribution_per_user").get(shown[1])
    if reading is None:
        return text
    if reading.verdict == finding.SAME:
        return text + say("; what is left per user is not distinguishable", "；人均剩余的差异不显著")
    by = money(reading.delta, sign, sign=True)
    ends = finding.with_interval(reading.delta_low, reading.delta_high, "money", sign, difference=True)
    return text + say(f": {by} a user{ends}", f"：人均 {by}{ends}")


def _paint(sheet: Sheet, tables: Tables, rows: DataFrame, shown: list[str], labels: dict[str, str]) -> None:
    sign = currency(tables)
    entries = [(LINE, IN, say("revenue", "收入")), (LINE, OUT, say("costs", "成本")), (LINE, GIVEN, say("incentives", "激励"))]
    given = any(_lines(rows[rows["scenario"] == s])["given"].any() for s in shown)
    legend(sheet, entries[: 3 if given else 2], x=1.0)
    left, right, between = 1.0, 0.25, 0.3
    wide = (WIDTH - left - right - between * (len(shown) - 1)) / len(shown)
    half = (sheet.height - 1.0 - 0.75) / 2
    lines = {s: _lines(rows[rows["scenario"] == s]) for s in shown}
    panels = (
        (say("a day, mean of 7 days", "每日（近 7 日均值）"), _week, 0.55 + half + 0.4),
        (say("added up", "累计"), np.cumsum, 0.55),
    )
    for axis, how, bottom in panels:
        top = max(how(v).max() for own in lines.values() for v in own.values()) * 1.06
        for i, scenario in enumerate(shown):
            x = left + i * (wide + between)
            ax = sheet.axes(x, bottom, WIDTH - x - wide, sheet.height - bottom - half)
            for kind, colour in (("given", GIVEN), ("out", OUT), ("in", IN)):
                values = how(lines[scenario][kind])
                if kind != "given" or given:
                    keep = focus.thin(values / (top or 1))
                    ax.plot(keep, values[keep], color=colour, linewidth=1.9, linestyle="solid" if kind == "in" else (0, (5, 1.2)))
            days = len(lines[scenario]["in"]) - 1
            _finish(ax, days, sign, i == 0, axis)
            ax.set_ylim(0, top or 1)
            if how is _week:
                ax.tick_params(labelbottom=False)
                colour = style.BASELINE if scenario == tables.baseline and len(shown) > 1 else style.INK
                title = sheet.wrap(labels[scenario], wide, 9.5, "bold", lines=2)
                ax.set_title(title, loc="left", size=9.5, weight="bold", linespacing=1.1, color=colour)
    below = say("Day of the run (day 0: start)", "模拟第几天（第 0 天为起点）")
    sheet.text((left + WIDTH - right) / 2, 0.06, below, size=9, color=style.QUIET, ha="center", va="bottom")


def _week(values: np.ndarray) -> np.ndarray:
    """The mean of the last 7 days, of fewer on the first ones."""
    total = np.concatenate([[0.0], values.cumsum()])
    days = np.arange(1, len(values) + 1)
    first = np.maximum(days - WEEK, 0)
    return (total[days] - total[first]) / (days - first)


def _finish(ax: Axes, days: int, sign: str, first: bool, label: str = "", bins: int = 5) -> None:
    ax.set_xlim(0, days)
    ax.xaxis.set_major_locator(MaxNLocator(nbins=6, steps=ROUND, integer=True))
    ax.yaxis.set_major_locator(MaxNLocator(nbins=bins, steps=ROUND))
    ax.yaxis.set_major_formatter(FuncFormatter(lambda v, _: large(v, sign, ax)))
    ax.grid(axis="y")
    ax.set_axisbelow(True)
    ax.tick_params(labelleft=first)
    if first and label:
        ax.set_ylabel(label)


def large(value: float, sign: str, ax: Axes) -> str:
    """A tick of a money axis, in thousands or in 万 where it is large."""
    top = max(abs(v) for v in ax.get_ylim())
    unit = (100 * 10_000, "万") if spoken() == "zh" else (100 * 1000, "k")
    if top < 20 * unit[0]:
        return money(value, sign, tick_decimals(ax.get_yticks(), "money"))
    if value == 0:
        return money(0, sign, 0)
    text = plain(value / unit[0], 0 if value / unit[0] == int(value / unit[0]) else 1) + unit[1]
    return f"{sign}{text}" if len(sign) == 1 else f"{text} {sign}".strip()


def payback(tables: Tables) -> Picture:
    """The contribution of all days so far for each user so far, with the day of break-even. ValueError where nothing is spent ahead."""
    rows = part(tables, "cashflow")
    ahead = rows["acquisition_minor"].any() or (rows["earned_minor"] < 0).any()
    if not ahead:
        raise ValueError("nothing is spent ahead")
    labels = style.names(tables.scenarios)
    row = columns.column("cashflow", "earned_minor")
    known = rows["earned_ci_low"].notna().any()
    ringed = any(break_even(rows[rows["scenario"] == s]) for s in tables.scenarios)
    return Picture(
        name="payback",
        finding=_payback_finding(tables, rows, labels),
        how=say(
            "Each line is what users have brought so far, less all that was spent on them; where it crosses zero for good (the ring) a "
            "strategy has paid back.",
            "每条线是截至当日用户带来的贡献减去在他们身上的全部花费；曲线最后一次穿过零线（圆圈）即为回本。",
        ),
        source="cashflow.csv",
        note=say(
            f"{row.label} = {row.formula}. {row.caveat} Mean over the replications"
            + ("; bands: 95 % intervals." if known else ", one of them: no intervals.")
            + (" Ring: the mean line is back above zero; the payback of the table is each replication’s own." if ringed else ""),
            f"{row.label} = {row.formula}。{row.caveat}各次重复的平均"
            + ("；色带为 95% 置信区间。" if known else "（只有一次，没有区间）。")
            + ("圆圈按平均曲线标注；表中的回本周期按每次重复分别计算。" if ringed else ""),
        )
        + focus.unnamed(tables, labels, focus.THIN),
        height=4.4,
        labels=list(labels.values()),
        paint=lambda sheet: _paint_payback(sheet, tables, rows, str(row.label), labels),
    )


def break_even(own: DataFrame) -> int | None:
    """The day from which the line is never below 0 again; 0 where it never was, None where it still is."""
    below = own.loc[own["earned_minor"] < 0, "day"]
    if below.empty:
        return 0
    return int(below.iloc[-1]) + 1 if below.iloc[-1] < own["day"].max() else None


def _payback_finding(tables: Tables, rows: DataFrame, labels: dict[str, str]) -> str:
    """Which strategy is below zero longest, when it pays back, and how many do not."""
    days = {s: break_even(rows[rows["scenario"] == s]) for s in tables.scenarios}
    last = int(rows["day"].max())
    late = {s: d for s, d in days.items() if d}
    never = [s for s, d in days.items() if d is None]
    readings = finding.readings(tables, "payback_days")
    if not late and not never:
        return say("Whatever is spent ahead, no strategy is below zero on any day", "无论先期投入多少，没有方案在任何一天累计为负")
    if late:
        slow = max(late, key=late.get)
        reading = readings.get(slow)
        ends = finding.with_interval(reading.low, reading.high, "days") if reading and math.isfinite(reading.low) else ""
        text = say(
            f"{finding.quoted(labels[slow])} pays back on day {late[slow]}{ends}",
            f"{finding.quoted(labels[slow])}在第 {late[slow]} 天回本{ends}",
        )
    else:
        text = ""
    if never:
        names = say(", ", "、").join(finding.quoted(labels[s]) for s in never[:2])
        rest = len(never) - 2
        more = say(f" and {rest} more" if rest > 0 else "", f"等 {len(never)} 个方案" if rest > 0 else "")
        told = say(f"{names}{more} {'do' if len(never) > 1 else 'does'} not within {last} days", f"{names}{more}在 {last} 天内未回本")
        told = told.replace(" not within", " not pay back within") if not text else told
        text = f"{text}{say('; ', '；') if text else ''}{told}"
    rest = sum(d == 0 for d in days.values())
    if rest and len(days) > 1:
        text += say(f"; {rest} {'are' if rest > 1 else 'is'} never below zero", f"；{rest} 个方案从未为负")
    return text


def _paint_payback(sheet: Sheet, tables: Tables, rows: DataFrame, label: str, labels: dict[str, str]) -> None:
    sign = currency(tables)
    ax = sheet.axes(1.0, 0.5, 2.45, 0.12)
    colours, patterns, named = focus.colours(tables), focus.patterns(tables), focus.telling(tables)
    ends = []
    spread = max(rows["earned_minor"].max() - rows["earned_minor"].min(), 1e-9)
    for scenario in sorted(tables.scenarios, key=lambda s: (s in named, s == tables.baseline)):
        own = rows[rows["scenario"] == scenario]
        day, mean = own["day"].to_numpy(), own["earned_minor"].to_numpy()
        keep = focus.thin(mean / spread)
        if scenario in named and own["earned_ci_low"].notna().all():
            low, high = own["earned_ci_low"].to_numpy()[keep], own["earned_ci_high"].to_numpy()[keep]
            ax.fill_between(day[keep], low, high, color=colours[scenario], alpha=0.13, linewidth=0)
        wide = 2.4 if scenario == tables.baseline else 1.7 if scenario in named else 0.9
        ax.plot(day[keep], mean[keep], color=colours[scenario], linestyle=patterns[scenario], linewidth=wide)
        if scenario in named:
            at = break_even(own)
            if at:
                ax.plot(at, mean[at], "o", color=colours[scenario], markerfacecolor=style.PAPER, markersize=7, zorder=5)
            text = f"{labels[scenario]} {money(mean[-1], sign)}"
            ends.append(EndLabel(day[-1], mean[-1], text, colours[scenario], "bold" if scenario == tables.baseline else "normal"))
    ax.axhline(0, color=style.INK, linewidth=1)
    low, high = rows["earned_minor"].min(), rows["earned_minor"].max()
    if rows["earned_ci_low"].notna().any():  # bands of the first days may be wild
        low, high = min(low, rows["earned_ci_low"].quantile(0.02)), max(high, rows["earned_ci_high"].quantile(0.98))
    room = 0.06 * (high - low) or 1.0
    ax.set_ylim(min(low, 0) - room, max(high, 0) + room)
    _finish(ax, int(rows["day"].max()), sign, True, sheet.wrap(label, 3.6, 9), bins=8)
    ax.set_xlabel(say("Day of the run (day 0: start)", "模拟第几天（第 0 天为起点）"))
    label_ends(sheet, ax, ends)
