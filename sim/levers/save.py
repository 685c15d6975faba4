"""Save 主动挽留: customers are contacted before they leave, by risk or by how they are expected to take it.

A contact acts on staying, for better or worse: it reminds some of what they have and others of what they could do without (sleeping dogs).
User i takes it as the logit r_i = response + spread·z_i, felt for ``felt_days``. With the default mean, three-month churn of 6 % becomes about
10 %, as in Ascarza, Iyengar & Schleicher 2016, a trial with 65,000 customers. The rule ``risk`` contacts whoever has not been seen for a while or is dissatisfied.
The rule ``uplift`` contacts, at risk or not, only those of whom the platform expects r_i > 0 (Ascarza 2018: target by sensitivity, not by
risk); it sees e_i = ρ·z_i + √(1 − ρ²)·noise, ρ the ``accuracy``, and so expects response + spread·ρ·e_i. An offer may come with the contact
and makes it more welcome. A budget is never overspent (``sim.budget``).
"""

from __future__ import annotations

import math
from typing import Literal

from sim import budget, quantile
from sim.chance import chance, purpose
from sim.lever import Account, Column, Counter, LeverParameters, Night, Preset, Shared
from sim.parameter import MONEY, minor_units, param
from sim.rule import rule

BID, SEEN = purpose("save.bid"), purpose("save.seen")
RESPONSE, NOISE, PHASE = (purpose(f"save.{n}") for n in ("response", "noise", "phase"))
RISK, UPLIFT = range(2)
NEVER = -10_000
ASCARZA = "Ascarza, Iyengar & Schleicher 2016, 65,000 customers: churn in three months 6 % without, 10 % with contact"
SENSITIVITY = "Ascarza 2018: target by sensitivity, not by risk"


class Parameters(LeverParameters):
    rule: Literal["risk", "uplift"] = param("risk", "-", "who is contacted: who seems about to leave, or who is expected to take it well", source="design; " + SENSITIVITY)
    idle_days: int = param(14, "days", "without a visit, after which a customer is at risk", ge=1, le=3_650, source="design")
    dissatisfied: float = param(-0.25, "-1 … 1", "satisfaction at or below which a customer is at risk, seen or not", ge=-1, le=1, source="design")
    until_days: int = param(60, "days", "without a visit, after which it is too late", ge=1, le=3_660, source="design")
    min_orders: int = param(1, "orders", "placed before anybody is contacted", ge=0, le=1_000, source="design")
    every_days: int = param(90, "days", "between two contacts with one user", ge=1, le=3_650, source="design")
    contacts: int = param(4, "contacts", "most with one user", ge=1, le=200, source="design")
    contact_cost: float = param(0.50, MONEY, "of one contact", ge=0, le=1_000, source="design")
    offer: float = param(0.00, MONEY, "taken off one order (0: no offer)", ge=0, le=10_000, source="design")
    min_spend: float = param(20.00, MONEY, "smallest order it is good for", ge=0, le=100_000, source="design")
    expiry_days: int = param(30, "days", "from contact to the offer's expiry", ge=1, le=365, source="design")
    budget: float | None = param(None, MONEY, "most that contacts and offers may cost in all (none: no cap)", ge=0, le=1e12, source="design")
    response: float = param(-0.40, "logit", "staying, after a contact, on average over users", ge=-3, le=3, source=ASCARZA + "; with `spread` fitted to it", grade="A")
    spread: float = param(0.7, "logit", "standard deviation of that over users", ge=0, le=3)
    accuracy: float = param(0.6, "correlation", "of the platform's estimate with how a user really takes it", ge=0, le=1)
    felt_days: int = param(90, "days", "for which a contact is felt", ge=0, le=3_650, source="Ascarza et al. 2016 measured three months", grade="A")
    remind: float = param(0.30, "log-rate", "visits in the week after a contact", ge=0, le=3)
    offer_stay: float = param(1.0, "logit", "staying more, for an offer worth a whole usual basket", ge=0, le=10)
    seen: float = param(0.7, "share", "visits on which the offer is thought of", ge=0, le=1)


REMIND_DAYS = 7
HOLDS = True
SETTLES = True
PRESETS = {"by_sensitivity": Preset("contact only those who are expected to take it well, at risk or not", "Ascarza 2018", {"rule": "uplift"}, grade="A")}
COLUMNS = {
    "due_day": Column("i2", "day", "on which a contact may be granted", budget.NOT_DUE, daily=True),
    "open": Column("u1", "0/1", "an offer is open", daily=True),
    "contacts": Column("u1", "contacts", "so far", daily=True),
    "next_day": Column("i4", "day", "from which the next contact may come", daily=True),
    "contact_day": Column("i4", "day", "of the newest contact", NEVER, daily=True),
    "last_day": Column("i4", "day", "on which the open offer expires"),
    "noticed": Column("u1", "0/1", "the offer, on this visit"),
    "sensitivity": Column("f8", "sd", "z: how the user takes a contact, against others"),
    "noise": Column("f8", "sd", "what blurs the platform's view of that"),
}
COUNTERS = {
    "contacted": Counter("users", "contacted today"),
    "welcome": Counter("users", "contacted today who take it well (which only a simulator knows)"),
    "offered": Counter("offers", "made today"),
    "used": Counter("offers", "used today"),
    "expired": Counter("offers", "expired today"),
}
ACCOUNTS = {
    "contact": Account("cost", "contacts made", budgeted=True),
    "discount": Account("discount", "offers used", budgeted=True),
}
SHARED = {"threshold": Shared(budget.ALL_BIDS, "0 … 1", "bids below it are granted today")}
LAWS = {
    "contacts counted = contacts of all users": lambda total, own: total["contacted"] == int(own["contacts"].astype(int).sum()),
    "offers made = used + expired + open": lambda total, own: (
        total["offered"] == total["used"] + total["expired"] + int(own["open"].astype(int).sum())
    ),
}


