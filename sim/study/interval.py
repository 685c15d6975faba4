"""Means with intervals over replications, and paired differences."""

from __future__ import annotations

import numpy as np
from scipy import stats

CONFIDENCE = 0.95


def interval(values: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Mean over the first axis with its Student-t interval: (mean, low, high); nan bounds where there is one replication.

    Assumes independent replications, which their addressed luck makes true.
    """
    values = np.asarray(values, float)
    n = len(values)
    mean = values.mean(axis=0)
    if n < 2:
        return mean, mean * np.nan, mean * np.nan
    half = stats.t.ppf(0.5 + CONFIDENCE / 2, n - 1) * values.std(axis=0, ddof=1) / np.sqrt(n)
    return mean, mean - half, mean + half


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
