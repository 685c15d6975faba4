"""Retention curves: one definition, one event and one start a figure, never mixed."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from matplotlib.ticker import FuncFormatter, MaxNLocator
from pandas import DataFrame

from analysis import curves, finding, metrics, style
from analysis.language import say
from analysis.number import MINOR_PER_MAJOR, percent, percent_sign, plain
from analysis.plots import focus
from analysis.plots.label import EndLabel, label_ends
from analysis.plots.picture import Picture, Sheet
from analysis.result import Tables, filled

FOLLOW_UP = 90
"""Days that a rolling curve must still be able to look ahead; what lies behind would fall only because the run ends."""


ROUND = (1, 2, 5, 10)
"""Steps between ticks that can be read without decimals to spare."""
CURVE = ("age_days", "mean", "ci_low", "ci_high")


def retention_curves(
    tables: Tables, definition: str = "rolling", event: str = "order", start: str | None = None
) -> Picture:
    """Retention by age with 95 % bands and labels at the line ends. ValueError if the tables have no such curve, or nobody comes back."""
    rows, start = curve_rows(tables, definition, event, start)
    if definition == "rolling":
        last = rows["age_days"].max()
        rows = rows[rows["age_days"] <= max(last - FOLLOW_UP, last // 2)]
    if definition in ("rolling", "exact_day"):
        # On day 0 everybody is there by definition: a scale that shows it hides the differences.
        rows = rows[rows["age_days"] > 0]
    rows = enough(rows, f"definition={definition}, event={event}, start={start}")
    if not rows["mean"].any():
        raise ValueError("nobody comes back")
    labels = style.names(tables.scenarios)
    how = curves.definition(definition, event)
    whose = say(
        f"Each line is a strategy: the share of its users who are still there so many days after {curves.STARTS[start]}",
        f"每条线是一个方案：其用户在{curves.STARTS[start]}后若干天仍留存的占比",
    )
    band = say("; the band is the 95 % interval over replications.", "；色带为各次重复的 95% 置信区间。")
    return Picture(
        name=f"retention_{definition}_{event}",
        finding=_finding(tables, rows, definition, event, labels),
        how=whose + (band if replicated(tables) else say(".", "。")),
        source="retention.csv",
        note=note(tables, definition, event, start) + focus.unnamed(tables, labels, focus.THIN),
        height=4.6,
        labels=list(labels.values()),
        paint=lambda sheet: _paint(
            sheet, tables, rows, how.axis.format(a_event=curves.EVENTS[event]), start, labels, definition
        ),
    )


def curve_rows(tables: Tables, definition: str, event: str, start: str | None) -> tuple[DataFrame, str]:
    """The rows of one kind of curve with somebody at risk, and its start event; ValueError with under two ages.

    The start is registration unless asked otherwise: strategies change who makes a first order, so that from there on they are not
    compared on the same people.
    """
    rows = tables.retention
    rows = rows[
        (rows["definition"] == definition) & (rows["event"] == event) & rows["mean"].notna() & (rows["at_risk"] > 0)
    ]
    starts = list(rows["start"].unique())
    if start is None and starts:
        start = "registration" if "registration" in starts else starts[0]
    rows = rows[rows["start"] == start].sort_values("age_days", kind="stable")
    return enough(rows, f"definition={definition}, event={event}, start={start}"), str(start)


def enough(rows: DataFrame, what: str) -> DataFrame:
    """The rows as long as enough people are followed; ValueError where that leaves under two ages."""
    rows = focus.followed(rows)
    if rows["age_days"].nunique() < 2:
        raise ValueError(f"retention has no curve with {what}")
    return rows


def replicated(tables: Tables) -> bool:
    """Whether the summary has intervals at all."""
    return bool(tables.summary["ci_low"].notna().any())


def note(tables: Tables, definition: str, event: str, start: str) -> str:
    """The definition in full, for below the figure."""
    how = curves.definition(definition, event)
    label, meaning, since = str(how.label), filled(how.meant(event), tables), curves.STARTS[start]
    counts = definition != "survival"
    runs, few, least = tables.manifest.get("replications", "–"), focus.FEWEST, percent(focus.SMALLEST, 0)
    bands = replicated(tables)
    return say(
        f"{label[0].upper()}{label[1:]} = {meaning}. Day 0 is the day of {since}{'; it does not count' if counts else ''}. {how.caveat} "
        + (f"Bands: 95 % intervals, Student t over {runs} replications. " if bands else "One replication: no intervals. ")
        + f"Lines end where fewer than {few} users, or {least} where that is less, are followed so long.",
        f"{label} = {meaning}。第 0 日为{since}当日{'，不计入留存' if counts else ''}。{how.caveat}"
        + (f"色带：由 {runs} 次重复按 t 分布计算的 95% 置信区间。" if bands else "只有一次重复：没有置信区间。")
        + f"可观察的用户少于 {few} 人（或起始人数的 {least}，取较小者）时曲线终止。",
    )


def _finding(tables: Tables, rows: DataFrame, definition: str, event: str, labels: dict[str, str]) -> str:
    """The paired comparison where the summary has it for just this definition and event, else the range seen."""
    same = [
        name
        for name in tables.summary["metric"].unique()
        if (parts := curves.retention_parts(name)) and parts[:2] == (definition, event)
    ]
    name = metrics.headline(same)
    if name:
        return finding.levels(tables, name, labels)
    ages = np.sort(rows["age_days"].unique())
    age = int(ages[np.abs(ages - min(90, ages[-1])).argmin()])
    there = rows[rows["age_days"] == age].set_index("scenario")
    label, doing = curves.definition(definition, event).label, curves.EVENT_NOUNS[event]
    what = say(f"{label} by {doing}", f"{label}（{doing}）") if definition != "survival" else str(label)
    if len(there) == 1:
        row = there.iloc[0]
        ends = finding.with_interval(row["ci_low"], row["ci_high"], "share")
        return say(f"At day {age}, {what} is {percent(row['mean'])}", f"第 {age} 日，{what}为 {percent(row['mean'])}") + ends
    top, bottom = there["mean"].idxmax(), there["mean"].idxmin()
    least, most = percent(there.at[bottom, "mean"]), percent(there.at[top, "mean"])
    text = say(
        f"At day {age}, {what} runs from {least} ({labels[bottom]}) to {most} ({labels[top]})",
        f"第 {age} 日，{what}从 {least}（{labels[bottom]}）到 {most}（{labels[top]}）不等",
    )
    apart = there.at[top, "ci_low"] > there.at[bottom, "ci_high"]
    return text if apart else text + say(", whose intervals overlap", "，两者置信区间重叠")


def _paint(
    sheet: Sheet, tables: Tables, rows: DataFrame, axis: str, start: str, labels: dict[str, str], definition: str
) -> None:
    ax = sheet.axes(0.85, 0.5, 2.45, 0.12)
    draw_curves(sheet, ax, tables, rows, labels, markers=definition == "bracket_30")
    low, high = rows["ci_low"].fillna(rows["mean"]).min(), rows["ci_high"].fillna(rows["mean"]).max()
    room = 0.06 * (high - low)
    ax.set_ylim(0 if low < 0.4 * high else max(low - room, 0), min(high + room, 1.02) or 0.01)
    ax.set_xlabel(days_since(start))
    ax.set_ylabel(axis)
    finish_labels(sheet, ax, tables, rows, labels)


def days_since(start: str) -> str:
    """The label of an axis of ages."""
    return say(f"Days since {curves.STARTS[start]} (day 0)", f"{curves.STARTS[start]}后天数（当日为第 0 日）")


def draw_curves(
    sheet: Sheet,
    ax,
    tables: Tables,
    rows: DataFrame,
    labels: dict[str, str],
    markers: bool = False,
    steps: bool = False,
) -> None:
    """The curves with their bands, the baseline on top; percent axis with light lines."""
    colours, patterns = focus.colours(tables), focus.patterns(tables)
    named = focus.telling(tables)
    curves = dict(list(rows.groupby("scenario", sort=False)))
    # The faint ones first, the baseline on top of all.
    order = sorted(tables.scenarios, key=lambda s: (s in named, s == tables.baseline))
    for scenario in order:
        if scenario not in curves:
            continue
        curve = curves[scenario]
        age, mean, low, high = (curve[c].to_numpy(float)[focus.thin(curve["mean"].to_numpy())] for c in CURVE)
        steps_here = steps and len(age) < focus.POINTS
        if scenario in named and np.isfinite(low).all():
            ax.fill_between(age, low, high, color=colours[scenario], alpha=0.13, linewidth=0, step="post" if steps_here else None)
        ax.plot(
            age,
            mean,
            color=colours[scenario],
            linestyle=patterns[scenario],
            linewidth=2.4 if scenario == tables.baseline else 1.7 if scenario in named else 0.9,
            marker="o" if markers and scenario in named else None,
            markersize=4,
            drawstyle="steps-post" if steps_here else "default",
            zorder=3 if scenario == tables.baseline else 2 if scenario in named else 1,
        )
    last = rows["age_days"].max()
    ax.set_xlim(0, last)
    step = next(s for s in (1, 7, 14, 30, 60, 90, 180, 365) if last / s <= 9 or s == 365)
    ax.set_xticks(np.arange(0, last + 1, step))
    ax.yaxis.set_major_formatter(FuncFormatter(lambda v, _: percent_tick(ax.get_yticks(), v)))
    ax.yaxis.set_major_locator(MaxNLocator(nbins=8, steps=ROUND))
    ax.grid(axis="y")
    ax.set_axisbelow(True)


def percent_tick(ticks: Sequence[float], value: float, points: bool = False) -> str:
    """A tick of a percent axis, or of differences in points, with no more decimals than its neighbours need."""
    step = round(abs(ticks[1] - ticks[0]) * 100, 6) if len(ticks) > 1 else 1
    text = plain(value * 100, 0 if step.is_integer() else 1 if (step * 10).is_integer() else 2, sign=points)
    return text if points else text + percent_sign()


def tick_decimals(ticks: Sequence[float], kind: str) -> int | None:
    """Decimals that keep neighbouring ticks of a money axis (minor units) or a plain one apart; None: the usual ones."""
    step = abs(ticks[1] - ticks[0]) / (MINOR_PER_MAJOR if kind == "money" else 1) if len(ticks) > 1 else 1
    usual = 0 if step >= 1 and float(ticks[0]).is_integer() else 2
    return max(usual, -math.floor(math.log10(step) + 1e-9)) if step > 0 else None


def finish_labels(sheet: Sheet, ax, tables: Tables, rows: DataFrame, labels: dict[str, str]) -> None:
    """Name and last value of each named curve at its end."""
    colours = focus.colours(tables)
    ends = rows.sort_values("age_days").groupby("scenario", sort=False).last()
    label_ends(
        sheet,
        ax,
        [
            EndLabel(
                ends.at[s, "age_days"],
                ends.at[s, "mean"],
                f"{labels[s]} {percent(ends.at[s, 'mean'])}",
                colours[s],
                "bold" if s == tables.baseline else "normal",
            )
            for s in focus.telling(tables)
            if s in ends.index
        ],
    )
