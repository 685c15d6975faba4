"""Tiers 会员等级: levels by what was spent and done in a window, with benefits, a review date and a grace period.

A level pleases and its benefits tempt: a discount, free delivery, better service. The next level, when near, pushes; losing one hurts more
than gaining one pleased (Wagner, Hennig-Thurau & Rudolph 2009). Levels are gained at once and reviewed at the end of each window.
"""

from __future__ import annotations

import itertools

from pydantic import model_validator

from sim import budget
from sim.compiled import compiled
from sim.decay import half_life, left_after
from sim.lever import Account, Column, Counter, LeverParameters
from sim.parameter import MONEY, param
from sim.rule import rule

LEVELS = 5


class Parameters(LeverParameters):
    thresholds: tuple[float, ...] = param((100.0, 300.0, 800.0), MONEY, "spend within the window for level 1, 2, …", at_most=LEVELS, source="design")
    discounts: tuple[float, ...] = param((0.02, 0.05, 0.08), "share", "taken off every order at level 1, 2, …", at_most=LEVELS, source="design")
    per_visit: float = param(0.00, MONEY, "counted as spend for a day with a visit, so that activity earns levels, too", ge=0, le=10_000, source="design")
    shipping: float = param(0.00, MONEY, "delivery of an order, taken over from `shipping_level` on", ge=0, le=1_000, source="design")
    shipping_level: int = param(1, "level", "from which delivery is free", ge=1, le=LEVELS, source="design")
    service: float = param(0.0, "share", "of the hurt of an order that went wrong, made good from `service_level` on", ge=0, le=1, source="de Matos, Henrique & Rossi 2007, direction", grade="B")
    service_level: int = param(1, "level", "from which complaints go first", ge=1, le=LEVELS, source="design")
    service_cost: float = param(0.00, MONEY, "of making good one order that went wrong", ge=0, le=1_000, source="design")
    budget: float | None = budget.cap("most that benefits may cost in all: discount, delivery and service")
    window_days: int = param(365, "days", "in which spend counts, and between reviews", ge=1, le=3_660, source="design")
    grace_days: int = param(30, "days", "more to keep a level that the review would take", ge=0, le=365, source="design")
    status_visit: float = param(0.05, "log-rate", "visits, for each level", ge=0, le=1)
    status_stay: float = param(0.10, "logit", "staying after an order, for each level", ge=0, le=1)
    push: float = param(0.20, "log-rate", "visits just before the next level", ge=0, le=2, source="goal gradient: Kivetz 2006", grade="C")
    push_zone: float = param(0.30, "share", "of the way to the next level on which it is felt", ge=0.01, le=1)
    loss_weight: float = param(2.0, "times", "losing a level against having it", ge=1, le=5, source="Wagner et al. 2009, direction; size from loss aversion", grade="C")
    sting_days: float = param(60.0, "days", "in which that hurt halves", ge=0.1, le=3_650)

    @model_validator(mode="after")
    def _ladder(self):
        if any(b <= a for a, b in itertools.pairwise(self.thresholds)):
            raise ValueError("thresholds must rise from level to level, such as [100, 300, 800]")
        if len(self.discounts) != len(self.thresholds):
            raise ValueError(f"discounts needs one number for each of the {len(self.thresholds)} thresholds")
        return self


SETTLES = True
COLUMNS = {
    "spent": Column("i8", "minor units", "in this window", daily=True),
    "sting": Column("f8", "log-rate", "of a level lost, on the day of the loss", daily=True),
    "sting_day": Column("i2", "day", "of the loss", daily=True),
    "review_day": Column("i2", "day", "of the next review; 0 is none yet", daily=True),
    "level": Column("u1", "level", "now", daily=True),
    "grace": Column("u1", "0/1", "in the grace period"),
    **budget.DRAWN,
}
COUNTERS = {
    "promoted": Counter("levels", "gained today"),
    "demoted": Counter("levels", "lost today"),
    "reviewed": Counter("users", "reviewed today"),
}
ACCOUNTS = {
    "discount": Account("discount", "tier benefits on orders", budgeted=True),
    "shipping": Account("cost", "deliveries taken over", budgeted=True),
    "service": Account("cost", "orders that went wrong, made good", budgeted=True),
}
SHARED = budget.GATE
LAWS = {
    "levels gained − lost = levels held": lambda total, own: (
        total["promoted"] - total["demoted"] == int(own["level"].astype(int).sum())
    ),
}


