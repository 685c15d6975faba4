"""Coupons 优惠券: sent every so often, kept in a wallet, used on an order if thought of in time.

Exposure and redemption are separate: a coupon brings people by whether or not it is used (Gopalakrishnan & Park 2021; Sahni, Zou &
Chintagunta 2017: most of the gain comes from people who do not redeem), and it tempts those who think of it on a visit, the deal-prone more.
What is saved lowers the reference price, so full price hurts afterwards. A budget is never overspent (``sim.budget``).
"""

from __future__ import annotations

import dataclasses
from typing import Literal

from sim import budget, first_deal
from sim.chance import chance, purpose, visit_luck
from sim.exact import exp
from sim.lever import Account, Column, Counter, LeverParameters, Night, Shared
from sim.parameter import MONEY, minor_units, param
from sim.rule import rule

BID, NOTICE, TOP_UP, PHASE = (purpose(f"coupons.{n}") for n in ("bid", "notice", "top_up", "phase"))
EVERYONE, CUSTOMERS, IDLE = range(3)
WALLET = 4
EXPOSURE = "Gopalakrishnan & Park 2021: visits +23 %"


class Parameters(LeverParameters):
    face_value: float = param(5.00, MONEY, "taken off the order", ge=0, le=10_000, source="design")
    percent: float = param(0.0, "share", "of the basket taken off instead, where above 0", ge=0, le=1, source="design")
    max_discount: float = param(20.00, MONEY, "most that a percentage coupon takes off", ge=0, le=100_000, source="design")
    min_spend: float = param(20.00, MONEY, "smallest order it is good for", ge=0, le=100_000, source="design")
    expiry_days: int = param(14, "days", "from issue to expiry", ge=1, le=365, source="design")
    every_days: int = param(28, "days", "between two coupons for one user", ge=1, le=3_650, source="design")
    audience: Literal["everyone", "customers", "idle"] = param("customers", "-", "who is sent one: all signed up, who has ordered, who has ordered but is idle", source="design")
    idle_days: int = param(14, "days", "without a visit, for the audience `idle`", ge=0, le=3_650, source="design")
    sunset_days: int = param(180, "days", "without a visit, after which nothing more is sent", ge=1, le=3_660, source="design")
    wallet: int = param(2, "coupons", "most a user holds at once", ge=1, le=WALLET, source="design")
    stack: int = param(1, "coupons", "most used on one order", ge=1, le=WALLET, source="design")
    budget: float | None = param(None, MONEY, "most that may be given away in all (none: no cap)", ge=0, le=1e12, source="design")
    exposure_lift: float = param(0.207, "log-rate", "visits in the days after a coupon arrives", ge=0, le=2, source=EXPOSURE, grade="A")
    exposure_days: int = param(7, "days", "for which its arrival is felt", ge=0, le=365)
    rest_days: float = param(14.0, "days", "since the last coupon, after which the next one's arrival is felt at 63 %", ge=0.1, le=3_650)
    attention: float = param(2.0, "times", "deal-proneness: gives the chance to think of the coupon on a visit", ge=0, le=20)
    fade: float = param(0.6, "share", "of that attention lost by the last day", ge=0, le=1, source="The Complete Journey: 37/30/16/8/9 % by fifth of the window", grade="C")
    top_up: float = param(0.25, "share", "of too small orders filled up to min_spend", ge=0, le=1, source="Lewis, Singh & Fay 2006, direction", grade="D")
    first_deal: float = first_deal.param()


HOLDS = True
SETTLES = True
PRESETS = {
    name: dataclasses.replace(preset, values={"audience": "everyone", **preset.values})  # the default's coupons never reach a first order
    for name, preset in first_deal.PRESETS.items()
}
COLUMNS = {
    "due_day": Column("i2", "day", "on which one may be granted", budget.NOT_DUE, daily=True),
    "next_day": Column("i4", "day", "from which the next coupon may come", daily=True),
    "sent_day": Column("i4", "day", "of the newest coupon", -10_000, daily=True),
    "expires": Column("i4", "day", "last day of each coupon held, the oldest first", size=WALLET, daily=True),
    "held": Column("u1", "coupons", "in the wallet", daily=True),
    "news": Column("f8", "share", "of the full lift that the newest coupon's arrival brings"),
    "noticed": Column("u1", "0/1", "on this visit"),
}
COUNTERS = {
    "issued": Counter("coupons", "sent today"),
    "used": Counter("coupons", "used today"),
    "expired": Counter("coupons", "expired today"),
}
ACCOUNTS = {"discount": Account("discount", "coupons used", budgeted=True)}
SHARED = {"threshold": Shared(budget.ALL_BIDS, "0 … 1", "bids below it are granted today")}
LAWS = {
    "coupons issued = used + expired + held": lambda total, own: (
        total["issued"] == total["used"] + total["expired"] + int(own["held"].sum())
    ),
}


