"""A check as a figure: the source's value, the band, and what the simulator gives, inside or not."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, MaxNLocator

from analysis import style
from analysis.evidence.check import Check, Row
from analysis.evidence.words import told as meant
from analysis.language import say
from analysis.plots.picture import WIDTH, Picture, Sheet

HIT, MISS = style.PALETTE[0], style.PALETTE[1]
MOST_ROWS = 26
LABEL = 3.3
"""Inches for the name of a row."""
EDGE = 3.2
"""Half the width of the axis, in half bands."""
PER_CENT = {"share": 100, "change": 100, "%": 1}
"""Units told in per cent, and by what they are multiplied for it."""
PLAIN = ("ratio", "times")


def picture(check: Check, rows: Sequence[Row]) -> Picture:
    """A curve where the rows stand on one, else a line for each row with its band as the unit."""
    curve = check.along is not None
    inside = sum(row.inside for row in rows)
    shown = rows if curve else _some(rows)
    verdict = (
        say(f"{check.title}: its number in the band", f"{check.title}：在范围内")
        if inside == len(rows) == 1
        else say(f"{check.title}: all {len(rows)} numbers in their band", f"{check.title}：{len(rows)} 个数全部在范围内")
        if inside == len(rows)
        else say(f"{check.title}: {inside} of {len(rows)} numbers in their band", f"{check.title}：{len(rows)} 个数中 {inside} 个在范围内")
    )
    left_out = len(rows) - len(shown)
    note = say(f"Source: {check.source}. ", f"来源：{meant(check.source, 'sources')}。") + (f"{meant(check.setting)} " if check.setting else "")
    if any(math.isfinite(row.one_low) for row in rows):
        note += say("One study: where a study of the same size would read, 95 times of 100. ", "单次研究：同样规模的研究，100 次中有 95 次会读到的范围。")
    if check.size:
        note += f"{meant(check.size)} "
    if inside < len(rows) and check.explained:
        note += f"{meant(check.explained)} "
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
        height=3.6 if curve else 0.9 + _row_height(shown) * len(shown),
        labels=[meant(row.quantity) for row in shown],
        paint=lambda sheet: _curve(sheet, shown, str(check.along)) if curve else _lines(sheet, shown),
    )


def _some(rows: Sequence[Row]) -> list[Row]:
    """At most so many rows, those outside among them."""
    if len(rows) <= MOST_ROWS:
        return list(rows)
    step = -(-len(rows) // MOST_ROWS)
    return [row for k, row in enumerate(rows) if k % step == 0 or not row.inside]


def _curve(sheet: Sheet, rows: Sequence[Row], along: str) -> None:
    axes = sheet.axes(0.75, 0.6, 0.2, 0.15)
    x = np.array([row.x for row in rows])
    axes.fill_between(x, [row.low for row in rows], [row.high for row in rows], color=style.RULE, lw=0, label=say("band", "范围"))
    axes.plot(x, [row.says for row in rows], color=style.INK, lw=1.2, label=say("source", "来源"))
    if all(math.isfinite(row.one_low) for row in rows):
        low, high = ([getattr(row, bound) for row in rows] for bound in ("one_low", "one_high"))
        axes.vlines(x, low, high, color=style.QUIET, lw=1.2)
        axes.plot([], [], "|", color=style.QUIET, ms=11, mew=1.2, label=say("one study", "单次研究"))
    for inside, colour, name in ((True, HIT, say("simulator", "模拟值")), (False, MISS, say("simulator, outside", "模拟值，范围外"))):
        those = [(row.x, row.gives) for row in rows if row.inside == inside]
        if those:
            axes.plot(*zip(*those, strict=True), "o", color=colour, ms=4, label=name)
    axes.set_ylabel(meant(rows[0].unit, "units"))
    axes.set_xlabel(along, color=style.QUIET)
    axes.set_ylim(bottom=0)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda y, _: f"{y:,.0f}"))
    axes.legend(loc="best", frameon=False, fontsize=8.5)


def known(number: float) -> str:
    """A number as told; a dash where the source gives a direction only."""
    return "–" if math.isnan(number) else f"{number:.4g}"


def bounds(row: Row) -> str:
    """The band as told; where it is open to one side, what it asks for."""
    if math.isinf(row.high):
        return say(f"above {row.low:.4g}", f"大于 {row.low:.4g}")
    if math.isinf(row.low):
        return say(f"below {row.high:.4g}", f"小于 {row.high:.4g}")
    return f"{row.low:.4g} … {row.high:.4g}"


def one_study(row: Row) -> str:
    """What one study of the replay's size would read, and how many of those lived lie in the band; a dash where its size is not known."""
    if math.isnan(row.one_low):
        return "–"
    told = f"{row.one_low:.3g} … {row.one_high:.3g}"
    if math.isnan(row.one_inside):
        return told
    hits = round(row.one_inside * row.replications)
    return told + say(f"; {hits} of {row.replications} in the band", f"；{row.replications} 个中有 {hits} 个在范围内")


def worlds(rows: Sequence[Row]) -> str:
    """How many worlds were lived for a replay, of how many people each."""
    row = rows[0]
    return say(f"Lived: {row.replications} worlds of {row.users:,} people.", f"模拟：{row.replications} 个世界，每个 {row.users:,} 人。")


