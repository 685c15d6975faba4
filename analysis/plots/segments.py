"""Small multiples by segment: in which part of the users a strategy makes its difference."""

from __future__ import annotations

import math
from typing import Any

from matplotlib.axes import Axes
from pandas import DataFrame

from analysis import columns, finding, metrics, segment_words, style
from analysis.language import say
from analysis.number import interval, percent, written
from analysis.plots import focus
from analysis.plots.picture import EDGE, WIDTH, Picture, Sheet
from analysis.plots.retention import percent_tick
from analysis.plots.rows import bare, dot, few_ticks, fitted, name_rows, verdict_colour
from analysis.result import Tables, currency, part, resolved

ACROSS = 5
FEW = 2
"""Strategies up to which each has a panel, with a row for each segment; of more, each segment has a panel."""
NAMES = 1.9
MOST = 15
"""Panels; of more segments, the largest."""
WILD = 3.0
"""The axis holds every difference, and intervals up to so many times the largest of them; what is wider is cut."""

Place = tuple[str, str]
Values = dict[tuple[str, str, str], Any]
"""Rows of one metric by scenario, group and segment."""


def segment_multiples(tables: Tables, metric: str) -> Picture:
    """A panel for each segment with the paired difference of each strategy; levels where there is one scenario only.

    ValueError without `segments`, or where nobody can be divided.
    """
    rows = part(tables, "segments")
    places = segments(rows, metric, tables.baseline)
    row = columns.column("segments", metric)
    own = {(r.scenario, r.group, r.segment): r for r in rows[rows["metric"] == metric].itertuples()}
    sizes = rows[(rows["metric"] == "users") & (rows["scenario"] == tables.baseline)]
    users = {
        (r.group, r.segment): r.mean / total
        for r, total in zip(sizes.itertuples(), sizes.groupby("group")["mean"].transform("sum"), strict=True)
    }
    labels = style.names(tables.scenarios)
    same = alike(tables)
    present = [s for s in focus.telling(tables) if s in same and s != tables.baseline]
    alone = not present
    others = [labels[s] for s in tables.scenarios if s not in same]
    return Picture(
        name=f"segments_{metric}",
        finding=_level_finding(own, places, row, tables) if alone else _finding(own, places, present, row, tables, labels),
        how=say(
            "A dot is a segment, the line its 95 % interval.",
            "每个点是一个分层，横线为 95% 置信区间。",
        )
        if alone
        else say(
            "Beside each segment stand its share of users and the baseline’s level; dots right of the line are above the baseline "
            "there, hollow grey ones cannot be told apart from it; an interval with an arrowhead goes on.",
            "每个用户分层标注其用户占比和基准方案水平；点在竖线右侧表示在该分层高于基准方案，灰色空心点表示差异不显著；带箭头的区间超出坐标范围。",
        ),
        source="segments.csv",
        note=say(
            f"{row.label} = {row.formula}. {row.caveat} {segment_words.MEANING} ",
            f"{row.label} = {row.formula}。{row.caveat}{segment_words.MEANING}",
        )
        + ("" if alone else say("Differences are paired. ", "差异为配对差异。"))
        + finding.multiplicity(0 if alone else len(places) * len(present))
        + focus.unnamed(tables, labels, focus.NOT_DRAWN)
        + (
            say(f" Not drawn, for they divide users otherwise: {', '.join(others)}.", f"未画出（分层口径不同）：{'、'.join(others)}。")
            if others
            else ""
        ),
        height=_height(len(places), len(present)),
        labels=list(labels.values()),
        paint=lambda sheet: (
            _paint_levels(sheet, tables, own, users, places, row)
            if alone
            else (_paint_few if len(present) <= FEW else _paint)(sheet, tables, own, users, places, present, row, labels)
        ),
    )


def _height(places: int, present: int) -> float:
    """Inches of the three forms: levels, a panel for each of few strategies, a panel for each segment."""
    if present <= FEW:
        return (0.8 if present == 0 else 1.1) + 0.3 * places
    return 0.3 + math.ceil(places / ACROSS) * (1.0 + 0.3 * present)


