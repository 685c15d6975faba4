"""Many studies of one size: the simulator's value pooled over them, and what one of them alone would have read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from scipy import stats

from analysis.evidence.check import Row, Scale

Counts = np.ndarray
"""What is counted in one world; adds up over worlds."""


FEWEST = 5
"""Worlds below which the scatter of single studies is not told."""


@dataclass(frozen=True)
class Studied:
    """Quantities read from worlds of a study's size.

    ``pooled``: read from all worlds together, everybody lived with and without under the same luck; ``error``: its standard error, from the
    worlds' own readings. ``alone``: what each world's arms alone would have read, shape (worlds, quantities); None where a study's size is
    not known.
    """

    pooled: np.ndarray
    error: np.ndarray
    alone: np.ndarray | None
    people: int
    worlds: int

    def row(self, k: int, quantity: str, unit: str, says: float, low: float, high: float, *, judged: bool = True, **more) -> Row:
        """Quantity ``k`` as a row, with the interval in which one further study reads 95 times of 100. ``judged``: whether the band is one for single studies, so that it is counted how many lie in it."""
        one: dict[str, float] = {}
        if self.alone is not None and self.worlds >= FEWEST:
            seen = self.alone[:, k]
            half = float(stats.t.ppf(0.975, self.worlds - 1) * seen.std(ddof=1) * np.sqrt(1.0 + 1.0 / self.worlds))
            one = {"one_low": float(seen.mean()) - half, "one_high": float(seen.mean()) + half}
            if judged:
                one["one_inside"] = float(((seen >= low) & (seen <= high)).mean())
        return Row(
            quantity, unit, says, float(self.pooled[k]), low, high, float(self.error[k]), users=self.people, replications=self.worlds, **one, **more
        )


def replicate(
    scale: Scale, worlds: int, people: int, live: Callable[[int], tuple[Counts, Counts | None]], read: Callable[[Counts], Sequence[float]]
) -> Studied:
    """Live so many worlds, several at a time. ``live(r)`` gives the counts of everybody in world r, and those of its arms alone; ``read``
    makes quantities of counts."""
    first = live(0)  # by itself: it compiles
    with ThreadPoolExecutor(max(scale.threads, 1)) as pool:
        lived = [first, *pool.map(live, range(1, worlds))]
    everybody = np.array([counts for counts, _ in lived])
    each = np.array([read(counts) for counts in everybody])
    error = each.std(axis=0, ddof=1) / np.sqrt(worlds) if worlds > 1 else np.full(each.shape[1], np.nan)
    arms = [counts for _, counts in lived if counts is not None]
    alone = np.array([read(counts) for counts in arms]) if len(arms) == worlds else None
    return Studied(np.array(read(everybody.sum(axis=0))), error, alone, people, worlds)


def in_arms(on: np.ndarray, off: np.ndarray, treated: np.ndarray) -> tuple[Counts, Counts]:
    """Counts of everybody in both worlds, and of two arms: the treated of the one and the others of the other; shape (2, 1 + quantities),
    the number of people first.

    Who stands in which arm is as good as random: users differ by luck alone, and none meets another.
    """
    people = np.ones(on.shape[1])
    whole = np.array([np.vstack([people, world]).sum(axis=1) for world in (on, off)])
    arms = np.array([np.vstack([people, world])[:, who].sum(axis=1) for world, who in ((on, treated), (off, ~treated))])
    return whole, arms
