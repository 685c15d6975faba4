"""Distributions as tables of quantiles: made once with scipy, read with + − × ÷ only.

A table holds the quantile function at equally spaced chances, and again, 32 times finer, in each last 32nd of the
upper tail, down to a chance of 2⁻⁴⁰ of being larger. The lower tail is one cell, whose lower end is set so that the
cell has the right mean: a line drawn down to the true end (normal: −∞) would put far too much weight out there. Values
are rounded to 24 bits, so that scipy's last bits do not reach anyone's life.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy import special

from sim.compiled import compiled

NODES = 1024
ZOOM = 32
LEVELS = 8
TAIL_POINTS = 256
SIZE = LEVELS * (NODES + 1)

Table = np.ndarray
"""Shape (SIZE,), f8: LEVELS stretches of NODES + 1 quantiles."""


def table(upper: Callable[[np.ndarray], np.ndarray]) -> Table:
    """The table of a distribution given by ``upper``: chance of being larger → value (an inverse survival function)."""
    inside = np.arange(NODES + 1) / NODES
    stretches = []
    for level in range(LEVELS):
        larger = (1.0 - inside) / ZOOM**level
        larger[-1] = 1.0 / ZOOM ** (level + 1) / NODES if level == LEVELS - 1 else larger[-2] / 2
        stretches.append(upper(larger))
    values = np.concatenate(stretches)
    lowest = upper(1.0 - (np.arange(TAIL_POINTS) + 0.5) / TAIL_POINTS / NODES)
    values[0] = max(values[0], 2.0 * lowest.mean() - values[1])
    mantissa, exponent = np.frexp(values)
    return np.ldexp(np.round(mantissa * 2.0**24) / 2.0**24, exponent)


@compiled("f8(f8[:],f8)")
def quantile(values, u):
    """The quantile at u of the distribution in a table."""
    larger = 1.0 - u
    level = 0
    while larger < 1.0 / ZOOM and level < LEVELS - 1:
        larger *= ZOOM
        level += 1
    x = (1.0 - larger) * NODES
    cell = int(x)
    if cell > NODES - 1:
        cell = NODES - 1
    at = level * (NODES + 1) + cell
    return values[at] + (x - cell) * (values[at + 1] - values[at])


@compiled("f8[:](f8[:],f8[:])")
def quantiles(values, luck):
    """The quantile of each number in ``luck``; same shape."""
    out = np.empty(len(luck), np.float64)
    for i in range(len(luck)):
        out[i] = quantile(values, luck[i])
    return out


def gamma(shape: float, rate: float = 1.0) -> Table:
    """Gamma(shape, rate)."""
    return table(lambda larger: special.gammainccinv(shape, larger) / rate)


def inverse_gamma(shape: float, rate: float = 1.0) -> Table:
    """One over Gamma(shape, rate)."""
    return table(lambda larger: rate / np.maximum(special.gammaincinv(shape, larger), 1e-300))


def beta(a: float, b: float) -> Table:
    """Beta(a, b)."""
    return table(lambda larger: 1.0 - special.betaincinv(b, a, larger))


def exponential() -> Table:
    """Exponential with mean 1."""
    return table(lambda larger: -np.log(larger))


def normal() -> Table:
    """Standard normal, which ends at about −3.6 and +7."""
    return table(lambda larger: np.maximum(-special.ndtri(larger), -8.0))
