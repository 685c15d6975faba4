"""Win-back 召回: an offer to those who have not been seen for a while, repeated a few times.

It reaches the dormant, who may only need reminding, and those who left for good without saying so, of whom a few return. Returns that a
price bought do not last: their second life is shorter (Kumar, Bhagwat & Zhang 2015). A budget is never overspent (``sim.budget``).
"""

from __future__ import annotations

from sim import budget
from sim.chance import chance, purpose
from sim.lever import Account, Column, Counter, LeverParameters, Night, Preset, Shared
from sim.parameter import MONEY, minor_units, param
from sim.rule import rule

BID, SEEN, REACH = (purpose(f"winback.{n}") for n in ("bid", "seen", "reach"))
KUMAR = "Kumar, Bhagwat & Zhang 2015, direction"


class Parameters(LeverParameters):
    after_days: int = param(30, "days", "without a visit, after which the first offer comes", ge=1, le=3_650, source="design")
    every_days: int = param(30, "days", "between two offers", ge=1, le=3_650, source="design")
    contacts: int = param(3, "offers", "most for one user until seen again", ge=1, le=100, source="design")
    until_days: int = param(270, "days", "without a visit, after which no offer comes any more", ge=1, le=3_660, source="design")
    reach: float = param(1.0, "share", "of users whom the channel reaches; the others get no offer (presets: `push`, `email`, `sms`, `call`)", ge=0, le=1, source="design")
    value: float = param(8.00, MONEY, "taken off the order", ge=0, le=10_000, source="design")
    min_spend: float = param(20.00, MONEY, "smallest order it is good for", ge=0, le=100_000, source="design")
    expiry_days: int = param(14, "days", "from offer to expiry", ge=1, le=365, source="design")
    contact_cost: float = param(0.05, MONEY, "of one message", ge=0, le=1_000, source="design")
    budget: float | None = param(None, MONEY, "most that messages and offers may cost in all (none: no cap)", ge=0, le=1e12, source="design")
    remind: float = param(0.50, "log-rate", "visits of someone who has not left, while the offer is open", ge=0, le=3)
    return_per_day: float = param(0.002, "1/day", "chance that someone who left returns while an offer is open", ge=0, le=1)
    price_return: float = param(2.0, "times", "that chance more, for an offer worth a whole usual basket", ge=0, le=20)
    seen: float = param(0.7, "share", "visits on which the offer is thought of", ge=0, le=1)
    second_life: float = param(0.40, "logit", "readiness to leave after a return that a price bought", ge=0, le=3, source=KUMAR, grade="B")


PRESETS = {
    "push": Preset("by push notification: cheap, seen by few", "assumption", {"reach": 0.30, "contact_cost": 0.001, "seen": 0.5}, "D"),
    "email": Preset("by e-mail: cheap, taken by half", "assumption", {"reach": 0.50, "contact_cost": 0.002, "seen": 0.6}, "D"),
    "sms": Preset("by text message: dearer, reaches most", "assumption", {"reach": 0.90, "contact_cost": 0.05, "seen": 0.7}, "D"),
    "call": Preset("by telephone: dear, and remembered", "assumption", {"reach": 0.60, "contact_cost": 1.00, "seen": 0.9}, "D"),
}
HOLDS = True
SETTLES = True
COLUMNS = {
    "due_day": Column("i2", "day", "on which one may be granted", budget.NOT_DUE, daily=True),
    "next_day": Column("i4", "day", "from which the next offer may come", daily=True),
    "last_day": Column("i4", "day", "on which the open offer expires", daily=True),
    "contacts": Column("u1", "offers", "since last seen", daily=True),
    "open": Column("u1", "0/1", "an offer is open", daily=True),
    "reached": Column("u1", "0/1", "whom the channel reaches", 1, daily=True),
    "noticed": Column("u1", "0/1", "on this visit"),
    "bought": Column("u1", "0/1", "came back for a price", daily=True),
}
COUNTERS = {
    "offered": Counter("offers", "sent today"),
    "used": Counter("offers", "used today"),
    "expired": Counter("offers", "expired today"),
    "reached": Counter("users", "seen again today while an offer was open"),
}
ACCOUNTS = {
    "discount": Account("discount", "win-back offers used", budgeted=True),
    "contact": Account("cost", "messages with offers", budgeted=True),
}
SHARED = {"threshold": Shared(budget.ALL_BIDS, "0 … 1", "bids below it are granted today")}
LAWS = {
    "offers sent = used + expired + open": lambda total, own: (
        total["offered"] == total["used"] + total["expired"] + int(own["open"].astype(int).sum())
    ),
}


