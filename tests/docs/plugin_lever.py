"""Free delivery 包邮: the platform pays the delivery of orders from a certain amount on.

It eases the order of those whose usual basket is large enough (Lewis, Singh & Fay 2006: very effective, often unprofitable).
"""

from sim.lever import Account, Column, Counter, LeverParameters
from sim.parameter import MONEY, param
from sim.rule import rule


class Parameters(LeverParameters):
    from_amount: float = param(30.00, MONEY, "smallest basket delivered free of charge", ge=0, le=10_000, source="design")
    carrier_fee: float = param(3.00, MONEY, "the platform pays for one delivery", ge=0, le=1_000, source="design")
    ease: float = param(0.20, "logit", "order decision, where the usual basket is large enough", ge=0, le=2)


COLUMNS = {"parcels": Column("i4", "orders", "delivered free of charge so far")}
COUNTERS = {"parcels": Counter("orders", "delivered free of charge today")}
ACCOUNTS = {"delivery": Account("cost", "deliveries that the platform pays")}
LAWS = {"parcels counted = parcels of all users": lambda total, own: total["parcels"] == int(own["parcels"].sum())}


@rule("visit")
def ease(u, own, p, t, m):
    """Whoever usually buys enough finds it easier to order."""
    if u.usual_basket >= p.from_amount:
        t.order_pull += p.strength * p.ease


@rule("reward")
def deliver(u, own, p, t, m):
    """An order large enough is delivered at the platform's cost."""
    if t.basket >= p.from_amount:
        own.parcels += 1
        m.parcels += 1
        m.delivery += p.carrier_fee
