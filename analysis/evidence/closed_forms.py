"""The closed forms that the simulator equals when all levers are off.

Times are in weeks where rates are; everything is computed from the published formulas with scipy, nothing from the
simulator.
"""

from __future__ import annotations

import numpy as np
from scipy import integrate, special

ENOUGH = 3_000
"""Orders up to which a distribution is summed where a moment has no closed form."""


def nbd_mean(t: float, r: float, alpha: float) -> float:
    """E[X(t)] of the NBD: r·t/α."""
    return r * t / alpha


def nbd_pmf(k: np.ndarray, t: float | np.ndarray, r: float, alpha: float) -> np.ndarray:
    """P(X(t) = k) of the NBD (Ehrenberg 1959): Poisson orders at rates that are Gamma(r, rate α) across users."""
    k = np.asarray(k, dtype=float)
    ways = special.gammaln(r + k) - special.gammaln(r) - special.gammaln(k + 1)
    return np.exp(ways + r * np.log(alpha / (alpha + t)) + special.xlogy(k, t / (alpha + t)))


def _nbd_tail(k: np.ndarray, t: float, r: float, alpha: float) -> np.ndarray:
    """P(at least k orders by t) of the NBD: a regularised incomplete beta function; 1 at k = 0."""
    k = np.asarray(k, dtype=float)
    return np.where(k > 0, special.betainc(np.maximum(k, 1), r, t / (alpha + t)), 1.0)


def bgnbd_mean(t: float, r: float, alpha: float, a: float, b: float) -> float:
    """E[X(t)] of the BG/NBD (Fader, Hardie & Lee 2005, eq. 9); a ≠ 1."""
    z = t / (alpha + t)
    return (a + b - 1) / (a - 1) * (1 - (1 - z) ** r * special.hyp2f1(r, b, a + b - 1, z))


def bgnbd_pmf(k: np.ndarray, t: float, r: float, alpha: float, a: float, b: float) -> np.ndarray:
    """P(X(t) = k) of the BG/NBD (Fader, Hardie & Lee 2005, eq. 8)."""
    k = np.asarray(k, dtype=float)
    stays = np.exp(special.betaln(a, b + k) - special.betaln(a, b))
    leaves = np.exp(special.betaln(a + 1, b + np.maximum(k, 1) - 1) - special.betaln(a, b))
    return stays * nbd_pmf(k, t, r, alpha) + np.where(k > 0, leaves * _nbd_tail(k, t, r, alpha), 0.0)


def mbgnbd_pmf(k: np.ndarray, t: float, r: float, alpha: float, a: float, b: float) -> np.ndarray:
    """P(X(t) = k) of the MBG/NBD (Batislam, Denizel & Filiztekin 2007): the first order, too, can be the last."""
    k = np.asarray(k, dtype=float)
    stays = np.exp(special.betaln(a, b + k + 1) - special.betaln(a, b))
    leaves = np.exp(special.betaln(a + 1, b + k) - special.betaln(a, b))
    return stays * nbd_pmf(k, t, r, alpha) + leaves * _nbd_tail(k, t, r, alpha)


def mbgnbd_mean(t: float, r: float, alpha: float, a: float, b: float) -> float:
    """E[X(t)] of the MBG/NBD (Batislam, Denizel & Filiztekin 2007); a ≠ 1."""
    z = t / (alpha + t)
    return b / (a - 1) * (1 - (1 - z) ** r * special.hyp2f1(r, b + 1, a + b, z))


def pareto_alive(t: float, s: float, beta: float) -> float:
    """P(not yet gone at t) of the Pareto/NBD (Schmittlein, Morrison & Colombo 1987): (β/(β+t))^s."""
    return (beta / (beta + t)) ** s


def pareto_nbd_mean(t: float, r: float, alpha: float, s: float, beta: float) -> float:
    """E[X(t)] of the Pareto/NBD (Schmittlein, Morrison & Colombo 1987); s ≠ 1."""
    return r * beta / (alpha * (s - 1)) * (1 - (beta / (beta + t)) ** (s - 1))


def pareto_nbd_pmf(k: np.ndarray, t: float, r: float, alpha: float, s: float, beta: float) -> np.ndarray:
    """P(X(t) = k) of the Pareto/NBD: an NBD up to t or up to the lifetime, whichever ends first.

    The integral over the lifetime is taken by Gauss–Legendre quadrature on stretches that grow away from 0.
    """
    k = np.asarray(k, dtype=float)
    cuts = np.unique(np.concatenate([[0.0], np.geomspace(1e-6, 1.0, 25) * t]))
    nodes, weights = np.polynomial.legendre.leggauss(12)
    ends = 0.0
    for low, high in zip(cuts, cuts[1:], strict=False):
        life = (high - low) / 2 * nodes + (high + low) / 2
        density = s / beta * (beta / (beta + life)) ** (s + 1)
        ends = ends + nbd_pmf(k[:, None], life, r, alpha) @ (density * weights * (high - low) / 2)
    return nbd_pmf(k, t, r, alpha) * pareto_alive(t, s, beta) + ends


def sbg_survival(k: np.ndarray, a: float, b: float) -> np.ndarray:
    """S(k) of the sBG (Fader & Hardie 2007): the share that has renewed k times, B(a, b+k)/B(a, b)."""
    return np.exp(special.betaln(a, b + np.asarray(k, dtype=float)) - special.betaln(a, b))


def bass_share(t: np.ndarray, p: float, q: float) -> np.ndarray:
    """F(t) of Bass (1969): the share of the market reached by t."""
    e = np.exp(-(p + q) * np.asarray(t, dtype=float))
    return (1 - e) / (1 + q / p * e)


def moments(pmf, *parameters: float) -> tuple[float, float]:
    """Mean and variance of a distribution of orders, ``pmf(k, *parameters)``, by summing."""
    k = np.arange(ENOUGH)
    p = pmf(k, *parameters)
    mean = float(k @ p)
    return mean, float(k**2 @ p) - mean**2


def conditional_mean(
    x: np.ndarray, first: float, more: float, r: float, alpha: float, a: float, b: float
) -> np.ndarray:
    """E[orders in (T, T+t] | x orders in (0, T]] of the BG/NBD, whatever their days: E[Y·1(X = x)] / P(X = x).

    One who made x orders by ``first`` and stayed has the posterior rate Gamma(r + x, α + T) and leaving
    chance Beta(a, b + x).
    """
    x = np.asarray(x, dtype=float)
    stayed = np.exp(special.betaln(a, b + x) - special.betaln(a, b)) * nbd_pmf(x, first, r, alpha)
    later = np.array([bgnbd_mean(more, r + k, alpha + first, a, b + k) for k in x])
    return later * stayed / bgnbd_pmf(x, first, r, alpha, a, b)


def pareto_integral(t: float, r: float, alpha: float, s: float, beta: float) -> float:
    """E[X(t)] of the Pareto/NBD as an integral, r/α · ∫ P(alive at u) du: a check of the formula above."""
    return r / alpha * integrate.quad(lambda u: pareto_alive(u, s, beta), 0, t)[0]
