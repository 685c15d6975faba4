"""Small multiples by segment: in which part of the users a strategy makes its difference."""

from __future__ import annotations

import math

from pandas import DataFrame

from analysis import columns, finding, metrics, segment_words, style
from analysis.language import say
from analysis.number import percent, written
from analysis.plots import focus
from analysis.plots.picture import EDGE, WIDTH, Picture, Sheet
from analysis.plots.rows import bare, dot, few_ticks, name_rows, verdict_colour
from analysis.plots.retention import percent_tick
from analysis.result import Tables, currency, part

ACROSS = 5
NAMES = 1.9
MOST = 15
"""Panels; of more segments, the largest."""
WILD = 3.0
"""The axis holds every difference, and intervals up to so many times the largest of them; what is wider is cut."""

Place = tuple[str, str]


def segment_multiples(tables: Tables, metric: str) -> Picture:
    """A panel for each segment with the paired difference of each strategy; levels where there is one scenario only.

    ValueError without `segments`, or where nobody can be divided.
    """
    rows = part(tables, "segments")
    places = segments(rows, metric, tables.scenarios)
    row = columns.column("segments", metric)
    own = rows[rows["metric"] == metric].set_index(["scenario", "group", "segment"])
    users = rows[rows["metric"] == "users"].set_index(["scenario", "group", "segment"])["mean"]
    labels = style.names(tables.scenarios)
    present = [s for s in focus.telling(tables) if s != tables.baseline]
    alone = not present
    down = math.ceil(len(places) / ACROSS)
    return Picture(
        name=f"segments_{metric}",
        finding=_level_finding(own, places, row, tables) if alone else _finding(own, places, present, row, tables, labels),
        how=say(
            "A dot is a segment, the line its 95 % interval.",
            "每个点是一个分层，横线为 95% 置信区间。",
        )
        if alone
        else say(
            "Each panel is a segment, with its share of users and the baseline’s level; dots right of the line are above the baseline "
            "there, hollow grey ones cannot be told apart from it.",
            "每个小图是一个用户分层，标注其用户占比和基准方案水平；点在竖线右侧表示在该分层高于基准方案，灰色空心点表示差异不显著。",
        ),
        source="segments.csv",
        note=say(
            f"{row.label} = {row.formula}. {row.caveat} {segment_words.MEANING} ",
            f"{row.label} = {row.formula}。{row.caveat}{segment_words.MEANING}",
        )
        + ("" if alone else say("Differences are paired. ", "差异为配对差异。"))
        + finding.multiplicity(0 if alone else len(places) * len(present))
        + focus.unnamed(tables, labels, focus.NOT_DRAWN),
        height=0.8 + 0.26 * len(places) if alone else 0.3 + down * (1.0 + 0.3 * len(present)),
        labels=list(labels.values()),
        paint=lambda sheet: _paint_levels(sheet, tables, own, users, places, row)
        if alone
        else _paint(sheet, tables, own, users, places, present, row, labels),
    )


def segments(rows: DataFrame, metric: str, scenarios: object) -> list[Place]:
    """The segments to draw, group by group: of groups that divide anybody, where the metric is not 0 throughout; the largest."""
    base = next(iter(scenarios))
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


def _finding(
    own: DataFrame, places: list[Place], present: list[str], row: metrics.Metric, tables: Tables, labels: dict[str, str]
) -> str:
    """The largest difference that can be told, and how many can."""
    sign = currency(tables)
    label = str(row.label)
    pairs = [(s, p, own.loc[(s, *p)]) for s in present for p in places if (s, *p) in own.index]
    told = [one for one in pairs if finding.judged(one[2]["delta_ci_low"], one[2]["delta_ci_high"]) in (finding.HIGHER, finding.LOWER)]
    if not pairs:
        return label
    if not any(math.isfinite(line["delta_ci_low"]) for _, _, line in pairs):
        return say(f"One replication gives no interval: {label} by segment cannot be told apart yet", f"只有一次重复，没有置信区间：各分层的{label}暂时无法比较")
    if not told:
        return say(f"In no segment is {label[0].lower()}{label[1:]} distinguishable from the baseline", f"各分层的{label}与基准方案的差异均不显著")
    scenario, place, line = max(told, key=lambda one: abs(one[2]["delta"]))
    who, where = finding.quoted(labels[scenario]), segment_words.users_who(*place)
    by = finding.amount(line["delta"], row, sign)
    ends = finding.with_interval(line["delta_ci_low"], line["delta_ci_high"], row.unit, sign, difference=True)
    more = line["delta"] > 0
    text = say(
        f"{who} makes its largest difference among {where}: {label[0].lower()}{label[1:]} is {by} {'higher' if more else 'lower'}{ends}",
        f"{who}在{where}中差异最大：{label}{'高' if more else '低'} {by}{ends}",
    )
    return text + say(
        f"; {len(told)} of {len(pairs)} differences can be told", f"；{len(pairs)} 个差异中 {len(told)} 个显著"
    )