def constants(p: Parameters) -> dict:
    """What is left of the hurt day by day."""
    return {"sting_powers": half_life(p.sting_days)}


@compiled("i8(i8[:],i8,i8,i8)")
def earned(thresholds, count, spent, level):
    """The level that so much spending earns, from ``level`` upwards; ``count``: thresholds there are."""
    while level < count and spent >= thresholds[level]:
        level += 1
    return level


@rule("offer")
def push_up(u, own, p, t, m):
    """A level pleases; a level lost hurts; the next level pushes when it is near."""
    if own.level > 0:
        t.visit_pull += p.strength * p.status_visit * own.level
        t.stay_pull += p.strength * p.status_stay * own.level
    if own.sting > 0.0:
        hurt = p.strength * own.sting * left_after(p.sting_powers, t.day - 1 - own.sting_day)
        t.visit_pull -= hurt
        t.headroom += hurt
    if own.spent > 0 and own.level < p.thresholds_count:
        goal = p.thresholds[own.level]
        far = (goal - own.spent) / (goal * p.push_zone)
        if far < 1.0:
            t.visit_pull += p.strength * p.push * (1.0 - far)


@rule("visit")
def promise(u, own, p, t, m):
    """A level's discount and free delivery promise a lower price."""
    if own.level > 0 and t.lot < p.gate:
        t.cheaper += p.strength * p.discounts[own.level - 1]
        if p.shipping > 0 and own.level >= p.shipping_level:
            t.cheaper += p.strength * min(p.shipping / u.usual_basket, 1.0)


@rule("pay")
def benefit(u, own, p, t, m):
    """A level's discount is taken off the order, which is delivered for nothing; should it go wrong, part of that is made good."""
    if own.level > 0 and t.lot < p.gate:
        off = int(t.due * p.discounts[own.level - 1])
        t.due -= off
        t.perceived_saving += p.strength * off
        m.discount += off
        if p.gate <= budget.ALL_BIDS:
            own.drawn = min(own.drawn + off, budget.MOST)
            if own.level >= p.shipping_level:
                own.drawn = min(own.drawn + p.shipping, budget.MOST)
        if own.level >= p.shipping_level:
            t.perceived_saving += p.strength * p.shipping
            m.shipping += p.shipping
        if own.level >= p.service_level:
            t.recovery += p.strength * p.service


@rule("reward")
def climb(u, own, p, t, m):
    """What was paid counts; a threshold passed is a level gained at once, with a new window."""
    if own.review_day == 0:
        own.review_day = t.day + p.window_days
    if t.failed and p.service > 0.0 and own.level >= p.service_level and t.lot < p.gate:
        m.service += p.service_cost
        if p.gate <= budget.ALL_BIDS:
            own.drawn = min(own.drawn + p.service_cost, budget.MOST)
    own.spent += t.due
    level = earned(p.thresholds, p.thresholds_count, own.spent, own.level)
    if level > own.level:
        m.promoted += level - own.level
        own.level = level
        own.grace = 0
        own.review_day = t.day + p.window_days


@rule("close")
def come_by(u, own, p, t, m):
    """A day with a visit counts, too."""
    if t.visit > 0 and p.per_visit > 0:
        if own.review_day == 0:
            own.review_day = t.day + p.window_days
        own.spent += p.per_visit
        t.wake = t.day + 1
        level = earned(p.thresholds, p.thresholds_count, own.spent, own.level)
        if level > own.level:
            m.promoted += level - own.level
            own.level = level
            own.grace = 0
            own.review_day = t.day + p.window_days


@rule("dusk")
def review(u, own, p, t, m):
    """At the end of the window the level is what was earned in it, after a grace period."""
    # An errand: what a review changes brings nobody by more often, so its day need not be whole.
    if own.review_day > 0 and t.day >= own.review_day:
        level = earned(p.thresholds, p.thresholds_count, own.spent, 0)
        if level < own.level and own.grace == 0 and p.grace_days > 0:
            own.grace = 1
            own.review_day = t.day + p.grace_days
        else:
            if level < own.level:
                lost = own.level - level
                m.demoted += lost
                left = own.sting * left_after(p.sting_powers, t.day - own.sting_day)
                own.sting = left + p.loss_weight * p.status_visit * lost
                own.sting_day = t.day
                own.level = level
            own.grace = 0
            own.spent = 0
            own.review_day = t.day + p.window_days
            m.reviewed += 1
    if own.review_day > 0:
        t.errand = min(t.errand, own.review_day)
