"""The single table of definitions: what every metric and every retention curve means."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Metric:
    """One row of the table of definitions.

    `unit` is share (a fraction, written as %), money (minor units, written as money) or number. `gain` and `loss` say
    in a sentence what a difference means; `{}` takes the amount.
    """

    name: str
    label: str
    label_zh: str
    unit: str
    formula: str
    caveat: str = ""
    gain: str = ""
    loss: str = ""
    higher_is_better: bool = True
    told: str = ""
    """How a level is said in a sentence, where the label will not do: `{} of users order in days 61–90`."""


def _money(name: str, label: str, label_zh: str, formula: str, caveat: str = "", better: bool = True) -> Metric:
    noun = label[0].lower() + label[1:] if not label[:2].isupper() else label
    return Metric(
        name, label, label_zh, "money", formula, caveat, f"has {{}} more {noun}", f"has {{}} less {noun}", better
    )


METRICS: tuple[Metric, ...] = (
    Metric(
        "conversion_rate",
        "Conversion rate",
        "首购转化率",
        "share",
        "users with at least one order ÷ users who ever registered",
        "Late sign-ups have had less time to order.",
        "turns {} more users into customers",
        "turns {} fewer users into customers",
    ),
    Metric(
        "repurchase_rate",
        "Repurchase rate",
        "复购率",
        "share",
        "users with two or more orders ÷ users with at least one",
        "Grows with the length of the run, and falls when a strategy wins weaker first orders.",
        "brings {} more buyers back",
        "brings {} fewer buyers back",
    ),
    Metric(
        "active_share_end",
        "Active customers at the end",
        "期末活跃客户占比",
        "share",
        "users in stage customer on the last day (have ordered, were seen less than dormant_after_days ago, have not left) "
        "÷ users who ever registered",
        "Leaves out those who have left for good, which only a simulator knows on the day.",
        "has {} more users active at the end",
        "has {} fewer users active at the end",
    ),
    Metric(
        "departed_share_end",
        "Gone for good at the end",
        "期末永久流失占比",
        "share",
        "users who have left for good and not come back by the last day ÷ users who ever registered",
        "Only a simulator knows a departure; silent users who would still return are not in it.",
        "has {} more users gone for good",
        "has {} fewer users gone for good",
        False,
    ),
    Metric(
        "stickiness",
        "Stickiness (DAU ÷ MAU)",
        "黏性（DAU ÷ MAU）",
        "share",
        "mean number of users who visit on a day of the last 30 ÷ users who visited at all in those 30 days",
        "Says how often those visit who visit, not how many they are.",
        "has {} more stickiness",
        "has {} less stickiness",
    ),
    Metric(
        "orders_per_user",
        "Orders per user",
        "人均订单数",
        "number",
        "orders, first orders included ÷ users who ever registered",
        "A mean over very unequal users.",
        "brings {} more orders per user",
        "brings {} fewer orders per user",
    ),
    Metric(
        "visits_per_user",
        "Visits per user",
        "人均访问数",
        "number",
        "visits, the one of the day of registration included ÷ users who ever registered",
        "A visit is not yet an order.",
        "brings {} more visits per user",
        "brings {} fewer visits per user",
    ),
    _money(
        "aov",
        "Average order value",
        "客单价",
        "revenue ÷ orders",
        "After discounts. Falls when a strategy adds small orders: read it beside orders.",
    ),
    _money(
        "revenue_per_user",
        "Revenue per user",
        "人均收入",
        "(baskets − discounts) ÷ users who ever registered",
        "Before the cost of goods.",
    ),
    _money(
        "incentive_cost_per_user",
        "Incentive cost per user",
        "人均激励成本",
        "(discounts + lever costs) ÷ users who ever registered",
        "Includes what is given to users who would have bought anyway.",
        better=False,
    ),
    _money(
        "contribution_per_user",
        "Contribution per user",
        "人均贡献毛利",
        "(revenue − cost of goods − lever costs) ÷ users who ever registered",
        "Discounts are in it: revenue is after them. Fixed costs of the company are not.",
    ),
    _money(
        "ltv",
        "Lifetime value within the run",
        "周期内用户价值（LTV）",
        "contribution of each day, taken back to day 0 of the run at discount_rate_per_year, ÷ users who ever registered",
        "Nothing is extrapolated beyond the last simulated day.",
    ),
    Metric(
        "reference_price_end",
        "Reference price at the end",
        "期末参考价",
        "share",
        "mean over users who ever registered of the price they think normal, as a share of the list price",
        "Falls under 100 % as users get used to discounts.",
        "leaves the reference price {} more",
        "leaves the reference price {} less",
    ),
    Metric(
        "satisfaction_end",
        "Satisfaction at the end",
        "期末满意度",
        "number",
        "mean over users who ever registered of satisfaction, −1 to 1, where 0 is as expected",
        "A state of the model, not an answer in a survey.",
        "has {} more satisfaction",
        "has {} less satisfaction",
    ),
    Metric(
        "registered",
        "Users who registered",
        "注册用户数",
        "number",
        "users who registered on any day of the run",
        "The denominator of everything per user.",
        "has {} more registered users",
        "has {} fewer registered users",
    ),
)
_BY_NAME = {metric.name: metric for metric in METRICS}

HEADLINE = "bracket_30_90_order"
"""The metric in which strategies are compared first; where a result lacks it, `headline` finds the nearest.

