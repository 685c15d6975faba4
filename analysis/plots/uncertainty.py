"""Parameter uncertainty beside luck: differences over all parameter sets, and fans of retention."""

from __future__ import annotations

import math

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.ticker import FuncFormatter, MaxNLocator
from pandas import DataFrame

from analysis import curves, finding, metrics, style, uncertain
from analysis.language import say
from analysis.number import SPACE, percent, point_word, written
from analysis.plots import focus
from analysis.plots.legend import BOX, DASHES, legend
from analysis.plots.picture import WIDTH, Picture, Sheet
from analysis.plots.retention import FOLLOW_UP, ROUND, days_since, percent_tick, tick_decimals
from analysis.result import Tables, currency
from analysis.uncertain import DIFFERENCE, LEVEL, Doubt

BANDS = (("q025", "q975", 0.16), ("q100", "q900", 0.22), ("q250", "q750", 0.34))
"""Lower and upper quantile of each band of a fan, and how dark it is."""

FEW_AGES = 3
"""Ages that a curve of brackets needs to be a fan."""


def method(tables: Tables) -> str:
    """How sets were drawn and luck told from parameters, for below a figure."""
    sets, runs = tables.uncertainty.sets, tables.uncertainty.replications
    drawn = say(
        f"{sets} parameter sets, each number within its range (ranges.csv: published, or a rule by grade), the same for all strategies, "
        f"each lived {runs} times with luck of its own. ",
        f"共 {sets} 组参数，每个数值在各自范围内抽取（见 ranges.csv：已发表的范围，或按来源等级的规则），"
        f"所有方案用同一批参数组，每组用各自的随机数模拟 {runs} 次。",
    )
    if runs < 2:
        return drawn + say("One replication: luck is not told from parameters.", "只有一次重复：无法把随机波动与参数不确定性分开。")
    return drawn + say(
        "Luck is taken out of the parameters’ spread (variance of the sets’ means less the variance within sets).",
        "参数造成的离散已剔除随机波动（组均值方差减去组内方差）。",
    )


def difference_uncertainty(tables: Tables, metric: str) -> Picture:
    """Each strategy's difference from the baseline over all parameter sets, luck apart. ValueError without sets or a second scenario."""
    found = list(uncertain.doubts(tables, metric, DIFFERENCE).values()) if uncertain.asked(tables) else []
    found = [d for d in found if d.low != d.high]
    if not found:
        raise ValueError(f"no parameter sets with differences in {metric}")
    found.sort(key=lambda d: d.mean)
    labels, row = style.names(tables.scenarios), finding.metric_of(tables, metric)
    return Picture(
        name=f"uncertainty_{metric}",
        finding=uncertain.difference_finding(tables, metric, labels),
        how=say(
            "Thin bars: where the difference lies in 95 % of the parameter sets. Thick bars: what luck alone does to a study of this size. "
            "Where a thin bar crosses zero, the answer hangs on numbers that nobody has measured well.",
            "细线：95% 的参数组中差异所在的范围；粗线：同等规模的研究仅因随机波动会有的范围。细线跨过零，说明结论取决于没有人测准的参数。",
        ),
        source="uncertainty.csv",
        note=say(f"{row.label}: paired differences from the baseline. ", f"{row.label}：与基准方案的配对差异。") + method(tables),
        height=0.85 + 0.5 * len(found),
        labels=list(labels.values()),
        paint=lambda sheet: _paint_differences(sheet, tables, found, row, labels),
    )


