"""A check as a figure: the source's value, the band, and what the simulator gives, inside or not."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from analysis import style
from analysis.evidence.check import Check, Row
from analysis.evidence.words import told as meant
from analysis.language import say
from analysis.plots.picture import WIDTH, Picture, Sheet

HIT, MISS = style.PALETTE[0], style.PALETTE[1]
MOST_ROWS = 26


def picture(check: Check, rows: Sequence[Row]) -> Picture:
    """A curve where the rows stand on one, else a line for each row with its band as the unit."""
    curve = all(math.isfinite(row.x) for row in rows) and len(rows) > 3
    inside = sum(row.inside for row in rows)
    shown = rows if curve else _some(rows)
    verdict = (
        say(f"{check.title}: all {len(rows)} numbers in their band", f"{check.title}：{len(rows)} 个数全部在范围内")
        if inside == len(rows)
        else say(f"{check.title}: {inside} of {len(rows)} numbers in their band", f"{check.title}：{len(rows)} 个数中 {inside} 个在范围内")
    )
    left_out = len(rows) - len(shown)
    note = say(f"Source: {check.source}. ", f"来源：{meant(check.source, 'sources')}。") + (f"{meant(check.setting)} " if check.setting else "")
    if left_out:
        note += say(f"{left_out} more numbers, all inside, are in evidence.csv.", f"另有 {left_out} 个数，均在范围内，见 evidence.csv。")
    return Picture(
        name=f"evidence_{check.name}",
        finding=verdict,
        how=say(
            "Grey is what the source and the sampling error allow; a blue dot is the simulator inside it, a red one outside.",
            "灰色为来源与抽样误差允许的范围；蓝点为范围内的模拟值，红点为范围外。",
        ),
        source="evidence.csv",
        note=note,
        height=3.6 if curve else 0.9 + 0.27 * len(shown),
        labels=[meant(row.quantity) for row in shown],
        paint=lambda sheet: _curve(sheet, shown) if curve else _lines(sheet, shown),
    )


def _some(rows: Sequence[Row]) -> list[Row]:
    """At most so many rows, those outside among them."""
    if len(rows) <= MOST_ROWS:
        return list(rows)
    step = -(-len(rows) // MOST_ROWS)
    return [row for k, row in enumerate(rows) if k % step == 0 or not row.inside]


def _curve(sheet: Sheet, rows: Sequence[Row]) -> None:
    axes = sheet.axes(0.75, 0.55, 0.2, 0.25)
    x = np.array([row.x for row in rows])
    axes.fill_between(x, [row.low for row in rows], [row.high for row in rows], color=style.RULE, lw=0, label=say("band", "范围"))
    axes.plot(x, [row.says for row in rows], color=style.INK, lw=1.2, label=say("source", "来源"))
    for inside, colour, name in ((True, HIT, say("simulator", "模拟值")), (False, MISS, say("simulator, outside", "模拟值，范围外"))):
        those = [(row.x, row.gives) for row in rows if row.inside == inside]
        if those:
            axes.plot(*zip(*those, strict=True), "o", color=colour, ms=4, label=name)
    axes.set_ylabel(meant(rows[0].unit, "units"))
    axes.set_ylim(bottom=0)
    axes.legend(loc="best", frameon=False, fontsize=8.5)


def known(number: float) -> str:
    """A number as told; a dash where the source gives a direction only."""
    return "–" if math.isnan(number) else f"{number:.4g}"


def _lines(sheet: Sheet, rows: Sequence[Row]) -> None:
    """Each row in units of its own band, so that different units share an axis; a row further out than three bands is drawn at the edge."""
    names = [sheet.wrap(meant(row.quantity), 3.4, 8.5, lines=1) for row in rows]
    axes = sheet.axes(3.6, 0.5, 2.05, 0.1)
    for k, row in enumerate(reversed(rows)):
        low, high = (bound if math.isfinite(bound) else row.gives for bound in (row.low, row.high))
        half = max(abs(high - low) / 2, 1e-12)
        middle = (high + low) / 2
        left, right = (-1.0 if math.isfinite(row.low) else -3.2), (1.0 if math.isfinite(row.high) else 3.2)
        axes.barh(k, right - left, left=left, height=0.55, color=style.RULE, lw=0)
        if math.isfinite(row.says):
            said = (row.says - middle) / half
            axes.plot([said, said], [k - 0.28, k + 0.28], color=style.INK, lw=1.4)
        place = min(max((row.gives - middle) / half, -3), 3)
        axes.plot([place], [k], "o" if abs(place) < 3 else ("<" if place < 0 else ">"), color=HIT if row.inside else MISS, ms=5)
        told = f"{known(row.says)} / {row.gives:.4g} {meant(row.unit, 'units')}"
        axes.annotate(told, (1.02, k), xycoords=("axes fraction", "data"), va="center", size=8.5, color=style.QUIET)
    axes.set(xlim=(-3.2, 3.2), ylim=(-0.6, len(rows) - 0.4), yticks=range(len(rows)), yticklabels=names[::-1], xticks=[-1, 1])
    axes.set_xticklabels([say("band", "下限"), say("band", "上限")], size=8.5)
    axes.tick_params(axis="both", length=0, labelsize=8.5)
    axes.spines["left"].set_visible(False)
    sheet.text(WIDTH - 2.0, 0.12, say("source / simulator", "来源 / 模拟"), size=8.5, color=style.QUIET)
