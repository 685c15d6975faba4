"""What peers that keep columns have in common. Only NumPy: peers may live in an environment of their own."""

from __future__ import annotations

import numpy as np

MOST_VISITS = 1000


def visits_of(luck: np.ndarray, rate: np.ndarray, none: np.ndarray) -> np.ndarray:
    """Visits of those who come, at least one: Poisson of mean ``rate`` at the quantile ``luck`` ≥ ``none`` = e^−rate; same shape."""
    count, term = np.ones(len(luck), np.int32), none * rate
    total = none + term
    more = np.flatnonzero(luck >= total)
    while len(more):
        count[more] += 1
        term[more] *= rate[more] / count[more]
        total[more] += term[more]
        more = more[(luck[more] >= total[more]) & (count[more] < MOST_VISITS)]
    return count


def pulled(p: np.ndarray | float, pull: np.ndarray) -> np.ndarray:
    """The chance whose logit is logit(p) + pull; same shape."""
    return p / (p + (1.0 - p) * np.exp(-pull))