def committed(total, p: Parameters) -> int:
    """Minor units spent, and at most to be given on offers still open."""
    return total["contact"] + total["discount"] + (total["offered"] - total["used"] - total["expired"]) * minor_units(p.value)


def highest_cost(p: Parameters) -> int:
    """The most that one offer can cost, in minor units."""
    return minor_units(p.contact_cost) + minor_units(p.value)


def draw(own, traits, p: Parameters) -> None:
    """Whom the channel reaches."""
    own["reached"] = traits.luck(REACH) < p.reach


def overnight(night: Night) -> None:
    """Grant as many of the waiting offers as the budgets can bear."""
    p = night.parameters
    night.shared["threshold"] = budget.grant(
        night, lambda: night.own["due_day"] == night.day, BID, p.budget, committed(night.total, p), highest_cost(p)
    )


@rule("dawn")
def call_back(u, own, p, t, m):
    """An offer granted overnight goes out; while it is open it reminds, and may bring back who had left."""
    if own.due_day == t.day and (p.threshold >= budget.ALL_BIDS or chance(t.key, u.id, t.day, BID, 0) < p.threshold):
        own.open = 1
        own.contacts += 1
        own.last_day = t.day + p.expiry_days
        own.next_day = t.day + p.every_days
        m.offered += 1
        m.contact += p.contact_cost
    if own.open:
        t.visit_pull += p.strength * p.remind
        worth = min(p.value / u.usual_basket, 1.0)
        t.return_hazard += p.strength * p.return_per_day * (1.0 + p.price_return * worth)


@rule("offer")
def stay_less(u, own, p, t, m):
    """Whom a price brought back stays less than others."""
    if own.bought:
        t.stay_pull -= p.strength * p.second_life


@rule("visit")
def tempt(u, own, p, t, m):
    """The open offer, where thought of, promises a lower price."""
    own.noticed = 0
    if own.open and chance(t.key, u.id, t.day, SEEN, t.visit) < p.seen:
        own.noticed = 1
        t.cheaper += p.strength * min(p.value / u.usual_basket, 1.0)


@rule("pay")
def use_offer(u, own, p, t, m):
    """The offer thought of is taken off the order."""
    if own.noticed and t.basket >= p.min_spend:
        off = min(p.value, t.due)
        t.due -= off
        t.perceived_saving += p.strength * off
        own.open = 0
        own.noticed = 0
        own.bought = 1
        m.used += 1
        m.discount += off


@rule("dusk")
def wait(u, own, p, t, m):
    """Offers expire; who was seen starts anew; who has been away long enough waits for tomorrow's grants."""
    if t.visit > 0:
        if own.open:
            m.reached += 1
        own.contacts = 0
    if own.open and t.day >= own.last_day:
        own.open = 0
        m.expired += 1
    own.due_day = budget.NOT_DUE
    seen = u.last_seen
    if t.visit > 0:
        seen = t.day
    if own.open:
        t.errand = min(t.errand, own.last_day)
    elif t.aimed and own.reached and own.contacts < p.contacts:
        first = max(own.next_day - 1, seen + p.after_days - 1, t.day + (t.visit > 0))
        if first - seen < p.until_days:
            own.due_day = first + 1
            t.errand = min(t.errand, own.due_day)
