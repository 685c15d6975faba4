"""Service 客服与售后: complaints answered by a machine or a person, follow-up calls, and what returning an order costs the user.

When an order goes wrong, some users complain. The machine (AI first line) answers at once and solves some; a person answers the rest after
``response_hours``. What an answer makes good of the hurt is restores · e^(−hours/patience), never more than all of it: the service recovery paradox is
real for satisfaction and absent for repurchase (de Matos, Henrique & Rossi 2007). Silent failures hurt in full, unless they are followed up.
Orders that went well are returned, too: often where it is free, less where it costs a fee, never where it is not allowed. Free returns ease the order and
bring returners by more often, fees drive them away; both fade (Bower & Maxham 2012: spend of returners +58 … +357 % when free, −74 … −100 % with a fee; they
chose to return, so the default takes half of the smallest, on the log scale). A returned order is paid back, and its goods come back at ``goods_back`` of their price;
both are posted on the day of the order.
"""

from __future__ import annotations

from typing import Literal

from sim.chance import chance, purpose
from sim.decay import half_life, left_after
from sim.exact import exp
from sim.lever import Account, Column, Counter, LeverParameters, Preset
from sim.parameter import MONEY, minor_units, param
from sim.rule import rule

COMPLAIN, FIRST_LINE, SOLVED, FOLLOW, GIVE_BACK = (purpose(f"service.{n}") for n in ("complain", "first_line", "solved", "follow", "give_back"))
SILENT, BY_MACHINE, BY_PERSON, FOLLOWED = range(4)
NO_RETURNS, FEE, FREE = range(3)
BOWER = "Bower & Maxham 2012"


class Parameters(LeverParameters):
    failure_rate: float = param(0.0, "probability", "that an order goes wrong, beside the world's own (behaviour.failure_rate)", ge=0, le=1)
    complain: float = param(0.4, "share", "of failures that the user reports", ge=0, le=1)
    response_hours: float = param(12.0, "hours", "until a person answers", ge=0, le=720, source="design")
    ai_share: float = param(0.5, "share", "of complaints that a machine answers first", ge=0, le=1, source="design")
    ai_solves: float = param(0.5, "share", "of those that it solves", ge=0, le=1)
    restores: float = param(0.8, "share", "of the hurt made good by an answer at once", ge=0, le=1, source="de Matos, Henrique & Rossi 2007: at most all of it", grade="B")
    patience_hours: float = param(48.0, "hours", "of waiting that leave 37 % of that", ge=0.1, le=10_000)
    follow_up: float = param(0.0, "share", "of unreported failures that the platform asks about by itself", ge=0, le=1, source="design")
    ai_cost: float = param(0.05, MONEY, "of a complaint answered by the machine", ge=0, le=1_000, source="design")
    contact_cost: float = param(2.00, MONEY, "of a complaint or follow-up that a person handles", ge=0, le=1_000, source="design")
    speed_cost: float = param(6.00, MONEY, "more for it where the answer comes at once; a third of that at two hours", ge=0, le=1_000)
    returns: Literal["none", "fee", "free"] = param("free", "-", "may an order that went well be returned", source="design")
    return_rate: float = param(0.08, "share", "of orders that went well, returned where it is free", ge=0, le=1)
    return_fee: float = param(5.00, MONEY, "for a return, with returns: fee", ge=0, le=1_000, source="design")
    fee_deters: float = param(0.5, "share", "of returns that a fee prevents", ge=0, le=1)
    failed_returns: float = param(0.3, "share", "of orders that went wrong and were not made good, returned free of charge under any policy", ge=0, le=1)
    handling: float = param(3.00, MONEY, "the platform pays for a return", ge=0, le=1_000, source="design")
    goods_back: float = param(0.6, "share", "of the price that returned goods are still worth", ge=0, le=1)
    ease: float = param(0.05, "logit", "order decision with free returns; the same less where there are none", ge=0, le=2)
    free_lift: float = param(0.23, "log-rate", "visits after a free return", ge=0, le=1.52, source=f"{BOWER}: half of ln 1.58", grade="B")
    fee_hurt: float = param(0.67, "log-rate", "visits lost after a return with a fee", ge=0, le=3, source=f"{BOWER}: half of −ln .26", grade="B")
    memory_days: float = param(365.0, "days", "in which a return's effect halves", ge=1, le=3_650, source=f"{BOWER}: seen over two years", grade="C")