def draw(own, traits, p: Parameters) -> None:
    """How each user takes a contact, how blurred the platform sees it, and the first day for ``uplift``, spread over an interval."""
    own["sensitivity"] = quantile.quantiles(quantile.normal(), traits.luck(RESPONSE))
    own["noise"] = quantile.quantiles(quantile.normal(), traits.luck(NOISE))
    if p.rule == "uplift":
        own["next_day"] = 1 + traits.luck(PHASE) * p.every_days


def constants(p: Parameters) -> dict[str, float]:
    """The share √(1 − ρ²) of noise in what the platform sees."""
    return {"blur": math.sqrt(1.0 - p.accuracy * p.accuracy)}


def highest_cost(p: Parameters) -> int:
    """The most that one contact can cost, in minor units."""
    return minor_units(p.contact_cost) + minor_units(p.offer)


def committed(total, p: Parameters) -> int:
    """Minor units spent, and at most to be given on offers still open."""
    return total["contact"] + total["discount"] + (total["offered"] - total["used"] - total["expired"]) * minor_units(p.offer)


def overnight(night: Night) -> None:
    """Grant as many of the waiting contacts as the budgets can bear."""
    p = night.parameters
    night.shared["threshold"] = budget.grant(
        night, lambda: night.own["due_day"] == night.day, BID, p.budget, committed(night.total, p), highest_cost(p)
    )


@rule("dawn")
def contact(u, own, p, t, m):
    """A contact granted overnight is made, and brings the user by for some days."""
    if own.due_day == t.day and (p.threshold >= budget.ALL_BIDS or chance(t.key, u.id, t.day, BID, 0) < p.threshold):
        own.contacts += 1
        own.contact_day = t.day
        own.next_day = t.day + p.every_days
        m.contacted += 1
        m.contact += p.contact_cost
        if p.response + p.spread * own.sensitivity > 0.0:
            m.welcome += 1
        if p.offer > 0 and own.open == 0:
            own.open = 1
            own.last_day = t.day + p.expiry_days
            m.offered += 1
    if t.day - own.contact_day < REMIND_DAYS:
        t.visit_pull += p.strength * p.remind


@rule("offer")
def feel_contact(u, own, p, t, m):
    """For months a contact holds the user, or makes the user think of leaving."""
    if t.day - own.contact_day < p.felt_days:
        taken = p.response + p.spread * own.sensitivity
        if own.open:
            taken += p.offer_stay * min(p.offer / u.usual_basket, 1.0)
        t.stay_pull += p.strength * taken
        t.by_contact -= p.strength * min(taken, 0.0)


@rule("visit")
def tempt(u, own, p, t, m):
    """The open offer, where thought of, promises a lower price."""
    own.noticed = 0
    if own.open and chance(t.key, u.id, t.day, SEEN, t.visit) < p.seen:
        own.noticed = 1
        t.cheaper += p.strength * min(p.offer / u.usual_basket, 1.0)


@rule("pay")
def use_offer(u, own, p, t, m):
    """The offer thought of is taken off the order."""
    if own.noticed and t.basket >= p.min_spend:
        off = min(p.offer, t.due)
        t.due -= off
        t.perceived_saving += p.strength * off
        own.open = 0
        own.noticed = 0
        m.used += 1
        m.discount += off


@rule("dusk")
def watch(u, own, p, t, m):
    """Offers expire; whoever the rule finds waits for tomorrow's contacts."""
    if own.open and t.day >= own.last_day:
        own.open = 0
        m.expired += 1
    if own.open:
        t.errand = min(t.errand, own.last_day)
    own.due_day = budget.NOT_DUE
    if t.aimed and u.orders >= p.min_orders and own.contacts < p.contacts:
        seen = u.last_seen
        if t.visit > 0:
            seen = t.day
        first = max(own.next_day - 1, t.day)
        if p.rule == RISK:
            if u.satisfaction > p.dissatisfied:
                first = max(first, seen + p.idle_days - 1)
            chosen = first - seen < p.until_days
        else:
            estimate = p.accuracy * own.sensitivity + p.blur * own.noise
            chosen = p.response + p.spread * p.accuracy * estimate > 0.0
        if chosen:
            own.due_day = first + 1
            t.errand = min(t.errand, own.due_day)
