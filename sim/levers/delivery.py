"""Delivery 物流配送: how soon parcels come, how many come late, and what each costs.

Against the usual delivery (``usual_days``, ``usual_late``, ``usual_cost``), where effect and cost are nothing, the defaults describe a
better courier: two days sooner, half as many late, 0.50 a parcel dearer. A day sooner raises the logit of ordering by ``day_order`` and
pleases by ``day_quality`` when the parcel comes. A late parcel is a failed order: those beyond the usual share are failures of their own,
and where fewer are late than usual, the world's own failures, of which ``late_part`` are late parcels, become fewer by that part.

What good delivery is worth, sources put differently: +7.8 % spending with JD's own fleet, which the defaults reproduce on the baseline,
−14.6 % sales while Alibaba lost its best courier, which the preset ``sf_alibaba`` takes for two days.

The carrier's usual bill is part of the cost of goods (``economics.margin``); posted is what a parcel costs beyond it, below 0 where it is
cheaper. What customers pay for delivery is the lever ``checkout``'s; ``fee`` here is a surcharge for this delivery on top of that.
"""

from __future__ import annotations

from sim.chance import chance, purpose
from sim.exact import log
from sim.lever import Account, Counter, LeverParameters, Preset
from sim.parameter import MONEY, param
from sim.rule import rule

LATE = purpose("delivery.late")
JD = "Wu, Chen & Naik, JD's own delivery: spending +7.8 %"
SF = "Cui, Li, Li & Yu 2020, Alibaba without SF Express: sales −14.6 %"


class Parameters(LeverParameters):
    days: float = param(2.0, "days", "from order to door", ge=0, le=60, source="design")
    usual_days: float = param(4.0, "days", "that users are used to: no effect", ge=0, le=60)
    day_order: float = param(0.042, "logit/day", "order decision, for each day sooner", ge=0, le=0.5, source=JD + "; with `day_quality`, for two days and half as many late", grade="B")
    day_quality: float = param(0.03, "points/day", "how an order is felt (−1 … 1), for each day sooner", ge=0, le=0.5)
    late: float = param(0.03, "share", "of parcels that come later than promised", ge=0, le=1, source="design")
    usual_late: float = param(0.06, "share", "that users are used to: no effect", ge=0, le=1)
    late_part: float = param(0.5, "share", "of the world's own failures that are late parcels", ge=0, le=0.95)
    cost_per_parcel: float = param(3.50, MONEY, "the carrier charges", ge=0, le=10_000, source="design")
    usual_cost: float = param(3.00, MONEY, "of it already part of the cost of goods", ge=0, le=10_000, source="design")
    fee: float = param(0.00, MONEY, "surcharge the customer pays for this delivery", ge=0, le=10_000, source="design")
    fee_order: float = param(3.0, "logit", "order decision, lost to a surcharge as large as the usual basket", ge=0, le=15, source="as for `checkout`: Lewis, Singh & Fay 2006, direction", grade="C")


SETTLES = True
COUNTERS = {
    "parcels": Counter("parcels", "sent today"),
    "late": Counter("parcels", "of them, delivered late"),
}
ACCOUNTS = {
    "carrier": Account("cost", "parcels, beyond their usual cost"),
    "surcharge": Account("fee", "surcharges for this delivery"),
}
LAWS = {"no more parcels are late than are sent": lambda total, own: total["late"] <= total["parcels"]}
PRESETS = {
    "jd_fleet": Preset(
        "a fleet of one's own: next day, hardly ever late; the costs are an assumption", JD,
        {"days": 1.0, "late": 0.02, "cost_per_parcel": 4.00}, "C",
    ),
    "sf_alibaba": Preset("speed sells as in the days without SF Express, if those meant two days more", SF, {"day_order": 0.079}, "B"),
}


def constants(p: Parameters) -> dict[str, float]:
    """What the days saved bring, and how much rarer the world's own failures become."""
    sooner = p.usual_days - p.days
    rarer = 0.0
    if p.late < p.usual_late:
        rarer = log(1.0 - p.late_part * (1.0 - p.late / p.usual_late))
    return {"to_order": p.day_order * sooner, "to_quality": p.day_quality * sooner, "to_failures": rarer}


@rule("visit")
def promise(u, own, p, t, m):
    """What comes soon is ordered more readily; a surcharge puts off."""
    t.order_pull += p.strength * p.to_order
    if p.fee > 0:
        t.order_pull -= p.strength * p.fee_order * min(p.fee / u.usual_basket, 1.0)


@rule("pay")
def deliver(u, own, p, t, m):
    """The parcel comes, soon or late; one that is late though it usually would not be is a failed order."""
    t.due += p.fee
    m.surcharge += p.fee
    t.quality += p.strength * p.to_quality
    t.failure_pull += p.strength * p.to_failures
    luck = chance(t.key, u.id, t.day, LATE, t.visit)
    m.parcels += 1
    m.carrier += p.cost_per_parcel - p.usual_cost
    if luck < p.late:
        m.late += 1
        if luck >= p.usual_late:
            t.failure += p.strength
