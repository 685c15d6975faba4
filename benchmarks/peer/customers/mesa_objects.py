"""The workload in Mesa as it is usually written: a user is an object, a day is a call of its ``step``, which does what the words say.

A rule more is a line more; the price is that everybody asks everything every day.
"""

from __future__ import annotations

import mesa

from peer.customers.workload import BOOK, Shop

PACKAGES = ("mesa",)


class User(mesa.Agent):
    """One customer."""

    def __init__(self, model: Model, visit_rate: float, leave_p: float, usual_basket: float) -> None:
        super().__init__(model)
        self.visit_rate, self.leave_p, self.usual_basket = visit_rate, leave_p, usual_basket
        self.orders, self.last_seen, self.left, self.stage = 0, 0, False, "customer"
        self.buy()

    def step(self) -> None:
        """A day: visits, each with its order, each order perhaps the last."""
        if self.left:
            return
        self.visit()
        self.be_seen()

    def visit(self) -> None:
        """Today's visits."""
        model = self.model
        visits = model.rng.poisson(self.visit_rate)
        if visits == 0:
            return
        self.last_seen = model.day
        model.active_users += 1
        for _ in range(visits):
            model.visits += 1
            if model.random.random() < model.shop.conversion:
                self.buy()
                if model.random.random() < self.leave_p:
                    self.left = True
                    model.departed += 1
                    return

    def buy(self) -> None:
        """An order: gamma around the user's usual basket."""
        model, p = self.model, self.model.shop.p
        self.orders += 1
        model.orders += 1
        model.revenue += int(self.usual_basket * model.random.gammavariate(p, 1.0 / p) + 0.5)

    def be_seen(self) -> None:
        """The stage as the shop sees it."""
        shop, idle = self.model.shop, self.model.day - self.last_seen
        stage = "customer"
        if self.left or idle >= shop.churned_after_days:
            stage = "churned"
        elif idle >= shop.dormant_after_days:
            stage = "dormant"
        if stage != self.stage:
            self.model.stocks[self.stage] -= 1
            self.model.stocks[stage] += 1
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
