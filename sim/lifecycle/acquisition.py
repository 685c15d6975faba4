"""Acquisition 获取: someone outside signs up."""

from __future__ import annotations

from sim.chance import chance, purpose
from sim.population import REGISTERED
from sim.rule import rule

REACHED = purpose("acquisition.reached")


@rule("lifecycle")
def sign_up(u, p, t, m):
    """A prospect signs up on the entry day, or, in a market, when reached (Bass 1969: hazard p + q·F)."""
    if p.market and t.day > 0:
        comes = chance(t.key, u.id, t.day, REACHED, 0) < t.reach
    else:
        comes = u.entry_day == t.day
    if comes:
        t.entered = 1
        u.entry_day = t.day
        u.last_seen = t.day
        u.stage = REGISTERED
        m.prospect -= 1
        m.registered += 1
        m.new_users += 1
