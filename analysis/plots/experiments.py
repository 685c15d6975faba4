"""Experiments: what a platform would have read from each world, beside the truth that only a simulator knows."""

from __future__ import annotations

import math

from pandas import DataFrame

from analysis import finding, style
from analysis.language import Both, say
from analysis.number import plain
from analysis.plots.legend import DOT, LINE, legend
from analysis.plots.picture import EDGE, WIDTH, Picture, Sheet
from analysis.plots.rows import few_ticks, fitted
from analysis.result import Tables, part

METRIC = "orders"
HELD, MISSED, TRUTH = style.PALETTE[0], style.PALETTE[1], style.INK
MOST, ACROSS, ROWS = 6, 3, 30
"""Experiments that are drawn, beside each other, and worlds of each."""
BY = {
    "user": Both("by user", "按用户分流"),
    "cluster": Both("by cluster", "按簇分流"),
    "period": Both("by period", "按时段切换"),
}


def experiment_readouts(tables: Tables) -> Picture:
    """A panel for each experiment, a row for each world: the read-out with its interval, the truth as a line. ValueError without one."""
    rows = part(tables, "experiments")
    rows = rows[(rows["metric"] == METRIC) & rows["difference"].notna()]
    if rows.empty:
        raise ValueError("no experiment has read anything")
    labels = style.names(tables.scenarios)
    every = list(dict.fromkeys(zip(rows["scenario"], rows["experiment"], strict=True)))
    shown = every[:MOST]
    worlds = min(int(rows.groupby(["scenario", "experiment"]).size().max()), ROWS)
    down = math.ceil(len(shown) / ACROSS)
    return Picture(
        name="experiments",
        finding=_finding(rows, shown, labels),
        how=say(
            "Each row is one world, and what its platform would have read from the test: a dot with its 95 % interval, orange where that "
            "misses the truth of that world (the short upright mark); the long line is the mean truth.",
            "每一行是一个世界里平台看到的实验读数：点与 95% 置信区间；区间未覆盖该世界真值（短竖线）时为橙色，长竖线为真值的平均。",
        ),
        source="experiments.csv",
        note=say(
            "A row is one world. "
            "Difference of orders per user, treated less control, while the experiment ran; intervals by Welch’s t over what was drawn "
            "by lot (users, clusters, periods). "
            "Truth: everybody treated less nobody treated, same people, same luck. Read-outs can miss it by "
            "chance (one in twenty), and by design where the treated touch the control group."
            + (f" Not drawn: {len(every) - len(shown)} more." if len(every) > len(shown) else ""),
            "每行为一个世界。"
            "实验期间人均订单数之差（实验组 − 对照组）；置信区间按分流单位（用户、簇、时段）做 Welch t 检验。真值：同一批人、同样的运气，"
            "全员施加减去无人施加。读数可能因偶然偏离（二十次里约一次），也可能因实验组影响对照组而系统性偏离。"
            + (f"另有 {len(every) - len(shown)} 个未画出。" if len(every) > len(shown) else ""),
        ),
        height=0.75 + down * (1.0 + max(0.17 * worlds, 0.5)),
        labels=list(labels.values()),
        paint=lambda sheet: _paint(sheet, tables, rows, shown, labels),
    )


def holds_truth(own: DataFrame) -> list[bool]:
    """For each row whether the interval of the read-out holds the truth of that world."""
    return [bool(r.ci_low <= r.truth <= r.ci_high) for r in own.itertuples()]


