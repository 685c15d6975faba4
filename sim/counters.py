"""What the platform counts of a day, lever or no lever, and under which names a day's numbers stand in tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

CORE_COUNTERS = {
    "prospect": ("users", "stock: in the market, not yet reached"),
    "registered": ("users", "stock: signed up, no order yet"),
    "customer": ("users", "stock: has ordered, seen lately"),
    "dormant": ("users", "stock: not seen for dormant_after_days"),
    "churned": ("users", "stock: not seen for churned_after_days, or left for good"),
    "departed": ("users", "stock: left for good (only a simulator knows)"),
    "leads": ("users", "reached in the market today, signed up or not"),
    "new_users": ("users", "signed up today"),
    "active_users": ("users", "visited today"),
    "visits": ("visits", "today"),
    "first_orders": ("orders", "first orders today"),
    "orders": ("orders", "today, first orders included"),
    "repeat_orders": ("orders", "today, first orders not included"),
    "failures": ("orders", "that went wrong today"),
    "returned": ("users", "came back today after having left"),
    "basket": ("minor units", "orders of today before discounts"),
    "revenue": ("minor units", "paid today"),
    "cost_of_goods": ("minor units", "of the goods ordered today"),
}
STOCKS = ("prospect", "registered", "customer", "dormant", "churned", "departed")
"""Counters of changes whose running sum is a stock; everybody begins as a prospect."""

MONEY = ("basket", "revenue", "cost_of_goods")
"""Those of them that are money."""


def columns(levers: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """(column of ``daily.csv``, block, counter) of the platform's own numbers and those of these levers; money ends in ``_minor``."""
    for name in CORE_COUNTERS:
        yield f"{name}_minor" if name in MONEY else name, "core", name
    for instance, lever in levers.items():
        yield from ((f"{instance}_{name}", instance, name) for name in lever.counted)
        yield from ((f"{instance}_{name}_minor", instance, name) for name in lever.accounts)
