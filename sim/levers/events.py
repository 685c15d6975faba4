"""Events 活动: on some dates an event, online or with so many places, makes people come by and take part.

On its eve everybody is told with chance ``reach``, no more than there are places (the lowest addressed numbers). Whoever is told comes by more often while it
lasts, by the log-rate ``draw``, for the event and not to buy: the order decision is pulled by −(1 − intent)·draw. The first visit is attendance; some attendees
post, which friends hear on the next day (lever ``community``). Having been there binds for a while: staying is pulled by
glow·2^(−days/glow_days). An event costs what it costs, and something for each attendee. No size here is published.
"""

from __future__ import annotations

import numpy as np
from pydantic import model_validator

from sim import budget
from sim.chance import chance, chances, purpose
from sim.dates import begun, date_of
from sim.decay import half_life, left_after
from sim.lever import Account, Column, Counter, LeverParameters, Night, Shared
from sim.parameter import MONEY, minor_units, param
from sim.rule import rule

TOLD, POST = purpose("events.told"), purpose("events.post")
NEVER = -10_000


class Parameters(LeverParameters):
    dates: tuple[int, ...] = param((320, 620, 920, 1220), "date", "first days: 620 is 20 June of every year, 20250620 one date only", at_most=24, source="design")
    days: tuple[int, ...] = param((), "day", "first days, counted from the first day of the run", at_most=100, source="design")
    lasts_days: int = param(3, "days", "length of an event", ge=1, le=92, source="design")
    size: int = param(0, "users", "places: no more than so many are told (0: any number, as online)", ge=0, le=50_000_000, source="design")
    reach: float = param(0.40, "share", "of users who are told in time", ge=0, le=1, source="design")
    cost: float = param(500.00, MONEY, "of one event", ge=0, le=1e8, source="design")
    attendee_cost: float = param(0.50, MONEY, "more for each who attends", ge=0, le=10_000, source="design")
    budget: float | None = budget.cap("most that events and their attendees may cost in all")
    draw: float = param(1.00, "log-rate", "visits of those who were told, while it lasts", ge=0, le=5)
    intent: float = param(0.20, "share", "of the usual readiness to buy on the visits that come of it", ge=0, le=1)
    post_share: float = param(0.15, "share", "of attendees who post about it", ge=0, le=1)
    glow: float = param(0.30, "logit", "staying, of someone who has just attended", ge=0, le=3)
    glow_days: float = param(30.0, "days", "in which that halves", ge=0.1, le=3_650)

    @model_validator(mode="after")
    def _calendar(self):
        for number in self.dates:
            if number < 101 or date_of(number) is None:
                raise ValueError(f"{number} is no date: write 620 for 20 June of every year, or 20250620 for one year")
        if any(number < 0 for number in self.days):
            raise ValueError("days count from 0, the first day of the run")
        return self


SETTLES = True
COLUMNS = {
    "last_day": Column("i4", "day", "of the newest attendance", NEVER, daily=True),
    "attended": Column("i4", "events", "so far"),
    **budget.DRAWN,
}
COUNTERS = {
    "attended": Counter("users", "attended an event for the first time today"),
    "posts": Counter("posts", "by attendees today"),
}
ACCOUNTS = {
    "hosting": Account("cost", "events held", budgeted=True),
    "catering": Account("cost", "attendees", budgeted=True),
}
SHARED = {
    **budget.GATE,
    "open": Shared(0.0, "0/1", "an event is on"),
    "first_day": Shared(NEVER, "day", "on which the newest event began"),
    "threshold": Shared(0.0, "0 … 1", "whose number of that day lies below it has been told"),
    "lift_most": Shared(0.0, "log-rate", "visits of anybody today, at most"),
}
LAWS = {"attendances counted = those of all users": lambda total, own: total["attended"] == int(own["attended"].sum())}


def constants(p: Parameters) -> dict:
    """What is left of the glow day by day."""
    return {"glow_powers": half_life(p.glow_days)}


def overnight(night: Night) -> None:
    """Where an event begins it is paid for, as soon as there is money for it, and who is told is settled."""
    p, shared = night.parameters, night.shared
    starts = [begun(p.dates, p.lasts_days, night.day, night.date), *(day for day in p.days if 0 <= night.day - day < p.lasts_days)]
    days = sorted((day for day in starts if day is not None), reverse=True) if p.active else []
    cost = minor_units(p.cost)
    first = next((day for day in days if day == shared["first_day"] or budget.bought(night, p.budget, ACCOUNTS, cost)), None)
    if first is not None and (shared["open"] == 0.0 or first != shared["first_day"]):
        if first != shared["first_day"]:
            night.post("hosting", minor_units(p.cost))
        shared["first_day"] = float(first)
        shared["threshold"] = _threshold(night, first)
    shared["open"] = float(first is not None)
    shared["lift_most"] = p.strength * p.draw * shared["open"]


def _threshold(night: Night, first: int) -> float:
    """The number below which a user has been told: ``reach``, or less where there are too few places for those who were there on the eve."""
    if night.parameters.size == 0:
        return night.parameters.reach
    numbers = np.empty(len(night.users))
    chances(numbers, night.key, 0, first, TOLD, 0)
    return min(night.parameters.reach, budget.threshold(numbers[night.users["entry_day"] < first], night.parameters.size))


@rule("offer")
def invite(u, own, p, t, m):
    """An event brings by those who were told; having been at one binds for a while."""
    if p.open > 0.0 and u.entry_day < p.first_day and chance(t.key, u.id, int(p.first_day), TOLD, 0) < p.threshold:
        t.visit_pull += p.strength * p.draw
        t.headroom -= p.strength * p.draw
    if own.last_day >= 0:
        t.stay_pull += p.strength * p.glow * left_after(p.glow_powers, t.day - own.last_day)


@rule("visit")
def attend(u, own, p, t, m):
    """The first visit of someone who was told is attendance; these visits are for the event, not to buy."""
    if p.open > 0.0 and u.entry_day < p.first_day and chance(t.key, u.id, int(p.first_day), TOLD, 0) < p.threshold:
        t.order_pull -= (1.0 - p.intent) * p.strength * p.draw
        if own.last_day < p.first_day and (p.attendee_cost == 0 or t.lot < p.gate):
            if p.gate <= budget.ALL_BIDS:
                own.drawn = min(own.drawn + p.attendee_cost, budget.MOST)
            own.last_day = t.day
            own.attended += 1
            m.attended += 1
            m.catering += p.attendee_cost
            if chance(t.key, u.id, t.day, POST, 0) < p.strength * p.post_share:
                t.posted = 1
                m.posts += 1
