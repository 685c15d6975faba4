"""On which parameters a result hangs most: rank regression over parameter sets, with a guard against reading luck as a cause.

There are often more parameters than sets, so parameters enter one at a time, each time the one whose ranks go best with what is left to
explain, and only while that would happen by luck in under 5 % of studies, however many parameters are looked at (Bonferroni). Of those
that enter, the standardised rank regression gives each one's share of the explained variance (Pratt 1987: coefficient × correlation,
which add up to R²), and a regression on normal scores what the result would be at either end of the range.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from scipy import stats

from sim.study.ranges import EDGE

ALARMS = 0.05
"""How often a parameter without any effect is named, over all parameters looked at."""

FEWEST = 8
"""Sets from which on a regression is tried."""

COLUMNS = (
    "scenario", "metric", "unit", "quantity", "parameter", "value", "low", "high", "basis", "grade",
    "rank_correlation", "share", "at_low", "at_high", "explained",
)  # fmt: skip
"""Columns of ``tornado.csv``, the parameters that matter most first. ``share``, ``at_low``, ``at_high`` are empty where a parameter cannot
be told from chance; ``explained``: what those that can explain together, of the variance of ranks."""


def tornado(y: np.ndarray, scores: Mapping[str, np.ndarray]) -> list[dict[str, Any]]:
    """A line for each parameter: its rank correlation with ``y`` and, where it can be told from chance, share and reach.

    ``y``: the result of each set, shape (sets,); ``scores``: each parameter's normal scores in the sets, of the same shape.
    """
    names = list(scores)
    nothing = {"share": np.nan, "at_low": np.nan, "at_high": np.nan}
    if len(y) < FEWEST or not names or np.ptp(y) == 0:
        return [{"parameter": p, "rank_correlation": np.nan, "explained": np.nan, **nothing} for p in names]
    x = np.column_stack([_standard(stats.rankdata(scores[p])) for p in names])
    ranks = _standard(stats.rankdata(y))
    correlations = x.T @ ranks / len(y)
    chosen = _entering(x, ranks)
    coefficients = np.linalg.lstsq(x[:, chosen], ranks, rcond=None)[0] if chosen else np.zeros(0)
    shares = coefficients * correlations[chosen]
    plain = np.column_stack([np.ones(len(y)), *(scores[names[j]] for j in chosen)])
    slopes = np.linalg.lstsq(plain, y, rcond=None)[0][1:]
    found = {
        j: {"share": float(share), "at_low": float(y.mean() - EDGE * slope), "at_high": float(y.mean() + EDGE * slope)}
        for j, share, slope in zip(chosen, shares, slopes, strict=True)
    }
    order = sorted(range(len(names)), key=lambda j: (j not in found, -found[j]["share"] if j in found else -abs(correlations[j]), names[j]))
    common = {"explained": float(shares.sum())}
    return [{"parameter": names[j], "rank_correlation": float(correlations[j]), **found.get(j, nothing), **common} for j in order]


def _entering(x: np.ndarray, y: np.ndarray) -> list[int]:
    """The columns of ``x`` that enter, in their order; columns and ``y`` are standardised."""
    chosen: list[int] = []
    basis = np.ones((len(y), 1)) / np.sqrt(len(y))
    while len(chosen) < min(x.shape[1], len(y) // 4):
        left = y - basis @ (basis.T @ y)
        rest = x - basis @ (basis.T @ x)
        length = np.sqrt((rest**2).sum(axis=0)) * np.sqrt(left @ left)
        with np.errstate(divide="ignore", invalid="ignore"):
            partial = np.where(length > 1e-9, np.abs(rest.T @ left) / length, 0.0)
        partial[chosen] = 0.0
        best = int(partial.argmax())
        freedom = len(y) - 2 - len(chosen)
        r = min(float(partial[best]), 1 - 1e-12)
        p = 2 * stats.t.sf(r * np.sqrt(freedom / (1 - r * r)), freedom)
        if p * (x.shape[1] - len(chosen)) >= ALARMS:
            break
        chosen.append(best)
        more = rest[:, [best]]
        basis = np.hstack([basis, more / np.sqrt((more**2).sum())])
    return chosen


def _standard(values: np.ndarray) -> np.ndarray:
    spread = values.std()
    return (values - values.mean()) / spread if spread > 0 else values * 0.0
