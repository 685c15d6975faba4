"""Channel funnel: how many each channel reaches, signs up and wins as buyers, and what a user of it costs."""

from __future__ import annotations

import math

from pandas import DataFrame

from analysis import columns, finding, segment_words, style
from analysis.language import Both, say
from analysis.number import interval, money, percent, plain
from analysis.plots import focus
from analysis.plots.picture import EDGE, WIDTH, Picture, Sheet
from analysis.plots.rows import name_rows
from analysis.result import Tables, currency, part

STEPS = {
    "reached": Both("Reached", "触达"),
    "registered": Both("Signed up", "注册"),
    "first_order": Both("First order", "首单"),
    "second_order": Both("Second order", "复购（第二单）"),
}
SHADES = ("#9ecae1", "#5b9bcd", "#2f7fbd", "#0063a8")
NAMES, CAC = 2.0, 1.25


def channel_funnel(tables: Tables) -> Picture:
    """A row for each acquisition channel: reached, signed up, first and second order, CAC. ValueError without several channels."""
    rows = part(tables, "funnel")
    count = rows.groupby("scenario")["channel"].nunique()
    several = [s for s in tables.scenarios if count.get(s, 0) > 1]
    if not several:
        raise ValueError("all users come by one channel")
    shown = [s for s in focus.pair(tables) if s in several] or several[:1]
    if len(shown) == 1 and len(several) > 1:
        shown.append(next(s for s in several if s not in shown))
    labels = style.names(tables.scenarios)
    steps = [s for s in STEPS if s != "reached" or rows["reached"].notna().any()]
    left_out = [labels[s] for s in several if s not in shown]
    cac = columns.column("funnel", "cac_channel")
    return Picture(
        name="funnel",
        finding=_finding(tables, rows, shown, labels),
        how=say(
            "Each row is a channel, read from left to right; the percentage is the share of the step before, the last column what a user "
            "of this channel costs.",
            "每行是一个渠道，从左到右看；百分比为相对上一步的转化率，最后一列为该渠道每名注册用户的成本。",
        ),
        source="funnel.csv",
        note=say(
            f"Mean over the replications, users of the whole run. {cac.label} = {cac.formula}; in brackets its 95 % interval. {cac.caveat}",
            f"各次重复的平均，按整个模拟期统计。{cac.label} = {cac.formula}；括号内为 95% 置信区间。{cac.caveat}",
        )
        + (say(f" Not drawn: {', '.join(left_out)}.", f"未画出：{'、'.join(left_out)}。") if left_out else ""),
        height=0.55 + sum(0.4 + 0.42 * count[s] for s in shown),
        labels=list(labels.values()),
        paint=lambda sheet: _paint(sheet, tables, rows, shown, steps, labels),
    )


def _finding(tables: Tables, rows: DataFrame, shown: list[str], labels: dict[str, str]) -> str:
    """The cheapest and the dearest paid channel of the strategy, or where most users come from."""
    sign = currency(tables)
    scenario = shown[-1]
    own = rows[rows["scenario"] == scenario]
    paid = own[own["cac_minor"].notna()]
    who = finding.quoted(labels[scenario])
    if len(paid) > 1:
        best, worst = paid.loc[paid["cac_minor"].idxmin()], paid.loc[paid["cac_minor"].idxmax()]
        low, high = (
            money(line["cac_minor"], sign) + finding.with_interval(line["cac_ci_low"], line["cac_ci_high"], "money", sign)
            for line in (best, worst)
        )
        cheap, dear = (segment_words.word("channel", line["channel"]) for line in (best, worst))
        return say(f"{who}: a user from {cheap} costs {low}, from {dear} {high}", f"{who}：{cheap}每名用户成本 {low}，{dear}为 {high}")
    first = own.loc[own["registered"].idxmax()]
    share, channel = percent(first["registered"] / own["registered"].sum(), 0), first["channel"]
    where = segment_words.users_who("channel", channel).removeprefix("users ")
    return say(f"{who}: {share} of users are those {where}", f"{who}：{share} 的用户是{segment_words.users_who('channel', channel)}")


def _paint(sheet: Sheet, tables: Tables, rows: DataFrame, shown: list[str], steps: list[str], labels: dict[str, str]) -> None:
    sign = currency(tables)
    gap = 0.12
    wide = (WIDTH - 2 * EDGE - NAMES - CAC - gap * len(steps)) / len(steps)
    number = 0.92
    top = rows.loc[rows["scenario"].isin(shown), steps].max().max()
    y0 = sheet.height
    for k, step in enumerate([*steps, "cac"]):
        text = say("CAC", "获客成本（CAC）") if step == "cac" else str(STEPS[step])
        sheet.text(EDGE + NAMES + k * (wide + gap), y0 - 0.2, text, size=9, weight="bold", va="center")
    y0 -= 0.42
    for scenario in shown:
        own = rows[rows["scenario"] == scenario].sort_values("registered", ascending=False, kind="stable").reset_index(drop=True)
        colour = style.BASELINE if scenario == tables.baseline and len(tables.scenarios) > 1 else style.INK
        title = sheet.wrap(labels[scenario], WIDTH - 2 * EDGE, 9.5, "bold", lines=1)
        sheet.text(EDGE, y0 - 0.14, title, size=9.5, weight="bold", color=colour, va="center")
        y0 -= 0.3
        tall = 0.42 * len(own)
        for k, step in enumerate(steps):
            x = EDGE + NAMES + k * (wide + gap)
            ax = sheet.axes(x, y0 - tall, WIDTH - x - wide, sheet.height - y0)
            ax.spines[:].set_visible(False)
            ax.set_xticks([])
            if k == 0:
                name_rows(sheet, ax, [segment_words.label("channel", c) for c in own["channel"]], NAMES - 0.15)
                ax.tick_params(axis="y", length=0)
            else:
                ax.set_yticks([])
            ax.set_ylim(len(own) - 0.5, -0.5)
            # Bars leave room for their numbers.
            ax.set_xlim(0, top * wide / max(wide - number, 0.25))
            for y, line in own.iterrows():
                if math.isnan(line[step]):
                    ax.text(0, y, say("not counted", "未统计"), size=8, va="center", color=style.QUIET)
                    continue
                ax.barh(y, line[step], height=0.5, color=SHADES[list(STEPS).index(step)])
                before = line[steps[k - 1]] if k else math.nan
                share = f"  {percent(line[step] / before, 0)}" if before > 0 else ""
                ax.annotate(
                    plain(line[step], 0) + share, (line[step], y), xytext=(4, 0), textcoords="offset points", va="center", size=8,
                    color=style.INK,
                )  # fmt: skip
        for y, line in own.iterrows():
            at = EDGE + NAMES + len(steps) * (wide + gap)
            text = "–" if math.isnan(line["cac_minor"]) else money(line["cac_minor"], sign)
            ends = interval(line["cac_ci_low"], line["cac_ci_high"], "money", sign)
            sheet.text(at, y0 - 0.42 * (y + 0.5) + (0.075 if ends else 0), text, size=8.5, weight="bold", va="center")
            if ends:
                sheet.text(at, y0 - 0.42 * (y + 0.5) - 0.085, f"({ends})", size=7.5, color=style.QUIET, va="center")
        y0 -= tall + 0.1
