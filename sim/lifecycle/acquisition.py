"""Acquisition 获取: someone outside is reached, by somebody or something, and signs up."""

from __future__ import annotations

from sim.chance import chance, purpose
from sim.exact import exp
from sim.population import REGISTERED
from sim.rule import rule
from sim.segment import DIRECT, FIRST_CHANNEL, FRIENDS

CHANNEL, COMPLETED = purpose("acquisition.channel"), purpose("acquisition.completed")
CHANNEL_COUNT = 8


@rule("lifecycle")
def be_near(u, p, t):
    """A prospect's hazard of being reached today without any lever: p·M(t) + q·((1 − g)·F(t) + g·k/d), Bass 1969 (friends: k of d
    inside)."""
    for k in range(CHANNEL_COUNT):
        t.hazards[k] = 0.0
    t.hazards[DIRECT] = t.reach
    t.hazards[FRIENDS] = t.friends_reach * t.inside
    t.completion = 1.0


@rule("lifecycle")
def be_reached(u, p, t, m):
    """A prospect is reached today with chance 1 − e^−(sum of all hazards), by each channel in proportion to its hazard: a lead."""
    hazard = 0.0
    for k in range(CHANNEL_COUNT):
        hazard += t.hazards[k]
    t.channel = -1
    if t.luck >= exp(-hazard):
        t.channel = DIRECT
        if hazard > t.hazards[DIRECT]:
            share = chance(t.key, u.id, t.day, CHANNEL, 0) * hazard
            while share >= t.hazards[t.channel] and t.channel < CHANNEL_COUNT - 1:
                share -= t.hazards[t.channel]
                t.channel += 1
        m.leads += 1


@rule("lifecycle")
def sign_up(u, p, t, m):
    """A user signs up on the entry day; in a market, a lead who finishes the sign-up."""
    if p.market and t.day > 0:
        comes = t.channel >= 0 and (t.completion >= 1.0 or chance(t.key, u.id, t.day, COMPLETED, 0) < t.completion)
    else:
        comes = u.entry_day == t.day
        t.channel = DIRECT
    if comes:
        t.entered = 1
        u.channel = t.channel
        u.groups = (u.groups & ~(255 << FIRST_CHANNEL)) | (1 << (FIRST_CHANNEL + t.channel))
        u.entry_day = t.day
        u.last_seen = t.day
        u.stage = REGISTERED
        m.prospect -= 1
        m.registered += 1
        m.new_users += 1