Whether users order in days 61–90 can be seen of everybody followed for 90 days and does not change with the length of the
run. Rolling retention does: on day 90 it counts whoever orders in all the days that happen to be left.
"""
PREFERENCE = ("bracket_30", "rolling", "exact_day")
"""Definitions in the order in which `headline` falls back on them."""


@dataclass(frozen=True)
class Definition:
    """One way to say that a user is still there; `{event}` and `{start}` are filled in."""

    name: str
    label: str
    label_zh: str
    axis: str
    meaning: str
    caveat: str


DEFINITIONS: dict[str, Definition] = {
    definition.name: definition
    for definition in (
        Definition(
            "rolling",
            "rolling retention",
            "滚动留存",
            "Share with {a_event} on day N or later",
            "users with at least one {event} on day N or on any later day of the run ÷ users followed to day N",
            "Depends on the days left to look ahead: it falls towards zero near the end of every run.",
        ),
        Definition(
            "bracket_30",
            "30-day bracket retention",
            "30日区间留存",
            "Share with {a_event} in the 30 days that end on day N",
            "users with at least one {event} in days N−29 to N ÷ users followed to day N",
            "Does not depend on the length of the run; several times lower than rolling retention on the same people.",
        ),
        Definition(
            "exact_day",
            "exact-day retention",
            "第N日留存",
            "Share with {a_event} exactly on day N",
            "users with at least one {event} on day N itself ÷ users followed to day N",
            "The lowest of the three: most users who stay are away on any given day.",
        ),
        Definition(
            "survival",
            "survival without a lapse",
            "未沉默占比（KM）",
            "Share that has not lapsed by day N",
            "Kaplan–Meier estimate of no lapse by day N; a lapse is declared on the day on which the last {event} "
            "(or day 0) is churned_after_days old",
            "No line can fall before that many days. A user who lapsed and came back still counts as lapsed.",
        ),
    )
}
DEPARTURE = Definition(
    "survival",
    "survival by departure",
    "未永久流失占比（KM）",
    "Share not gone for good by day N",
    "Kaplan–Meier estimate of not having left for good by day N, that day included",
    "Only a simulator knows a departure; a platform sees silence. Who left and came back counts as not having left.",
)
STARTS = {"registration": "registration", "first_order": "the first order"}
BRACKET = 30
"""Days of a bracket."""
EVENTS = {"order": "an order", "visit": "a visit", "departure": "a departure"}
_RETENTION = re.compile(r"(rolling|bracket_30|exact_day)_(\d+)_(order|visit)")


def definition(name: str, event: str) -> Definition:
    """The definition of a retention curve; `survival` by departure is a thing of its own."""
    return DEPARTURE if name == "survival" and event == "departure" else DEFINITIONS[name]


def retention_parts(name: str) -> tuple[str, str, int] | None:
    """(definition, event, age in days) of a retention metric's name, None if it is not one."""
    match = _RETENTION.fullmatch(name)
    return (match[1], match[3], int(match[2])) if match else None


def _retention(name: str, kind: str, event: str, age: int) -> Metric:
    """The row of a retention metric of the summary, which counts from registration."""
    how = DEFINITIONS[kind]
    first = max(age - BRACKET + 1, 1)
    when, when_zh = {
        "bracket_30": (f"in days {first}–{age}", f"第{first}–{age}日"),
        "rolling": (f"on day {age} or later", f"第{age}日及以后"),
        "exact_day": (f"on day {age}", f"第{age}日当天"),
    }[kind]
    adjective = "rolling " if kind == "rolling" else ""
    past, present, zh = ("ordered", "ordering", "下单") if event == "order" else ("visited", "visiting", "访问")
    formula = how.meaning.format(event=event).replace("days N−29 to N", f"days {first} to {age}")
    return Metric(
        name,
        f"Day-{age} {adjective}retention ({past} {when})",
        f"{age}日{how.label_zh}（{when_zh}{zh}）" if kind != "exact_day" else f"{age}日留存（{when_zh}{zh}）",
        "share",
        formula.replace("day N", f"day {age}") + "; day 0 is the day of registration",
        how.caveat,
        f"keeps {{}} more users {present} {when}",
        f"keeps {{}} fewer users {present} {when}",
        told=f"{{}} of users {event} {when}",
    )


def metric(name: str, unit: str = "") -> Metric:
    """The row for `name`; retention metrics follow from their name, unknown ones from their unit."""
    if name in _BY_NAME:
        return _BY_NAME[name]
    parts = retention_parts(name)
    if parts:
        return _retention(name, *parts)
    label = name.replace("_", " ").capitalize()
    lowered = unit.lower()
    if "minor" in lowered:
        kind = "money"
    elif lowered in ("share", "fraction", "rate", "probability"):
        kind = "share"
    else:
        kind = "number"
    noun = label[0].lower() + label[1:]
    return Metric(name, label, label, kind, "", "", f"has {{}} more {noun}", f"has {{}} less {noun}")


def headline(names: Iterable[str]) -> str | None:
    """The retention metric to compare by: HEADLINE, else the one by order nearest to it and to day 90, else None."""
    found = [(parts, name) for name in dict.fromkeys(names) if (parts := retention_parts(name))]

    def distance(item: tuple[tuple[str, str, int], str]) -> tuple[bool, int, int]:
        kind, event, age = item[0]
        return event != "order", PREFERENCE.index(kind) if kind in PREFERENCE else len(PREFERENCE), abs(age - 90)

    return min(found, key=distance)[1] if found else None
