"""Who lapses, as a platform would estimate it: hazard ratios of traits and behaviours with their intervals (a forest plot)."""

from __future__ import annotations

import math

from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, NullLocator
from pandas import DataFrame

from analysis import churn_words, finding, style
from analysis.language import say
from analysis.number import SPACE, plain
from analysis.plots import focus
from analysis.plots.picture import WIDTH, Picture, Sheet
from analysis.result import Tables, platform_days
from sim.study.churn import SIGNS

MOST = 3
"""Strategies that are drawn, the baseline first."""
ROW, MORE = 0.27, 0.11
"""Height of a row of one strategy, and of each further one in it, in inches."""
NAMES, NUMBERS = 3.05, 1.55
TICKS = (0.05, 0.1, 0.2, 0.33, 0.5, 0.67, 0.8, 1, 1.25, 1.5, 2, 3, 5, 10, 20)
WIDEST = 20.0
"""Ratios and intervals are drawn from 1/WIDEST to WIDEST."""
WIDE = 1.5
"""Intervals are cut where they reach further than this beyond the outermost ratio."""


def hazard_ratios(tables: Tables) -> Picture:
    """A dot with its interval for each trait and behaviour; ValueError where too little is seen to estimate any."""
    rows: DataFrame | None = getattr(tables, "churn", None)
    if rows is None or rows.empty:
        raise ValueError("churn has no hazard ratios")
    found = set(rows["scenario"])
    present = _shown(tables, found)
    if not present:
        raise ValueError("churn has no hazard ratios of these scenarios")
    labels = style.names(tables.scenarios)
    first = rows[rows["scenario"] == present[0]]
    drawn = rows[rows["scenario"].isin(present)]
    features = list(dict.fromkeys(zip(drawn["feature"], drawn["level"], strict=True)))
    order = [*(f for f in features if f[0] in SIGNS), *(f for f in features if f[0] not in SIGNS)]
    gap = platform_days(tables, "churned_after_days")
    lines, lapses, users = (plain(first[c].iloc[0], 0) for c in ("lines", "lapses", "users"))
    return Picture(
        name="hazard_ratios",
        finding=_finding(first),
        how=say(
            "A dot right of the line: likelier to fall silent than somebody alike in all else; left: less likely. Its line is the 95 % "
            "interval; hollow dots cannot be told from 1.",
            "点在竖线右侧：与其他方面相同的人相比更容易沉默；左侧：更不容易。横线为 95% 置信区间；空心点与 1 无显著差异。",
        ),
        source="churn.csv",
        note=say(
            f"What the platform could estimate. Lapse: no visit in the {gap} after a look at a user seen in the {gap} before it. "
            f"“{labels[present[0]]}”: {lines} looks at {users} users, {lapses} lapses. Discrete-time proportional hazards (complementary "
            "log-log) with a baseline of its own for each look, errors clustered by user. The signs are left out where all else is "
            "estimated, for whatever drives users away shows in them first. Associations, not effects: who is a member or gets messages "
            "was not drawn by lot.",
            f"这是平台凭可见数据能做出的估计。流失：观察时点前 {gap}内来过、之后 {gap}内再无访问。"
            f"“{labels[present[0]]}”：对 {users} 名用户观察 {lines} 次，其中流失 {lapses} 次。"
            "离散时间比例风险模型（互补双对数），每个观察时点有各自的基准风险，标准误按用户聚类。估计其他因素时不含征兆："
            "导致流失的因素总是先反映在征兆上。这些是相关而非因果：谁是会员、谁收到消息并非随机决定。",
        )
        + (
            say(
                " Drawn: the strategies whose contribution differs most; the others stand in churn.csv.",
                "图中为贡献毛利差异最大的方案，其他见 churn.csv。",
            )
            if len(found & set(tables.scenarios)) > len(present)
            else ""
        ),
        height=1.05 + (0.3 if len(present) > 1 else 0) + _tall(len(present)) * (len(order) + 2),
        labels=list(labels.values()),
        paint=lambda sheet: _paint(sheet, tables, rows, present, order, labels),
    )


