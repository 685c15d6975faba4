"""@rule: a rule is a plain scalar function of one user; the engine compiles it, plain Python can still run it.

    rule(u, own, p, t, m)     a lever's rule
    rule(u, p, t, m)          a rule of the lifecycle

    u    the user             u.orders, u.satisfaction, … (a row of the population)
    own  what this lever remembers about the user
    p    the parameters       of this lever (with what it shares with everybody today), or of the lifecycle
    t    today                the day, and what today has brought this user so far: t.visit_pull, t.due, …
    m    the counters         m.used += 1 (whole numbers only, so sums are exact in any order)

A rule calls scalar functions (``chance``, ``exp``) and no other rule; only ``sim.day`` calls rules.
"""

from __future__ import annotations

from collections.abc import Callable

PHASES = ("reach", "lead", "join", "dawn", "offer", "visit", "pay", "reward", "close", "dusk")
"""When a lever's rule acts: on a prospect's day in a market; on the day on which a prospect has been reached, before the sign-up is
finished; on the day of sign-up; in the morning of every day on which the user is awake; on every whole day, one that is not for errands
alone; on each visit, before the decision; on each order, before it is paid; on each order, once paid; at the end of every whole day; in the
evening of every day on which the user is awake."""


def rule(phase: str) -> Callable:
    """Mark a function as a rule of a phase (``PHASES``), or of the ``lifecycle``.

    ValueError: where there is no such phase, or a lever's rule changes after ``dawn`` what is asked for then: whether someone who left
    returns.
    """
    if phase != "lifecycle" and phase not in PHASES:
        raise ValueError(f"{phase!r} is no phase of the day; choose from {', '.join(PHASES)}")

    def mark(function: Callable) -> Callable:
        if phase not in ("lifecycle", "dawn") and "return_hazard" in function.__code__.co_names:
            raise ValueError(f"{function.__name__} uses t.return_hazard in {phase!r}; who returns is decided before: add to it in 'dawn'")
        function.phase = phase
        return function

    return mark
