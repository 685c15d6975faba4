"""Cohort heatmap: do later cohorts come back as often as earlier ones?"""

from __future__ import annotations

import math

import numpy as np
from matplotlib.ticker import FuncFormatter, MaxNLocator
from pandas import DataFrame

from analysis import finding, style
from analysis.language import Both, say
from analysis.number import decimals_of, percent, points
from analysis.plots.picture import Picture, Sheet
from analysis.plots.retention import ROUND, percent_tick
from analysis.result import Tables

REFERENCE_WEEK = 8
DOES = {"ordered": Both("order", "下单"), "active": Both("visit", "访问")}
WHAT = {"ordered": Both("with an order", "有下单"), "active": Both("with a visit", "有访问")}


def cohort_heatmap(tables: Tables, scenario: str | None = None, column: str = "ordered") -> Picture:
    """Share of each weekly cohort `ordered` or `active` in each week of its age.

    A run with a single cohort has nothing to compare inside a scenario: then each row is a scenario.
    ValueError if there are no cohorts, nothing to compare them with, or none ever comes back.
    """
    rows = tables.cohorts
    if rows.empty or rows["age_weeks"].max() < 1:
        raise ValueError("cohorts has no week after the first")
    if rows.loc[rows["age_weeks"] > 0, column].sum() == 0:
        raise ValueError(f"nobody {column} after the first week")
    labels = style.names(tables.scenarios)
    single = rows["cohort"].nunique() == 1
    if single and len(tables.scenarios) == 1:
        raise ValueError("a single cohort of a single scenario has nothing beside it")
    scenario = scenario or finding.chosen(tables)
    if not single:
        rows = rows[rows["scenario"] == scenario]
    index = "scenario" if single else "cohort"
    # The table has means over the replications; all their people stand behind a share.
    replications = max(int(tables.manifest.get("replications", 1)), 1)
    sums = rows.groupby([index, "age_weeks"], sort=False)[["size", column]].sum()
    share = (sums[column] / sums["size"]).unstack("age_weeks").sort_index(axis=1)
    share = share.reindex([s for s in tables.scenarios if s in share.index]) if single else share.sort_index()
    text = _scenarios_finding(share, labels, column) if single else _cohorts_finding(sums * replications, column, labels[scenario])
    who = finding.quoted(labels[scenario])
    whose = (
        say("One row a strategy", "每行一个方案")
        if single
        else say(f"One row a weekly cohort of {who}, the oldest on top", f"每行是{who}的一个周注册批次，最早的在最上面")
    )
    return Picture(
        name=f"cohorts_{column}",
        finding=text,
        how=say(
            f"{whose}; read along a row to watch it age, down a column to compare at the same age. Darker is more.",
            f"{whose}；横看同一批用户随时间的变化，竖看不同批次在同一周龄的差别，颜色越深占比越高。",
        ),
        source="cohorts.csv",
        note=say(
            f"Colour = users {WHAT[column]} in that week of age ÷ users of the cohort, all replications together. A cohort is everybody "
            "who registered in the same week; its week 0 begins on the day of registration and is not shown. "
            + ("" if single else "White: not yet observed for all. The finding compares the earlier half of the cohorts with the later."),
            f"颜色 = 该周龄内{WHAT[column]}的用户 ÷ 该批次用户，合并全部重复。同一周注册的用户为一个批次；第 0 周自注册当日起算，"
            "图中不显示。"
            + ("" if single else "白色：尚未全部观察到。结论比较的是较早与较晚的各一半批次。"),
        ),
        height=0.95 + 0.34 * len(share) if single else 4.3,
        labels=list(labels.values()),
        paint=lambda sheet: _paint(sheet, share, labels if single else None, column),
    )