def _shown(tables: Tables, found: set[str]) -> list[str]:
    """The baseline and the strategies whose contribution differs most from it, in the order of the scenarios."""
    there = [s for s in focus.telling(tables) if s in found]
    size = {s: abs(r.delta) for s, r in finding.readings(tables, "contribution_per_user").items() if math.isfinite(r.delta)}
    first = sorted(there, key=lambda s: (s != tables.baseline, -size.get(s, 0.0)))[:MOST]
    return [s for s in there if s in first]


def _tall(scenarios: int) -> float:
    return ROW + MORE * (scenarios - 1)


def _finding(rows: DataFrame) -> str:
    """How much silence tells, and what tells most beside the signs."""
    known = {(r.feature, r.level): r for r in rows.itertuples()}
    others = [r for (f, _), r in known.items() if f not in SIGNS and f != "tenure" and r.verdict in ("more", "less")]
    sign = known.get(("recency", ""))
    text = ""
    if sign is not None and sign.verdict in ("more", "less"):
        ratio = plain(sign.hazard_ratio, 2)
        text = say(
            f"A last visit twice as long ago goes with ×{ratio} the hazard of lapsing",
            f"距上次访问的天数每翻一倍，流失风险为 {ratio} 倍",
        )
    if not others:
        nothing = say("beside its signs, nothing the platform sees tells who lapses", "除征兆之外，平台可见的因素都无法区分谁会流失")
        return f"{text}{say('; ', '；')}{nothing}" if text else nothing[:1].upper() + nothing[1:]
    # By the end of its interval that is nearer to 1: the outermost ratio is often only the least certain.
    most = max(others, key=lambda r: min(abs(math.log(r.ci_low)), abs(math.log(r.ci_high))))
    what, ratio = churn_words.feature(most.feature, most.level, most.contrast), plain(most.hazard_ratio, 2)
    told = say(f"beside such signs, most telling is “{what}”: ×{ratio}", f"征兆之外最有区分力的是“{what}”：{ratio} 倍")
    return f"{text}{say('; ', '；')}{told}" if text else told[:1].upper() + told[1:]


