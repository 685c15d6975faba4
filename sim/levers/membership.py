"""Membership 付费会员: a paid plan with a trial, a fee each period, benefits, and renewals at which some leave the plan.

Heavy visitors join: each visit is an occasion, and the logit of joining rises with ln(visits a month / usual), so members buy far more than others
even where the plan changes nothing (self-selection). Trials end paid with chance ``trial_paid``; at every later date a member of readiness
θ ~ Beta(a, b) cancels with the chance whose logit is logit θ − (``bond`` · today's pull on staying + ``satisfied`` · satisfaction), so with nothing
else at work the share still paying after t renewals is the sBG's B(a, b + t)/B(a, b). Benefits (a discount, free delivery) act as long as
they are had. Having paid acts, too: two thirds of the plan's effect on purchases are not economic (sunk cost; Iyengar, Park & Yu 2022), hence
``commitment``, a log-rate, of twice what the default benefits bring (2.0 · .03 by price and .04 by delivery). Who left the platform cancels at the next date.
"""

from __future__ import annotations

from sim import budget, quantile
from sim.chance import chance, purpose, visit_luck
from sim.exact import happens, log
from sim.lever import Account, Column, Counter, LeverParameters
from sim.parameter import MONEY, param
from sim.rule import rule

THETA, JOIN, CONVERT, RENEW = (purpose(f"membership.{n}") for n in ("theta", "join", "convert", "renew"))
NONE, TRIAL, PAID = range(3)
MONTH = 30.0
MOST_PULL = 30.0
PRIME = "Prime-like plans: trial to paid 73 %, renewals 91 % and then 96 %"


class Parameters(LeverParameters):
    fee: float = param(5.00, MONEY, "for one period", ge=0, le=10_000, source="design")
    period_days: int = param(30, "days", "from one fee to the next", ge=1, le=3_650, source="design")
    trial_days: int = param(30, "days", "free, once for each user (0: no trial)", ge=0, le=3_650, source="design")
    discount: float = param(0.03, "share", "off a member's orders", ge=0, le=1, source="design")
    free_delivery: bool = param(True, "-", "members' orders are delivered free of charge", source="design")
    delivery_cost: float = param(3.00, MONEY, "the platform pays for such a delivery", ge=0, le=1_000, source="design")
    perks_cost: float = param(0.00, MONEY, "of other benefits, for a member and period", ge=0, le=10_000, source="design")
    budget: float | None = budget.cap("most that members' discount, delivery and other benefits may cost in all")
    min_orders: int = param(1, "orders", "placed before one may join", ge=0, le=1_000, source="design")
    join_rate: float = param(0.02, "share", "visits of a usual visitor on which a free plan is joined", ge=0, le=0.99)
    usual_visits: float = param(4.0, "visits/month", "of that usual visitor", ge=0.01, le=1_000)
    selection: float = param(1.0, "logit", "joining, for each e-fold of visits against the usual", ge=0, le=5)
    fee_drag: float = param(2.0, "logit", "joining less, for a fee of one usual basket", ge=0, le=20)
    trial_draw: float = param(1.0, "logit", "joining more, where the beginning is free", ge=0, le=5)
    trial_paid: float = param(0.73, "share", "of trials that are paid for after their end", ge=0, le=0.99, source=PRIME, grade="C")
    renewal_a: float = param(0.072, "-", "Beta(a, b) of the chance to cancel at a renewal", ge=0.01, le=1_000, source=PRIME, grade="C")
    renewal_b: float = param(0.728, "-", "Beta(a, b) of the chance to cancel at a renewal", ge=0.01, le=1_000, source=PRIME, grade="C")
    bond: float = param(1.0, "times", "pull on staying that also holds members at a renewal", ge=0, le=5)
    satisfied: float = param(1.0, "logit", "renewing, for each point of satisfaction", ge=0, le=5)
    again_days: int = param(180, "days", "after cancelling, in which the plan is not joined again", ge=0, le=3_650)
    delivery_ease: float = param(0.04, "logit", "order decision of a member, by free delivery", ge=0, le=2, source="Lewis, Singh & Fay 2006, direction", grade="B")
    commitment: float = param(0.20, "log-rate", "visits of a member who has paid", ge=0, le=2, source="Iyengar, Park & Yu 2022: 2/3 of the effect; the effect itself is assumed", grade="B")


