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
def sign_up(u, p, t, m):
    """A prospect signs up on the entry day; in a market, when reached by some channel and able to finish the sign-up."""
    channel = DIRECT
    if p.market and t.day > 0:
        hazard = 0.0
        for k in range(CHANNEL_COUNT):
            hazard += t.hazards[k]
        comes = t.luck >= exp(-hazard)
        if comes and hazard > t.hazards[DIRECT]:
            share = chance(t.key, u.id, t.day, CHANNEL, 0) * hazard
            while share >= t.hazards[channel] and channel < CHANNEL_COUNT - 1:
                share -= t.hazards[channel]
                channel += 1
        if comes:
            m.leads += 1
            comes = t.completion >= 1.0 or chance(t.key, u.id, t.day, COMPLETED, 0) < t.completion
    else:
        comes = u.entry_day == t.day
    if comes:
        t.entered = 1
        u.channel = channel
        u.groups = (u.groups & ~(255 << FIRST_CHANNEL)) | (1 << (FIRST_CHANNEL + channel))
        u.entry_day = t.day
        u.last_seen = t.day
        u.stage = REGISTERED
        m.prospect -= 1
        m.registered += 1
        m.new_users += 1