def _level_finding(own: DataFrame, places: list[Place], row: metrics.Metric, tables: Tables) -> str:
    sign = currency(tables)
    level = {place: own.loc[(tables.baseline, *place)]["mean"] for place in places}
    top, bottom = max(places, key=level.get), min(places, key=level.get)
    most, least = (written(level[p], row.unit, sign) for p in (top, bottom))
    label = str(row.label)
    return say(
        f"{label} runs from {least} among {segment_words.users_who(*bottom)} to {most} among {segment_words.users_who(*top)}",
        f"{label}从{segment_words.users_who(*bottom)}的 {least} 到{segment_words.users_who(*top)}的 {most} 不等",
    )


def _share(users: object, scenario: str, place: Place) -> float:
    return users[(scenario, *place)] / users.loc[scenario, place[0]].sum()


def _paint(
    sheet: Sheet, tables: Tables, own: DataFrame, users: object, places: list[Place], present: list[str], row: metrics.Metric,
    labels: dict[str, str],
) -> None:  # fmt: skip
    sign = currency(tables)
    gap = 0.16
    wide = (WIDTH - 2 * EDGE - NAMES - gap * (ACROSS - 1)) / ACROSS
    down = math.ceil(len(places) / ACROSS)
    tall = (sheet.height - 0.3) / down
    index = [(s, *p) for s in present for p in places if (s, *p) in own.index]
    there = own.loc[index]
    most = there["delta"].abs().max()
    edge = max(min(there[["delta_ci_low", "delta_ci_high"]].abs().max().max(), WILD * most), most) * 1.08 or 1.0
    for k, place in enumerate(places):
        line, column = divmod(k, ACROSS)
        x = EDGE + NAMES + column * (wide + gap)
        ax = sheet.axes(x, 0.3 + (down - 1 - line) * tall + 0.28, WIDTH - x - wide, line * tall + 0.62)
        ax.axvline(0, color=style.BASELINE, linewidth=1)
        for y, scenario in enumerate(present):
            if (scenario, *place) not in own.index:
                continue
            found = own.loc[(scenario, *place)]
            low, high = found["delta_ci_low"], found["delta_ci_high"]
            if math.isfinite(found["delta"]):
                dot(ax, y, found["delta"], low, high, verdict_colour(low, high, row.higher_is_better), 5.5)
        if column == 0:
            name_rows(sheet, ax, [labels[s] for s in present], NAMES - 0.15, size=8)
        bare(ax, len(present), names=column == 0)
        ax.set_xlim(-edge, edge)
        few_ticks(ax, row.unit, sign)
        if row.unit == "share":
            ax.xaxis.set_major_formatter(lambda v, _, ax=ax: percent_tick(ax.get_xticks(), v, points=True))
        title = sheet.wrap(segment_words.label(*place), wide, 8.5, "bold", lines=1)
        size, level = percent(_share(users, tables.baseline, place), 0), written(own.loc[(tables.baseline, *place)]["mean"], row.unit, sign)
        ax.text(0, 1.02, f"{size} · {level}", transform=ax.transAxes, size=8, color=style.QUIET, va="bottom")
        ax.set_title(title, loc="left", size=8.5, weight="bold", pad=16)
    unit = say(" (points)", "（百分点）") if row.unit == "share" else ""
    sheet.text(
        EDGE + NAMES, 0.06, say(f"Difference from the baseline{unit}; above each panel: share of users · the baseline’s level", f"与基准方案的差异{unit}；各小图上方：用户占比 · 基准方案水平"),
        size=8.5, color=style.QUIET, va="bottom",
    )  # fmt: skip


def _paint_levels(sheet: Sheet, tables: Tables, own: DataFrame, users: object, places: list[Place], row: metrics.Metric) -> None:
    sign = currency(tables)
    ax = sheet.axes(EDGE + 2.6, 0.5, 2.2, 0.12)
    for y, place in enumerate(places):
        line = own.loc[(tables.baseline, *place)]
        if math.isfinite(line["ci_low"]):
            ax.plot([line["ci_low"], line["ci_high"]], [y, y], color=style.PALETTE[0], linewidth=2.2)
        ax.plot(line["mean"], y, "o", color=style.PALETTE[0], markersize=6)
        level, share = written(line["mean"], row.unit, sign), percent(_share(users, tables.baseline, place), 0)
        ax.annotate(
            say(f"{level}  ({share} of users)", f"{level}（用户占比 {share}）"), (1, y), xycoords=("axes fraction", "data"), xytext=(10, 0),
            textcoords="offset points", va="center", size=8.5, color=style.INK, annotation_clip=False,
        )  # fmt: skip
    name_rows(sheet, ax, [segment_words.label(*place) for place in places], 2.4)
    bare(ax, len(places), names=True)
    low, high = ax.get_xlim()
    ax.set_xlim(min(low, 0), high)
    few_ticks(ax, row.unit, sign, bins=5)
    if row.unit == "share":
        ax.xaxis.set_major_formatter(lambda v, _: percent_tick(ax.get_xticks(), v))
    ax.set_xlabel(str(row.label))
