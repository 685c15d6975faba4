"""exp and log from + − × ÷ only: the same bits on every IEEE machine, compiled or not.

libm and NumPy differ in the last bit between machines, versions and vector widths; a life must not.
"""

from __future__ import annotations

import math

import numpy as np

from sim.compiled import compiled

LN2 = 6.931471805599453094e-01
LN2_HIGH, LN2_LOW = 6.93147180369123816490e-01, 1.90821492927058770002e-10
PER_LN2 = 1.44269504088896338700

TO_WHOLE = 1.5 * 2.0**52
"""Added and taken away again, it rounds to the nearest whole number, in a third of the time of a call of floor."""

SMALLEST_NORMAL, TWO_54 = 2.0**-1022, 2.0**54
FRACTION, HALF = (1 << 52) - 1, 1022 << 52
"""Bits of a double: its fraction, and the exponent of numbers from a half to one."""

LEAST_POWER = -1022
POWERS = np.ldexp(1.0, np.arange(LEAST_POWER, 1024))
"""2ᵏ for k = −1022 … 1023, exactly; read from a table, because a call of ldexp takes as long as all the rest."""


@compiled("f8(f8)")
def exp(x):
    """e**x: x = k·ln 2 + r with |r| ≤ ln 2 / 2 (Cody & Waite 1980), then Taylor's polynomial of degree 13 in r.

    Summed in pairs (Estrin 1960), which takes a third of the time of one term after the other.
    """
    if x == 0.0:
        return 1.0
    if x != x:
        return x
    if x > 709.0:
        return math.inf
    if x < -708.0:
        return 0.0
    k = (x * PER_LN2 + TO_WHOLE) - TO_WHOLE
    r = (x - k * LN2_HIGH) - k * LN2_LOW
    q = r * r
    q4 = q * q
    low = (0.5 + r * (1.0 / 6.0)) + q * (1.0 / 24.0 + r * (1.0 / 120.0))
    middle = (1.0 / 720.0 + r * (1.0 / 5040.0)) + q * (1.0 / 40320.0 + r * (1.0 / 362880.0))
    high = (1.0 / 3628800.0 + r * (1.0 / 39916800.0)) + q * (1.0 / 479001600.0 + r * (1.0 / 6227020800.0))
    p = r + q * (low + q4 * (middle + q4 * high))
    return (1.0 + p) * POWERS[int(k) - LEAST_POWER]


@compiled("f8(f8)")
def log(x):
    """The natural logarithm of x > 0: x = m·2ᵉ with √½ ≤ m < √2, then 2·artanh((m−1)/(m+1)) as a series, summed in pairs (Estrin).

    m and e are read from the number's own bits (IEEE 754): a call of frexp takes as long as all the rest.
    """
    e = 0
    if x < SMALLEST_NORMAL:
        x *= TWO_54
        e = -54
    bits = int(np.float64(x).view(np.int64))
    e += (bits >> 52) - 1022
    m = float(np.int64((bits & FRACTION) | HALF).view(np.float64))
    if m < 0.7071067811865476:
        m *= 2.0
        e -= 1
    s = (m - 1.0) / (m + 1.0)
    q = s * s
    q2 = q * q
    q4 = q2 * q2
    low = (1.0 / 3.0 + q * (1.0 / 5.0)) + q2 * (1.0 / 7.0 + q * (1.0 / 9.0))
    middle = (1.0 / 11.0 + q * (1.0 / 13.0)) + q2 * (1.0 / 15.0 + q * (1.0 / 17.0))
    high = (1.0 / 19.0 + q * (1.0 / 21.0)) + q2 * (1.0 / 23.0 + q * (1.0 / 25.0))
    return 2.0 * (s + s * (q * (low + q4 * (middle + q4 * high)))) + e * LN2


SLACK, LEAST = 1.0 + 1e-9, 1e-15
"""A bound is taken a little beyond what it bounds, so that rounding never hides anything."""

SURELY = 1e-12
"""More than rounding can move a probability."""


@compiled("f8(f8)")
def at_most_exp(x):
    """A number not below eˣ, at most 5 % above it, and for −1 ≤ x ≤ 5 in a third of its time: (1 + y + y²/2 + |y|³/4)⁴ with y = x/4.

    eʸ = 1 + y + y²/2 + y³/6 + …, and what follows y³/6 is less than |y|³/12 for |y| ≤ 1.25.
    """
    if -1.0 <= x <= 5.0:
        y = 0.25 * x
        root = 1.0 + y + y * y * (0.5 + 0.25 * abs(y))
        return (root * root) * (root * root)
    return exp(min(x, 700.0)) * (1.0 + SURELY)


@compiled("f8(f8)")
def none_below(rate):
    """A number not above e⁻ʳ, the chance of a Poisson count of 0; near it for r up to 2: (1 − y + y²/2 − y³/6)² with y = r/2.

    e⁻ʸ = 1 − y + y²/2 − y³/6 + …, and what follows y³/6 is more than 0. ``rate`` may have been rounded, so it is taken a little higher.
    """
    y = 0.5 * SLACK * rate
    root = 1.0 - y * (1.0 - y * (0.5 - y * (1.0 / 6.0)))
    root = root if root > 0.0 else 0.0
    return root * root - LEAST


@compiled("b1(f8,f8,f8)")
def rarely(u, rate, x):
    """Whether u < rate·eˣ; where that is rare, it is seldom asked of an exponential."""
    return u < rate * at_most_exp(x) and u < rate * exp(x)


@compiled("f8(f8,f8)")
def pulled(p, pull):
    """The probability whose logit is logit(p) + pull; p itself where nothing pulls."""
    if pull == 0.0:
        return p
    return p / (p + (1.0 - p) * exp(-pull))


SMALL_PULL = 1.25
"""Up to here eˣ ≤ 1 + 2x, so most of what does not happen is refused without an exponential."""


@compiled("b1(f8,f8,f8)")
def happens(u, p, pull):
    """Whether u < pulled(p, pull)."""
    if pull == 0.0:
        return u < p
    if pull <= SMALL_PULL and u >= p * (1.0 + 2.0 * max(pull, 0.0)):
        return False
    return u < pulled(p, pull)


@compiled("i8(f8,f8)")
def poisson(u, rate):
    """The Poisson count of mean ``rate`` (≤ 700) at the quantile u: never smaller for a larger rate.

    The first four counts are compared at once: which of them it is nobody can foresee, and a branch foreseen wrongly costs more than all.
    """
    if u < 1.0 - rate:  # ≤ e⁻ʳ
        return 0
    none = exp(-rate)
    one = none * rate
    two = one * (rate / 2)
    three = two * (rate / 3)
    up_to_one = none + one
    up_to_two = up_to_one + two
    total = up_to_two + three
    n = int(u >= none) + int(u >= up_to_one) + int(u >= up_to_two)
    if u >= total:
        n, term = 4, three * (rate / 4)
        total += term
        while u >= total and n < 2000:
            n += 1
            term *= rate / n
            total += term
    return n