HOLDS = True
SETTLES = True
COLUMNS = {
    "due_day": Column("i4", "day", "on which trial or period ends", daily=True),
    "state": Column("u1", "code", "0 no member, 1 on trial, 2 has paid", daily=True),
    "tried": Column("u1", "0/1", "has had the trial"),
    "periods": Column("i4", "periods", "paid so far"),
    "again_day": Column("i4", "day", "from which the plan may be joined"),
    "theta": Column("f8", "probability", "cancels at a renewal when nothing acts"),
    **budget.DRAWN,
}
COUNTERS = {
    "joined": Counter("users", "joined today, on trial or paying"),
    "trials": Counter("users", "began a trial today"),
    "paid": Counter("periods", "paid for today"),
    "cancelled": Counter("users", "cancelled today"),
}
ACCOUNTS = {
    "fees": Account("income", "fees of members"),
    "discount": Account("discount", "members' discount", budgeted=True),
    "delivery": Account("cost", "members' deliveries", budgeted=True),
    "perks": Account("cost", "members' other benefits", budgeted=True),
}
SHARED = budget.GATE
LAWS = {
    "joined − cancelled = members": lambda total, own: total["joined"] - total["cancelled"] == int((own["state"] > NONE).sum()),
    "periods paid = those of all users": lambda total, own: total["paid"] == int(own["periods"].sum()),
}


def draw(own, traits, p: Parameters) -> None:
    """Each user's readiness to cancel."""
    own["theta"] = quantile.quantiles(quantile.beta(p.renewal_a, p.renewal_b), traits.luck(THETA))


@rule("offer")
def belong(u, own, p, t, m):
    """Whoever has paid comes by to get something for it."""
    if own.state == PAID and p.fee > 0:
        t.visit_pull += p.strength * p.commitment


@rule("visit")
def join(u, own, p, t, m):
    """A visitor may join, the heavier the likelier; a member's order is cheaper and delivered free."""
    if own.state == NONE and t.aimed and u.orders >= p.min_orders and t.day >= own.again_day:
        free = p.trial_days > 0 and own.tried == 0
        pull = p.selection * log(u.visit_rate * MONTH / p.usual_visits) - p.fee_drag * p.fee / u.usual_basket
        if free:
            pull += p.trial_draw
        if happens(visit_luck(u, t, JOIN), p.join_rate, max(min(pull, MOST_PULL), -MOST_PULL)):
            m.joined += 1
            t.wake = t.day + 1
            if free:
                own.state = TRIAL
                own.tried = 1
                own.due_day = t.day + p.trial_days
                m.trials += 1
            else:
                own.state = PAID
                own.due_day = t.day + p.period_days
                own.periods += 1
                m.paid += 1
                m.fees += p.fee
                if t.lot < p.gate:
                    m.perks += p.perks_cost
                    if p.gate <= budget.ALL_BIDS:
                        own.drawn = min(own.drawn + p.perks_cost, budget.MOST)
    if own.state > NONE and t.lot < p.gate:
        t.cheaper += p.strength * p.discount
        if p.free_delivery:
            t.order_pull += p.strength * p.delivery_ease


@rule("pay")
def benefit(u, own, p, t, m):
    """A member's discount is taken off the order, and the platform pays its delivery."""
    if own.state > NONE and t.lot < p.gate:
        off = int(t.due * p.discount)
        t.due -= off
        t.perceived_saving += p.strength * off
        m.discount += off
        if p.gate <= budget.ALL_BIDS:
            own.drawn = min(own.drawn + off + p.free_delivery * p.delivery_cost, budget.MOST)
        if p.free_delivery:
            m.delivery += p.delivery_cost


@rule("close")
def renew(u, own, p, t, m):
    """At the end of a trial or period a member pays for the next one, or cancels."""
    if own.state > NONE and t.day >= own.due_day:
        ends = u.left > 0
        if own.state == TRIAL:
            ends = ends or chance(t.key, u.id, t.day, CONVERT, 0) >= p.trial_paid
        else:
            hold = p.bond * t.stay_pull + p.satisfied * u.satisfaction
            ends = ends or happens(chance(t.key, u.id, t.day, RENEW, 0), own.theta, -hold)
        if ends:
            own.state = NONE
            own.again_day = t.day + p.again_days
            m.cancelled += 1
        else:
            own.state = PAID
            own.due_day = t.day + p.period_days
            own.periods += 1
            m.paid += 1
            m.fees += p.fee
            if t.lot < p.gate:
                m.perks += p.perks_cost
                if p.gate <= budget.ALL_BIDS:
                    own.drawn = min(own.drawn + p.perks_cost, budget.MOST)
            t.wake = t.day + 1
    if own.state > NONE:
        t.wake = min(t.wake, own.due_day)