def _paint_differences(sheet: Sheet, tables: Tables, found: list[Doubt], row: metrics.Metric, labels: dict[str, str]) -> None:
    sign = currency(tables)
    ax = sheet.axes(2.55, 0.55, 3.0, 0.12)
    ax.axvline(0, color=style.BASELINE, linewidth=1.6)
    good, bad = (style.PALETTE[0], style.PALETTE[1]) if row.higher_is_better else (style.PALETTE[1], style.PALETTE[0])
    for y, doubt in enumerate(found):
        tint = style.QUIET if not doubt.holds else good if doubt.above >= uncertain.SURE else bad
        ax.plot([doubt.low, doubt.high], [y, y], color=tint, linewidth=1.8, solid_capstyle="butt")
        for end in (doubt.low, doubt.high):
            ax.plot([end, end], [y - 0.12, y + 0.12], color=tint, linewidth=1.8)
        if math.isfinite(doubt.sampling_low):
            ax.plot([doubt.sampling_low, doubt.sampling_high], [y, y], color=tint, linewidth=8, alpha=0.4, solid_capstyle="butt")
        ax.plot(doubt.mean, y, "o", color=tint, markerfacecolor=tint if doubt.holds else style.PAPER, markersize=7)
        ends = uncertain.reach(doubt, row, sign, True)
        above = percent(doubt.above, 0)
        told = [
            written(doubt.mean, row.unit, sign, True) + f"  ({ends})",
            say(f"above 0 in {above} of the sets", f"{above} 的参数组大于 0"),
        ]
        ax.annotate(
            "\n".join(told), (1, y), xycoords=("axes fraction", "data"), xytext=(12, 0), textcoords="offset points", va="center", size=9,
            color=tint, linespacing=1.25, annotation_clip=False,
        )  # fmt: skip
    ax.set_yticks(
        range(len(found)), [sheet.wrap(labels[d.scenario], 2.2, 9, lines=2) for d in found], color=style.INK, linespacing=1.1
    )
    ax.set_ylim(-0.6, len(found) - 0.4)
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    ax.margins(x=0.08)
    difference_axis(sheet, ax, row, sign, 4.2)


def difference_axis(sheet: Sheet, ax: Axes, row: metrics.Metric, sign: str, inches: float, difference: bool = True) -> None:
    """The x axis of a metric's differences, or of its levels."""
    ax.xaxis.set_major_locator(MaxNLocator(nbins=6, steps=ROUND))
    unit = point_word() if row.unit == "share" and difference else ""
    label = str(row.label)
    if difference:
        lowered = label if label[:2].isupper() else label[0].lower() + label[1:]
        label = say(f"Difference from the baseline: {lowered}", f"与基准方案的差异：{label}")
    label += say(f",{SPACE}{unit}", f"，{unit}") if unit else ""
    ax.xaxis.set_major_formatter(
        FuncFormatter(
            lambda v, _: (
                percent_tick(ax.get_xticks(), v, points=difference)
                if row.unit == "share"
                else written(v, row.unit, sign, difference, tick_decimals(ax.get_xticks(), row.unit))
            )
        )
    )
    ax.set_xlabel(sheet.wrap(label, inches, 9))
    ax.grid(axis="x")
    ax.set_axisbelow(True)


def retention_fan(tables: Tables) -> Picture:
    """Fans of retention by order: the baseline, the strategy looked at, and their difference. ValueError without sets or ages."""
    if not uncertain.asked(tables):
        raise ValueError("no parameter sets")
    definition, rows = _curve(tables)
    who = uncertain.looked_at(tables)
    shown = [(tables.baseline, LEVEL), *([(who, LEVEL), (who, DIFFERENCE)] if who != tables.baseline else [])]
    panels = [(s, q, rows[(rows["scenario"] == s) & (rows["quantity"] == q)]) for s, q in shown]
    labels = style.names(tables.scenarios)
    how = curves.definition(definition, "order")
    label = str(how.label)
    return Picture(
        name="fan_retention",
        finding=_fan_finding(panels, labels, label),
        how=say(
            "From light to dark: where retention lies in 95, 80 and 50 % of the parameter sets; dashed lines: what luck alone does to a "
            "study of this size.",
            "由浅到深：95%、80%、50% 的参数组所在范围；虚线：同等规模的研究仅因随机波动会有的范围。",
        ),
        source="fan.csv",
        note=say(f"{label[0].upper()}{label[1:]} by order. ", f"{label}（下单口径）。") + method(tables),
        height=3.9,
        labels=list(labels.values()),
        paint=lambda sheet: _paint_fans(sheet, tables, panels, labels, how.axis.format(a_event=curves.EVENTS["order"])),
    )


