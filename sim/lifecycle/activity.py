"""Activity 活跃: how often a user comes by today."""

from __future__ import annotations

from sim.chance import purpose
from sim.decay import left_after
from sim.exact import at_most_exp, exp, none_below, poisson
from sim.population import MOST_VISITS_A_DAY
from sim.rule import rule

VISITS = purpose("activity.visits")
HIGHEST_RATE = 700.0
"""Visits a day; rates above are cut here, because e⁻ᵣ must stay a number."""


@rule("lifecycle")
def feel_habit(u, p, t):
    """Visiting that has become a habit brings more visits."""
    t.visit_pull += p.habit_lift * t.habit


@rule("lifecycle")
def feel_tired(u, p, t):
    """Messages still felt keep the user away."""
    tired = p.fatigue_visit * t.fatigue
    t.visit_pull -= tired
    t.headroom += tired


@rule("lifecycle")
def feel_curious(u, p, t):
    """A newcomer who has not ordered yet looks around, less from day to day."""
    if p.newcomer_lift > 0.0:
        t.visit_pull += p.newcomer_lift * left_after(p.interest_powers, t.age - 1) * (u.orders == 0)


@rule("lifecycle")
def plan_visits(u, p, t, m):
    """Visits of today ~ Poisson(own rate · season · e^pull), for the part of the day before a user leaves.

    ``t.luck`` is the user's chance for VISITS, drawn by the engine for many users at once.
    """
    rate = u.visit_rate * t.season * t.alive_share
    pull = t.visit_pull
    if t.luck >= none_below(rate * at_most_exp(pull)):  # most days without a visit need no exponential
        if pull != 0.0:
            rate *= exp(pull)
        t.visits = min(poisson(t.luck, min(rate, HIGHEST_RATE)), MOST_VISITS_A_DAY)
    if t.returned and t.visits == 0:
        t.visits = 1


@rule("lifecycle")
def learn(u, p, t, m):
    """A visit feeds the habit, messages tire: H ← H + (1 − H)/66 on a day with a visit, F ← .9·F + messages on a day with messages."""
    if p.habit_lift > 0.0 and t.visit > 0:
        more = (1.0 - t.habit) * p.habit_step
        u.habit = t.habit + more
        t.headroom += p.habit_lift * more
    if t.messages > 0.0:
        u.fatigue = p.fatigue_powers[1] * t.fatigue + t.messages
        u.last_message = t.day