def _across(places: int) -> int:
    """Panels beside each other: as many in each line, and one less in the last at most."""
    return math.ceil(places / math.ceil(places / ACROSS))


def alike(tables: Tables) -> list[str]:
    """The scenarios that divide users as the baseline does: the same thresholds, personas and stages."""
    worlds = resolved(tables)
    how = {s: [worlds.get(s, {}).get(block) for block in ("segments", "personas", "platform")] for s in tables.scenarios}
    return [s for s in tables.scenarios if how[s] == how[tables.baseline]]


def segments(rows: DataFrame, metric: str, base: str) -> list[Place]:
    """The segments to draw, group by group: of groups that divide anybody, where the metric is not 0 throughout; the largest."""
    values = rows[(rows["scenario"] == base) & (rows["metric"] == metric)]
    values = values[values["mean"].notna()]
    sizes = rows[(rows["scenario"] == base) & (rows["metric"] == "users")].set_index(["group", "segment"])["mean"]
    found = []
    for group, own in values.groupby("group", sort=False):
        there = [(group, s) for s in own["segment"] if sizes.get((group, s), 0) > 0]
        if len(there) > 1:
            level = own.set_index("segment")["mean"]
            found += [place for place in there if level[place[1]] != 0]
    if len(found) < 2:
        raise ValueError("segments divide nobody")
    largest = sorted(found, key=lambda place: -sizes[place])[:MOST]
    return [place for place in found if place in largest]


def _finding(own: Values, places: list[Place], present: list[str], row: metrics.Metric, tables: Tables, labels: dict[str, str]) -> str:
    """The largest difference that can be told, and how many can."""
    sign = currency(tables)
    label = str(row.label)
    pairs = [(s, p, own[s, *p]) for s in present for p in places if (s, *p) in own]
    told = [one for one in pairs if finding.judged(one[2].delta_ci_low, one[2].delta_ci_high) in (finding.HIGHER, finding.LOWER)]
    if not any(math.isfinite(line.delta_ci_low) for _, _, line in pairs):
        return say(
            f"{label}: one replication gives no interval, so segments cannot be compared yet",
            f"{label}：只有一次重复，没有置信区间，各分层暂时无法比较",
        )
    if not told:
        return say(f"{label}: in no segment distinguishable from the baseline", f"{label}：各分层与基准方案的差异均不显著")
    scenario, place, line = max(told, key=lambda one: abs(one[2].delta))
    who, where = finding.quoted(labels[scenario]), segment_words.users_who(*place)
    by = finding.amount(line.delta, row, sign)
    ends = finding.with_interval(line.delta_ci_low, line.delta_ci_high, row.unit, sign, difference=True)
    more = line.delta > 0
    return say(
        f"{label}: {who} differs most among {where}, {by} {'higher' if more else 'lower'} than the baseline{ends}; {len(told)} of "
        f"{len(pairs)} differences {'is' if len(told) == 1 else 'are'} distinguishable",
        f"{label}：{who}在{where}中差异最大，比基准方案{'高' if more else '低'} {by}{ends}；{len(pairs)} 个差异中 {len(told)} 个显著",
    )


def _level_finding(own: Values, places: list[Place], row: metrics.Metric, tables: Tables) -> str:
    sign = currency(tables)
    level = {place: own[tables.baseline, *place].mean for place in places}
    top, bottom = max(places, key=level.get), min(places, key=level.get)
    most, least = (written(level[p], row.unit, sign) for p in (top, bottom))
    label = str(row.label)
    return say(
        f"{label}: from {least} among {segment_words.users_who(*bottom)} to {most} among {segment_words.users_who(*top)}",
        f"{label}：从{segment_words.users_who(*bottom)}的 {least} 到{segment_words.users_who(*top)}的 {most} 不等",
    )


