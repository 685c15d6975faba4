"""Parameter sets: what the numbers that nobody knows exactly may be, drawn within their ranges, the same for all scenarios of a study."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from scipy.special import ndtri

from sim.scenario import Scenario, ScenarioError
from sim.study.ranges import Range, ranges

FIRST_BLOCK = 16
"""Sets of the first Latin hypercube; each further block doubles it."""

PULLED_IN = (1.0, 0.5, 0.25, 0.125, 0.0)
"""Where the numbers of a set do not go together, the whole set is drawn so much nearer to the values in force."""


def places(seed: int, parameter: str, count: int) -> np.ndarray:
    """Where in its range a parameter lies in each set, as fractions; shape (count,).

    A nested Latin hypercube, one parameter at a time: scipy's scrambled Sobol' sequence fills 16, 32, 64, … equal strata with one point
    each, and each block that completes such a count is put into an order of the parameter's own, so that no two parameters go together.
    It depends on the seed, the parameter's name and the number of the set only, not on how many sets or other parameters there are.
    """
    whole = FIRST_BLOCK
    while whole < count:
        whole *= 2
    from scipy.stats import qmc  # half a second to load, and most studies draw no sets

    points = qmc.Sobol(1, scramble=True, seed=_generator(seed, parameter, "points")).random(whole)[:, 0]
    done, block = 0, FIRST_BLOCK
    while done < count:
        points[done:block] = _generator(seed, parameter, f"order from {done}").permutation(points[done:block])
        done, block = block, 2 * block
    return points[:count]


def _generator(seed: int, parameter: str, purpose: str) -> np.random.Generator:
    address = hashlib.sha256(f"{seed} {parameter} {purpose}".encode()).digest()
    return np.random.default_rng(int.from_bytes(address, "big"))


class ParameterSets:
    """The parameter sets of a study: ``worlds[k][s]`` is scenario s with the numbers of set k.

    ``ranges[s]`` are its ranges by parameter, ``scores`` the normal scores of every parameter of the study; arrays of shape (count,).
    """

    def __init__(self, scenarios: Sequence[Scenario], count: int) -> None:
        self.count = count
        self.ranges: list[dict[str, Range]] = [ranges(scenario) for scenario in scenarios]
        seed = scenarios[0].run.seed
        self.parameters = sorted({parameter for found in self.ranges for parameter in found})
        self.scores = {p: np.round(ndtri(places(seed, p, count)), 6) for p in self.parameters}
        self.worlds = [self._set(scenarios, k) for k in range(count)]

    def _set(self, scenarios: Sequence[Scenario], k: int) -> list[Scenario]:
        for near in PULLED_IN:
            scores = {p: float(score[k]) * near for p, score in self.scores.items()}
            try:
                worlds = [s.with_values(drawn(found, scores)) for s, found in zip(scenarios, self.ranges, strict=True)]
            except ScenarioError:
                continue
            for p, score in scores.items():
                self.scores[p][k] = score
            return worlds
        return list(scenarios)

    def values(self, s: int) -> dict[str, np.ndarray]:
        """The numbers of scenario s by parameter, the first number of a list; shape (count,)."""
        found = {p: [one.at(float(score)) for score in self.scores[p]] for p, one in self.ranges[s].items()}
        return {p: np.array([v[0] if isinstance(v, tuple) else v for v in column], float) for p, column in found.items()}


def drawn(found: Mapping[str, Range], scores: Mapping[str, float]) -> dict[str, Any]:
    """The values of one set, in the form that a scenario takes."""
    values = {p: one.at(scores[p]) for p, one in found.items()}
    return {p: list(v) if isinstance(v, tuple) else v for p, v in values.items()}
