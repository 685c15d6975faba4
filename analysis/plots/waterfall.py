"""Value waterfall: from a user's baskets to what is left, account by account."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.ticker import FuncFormatter, MaxNLocator

from analysis import finding, lever_words, style
from analysis.language import Both, say
from analysis.number import money
from analysis.plots import focus
from analysis.plots.picture import EDGE, WIDTH, Picture, Sheet
from analysis.plots.retention import ROUND, tick_decimals
from analysis.result import Tables, currency
from sim.lever import levers

TOTAL, TAKEN = style.PALETTE[0], style.PALETTE[1]
ADDED = style.PALETTE[2]
BASKET = Both("Basket before discounts", "订单原价")
KINDS = {"discount": -1, "fee": 1, "income": 1, "goods": -1, "cost": -1}
"""Kinds of accounts in the order of their bars, and whether they take away or add."""
LEVELS = {"fee": Both("Revenue", "收入"), "cost": Both("Contribution", "贡献毛利")}
"""The level that stands after the last account of a kind."""
SHOWN = 6
"""Accounts of one kind shown by name; smaller ones are added up."""


@dataclass(frozen=True)
class Step:
    """One bar: its label, from where to where it reaches (minor units per user), and whether it is a level."""

    label: str
    start: float
    end: float
    level: bool


def value_waterfall(tables: Tables, scenario: str | None = None) -> Picture:
    """Basket → discounts → revenue → goods → lever costs → contribution per user, the baseline beside the strategy.

    ValueError if the ledger is empty, or nothing was posted.
    """
    if tables.ledger.empty:
        raise ValueError("ledger has no rows")
    if not tables.ledger["amount_minor"].any():
        raise ValueError("nothing was posted to any account")
    scenario = scenario or focus.most_telling(tables)
    shown = list(dict.fromkeys((tables.baseline, scenario)))
    labels = style.names(tables.scenarios)
    sign = currency(tables)
    flows = steps(tables, shown)
    text = _finding(tables, shown, flows, labels, sign)
    return Picture(
        name="value",
        finding=text,
        how=say(
            "Read from the top down: every bar takes away from what the one above left, or adds to it; the last is what a user brings "
            "after all of it.",
            "从上往下看：每一条都在上一条剩下的金额上扣除或增加，最后一条是一名用户最终留下的金额。",
        ),
        source="ledger.csv",
        note=say(
            "Money per user who ever registered, all days and replications of the run. Revenue = basket − discounts + fees; contribution "
            "= revenue + income beside orders − cost of goods − lever costs. Fixed costs of the company are not in it; a dash: nothing "
            "was posted. "
            + ("Strategy shown: the one whose contribution differs most from the baseline’s." if len(shown) > 1 else ""),
            "按累计注册用户人均计算，合并所有日期与重复。收入 = 订单原价 − 优惠 + 收费；贡献毛利 = 收入 + 订单外收入 − 商品成本 − "
            "杠杆成本。"
            "不含公司固定成本；横线表示没有发生。"
            + ("所示方案：贡献毛利与基准方案差异最大者。" if len(shown) > 1 else ""),
        ).strip(),
        height=0.95 + 0.34 * max(len(f) for f in flows.values()),
        labels=list(labels.values()),
        paint=lambda sheet: _paint(sheet, tables, flows, labels, sign),
    )


def per_user(tables: Tables, scenario: str) -> dict[str, float]:
    """Minor units per user who ever registered, by account, over all replications."""
    rows = tables.ledger[tables.ledger["scenario"] == scenario]
    replications = max(rows["replication"].nunique(), 1)
    users = float(tables.manifest.get("users", 1)) * replications
    if not tables.daily.empty:
        daily = tables.daily[tables.daily["scenario"] == scenario]
        ever = daily.loc[daily["day"] == daily["day"].max(), "registered_ever"].sum()
        users = float(ever) if ever > 0 else users
    return (rows.groupby("account")["amount_minor"].sum() / users).to_dict()


def steps(tables: Tables, scenarios: Sequence[str]) -> dict[str, list[Step]]:
    """The bars of each scenario, the same accounts in the same order; accounts nobody posted to are left out."""
    amounts = {s: per_user(tables, s) for s in scenarios}
    kinds = tables.accounts.set_index("account")["kind"].to_dict()
    flows: dict[str, list[Step]] = {}
    for scenario, own in amounts.items():
        level = sum(v for a, v in own.items() if kinds.get(a) == "basket")
        found = [Step(str(BASKET), 0, level, True)]
        for kind, sign in KINDS.items():
            largest = {
                a: max(abs(one.get(a, 0)) for one in amounts.values())
                for a in kinds
                if kinds[a] == kind and any(round(one.get(a, 0), 2) for one in amounts.values())
            }
            order = sorted(largest, key=lambda a: (-largest[a], a))
            named = [(_named(a), own.get(a, 0.0)) for a in order[:SHOWN]]
            if order[SHOWN:]:
                rest = len(order) - SHOWN
                named.append((say(f"{rest} smaller", f"其余 {rest} 项"), sum(own.get(a, 0.0) for a in order[SHOWN:])))
            for label, value in named:
                found.append(Step(f"{'−' if sign < 0 else '+'} {label}", level, level + sign * value, False))
                level += sign * value
            if kind in LEVELS:
                found.append(Step(str(LEVELS[kind]), 0, level, True))
        flows[scenario] = found
    return flows


def _named(account: str) -> str:
    """An account as its bar is called. A lever used under a name of its own is called by that."""
    lever = levers().get(account.partition(".")[0])
    return lever_words.account(account, lever.doc if lever else "")


def _finding(tables: Tables, shown: list[str], flows: dict[str, list[Step]], labels: dict[str, str], sign: str) -> str:
    base = flows[tables.baseline]
    basket, left = base[0].end, base[-1].end
    if len(shown) == 1:
        before, after = money(basket, sign), money(left, sign)
        return say(
            f"Of {before} of baskets per user, {after} is left as contribution",
            f"人均订单原价 {before}，最终留下贡献毛利 {after}",
        )
    flow = flows[shown[1]]
    given, base_given = _given(tables, shown[1]), _given(tables, tables.baseline)
    reading = finding.readings(tables, "contribution_per_user").get(shown[1])
    change = flow[-1].end - left
    who, extra, by = finding.quoted(labels[shown[1]]), money(abs(given - base_given), sign), money(abs(change), sign)
    more, gain = given >= base_given, change > 0
    text = say(
        f"{who} spends {extra} {'more' if more else 'less'} on users than the baseline",
        f"{who}在每位用户身上比基准方案{'多' if more else '少'}花 {extra}",
    )
    if reading and reading.verdict == finding.SAME:
        return text + say("; what is left is not distinguishable", "；最终留下的金额差异不显著")
    text += say(
        f" and leaves {by} {'more' if gain else 'less'} contribution per user", f"，人均贡献毛利{'多' if gain else '少'} {by}"
    )
    ends = finding.with_interval(reading.delta_low, reading.delta_high, "money", sign, difference=True) if reading else ""
    return text + (ends or say("; one replication gives no interval", "；只有一次重复，没有置信区间"))


def _given(tables: Tables, scenario: str) -> float:
    """Discounts and lever costs per user."""
    kinds = tables.accounts.set_index("account")["kind"].to_dict()
    return sum(v for a, v in per_user(tables, scenario).items() if kinds.get(a) in ("discount", "cost"))


def _paint(sheet: Sheet, tables: Tables, flows: dict[str, list[Step]], labels: dict[str, str], sign: str) -> None:
    top = max(max(step.start, step.end) for flow in flows.values() for step in flow)
    bottom = min(0.0, *(min(step.start, step.end) for flow in flows.values() for step in flow))
    names, gap = 2.0, 0.25
    wide = (WIDTH - EDGE * 2 - names - gap * (len(flows) - 1)) / len(flows)
    for i, (scenario, flow) in enumerate(flows.items()):
        x = EDGE + names + i * (wide + gap)
        ax = sheet.axes(x, 0.5, WIDTH - x - wide, 0.42)
        for y, step in enumerate(flow):
            start, size = min(step.start, step.end), abs(step.end - step.start)
            tint = (style.BASELINE if scenario == tables.baseline else TOTAL) if step.level else ADDED if step.end > step.start else TAKEN
            ax.barh(y, size, left=start, height=0.66, color=tint)
            value = money(step.end, sign) if step.level else money(step.end - step.start, sign, sign=True)
            # Values stand right of their bar, or left of it where the right side is full.
            inside = (start + size) > top * 0.72
            if not step.level and round(size, 2) == 0:
                value = "–"
            if inside and step.level:
                ax.annotate(
                    value,
                    (start + size, y),
                    xytext=(-5, 0),
                    textcoords="offset points",
                    va="center",
                    ha="right",
                    size=8.5,
                    color="white",
                    weight="bold",
                )
            else:
                edge, shift, align = (start, -4, "right") if inside else (start + size, 4, "left")
                ax.annotate(
                    value,
                    (edge, y),
                    xytext=(shift, 0),
                    textcoords="offset points",
                    va="center",
                    ha=align,
                    size=8.5,
                    color=style.INK,
                )
            if y + 1 < len(flow):
                ax.plot([step.end, step.end], [y, y + 1], color="#8b919b", linewidth=0.7, zorder=0)
        ax.axvline(0, color="#8b919b", linewidth=0.8)
        ax.set_ylim(len(flow) - 0.45, -0.55)
        ax.set_xlim(bottom * 1.15, top * 1.02 or 1)
        ax.set_yticks(
            range(len(flow)),
            [sheet.wrap(s.label, names - 0.1, 8.5, "bold" if s.level else "normal", lines=2) for s in flow],
        )
        for tick, step in zip(ax.get_yticklabels(), flow, strict=True):
            tick.set(color=style.INK, weight="bold" if step.level else "normal", size=8.5, linespacing=1.0)
        ax.tick_params(axis="y", length=0, labelleft=i == 0)
        ax.xaxis.set_major_locator(MaxNLocator(nbins=4, steps=ROUND))
        ax.xaxis.set_major_formatter(FuncFormatter(lambda v, _, ax=ax: money(v, sign, tick_decimals(ax.get_xticks(), "money"))))
        ax.spines["left"].set_visible(False)
        ax.set_xlabel(say("Per user who registered", "每位注册用户"))
        ax.set_title(
            sheet.wrap(labels[scenario], wide, 9.5, "bold", lines=2),
            loc="left",
            size=9.5,
            weight="bold",
            linespacing=1.1,
            color=style.BASELINE if scenario == tables.baseline else style.INK,
        )
