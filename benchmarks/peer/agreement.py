"""Whether the peers do the same work: equal expectations within sampling error, and NumPy with this project's luck equal to the last unit.

Compared are, for each user, all that is counted in a book so far (active days, visits, orders, revenue, coupons, levels gained …) and the
share in each stage, after a third of the days and at the end, and there the share at each level. Their spread between users is estimated
from many small worlds of this project; a difference of two means counts in standard errors. The bound is Student's, such that peers that
agree are all passed but once in a million times. Where there are no incentives, orders are held against the closed form of the BG/NBD, too.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from scipy import special, stats

from peer import this_project
from peer.addressed import Addressed, different_columns
from peer.customers.workload import DAYS_A_WEEK, STOCKS, Shop
from peer.workloads import Workload
from sim import load_scenario

REST, LEVELS = "customer", "levels"
"""What is left of everybody would say nothing new: neither ``customer`` nor the users at level 0 are compared."""
FALSE_ALARM = 1e-6
SMALL_WORLDS, SMALL_USERS = 100, 2_000
EXACT_USERS, EXACT_DAYS = 2_000, 90

Book = Mapping[str, Sequence[int]]


@dataclass(frozen=True)
class Difference:
    """One figure of one peer against what is expected, in standard errors."""

    peer: str
    figure: str
    day: int
    here: float
    expected: float
    errors: float


def figures(book: Book, users: int) -> dict[tuple[str, int], float]:
    """The compared figures of one run: (name, day) → value a user."""
    last = len(book["orders"]) - 1
    out = {(f"level {level}", last): count / users for level, count in enumerate(book.get(LEVELS, ())) if level}
    for day in sorted({max(1, last // 3), last}):
        for name, column in book.items():
            if name in STOCKS and name != REST:
                out[name, day] = column[day] / users
            elif name not in (REST, LEVELS):
                out[name, day] = sum(column[: day + 1]) / users
    return out


def spreads(work: Workload, days: int) -> dict[tuple[str, int], float]:
    """Standard deviation of each figure between users, from small worlds of this project."""
    worlds, shop = [], work.shop
    for seed in range(SMALL_WORLDS):
        world = this_project.World(shop, SMALL_USERS, days, 1_000 + seed, scenario=work.scenario)
        world.run()
        worlds.append(figures(world.book(), SMALL_USERS))
    return {key: statistics.stdev(world[key] for world in worlds) * math.sqrt(SMALL_USERS) for key in worlds[0]}


def orders_expected(shop: Shop, day: int) -> float:
    """Orders a user until ``day``, the first one included (Fader, Hardie & Lee 2005, eq. 9)."""
    t, alpha, a, b, r = day / DAYS_A_WEEK, shop.alpha_weeks, shop.a, shop.b, shop.r
    tail = (alpha / (alpha + t)) ** r * special.hyp2f1(r, b, a + b - 1.0, t / (alpha + t))
    return 1.0 + (a + b - 1.0) / (a - 1.0) * (1.0 - tail)


def differences(
    books: Mapping[str, Sequence[Book]], users: int, spread: Mapping[tuple[str, int], float], shop: Shop, own: str
) -> list[Difference]:
    """Each peer's figures, mean of its rounds, against those of the peer ``own``; and orders against the closed form, if any."""
    means, closed_form = {}, type(shop) is Shop
    for peer, rounds in books.items():
        of_rounds = [figures(book, users) for book in rounds]
        means[peer] = {key: statistics.fmean(one[key] for one in of_rounds) for key in of_rounds[0]}
    out = []
    for peer, values in means.items():
        people = users * len(books[peer])
        for (name, day), value in values.items():
            error = spread[name, day] * math.sqrt(1.0 / people)
            if name == "orders" and closed_form:
                expected = orders_expected(shop, day)
                out.append(Difference(peer, "orders, closed form", day, value, expected, _errors(value - expected, error)))
            if peer != own:
                both = spread[name, day] * math.sqrt(1.0 / people + 1.0 / (users * len(books[own])))
                out.append(Difference(peer, name, day, value, means[own][name, day], _errors(value - means[own][name, day], both)))
    return out


def _errors(difference: float, error: float) -> float:
    return difference / error if error else (0.0 if difference == 0.0 else math.inf)


def bound(comparisons: int) -> float:
    """Standard errors beyond which a difference is one."""
    return float(stats.t.isf(FALSE_ALARM / 2 / max(comparisons, 1), SMALL_WORLDS - 1))


def exactly(
    work: Workload, seed: int, users: int = EXACT_USERS, days: int = EXACT_DAYS, values: Mapping[str, Any] | None = None
) -> list[str]:
    """Columns of the book in which the tuned NumPy peer with this project's luck differs from this project; none where all is well.

    ``values`` are set on the scenario by dotted path.
    """
    shop, tuned = work.told(load_scenario(work.scenario).with_values(values or {})), import_module(f"peer.{work.name}.numpy_tuned")
    ours = this_project.World(shop, users, days, seed, scenario=work.scenario, values=values)
    theirs = tuned.World(shop, users, days, seed, luck=Addressed(shop, ours.model))
    ours.run()
    theirs.run()
    return different_columns(ours.book(), theirs.book())
