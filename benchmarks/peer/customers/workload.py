"""The workload `customers`: a shop without incentives. Only the standard library: peers may live in an environment of their own.

In words (all numbers are in scenarios/oracles/bgnbd.yaml):

    A shop has N customers, who differ. Each has a rate of visits, Gamma(r, 1) scaled so that N customers order as CDNOW's did; a chance to
    leave after an order, Beta(a, b); and a usual basket, p·v divided by Gamma(q, 1).
    On day 0 everybody visits and orders. On each day after it a customer who has not left
      visits     a Poisson number of times with the own rate;
      orders     on each visit, one after the other, with the chance c; the order is worth the usual basket times Gamma(p, 1)/p, rounded
                 to whole minor units;
      leaves     after each order with the own chance, for good; the visits still planned for that day do not happen.
    At the end of a day the shop writes down how many were active, visits, orders, revenue, how many have left for good, and how many
    customers it sees as dormant (not seen for 30 days), churned (left, or not seen for 90), or neither.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

BOOK = ("active_users", "visits", "orders", "revenue", "customer", "dormant", "churned", "departed")
"""What is written down each day: counts of the day (revenue in minor units), then stocks at the end of the day."""

STOCKS = BOOK[4:]
DAYS_A_WEEK = 7
MINOR_PER_UNIT = 100


@dataclass(frozen=True)
class Shop:
    """The numbers of the workload, read from the shipped scenario; rates as in the BG/NBD and gamma-gamma models."""

    COLUMNS: ClassVar = BOOK

    r: float
    """Shape of the order rates across users."""
    alpha_weeks: float
    """Rate parameter of the order rates: mean orders a week = r/α."""
    conversion: float
    """Chance that a visit becomes an order."""
    a: float
    b: float
    """Beta(a, b) of the chance to leave after an order."""
    p: float
    q: float
    v: float
    """Gamma-gamma of order values."""
    dormant_after_days: int
    churned_after_days: int

    @property
    def visits_per_day(self) -> float:
        """Scale of the visit rates: a user's rate is this times Gamma(r, 1)."""
        return 1.0 / (self.alpha_weeks * DAYS_A_WEEK * self.conversion)

    @property
    def basket_scale(self) -> float:
        """A user's usual basket in minor units is this divided by Gamma(q, 1)."""
        return self.p * self.v * MINOR_PER_UNIT
