"""The workload in Mesa, tuned for it and no other: a user is an object, a day is a call of its ``step``.

Written to be quick within that: the chance of a day without a visit is computed once, such a day costs one random number and one
comparison, and whoever leaves is removed.
"""

from __future__ import annotations

import math

import mesa

from peer.customers.workload import BOOK, Shop

PACKAGES = ("mesa",)


class User(mesa.Agent):
    """One customer."""

    def __init__(self, model: Model, visit_rate: float, leave_p: float, usual_basket: float) -> None:
        super().__init__(model)
        self.visit_rate, self.leave_p, self.usual_basket = visit_rate, leave_p, usual_basket
        self.quiet = math.exp(-visit_rate)
        self.orders = 0
        self.last_seen = 0
        self.stage = "customer"
        self.buy()

    def step(self) -> None:
        """A day: visits, each with its order, each order perhaps the last."""
        model = self.model
        luck = model.random.random()
        if luck < self.quiet:
            idle = model.day - self.last_seen
            if idle == model.shop.dormant_after_days:
                self.move("dormant")
            elif idle == model.shop.churned_after_days:
                self.move("churned")
            return
        self.last_seen = model.day
        model.active_users += 1
        for _ in range(self.visits(luck)):
            model.visits += 1
            if model.random.random() < model.shop.conversion:
                self.buy()
                if model.random.random() < self.leave_p:
                    model.departed += 1
                    self.move("churned")
                    self.remove()
                    return
        self.move("customer")

    def visits(self, luck: float) -> int:
        """Poisson with the user's rate, at the quantile ``luck``."""
        count, term = 0, self.quiet
        total = term
        while luck >= total and count < 1000:
            count += 1
            term *= self.visit_rate / count
            total += term
        return count

    def buy(self) -> None:
        """An order: gamma around the user's usual basket."""
        model, p = self.model, self.model.shop.p
        self.orders += 1
        model.orders += 1
        model.revenue += int(self.usual_basket * model.random.gammavariate(p, 1.0 / p) + 0.5)

    def move(self, stage: str) -> None:
        """Into another stage."""
        if stage != self.stage:
            stocks = self.model.stocks
            stocks[self.stage] -= 1
            stocks[stage] += 1
            self.stage = stage


class Model(mesa.Model):
    """The shop."""

    def __init__(self, shop: Shop, users: int, seed: int) -> None:
        super().__init__(rng=seed)
        self.shop, self.day = shop, 0
        self.stocks = {"customer": users, "dormant": 0, "churned": 0}
        self.departed = self.orders = self.revenue = 0
        self.active_users = self.visits = users
        draw = self.rng
        User.create_agents(
            self, users,
            (draw.standard_gamma(shop.r, users) * shop.visits_per_day).tolist(),
            draw.beta(shop.a, shop.b, users).tolist(),
            (shop.basket_scale / draw.standard_gamma(shop.q, users)).tolist(),
        )
        own = {name: name for name in BOOK if name not in self.stocks}
        self.datacollector = mesa.DataCollector(own | {name: lambda model, name=name: model.stocks[name] for name in self.stocks})
        self.datacollector.collect(self)

    def step(self) -> None:
        """Everybody lives a day."""
        self.day += 1
        self.active_users = self.visits = self.orders = self.revenue = 0
        self.agents.do("step")
        self.datacollector.collect(self)


class World:
    """The model, run."""

    def __init__(self, shop: Shop, users: int, days: int, seed: int) -> None:
        self.model, self.days = Model(shop, users, seed), days

    def run(self) -> None:
        for _ in range(self.days):
            self.model.step()

    def book(self) -> dict[str, list[int]]:
        return {name: list(self.model.datacollector.model_vars[name]) for name in BOOK}
