"""The users: one structured array, a row each; what a row holds, and how its traits are drawn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import special

from sim import quantile
from sim.chance import purpose, trait_luck
from sim.exact import exp
from sim.layout import blank_rows, row_dtype
from sim.lever import Column, Lever
from sim.parameter import MINOR_PER_UNIT

STAGES = ("prospect", "registered", "customer", "dormant", "churned")
PROSPECT, REGISTERED, CUSTOMER, DORMANT, CHURNED = range(5)
COPULA_BITS = 40
"""Bits kept of a number that went through a copula."""

NEVER = -1
"""A day that has not come: the first order of someone who has not ordered."""

DAYS_A_WEEK = 7

MOST_VISITS_A_DAY = 1_000
"""Nobody comes more often; visits beyond are cut."""
WITHIN_USER_LOG_SD = 0.84
"""Spread of one user's orders where spend is lognormal (evidence: within-user log-sd .84)."""

COLUMNS = {
    "id": Column("i8", "-", "number of the user; addresses the user's luck"),
    "visit_rate": Column("f8", "visits/day", "how often the user visits when nothing pushes", daily=True),
    "leave_p": Column("f8", "probability", "leaves after a repeat order, or at a renewal, when nothing pushes"),
    "leave_clock": Column("f8", "days", "left of the unpushed life (dropout per_time)"),
    "mean_life": Column("f8", "days", "expected unpushed life (dropout per_time)"),
    "habit": Column("f8", "share", "how much visiting has become a habit", 0, daily=True),
    "fatigue": Column("f8", "messages", "messages still felt", daily=True),
    "interest": Column("f8", "log-rate", "left of a newcomer's interest", daily=True),
    "satisfaction": Column("f8", "-1 … 1", "experiences so far; 0 is as expected"),
    "reference_price": Column("f8", "share of list", "the price the user thinks normal", 1),
    "pantry": Column("f8", "orders", "bought early and not yet used", daily=True),
    "usual_basket": Column("f8", "minor units", "mean of the user's baskets before discounts"),
    "deal_proneness": Column("f8", "share", "responds to a deal"),
    "entry_day": Column("i4", "day", "signs up", daily=True),
    "first_order_day": Column("i4", "day", "of the first order", NEVER),
    "last_seen": Column("i4", "day", "of the last visit", daily=True),
    "last_order_day": Column("i4", "day", "of the last order", NEVER),
    "left_day": Column("i4", "day", "of leaving for good", NEVER),
    "orders": Column("i4", "orders", "placed so far", daily=True),
    "stage": Column("u1", "code", "place in STAGES, as the platform sees it", daily=True),
    "left": Column("u1", "0/1", "has left (which only a simulator knows)", daily=True),
}

TODAY = np.dtype(
    [
        ("key", "i8"), ("day", "i8"), ("season", "f8"),
        ("reach", "f8"), ("luck", "f8"), ("heard", "i8"), ("touched", "i8"),
        ("visit_pull", "f8"), ("order_pull", "f8"), ("stay_pull", "f8"), ("return_hazard", "f8"), ("cheaper", "f8"),
        ("messages", "f8"), ("alive_share", "f8"), ("visits", "i8"), ("visit", "i8"), ("orders", "i8"), ("ordered", "i8"),
        ("basket", "i8"), ("due", "i8"), ("perceived_saving", "f8"), ("basket_lift", "f8"), ("posted", "i8"), ("entered", "i8"),
        ("returned", "i8"), ("amounts", "i8", (MOST_VISITS_A_DAY,)), ("payments", "i8", (MOST_VISITS_A_DAY,)),
    ]
)
"""Today: the calendar (key, day, season; reach: chance that a prospect is reached), the user's luck with visits and the
number of friends who posted yesterday (touched: of the engine's own), then what the day has brought one user so far.

Scratch, set to zero when a user's day begins: pulls on the visit log-rate, the order logit, the logit of staying; hazard of coming
back; relative saving promised at this visit; messages received; share of the day before leaving; visits planned, this visit's
number, orders so far, whether this visit ordered; basket, what is still due, and the saving perceived on it, in minor units;
log-lift of the basket; whether the user posted, signed up today, came back today; basket and payment of each order.
"""

ORDER_RATE, LEAVE, LIFETIME, VALUE = (purpose(f"trait.{n}") for n in ("order_rate", "leave", "lifetime", "value"))
DEALS, ENTRY = purpose("trait.deal_proneness"), purpose("trait.entry")


