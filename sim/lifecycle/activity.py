"""Activity 活跃: how often a user comes by today."""

from __future__ import annotations

from sim.chance import chance, purpose
from sim.exact import exp, poisson
from sim.rule import rule

VISITS = purpose("activity.visits")
MOST_VISITS_A_DAY = 700.0
"""Rates above are cut here: no person comes more often, and e⁻ᵣ must stay a number."""


@rule("lifecycle")
def plan_visits(u, p, t, m):
    """Visits of today ~ Poisson(own rate · season · e^pull), for the part of the day before a user leaves."""
    if u.habit > 0.0:
        t.visit_pull += p.habit_lift * u.habit
    if u.fatigue > 0.0:
        t.visit_pull -= p.fatigue_visit * u.fatigue
    if u.orders == 0:
        t.visit_pull += u.interest
        u.interest *= p.interest_keep
    rate = u.visit_rate * t.season * t.alive_share
    if t.visit_pull != 0.0:
        rate *= exp(t.visit_pull)
    t.visits = poisson(chance(t.key, u.id, t.day, VISITS, 0), min(rate, MOST_VISITS_A_DAY))
    if t.returned and t.visits == 0:
        t.visits = 1


@rule("lifecycle")
def learn(u, p, t, m):
    """Habit, fatigue and pantry stock move on by a day."""
    if p.habit_lift > 0.0:
        seen = 1.0 if t.visit > 0 else 0.0
        u.habit += (seen - u.habit) / p.habit_days
    if u.fatigue > 0.0 or t.messages > 0.0:
        u.fatigue = p.fatigue_keep * u.fatigue + t.messages
        if u.fatigue < 1e-6:
            u.fatigue = 0.0
    if u.pantry > 0.0:
        u.pantry -= u.pantry / p.pantry_days
        if u.pantry < 1e-9:
            u.pantry = 0.0
