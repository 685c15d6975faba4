"""Uplift quadrants: whom a lever moved, and what it truly brought beside what a dashboard would credit to it."""

from __future__ import annotations

from pandas import DataFrame

from analysis import finding, style
from analysis.language import Both, say
from analysis.number import percent, plain
from analysis.plots.legend import DOT, HOLLOW, legend
from analysis.plots.picture import EDGE, WIDTH, Picture, Sheet
from analysis.plots.rows import bare, dot, few_ticks, lever_label, name_rows, verdict_colour
from analysis.result import Tables, currency, part

MOST = 10
"""Levers that are drawn: of more, those whose true margin is furthest from 0."""
KINDS = {
    "persuadable": Both("persuadable", "营销敏感"),
    "sleeping_dog": Both("sleeping dog", "反作用"),
    "sure_thing": Both("sure thing", "自然转化"),
    "lost_cause": Both("lost cause", "无动于衷"),
}
PUSHED, PUT_OFF, DASHBOARD = style.PALETTE[0], style.PALETTE[1], style.PALETTE[3]
NAMES = 1.85
"""Inches for the names of the rows."""


def uplift_quadrants(tables: Tables) -> Picture:
    """A row for each lever of each strategy: whom it moves, then orders, margin and cost, true and as a dashboard has them.

    ValueError without `uplift`, which a study with `--no-twin` lacks.
    """
    rows = part(tables, "uplift")
    every = rows[rows["group"] == "all"].reset_index(drop=True)
    order = every["true_margin_minor"].abs().sort_values(ascending=False, kind="stable").index[:MOST]
    drawn = every.loc[sorted(order)]
    if drawn.empty or not drawn["users"].all():
        raise ValueError("uplift has no rows of all users")
    labels = style.names(tables.scenarios)
    left_out = len(every) - len(drawn)
    return Picture(
        name="uplift",
        finding=_finding(tables, every, labels),
        how=say(
            "Blue bars are users who order more because of the lever, orange ones users who order less; in the columns to the right a dot "
            "is the truth, a diamond what a dashboard would say.",
            "蓝条是因该杠杆而多下单的用户，橙条是因此少下单的用户；右侧各列中，圆点为真实增量，菱形为报表口径。",
        ),
        source="uplift.csv",
        note=say(
            "Truth: the same people with the same luck, with and without the lever; bars are 95 % intervals over replications. "
            "Persuadable: more orders with it; sleeping dog: fewer; "
            "sure thing: as many, at least one; lost cause: none in either world. The dashboard "
            "credits every order on which the lever took something off (where it takes nothing off: what users with a mark of it bought "
            "more than others); its margin is that of these orders less what the lever cost. Cost: the dot is by how much all discounts "
            "and costs rise with the lever, the diamond what the lever itself booked. All people of the world count, signed up or not."
            + (f" Not drawn: {left_out} more, whose true margin is nearer to 0." if left_out else ""),
            "真实增量：同一批用户、同样的运气，有与没有该杠杆两个世界之差；线段为各次重复的 95% 置信区间。"
            "营销敏感：有它多下单；反作用：有它反而少下单；"
            "自然转化：下单数不变且至少一单；无动于衷：两个世界都不下单。报表口径把该杠杆减过价的订单全部记为它的功劳（不减价的杠杆：带有其痕迹的用户比其他人多买的部分），"
            "毛利为这些订单的毛利减去杠杆成本。成本：圆点为全部优惠与成本因它增加的金额，菱形为该杠杆自身的记账。统计全体人群，无论是否注册。"
            + (f"另有 {left_out} 个真实毛利更接近 0 的杠杆未画出。" if left_out else ""),
        ),
        height=1.35 + 0.5 * len(drawn),
        labels=list(labels.values()),
        paint=lambda sheet: _paint(sheet, tables, drawn, labels),
    )


def row_names(every: DataFrame, labels: dict[str, str]) -> list[str]:
    """What each row is called: the strategy where it has one lever, strategy and lever where it has several."""
    count = every.groupby("scenario")["lever"].transform("count")
    return [
        labels[line.scenario]
        if n == 1
        else say(f"{labels[line.scenario]}: {lever_label(line.lever)}", f"{labels[line.scenario]}：{lever_label(line.lever)}")
        for line, n in zip(every.itertuples(), count, strict=True)
    ]


