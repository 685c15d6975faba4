"""The workload in NumPy as it is usually written: a column a trait, whole columns every day, masks.

A rule more is a line more; the price is that everybody is drawn and compared every day.
"""

from __future__ import annotations

import numpy as np

from peer.customers.workload import BOOK, Shop

PACKAGES = ("numpy",)


class World:
    """Columns of shape (users,) and one generator."""

    def __init__(self, shop: Shop, users: int, days: int, seed: int) -> None:
        self.shop, self.days, self.day = shop, days, 0
        self.rng = np.random.default_rng(seed)
        self.visit_rate = self.rng.standard_gamma(shop.r, users) * shop.visits_per_day
        self.leave_p = self.rng.beta(shop.a, shop.b, users)
        self.usual_basket = shop.basket_scale / self.rng.standard_gamma(shop.q, users)
        self.orders = np.ones(users, np.int32)
        self.last_seen = np.zeros(users, np.int32)
        self.left = np.zeros(users, bool)
        self.pages: list[dict[str, int]] = []
        self.write(users, users, users, self.baskets(np.arange(users)))

    def run(self) -> None:
        for _ in range(self.days):
            self.step()

    def step(self) -> None:
        """Everybody lives a day; visits are taken one by one, for all who have another one at once."""
        self.day += 1
        here = np.flatnonzero(~self.left)
        planned = self.rng.poisson(self.visit_rate[here])
        came = planned > 0
        acting, planned = here[came], planned[came]
        self.last_seen[acting] = self.day
        active, visits, orders, revenue = len(acting), 0, 0, 0
        while len(acting):
            visits += len(acting)
            ordered = self.rng.random(len(acting)) < self.shop.conversion
            buyers = acting[ordered]
            self.orders[buyers] += 1
            orders += len(buyers)
            revenue += self.baskets(buyers)
            self.left[buyers] = self.rng.random(len(buyers)) < self.leave_p[buyers]
            planned = planned - 1
            again = (planned > 0) & ~self.left[acting]
            acting, planned = acting[again], planned[again]
        self.write(active, visits, orders, revenue)

    def baskets(self, buyers: np.ndarray) -> int:
        """What these orders are worth together, in minor units."""
        p = self.shop.p
        worth = self.usual_basket[buyers] * self.rng.standard_gamma(p, len(buyers)) / p
        return int((worth + 0.5).astype(np.int64).sum())

    def write(self, active: int, visits: int, orders: int, revenue: int) -> None:
        """A page of the book: the day's counts, and the stocks by stage."""
        idle = self.day - self.last_seen
        churned = self.left | (idle >= self.shop.churned_after_days)
        dormant = ~churned & (idle >= self.shop.dormant_after_days)
        out, sleeping = int(churned.sum()), int(dormant.sum())
        stocks = (len(self.left) - out - sleeping, sleeping, out, int(self.left.sum()))
        self.pages.append(dict(zip(BOOK, (active, visits, orders, revenue, *stocks), strict=True)))

    def book(self) -> dict[str, list[int]]:
        return {name: [page[name] for page in self.pages] for name in BOOK}
