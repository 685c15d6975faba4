"""Survival with numbers at risk: how long users go without a first lapse, or until they leave for good."""

from __future__ import annotations

import numpy as np
from pandas import DataFrame

from analysis import finding, metrics, style
from analysis.number import percent, plain
from analysis.plots import focus
from analysis.plots.picture import EDGE, WIDTH, Picture, Sheet
from analysis.plots.retention import curve_rows, draw_curves, finish_labels, note
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
    labels = style.names(tables.scenarios)
    present = [s for s in focus.telling(tables) if s in set(rows["scenario"])]
    how = metrics.definition("survival", event)
    return Picture(
        name=f"survival_{event}",
        finding=_finding(tables, rows, event, labels),
        how=(
            "A line falls when users "
            + ("leave for good" if event == "departure" else "lapse for the first time")
            + "; below it stand the users at risk on each day: followed so long, and not "
            + ("gone" if event == "departure" else "lapsed")
            + " before."
        ),
        source="retention.csv",
        note=note(tables, "survival", event, start) + focus.unnamed(tables, labels, "Thin and grey"),
        height=4.0 + 0.3 + ROW * len(present),
        labels=list(labels.values()),
        paint=lambda sheet: _paint(
            sheet, tables, rows, present, how.axis.format(a_event=metrics.EVENTS[event]), start, labels
        ),
    )


def _finding(tables: Tables, rows: DataFrame, event: str, labels: dict[str, str]) -> str:
    """The baseline’s median or last level, and the strategy furthest from it among those whose band does not touch the baseline’s."""
    curves = dict(list(rows.groupby("scenario", sort=False)))
    done = "left for good" if event == "departure" else f"gone without {metrics.EVENTS[event]} long enough to lapse"
    base = curves.get(tables.baseline)
    if base is None:
        return f"Survival by {event}"
    # The last day up to which all are followed; a level there is less shaky than at any curve's own end.
    whose = finding.users_of_baseline(tables)
    age = min(int(c["age_days"].iloc[-1]) for c in curves.values())
    at = {s: c[c["age_days"] <= age].iloc[-1] for s, c in curves.items()}
    there = at[tables.baseline]
    half = base.loc[base["mean"] <= 0.5, "age_days"]
    if len(half) and half.iloc[0] <= age:
        text = f"Half of {whose} have {done} by day {int(half.iloc[0])}"
        if half.iloc[0] == base.loc[base["mean"] < 1, "age_days"].iloc[0]:
            first = float(base.loc[base["age_days"] == half.iloc[0], "mean"].iloc[0])
            text = f"{percent(1 - first)} of {whose} have {done} by day {int(half.iloc[0])}, the first on which that can be"
    else:
        text = f"{percent(1 - there['mean'])} of {whose} have {done} by day {age}"
    floor, ceiling = there["ci_low"], there["ci_high"]
    if not np.isfinite([floor, ceiling]).all() or len(at) < 2:
        return text
    apart = {
        s: r["mean"] - there["mean"]
        for s, r in at.items()
        if s != tables.baseline and (r["ci_low"] > ceiling or r["ci_high"] < floor)
    }
    if not apart:
        return text + f"; no strategy’s interval there leaves the baseline’s (day {age})"
    # A strategy that holds more is named before one that holds fewer.
    furthest = max(apart, key=lambda s: (apart[s] > 0, abs(apart[s])))
    when = "" if text.endswith(f"by day {age}") else f" at day {age}"
    direction = "more" if apart[furthest] > 0 else "fewer"
    return text + f"; {finding.quoted(labels[furthest])} holds {plain(abs(apart[furthest]) * 100)} points {direction}{when}"


def _paint(
    sheet: Sheet, tables: Tables, rows: DataFrame, present: list[str], axis: str, start: str, labels: dict[str, str]
) -> None:
    table = 0.3 + ROW * len(present)
    ax = sheet.axes(0.85, table + 0.5, 2.45, 0.12)
    draw_curves(sheet, ax, tables, rows, labels, steps=True)
    low = rows["ci_low"].fillna(rows["mean"]).min()
    ax.set_ylim(0 if low < 0.6 else low - 0.03, 1.02)
    ax.set_xlabel(f"Days since {metrics.STARTS[start]} (day 0)")
    ax.set_ylabel(axis)
    finish_labels(sheet, ax, tables, rows, labels)
    colours = focus.colours(tables)
    ticks = ax.get_xticks()
    total = sheet.fig.get_figheight()
    box = ax.get_position()
    last = rows["age_days"].max()
    sheet.text(
        EDGE, table - 0.12, "Users at risk on that day (mean of a replication)", size=8.5, weight="bold", va="center"
    )
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