def _finding(rows: DataFrame, shown: list[tuple[str, str]], labels: dict[str, str]) -> str:
    """Of the experiments, how often each found an effect and held the truth; the worst one is named."""
    told = []
    for scenario, experiment in shown:
        own = rows[(rows["scenario"] == scenario) & (rows["experiment"] == experiment)]
        known = own[own["ci_low"].notna()]
        held = sum(holds_truth(known[known["truth"].notna()]))
        found = int((known["p_value"] < 0.05).sum())
        told.append((held / max(len(known), 1), experiment, len(known), found, held, own["difference"].mean(), own["truth"].mean()))
    _, experiment, worlds, found, held, read, true = min(told)
    who = finding.quoted(experiment)
    digits = 3 if abs(true) < 0.1 else 2
    if worlds == 0:
        return say(f"{who} has too few units for an interval", f"{who}的样本不足以给出置信区间")
    several = f"Furthest from the truth of {len(shown)} experiments: ", f"{len(shown)} 个实验中最不准的是"
    worst = say(*several) if len(shown) > 1 else ""
    return say(
        f"{worst}{who} reads {plain(read, digits, sign=True)} orders per user, the truth is {plain(true, digits, sign=True)}; of "
        f"{worlds} {'worlds' if worlds > 1 else 'world'}, {found} {'find' if found != 1 else 'finds'} an effect, and {held} "
        f"{'intervals hold' if held != 1 else 'interval holds'} the truth",
        f"{worst}{who}：平均读数为人均 {plain(read, digits, sign=True)} 单，真值为 {plain(true, digits, sign=True)} 单；"
        f"{worlds} 次中 {found} 次判为有效，{held} 个区间覆盖真值",
    )


def _paint(sheet: Sheet, tables: Tables, rows: DataFrame, shown: list[tuple[str, str]], labels: dict[str, str]) -> None:
    legend(
        sheet,
        [
            (DOT, HELD, say("read-out holds the truth", "区间覆盖真值")),
            (DOT, MISSED, say("misses it", "未覆盖真值")),
            (LINE, TRUTH, say("truth", "真值")),
        ],
        x=EDGE + 0.1,
    )
    across = min(ACROSS, len(shown))
    down = math.ceil(len(shown) / ACROSS)
    left, gap = EDGE + 0.1, 0.35
    wide = (WIDTH - left - EDGE - gap * (across - 1)) / across
    tall = (sheet.height - 0.75) / down
    for k, (scenario, experiment) in enumerate(shown):
        line, column = divmod(k, across)
        x = left + column * (wide + gap)
        ax = sheet.axes(x, 0.4 + (down - 1 - line) * tall + 0.25, WIDTH - x - wide, 0.35 + line * tall + 0.62)
        own = rows[(rows["scenario"] == scenario) & (rows["experiment"] == experiment)].head(ROWS).reset_index(drop=True)
        ax.axvline(0, color="#8b919b", linewidth=1)
        truth = own["truth_mean"].iloc[0]
        if math.isfinite(truth):
            ax.axvline(truth, color=TRUTH, linewidth=1.8)
        for y, (held, r) in enumerate(zip(holds_truth(own), own.itertuples(), strict=True)):
            known = math.isfinite(r.ci_low)
            colour = style.QUIET if not known or math.isnan(r.truth) else HELD if held else MISSED
            if known:
                ax.plot([r.ci_low, r.ci_high], [y, y], color=colour, linewidth=2)
            ax.plot(r.difference, y, "o", color=colour, markersize=5)
            if math.isfinite(r.truth):
                ax.plot([r.truth] * 2, [y - 0.32, y + 0.32], color=TRUTH, linewidth=1.4, zorder=4)
        ax.set_ylim(len(own) - 0.4, -0.6)
        ax.set_yticks([])
        ax.spines["left"].set_visible(False)
        few_ticks(ax, "number", "", bins=5)
        by = str(BY.get(own["by"].iloc[0], own["by"].iloc[0]))
        users = say(
            f"{own['users_treated'].mean():,.0f} and {own['users_control'].mean():,.0f} users",
            f"{own['users_treated'].mean():,.0f} 人对 {own['users_control'].mean():,.0f} 人",
        )
        several = len({s for s, _ in shown}) > 1
        name = say(f"{labels[scenario]}: {experiment}", f"{labels[scenario]}：{experiment}") if several else experiment
        ax.set_title(fitted(sheet, name, wide, 9, "bold"), loc="left", size=9, weight="bold", linespacing=1.05, pad=17)
        ax.text(
            0,
            1,
            sheet.wrap(f"{by}, {users}" if by.isascii() else f"{by}，{users}", wide, 8, lines=1),
            transform=ax.transAxes,
            size=8,
            color=style.QUIET,
            va="bottom",
        )
    below = say("Difference in orders per user, treated less control", "人均订单数之差（实验组 − 对照组）")
    sheet.text((left + WIDTH - EDGE) / 2, 0.06, below, size=9, color=style.QUIET, ha="center", va="bottom")
