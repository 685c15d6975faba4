"""Waking 醒来: what a user's day begins with, and until when nothing can happen to the user after it.

Most days of most users are empty, so the engine lets a user sleep until the day named here, unless the luck with visits, a friend or
everybody's news wakes the user before, and on days on which there are errands only leaves out the rest. A day slept through is exactly a
day on which nothing happens: whatever fades is remembered with its day and read in closed form (``sim.decay``), and tests
hold that nobody's life differs by a bit where nobody ever sleeps.
"""

from __future__ import annotations

from sim.chance import LOT, chance
from sim.decay import left_after
from sim.exact import at_most_exp, none_below
from sim.population import CHURNED, DORMANT, FAR, NEVER
from sim.rule import rule
from sim.segment import ACTIVE, AT_RISK, EVERY_SEGMENT, HIGH, LOST, NEW, ORDINARY, STILL

LEAST_FATIGUE = 1e-6
LEAST_PANTRY = 1e-9
"""Below these nothing is felt."""

PER_TIME, PER_RENEWAL = 1, 2


@rule("lifecycle")
def wake_up(u, p, t):
    """A user's day begins with nothing in hand, and with what is left of yesterday's habit, fatigue and stock."""
    t.visit_pull = 0.0
    t.pushed = 0.0
    t.headroom = 0.0
    t.stay_pull = 0.0
    t.by_rival = 0.0
    t.by_contact = 0.0
    t.return_hazard = 0.0
    t.messages = 0.0
    t.visits = 0
    t.visit = 0
    t.orders = 0
    t.bounty = 0
    t.posted = 0
    t.invites = 0
    t.opens_deal = 0
    t.accepted = 0
    t.entered = 0
    t.returned = 0
    t.wake = FAR
    t.errand = FAR
    t.quiet = 0
    t.bound = 0.0
    t.idle = t.day - u.last_seen
    t.age = t.day - u.entry_day
    t.habit = u.habit * left_after(p.habit_powers, t.idle - 1)
    fatigue = u.fatigue * left_after(p.fatigue_powers, t.day - 1 - u.last_message)
    t.fatigue = fatigue if fatigue >= LEAST_FATIGUE else 0.0
    pantry = u.pantry * left_after(p.pantry_powers, t.day - u.last_order_day)
    t.pantry = pantry if pantry >= LEAST_PANTRY else 0.0
    t.who = u.groups
    t.lot = 0.0
    if t.gated:
        t.lot = chance(t.key, u.id, t.day, LOT, 0)


@rule("lifecycle")
def know(u, p, t):
    """The user's segments this morning, where any lever is aimed; who gives no consent cannot be placed, so no aim reaches them."""
    if p.segmented:
        if u.stage == CHURNED:
            t.who |= LOST
        elif u.stage == DORMANT:
            t.who |= STILL
        elif t.age <= p.new_days:
            t.who |= NEW
        elif t.idle >= p.at_risk_days:
            t.who |= AT_RISK
        else:
            t.who |= ACTIVE
        if u.orders >= p.high_value_orders and u.spent >= p.high_value_spend and t.day - u.last_order_day <= p.high_value_days:
            t.who |= HIGH
        else:
            t.who |= ORDINARY
        if u.consent == 0:
            t.who |= EVERY_SEGMENT


@rule("lifecycle")
def look_ahead(u, p, t):
    """Whether the errands of dawn and dusk are all that can happen today: it is no whole day, and the luck allows no visit; whoever left
    visits only when returning.

    What was done at dawn is what passes: its pull is known anew whenever the user is awake. ``t.calm`` bounds visits without it.
    """
    t.passing = t.visit_pull + t.headroom
    errands_only = (t.day < t.whole) & (t.returned == 0) & (t.thanked == 0) & (t.bounty == 0) & (t.restless == 0) & (t.everybody == 0)
    t.quiet = 0
    if errands_only and u.left:
        t.quiet = 1
    elif errands_only:
        most = t.calm * t.season * t.lifting * at_most_exp(t.visit_pull) * (t.hearing if t.heard > 0 else 1.0)
        t.quiet = t.luck < none_below(most)


@rule("lifecycle")
def go_to_sleep(u, p, t, stage_before):
    """Until when nothing but errands can happen without a visit, and how likely visits are until then at most.

    After an order or a return much is new, so the user is awake tomorrow, and so it is after a change of stage where levers are aimed;
    after a visit without an order the levers have said what is (``Lever.settles``), unless the visit moved the user into another segment.
    """
    moved_on = p.segmented and u.stage != stage_before
    if t.orders > 0 or t.returned or moved_on or (t.visit > 0 and (t.restless or t.who & (AT_RISK | STILL | LOST))):
        t.wake = t.day + 1
        return
    seen = u.last_seen
    if seen + p.dormant_after_days > t.day:
        t.wake = min(t.wake, seen + p.dormant_after_days)
    if seen + p.churned_after_days > t.day:
        t.wake = min(t.wake, seen + p.churned_after_days)
    if p.segmented:
        if u.entry_day + p.new_days + 1 > t.day:
            t.wake = min(t.wake, u.entry_day + p.new_days + 1)
        if seen + p.at_risk_days > t.day:
            t.wake = min(t.wake, seen + p.at_risk_days)
        if u.last_order_day != NEVER and u.last_order_day + p.high_value_days + 1 > t.day:
            t.wake = min(t.wake, u.last_order_day + p.high_value_days + 1)
    if u.left:
        if u.left_day == t.day:
            t.wake = t.day + 1  # from then on each morning asks what calls back
        return
    if p.dropout == PER_TIME:
        t.wake = t.day + 1
    elif p.dropout == PER_RENEWAL:
        t.wake = min(t.wake, t.day + p.period_days - t.age % p.period_days)
    t.calm = u.visit_rate * at_most_exp(t.visit_pull + t.headroom - t.passing)
    t.bound = t.calm * at_most_exp(t.passing)


@rule("lifecycle")
def sleep_on(u, p, t):
    """After a quiet day the next whole day is as far as it was; only what passes pulls otherwise."""
    t.wake = t.whole
    if u.left == 0:
        t.bound = t.calm * at_most_exp(t.passing)
