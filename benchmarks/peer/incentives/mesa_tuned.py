"""The workload `incentives` in Mesa, tuned for it and no other: a user is an object, a day is a call of its ``step``.

Written to be quick within that: an object knows the next morning on which its pulls can change, the next evening on which something is
due, and until then its chance of a day without a visit. So most days cost one random number and three comparisons.
"""

from __future__ import annotations

import math
from bisect import bisect_right

import mesa

from peer.incentives.workload import BOOK, Shop

PACKAGES = ("mesa",)
STOCKS = ("customer", "dormant", "churned")
LONG_AGO = -10_000
NEVER = 1 << 30


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
        self.sting, self.sting_day = 0.0, 0
        self.changed = True
        self.climb(self.basket())
        self.feel()
        self.plan()

    def step(self) -> None:
        """A day: what changes in the morning, visits, what is due in the evening."""
        day = self.model.day
        if day >= self.next_morning:
            self.wake()
        luck = self.model.random.random()
        if luck >= self.quiet:
            self.come(luck)
        if day >= self.next_evening:
            self.close()

    def wake(self) -> None:
        """A coupon may arrive; then all that pulls is summed up."""
        shop, day = self.model.shop, self.model.day
        if day >= self.next_coupon and len(self.wallet) < shop.wallet and day - 1 - self.last_seen < shop.sunset_days:
            self.wallet.append(day + shop.expiry_days)
            self.news = 1.0 - math.exp(-(day - self.sent_day) / shop.rest_days)
            self.sent_day, self.next_coupon = day, day + shop.every_days
            self.next_evening = min(self.next_evening, self.wallet[0])
            self.model.coupons_issued += 1
        self.changed = False
        self.feel()
        self.plan_morning()

    def plan_morning(self) -> None:
        """The next morning with another pull than today's."""
        shop, day = self.model.shop, self.model.day
        morning = NEVER
        if self.changed or self.sting:
            morning = day + 1
        elif day < self.sent_day + shop.exposure_days:
            morning = self.sent_day + shop.exposure_days
        if len(self.wallet) < shop.wallet and day - self.last_seen < shop.sunset_days:
            morning = min(morning, max(self.next_coupon, day + 1))
        self.next_morning = morning

    def plan(self) -> None:
        """The next days on which something is due."""
        shop, day, seen = self.model.shop, self.model.day, self.last_seen
        evening = self.review_day
        if self.wallet:
            evening = min(evening, self.wallet[0])
        if day < seen + shop.dormant_after_days:
            evening = min(evening, seen + shop.dormant_after_days)
        elif day < seen + shop.churned_after_days:
            evening = min(evening, seen + shop.churned_after_days)
        self.next_evening = evening
        self.plan_morning()

    def feel(self) -> None:
        """What pulls on visits and on staying this morning, and the chance of a day without a visit."""
        shop, day, level = self.model.shop, self.model.day, self.level
        if self.left:
            return
        pull = shop.status_visit * level
        if self.sting:
            pull -= self.hurt(day - 1)
        if day - self.sent_day < shop.exposure_days:
            pull += shop.exposure_lift * self.news
        if self.spent and level < len(shop.thresholds):
            goal = shop.thresholds[level]
            far = (goal - self.spent) / (shop.push_zone * goal)
            if far < 1.0:
                pull += shop.push * (1.0 - far)
        self.pull, self.stay = pull, shop.status_stay * level
        self.rate = self.visit_rate * math.exp(pull)
        self.quiet = math.exp(-self.rate)

    def hurt(self, day: int) -> float:
        """What is left on a day of the pull that losing levels took away."""
        return self.sting * 0.5 ** ((day - self.sting_day) / self.model.shop.sting_days)

    def come(self, luck: float) -> None:
        """Today's visits, each with its order, each order perhaps the last."""
        model = self.model
        self.last_seen = self.next_evening = model.day
        model.active_users += 1
        for _ in range(self.visits(luck)):
            model.visits += 1
            noticed, order_pull = self.weigh()
            if model.random.random() < pulled(model.shop.conversion, order_pull):
                self.buy(noticed)
                effects = self.stay + model.shop.own_orders_only * (self.pull + order_pull)
                if model.random.random() < pulled(self.leave_p, -effects):
                    self.left, self.quiet = True, 1.0
                    model.departed += 1
                    return

    def visits(self, luck: float) -> int:
        """Poisson with today's rate, at the quantile ``luck``."""
        count, term = 0, self.quiet
        total = term
        while luck >= total and count < 1000:
            count += 1
            term *= self.rate / count
            total += term
        return count

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
        self.changed = True
        level = bisect_right(shop.thresholds, self.spent)
        if level > self.level:
            model.tiers_promoted += level - self.level
            self.level, self.grace, self.review_day = level, False, model.day + shop.window_days

    def close(self) -> None:
        """The evening: coupons expire, levels are reviewed, the stage is seen."""
        shop, day, wallet = self.model.shop, self.model.day, self.wallet
        if wallet and wallet[0] == day:
            del wallet[0]
            self.model.coupons_expired += 1
        if day == self.review_day:
            self.review()
        idle = day - self.last_seen
        if self.left or idle >= shop.churned_after_days:
            self.move("churned")
        elif idle >= shop.dormant_after_days:
            self.move("dormant")
        else:
            self.move("customer")
        self.plan()

    def review(self) -> None:
        """The level is what was earned in the window, after a grace period."""
        model, shop = self.model, self.model.shop
        lost = self.level - bisect_right(shop.thresholds, self.spent)
        if lost > 0 and not self.grace:
            self.grace, self.review_day = True, model.day + shop.grace_days
            return
        if lost > 0:
            self.sting = self.hurt(model.day) + shop.loss_weight * shop.status_visit * lost
            self.sting_day = model.day
            self.level -= lost
            model.tiers_demoted += lost
        self.changed = self.changed or self.spent > 0 or lost > 0
        self.spent, self.grace, self.review_day = 0, False, model.day + shop.window_days
        model.tiers_reviewed += 1

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
