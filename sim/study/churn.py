"""Who lapses, as a platform would estimate it from what it can see; beside it, who has left and why, which only the simulator knows.

The lines are those of ``sim.panel``. Every trait or behaviour is one column of a discrete-time hazard model (``sim.study.hazard``), with a
baseline of its own for each look, so seasons and the growth of the platform are in no ratio.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sim.measure import names_of
from sim.panel import COLUMNS
from sim.segment import CHANNELS
from sim.study.hazard import complementary_log_log
from sim.study.interval import half_width, verdict

if TYPE_CHECKING:  # whoever draws needs the names of this module's columns, and no engine
    from sim.scenario import Scenario
    from sim.study.metrics import Counts

MOST_LINES = 30_000
"""Lines of a scenario that are estimated from: those of its first replications."""

FEWEST = 10
"""Lapses, and lines without one, that each estimated number must rest on (Peduzzi et al. 1996: ten events a variable)."""

HAZARDS = (
    "scenario", "feature", "level", "contrast", "hazard_ratio", "ci_low", "ci_high", "verdict", "mean_lapsed", "mean_stayed", "lines",
    "lapses", "users",
)  # fmt: skip
"""Columns of ``churn.csv``. ``feature`` and, where it is one of several, ``level`` (a channel, a persona); ``contrast``: what the ratio
compares; ``hazard_ratio`` with its 95 % interval, errors clustered by user; ``verdict``: more, less or not distinguishable; ``mean_lapsed``
and ``mean_stayed``: of the feature over the lines that lapsed and over the others, in its own unit (days, orders, a share …); ``lines``,
``lapses`` and ``users`` of the whole estimate."""

CONTRASTS = {
    "recency": "days since the last visit doubled",
    "visit_days": "days with a visit in the newest 30 doubled",
    "tenure": "days since sign-up doubled",
    "orders": "orders so far, against {reference}",
    "basket": "mean basket doubled",
    "discount_share": "10 points more of baskets taken off by discounts",
    "dissatisfied": "experiences below what was expected, against as expected or better",
    "messages": "one message more a week",
    "member": "paying member or on trial, against neither",
    "tier": "a level above the first, against none",
    "channel": "won by this channel, against {reference}",
    "persona": "this persona, against {reference}",
}
"""Every feature, and what its ratio compares; channels and personas are held against the commonest. Columns that double are log2, of
1 + days for days."""

SIGNS = ("recency", "visit_days")
"""How a lapse shows before it is one. Whatever drives people away does it through these, so they are left out where the ratios of all
other features are estimated; their own ratios are with everything else alike."""

ORDERS = (("none", 0), ("1", 1), ("2", 2), ("3", 3), ("4-6", 4), ("7+", 7))
"""Levels of the number of orders: (name, least)."""

ALIKE = 1e-6
"""Share of a column's spread that others must leave unexplained, or it is left out: nothing tells it from them."""

Feature = tuple[str, str, str, np.ndarray]
"""A column of the design: feature, its level, what that is held against, and numbers of shape (lines,)."""


class Lines:
    """Lines of a scenario's panels, gathered run by run up to ``MOST_LINES``."""

    def __init__(self) -> None:
        self._parts: list[dict[str, np.ndarray]] = []
        self._count = self._runs = 0

    def add(self, counts: Counts) -> None:
        """Take in one run, the runs in the order of their replications."""
        if self._count < MOST_LINES and "panel/user" in counts:
            part = {name: np.array(counts[f"panel/{name}"][: MOST_LINES - self._count]) for name in COLUMNS}
            part["run"] = np.full(len(part["user"]), self._runs)
            self._parts.append(part)
            self._count += len(part["user"])
        self._runs += 1

    def columns(self) -> dict[str, np.ndarray]:
        """All of them by column; arrays of shape (lines,)."""
        return {name: np.concatenate([part[name] for part in self._parts]) for name in (*COLUMNS, "run")} if self._parts else {}