def amount(number: float, unit: str) -> str:
    """A number of some unit as a board reads it: shares in per cent, large numbers whole."""
    if math.isnan(number):
        return "–"
    told = f"{number:,.0f}" if abs(number) >= 1_000 else f"{number:.3g}"
    if unit in PER_CENT:
        told = f"{PER_CENT[unit] * number:{'+' if unit == 'change' else ''}.3g}" + say(" %", "%")
    return told.replace("-", "−")


def _row_height(rows: Sequence[Row]) -> float:
    """Inches for a row: two lines where a name is long."""
    widths = [sum(2 if ord(char) > 0x2E80 else 1 for char in meant(row.quantity)) for row in rows]
    return 0.4 if max(widths, default=0) > 50 else 0.28


def _placed(row: Row, number: float) -> float:
    """Where a number of this row stands when its band reaches from −1 to 1; of a band open to one side only the closed end is fixed."""
    if math.isfinite(row.low) and math.isfinite(row.high):
        return (2.0 * number - row.low - row.high) / max(row.high - row.low, 1e-12)
    end, side = (row.low, -1.0) if math.isfinite(row.low) else (row.high, 1.0)
    unit = max((abs(seen - end) for seen in (row.gives, row.says) if math.isfinite(seen)), default=0.0) or 1.0
    return side + 2.0 * (number - end) / unit


def _lines(sheet: Sheet, rows: Sequence[Row]) -> None:
    """Each row in units of its own band, so that different units share an axis; a row further out than three bands is drawn at the edge."""
    axes = sheet.axes(LABEL + 0.2, 0.5, 2.35, 0.25)
    names = [sheet.wrap(meant(row.quantity), LABEL, 8.5, lines=2) for row in rows]
    told = {"va": "center", "size": 8.5, "textcoords": "offset points", "xycoords": ("axes fraction", "data")}
    for k, row in enumerate(reversed(rows)):
        left, right = (-1.0 if math.isfinite(row.low) else -EDGE), (1.0 if math.isfinite(row.high) else EDGE)
        axes.barh(k, right - left, left=left, height=0.55, color=style.RULE, lw=0)
        if math.isfinite(row.one_low):
            ends = (min(max(_placed(row, end), -EDGE), EDGE) for end in (row.one_low, row.one_high))
            axes.plot([*ends], [k, k], color=style.QUIET, lw=1.2, solid_capstyle="butt")
        if math.isfinite(row.says):
            said = min(max(_placed(row, row.says), -EDGE), EDGE)
            axes.plot([said, said], [k - 0.28, k + 0.28], color=style.INK, lw=1.4)
        place = min(max(_placed(row, row.gives), -3), 3)
        axes.plot([place], [k], "o" if abs(place) < 3 else ("<" if place < 0 else ">"), color=HIT if row.inside else MISS, ms=5)
        unit = "" if row.unit in (*PER_CENT, *PLAIN) else f" {meant(row.unit, 'units')}"
        axes.annotate(amount(row.says, row.unit), (1, k), xytext=(12, 0), color=style.QUIET, **told)
        axes.annotate(amount(row.gives, row.unit) + unit, (1, k), xytext=(64, 0), color=style.INK if row.inside else MISS, **told)
    top = len(rows) - 0.4
    for place, name in ((12, say("source", "来源")), (64, say("simulator", "模拟"))):
        axes.annotate(name, (1, top), xytext=(place, 7), color=style.QUIET, weight="bold", **told)
    axes.set(xlim=(-EDGE, EDGE), ylim=(-0.6, top), yticks=range(len(rows)), yticklabels=names[::-1], xticks=[])
    axes.tick_params(axis="both", length=0, labelsize=8.5)
    for side in ("left", "bottom"):
        axes.spines[side].set_visible(False)
    sheet.fig.legend(handles=_key(rows), loc="lower left", bbox_to_anchor=((LABEL + 0.1) / WIDTH, (sheet.below + 0.12) / sheet.fig.get_figheight()), ncol=5, frameon=False,
                     fontsize=8.5, handlelength=1.2, columnspacing=1.4, borderaxespad=0, borderpad=0)


def _key(rows: Sequence[Row]) -> list[Patch | Line2D]:
    """What the marks of these rows mean."""
    dot = {"marker": "o", "ms": 5, "ls": ""}
    key: list[Patch | Line2D] = [Patch(color=style.RULE, label=say("band", "范围"))]
    if any(math.isfinite(row.says) for row in rows):
        key.append(Line2D([], [], color=style.INK, marker="|", ms=9, mew=1.4, ls="", label=say("source", "来源")))
    for inside, colour, name in ((True, HIT, say("simulator", "模拟值")), (False, MISS, say("simulator, outside", "模拟值，范围外"))):
        if any(row.inside == inside for row in rows):
            key.append(Line2D([], [], color=colour, label=name, **dot))
    if any(math.isfinite(row.one_low) for row in rows):
        key.append(Line2D([], [], color=style.QUIET, lw=1.2, label=say("one study", "单次研究")))
    return key