def _finding(tables: Tables, every: DataFrame, labels: dict[str, str]) -> str:
    """The lever that a dashboard misjudges most, and how many levers truly bring orders."""
    named = dict(zip(every.index, row_names(every, labels), strict=True))
    first = every.loc[(every["touched_orders"] - every["true_orders"]).abs().idxmax()]
    who = finding.quoted(named[first.name])
    each = 100 / first["users"]
    credited, true = plain(first["touched_orders"] * each), plain(first["true_orders"] * each)
    ends = finding.with_interval(first["true_orders_ci_low"] * each, first["true_orders_ci_high"] * each, "number", decimals=1)
    if finding.judged(first["true_orders_ci_low"], first["true_orders_ci_high"]) == finding.LOWER:
        verdict = say("it drives orders away", "反而赶走了订单")
    elif first["true_orders"] < 0.5 * abs(first["touched_orders"]):
        verdict = say("most would have come anyway", "多数订单本来就会发生")
    elif first["true_orders"] > 1.2 * first["touched_orders"]:
        verdict = say("it brings more than it is credited with", "实际带来的比记账的更多")
    else:
        verdict = say("most of them are extra", "多数确为增量")
    text = say(
        f"A dashboard credits {who} with {credited} orders per 100 people, the truth is {true}{ends}: {verdict}",
        f"报表为{who}记下每百人 {credited} 单，真实增量为 {true} 单{ends}：{verdict}",
    )
    if len(every) > 1:
        sure = sum(finding.judged(r.true_orders_ci_low, r.true_orders_ci_high) == finding.HIGHER for r in every.itertuples())
        text += say(f"; {sure} of {len(every)} levers bring orders for sure", f"；{len(every)} 个杠杆中 {sure} 个确有增量订单")
    return text


def _paint(sheet: Sheet, tables: Tables, drawn: DataFrame, labels: dict[str, str]) -> None:
    sign = currency(tables)
    legend(
        sheet,
        [
            ("box", PUSHED, str(KINDS["persuadable"])),
            ("box", PUT_OFF, str(KINDS["sleeping_dog"])),
            (DOT, style.INK, say("truth, with its interval", "真实增量及区间")),
            (HOLLOW, DASHBOARD, say("as a dashboard has it", "报表口径")),
        ],
        x=EDGE,
    )
    rows = len(drawn)
    bars, count, panel, gap = 1.6, 0.5, 1.15, 0.14
    x = EDGE + NAMES
    head, foot = 0.92, 0.28

    def axes(wide: float) -> object:
        nonlocal x
        ax = sheet.axes(x, foot, WIDTH - x - wide, head)
        x += wide + gap
        return ax

    def title(ax: object, text: str, wide: float) -> None:
        ax.set_title(sheet.wrap(text, wide, 8.5, lines=3), size=8.5, loc="left", linespacing=1.1, color=style.QUIET, pad=5)

    shares = {kind: (drawn[kind] / drawn["users"]).to_numpy() for kind in KINDS}
    ax = axes(bars)
    name_rows(sheet, ax, row_names(drawn, labels), NAMES - 0.12)
    places = range(rows)
    ax.barh(places, shares["persuadable"], height=0.5, color=PUSHED)
    ax.barh(places, -shares["sleeping_dog"], height=0.5, color=PUT_OFF)
    widest, lowest = max(shares["persuadable"].max(), 0.002), shares["sleeping_dog"].max()
    # Room for the numbers at both ends of the bars.
    ax.set_xlim(-lowest - 0.5 * (widest + lowest), widest + 0.54 * (widest + lowest))
    for y in places:
        for kind, side in (("persuadable", 1), ("sleeping_dog", -1)):
            share = shares[kind][y]
            text = percent(share) if share >= 0.0005 else percent(0, 0)
            place = {"xytext": (3 * side, 0), "textcoords": "offset points", "va": "center", "ha": "left" if side > 0 else "right"}
            ax.annotate(text, (side * share, y), size=8, color=style.INK, **place)
    ax.axvline(0, color=style.BASELINE, linewidth=0.8)
    bare(ax, rows, names=True)
    ax.set_xticks([])
    ax.grid(False)
    ax.spines["bottom"].set_visible(False)
    title(ax, say("Moved, of all people", "被打动的人（占全体）"), bars)
    for kind in ("sure_thing", "lost_cause"):
        ax = axes(count)
        ax.axis("off")
        ax.set_ylim(rows - 0.5, -0.5)
        for y in places:
            ax.text(0, y, percent(shares[kind][y], 0), size=8.5, va="center", color=style.QUIET)
        title(ax, str(KINDS[kind]), count)
    columns = (
        ("true_orders", "touched_orders", "true_orders", 100, "number", True, Both("Orders per 100 people", "每百人订单数")),
        ("true_margin_minor", "naive_margin_minor", "true_margin", 1, "money", True, Both("Margin per person", "人均毛利")),
        ("true_cost_minor", "cost_minor", "", 1, "money", False, Both("Cost per person", "人均成本")),
    )
    for true, naive, ends, times, unit, good, words in columns:
        ax = axes(panel)
        ax.axvline(0, color=style.BASELINE, linewidth=0.8)
        for y, (_, line) in enumerate(drawn.iterrows()):
            each = times / line["users"]
            low, high = (line[f"{ends}_ci_{end}"] * each if ends else float("nan") for end in ("low", "high"))
            colour = verdict_colour(low, high, good) if ends else style.INK
            ax.plot(line[naive] * each, y, "D", color=DASHBOARD, markerfacecolor=style.PAPER, markersize=7)
            dot(ax, y, line[true] * each, low, high, colour, 5) if ends else ax.plot(line[true] * each, y, "o", color=colour, markersize=5)
        bare(ax, rows)
        ax.margins(x=0.12)
        few_ticks(ax, unit, sign)
        title(ax, str(words), panel)
