"""The workload in mesa-frames: the users are one Polars table, a day is expressions on its columns.

The model's own NumPy generator draws, as in mesa-frames' examples. Visits after the one that was the last do not happen, which is written
without a loop: the visit that is the last one is geometric with the chance to order and leave, and of the others that took place each
ordered with the chance to order, given that it did not end in leaving.
"""

from __future__ import annotations

import numpy as np
import polars as pl
from mesa_frames import AgentSetPolars, ModelDF

from peer.customers.workload import BOOK, Shop

PACKAGES = ("mesa_frames", "polars", "numpy")
NEVER = 2**40
"""Visits until leaving, of someone whose chance to leave is nil."""


class Users(AgentSetPolars):
    """The customers."""

    def __init__(self, model: Model, shop: Shop, users: int) -> None:
        super().__init__(model)
        draw = model.random
        self.shop = shop
        self += pl.DataFrame(
            {
                "unique_id": np.arange(users, dtype=np.int64),
                "visit_rate": draw.standard_gamma(shop.r, users) * shop.visits_per_day,
                "leave_p": draw.beta(shop.a, shop.b, users),
                "usual_basket": shop.basket_scale / draw.standard_gamma(shop.q, users),
                "orders": np.ones(users, np.int32),
                "last_seen": np.zeros(users, np.int32),
                "left": np.zeros(users, bool),
            }
        )

    def step(self) -> None:
        """Everybody lives a day."""
        draw, day, c = self.model.random, self.model.day, self.shop.conversion
        planned = draw.poisson((self.agents["visit_rate"] * ~self.agents["left"]).to_numpy())
        rows = np.flatnonzero(planned)
        leave_p, planned = self.agents["leave_p"].gather(rows).to_numpy(), planned[rows]
        ends = c * leave_p
        last = np.where(ends > 0.0, draw.geometric(np.maximum(ends, 1e-18)), NEVER)
        leaves = last <= planned
        visits = np.minimum(last, planned)
        orders = leaves + draw.binomial(visits - leaves, c * (1.0 - leave_p) / (1.0 - ends))
        p = self.shop.p
        baskets = self.agents["usual_basket"].gather(rows).to_numpy() * draw.standard_gamma(p * orders) / p
        today = pl.DataFrame(
            {
                "unique_id": self.agents["unique_id"].gather(rows),
                "bought": orders.astype(np.int32),
                "leaves": leaves,
                "seen": np.full(len(rows), day, np.int32),
            }
        )
        self.agents = (
            self.agents.join(today, on="unique_id", how="left", maintain_order="left")
            .with_columns(
                orders=pl.col("orders") + pl.col("bought").fill_null(0),
                last_seen=pl.coalesce("seen", "last_seen"),
                left=pl.col("left") | pl.col("leaves").fill_null(False),
            )
            .drop("bought", "leaves", "seen")
        )
        self.write(day, len(rows), int(visits.sum()), int(orders.sum()), int(baskets.sum()))

    def write(self, day: int, active: int, visits: int, orders: int, revenue: int) -> None:
        """A page of the book: the day's counts, and the stocks by stage."""
        churned = pl.col("left") | (day - pl.col("last_seen") >= self.shop.churned_after_days)
        dormant = ~churned & (day - pl.col("last_seen") >= self.shop.dormant_after_days)
        out, sleeping, left = self.agents.select(
            out=churned.sum(), sleeping=dormant.sum(), gone=pl.col("left").sum()
        ).row(0)
        stocks = (len(self.agents) - out - sleeping, sleeping, out, left)
        self.model.pages.append(dict(zip(BOOK, (active, visits, orders, revenue, *stocks), strict=True)))

    def first_day(self) -> None:
        """Everybody makes an order."""
        users, p = len(self.agents), self.shop.p
        worth = self.agents["usual_basket"].to_numpy() * self.model.random.standard_gamma(p, users) / p
        self.write(0, users, users, users, int((worth + 0.5).astype(np.int64).sum()))


class Model(ModelDF):
    """The shop."""

    def __init__(self, shop: Shop, users: int, seed: int) -> None:
        super().__init__(seed)
        self.day, self.pages = 0, []
        self.agents += Users(self, shop, users)
        self.agents.do("first_day")

    def step(self) -> None:
        """Everybody lives a day."""
        self.day += 1
        self.agents.step()


class World:
    """The model, run."""

    def __init__(self, shop: Shop, users: int, days: int, seed: int) -> None:
        self.model, self.days = Model(shop, users, seed), days

    def run(self) -> None:
        for _ in range(self.days):
            self.model.step()

    def book(self) -> dict[str, list[int]]:
        return {name: [int(page[name]) for page in self.model.pages] for name in BOOK}
