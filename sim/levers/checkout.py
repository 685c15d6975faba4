"""Checkout 购买流程/支付: fewer steps, no account wall, payment methods for everybody, and what delivery costs the customer.

Steps, wall and methods count against the usual checkout (``usual_steps``, an account wall, ``usual_methods``), where the effect is nothing;
the defaults describe a shorter one. Their sizes share out Baymard's potential of a perfect checkout, +35 % orders (log .30), by the reasons
people give for leaving a cart: account wall 26, too long 22, no method of theirs 13. That potential was estimated, never measured.

A delivery fee lowers the logit by fee_order·(fee / usual basket)·(share of orders on which it must be expected); from ``free_from`` on it
is waived, and an order a little too small is filled up with chance ``top_up``. Such offers sell, and often do not pay (Lewis, Singh & Fay
2006). Every order is charged the fee (account ``fees``), and where it is waived the platform takes it over (``subsidy``); the carrier's
bill belongs to the lever ``delivery`` and is nowhere counted twice. A percentage that another lever takes off what is due takes off the
fee, too.
"""

from __future__ import annotations

from sim import budget
from sim.chance import admitted, chance, purpose
from sim.exact import log
from sim.lever import Account, Counter, LeverParameters
from sim.parameter import MONEY, NOT_SET, param
from sim.rule import rule

TOP_UP = purpose("checkout.top_up")
BAYMARD = "Baymard: checkout potential +35 %, shared out by reasons for abandoning"
LEWIS = "Lewis, Singh & Fay 2006"


class Parameters(LeverParameters):
    steps: int = param(3, "steps", "from cart to order", ge=1, le=20, source="design")
    usual_steps: int = param(5, "steps", "that users are used to: no effect", ge=1, le=20, source="Baymard 2024: 5.1 on average", grade="C")
    step_order: float = param(0.036, "logit/step", "order decision, lost with each step more", ge=0, le=0.5, source=BAYMARD + " (22 %)", grade="C")
    guest: bool = param(True, "-", "orders without logging in; otherwise there is an account wall, as usual", source="design")
    guest_order: float = param(0.128, "logit", "order decision, without the account wall", ge=0, le=1, source=BAYMARD + " (26 %)", grade="C")
    methods_covered: float = param(0.97, "share", "of shoppers who find a payment method of theirs", ge=0, le=1, source="design")
    usual_methods: float = param(0.90, "share", "the same in the usual checkout: no effect", ge=0, le=1)
    lost_without_method: float = param(0.60, "share", "of orders of the others that are lost", ge=0, le=0.95, source=BAYMARD + " (13 %)", grade="C")
    delivery_fee: float = param(0.00, MONEY, "charged for the delivery of an order", ge=0, le=10_000, source="design")
    free_from: float | None = param(None, MONEY, "basket from which the fee is waived (none: never)", ge=0, le=1e6, source="design")
    budget: float | None = budget.cap("most that may be waived in all; whom it cannot pay for today pays the fee")
    fee_order: float = param(3.0, "logit", "order decision, lost to a fee as large as the usual basket", ge=0, le=15, source=LEWIS + ", direction; size as for a loss against the reference price", grade="C")
    top_up: float = param(0.25, "share", "of orders a little too small for free delivery that are filled up", ge=0, le=1, source=LEWIS + ", direction", grade="D")
    top_up_reach: float = param(0.30, "share", "of free_from that may be missing at most", ge=0, le=1)


COLUMNS = budget.DRAWN
COUNTERS = {
    "charged": Counter("orders", "today whose customer paid the fee"),
    "free": Counter("orders", "today whose fee was waived"),
    "topped_up": Counter("orders", "today filled up to be delivered free"),
}
ACCOUNTS = {
    "fees": Account("fee", "delivery fees of all orders"),
    "subsidy": Account("discount", "of them, waived: free delivery", budgeted=True),
}
SHARED = budget.GATE
LAWS = {
    "no more fees are waived than charged": lambda total, own: 0 <= total["subsidy"] <= total["fees"],
    "who fills up is delivered free": lambda total, own: total["topped_up"] <= total["free"],
}


def constants(p: Parameters) -> dict[str, float]:
    """What steps, wall and methods bring together."""
    methods = log(1.0 - p.lost_without_method * (1.0 - p.methods_covered)) - log(1.0 - p.lost_without_method * (1.0 - p.usual_methods))
    return {"to_order": p.step_order * (p.usual_steps - p.steps) + p.guest_order * p.guest + methods}


@rule("visit")
def ease(u, own, p, t, m):
    """A shorter way to pay eases the order; a fee that must be expected puts off.

    The share of orders expected to lie below the threshold falls evenly from 1 to 0 between usual baskets of half and of one and a half
    times the threshold.
    """
    t.order_pull += p.strength * p.to_order
    if p.delivery_fee > 0:
        expected = 1.0
        free_from = p.free_from
        if free_from >= 0 and not admitted(p.gate, t.key, u.id, t.day):
            free_from = NOT_SET
        if free_from == 0:
            expected = 0.0
        elif free_from > 0:
            expected = min(max(1.5 - u.usual_basket / free_from, 0.0), 1.0)
        t.order_pull -= p.strength * p.fee_order * expected * min(p.delivery_fee / u.usual_basket, 1.0)


@rule("pay")
def charge(u, own, p, t, m):
    """Every order is charged the fee."""
    t.due += p.delivery_fee
    m.fees += p.delivery_fee


@rule("pay")
def waive(u, own, p, t, m):
    """From the threshold on the fee is taken back; some orders a little too small are filled up to it."""
    if p.delivery_fee > 0:
        free_from = p.free_from
        if free_from >= 0 and not admitted(p.gate, t.key, u.id, t.day):
            free_from = NOT_SET
        short = free_from - t.basket
        if short > 0 and short <= p.top_up_reach * free_from and chance(t.key, u.id, t.day, TOP_UP, t.visit) < p.top_up * p.strength:
            t.basket += short
            t.due += short
            m.topped_up += 1
        if free_from >= 0 and t.basket >= free_from:
            if p.gate <= budget.ALL_BIDS:
                own.drawn = min(own.drawn + p.delivery_fee, budget.MOST)
            t.due -= p.delivery_fee
            m.subsidy += p.delivery_fee
            m.free += 1
        else:
            m.charged += 1
