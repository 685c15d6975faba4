"""Alliances 跨平台/跨界会员: a partner brings its members and shares benefits and points with those who belong to both, until it leaves.

``member_share`` of the people belong to the partner. In a market they are reached through it (hazard reach_per_day · quality); whoever is brought so fits the
platform less, the worse the partner (order_pull − misfit · (1 − quality)). Members inside get the shared benefits and points: visit_pull + benefit_visit · quality,
order_pull + benefit_order · quality, at a cost for each of their orders. The platform pays for each member brought and a share of what those brought pay. The partner leaves on a
day named, or with a chance a day: then benefits and reach are gone, and the loss hurts more than the benefit pleased, fading (losses weigh about twice: Kahneman & Tversky
1979). Several alliances can run under different names; a member of two partners counts as brought by both.
"""

from __future__ import annotations

from pydantic import model_validator

from sim import budget
from sim.chance import chance, purpose
from sim.dates import is_day_or_date, is_on
from sim.decay import half_life, left_after
from sim.lever import Account, Column, Counter, LeverParameters, Night, Shared
from sim.parameter import MONEY, param
from sim.rule import rule
from sim.segment import ALLIANCE

MEMBER, EXIT = purpose("alliances.member"), purpose("alliances.exit")
STANDING = -1.0
"""Day of the partner's exit, as long as there has been none."""


class Parameters(LeverParameters):
    member_share: float = param(0.20, "share", "of the people who belong to the partner", ge=0, le=1, source="design")
    quality: float = param(0.7, "share", "of the partner: 0 wrong people and worthless benefits, 1 as good as can be", ge=0, le=1, source="design")
    reach_per_day: float = param(0.002, "1/day", "chance that a prospect who belongs to the best partner is brought (entry: market)", ge=0, le=1)
    misfit: float = param(1.0, "logit", "order decision less, of a member brought by the worst partner", ge=0, le=10)
    benefit_visit: float = param(0.10, "log-rate", "visits of members inside, with the best partner's benefits and points", ge=0, le=2)
    benefit_order: float = param(0.10, "logit", "their order decision", ge=0, le=2)
    benefit_cost: float = param(0.50, MONEY, "of benefits and points for an order of a member", ge=0, le=1_000, source="design")
    member_fee: float = param(2.00, MONEY, "paid to the partner for a member brought", ge=0, le=1_000, source="design")
    revenue_share: float = param(0.05, "share", "of what members brought pay that goes to the partner", ge=0, le=1, source="design")
    budget: float | None = budget.cap("most that benefits, fees and shares may cost in all")
    exit_on: int = param(0, "day or date", "the partner leaves: 120 is a day of the run, 20250901 a date, 0 never", ge=0, le=21_991_231, source="design")
    exit_per_day: float = param(0.0, "1/day", "chance that the partner leaves", ge=0, le=1)
    loss_weight: float = param(2.0, "times", "losing the benefits against having them", ge=0, le=5, source="Kahneman & Tversky 1979: about 2", grade="B")
    sting_days: float = param(60.0, "days", "in which that hurt halves", ge=0.1, le=3_650)

    @model_validator(mode="after")
    def _dates(self):
        if not is_day_or_date(self.exit_on):
            raise ValueError(f"exit_on: {self.exit_on} is neither a day of the run, such as 120, nor a date, such as 20250901")
        return self


SETTLES = True
COLUMNS = {
    "member": Column("u1", "0/1", "belongs to the partner", daily=True),
    "brought": Column("u1", "0/1", "was brought by the partner"),
    **budget.DRAWN,
}
COUNTERS = {
    "brought": Counter("users", "brought by the partner today"),
    "orders": Counter("orders", "with shared benefits today"),
}
ACCOUNTS = {
    "benefits": Account("cost", "of shared benefits and points", budgeted=True),
    "member_fees": Account("cost", "paid to the partner for members brought", budgeted=True),
    "share": Account("cost", "of what members brought paid", budgeted=True),
}
SHARED = {
    **budget.GATE,
    "exit_day": Shared(STANDING, "day", "on which the partner left; -1: it has not"),
    "reach_most": Shared(0.0, "1/day", "of a prospect who belongs to the partner"),
}
LAWS = {"members brought = those counted": lambda total, own: total["brought"] == int(own["brought"].sum())}


def constants(p: Parameters) -> dict:
    """What the benefits bring at the partner's quality, and how their loss fades."""
    return {
        "to_visit": p.benefit_visit * p.quality,
        "to_order": p.benefit_order * p.quality,
        "unfit": p.misfit * (1.0 - p.quality),
        "sting_powers": half_life(p.sting_days),
    }


def draw(own, traits, p: Parameters) -> None:
    """Who belongs to the partner."""
    own["member"] = traits.luck(MEMBER) < p.member_share


def overnight(night: Night) -> None:
    """The partner may leave; until then its members can be reached."""
    p, shared = night.parameters, night.shared
    leaves = is_on(p.exit_on, night.day, night.date) or chance(night.key, 0, night.day, EXIT, 0) < p.exit_per_day
    if leaves and shared["exit_day"] < 0.0:
        shared["exit_day"] = float(night.day)
        night.wake_everybody()
    shared["reach_most"] = p.strength * p.reach_per_day * p.quality if shared["exit_day"] < 0.0 else 0.0


@rule("reach")
def bring(u, own, p, t, m):
    """A prospect who belongs to the partner is reached through it."""
    if own.member and t.lot < p.gate:
        t.hazards[ALLIANCE] += p.reach_most


@rule("join")
def arrive(u, own, p, t, m):
    """The partner is paid for a member brought."""
    if own.member and u.channel == ALLIANCE:
        own.brought = 1
        m.brought += 1
        if t.lot < p.gate:
            m.member_fees += p.member_fee
            if p.gate <= budget.ALL_BIDS:
                own.drawn = min(own.drawn + p.member_fee, budget.MOST)


@rule("offer")
def share(u, own, p, t, m):
    """Shared benefits bring members by; once the partner has left, their loss keeps them away for a while."""
    if p.exit_day < 0.0:
        t.visit_pull += p.strength * p.to_visit * own.member
    else:
        hurt = p.strength * p.loss_weight * p.to_visit * own.member * left_after(p.sting_powers, t.day - int(p.exit_day))
        t.visit_pull -= hurt
        t.headroom += hurt


@rule("visit")
def fit(u, own, p, t, m):
    """Shared benefits ease a member's order, and their loss hinders it; the wrong people order less."""
    if p.exit_day < 0.0:
        t.order_pull += p.strength * p.to_order * own.member * (t.lot < p.gate)
    else:
        t.order_pull -= p.strength * p.loss_weight * p.to_order * own.member * left_after(p.sting_powers, t.day - int(p.exit_day))
    t.order_pull -= p.strength * p.unfit * own.brought


@rule("reward")
def settle(u, own, p, t, m):
    """Benefits of the order are paid for, and the partner has its share."""
    if own.member and p.exit_day < 0.0 and t.lot < p.gate:
        cost = p.benefit_cost
        m.orders += 1
        m.benefits += p.benefit_cost
        if own.brought:
            m.share += int(t.due * p.revenue_share)
            cost += int(t.due * p.revenue_share)
        if p.gate <= budget.ALL_BIDS:
            own.drawn = min(own.drawn + cost, budget.MOST)
