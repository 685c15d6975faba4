"""Survival with numbers at risk: how long users go without a first lapse, or until they leave for good."""

from __future__ import annotations

import numpy as np
from pandas import DataFrame

from analysis import curves, finding, style
from analysis.language import say
from analysis.number import percent, plain, points
from analysis.plots import focus
from analysis.plots.picture import EDGE, WIDTH, Picture, Sheet
from analysis.plots.retention import curve_rows, days_since, draw_curves, finish_labels, note
from analysis.result import Tables

ROW = 0.2
"""Inches a row of the table of numbers at risk."""


def survival(tables: Tables, event: str = "visit", start: str | None = None) -> Picture:
    """Kaplan–Meier of the first lapse by `order` or `visit`, or the share not departed; with numbers at risk below.

    ValueError without such a curve, or where nobody is lost.
    """
    rows, start = curve_rows(tables, "survival", event, start)
    if rows["mean"].min() >= 1:
        raise ValueError(f"nobody is lost by {event}")
    leaving = event == "departure"
    labels = style.names(tables.scenarios)
    drawn = set(rows["scenario"].unique())
    present = [s for s in focus.telling(tables) if s in drawn]
    how = curves.definition("survival", event)
    return Picture(
        name=f"survival_{event}",
        finding=_finding(tables, rows, event, labels),
        how=say(
            f"A line falls when users {'leave for good' if leaving else 'lapse for the first time'}; below it stand the users at risk "
            f"on each day: followed so long, and not {'gone' if leaving else 'lapsed'} before.",
            f"用户{'永久流失' if leaving else '首次沉默'}时曲线下降；下方为各日的在险人数：观察到该日、"
            f"且此前尚未{'流失' if leaving else '沉默'}的用户。",
        ),
        source="retention.csv",
        note=note(tables, "survival", event, start) + focus.unnamed(tables, labels, focus.THIN),
        height=4.0 + 0.3 + ROW * len(present),
        labels=list(labels.values()),
        paint=lambda sheet: _paint(
            sheet, tables, rows, present, how.axis.format(a_event=curves.EVENTS[event]), start, labels
        ),
    )


def _finding(tables: Tables, rows: DataFrame, event: str, labels: dict[str, str]) -> str:
    """The baseline’s median or last level, and the strategy furthest from it among those whose band does not touch the baseline’s."""
    by_scenario = dict(list(rows.groupby("scenario", sort=False)))
    base = by_scenario.get(tables.baseline)
    noun = curves.EVENT_NOUNS[event]
    if base is None:
        return say(f"Survival by {noun}", f"生存曲线（{noun}）")
    if event == "departure":
        done = say("left for good", "永久流失")
    else:
        done = say(f"gone without {curves.EVENTS[event]} long enough to lapse", f"因长期没有{noun}而沉默")
    # The last day up to which all are followed; a level there is less shaky than at any curve's own end.
    whose = finding.users_of_baseline(tables)
    age = min(int(c["age_days"].iloc[-1]) for c in by_scenario.values())
    at = {s: c[c["age_days"] <= age].iloc[-1] for s, c in by_scenario.items()}
    there = at[tables.baseline]
    half = base.loc[base["mean"] <= 0.5, "age_days"]
    day, when = age, say(f"at day {age}", f"第 {age} 日")
    if len(half) and half.iloc[0] <= age:
        day = int(half.iloc[0])
        text = say(f"Half of {whose} have {done} by day {day}", f"到第 {day} 日，半数{whose}已{done}")
        if day == base.loc[base["mean"] < 1, "age_days"].iloc[0]:
            lost = percent(1 - float(base.loc[base["age_days"] == day, "mean"].iloc[0]))
            text = say(
                f"{lost} of {whose} have {done} by day {day}, the first on which that can be",
                f"到第 {day} 日（最早可判定的一天），{lost} 的{whose}已{done}",
            )
    else:
        lost = percent(1 - there["mean"])
        text = say(f"{lost} of {whose} have {done} by day {age}", f"到第 {age} 日，{lost} 的{whose}已{done}")
    floor, ceiling = there["ci_low"], there["ci_high"]
    if not np.isfinite([floor, ceiling]).all() or len(at) < 2:
        return text
    apart = {
        s: r["mean"] - there["mean"]
        for s, r in at.items()
        if s != tables.baseline and (r["ci_low"] > ceiling or r["ci_high"] < floor)
    }
    if not apart:
        return text + say(
            f"; at day {age} no strategy’s interval is clear of the baseline’s", f"；{when}没有方案的置信区间与基准方案分开"
        )
    # A strategy that holds more is named before one that holds fewer.
    furthest = max(apart, key=lambda s: (apart[s] > 0, abs(apart[s])))
    more, by, who = apart[furthest] > 0, points(abs(apart[furthest])), finding.quoted(labels[furthest])
    return text + say(
        f"; {who} holds {by} {'more' if more else 'fewer'}" + ("" if day == age else f" {when}"),
        f"；{who}{'' if day == age else when}{'多' if more else '少'}留住 {by}",
    )


def _paint(
    sheet: Sheet, tables: Tables, rows: DataFrame, present: list[str], axis: str, start: str, labels: dict[str, str]
) -> None:
    table = 0.3 + ROW * len(present)
    ax = sheet.axes(0.85, table + 0.5, 2.45, 0.12)
    draw_curves(sheet, ax, tables, rows, labels, steps=True)
    low = rows["ci_low"].fillna(rows["mean"]).min()
    ax.set_ylim(0 if low < 0.6 else low - 0.03, 1.02)
    ax.set_xlabel(days_since(start))
    ax.set_ylabel(axis)
    finish_labels(sheet, ax, tables, rows, labels)
    colours = focus.colours(tables)
    ticks = ax.get_xticks()
    total = sheet.fig.get_figheight()
    box = ax.get_position()
    last = rows["age_days"].max()
    heading = say("Users at risk on that day (mean of a replication)", "当日在险人数（每次重复的平均）")
    sheet.text(EDGE, table - 0.12, heading, size=8.5, weight="bold", va="center")
    name_at = WIDTH * box.x1 + 0.4
    for i, scenario in enumerate(present):
        curve = rows[rows["scenario"] == scenario].sort_values("age_days")
        y = (sheet.below + table - 0.12 - ROW * (i + 1)) / total
        name = sheet.wrap(labels[scenario], WIDTH - EDGE - name_at, 8, lines=1)
        sheet.fig.text(name_at / WIDTH, y, name, size=8, color=colours[scenario], va="center")
        position = np.searchsorted(curve["age_days"].to_numpy(), ticks)
        for tick, at in zip(ticks, position, strict=True):
            if at < len(curve):
                x = box.x0 + box.width * tick / last
                sheet.fig.text(
                    x, y, plain(curve["at_risk"].iloc[at], 0), size=8, color=colours[scenario], va="center", ha="center"
                )
