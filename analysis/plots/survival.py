"""Survival with numbers at risk: how long users go without a first lapse, or until they leave for good."""

from __future__ import annotations

import numpy as np
from pandas import DataFrame

from analysis import finding, metrics, style
from analysis.number import percent, plain
from analysis.plots.picture import EDGE, WIDTH, Picture, Sheet
from analysis.plots.retention import curve_rows, draw_curves, finish_labels, note
from analysis.result import Tables

ROW = 0.2
"""Inches a row of the table of numbers at risk."""


def survival(tables: Tables, event: str = "order", start: str | None = None) -> Picture:
    """Kaplan–Meier of the first lapse by `order` or `visit`, or the share not departed; with numbers at risk below."""
    rows, start = curve_rows(tables, "survival", event, start)
    labels = style.names(tables.scenarios)
    present = [s for s in tables.scenarios if s in set(rows["scenario"])]
    how = metrics.definition("survival", event)
    return Picture(
        name=f"survival_{event}",
        finding=_finding(tables, rows, event, labels),
        how=(
            "A line falls when users "
            + ("leave for good" if event == "departure" else "lapse for the first time")
            + "; below it stand the users still under observation at each day."
        ),
        source="retention.csv",
        note=note(tables, "survival", event, start),
        height=4.0 + 0.3 + ROW * len(present),
        labels=list(labels.values()),
        paint=lambda sheet: _paint(
            sheet, tables, rows, present, how.axis.format(a_event=metrics.EVENTS[event]), start, labels
        ),
    )


def _finding(tables: Tables, rows: DataFrame, event: str, labels: dict[str, str]) -> str:
    """The baseline’s median, and the strategies whose band at the last common day does not touch the baseline’s."""
    curves = {s: c.sort_values("age_days") for s, c in rows.groupby("scenario", sort=False)}
    done = "left for good" if event == "departure" else "lapsed"
    base = curves.get(tables.baseline)
    if base is None:
        return f"Survival by {event}"
    below = base.loc[base["mean"] <= 0.5, "age_days"]
    if len(below):
        text = f"Half of the baseline’s users have {done} by day {int(below.iloc[0])}"
    else:
        text = (
            f"{percent(1 - base['mean'].iloc[-1])} of the baseline’s users have {done} by day "
            f"{int(base['age_days'].iloc[-1])}"
        )
    age = min(int(c["age_days"].iloc[-1]) for c in curves.values())
    at = {s: c[c["age_days"] <= age].iloc[-1] for s, c in curves.items()}
    floor, ceiling = at[tables.baseline]["ci_low"], at[tables.baseline]["ci_high"]
    if not np.isfinite([floor, ceiling]).all() or len(at) < 2:
        return text
    longer = {s: r["mean"] for s, r in at.items() if s != tables.baseline and r["ci_low"] > ceiling}
    shorter = {s: r["mean"] for s, r in at.items() if s != tables.baseline and r["ci_high"] < floor}
    level = at[tables.baseline]["mean"]
    if longer:
        best = max(longer, key=longer.get)
        return (
            text + f"; {finding.quoted(labels[best])} still holds {plain((longer[best] - level) * 100)} points more "
            f"at day {age}"
        )
    if shorter:
        worst = min(shorter, key=shorter.get)
        return (
            text + f"; {finding.quoted(labels[worst])} holds {plain((level - shorter[worst]) * 100)} points fewer "
            f"at day {age}"
        )
    return text + f"; no strategy’s band leaves the baseline’s at day {age}"


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
    colours = style.colours(tables.scenarios, tables.baseline)
    ticks = ax.get_xticks()
    total = sheet.fig.get_figheight()
    box = ax.get_position()
    last = rows["age_days"].max()
    sheet.text(
        EDGE, table - 0.12, "Users at risk (under observation) on that day", size=8.5, weight="bold", va="center"
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