def _cohorts_finding(sums: DataFrame, column: str, label: str) -> str:
    """Earlier against later half of the cohorts at the same age, with the interval of the difference of two shares."""
    ages = sums.index.get_level_values("age_weeks")
    seen = sums.groupby("age_weeks").size()
    enough = seen[seen >= max(2, seen.max() // 2)].index
    age = int(min(REFERENCE_WEEK, enough.max())) if len(enough) else int(ages.max())
    there = sums[ages == age].droplevel("age_weeks").sort_index()
    half = len(there) // 2
    if half == 0:
        share = percent(float((there[column] / there["size"]).iloc[0]))
        return say(f"{share} of users {DOES[column]} in week {age}", f"第 {age} 周有{DOES[column]}的用户占 {share}")
    before, after = there.iloc[:half].sum(), there.iloc[len(there) - half :].sum()
    first, second = before[column] / before["size"], after[column] / after["size"]
    error = math.sqrt(first * (1 - first) / before["size"] + second * (1 - second) / after["size"])
    delta = second - first
    who, does = finding.quoted(label), DOES[column]
    low, high = delta - 1.96 * error, delta + 1.96 * error
    digits = decimals_of(low, high, "share") or (2 if percent(first) == percent(second) else 1)
    if abs(delta) <= 1.96 * error:
        return say(
            f"Later cohorts age like earlier ones: {percent(second)} and {percent(first)} {does} in their week {age} "
            f"({who}), not distinguishable",
            f"较晚批次与较早批次走势相同：第 {age} 周有{does}的分别占 {percent(second)} 和 {percent(first)}（{who}），差异不显著",
        )
    ends = finding.with_interval(low, high, "share", difference=True, decimals=digits)
    late, early, by = percent(second, digits), percent(first, digits), points(abs(delta), digits)
    more = delta > 0
    return say(
        f"{late} of later cohorts {does} in their week {age}, {early} of earlier ones ({who}): {by} {'more' if more else 'fewer'}{ends}",
        f"第 {age} 周有{does}的用户在较晚批次中占 {late}，较早批次占 {early}（{who}）：{'高' if more else '低'} {by}{ends}",
    )


def _scenarios_finding(share: DataFrame, labels: dict[str, str], column: str) -> str:
    age = int(min(REFERENCE_WEEK, share.columns.max()))
    values = share[age].dropna()
    top, bottom = values.idxmax(), values.idxmin()
    if values[top] == values[bottom]:
        share = percent(values[top])
        return say(
            f"In every scenario {share} of users {DOES[column]} in week {age}",
            f"各方案第 {age} 周有{DOES[column]}的用户都占 {share}",
        )
    least, most = percent(values[bottom]), percent(values[top])
    return say(
        f"The share of users who {DOES[column]} in week {age} runs from {least} ({labels[bottom]}) to {most} ({labels[top]})",
        f"第 {age} 周有{DOES[column]}的用户占比从 {least}（{labels[bottom]}）到 {most}（{labels[top]}）不等",
    )


def _paint(sheet: Sheet, share: DataFrame, labels: dict[str, str] | None, column: str) -> None:
    ax = sheet.axes(0.75 if labels is None else 2.5, 0.5, 1.15, 0.14)
    values = share.loc[:, share.columns > 0]
    top = float(np.nanmax(values.to_numpy()))
    ages = values.columns.to_numpy()
    image = ax.imshow(
        values.to_numpy(),
        aspect="auto",
        interpolation="nearest",
        cmap="Blues",
        vmin=0,
        vmax=top or 1,
        extent=(ages[0] - 0.5, ages[-1] + 0.5, len(values) - 0.5, -0.5),
    )
    ax.set_xlabel(say("Age of the cohort, weeks since entry (week 0 not shown)", "周龄：注册后第几周（不显示第 0 周）"))
    step = max(1, round(len(ages) / 12))
    ax.set_xticks(ages[step - 1 :: step])
    if labels is None:
        ax.set_ylabel(say("Cohort: week of entry", "批次：注册周"))
        every = max(1, math.ceil(len(values) / 12))
        ax.set_yticks(range(0, len(values), every), [str(c) for c in values.index[::every]])
    else:
        ax.set_yticks(
            range(len(values)),
            [sheet.wrap(labels[s], 2.2, 8.5, lines=2) for s in values.index],
            color=style.INK,
            size=8.5,
            linespacing=1.0,
        )
    ax.spines[:].set_visible(False)
    ax.tick_params(length=0)
    right = ax.get_position()
    bar = sheet.fig.add_axes((right.x1 + 0.018, right.y0, 0.014, right.height))
    shares = FuncFormatter(lambda v, _: percent_tick(bar.get_yticks(), v))
    ticks = MaxNLocator(nbins=5, steps=ROUND)
    sheet.fig.colorbar(image, cax=bar, format=shares, ticks=ticks, label=say(f"Share {WHAT[column]}", f"{WHAT[column]}的用户占比"))
    bar.tick_params(length=0)
    for spine in bar.spines.values():
        spine.set_visible(False)
