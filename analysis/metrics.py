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


def _money(name: str, label: str, label_zh: str, formula: str, caveat: str = "", better: bool = True) -> Metric:
    noun = label[0].lower() + label[1:] if not label[:2].isupper() else label
    return Metric(
        name, label, label_zh, "money", formula, caveat, f"has {{}} more {noun}", f"has {{}} less {noun}", better
    )


METRICS: tuple[Metric, ...] = (
    Metric(
        "orders_per_user",
        "Orders per user",
        "人均订单数",
        "number",
        "orders ÷ users who ever registered",
        "A mean over very unequal users.",
        "brings {} more orders per user",
        "brings {} fewer orders per user",
    ),
    _money(
        "revenue_per_user",
        "Revenue per user",
        "人均收入",
        "paid baskets ÷ users who ever registered",
        "After discounts, before the cost of goods.",
    ),
    _money(
        "aov",
        "Average order value",
        "客单价",
        "revenue ÷ orders",
        "Falls when a strategy adds small orders: read it beside orders.",
    ),
    Metric(
        "repurchase_rate",
        "Repurchase rate",
        "复购率",
        "share",
        "users with two or more orders ÷ users with at least one",
        "Grows with the length of the run.",
        "brings {} more buyers back",
        "brings {} fewer buyers back",
    ),
    Metric(
        "active_share_end",
        "Active at the end",
        "期末活跃占比",
        "share",
        "users in stage customer on the last day ÷ users who ever registered",
        "Observed by the inactivity rule, not by latent departure.",
        "has {} more users active at the end",
        "has {} fewer users active at the end",
    ),
    _money(
        "contribution_per_user",
        "Contribution per user",
        "人均贡献毛利",
        "(revenue − cost of goods − lever costs) ÷ users who ever registered",
        "Fixed costs of the company are not in it.",
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
        "ltv",
        "Lifetime value",
        "用户生命周期价值",
        "discounted contribution per user within the run's horizon",
        "Nothing is extrapolated beyond the last simulated day.",
    ),
    _money(
        "cac",
        "Acquisition cost",
        "获客成本",
        "acquisition spend ÷ newly registered users",
        "Blended: users who came unpaid are in the denominator.",
        better=False,
    ),
)
_BY_NAME = {metric.name: metric for metric in METRICS}

HEADLINE = "retention_90_order"
"""The metric in which strategies are compared first; where a result lacks it, `headline` finds the nearest."""
PLAIN_RETENTION = "rolling"
"""The definition behind `retention_90_order`, whose name says none."""


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
            "Needs days after N to be seen, so it falls towards zero near the end of every run.",
        ),
        Definition(
            "bracket_30",
            "30-day bracket retention",
            "区间留存",
            "Share with {a_event} within the 30-day bracket",
            "users with at least one {event} within the 30 days of the bracket ÷ users followed to its end",
            "Several times lower than rolling retention on the same people.",
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
            "生存率",
            "Share with no lapse before day N",
            "Kaplan–Meier estimate of no gap without {a_event} longer than the churn rule allows, counted to "
            "the first gap",
            "A user who lapsed and came back still counts as lapsed.",
        ),
    )
}
DEPARTURE = Definition(
    "survival",
    "survival by departure",
    "未永久流失占比",
    "Share not gone for good by day N",
    "users who have not departed for good by day N ÷ users followed to day N",
    "Only a simulator knows a departure; a platform sees silence.",
)
STARTS = {"registration": "registration", "first_order": "the first order"}
EVENTS = {"order": "an order", "visit": "a visit", "departure": "a departure"}
_RETENTION = re.compile(
    r"(?:retention_)?(?P<definition>rolling|bracket_30|bracket|exact_day|exact|survival)?_?(?:retention_)?"
    r"(?P<age>\d+)_(?P<event>order|visit|departure)(?:_(?P<suffix>rolling|bracket_30|bracket|exact_day|exact|survival))?"
)
_LONG = {"bracket": "bracket_30", "exact": "exact_day"}


def definition(name: str, event: str) -> Definition:
    """The definition of a retention curve; `survival` by departure is a thing of its own."""
    return DEPARTURE if name == "survival" and event == "departure" else DEFINITIONS[name]


def retention_parts(name: str) -> tuple[str, str, int] | None:
    """(definition, event, age in days) of a retention metric's name, None if it is not one."""
    match = _RETENTION.fullmatch(name)
    if not match:
        return None
    kind = match["definition"] or match["suffix"] or PLAIN_RETENTION
    return _LONG.get(kind, kind), match["event"], int(match["age"])


def metric(name: str, unit: str = "") -> Metric:
    """The row for `name`; retention metrics follow from their name, unknown ones from their unit."""
    if name in _BY_NAME:
        return _BY_NAME[name]
    parts = retention_parts(name)
    if parts:
        kind, event, age = parts
        how = definition(kind, event)
        return Metric(
            name,
            f"Day-{age} {how.label} by {event}",
            f"{age}日{how.label_zh}",
            "share",
            how.meaning.format(event=event, a_event=EVENTS[event]).replace("day N", f"day {age}"),
            how.caveat,
            f"keeps {{}} more users at day {age}",
            f"keeps {{}} fewer users at day {age}",
        )
    label = name.replace("_", " ").capitalize()
    lowered = unit.lower()
    if "minor" in lowered or lowered.startswith("money"):
        kind = "money"
    elif lowered in ("share", "fraction", "rate", "probability"):
        kind = "share"
    else:
        kind = "number"
    noun = label[0].lower() + label[1:]
    return Metric(name, label, label, kind, "", "", f"has {{}} more {noun}", f"has {{}} less {noun}")


def headline(names: Iterable[str]) -> str | None:
    """The retention metric to compare by: HEADLINE, else the one by order nearest to day 90, else None."""
    names = list(dict.fromkeys(names))
    if HEADLINE in names:
        return HEADLINE
    found = [(parts, name) for name in names if (parts := retention_parts(name))]
    if not found:
        return None
    return min(found, key=lambda item: (item[0][1] != "order", item[0][0] != PLAIN_RETENTION, abs(item[0][2] - 90)))[1]
