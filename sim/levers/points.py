"""Points 积分: earned by orders and actions, spent in blocks, expired first in, first out.

Nearing a reward makes people hurry (goal gradient: Kivetz, Urminsky & Zheng 2006, inter-purchase time −20 % from first to last step), a
head start counts as progress and more: it makes people want to finish (Nunes & Drèze 2006), and after the reward it begins anew. Part of the points is never spent (breakage).
"""

from __future__ import annotations

import math

from sim import budget
from sim.chance import chance, purpose
from sim.compiled import compiled
from sim.lever import Account, Column, Counter, LeverParameters, Night, Shared
from sim.parameter import MINOR_PER_UNIT, param
from sim.rule import rule

SPEND, REVIEW = purpose("points.spend"), purpose("points.review")
BUCKETS = 13
HEAD_START = 0.2
"""Part of the reward given in the study."""
GRADIENT = "Kivetz, Urminsky & Zheng 2006: −20 % between purchases"


class Parameters(LeverParameters):
    earn_per_currency: float = param(1.0, "points/money", "earned on what is paid", ge=0, le=1_000, source="design")
    per_visit: int = param(0, "points", "for signing in on a day", ge=0, le=100_000, source="design")
    per_review: int = param(0, "points", "for a review of an order", ge=0, le=100_000, source="design")
    per_post: int = param(0, "points", "for a post in the community", ge=0, le=100_000, source="design")
    welcome: int = param(0, "points", "head start on joining", ge=0, le=1_000_000, source="design")
    value_per_point: float = param(0.01, "money/point", "taken off an order", ge=0, le=100, source="design")
    budget: float | None = budget.cap("most that points may be worth in all, spent ones and those still held")
    reward_points: int = param(100, "points", "smallest block that can be spent", ge=1, le=10_000_000, source="design")
    max_share: float = param(0.5, "share", "of an order that points may pay", ge=0, le=1, source="design")
    expiry_days: int = param(365, "days", "points live at least so long (a twelfth longer at most)", ge=13, le=3_660, source="design")
    spend_share: float = param(0.7, "share", "of orders with a full block on which it is spent", ge=0, le=1, source="breakage about a third (Colloquy, Bond)", grade="C")
    review_share: float = param(0.1, "share", "of orders reviewed", ge=0, le=1)
    endowment: float = param(0.27, "log-rate", "visits until the first full block, for a head start of a fifth of it or more", ge=0, le=2, source="Nunes & Drèze 2006: 34 against 19 % complete; fitted, with the gradient", grade="A")
    gradient: float = param(0.279, "log-rate", "visits with a full block against none; .8 of it from the first to the last step of ten", ge=0, le=2, source=GRADIENT + " (log 1/.8 over .8 of the way)", grade="B")


HOLDS = True
SETTLES = True
COLUMNS = {
    "buckets": Column("i4", "points", "by period of earning", size=BUCKETS),
    "balance": Column("i4", "points", "to spend", daily=True),
    "joined": Column("u1", "code", "0 not yet, 1 has been given the head start, 2 has had a full block", daily=True),
    **budget.DRAWN,
}
COUNTERS = {
    "issued": Counter("points", "earned today"),
    "redeemed": Counter("points", "spent today"),
    "expired": Counter("points", "expired today"),
}
ACCOUNTS = {"discount": Account("discount", "points spent on orders", budgeted=True)}
SHARED = {
    **budget.GATE,
    "bucket": Shared(0, "-", "the bucket of points earned today"),
    "turn": Shared(0, "0/1", "a new period begins today: its bucket's old points expire"),
    "next_turn": Shared(0, "day", "on which the next period begins"),
}
LAWS = {
    "points issued = redeemed + expired + outstanding": lambda total, own: (
        total["issued"] == total["redeemed"] + total["expired"] + int(own["balance"].sum())
    ),
    "a balance is the sum of its buckets": lambda total, own: bool((own["buckets"].sum(axis=1) == own["balance"]).all()),
}


def committed(total, p: Parameters) -> int:
    """Minor units given away, and what points still held are worth."""
    held = total["issued"] - total["redeemed"] - total["expired"]
    return total["discount"] + math.ceil(held * (p.value_per_point * MINOR_PER_UNIT))


def constants(p: Parameters) -> dict[str, float]:
    """Points earned per minor unit, minor units a point is worth, and the gradient of one point."""
    return {
        "earn_per_minor": p.earn_per_currency / MINOR_PER_UNIT,
        "minor_per_point": p.value_per_point * MINOR_PER_UNIT,
        "gradient_per_point": p.gradient / p.reward_points,
        "endowed": p.endowment * min(p.welcome / (HEAD_START * p.reward_points), 1.0),
    }