def _edge(lines: list) -> float:
    """How far an axis of differences reaches to both sides."""
    most = max(abs(line.delta) for line in lines)
    ends = [abs(end) for line in lines for end in (line.delta_ci_low, line.delta_ci_high) if math.isfinite(end)]
    return max(min(max(ends, default=most), WILD * most), most) * 1.08 or 1.0


def _cut(ax: Axes, y: float, low: float, high: float, edge: float, colour: str) -> None:
    """Arrowheads where an interval goes on beyond the axis."""
    for end, sign in ((low, "<"), (high, ">")):
        if abs(end) > edge:
            # A little inside, or it would touch what stands beside the axis.
            ax.plot(math.copysign(0.975 * edge, end), y, sign, color=colour, markersize=5, clip_on=False, zorder=4)


def _inside(edge: float) -> list[float]:
    """Zero and one round value to either side, well inside the axis: the next panel's ticks begin where this one's end."""
    reach = 0.75 * edge
    power = 10.0 ** math.floor(math.log10(reach))
    step = power * max(s for s in (1, 2, 5) if s * power <= reach)
    return [-step, 0.0, step]


def _ticks(ax: Axes, row: metrics.Metric, sign: str, bins: int, points: bool = True) -> None:
    few_ticks(ax, row.unit, sign, bins)
    if row.unit == "share":
        ax.xaxis.set_major_formatter(lambda v, _: percent_tick(ax.get_xticks(), v, points=points))


def _paint(
    sheet: Sheet, tables: Tables, own: Values, users: dict[Place, float], places: list[Place], present: list[str], row: metrics.Metric,
    labels: dict[str, str],
) -> None:  # fmt: skip
    sign = currency(tables)
    gap = 0.16
    across = _across(len(places))
    wide = (WIDTH - 2 * EDGE - NAMES - gap * (across - 1)) / across
    down = math.ceil(len(places) / across)
    tall = (sheet.height - 0.3) / down
    edge = _edge([own[s, *p] for s in present for p in places if (s, *p) in own])
    for k, place in enumerate(places):
        line, column = divmod(k, across)
        x = EDGE + NAMES + column * (wide + gap)
        ax = sheet.axes(x, 0.3 + (down - 1 - line) * tall + 0.28, WIDTH - x - wide, line * tall + 0.62)
        ax.axvline(0, color=style.BASELINE, linewidth=1)
        for y, scenario in enumerate(present):
            if (scenario, *place) in own and math.isfinite(own[scenario, *place].delta):
                found = own[scenario, *place]
                low, high = found.delta_ci_low, found.delta_ci_high
                colour = verdict_colour(low, high, row.higher_is_better)
                dot(ax, y, found.delta, low, high, colour, 5.5)
                _cut(ax, y, low, high, edge, colour)
        if column == 0:
            name_rows(sheet, ax, [labels[s] for s in present], NAMES - 0.15, size=8)
        bare(ax, len(present), names=column == 0)
        ax.set_xlim(-edge, edge)
        _ticks(ax, row, sign, 3)
        ax.set_xticks(_inside(edge))
        size, level = percent(users[place], 0), written(own[tables.baseline, *place].mean, row.unit, sign)
        ax.text(0, 1.02, f"{size} · {level}", transform=ax.transAxes, size=8, color=style.QUIET, va="bottom")
        title = fitted(sheet, segment_words.label(*place), wide, 8.5, "bold", lines=1)
        ax.set_title(title, loc="left", size=8.5, weight="bold", pad=16)
    unit = say(" (points)", "（百分点）") if row.unit == "share" else ""
    below = say(
        f"Difference from the baseline{unit}; above each panel: share of users · the baseline’s level",
        f"与基准方案的差异{unit}；各小图上方：用户占比 · 基准方案水平",
    )
    sheet.text(EDGE + NAMES, 0.06, below, size=8.5, color=style.QUIET, va="bottom")