SETTLES = True
PRESETS = {
    "as_published": Preset("the smallest published effects of returns in full, as if returners had not chosen to return", BOWER, {"free_lift": 0.457, "fee_hurt": 1.347}, "B"),
    "no_returns_effect": Preset("returns change nothing afterwards: all of it is selection", "assumption", {"free_lift": 0.0, "fee_hurt": 0.0}),
}
COLUMNS = {
    "felt": Column("f8", "log-rate", "visits, on the day of the newest return; below 0 where it cost a fee", daily=True),
    "felt_day": Column("i4", "day", "of the newest return", daily=True),
    "returns": Column("i4", "orders", "returned so far"),
    "answer": Column("u1", "code", "who would answer this order's failure: 0 nobody, 1 machine, 2 person, 3 follow-up"),
}
COUNTERS = {
    "complaints": Counter("complaints", "today"),
    "by_machine": Counter("complaints", "solved by the machine today"),
    "by_person": Counter("complaints", "handled by a person today"),
    "followed": Counter("calls", "about unreported failures today"),
    "returned": Counter("orders", "returned today"),
}
ACCOUNTS = {
    "contacts": Account("cost", "complaints and follow-up"),
    "handling": Account("cost", "carriage of returned orders"),
    "refunds": Account("cost", "paid back for returned orders"),
    "goods_back": Account("income", "worth of returned goods"),
    "return_fees": Account("income", "fees for returns"),
}
LAWS = {
    "complaints = solved by the machine + handled by a person": lambda total, own: total["complaints"] == total["by_machine"] + total["by_person"],
    "orders returned = those of all users": lambda total, own: total["returned"] == int(own["returns"].sum()),
}


def constants(p: Parameters) -> dict:
    """What an answer makes good by machine and by person, what a person costs, and how long a return is felt."""
    return {
        "by_machine": p.restores,
        "by_person": p.restores * exp(-p.response_hours / p.patience_hours),
        "person_cost": minor_units(p.contact_cost) + int(minor_units(p.speed_cost) / (1.0 + p.response_hours)),
        "powers": half_life(p.memory_days),
        "returned": (0.0, p.return_rate * (1.0 - p.fee_deters), p.return_rate),
    }


@rule("offer")
def remember(u, own, p, t, m):
    """A free return brings the user by for a while; one that cost a fee keeps the user away."""
    if own.felt != 0.0:
        pull = p.strength * own.felt * left_after(p.powers, t.day - 1 - own.felt_day)
        t.visit_pull += pull
        t.headroom += max(-pull, 0.0)


@rule("visit")
def ease(u, own, p, t, m):
    """An order that can be sent back for nothing is placed more easily."""
    t.order_pull += p.strength * p.ease * (p.returns - FEE)


@rule("pay")
def stand_by(u, own, p, t, m):
    """Who would answer if this order went wrong, and how much of the hurt that would make good."""
    own.answer = SILENT
    t.failure += p.strength * p.failure_rate
    if chance(t.key, u.id, t.day, COMPLAIN, t.visit) < p.complain:
        own.answer = BY_PERSON
        if chance(t.key, u.id, t.day, FIRST_LINE, t.visit) < p.ai_share and chance(t.key, u.id, t.day, SOLVED, t.visit) < p.ai_solves:
            own.answer = BY_MACHINE
    elif chance(t.key, u.id, t.day, FOLLOW, t.visit) < p.follow_up:
        own.answer = FOLLOWED
    if own.answer == BY_MACHINE:
        t.recovery += p.strength * p.by_machine
    elif own.answer > SILENT:
        t.recovery += p.strength * p.by_person


@rule("reward")
def look_after(u, own, p, t, m):
    """A failure is answered at a cost; an order may be returned, paid back, and remembered for how it went."""
    back = p.returned[p.returns]
    if t.failed:
        back = p.failed_returns * max(1.0 - t.recovery, 0.0)
        if own.answer == FOLLOWED:
            m.followed += 1
            m.contacts += p.person_cost
        elif own.answer > SILENT:
            m.complaints += 1
            if chance(t.key, u.id, t.day, FIRST_LINE, t.visit) < p.ai_share:
                m.contacts += p.ai_cost
            if own.answer == BY_MACHINE:
                m.by_machine += 1
            else:
                m.by_person += 1
                m.contacts += p.person_cost
    if chance(t.key, u.id, t.day, GIVE_BACK, t.visit) < back:
        own.returns += 1
        m.returned += 1
        m.handling += p.handling
        m.refunds += t.due
        m.goods_back += int(t.due * p.goods_back)
        if t.failed == 0:
            own.felt_day = t.day
            own.felt = p.free_lift
            if p.returns == FEE:
                own.felt = -p.fee_hurt
                m.return_fees += min(p.return_fee, t.due)
