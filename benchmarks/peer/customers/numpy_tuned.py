"""The workload in NumPy, tuned for this workload and no other.

A day costs everybody one random number and one comparison with the chance of a day without a visit, computed once; whoever has left
is compared with 1. All else touches visitors only, and the stocks by stage come from a count of users by the day they were last seen. A
season, a habit or any lever that moves a visit rate would take these short cuts away.

``luck`` may be this project's addressed luck instead of a generator (``Addressed``, used by the check of agreement): then the same users do
the same things, and the books are equal to the last unit.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from peer.columns import visits_of
from peer.customers.workload import BOOK, Shop

PACKAGES = ("numpy",)


class Drawn:
    """Luck and traits from NumPy's generator."""

    def __init__(self, shop: Shop, users: int, seed: int) -> None:
        self.shop, self.rng = shop, np.random.default_rng(seed)
        self.visit_rate = self.rng.standard_gamma(shop.r, users) * shop.visits_per_day
        self.leave_p = self.rng.beta(shop.a, shop.b, users)
        self.usual_basket = shop.basket_scale / self.rng.standard_gamma(shop.q, users)

    def visits(self, day: int, out: np.ndarray) -> None:
        """Everybody's number of this day into ``out``."""
        self.rng.random(out=out)

    def number(self, what: str, users: np.ndarray, day: int, visit: int) -> np.ndarray:
        """A number in [0, 1) for each of these users."""
        return self.rng.random(len(users))

    def baskets(self, users: np.ndarray, day: int, visit: int) -> np.ndarray:
        """What each of these orders is worth against the user's usual basket."""
        return self.rng.standard_gamma(self.shop.p, len(users)) / self.shop.p


class World:
    """Columns of shape (users,)."""

    def __init__(self, shop: Shop, users: int, days: int, seed: int, luck: Any = None) -> None:
        self.shop, self.days, self.day = shop, days, 0
        self.luck = Drawn(shop, users, seed) if luck is None else luck
        self.visit_rate, self.leave_p, self.usual_basket = self.luck.visit_rate, self.luck.leave_p, self.luck.usual_basket
        self.quiet = np.exp(-self.visit_rate)
        self.number = np.empty(users)
        self.orders = np.ones(users, np.int32)
        self.last_seen = np.zeros(users, np.int32)
        self.seen_on = np.zeros(days + 1, np.int64)
        self.departed = 0
        self.seen_on[0] = users
        self.pages: list[dict[str, int]] = []
        self.write(users, users, users, self.baskets(np.arange(users), 0))

    def run(self) -> None:
        for _ in range(self.days):
            self.step()

    def step(self) -> None:
        """Everybody lives a day; visits are taken one by one, for all who have another one at once."""
        self.day += 1
        self.luck.visits(self.day, self.number)
        visitors = np.flatnonzero(self.number >= self.quiet)
        self.seen_on -= np.bincount(self.last_seen[visitors], minlength=len(self.seen_on))
        self.last_seen[visitors] = self.day
        acting = visitors
        planned = visits_of(self.number[visitors], self.visit_rate[visitors], self.quiet[visitors])
        visit = visits = orders = revenue = leaving = 0
        while len(acting):
            visits += len(acting)
            bought = self.luck.number("conversion.order", acting, self.day, visit) < self.shop.conversion
            buyers = acting[bought]
            self.orders[buyers] += 1
            orders += len(buyers)
            revenue += self.baskets(buyers, visit)
            leaves = self.luck.number("churn.leave", buyers, self.day, visit) < self.leave_p[buyers]
            self.quiet[buyers[leaves]] = 1.0
            leaving += int(leaves.sum())
            visit += 1
            again = planned > visit
            again[np.flatnonzero(bought)[leaves]] = False
            acting, planned = acting[again], planned[again]
        self.departed += leaving
        self.seen_on[self.day] = len(visitors) - leaving
        self.write(len(visitors), visits, orders, revenue)

    def baskets(self, buyers: np.ndarray, visit: int) -> int:
        """What these orders are worth together, in minor units."""
        worth = self.usual_basket[buyers] * self.luck.baskets(buyers, self.day, visit)
        return int((worth + 0.5).astype(np.int64).sum())

    def write(self, active: int, visits: int, orders: int, revenue: int) -> None:
        """A page of the book: the day's counts, and the stocks by stage."""
        slept, gone = (max(0, self.day - days + 1) for days in (self.shop.dormant_after_days, self.shop.churned_after_days))
        silent, dormant = int(self.seen_on[:gone].sum()), int(self.seen_on[gone:slept].sum())
        churned = silent + self.departed
        stocks = (len(self.quiet) - dormant - churned, dormant, churned, self.departed)
        self.pages.append(dict(zip(BOOK, (active, visits, orders, revenue, *stocks), strict=True)))

    def book(self) -> dict[str, list[int]]:
        return {name: [page[name] for page in self.pages] for name in BOOK}