def overnight(night: Night) -> None:
    """The calendar of buckets: thirteen in turn, each a twelfth of the expiry."""
    period = -(-night.parameters.expiry_days // (BUCKETS - 1))
    night.shared["bucket"] = float(night.day // period % BUCKETS)
    night.shared["turn"] = float(night.day % period == 0)
    night.shared["next_turn"] = float((night.day // period + 1) * period)


@compiled("i8(i8,f8)")
def worth(points, minor_per_point):
    """What points are worth at most, in whole minor units."""
    whole = int(points * minor_per_point)
    return whole + (whole < points * minor_per_point)


@rule("dawn")
def hurry(u, own, p, t, m):
    """Old points expire; the head start is given; progress towards the reward makes the user come by."""
    bucket = int(p.bucket)
    if p.turn > 0.0 and own.buckets[bucket] > 0:
        old = int(own.buckets[bucket])
        m.expired += old
        own.balance -= old
        own.buckets[bucket] = 0
    if own.joined == 0 and t.aimed and p.welcome > 0 and t.lot >= p.gate:
        t.wake = t.day + 1
    elif own.joined == 0 and t.aimed:
        if p.gate <= budget.ALL_BIDS:
            own.drawn = min(own.drawn + worth(p.welcome, p.minor_per_point), budget.MOST)
        own.joined = 1
        own.buckets[bucket] += p.welcome
        own.balance += p.welcome
        m.issued += p.welcome
        t.bounty += int(p.welcome * p.minor_per_point)
    t.visit_pull += p.strength * p.endowed * (own.joined == 1)
    t.visit_pull += p.strength * min(p.gradient_per_point * own.balance, p.gradient)
    if own.balance > 0:
        t.errand = min(t.errand, int(p.next_turn))


@rule("visit")
def promise(u, own, p, t, m):
    """A full block promises a lower price."""
    if own.balance >= p.reward_points:
        share = min(own.balance * p.minor_per_point / u.usual_basket, p.max_share)
        t.cheaper += p.strength * p.spend_share * share


@rule("pay")
def spend(u, own, p, t, m):
    """Full blocks are taken off the order, the oldest points first."""
    if own.balance >= p.reward_points and chance(t.key, u.id, t.day, SPEND, t.visit) < p.spend_share:
        most = int(t.due * p.max_share)
        blocks = own.balance // p.reward_points
        if p.minor_per_point > 0.0:
            blocks = min(blocks, int(most / (p.reward_points * p.minor_per_point)))
        points = blocks * p.reward_points
        off = int(points * p.minor_per_point)
        if points > 0:
            t.due -= off
            t.perceived_saving += p.strength * off
            own.balance -= points
            m.redeemed += points
            m.discount += off
            bucket = int(p.bucket)
            for step in range(1, BUCKETS + 1):
                k = (bucket + step) % BUCKETS
                taken = min(points, int(own.buckets[k]))
                own.buckets[k] -= taken
                points -= taken


@rule("reward")
def earn(u, own, p, t, m):
    """An order earns points on what was paid, and more if it is reviewed."""
    if t.aimed == 0 or t.lot >= p.gate:
        return
    gain = int(t.due * p.earn_per_minor)
    if p.per_review > 0 and chance(t.key, u.id, t.day, REVIEW, t.visit) < p.review_share:
        gain += p.per_review
    if p.gate <= budget.ALL_BIDS:
        own.drawn = min(own.drawn + worth(gain, p.minor_per_point), budget.MOST)
    own.buckets[int(p.bucket)] += gain
    own.balance += gain
    m.issued += gain
    if own.balance >= p.reward_points:
        own.joined = 2


@rule("close")
def sign_in(u, own, p, t, m):
    """A day's sign-in and a post earn points."""
    if t.visit > 0 and t.aimed and t.lot < p.gate:
        gain = p.per_visit + p.per_post * t.posted
        if p.gate <= budget.ALL_BIDS:
            own.drawn = min(own.drawn + worth(gain, p.minor_per_point), budget.MOST)
        own.buckets[int(p.bucket)] += gain
        own.balance += gain
        m.issued += gain
        if gain > 0:
            t.headroom += p.strength * p.gradient_per_point * gain
            t.errand = min(t.errand, int(p.next_turn))