def _paint_few(
    sheet: Sheet, tables: Tables, own: Values, users: dict[Place, float], places: list[Place], present: list[str], row: metrics.Metric,
    labels: dict[str, str],
) -> None:  # fmt: skip
    """A panel for each strategy, with a row for each segment."""
    sign = currency(tables)
    names, gap, numbers = 3.1, 0.2, 1.9 if len(present) == 1 else 1.0
    wide = (WIDTH - 2 * EDGE - names - gap * (len(present) - 1)) / len(present) - numbers
    edge = _edge([own[s, *p] for s in present for p in places if (s, *p) in own])
    for k, scenario in enumerate(present):
        x = EDGE + names + k * (wide + numbers + gap)
        ax = sheet.axes(x, 0.52, WIDTH - x - wide, 0.42)
        ax.axvline(0, color=style.BASELINE, linewidth=1)
        if k == 0:
            told = [(p, percent(users[p], 0), written(own[tables.baseline, *p].mean, row.unit, sign)) for p in places]
            name_rows(sheet, ax, [f"{segment_words.label(*p)} · {share} · {level}" for p, share, level in told], names - 0.15)
        for y, place in enumerate(places):
            if (scenario, *place) not in own or not math.isfinite(own[scenario, *place].delta):
                continue
            found = own[scenario, *place]
            low, high = found.delta_ci_low, found.delta_ci_high
            colour = verdict_colour(low, high, row.higher_is_better)
            dot(ax, y, found.delta, low, high, colour)
            _cut(ax, y, low, high, edge, colour)
            text = written(found.delta, row.unit, sign, True)
            ends = interval(low, high, row.unit, sign, True) if len(present) == 1 else ""
            ax.annotate(
                text + (f"  ({ends})" if ends else ""), (1, y), xycoords=("axes fraction", "data"), xytext=(8, 0),
                textcoords="offset points", va="center", size=8.5, color=colour, annotation_clip=False,
            )  # fmt: skip
        bare(ax, len(places), names=k == 0)
        ax.set_xlim(-edge, edge)
        _ticks(ax, row, sign, 5 if len(present) == 1 else 3)
        title = sheet.wrap(labels[scenario], wide + numbers, 9, "bold", lines=2)
        ax.set_title(title, loc="left", size=9, weight="bold", linespacing=1.1, pad=5)
    unit = say(" (points)", "（百分点）") if row.unit == "share" else ""
    below = say(
        f"Difference from the baseline{unit}; at the left: segment · share of users · the baseline’s level",
        f"与基准方案的差异{unit}；左侧：分层 · 用户占比 · 基准方案水平",
    )
    sheet.text(EDGE, 0.04, below, size=8.5, color=style.QUIET, va="bottom")


def _paint_levels(sheet: Sheet, tables: Tables, own: Values, users: dict[Place, float], places: list[Place], row: metrics.Metric) -> None:
    sign = currency(tables)
    ax = sheet.axes(EDGE + 2.6, 0.5, 2.2, 0.12)
    for y, place in enumerate(places):
        line = own[tables.baseline, *place]
        if math.isfinite(line.ci_low):
            ax.plot([line.ci_low, line.ci_high], [y, y], color=style.PALETTE[0], linewidth=2.2)
        ax.plot(line.mean, y, "o", color=style.PALETTE[0], markersize=6)
        level, share = written(line.mean, row.unit, sign), percent(users[place], 0)
        ax.annotate(
            say(f"{level}  ({share} of users)", f"{level}（用户占比 {share}）"), (1, y), xycoords=("axes fraction", "data"), xytext=(10, 0),
            textcoords="offset points", va="center", size=8.5, color=style.INK, annotation_clip=False,
        )  # fmt: skip
    name_rows(sheet, ax, [segment_words.label(*place) for place in places], 2.4)
    bare(ax, len(places), names=True)
    low, high = ax.get_xlim()
    ax.set_xlim(min(low, 0), high)
    _ticks(ax, row, sign, 5, points=False)
    ax.set_xlabel(str(row.label))