def draw(own, traits, p: Parameters) -> None:
    """Spread the first coupons over a whole interval."""
    own["next_day"] = 1 + traits.luck(PHASE) * p.every_days


def highest_cost(p: Parameters) -> int:
    """The most that one coupon can take off, in minor units."""
    return minor_units(p.max_discount if p.percent > 0 else p.face_value)


def committed(total, p: Parameters) -> int:
    """Minor units given away, and at most to be given on coupons still held."""
    return total["discount"] + (total["issued"] - total["used"] - total["expired"]) * highest_cost(p)


def overnight(night: Night) -> None:
    """Grant as many of the waiting coupons as the budgets can bear."""
    p = night.parameters
    night.shared["threshold"] = budget.grant(
        night, lambda: night.own["due_day"] == night.day, BID, p.budget, committed(night.total, p), highest_cost(p)
    )


@rule("dawn")
def send(u, own, p, t, m):
    """A coupon granted overnight arrives; for some days it brings the user by, less so where coupons are nothing new."""
    if own.due_day == t.day and (p.threshold >= budget.ALL_BIDS or chance(t.key, u.id, t.day, BID, 0) < p.threshold):
        own.expires[own.held] = t.day + p.expiry_days
        own.held += 1
        own.news = 1.0 - exp(-(t.day - own.sent_day) / p.rest_days)
        own.sent_day = t.day
        own.next_day = t.day + p.every_days
        m.issued += 1
    t.visit_pull += p.strength * p.exposure_lift * own.news * (t.day - own.sent_day < p.exposure_days)


@rule("visit")
def notice(u, own, p, t, m):
    """The user thinks of the coupon, less and less as it ages; then it promises a lower price."""
    own.noticed = 0
    if own.held > 0:
        age = 1.0 - (own.expires[0] - t.day) / p.expiry_days
        noticed = visit_luck(u, t, NOTICE) < u.deal_proneness * p.attention * (1.0 - p.fade * age)
        depth = p.percent
        if p.percent == 0.0:
            depth = p.face_value / u.usual_basket
        t.cheaper += p.strength * min(depth, 1.0) * noticed
        own.noticed = noticed


@rule("pay")
def redeem(u, own, p, t, m):
    """The coupons thought of are taken off the order, which may be filled up to the smallest one they are good for."""
    if own.noticed:
        short = p.min_spend - t.basket
        if short > 0 and chance(t.key, u.id, t.day, TOP_UP, t.visit) < p.top_up * p.strength:
            t.basket += short
            t.due += short
        uses = 0
        while uses < p.stack and own.held > 0 and t.basket >= p.min_spend * (uses + 1):
            off = p.face_value
            if p.percent > 0.0:
                off = min(int(t.basket * p.percent), p.max_discount)
            off = min(off, t.due)
            t.due -= off
            t.perceived_saving += p.strength * off
            t.lesson += p.strength * p.first_deal * off
            m.discount += off
            m.used += 1
            own.held -= 1
            for k in range(int(own.held)):
                own.expires[k] = own.expires[k + 1]
            uses += 1
        own.noticed = 0


@rule("dusk")
def tidy_wallet(u, own, p, t, m):
    """Coupons past their last day expire; who may be sent one waits for tomorrow's grants."""
    while own.held > 0 and own.expires[0] <= t.day:
        own.held -= 1
        for k in range(int(own.held)):
            own.expires[k] = own.expires[k + 1]
        m.expired += 1
    if own.held > 0:
        t.errand = min(t.errand, own.expires[0])
    own.due_day = budget.NOT_DUE
    if t.aimed and own.held < p.wallet and (p.audience == EVERYONE or u.orders > 0):
        seen = u.last_seen
        if t.visit > 0:
            seen = t.day
        first = own.next_day - 1
        if p.audience == IDLE:
            first = max(first, seen + p.idle_days)
        first = max(first, t.day)
        if first - seen < p.sunset_days:
            own.due_day = first + 1
            t.errand = min(t.errand, own.due_day)
