"""What all peers are told and what they must write down. Only the standard library: peers may live in an environment of their own.

The workload in words is in ``benchmarks/peers.py``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

BOOK = ("active_users", "visits", "orders", "revenue", "customer", "dormant", "churned", "departed")
"""What is written down each day: counts of the day (revenue in minor units), then stocks at the end of the day."""

DAYS_A_WEEK = 7
MINOR_PER_UNIT = 100


@dataclass(frozen=True)
class Shop:
    """The numbers of the workload, read from the shipped scenario; rates as in the BG/NBD and gamma-gamma models."""

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


class World(Protocol):
    """A world that has lived day 0."""

    def run(self) -> None:
        """Live the other days."""

    def book(self) -> dict[str, list[int]]:
        """What was written down: a list of ``days + 1`` whole numbers for each name of ``BOOK``."""
