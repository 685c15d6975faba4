"""Shapley contributions: how much of a strategy's gain each of its levers brought."""

from __future__ import annotations

import math

from pandas import DataFrame

from analysis import finding, style
from analysis.language import Both, say
from analysis.number import money, plain, written
from analysis.plots.picture import EDGE, WIDTH, Picture, Sheet
from analysis.plots.rows import bare, few_ticks, lever_label, name_rows, verdict_colour
from analysis.result import Tables, currency, part

MOST = 18
"""Rows that are drawn; the strategies with the fewest levers go first."""
NAMES = 2.4
OUTCOMES = (
    ("contribution_minor", "money", Both("Contribution, per person", "人均贡献毛利")),
    ("orders", "number", Both("Orders, per 100 people", "每百人订单数")),
)


def shapley_contributions(tables: Tables) -> Picture:
    """A bar with its interval for each lever of each strategy with several. ValueError without `shapley`, or such a strategy."""
    rows = part(tables, "shapley")
    count = rows.groupby("scenario")["lever"].nunique()
    wanted = [s for s in tables.scenarios if count.get(s, 0) > 1]
    if not wanted:
        raise ValueError("no strategy has several levers")
    shown = list(wanted)
    while sum(count[s] + 1 for s in shown) > MOST and len(shown) > 1:
        shown.remove(min(shown, key=lambda s: count[s]))
    labels = style.names(tables.scenarios)
    worlds, exact = int(rows["worlds"].max()), (rows["method"] == "exact").all()
    lines = sum(count[s] + (len(shown) > 1) for s in shown)
    left_out = [labels[s] for s in wanted if s not in shown]
    return Picture(
        name="shapley",
        finding=_finding(tables, rows, shown, labels),
        how=say(
            "Each bar is a lever’s part of what its strategy brings, the line across it the 95 % interval; the parts of a strategy add up "
            "to its whole gain.",
            "每条是该杠杆在方案总增量中的贡献，横线为 95% 置信区间；同一方案各杠杆之和等于方案的全部增量。",
        ),
        source="shapley.csv",
        note=say(
            "Shapley value: what a lever adds, averaged over all orders in which the levers could be switched on, each world lived under "
            f"the same luck ({worlds} worlds a replication{'' if exact else ', orders of entry sampled where levers are many'}). Against "
            "the same world without any of the strategy’s levers. Grey: not distinguishable from nothing."
            + (f" Not drawn: {', '.join(left_out)}." if left_out else ""),
            "Shapley 值：按各杠杆所有可能的启用顺序，取其新增贡献的平均；每个世界的运气相同"
            f"（每次重复 {worlds} 个世界{'' if exact else '，杠杆较多时对启用顺序抽样'}）。"
            "比较基准为去掉该方案全部杠杆的世界。灰色：与零差异不显著。"
            + (f"未画出：{'、'.join(left_out)}。" if left_out else ""),
        ),
        height=0.95 + 0.36 * lines,
        labels=list(labels.values()),
        paint=lambda sheet: _paint(sheet, tables, rows, shown, labels),
    )


def _finding(tables: Tables, rows: DataFrame, shown: list[str], labels: dict[str, str]) -> str:
    """Which lever brings most of the gain of the strategy with most levers, and which takes away."""
    sign, people = currency(tables), tables.manifest["users"]
    scenario = max(shown, key=lambda s: len(rows[rows["scenario"] == s]))
    own = rows[(rows["scenario"] == scenario) & (rows["outcome"] == "contribution_minor")]
    best, worst = own.loc[own["value"].idxmax()], own.loc[own["value"].idxmin()]
    who, total = finding.quoted(labels[scenario]), own["value"].sum() / people
    amount = money(best["value"] / people, sign, sign=True)
    ends = finding.with_interval(best["ci_low"] / people, best["ci_high"] / people, "money", sign, difference=True)
    text = say(
        f"Of the {money(total, sign)} that {who} brings per person, {lever_label(best['lever'])} brings {amount}{ends}",
        f"{who}人均带来 {money(total, sign)}，其中{lever_label(best['lever'])}贡献 {amount}{ends}",
    )
    if finding.judged(worst["ci_low"], worst["ci_high"]) == finding.LOWER:
        loss = money(worst["value"] / people, sign)
        return text + say(
            f"; {lever_label(worst['lever'])} costs more than it earns ({loss})", f"；{lever_label(worst['lever'])}得不偿失（{loss}）"
        )
    return text


def _paint(sheet: Sheet, tables: Tables, rows: DataFrame, shown: list[str], labels: dict[str, str]) -> None:
    sign, people = currency(tables), tables.manifest["users"]
    names: list[tuple[str, str | None, str]] = []
    for scenario in shown:
        if len(shown) > 1:
            names.append((scenario, None, labels[scenario]))
        own = rows[(rows["scenario"] == scenario) & (rows["outcome"] == "contribution_minor")]
        for lever in own.sort_values("value", ascending=False, kind="stable")["lever"]:
            names.append((scenario, lever, lever_label(lever)))
    value = rows.set_index(["scenario", "lever", "outcome"])
    gap, numbers = 0.2, 0.85
    wide = (WIDTH - 2 * EDGE - NAMES - gap - 2 * numbers) / 2
    for k, (outcome, unit, words) in enumerate(OUTCOMES):
        x = EDGE + NAMES + k * (wide + numbers + gap)
        ax = sheet.axes(x, 0.3, WIDTH - x - wide, 0.4)
        if k == 0:
            name_rows(sheet, ax, [name for _, _, name in names], NAMES - 0.15, [lever is None for _, lever, _ in names])
        ax.axvline(0, color=style.BASELINE, linewidth=0.8)
        times = (1 if unit == "money" else 100) / people
        for y, (scenario, lever, _) in enumerate(names):
            if lever is None:
                continue
            line = value.loc[(scenario, lever, outcome)]
            mean, low, high = (line[c] * times for c in ("value", "ci_low", "ci_high"))
            colour = verdict_colour(low, high)
            ax.barh(y, mean, height=0.55, color=colour, alpha=0.85)
            if math.isfinite(low) and math.isfinite(high):
                ax.plot([low, high], [y, y], color=style.INK, linewidth=1.4)
            text = written(mean, unit, sign, True) if unit == "money" else plain(mean, 1, sign=True)
            ax.annotate(
                text, (1, y), xycoords=("axes fraction", "data"), xytext=(6, 0), textcoords="offset points", va="center", size=8.5,
                color=colour, annotation_clip=False,
            )  # fmt: skip
        bare(ax, len(names), names=k == 0)
        ax.margins(x=0.06)
        few_ticks(ax, unit, sign, bins=4)
        ax.set_title(str(words), size=8.5, loc="left", color=style.QUIET, pad=6)