@dataclass(frozen=True)
class Traits:
    """What ``draw`` of a lever may look at: the key of the run, the rows and the number of people."""

    key: int
    users: np.ndarray

    def luck(self, purpose_number: int, k: int = 0) -> np.ndarray:
        """The users' luck for one trait; shape (users,)."""
        return trait_luck(self.key, len(self.users), purpose_number, k)

    def luck_coupled(self, purpose_number: int, correlation: float) -> np.ndarray:
        """The users' luck for one trait that goes with their luck of the order rate: a Gaussian copula; shape (users,).

        z = ρ·z_rate + √(1 − ρ²)·z_own with z = Φ⁻¹(luck), and back; rounded to 40 bits, so that scipy's last bits reach nobody's life.
        Without correlation it is ``luck``, to the bit.
        """
        own = self.luck(purpose_number)
        if correlation == 0.0:
            return own
        smallest = 2.0**-COPULA_BITS
        z_rate, z_own = (special.ndtri(np.clip(u, smallest, 1.0 - smallest)) for u in (self.luck(ORDER_RATE), own))
        mixed = special.ndtr(correlation * z_rate + np.sqrt(1.0 - correlation**2) * z_own)
        return np.minimum(np.round(mixed * 2.0**COPULA_BITS), 2.0**COPULA_BITS - 1) * smallest


def draw_population(scenario: Any, levers: dict[str, Lever], key: int, users: int) -> np.ndarray:
    """The users of one run before day 0; shape (users,), one row each."""
    rows = blank_rows(users, row_dtype(COLUMNS, levers))
    for name, column in COLUMNS.items():
        if column.initial:
            rows[name] = column.initial
    rows["id"] = np.arange(users)
    who = Traits(key, rows)
    p = scenario.population
    per_day = quantile.gamma(p.order_rate.r, p.order_rate.alpha_weeks * DAYS_A_WEEK * p.visit_conversion)
    rows["visit_rate"] = quantile.quantiles(per_day, who.luck(ORDER_RATE))
    _draw_leaving(rows, p.dropout, who, p.coupling.leave)
    _draw_value(rows, p.spend, who.luck_coupled(VALUE, p.coupling.value))
    deals = quantile.beta(p.deal_proneness.a, p.deal_proneness.b)
    rows["deal_proneness"] = quantile.quantiles(deals, who.luck_coupled(DEALS, p.coupling.deals))
    rows["entry_day"] = entry_days(p.entry, who)
    rows["interest"] = p.newcomer.visit_lift
    for name, lever in levers.items():
        own = rows[name]
        for column_name, column in lever.columns.items():
            if column.initial:
                own[column_name] = column.initial
        if lever.draw is not None and name in scenario.levers:
            lever.draw(own, who, scenario.levers[name])
    return rows


def _draw_leaving(rows: np.ndarray, dropout: Any, who: Traits, coupling: float) -> None:
    if dropout.mode in ("per_order", "per_renewal"):
        rows["leave_p"] = quantile.quantiles(quantile.beta(dropout.a, dropout.b), who.luck_coupled(LEAVE, coupling))
    if dropout.mode == "per_time":
        per_day = quantile.quantiles(quantile.gamma(dropout.s, dropout.beta_weeks * DAYS_A_WEEK), who.luck_coupled(LEAVE, coupling))
        spent = quantile.quantiles(quantile.exponential(), who.luck(LIFETIME))
        rows["mean_life"] = 1.0 / np.maximum(per_day, 1e-30)
        rows["leave_clock"] = spent * rows["mean_life"]


def _draw_value(rows: np.ndarray, spend: Any, luck: np.ndarray) -> None:
    if spend.median is None:
        rows["usual_basket"] = quantile.quantiles(quantile.inverse_gamma(spend.q, spend.v), luck) * (spend.p * MINOR_PER_UNIT)
        return
    between = max(spend.sigma**2 - WITHIN_USER_LOG_SD**2, 0.0) ** 0.5
    table = np.array([exp(between * z) for z in quantile.normal()])
    within = min(spend.sigma, WITHIN_USER_LOG_SD)
    rows["usual_basket"] = quantile.quantiles(table, luck) * (spend.median * MINOR_PER_UNIT * exp(within**2 / 2.0))


def basket_table(spend: Any) -> quantile.Table:
    """What one order is worth against its user's usual basket, with mean 1: Gamma(p)/p, or lognormal."""
    if spend.median is None:
        return quantile.gamma(spend.p, spend.p)
    within = min(spend.sigma, WITHIN_USER_LOG_SD)
    return np.array([exp(within * z - within**2 / 2.0) for z in quantile.normal()])


def entry_days(entry: Any, who: Traits) -> np.ndarray:
    """The day on which each user comes; shape (users,)."""
    users = len(who.users)
    if entry.cohort is not None:
        over, weights = entry.cohort.over_days, entry.cohort.weights
        luck = who.luck(ENTRY)
        if weights is None:
            return (luck * over).astype(np.int32)
        ends = np.cumsum(weights) / np.sum(weights)
        part = np.minimum(np.searchsorted(ends, luck, side="right"), len(weights) - 1)
        starts = np.concatenate([[0.0], ends[:-1]])
        inside = (luck - starts[part]) / (ends[part] - starts[part])
        return np.minimum(((part + inside) * over / len(weights)).astype(np.int32), over - 1)
    if entry.arrivals is not None:
        return (np.arange(users) / entry.arrivals.per_day).astype(np.int32)
    return np.full(users, np.iinfo(np.int32).max, np.int32)
