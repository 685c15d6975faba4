"""Activity 活跃: how often a user comes by today."""

from __future__ import annotations

from sim.chance import purpose
from sim.exact import SMALL_PULL, exp, poisson
from sim.population import MOST_VISITS_A_DAY
from sim.rule import rule

VISITS = purpose("activity.visits")
HIGHEST_RATE = 700.0
"""Visits a day; rates above are cut here, because e⁻ᵣ must stay a number."""



@rule("lifecycle")
def plan_visits(u, p, t, m):
    """Visits of today ~ Poisson(own rate · season · e^pull), for the part of the day before a user leaves.

    ``t.luck`` is the user's chance for VISITS, drawn by the engine for many users at once.
    """
    if u.habit > 0.0:
        t.visit_pull += p.habit_lift * u.habit
    if u.fatigue > 0.0:
        t.visit_pull -= p.fatigue_visit * u.fatigue
    if u.orders == 0:
        t.visit_pull += u.interest
        u.interest *= p.interest_keep
    rate = u.visit_rate * t.season * t.alive_share
    pull = t.visit_pull
    if pull > SMALL_PULL or t.luck >= 1.0 - rate * (1.0 + 2.0 * max(pull, 0.0)):
        if pull != 0.0:
            rate *= exp(pull)
        t.visits = min(poisson(t.luck, min(rate, HIGHEST_RATE)), MOST_VISITS_A_DAY)
    if t.returned and t.visits == 0:
        t.visits = 1


@rule("lifecycle")
def learn(u, p, t, m):
    """Habit, fatigue and pantry stock move on by a day."""
    if p.habit_lift > 0.0:
        seen = 1.0 if t.visit > 0 else 0.0
        u.habit += (seen - u.habit) * p.habit_step
    if u.fatigue > 0.0 or t.messages > 0.0:
        u.fatigue = p.fatigue_keep * u.fatigue + t.messages
        if u.fatigue < 1e-6:
            u.fatigue = 0.0
    if u.pantry > 0.0:
        u.pantry *= p.pantry_keep
        if u.pantry < 1e-9:
            u.pantry = 0.0