def _curve(tables: Tables) -> tuple[str, DataFrame]:
    """The definition that is drawn, and its rows: brackets where there are enough, else rolling retention with time to look ahead."""
    frame = tables.uncertainty.frames["fan"]
    frame = frame[frame["at_risk"] >= focus.SMALLEST * frame["at_risk"].max()]
    brackets = frame[frame["definition"] == "bracket_30"]
    if brackets["age_days"].nunique() >= FEW_AGES:
        return "bracket_30", brackets
    rolling = frame[(frame["definition"] == "rolling") & (frame["age_days"] > 0)]
    last = rolling["age_days"].max() if len(rolling) else 0
    rolling = rolling[rolling["age_days"] <= max(last - FOLLOW_UP, last // 2)]
    if rolling["age_days"].nunique() < FEW_AGES:
        raise ValueError("too few ages for a fan")
    return "rolling", rolling


Panel = tuple[str, str, DataFrame]


def _fan_finding(panels: list[Panel], labels: dict[str, str], label: str) -> str:
    scenario, _, rows = panels[min(1, len(panels) - 1)]
    age = min(rows["age_days"], key=lambda a: (abs(a - 90), a))
    row = rows[rows["age_days"] == age].iloc[0]
    low, high, who = percent(row["q025"]), percent(row["q975"]), finding.quoted(labels[scenario])
    text = say(
        f"What is not known about people puts retention at day {age} with {who} anywhere from {low} to {high}",
        f"由于参数不准，{who}第 {age} 日的{label}可能在 {low} 到 {high} 之间",
    )
    if math.isfinite(row["sampling_half_width"]):
        ends = [percent(row["mean"] + sign * row["sampling_half_width"]) for sign in (-1, 1)]
        text += say(f"; luck alone, from {ends[0]} to {ends[1]}", f"；仅随机波动则为 {ends[0]} 到 {ends[1]}")
    return text


def _paint_fans(sheet: Sheet, tables: Tables, panels: list[Panel], labels: dict[str, str], axis: str) -> None:
    colours = focus.colours(tables)
    shares = (say(f"95{SPACE}%", "95%"), say(f"80{SPACE}%", "80%"), say(f"50{SPACE}% of the parameter sets", "50% 的参数组"))
    bands = [(BOX, shade, share) for shade, share in zip(_shades(style.QUIET), shares, strict=True)]
    luck = [(DASHES, style.INK, say(f"95{SPACE}% of studies by luck alone", "仅随机波动（95%）"))]
    legend(sheet, bands + (luck if tables.uncertainty.replications > 1 else []), x=1.0)
    left, gap = 1.0, 0.62
    room = WIDTH - left - 0.35
    width = (room - gap * (len(panels) - 1)) / len(panels)
    top = max(float(rows["q975"].max()) for _, quantity, rows in panels if quantity == LEVEL) * 1.06
    for k, (scenario, quantity, rows) in enumerate(panels):
        start = left + k * (width + gap)
        ax = sheet.axes(start, 0.5, WIDTH - start - width, 0.72)
        tint = colours[scenario] if colours[scenario] != focus.FAINT else style.PALETTE[0]
        _fan(ax, rows, tint)
        if quantity == LEVEL:
            ax.set_ylim(0, top)
            title = labels[scenario]
        else:
            ax.axhline(0, color=style.BASELINE, linewidth=1.2)
            title = say("Difference, points", "差异，百分点")
        ax.set_title(sheet.wrap(title, width, 9.5, "bold", lines=2), size=9.5, weight="bold", loc="left", color=tint)
        ax.yaxis.set_major_locator(MaxNLocator(nbins=6, steps=ROUND))
        in_points = quantity == DIFFERENCE
        ax.yaxis.set_major_formatter(FuncFormatter(lambda v, _, ax=ax, d=in_points: percent_tick(ax.get_yticks(), v, points=d)))
        ax.set_xlim(rows["age_days"].min(), rows["age_days"].max())
        ax.xaxis.set_major_locator(MaxNLocator(nbins=5, steps=(1, 1.5, 2, 3, 4.5, 6, 9, 10), integer=True))
        ax.grid(axis="y")
        ax.set_axisbelow(True)
        if k == len(panels) // 2:
            ax.set_xlabel(days_since("registration"))
        if k == 0:
            ax.set_ylabel(sheet.wrap(axis, 2.9, 9), size=8.5)


def _shades(tint: str) -> list[tuple[float, ...]]:
    """The colour of each band of a fan, the outermost first, as it shows on paper."""
    shades, left = [], 1.0
    for _, _, dark in BANDS:
        left *= 1 - dark
        shades.append(tuple(left + (1 - left) * channel for channel in to_rgb(tint)))
    return shades


def _fan(ax: Axes, rows: DataFrame, tint: str) -> None:
    rows = rows.iloc[focus.thin(rows["mean"].to_numpy())]
    age, mean, half = (rows[c].to_numpy(float) for c in ("age_days", "mean", "sampling_half_width"))
    for low, high, dark in BANDS:
        ax.fill_between(age, rows[low].to_numpy(float), rows[high].to_numpy(float), color=tint, alpha=dark, linewidth=0)
    ax.plot(age, rows["q500"].to_numpy(float), color=tint, linewidth=2)
    if np.isfinite(half).all():
        for side in (-1, 1):
            ax.plot(age, mean + side * half, color=style.INK, linewidth=0.9, linestyle=(0, (4, 2)))
