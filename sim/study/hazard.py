"""Hazard ratios from lines of users and periods: discrete-time proportional hazards, by maximum likelihood.

P(lapse in the period | x) = 1 − exp(−exp(xβ)), the complementary log-log model (Prentice & Gloeckler 1978): e^β is the ratio of hazards,
the same as Cox's where periods are short. A user's lines are not independent, so errors are clustered by user (Liang & Zeger 1986).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

STEPS = 50
CLOSE = 1e-10
"""Newton's decrement at which the estimate is found."""

NO_END = 15.0
"""A coefficient beyond this grows without end: some lines have all lapsed, or none."""


@dataclass(frozen=True)
class Fit:
    """What was estimated: ``beta`` of shape (k,), ``covariance`` (k, k), and how many clusters it stands on."""

    beta: np.ndarray
    covariance: np.ndarray
    clusters: int


def complementary_log_log(x: np.ndarray, y: np.ndarray, cluster: np.ndarray) -> Fit | None:
    """Fit P(y = 1 | x) = 1 − exp(−exp(xβ)); x of shape (lines, k), y 0/1, cluster whole numbers; None where no maximum is found.

    The covariance is the sandwich with the correction G/(G − 1) · (n − 1)/(n − k).
    """
    n, k = x.shape
    groups, place = np.unique(cluster, return_inverse=True)
    if len(groups) < 2 or n <= k:
        return None
    beta = np.zeros(k)
    best = _likelihood(x, y, beta)
    for _ in range(STEPS):
        score, information = _derivatives(x, y, beta)
        gradient = x.T @ score
        try:
            step = np.linalg.solve(information, gradient)
        except np.linalg.LinAlgError:
            return None
        if gradient @ step < CLOSE:
            break
        size = 1.0
        while not (reached := _likelihood(x, y, beta + size * step)) > best and size > 1e-6:
            size /= 2
        best, beta = reached, beta + size * step
    else:
        return None
    if np.abs(beta).max() > NO_END:
        return None
    scores = np.zeros((len(groups), k))
    np.add.at(scores, place, x * score[:, None])
    bread = np.linalg.inv(_observed_information(x, y, beta))
    correction = len(groups) / (len(groups) - 1) * (n - 1) / (n - k)
    return Fit(beta, correction * bread @ (scores.T @ scores) @ bread, len(groups))


def _likelihood(x: np.ndarray, y: np.ndarray, beta: np.ndarray) -> float:
    """The log-likelihood."""
    hazard = np.exp(np.clip(x @ beta, -30.0, 4.0))
    return float(np.log(-np.expm1(-hazard[y])).sum() - hazard[~y].sum())


def _derivatives(x: np.ndarray, y: np.ndarray, beta: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The log-likelihood's derivative by each line's xβ, and the expected information; shapes (lines,), (k, k)."""
    hazard = np.exp(np.clip(x @ beta, -30.0, 4.0))
    stays = np.exp(-hazard)
    ratio = hazard * stays / -np.expm1(-hazard)
    return np.where(y, ratio, -hazard), x.T @ (x * (hazard * ratio)[:, None])


def _observed_information(x: np.ndarray, y: np.ndarray, beta: np.ndarray) -> np.ndarray:
    """Minus the second derivative of the log-likelihood; shape (k, k)."""
    hazard = np.exp(np.clip(x @ beta, -30.0, 4.0))
    odds = hazard / np.expm1(hazard)
    return x.T @ (x * np.where(y, odds * (odds * np.exp(hazard) - 1.0), hazard)[:, None])
