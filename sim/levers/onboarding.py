"""Onboarding 新手引导: a guide and a gift off an early order, for a limited time after sign-up.

The guide makes a newcomer come by more often, order more readily and stay after the first orders. The gift lowers the price of the next order
if it is used in time. Both end with the window, or with the first few orders.
"""

from __future__ import annotations

from sim import budget, first_deal
from sim.chance import chance, purpose
from sim.lever import Account, Column, Counter, LeverParameters
from sim.parameter import MONEY, minor_units, param
from sim.rule import rule

SEEN = purpose("onboarding.seen")
NONE, OPEN, USED, EXPIRED = range(4)


class Parameters(LeverParameters):
    gift: float = param(10.00, MONEY, "taken off one early order", ge=0, le=10_000, source="design")
    min_spend: float = param(20.00, MONEY, "smallest order the gift is good for", ge=0, le=100_000, source="design")
    budget: float | None = budget.cap("most that gifts may cost in all, open ones at their full value")
    window_days: int = param(14, "days", "after sign-up, until gift and guide end", ge=1, le=365, source="design")
    orders: int = param(2, "orders", "the lever acts until a user has placed so many", ge=1, le=20, source="design")
    seen: float = param(0.6, "share", "visits on which the gift is noticed", ge=0, le=1)
    guide_quality: float = param(0.5, "share", "0: no guide, 1: the best one can imagine", ge=0, le=1, source="design")
    guide_visit: float = param(0.40, "log-rate", "visits, with the best guide", ge=0, le=2)
    guide_order: float = param(0.40, "logit", "order decision, with the best guide", ge=0, le=2)
    guide_stay: float = param(0.30, "logit", "staying after an early order, with the best guide", ge=0, le=2)
    urgency: float = param(0.20, "log-rate", "visits in the last three days of an open gift", ge=0, le=2)
    first_deal: float = first_deal.param()


HOLDS = True
SETTLES = True
PRESETS = first_deal.PRESETS
COLUMNS = {
    "gift": Column("u1", "code", "0 none, 1 open, 2 used, 3 expired", daily=True),
    "noticed": Column("u1", "0/1", "on this visit"),
    **budget.DRAWN,
}
COUNTERS = {
    "granted": Counter("gifts", "given today"),
    "used": Counter("gifts", "used today"),
    "expired": Counter("gifts", "expired today"),
}
ACCOUNTS = {"discount": Account("discount", "new-user gifts used", acquisition=True, budgeted=True)}
SHARED = budget.GATE
LAWS = {
    "gifts granted = used + expired + open": lambda total, own: (
        total["granted"] == total["used"] + total["expired"] + int((own["gift"] == OPEN).sum())
    ),
}


def committed(total, p: Parameters) -> int:
    """Minor units given away, and at most to be given for gifts still open."""
    return total["discount"] + (total["granted"] - total["used"] - total["expired"]) * minor_units(p.gift)


def constants(p: Parameters) -> dict[str, float]:
    """The guide's three effects at the scenario's quality."""
    return {
        "to_visit": p.guide_visit * p.guide_quality,
        "to_order": p.guide_order * p.guide_quality,
        "to_stay": p.guide_stay * p.guide_quality,
    }


@rule("offer")
def welcome(u, own, p, t, m):
    """A newcomer is given the gift and the guide; near its end the gift calls."""
    days_left = p.window_days - t.age
    if days_left >= 0 and u.orders < p.orders:
        if t.aimed:
            if own.gift == NONE and t.lot < p.gate:
                own.gift = OPEN
                m.granted += 1
                t.bounty += p.gift
                if p.gate <= budget.ALL_BIDS:
                    own.drawn = min(own.drawn + p.gift, budget.MOST)
            elif own.gift == NONE:
                t.wake = t.day + 1
            t.visit_pull += p.strength * p.to_visit
            t.stay_pull += p.strength * p.to_stay
        if own.gift == OPEN:
            if days_left < 3:
                t.visit_pull += p.strength * p.urgency
            else:
                t.headroom += p.strength * p.urgency


@rule("visit")
def guide(u, own, p, t, m):
    """The guide eases the order; the gift, where noticed, promises a lower price."""
    own.noticed = 0
    if t.age <= p.window_days and u.orders < p.orders:
        if t.aimed:
            t.order_pull += p.strength * p.to_order
        if own.gift == OPEN and chance(t.key, u.id, t.day, SEEN, t.visit) < p.seen:
            own.noticed = 1
            t.cheaper += p.strength * min(p.gift / u.usual_basket, 1.0)


@rule("pay")
def unwrap(u, own, p, t, m):
    """The gift noticed on this visit is taken off the order."""
    if own.noticed and t.basket >= p.min_spend:
        off = min(p.gift, t.due)
        t.due -= off
        t.perceived_saving += p.strength * off
        t.lesson += p.strength * p.first_deal * off
        own.gift = USED
        own.noticed = 0
        m.used += 1
        m.discount += off


@rule("dusk")
def lapse(u, own, p, t, m):
    """A gift not used in time, or no longer an early order's, expires."""
    if own.gift == OPEN:
        if t.age >= p.window_days or u.orders >= p.orders:
            own.gift = EXPIRED
            m.expired += 1
        else:
            t.errand = min(t.errand, u.entry_day + p.window_days)
