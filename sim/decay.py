"""What fades at a constant rate, in closed form: what is left after n days, without living each of them.

x(n) = x(0)·keepⁿ, with keepⁿ = keep^(n mod 64) · keep^(64·⌊n/64⌋) from a table, so a value remembered with its day can be read on any
later day, to the same bits whether or not anybody looked in between.
"""

from __future__ import annotations

from sim.compiled import compiled

STEP = 64
SIZE = 2 * STEP + 1
"""Numbers in a table of powers. It reaches to 64² − 1 days, after which nothing is left: the last number is 0."""


def powers(keep: float) -> tuple[float, ...]:
    """keep⁰ … keep⁶³, then keep⁰, keep⁶⁴ … keep^(64·63), and 0; multiplied one after the other, so the same on every machine."""
    near = [1.0]
    for _ in range(STEP):
        near.append(near[-1] * keep)
    far = [1.0]
    for _ in range(STEP - 1):
        far.append(far[-1] * near[STEP])
    return (*near[:STEP], *far, 0.0)


def half_life(days: float) -> tuple[float, ...]:
    """The powers of what halves in so many days."""
    from sim.exact import exp

    return powers(exp(-0.6931471805599453 / days))


@compiled("f8(f8[:],i8)")
def left_after(table, days):
    """The share left after ``days`` whole days (all of it before), by a table of ``powers``."""
    days = min(max(days, 0), STEP * STEP)
    return table[days & 63] * table[64 + (days >> 6)]
