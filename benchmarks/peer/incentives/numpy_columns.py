"""The workload `incentives` in NumPy as it is usually written: a column a fact, whole columns every day, masks.

A rule more is a few lines more; the price is that everybody's pull is summed up and everybody's dates are compared every day. What only
visitors or buyers do is done for them alone.
"""

from __future__ import annotations

import numpy as np

from peer.columns import pulled
from peer.incentives.workload import BOOK, Shop

PACKAGES = ("numpy",)
LONG_AGO = -10_000
NO_GOAL = 2.0**60
"""For the highest level: never near."""


class World:
    """Columns of shape (users,) and one generator."""

    def __init__(self, shop: Shop, users: int, days: int, seed: int) -> None:
        self.shop, self.days, self.day = shop, days, 0
        self.rng = rng = np.random.default_rng(seed)
        self.visit_rate = rng.standard_gamma(shop.r, users) * shop.visits_per_day
        self.leave_p = rng.beta(shop.a, shop.b, users)
        self.usual_basket = shop.basket_scale / rng.standard_gamma(shop.q, users)
        self.deal_proneness = rng.beta(shop.deal_a, shop.deal_b, users)
        self.orders = np.ones(users, np.int32)
        self.last_seen = np.zeros(users, np.int32)
        self.left = np.zeros(users, bool)
        self.reference = np.ones(users)
        self.next_coupon = np.maximum(rng.integers(1, shop.every_days + 1, users, np.int32), 2)
        self.sent_day = np.full(users, LONG_AGO, np.int32)
        self.news = np.zeros(users)
        self.held = np.zeros(users, np.int8)
        self.expires = np.zeros((users, shop.wallet), np.int32)
        self.spent = np.zeros(users, np.int64)
        self.level = np.zeros(users, np.int8)
        self.sting = np.zeros(users)
        self.grace = np.zeros(users, bool)
        self.review_day = np.full(users, shop.window_days, np.int32)
        self.thresholds, self.goals = np.array(shop.thresholds), np.array([*shop.thresholds, NO_GOAL])
        self.discounts = np.array([0.0, *shop.discounts])
        self.pages: list[dict[str, int]] = []
        everybody = np.arange(users)
        self.page = dict.fromkeys(BOOK, 0) | dict.fromkeys(("active_users", "visits", "orders"), users)
        worth = self.baskets(everybody)
        self.page["revenue"] = int(worth.sum())
        self.climb(everybody, worth)
        self.write()

    def run(self) -> None:
        for _ in range(self.days):
            self.step()

    def step(self) -> None:
        """Everybody lives a day; visits are taken one by one, for all who have another one at once."""
        self.day += 1
        self.page = dict.fromkeys(BOOK, 0)
        self.send_coupons()
        pull, stay = self.pull_to_visit(), self.shop.status_stay * self.level
        planned = self.rng.poisson(self.visit_rate * np.exp(pull) * ~self.left)
        acting = np.flatnonzero(planned)
        planned = planned[acting]
        self.last_seen[acting] = self.day
        self.page["active_users"] = len(acting)
        while len(acting):
            self.page["visits"] += len(acting)
            noticed, order_pull = self.weigh(acting)
            ordered = self.rng.random(len(acting)) < pulled(self.shop.conversion, order_pull)
            buyers, order_pull = acting[ordered], order_pull[ordered]
            self.buy(buyers, noticed[ordered])
            effects = stay[buyers] + self.shop.own_orders_only * (pull[buyers] + order_pull)
            self.left[buyers] = self.rng.random(len(buyers)) < pulled(self.leave_p[buyers], -effects)
            planned = planned - 1
            again = (planned > 0) & ~self.left[acting]
            acting, planned = acting[again], planned[again]
        self.expire_coupons()
        self.review_levels()
        self.write()

    def send_coupons(self) -> None:
        """Whoever is due, has room and was seen not too long ago gets one."""
        shop, day = self.shop, self.day
        due = (day >= self.next_coupon) & (self.held < shop.wallet) & (day - 1 - self.last_seen < shop.sunset_days)
        users = np.flatnonzero(due)
        self.expires[users, self.held[users]] = day + shop.expiry_days
        self.held[users] += 1
        self.news[users] = 1.0 - np.exp(-(day - self.sent_day[users]) / shop.rest_days)
        self.sent_day[users] = day
        self.next_coupon[users] = day + shop.every_days
        self.page["coupons_issued"] = len(users)

    def pull_to_visit(self) -> np.ndarray:
        """Everybody's pull this morning: new coupon, level, levels lost, next level."""
        shop = self.shop
        pull = shop.status_visit * self.level - self.sting
        pull += np.where(self.day - self.sent_day < shop.exposure_days, shop.exposure_lift * self.news, 0.0)
        goal = self.goals[self.level]
        far = (goal - self.spent) / (goal * shop.push_zone)
        pull += np.where((far < 1.0) & (self.spent > 0), shop.push * (1.0 - far), 0.0)
        return pull

    def weigh(self, acting: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Of those on a visit, who notices a coupon, and everybody's pull to order."""
        shop = self.shop
        age = 1.0 - (self.expires[acting, 0] - self.day) / shop.expiry_days
        thinks = self.deal_proneness[acting] * shop.attention * (1.0 - shop.fade * age)
        noticed = (self.held[acting] > 0) & (self.rng.random(len(acting)) < thinks)
        saving = np.where(noticed, np.minimum(shop.face_value / self.usual_basket[acting], 1.0), 0.0) + self.discounts[self.level[acting]]
        gap = self.reference[acting] - (1.0 - saving)
        return noticed, gap * np.where(gap > 0.0, shop.price_gain, shop.price_loss)

    def buy(self, buyers: np.ndarray, noticed: np.ndarray) -> None:
        """These users' orders: filled up, discounted, paid, remembered."""
        shop, page = self.shop, self.page
        worth = self.baskets(buyers)
        fills = noticed & (worth < shop.min_spend) & (self.rng.random(len(buyers)) < shop.top_up)
        worth[fills] = shop.min_spend
        use = noticed & (worth >= shop.min_spend)
        off = np.where(use, shop.face_value, 0)
        cut = ((worth - off) * self.discounts[self.level[buyers]]).astype(np.int64)
        paid = worth - off - cut
        price = 1.0 - (off + cut) / np.maximum(worth, 1)
        self.reference[buyers] += (1.0 - shop.reference_keep) * (price - self.reference[buyers])
        users = buyers[use]
        self.held[users] -= 1
        self.expires[users, :-1] = self.expires[users, 1:]
        self.orders[buyers] += 1
        page["orders"] += len(buyers)
        page["revenue"] += int(paid.sum())
        page["coupons_used"] += len(users)
        page["coupons_discount"] += int(off.sum())
        page["tiers_discount"] += int(cut.sum())
        self.climb(buyers, paid)

    def climb(self, buyers: np.ndarray, paid: np.ndarray) -> None:
        """What was paid counts, and lifts those who passed a threshold."""
        self.spent[buyers] += paid
        earned = np.searchsorted(self.thresholds, self.spent[buyers], side="right")
        up = earned > self.level[buyers]
        users = buyers[up]
        self.page["tiers_promoted"] += int((earned[up] - self.level[users]).sum())
        self.level[users] = earned[up]
        self.grace[users] = False
        self.review_day[users] = self.day + self.shop.window_days

    def expire_coupons(self) -> None:
        """Coupons whose last day it was."""
        users = np.flatnonzero((self.held > 0) & (self.expires[:, 0] <= self.day))
        self.held[users] -= 1
        self.expires[users, :-1] = self.expires[users, 1:]
        self.page["coupons_expired"] = len(users)

    def review_levels(self) -> None:
        """What hurts fades; this evening's reviews."""
        shop = self.shop
        self.sting *= 0.5 ** (1.0 / shop.sting_days)
        users = np.flatnonzero(self.review_day == self.day)
        lost = self.level[users] - np.searchsorted(self.thresholds, self.spent[users], side="right")
        kept = (lost > 0) & ~self.grace[users]
        self.grace[users[kept]] = True
        self.review_day[users[kept]] = self.day + shop.grace_days
        users, lost = users[~kept], lost[~kept]
        self.sting[users] += shop.loss_weight * shop.status_visit * lost
        self.level[users] -= lost.astype(np.int8)
        self.grace[users] = False
        self.spent[users] = 0
        self.review_day[users] = self.day + shop.window_days
        self.page["tiers_demoted"] = int(lost.sum())
        self.page["tiers_reviewed"] = len(users)

    def baskets(self, buyers: np.ndarray) -> np.ndarray:
        """What each of these orders is worth, in minor units."""
        p = self.shop.p
        worth = self.usual_basket[buyers] * self.rng.standard_gamma(p, len(buyers)) / p
        return (worth + 0.5).astype(np.int64)

    def write(self) -> None:
        """The day's page: its counts, and the stocks by stage."""
        idle = self.day - self.last_seen
        churned = self.left | (idle >= self.shop.churned_after_days)
        dormant = ~churned & (idle >= self.shop.dormant_after_days)
        out, sleeping = int(churned.sum()), int(dormant.sum())
        stocks = {"customer": len(idle) - out - sleeping, "dormant": sleeping, "churned": out, "departed": int(self.left.sum())}
        self.pages.append(self.page | stocks)

    def book(self) -> dict[str, list[int]]:
        levels = np.bincount(self.level, minlength=len(self.goals))
        return {name: [page[name] for page in self.pages] for name in BOOK} | {"levels": levels.tolist()}
