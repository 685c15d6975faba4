"""The numbers by which strategies are compared, from the counts of one run. ``analysis.metrics`` says them in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from sim import ledger
from sim.measure import GROUPS, names_of
from sim.scenario import Scenario
from sim.study.winning import winning_cost

Counts = Mapping[str, np.ndarray]
Kinds = Mapping[str, tuple[str, str]]

MONTH = 30
YEAR = 365
AGES = {
    ("rolling", "order"): (30, 90, 180),
    ("rolling", "visit"): (30, 90, 180),
    ("bracket_30", "order"): (30, 90, 180),
    ("exact_day", "visit"): (1, 7, 30),
}
"""Retention metrics of the summary: ages in days since registration."""


def retention_at(counts: Counts, definition: str, event: str, start: str, age: int) -> float:
    """The fraction retained at an age; nan where nobody was followed so long."""
    followed = counts[f"followed/{start}"]
    if age >= len(followed) or followed[age] == 0:
        return float("nan")
    return float(counts[f"{definition}/{event}/{start}"][age] / followed[age])


def values(counts: Counts, scenario: Scenario, accounts: Kinds, acquisition: Sequence[str] = ()) -> dict[str, tuple[str, float]]:
    """Every metric of one run: name → (unit, value). ``acquisition``: the accounts that were spent to win new users."""
    daily = {name.removeprefix("daily/"): v for name, v in counts.items() if name.startswith("daily/")}
    amounts = {name.removeprefix("account/"): int(v) for name, v in counts.items() if name.startswith("account/")}
    books = ledger.balance(amounts, accounts)
    registered = max(int(counts["users/registered"]), 1)
    customers = int(counts["users/customers"])
    orders = int(daily["orders"].sum())
    out: dict[str, tuple[str, float]] = {}
    for (definition, event), ages in AGES.items():
        for age in ages:
            share = retention_at(counts, definition, event, "registration", age)
            if share == share:
                out[f"{definition}_{age}_{event}"] = ("share", share)
    out["conversion_rate"] = ("share", customers / registered)
    out["repurchase_rate"] = ("share", int(counts["users/repeaters"]) / max(customers, 1))
    out["active_share_end"] = ("share", int(daily["customer"][-1]) / registered)
    out["departed_share_end"] = ("share", int(daily["departed"][-1]) / registered)
    out["stickiness"] = ("share", _stickiness(daily, counts))
    out["orders_per_user"] = ("orders", orders / registered)
    out["visits_per_user"] = ("visits", int(daily["visits"].sum()) / registered)
    out["aov"] = ("minor units", books["revenue"] / max(orders, 1))
    out["revenue_per_user"] = ("minor units", books["revenue"] / registered)
    out["incentive_cost_per_user"] = ("minor units", (books["discounts"] + books["costs"]) / registered)
    spent_on_new = sum(amounts[account] for account in acquisition)
    out["cac"] = ("minor units", spent_on_new / registered)
    days = _payback(daily, accounts)
    if days is not None:
        out["payback_days"] = ("days", float(days))
    out["contribution_per_user"] = ("minor units", books["contribution"] / registered)
    out["ltv"] = ("minor units", _present_value(daily, scenario, accounts) / registered)
    out["reference_price_end"] = ("share", float(counts["users/reference_price"]) / registered)
    out["satisfaction_end"] = ("points", float(counts["users/satisfaction"]) / registered)
    out["registered"] = ("users", float(registered))
    return out


SEGMENT_UNITS = {
    "users": "users", "orders": "orders", "ordered_last_30": "share", "repurchase_rate": "share", "aov": "minor units",
    "revenue": "minor units", "contribution": "minor units", "ltv_to_date": "minor units", "cac": "minor units",
}  # fmt: skip
"""Metrics of a segment at the end of a run. ``ordered_last_30``: of its users, those who ordered in the last 30 days.
Contribution is what was paid less the cost of goods, before the levers' other costs; the life-time value to date is that for each user,
not discounted; ``cac`` is what winning each of them has cost (``sim.study.winning``)."""


def segment_values(counts: Counts, scenario: Scenario) -> dict[tuple[str, str, str], float]:
    """Every metric of every segment of one run, by (group, segment, metric); one without anybody to divide by is left out."""
    out = {}
    spent = winning_cost(counts, scenario)
    for group in GROUPS:
        counted = ("users", "customers", "repeaters", "recent", "orders", "revenue", "goods")
        sums = {what: counts[f"segments/{group}/{what}"] for what in counted}
        for k, segment in enumerate(names_of(group, scenario)):
            users, customers, repeaters, recent, orders, revenue, goods = (int(s[k]) for s in sums.values())
            found = {"users": users, "orders": orders, "revenue": revenue, "contribution": revenue - goods}
            found |= {"repurchase_rate": repeaters / customers} if customers else {}
            found |= {"aov": revenue / orders} if orders else {}
            if users:
                found |= {"ltv_to_date": (revenue - goods) / users, "ordered_last_30": recent / users}
                found |= {"cac": float(counts[f"segments/{group}/channels"][k] @ spent) / users}
            out |= {(group, segment, metric): float(found[metric]) for metric in SEGMENT_UNITS if metric in found}
    return out


def _stickiness(daily: Mapping[str, np.ndarray], counts: Counts) -> float:
    """Mean daily active users of the last 30 days by the users who were active in them at all."""
    monthly = int(counts["users/active_last_30"])
    return float(daily["active_users"][-MONTH:].mean() / monthly) if monthly else 0.0


def contributions(daily: Mapping[str, np.ndarray], accounts: Kinds) -> np.ndarray:
    """Each day's contribution in minor units: revenue and income less goods and costs."""
    out = daily["revenue"] - daily["cost_of_goods"]
    for name, (kind, _) in accounts.items():
        if kind == "cost":
            out = out - daily[name.replace(".", "_")]
        elif kind == "income":
            out = out + daily[name.replace(".", "_")]
    return out


def _payback(daily: Mapping[str, np.ndarray], accounts: Kinds) -> int | None:
    """The first day from which the contribution of all days so far, everything spent taken off, is never below 0 again; None: not yet."""
    below = np.flatnonzero(contributions(daily, accounts).cumsum() < 0)
    day = int(below[-1]) + 1 if len(below) else 0
    return day if day < len(daily["revenue"]) else None


def _present_value(daily: Mapping[str, np.ndarray], scenario: Scenario, accounts: Kinds) -> float:
    """The run's contribution, each day's taken back to day 0 at the scenario's yearly rate."""
    contribution = contributions(daily, accounts)
    rate = scenario.economics.discount_rate_per_year
    return float((contribution * (1.0 + rate) ** (-np.arange(len(contribution)) / YEAR)).sum())
