"""Sign-up 注册流程: each step of the form loses some of those who have been reached; a quick login spares the steps, a gift is worth some of them.

The logit of finishing is that of a form of one step, less ``step_loss`` for each further one, and more for a gift by its share of the usual basket
(at most all of it). Whoever has an account for the quick login meets one step. Without this lever everybody who is reached signs up, as in
Bass's model, whose p and q are those of people who joined. Whoever breaks off stays a prospect and may be reached again. Outside a market (`entry:
arrivals`, `cohort`) everybody has finished, and only the gift acts. The gift is a voucher for an early order, or goods that are sent at once.
No published effect is at hand that would carry over: sizes are assumptions.
"""

from __future__ import annotations

from typing import Literal

from sim import budget, first_deal
from sim.chance import chance, purpose
from sim.exact import pulled
from sim.lever import Account, Column, Counter, LeverParameters
from sim.parameter import MONEY, minor_units, param
from sim.rule import rule

QUICK, SEEN = purpose("signup.quick"), purpose("signup.seen")
NONE, OPEN, USED, EXPIRED = range(4)
VOUCHER, GOODS = range(2)


class Parameters(LeverParameters):
    steps: int = param(3, "steps", "of the form (1: as short as can be)", ge=1, le=30, source="design")
    quick_login: float = param(0.0, "share", "of people who have an account with which one step is enough (WeChat, phone number)", ge=0, le=1, source="design")
    completion: float = param(0.9, "share", "of leads who finish a form of one step without a gift", ge=0.001, le=0.999)
    step_loss: float = param(0.3, "logit", "finishing, for each further step", ge=0, le=5)
    gift: float = param(0.00, MONEY, "given for signing up", ge=0, le=10_000, source="design")
    gift_as: Literal["voucher", "goods"] = param("voucher", "-", "taken off an early order, or sent at once", source="design")
    budget: float | None = budget.cap("most that gifts may cost in all, open vouchers at their full value")
    gift_pull: float = param(1.0, "logit", "finishing, for a gift worth a whole usual basket", ge=0, le=10)
    min_spend: float = param(20.00, MONEY, "smallest order that a voucher is good for", ge=0, le=100_000, source="design")
    valid_days: int = param(30, "days", "after sign-up, until the voucher ends", ge=1, le=3_650, source="design")
    seen: float = param(0.6, "share", "visits on which the voucher is thought of", ge=0, le=1)
    first_deal: float = first_deal.param()


HOLDS = True
SETTLES = True
PRESETS = first_deal.PRESETS
COLUMNS = {
    "gift": Column("u1", "code", "0 none, 1 open voucher, 2 used or goods sent, 3 expired", daily=True),
    "noticed": Column("u1", "0/1", "on this visit"),
    **budget.DRAWN,
}
COUNTERS = {
    "begun": Counter("users", "reached today who began to sign up"),
    "finished": Counter("users", "of them, who signed up"),
    "granted": Counter("gifts", "given today"),
    "used": Counter("gifts", "used or sent today"),
    "expired": Counter("gifts", "expired today"),
}
ACCOUNTS = {
    "discount": Account("discount", "sign-up vouchers used", budgeted=True),
    "goods": Account("cost", "sign-up gifts sent", budgeted=True),
}
SHARED = budget.GATE
LAWS = {
    "gifts granted = used + expired + open": lambda total, own: (
        total["granted"] == total["used"] + total["expired"] + int((own["gift"] == OPEN).sum())
    ),
}


def committed(total, p: Parameters) -> int:
    """Minor units given away, and at most to be given for vouchers still open."""
    return total["discount"] + total["goods"] + (total["granted"] - total["used"] - total["expired"]) * minor_units(p.gift)


def constants(p: Parameters) -> dict[str, float]:
    """The pull of the form's further steps on finishing it."""
    return {"form_pull": -p.step_loss * (p.steps - 1)}


@rule("lead")
def fill_in(u, own, p, t, m):
    """A lead may lose patience with the form; a gift is spoken of as long as there is money for any."""
    if t.aimed == 0:
        return
    pull = 0.0
    if chance(t.key, u.id, 0, QUICK, 0) >= p.quick_login:
        pull = p.form_pull
    if p.gate > 0.0:
        pull += p.gift_pull * min(p.gift / u.usual_basket, 1.0)
    t.completion *= max(1.0 - p.strength * (1.0 - pulled(p.completion, pull)), 0.0)
    m.begun += 1


@rule("join")
def finish(u, own, p, t, m):
    """Somebody has signed up."""
    if t.aimed:
        m.finished += 1


@rule("offer")
def hand_over(u, own, p, t, m):
    """On the day after sign-up the gift is handed over, or as soon as there is money for it."""
    if own.gift == NONE and t.aimed and p.gift > 0 and t.age <= p.valid_days and t.lot >= p.gate:
        t.wake = t.day + 1
    elif own.gift == NONE and t.aimed and p.gift > 0 and t.age <= p.valid_days:
        if p.gate <= budget.ALL_BIDS:
            own.drawn = min(own.drawn + p.gift, budget.MOST)
        m.granted += 1
        t.bounty += p.gift
        if p.gift_as == GOODS:
            own.gift = USED
            m.used += 1
            m.goods += p.gift
        else:
            own.gift = OPEN


@rule("visit")
def tempt(u, own, p, t, m):
    """The voucher, where thought of, promises a lower price."""
    own.noticed = 0
    if own.gift == OPEN and chance(t.key, u.id, t.day, SEEN, t.visit) < p.seen:
        own.noticed = 1
        t.cheaper += p.strength * min(p.gift / u.usual_basket, 1.0)


@rule("pay")
def redeem(u, own, p, t, m):
    """The voucher thought of is taken off the order."""
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
    """A voucher not used in time expires."""
    if own.gift == OPEN:
        if t.age >= p.valid_days:
            own.gift = EXPIRED
            m.expired += 1
        else:
            t.errand = min(t.errand, u.entry_day + p.valid_days)
