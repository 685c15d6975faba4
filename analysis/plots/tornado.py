"""Tornado: the parameters that a result hangs on most, and what it would be at either end of each."""

from __future__ import annotations

from analysis import finding, metrics, style, uncertain
from analysis.language import say
from analysis.number import percent
from analysis.plots.picture import Picture, Sheet
from analysis.plots.uncertainty import difference_axis, method
from analysis.result import Tables, currency
from analysis.uncertain import DIFFERENCE, LEVEL, Bar

MOST = 10
"""Parameters shown."""

SHORT = 60
"""Characters of a meaning that still fit into a title."""

LOW_END, HIGH_END = style.PALETTE[4], style.PALETTE[0]


def tornado(tables: Tables, metric: str, scenario: str | None = None) -> Picture:
    """What a strategy's difference from the baseline, or the baseline's level, hangs on. ValueError where all may be chance."""
    if not uncertain.asked(tables):
        raise ValueError("no parameter sets")
    scenario = scenario or uncertain.looked_at(tables)
    quantity = LEVEL if scenario == tables.baseline else DIFFERENCE
    bars, explained = uncertain.bars(tables, scenario, metric, quantity)
    if not bars:
        raise ValueError(f"no parameter can be told from chance in {metric}")
    labels, row, shown = style.names(tables.scenarios), finding.metric_of(tables, metric), bars[:MOST]
    return Picture(
        name=f"tornado_{metric}",
        finding=_finding(tables, scenario, row, shown[0], labels, quantity),
        how=say(
            "Each bar: what the result would be with one parameter at the low and at the high end of its range, all others as they are "
            "on average. The longest bar is what to measure first.",
            "每一条：其他参数取平均时，某一个参数取范围下限和上限对应的结果。最长的那一条就是最该先去测准的参数。",
        ),
        source="tornado.csv",
        note=say(
            f"{finding.quoted(labels[scenario])}: {row.label}. Rank regression over the parameter sets. Full bars: sure, luck would show "
            "any such in under 5 % of studies, however many parameters are tried. Pale bars: suspects, which may be luck, and whose size "
            f"is then flattered. Together they explain {percent(explained, 0)} of the variation between sets; the rest is shared by "
            "parameters too weak to be told apart. ",
            f"{finding.quoted(labels[scenario])}：{row.label}。对参数组做秩回归。实色条：可以确认，无论试多少参数，"
            "随机误报都不到 5%；浅色条：仅为疑似，可能只是巧合，其长度往往偏大。"
            f"合计解释组间变异的 {percent(explained, 0)}，其余由影响较弱、难以分辨的参数分摊。",
        )
        + method(tables),
        height=0.95 + 0.46 * len(shown),
        labels=list(labels.values()),
        paint=lambda sheet: _paint(sheet, tables, shown, row, quantity == DIFFERENCE),
    )


def _finding(tables: Tables, scenario: str, row: metrics.Metric, bar: Bar, labels: dict[str, str], quantity: str) -> str:
    ends = uncertain.at_ends(bar, row, currency(tables), quantity == DIFFERENCE)
    low, high = uncertain.number(bar.low), uncertain.number(bar.high)
    who = finding.quoted(labels[scenario])
    lowered = str(row.label) if str(row.label)[:2].isupper() else str(row.label)[0].lower() + str(row.label)[1:]
    what = say(
        f"What {who} adds in {lowered}" if quantity == DIFFERENCE else f"{row.label} of {who}",
        f"{who}带来的{row.label}变化" if quantity == DIFFERENCE else f"{who}的{row.label}",
    )
    named = bar.parameter + say(f" ({bar.meaning})", f"（{bar.meaning}）") if len(bar.meaning) <= SHORT else bar.parameter
    if not bar.sure:
        return say(
            f"{what} hangs on no single parameter for sure; {named} is the first suspect",
            f"{what}不能确认取决于哪个参数；首要疑似为 {named}",
        )
    return say(
        f"{what} hangs most on {named}: {ends[0]} if it is {low}, {ends[1]} if it is {high}",
        f"{what}最取决于 {named}：取 {low} 时为 {ends[0]}，取 {high} 时为 {ends[1]}",
    )


def _paint(sheet: Sheet, tables: Tables, bars: list[Bar], row: metrics.Metric, difference: bool) -> None:
    sign = currency(tables)
    ax = sheet.axes(3.05, 0.55, 1.55, 0.3)
    ordered, middle = bars[::-1], bars[0].middle
    for y, bar in enumerate(ordered):
        for end, value, tint in ((bar.at_low, bar.low, LOW_END), (bar.at_high, bar.high, HIGH_END)):
            ax.barh(y, end - middle, left=middle, height=0.56, color=tint, alpha=0.9 if bar.sure else 0.3)
            outward = -1 if end < middle else 1
            ax.annotate(
                uncertain.number(value), (end, y), xytext=(5 * outward, 0), textcoords="offset points", va="center",
                ha="right" if outward < 0 else "left", size=8.5, color=tint,
            )  # fmt: skip
        share = say(f"{percent(bar.share, 0)} of variation", f"占变异 {percent(bar.share, 0)}") + ("" if bar.sure else say(" ?", "？"))
        share += "\n" + say(f"now {uncertain.number(bar.value)}, ", f"现为 {uncertain.number(bar.value)}，") + uncertain.graded(bar)
        ax.annotate(
            share, (1, y), xycoords=("axes fraction", "data"),
            xytext=(12, 0), textcoords="offset points", va="center", size=9, color=style.QUIET, linespacing=1.2, annotation_clip=False,
        )  # fmt: skip
    ax.axvline(middle, color=style.INK, linewidth=1)
    if difference:
        ax.axvline(0, color=style.BASELINE, linewidth=1.4, linestyle=(0, (4, 2)))
    ax.set_yticks(range(len(ordered)), [_name(sheet, bar) for bar in ordered], color=style.INK, size=8, linespacing=1.2)
    ax.set_ylim(-0.6, len(ordered) - 0.3)
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    ax.margins(x=0.16)
    top = sheet.height - 0.16
    sheet.text(3.05, top, say("parameter at its low end", "参数取下限"), size=9, color=LOW_END, weight="bold", va="center")
    sheet.text(5.2, top, say("parameter at its high end", "参数取上限"), size=9, color=HIGH_END, weight="bold", va="center")
    difference_axis(sheet, ax, row, sign, 4.6, difference)


def _name(sheet: Sheet, bar: Bar) -> str:
    """The parameter's place, and what it is."""
    place = bar.parameter.removeprefix("population.").removeprefix("behaviour.").removeprefix("levers.")
    return place + "\n" + sheet.wrap(bar.meaning, 2.85, 8, lines=2)