def _paint(
    sheet: Sheet, tables: Tables, rows: DataFrame, present: list[str], order: list[tuple[str, str]], labels: dict[str, str]
) -> None:
    top = 0.12 + (0.3 if len(present) > 1 else 0)
    ax = sheet.axes(NAMES, 0.62, NUMBERS, top)
    colours = focus.colours(tables)
    if len(present) == 1:
        colours = {present[0]: style.PALETTE[0]}
    by = {(r.scenario, r.feature, r.level): r for r in rows.itertuples()}
    signs = [f for f in order if f[0] in SIGNS]
    rest = order[len(signs) :]
    places: list[tuple[str, tuple[str, str] | None]] = []
    for heading, part in (
        (say("Signs: how a lapse begins", "征兆：流失如何开始"), signs),
        (say("All else, without the signs", "其他因素（不含征兆）"), rest),
    ):
        places += [(heading, None), *(("", feature) for feature in part)] if part else []
    ends = []
    spread = MORE / _tall(len(present))
    for y, (_, feature) in enumerate(places):
        if feature is None:
            continue
        for k, scenario in enumerate(present):
            line = by.get((scenario, *feature))
            if line is None:
                continue
            at = y + (k - (len(present) - 1) / 2) * spread
            told = line.verdict in ("more", "less")
            low, high = max(line.ci_low, 1 / WIDEST), min(line.ci_high, WIDEST)
            ends += [low, high]
            ax.plot([low, high], [at, at], color=colours[scenario], linewidth=2, solid_capstyle="butt", zorder=3)
            middle = min(max(line.hazard_ratio, 1 / WIDEST), WIDEST)
            face = colours[scenario] if told else style.PAPER
            ax.plot(middle, at, "o", color=colours[scenario], markerfacecolor=face, markersize=5.5, zorder=4)
        # What the baseline has no number for is written in the colour of the first strategy that has one.
        line = next((by[s, *feature] for s in present if (s, *feature) in by), None)
        if line is not None:
            told = line.verdict in ("more", "less")
            tint = colours[line.scenario] if line.scenario != present[0] else style.INK if told else style.QUIET
            text = f"×{plain(line.hazard_ratio, 2)}  ({plain(line.ci_low, 2)}{say(' to ', ' 至 ')}{plain(line.ci_high, 2)})"
            ax.annotate(
                text, (1, y), xycoords=("axes fraction", "data"), xytext=(8, 0), textcoords="offset points", va="center", size=8.5,
                color=tint, annotation_clip=False,
            )  # fmt: skip
    ax.axvline(1, color=style.BASELINE, linewidth=1.2, zorder=1)
    ax.set_xscale("log")
    middles = [min(max(line.hazard_ratio, 1 / WIDEST), WIDEST) for line in by.values() if line.scenario in present]
    low = max(min(ends), min(middles) / WIDE) / 1.08
    high = min(max(ends), max(middles) * WIDE) * 1.08
    ax.set_xlim(low, high)
    shown = _ticks(low, high)
    ax.set_xticks(shown)
    ax.xaxis.set_minor_locator(NullLocator())
    ax.xaxis.set_major_formatter(FuncFormatter(lambda v, _: f"×{v:g}"))
    names = [heading or churn_words.feature(*feature, _contrast(rows, feature)) for heading, feature in places]
    weights = ["normal" if feature else "bold" for _, feature in places]
    texts = [sheet.wrap(name, NAMES - 0.35, 8.5, weight, 1) for name, weight in zip(names, weights, strict=True)]
    ax.set_yticks(range(len(places)), texts)
    for tick, (_, feature) in zip(ax.get_yticklabels(), places, strict=True):
        tick.set(color=style.INK, size=8.5, weight="bold" if feature is None else "normal")
    ax.set_ylim(len(places) - 0.5, -0.5)
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    ax.grid(axis="x")
    ax.set_axisbelow(True)
    ax.set_xlabel(say("Hazard ratio of falling silent (log scale)", "沉默的风险比（对数刻度）"))
    if len(present) > 1:
        _legend(sheet, present, labels, colours)


def _contrast(rows: DataFrame, feature: tuple[str, str]) -> str:
    return str(rows[(rows["feature"] == feature[0]) & (rows["level"] == feature[1])]["contrast"].iloc[0])


def _ticks(low: float, high: float) -> list[float]:
    """Round ratios inside the axis, at most seven, with 1 among them."""
    inside = [t for t in TICKS if low <= t <= high]
    apart = math.log(high / low) / 9
    out = [1.0]
    for tick in sorted(inside, key=lambda t: abs(math.log(t))):
        if all(abs(math.log(tick / other)) >= apart for other in out):
            out.append(tick)
    return sorted(out)


def _legend(sheet: Sheet, present: list[str], labels: dict[str, str], colours: dict[str, str]) -> None:
    total, room = sheet.fig.get_figheight(), (WIDTH - 0.5) / len(present)
    y = sheet.below + sheet.height - 0.2
    x = 0.25
    for scenario in present:
        sheet.fig.add_artist(
            Line2D([x / WIDTH, (x + 0.2) / WIDTH], [y / total] * 2, color=colours[scenario], linewidth=2.4, transform=sheet.fig.transFigure)
        )
        numbers = say(f"{SPACE}(the numbers)", "（右侧数字）") if scenario == present[0] else ""
        text = sheet.wrap(finding.quoted(labels[scenario]) + numbers, room - 0.4, 8.5, lines=1)
        sheet.text(x + 0.26, y - sheet.below, text, size=8.5, va="center")
        x += 0.26 + sheet.width(text, 8.5) + 0.22
