"""Means with intervals over replications, and paired differences."""

from __future__ import annotations

import numpy as np
from scipy import special

CONFIDENCE = 0.95


def half_width(freedom: float, confidence: float = CONFIDENCE) -> float:
    """Standard errors from the middle of a Student-t interval to its end, as ``scipy.stats`` says, which takes half a second to load."""
    return special.stdtrit(freedom, 0.5 + confidence / 2)


def two_sided(t: float | np.ndarray, freedom: float) -> float | np.ndarray:
    """The p-value of a Student-t statistic, to both sides."""
    return 2.0 * special.stdtr(freedom, -np.abs(t))


def interval(values: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Mean over the first axis with its Student-t interval: (mean, low, high); nan bounds where there is one replication.

    Assumes independent replications, which their addressed luck makes true.
    """
    values = np.asarray(values, float)
    n = len(values)
    return _around(values.mean(axis=0), values.std(axis=0, ddof=1) if n > 1 else np.nan, n)


def _around(mean: np.ndarray, spread: np.ndarray | float, n: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    if n < 2:
        return mean, mean * np.nan, mean * np.nan
    half = half_width(n - 1) * spread / np.sqrt(n)
    return mean, mean - half, mean + half


def ratio(above: np.ndarray, below: np.ndarray) -> tuple[float, float, float]:
    """Mean of ``above`` by mean of ``below``, pair by pair of replications: (ratio, low, high) by the delta method (Cochran 1977, 6.4).

    nan where the mean below is not at least three of its standard errors away from 0: then the ratio says nothing.
    """
    above, below = np.asarray(above, float), np.asarray(below, float)
    n, mean = len(below), below.mean()
    if mean == 0 or n > 1 and abs(mean) < 3 * below.std(ddof=1) / np.sqrt(n):
        return np.nan, np.nan, np.nan
    found = above.mean() / mean
    _, low, high = interval(found + (above - found * below) / mean)
    return float(found), float(min(low, high)), float(max(low, high))


class Moments:
    """Mean and spread of arrays that come one at a time, none of which is kept (Welford 1962)."""

    def __init__(self) -> None:
        self.count = 0
        self._mean: np.ndarray | float = 0.0
        self._squares: np.ndarray | float = 0.0

    def add(self, values: np.ndarray) -> None:
        """Take in one replication's numbers; each time of the same shape."""
        self.count += 1
        away = values - self._mean
        self._mean = self._mean + away / self.count
        self._squares = self._squares + away * (values - self._mean)

    def interval(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """As the function ``interval`` of all that was added."""
        mean = np.asarray(self._mean, float)
        return _around(mean, np.sqrt(self._squares / max(self.count - 1, 1)), self.count)


def verdict(low: float, high: float) -> str:
    """What a paired difference says: ``more``, ``less``, ``not distinguishable`` or ``same``.

    Not distinguishable: zero lies inside, or there is no interval, or it has no width because a few users' replications happen to agree.
    """
    if low == high == 0:
        return "same"
    if low == high:
        return "not distinguishable"
    if low > 0:
        return "more"
    if high < 0:
        return "less"
    return "not distinguishable"
