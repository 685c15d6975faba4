"""On which parameters a result hangs most: rank regression over parameter sets, with a guard against reading luck as a cause.

There are often as many parameters as sets, so parameters enter one at a time, each time the one whose ranks go best with what is left to
explain. Those that luck alone would bring in under 5 % of studies, however many parameters are looked at (Bonferroni), are *sure*; after
them come suspects, each as likely as 1 in 20 to be luck on its own. Of all that enter, the standardised rank regression gives each one's
share of the explained variance (Pratt 1987: coefficient × correlation, which add up to R²), and a regression on normal scores what the
result would be at either end of the range: of the result's log where it has one sign in all sets, because effects multiply.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from sim.study.interval import two_sided
from sim.study.ranges import EDGE

ALARMS = 0.05
"""How often a parameter without any effect is called sure, over all parameters looked at; and each alone is suspected."""

FEWEST = 8
"""Sets from which on a regression is tried."""

COLUMNS = (
    "scenario", "metric", "unit", "quantity", "parameter", "value", "low", "high", "basis", "grade",
    "rank_correlation", "sure", "share", "at_low", "middle", "at_high", "explained",
)  # fmt: skip
"""Columns of ``tornado.csv``, the parameters that matter most first. ``sure``: yes, no (a suspect), or empty where a parameter cannot be
told from chance at all; then ``share``, ``at_low``, ``at_high`` are empty, too. ``middle``: the result with every parameter in the middle
of its range; ``explained``: what sure ones and suspects explain together, of the variance of ranks."""


def tornado(y: np.ndarray, scores: Mapping[str, np.ndarray]) -> list[dict[str, Any]]:
    """A line for each parameter: its rank correlation with ``y`` and, where it enters, share and reach.

    ``y``: the result of each set, shape (sets,); ``scores``: each parameter's normal scores in the sets, of the same shape.
    """
    names = list(scores)
    nothing = {"sure": "", "share": np.nan, "at_low": np.nan, "at_high": np.nan}
    if len(y) < FEWEST or not names or np.ptp(y) == 0:
        return [{"parameter": p, "rank_correlation": np.nan, "middle": np.nan, "explained": np.nan, **nothing} for p in names]
    from scipy.stats import rankdata  # half a second to load, and most studies draw no sets

    x = np.column_stack([_standard(rankdata(scores[p])) for p in names])
    ranks = _standard(rankdata(y))
    correlations = x.T @ ranks / len(y)
    entered = _entering(x, ranks)
    chosen = list(entered)
    shares = _shares(x, ranks, chosen)
    if (shares <= 0).any():  # a suppressor: it explains nothing by itself
        chosen = [j for j, share in zip(chosen, shares, strict=True) if share > 0]
        shares = _shares(x, ranks, chosen)
    middle, ends = _reach(y, np.column_stack([np.ones(len(y)), *(scores[names[j]] for j in chosen)]))
    found = {
        j: {"sure": "yes" if entered[j] else "no", "share": float(share), "at_low": low, "at_high": high}
        for j, share, (low, high) in zip(chosen, shares, ends, strict=True)
    }
    order = sorted(range(len(names)), key=lambda j: (_rank(found.get(j)), -abs(correlations[j]), names[j]))
    common = {"middle": middle, "explained": float(shares.sum())}
    return [{"parameter": names[j], "rank_correlation": float(correlations[j]), **found.get(j, nothing), **common} for j in order]


def _shares(x: np.ndarray, y: np.ndarray, chosen: list[int]) -> np.ndarray:
    """Coefficient × correlation of each chosen column; columns and ``y`` are standardised."""
    if not chosen:
        return np.zeros(0)
    return np.linalg.lstsq(x[:, chosen], y, rcond=None)[0] * (x[:, chosen].T @ y) / len(y)


def _rank(line: dict[str, Any] | None) -> tuple[int, float]:
    """Sure ones first, then suspects, by their shares."""
    return (2, 0.0) if line is None else (int(line["sure"] == "no"), -line["share"])


def _reach(y: np.ndarray, x: np.ndarray) -> tuple[float, list[tuple[float, float]]]:
    """The result in the middle of all ranges, and with each parameter at its low and its high end; the first column of ``x`` is 1."""
    sign = np.sign(y[0]) if np.all(np.sign(y) == np.sign(y[0])) and y[0] != 0 else 0.0
    start, *slopes = np.linalg.lstsq(x, np.log(np.abs(y)) if sign else y, rcond=None)[0]

    def back(value: float) -> float:
        return float(sign * np.exp(value)) if sign else float(value)

    return back(start), [(back(start - EDGE * slope), back(start + EDGE * slope)) for slope in slopes]


def _entering(x: np.ndarray, y: np.ndarray) -> dict[int, bool]:
    """The columns of ``x`` that enter, in their order, and whether each is sure; columns and ``y`` are standardised."""
    chosen: dict[int, bool] = {}
    basis = np.ones((len(y), 1)) / np.sqrt(len(y))
    while len(chosen) < min(x.shape[1], len(y) // FEWEST):
        left = y - basis @ (basis.T @ y)
        rest = x - basis @ (basis.T @ x)
        length = np.sqrt((rest**2).sum(axis=0)) * np.sqrt(left @ left)
        with np.errstate(divide="ignore", invalid="ignore"):
            partial = np.where(length > 1e-9, np.abs(rest.T @ left) / length, 0.0)
        partial[list(chosen)] = 0.0
        best = int(partial.argmax())
        freedom = len(y) - 2 - len(chosen)
        r = min(float(partial[best]), 1 - 1e-12)
        p = two_sided(r * np.sqrt(freedom / (1 - r * r)), freedom)
        if p >= ALARMS:
            break
        chosen[best] = all(chosen.values()) and bool(p * (x.shape[1] - len(chosen)) < ALARMS)
        more = rest[:, [best]]
        basis = np.hstack([basis, more / np.sqrt((more**2).sum())])
    return chosen


def _standard(values: np.ndarray) -> np.ndarray:
    spread = values.std()
    return (values - values.mean()) / spread if spread > 0 else values * 0.0