def hazards(name: str, lines: Lines, scenario: Scenario) -> pd.DataFrame:
    """One scenario's hazard ratios; no rows where the run is shorter than two times ``churned_after_days`` or too few lapse to tell."""
    seen = lines.columns()
    empty = pd.DataFrame(columns=list(HAZARDS))
    if not seen:
        return empty
    y, user = seen["lapsed"].astype(bool), seen["run"].astype(np.int64) << 40 | seen["user"]
    looks = _levels("look", seen["look"], [str(k) for k in range(int(seen["look"].max()) + 1)])
    base = [np.ones(len(y)), *(column for *_, column in looks if _rests_on_enough(column, y))]
    found = _apart(base, [feature for feature in features(seen, scenario) if _rests_on_enough(feature[-1], y)])
    if not found or min(y.sum(), (~y).sum()) < FEWEST * (len(base) + len(found)):
        return empty
    ratios: dict[tuple[str, str], tuple[float, float, float]] = {}
    for signs in (True, False):
        chosen = [feature for feature in found if signs or feature[0] not in SIGNS]
        fit = complementary_log_log(np.column_stack([*base, *(column - column.mean() for *_, column in chosen)]), y, user)
        if fit is None:
            return empty
        beta, error = fit.beta[len(base) :], np.sqrt(np.diag(fit.covariance)[len(base) :])
        half = half_width(fit.clusters - 1) * error
        ends = zip(beta, beta - half, beta + half, strict=True)
        ratios |= {feature[:2]: its for feature, its in zip(chosen, ends, strict=True)}
    rows = []
    for feature, level, reference, column in found:
        middle, low, high = (float(end) for end in ratios[feature, level])
        means = (float(plain(feature, column)[where].mean()) for where in (y, ~y))
        whole = (len(y), int(y.sum()), fit.clusters)
        ends = (float(np.exp(end)) for end in (middle, low, high))
        rows.append((name, feature, level, CONTRASTS[feature].format(reference=reference), *ends, verdict(low, high), *means, *whole))
    return pd.DataFrame(rows, columns=list(HAZARDS))


def plain(feature: str, column: np.ndarray) -> np.ndarray:
    """A feature in its own unit, from its column of the design."""
    return 2.0**column - 1.0 if feature in ("recency", "visit_days", "tenure") else column


def features(seen: dict[str, np.ndarray], scenario: Scenario) -> Iterator[Feature]:
    """The columns of the design, from what a panel has seen."""
    orders, spent = seen["orders"].astype(float), seen["spent"].astype(float)
    worth = spent > 0
    yield "recency", "", "", np.log2(1.0 + seen["idle"])
    yield "visit_days", "", "", np.log2(1.0 + seen["visit_days"])
    yield "tenure", "", "", np.log2(1.0 + seen["age"])
    names, least = zip(*ORDERS, strict=True)
    yield from _levels("orders", np.searchsorted(least, orders, side="right") - 1, names, first=True)
    basket = np.log2(np.where(worth, spent, 1.0) / np.maximum(orders, 1.0))
    yield "basket", "", "", np.where(worth, basket - basket[worth].mean() if worth.any() else 0.0, 0.0)
    off = 1.0 - seen["paid"] / np.where(worth, spent, 1.0)
    yield "discount_share", "", "", np.where(worth, 10.0 * np.clip(off, 0.0, 1.0), 0.0)
    yield "dissatisfied", "", "", (seen["satisfaction"] < 0.0).astype(float)
    yield "messages", "", "", seen["messages"].astype(float)
    yield "member", "", "", (seen["member"] > 0).astype(float)
    yield "tier", "", "", (seen["tier"] > 0).astype(float)
    yield from _levels("channel", seen["channel"], CHANNELS)
    yield from _levels("persona", seen["persona"], names_of("persona", scenario))


def _levels(feature: str, codes: np.ndarray, names: Sequence[str], first: bool = False) -> Iterator[Feature]:
    """A column for each level but one: the commonest, or the ``first`` that there is."""
    counts = np.bincount(codes, minlength=len(names))
    held_against = int(np.flatnonzero(counts >= 2 * FEWEST)[0]) if first and counts.max() >= 2 * FEWEST else int(counts.argmax())
    for k, name in enumerate(names):
        if k != held_against and counts[k]:
            yield feature, name, names[held_against], (codes == k).astype(float)


def _apart(base: Sequence[np.ndarray], found: Sequence[Feature]) -> list[Feature]:
    """The features that can be told from the base and from those before them."""
    known, out = np.linalg.qr(np.column_stack(base))[0], []
    for feature in found:
        column = feature[-1] - feature[-1].mean()
        rest = column - known @ (known.T @ column)
        if rest @ rest > ALIKE * (column @ column):
            known = np.column_stack([known, rest / np.linalg.norm(rest)])
            out.append(feature)
    return out


def _rests_on_enough(column: np.ndarray, y: np.ndarray) -> bool:
    """Whether enough lapse and enough do not, both where a column has its commonest value and where it has another."""
    values, place, counts = np.unique(column, return_inverse=True, return_counts=True)
    other = place != counts.argmax()
    return len(values) > 1 and min((other & y).sum(), (other & ~y).sum()) >= FEWEST and (
        len(values) > 2 or min((~other & y).sum(), (~other & ~y).sum()) >= FEWEST
    )
