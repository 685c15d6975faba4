"""The workload `incentives` in Mesa as it is usually written: a user is an object, a day is a call of its ``step``, which does what the
words say.

A rule more is a method more; the price is that everybody asks everything every day.
"""

from __future__ import annotations

import math
from bisect import bisect_right

import mesa

from peer.incentives.workload import BOOK, Shop

PACKAGES = ("mesa",)
STOCKS = ("customer", "dormant", "churned")
LONG_AGO = -10_000


def pulled(p: float, pull: float) -> float:
    """The chance whose logit is logit(p) + pull."""
    return p / (p + (1.0 - p) * math.exp(-pull))


class User(mesa.Agent):
    """One customer."""

    def __init__(
        self, model: Model, visit_rate: float, leave_p: float, usual_basket: float, deal_proneness: float, first_coupon: int
    ) -> None:
        super().__init__(model)
        self.visit_rate, self.leave_p, self.usual_basket, self.deal_proneness = visit_rate, leave_p, usual_basket, deal_proneness
        self.orders, self.last_seen, self.left, self.stage = 0, 0, False, "customer"
        self.reference = 1.0
        self.next_coupon, self.sent_day, self.news = max(first_coupon, 2), LONG_AGO, 0.0
        self.wallet: list[int] = []
        self.spent, self.level, self.grace, self.review_day = 0, 0, False, model.shop.window_days
        self.sting = 0.0
        self.climb(self.basket())

    def step(self) -> None:
        """A day: a coupon may arrive, visits, and in the evening what is due."""
        self.receive_coupon()
        if not self.left:
            self.visit()
        self.expire_coupons()
        self.review()
        self.be_seen()

    def receive_coupon(self) -> None:
        """Whoever is due, has room and was seen not too long ago gets one."""
        shop, day = self.model.shop, self.model.day
        if day >= self.next_coupon and len(self.wallet) < shop.wallet and day - 1 - self.last_seen < shop.sunset_days:
            self.wallet.append(day + shop.expiry_days)
            self.news = 1.0 - math.exp(-(day - self.sent_day) / shop.rest_days)
            self.sent_day, self.next_coupon = day, day + shop.every_days
            self.model.coupons_issued += 1

    def visit(self) -> None:
        """Today's visits, each with its order, each order perhaps the last."""
        model = self.model
        pull, stay = self.pull_to_visit(), model.shop.status_stay * self.level
        visits = model.rng.poisson(self.visit_rate * math.exp(pull))
        if visits == 0:
            return
        self.last_seen = model.day
        model.active_users += 1
        for _ in range(visits):
            model.visits += 1
            noticed, order_pull = self.weigh()
            if model.random.random() < pulled(model.shop.conversion, order_pull):
                self.buy(noticed)
                effects = stay + model.shop.own_orders_only * (pull + order_pull)
                if model.random.random() < pulled(self.leave_p, -effects):
                    self.left = True
                    model.departed += 1
                    return

    def pull_to_visit(self) -> float:
        """The pull this morning: level, levels lost, new coupon, next level."""
        shop, day, level = self.model.shop, self.model.day, self.level
        pull = shop.status_visit * level - self.sting
        if day - self.sent_day < shop.exposure_days:
            pull += shop.exposure_lift * self.news
        if self.spent and level < len(shop.thresholds):
            goal = shop.thresholds[level]
            far = (goal - self.spent) / (shop.push_zone * goal)
            if far < 1.0:
                pull += shop.push * (1.0 - far)
        return pull

    def weigh(self) -> tuple[bool, float]:
        """Whether a coupon is noticed, and the pull to order."""
        model, shop = self.model, self.model.shop
        noticed, saving = False, 0.0
        if self.wallet:
            age = 1.0 - (self.wallet[0] - model.day) / shop.expiry_days
            if model.random.random() < self.deal_proneness * shop.attention * (1.0 - shop.fade * age):
                noticed, saving = True, min(shop.face_value / self.usual_basket, 1.0)
        if self.level:
            saving += shop.discounts[self.level - 1]
        gap = self.reference - (1.0 - saving)
        return noticed, gap * (shop.price_gain if gap > 0.0 else shop.price_loss)

    def basket(self) -> int:
        """What an order is worth: gamma around the user's usual basket."""
        p = self.model.shop.p
        self.orders += 1
        self.model.orders += 1
        return int(self.usual_basket * self.model.random.gammavariate(p, 1.0 / p) + 0.5)

    def buy(self, noticed: bool) -> None:
        """An order: filled up, discounted, paid, remembered."""
        model, shop = self.model, self.model.shop
        worth = due = self.basket()
        if noticed:
            if worth < shop.min_spend and model.random.random() < shop.top_up:
                worth = due = shop.min_spend
            if worth >= shop.min_spend:
                del self.wallet[0]
                due -= shop.face_value
                model.coupons_used += 1
                model.coupons_discount += shop.face_value
        if self.level:
            off = int(due * shop.discounts[self.level - 1])
            due -= off
            model.tiers_discount += off
        if worth:
            self.reference += (1.0 - shop.reference_keep) * (due / worth - self.reference)
        self.climb(due)

    def climb(self, paid: int) -> None:
        """What was paid counts; a threshold passed is a level gained."""
        model, shop = self.model, self.model.shop
        model.revenue += paid
        self.spent += paid
        level = bisect_right(shop.thresholds, self.spent)
        if level > self.level:
            model.tiers_promoted += level - self.level
            self.level, self.grace, self.review_day = level, False, model.day + shop.window_days

    def expire_coupons(self) -> None:
        """A coupon whose last day it was."""
        if self.wallet and self.wallet[0] <= self.model.day:
            del self.wallet[0]
            self.model.coupons_expired += 1

    def review(self) -> None:
        """What hurts fades; on the day of review the level is what was earned in the window, after a grace period."""
        model, shop = self.model, self.model.shop
        self.sting *= 0.5 ** (1.0 / shop.sting_days)
        if model.day != self.review_day:
            return
        lost = self.level - bisect_right(shop.thresholds, self.spent)
        if lost > 0 and not self.grace:
            self.grace, self.review_day = True, model.day + shop.grace_days
            return
        if lost > 0:
            self.sting += shop.loss_weight * shop.status_visit * lost
            self.level -= lost
            model.tiers_demoted += lost
        self.spent, self.grace, self.review_day = 0, False, model.day + shop.window_days
        model.tiers_reviewed += 1

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
        self.shop, self.day, self.departed = shop, 0, 0
        self.stocks = dict.fromkeys(STOCKS, 0) | {"customer": users}
        self.new_page()
        self.active_users = self.visits = users
        draw = self.rng
        User.create_agents(
            self, users,
            (draw.standard_gamma(shop.r, users) * shop.visits_per_day).tolist(),
            draw.beta(shop.a, shop.b, users).tolist(),
            (shop.basket_scale / draw.standard_gamma(shop.q, users)).tolist(),
            draw.beta(shop.deal_a, shop.deal_b, users).tolist(),
            draw.integers(1, shop.every_days + 1, users).tolist(),
        )
        own = {name: name for name in BOOK if name not in STOCKS}
        self.datacollector = mesa.DataCollector(own | {name: lambda model, name=name: model.stocks[name] for name in STOCKS})
        self.datacollector.collect(self)

    def new_page(self) -> None:
        """The day's counts begin at nothing."""
        self.active_users = self.visits = self.orders = self.revenue = 0
        self.coupons_issued = self.coupons_used = self.coupons_expired = self.coupons_discount = 0
        self.tiers_promoted = self.tiers_demoted = self.tiers_reviewed = self.tiers_discount = 0

    def step(self) -> None:
        """Everybody lives a day."""
        self.day += 1
        self.new_page()
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
        levels = [0] * (1 + len(self.model.shop.thresholds))
        for user in self.model.agents:
            levels[user.level] += 1
        return {name: list(self.model.datacollector.model_vars[name]) for name in BOOK} | {"levels": levels}
