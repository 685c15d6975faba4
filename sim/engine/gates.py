"""Gates: to whom a lever is closed, looked up once for a user's day and not before each of the lever's rules.

The functions here make functions for a set of levers, each from a third of the levers and the rest, because numba compiles many small
functions faster than one long one.
"""

from __future__ import annotations

from collections.abc import Callable

import numba

from sim.compiled import JIT
from sim.segment import NOBODY

PLACES = 62
"""Levers whose gates are kept as bits of one number; those beyond look at their aim on each of their turns."""


def aim(slots: list[str]) -> Callable:
    """Which levers are open to the user, a bit each in the levers' order; looked up once, not before each of their rules."""
    look = _look(slots[:PLACES], 0)

    @numba.njit(**JIT)
    def looked_up(u, ps, t, m):
        t.open = t.active
        if t.closed:
            t.open = look(ps, t.who)

    return looked_up


def _look(slots: list[str], first: int) -> Callable:
    if not slots:
        return _no_bits
    f, g, h = (*slots, *[slots[0]] * 2)[:3]
    rest = _look(slots[3:], first + 3)

    @numba.njit(**JIT)
    def look(ps, who):
        three = ((who & ps[f].closed) == 0) | ((who & ps[g].closed) == 0) << 1 | ((who & ps[h].closed) == 0) << 2
        return three << first | rest(ps, who)

    return look


@numba.njit(**JIT)
def _no_bits(ps, who=0):
    return 0


def closed(slots: list[str]) -> Callable:
    """The bits of users to whom an active lever is closed."""
    if not slots:
        return _no_bits
    f, g, h = (*slots, *[slots[0]] * 2)[:3]
    rest = closed(slots[3:])

    @numba.njit(**JIT)
    def bits(ps):
        one, two, three = ps[f].closed, ps[g].closed, ps[h].closed
        return one * (one != NOBODY) | two * (two != NOBODY) | three * (three != NOBODY) | rest(ps)

    return bits


def active(slots: list[str], first: int = 0) -> Callable:
    """The active levers, a bit each in the levers' order."""
    if not slots:
        return _no_bits
    f, g, h = (*slots, *[slots[0]] * 2)[:3]
    rest = active(slots[3:], first + 3)

    @numba.njit(**JIT)
    def bits(ps):
        three = (ps[f].closed != NOBODY) | (ps[g].closed != NOBODY) << 1 | (ps[h].closed != NOBODY) << 2
        return three << first | rest(ps)

    return bits


def gate(slots: list[str], slot: str) -> Callable:
    """Whether a lever is open to the user."""
    place = slots.index(slot)
    if place >= PLACES:

        @numba.njit(**JIT)
        def is_open(ps, t):
            return (t.who & ps[slot].closed) == 0

    else:

        @numba.njit(**JIT)
        def is_open(ps, t):
            return (t.open >> place) & 1 != 0

    return is_open
