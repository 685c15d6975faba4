"""The workload `incentives` in NumPy, tuned for this workload and no other.

A quiet day costs everybody one random number and one comparison, with a bound: the chance of no visit if a coupon were new and nothing
hurt. It moves only when something is paid or reviewed. What pulls in truth is worked out for those who pass. Nobody is looked through for
what is due: coupons that arrive on a day are a batch, which expires together and whose owners may be sent the next one together; reviews
are kept by day; who can be sent none waits until a visit or a coupon's end. Of the visits, those with luck that no price could turn into
an order end before anything else is asked. Stocks by stage come from a count of users by the day they were last seen.

``luck`` may be this project's addressed luck instead of a generator (``Addressed``, used by the check of agreement): then the same users
do the same things, and the books are equal to the last unit.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import numpy as np

from peer.columns import pulled, visits_of
from peer.customers import numpy_tuned
from peer.incentives.workload import BOOK, Shop

PACKAGES = ("numpy",)
LONG_AGO = -10_000


class Drawn(numpy_tuned.Drawn):
    """Luck and traits from NumPy's generator."""

    def __init__(self, shop: Shop, users: int, seed: int) -> None:
        super().__init__(shop, users, seed)
        self.deal_proneness = self.rng.beta(shop.deal_a, shop.deal_b, users)
        self.first_coupon = self.rng.integers(1, shop.every_days + 1, users)


class World:
    """Columns of shape (users,); calendars of users by day."""

    def __init__(self, shop: Shop, users: int, days: int, seed: int, luck: Any = None) -> None:
        self.shop, self.days, self.day = shop, days, 0
        self.luck = luck = Drawn(shop, users, seed) if luck is None else luck
        self.visit_rate, self.leave_p, self.usual_basket = luck.visit_rate, luck.leave_p, luck.usual_basket
        self.deal_proneness = luck.deal_proneness
        self.number = np.empty(users)
        self.left = np.zeros(users, bool)
        self.orders = np.ones(users, np.int32)
        self.last_seen = np.zeros(users, np.int32)
        self.reference = np.ones(users)
        self.expires = np.zeros((users, shop.wallet), np.int32)
        self.held = np.zeros(users, np.int8)
        self.sent_day = np.full(users, LONG_AGO, np.int32)
        self.news = np.zeros(users)
        self.waiting = np.zeros(users, bool)
        self.spent = np.zeros(users, np.int64)
        self.level = np.zeros(users, np.int8)
        self.grace = np.zeros(users, bool)
        self.review_day = np.full(users, shop.window_days, np.int32)
        self.sting = np.zeros(users)
        self.sting_day = np.zeros(users, np.int32)
        self.quiet = np.empty(users)
        self.thresholds = np.array(shop.thresholds)
        self.goals = np.array([*shop.thresholds, shop.thresholds[-1]])
        self.discounts = np.array([0.0, *shop.discounts])
        self.most_ordered = pulled(shop.conversion, np.array(shop.price_gain * (1.0 + max(shop.discounts))))
        self.sent: dict[int, np.ndarray] = {}
        self.released: dict[int, list[np.ndarray]] = defaultdict(list)
        self.reviews: dict[int, list[np.ndarray]] = defaultdict(list)
        self.seen_on = np.zeros(days + 1, np.int64)
        self.departed = 0
        self.pages: list[dict[str, int]] = []
        self.first_day()

    def first_day(self) -> None:
        """Everybody makes an order; the first coupons and reviews are put into the calendars."""
        users, shop = np.arange(len(self.left)), self.shop
        for morning in range(2, shop.every_days + 1):
            first = self.luck.first_coupon == morning if morning > 2 else self.luck.first_coupon <= 2
            self.released[morning].append(np.flatnonzero(first))
        self.reviews[shop.window_days].append(users)
        self.seen_on[0] = len(users)
        self.page = dict.fromkeys(BOOK, 0) | {name: len(users) for name in ("active_users", "visits", "orders")}
        worth = self.baskets(users, 0)
        self.page["revenue"] = int(worth.sum())
        self.climb(users, worth)
        self.feel(users)
        self.write()

    def run(self) -> None:
        for _ in range(self.days):
            self.step()

    def step(self) -> None:
        """Everybody lives a day; visits are taken one by one, for all who have another one at once."""
        self.day += 1
        self.page = dict.fromkeys(BOOK, 0)
        self.luck.visits(self.day, self.number)
        self.send()
        visitors, pull, stay, planned = self.visitors()
        self.seen_on -= np.bincount(self.last_seen[visitors], minlength=len(self.seen_on))
        self.last_seen[visitors] = self.day
        self.page["active_users"] = len(visitors)
        at, visit, leaving, changed = np.arange(len(visitors)), 0, 0, []
        while len(at):
            self.page["visits"] += len(at)
            bought, order_pull, noticed = self.decide(visitors, at, visit)
            buyers = visitors[bought]
            self.buy(buyers, noticed, visit)
            changed.append(buyers)
            effects = stay[bought] + self.shop.own_orders_only * (pull[bought] + order_pull)
            leaves = self.luck.number("churn.leave", buyers, self.day, visit) < pulled(self.leave_p[buyers], -effects)
            self.left[buyers[leaves]] = True
            leaving += int(leaves.sum())
            planned[bought[leaves]] = 0
            visit += 1
            at = at[planned[at] > visit]
        self.departed += leaving
        self.seen_on[self.day] = len(visitors) - leaving
        changed += self.review()
        self.feel(np.concatenate(changed))
        self.tidy(visitors)
        self.write()

    def send(self) -> None:
        """This morning's coupons; whose wallet is full or who was not seen for too long waits."""
        shop, day = self.shop, self.day
        due = self.released.pop(day, [])
        if day - shop.every_days in self.sent:
            due.append(self.sent[day - shop.every_days])
        if not due:
            return
        due = np.concatenate(due)
        held = self.held[due]
        can = (held < shop.wallet) & (day - 1 - self.last_seen[due] < shop.sunset_days)
        self.waiting[due[~can]] = True
        users, held = due[can], held[can]
        self.expires[users, held] = day + shop.expiry_days
        self.held[users] = held + 1
        self.news[users] = 1.0 - np.exp(-(day - self.sent_day[users]) / shop.rest_days)
        self.sent_day[users] = day
        self.sent[day] = users
        self.page["coupons_issued"] = len(users)

    def visitors(self) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Who comes today: users, their pulls to visit and to stay, visits planned."""
        shop = self.shop
        users = np.flatnonzero(self.number >= self.quiet)
        new = self.day - self.sent_day[users] < shop.exposure_days
        pull = np.where(new, shop.exposure_lift * self.news[users], 0.0) + self.level_pull(users)
        hurt = np.flatnonzero(self.sting[users] > 0.0)
        pull[hurt] -= self.hurt(users[hurt], self.day - 1)
        luck, rate = self.number[users], self.visit_rate[users] * np.exp(pull)
        none = np.exp(-rate)
        come = np.flatnonzero(luck >= none)
        users = users[come]
        return users, pull[come], shop.status_stay * self.level[users], visits_of(luck[come], rate[come], none[come])

    def level_pull(self, users: np.ndarray) -> np.ndarray:
        """The pull of level and goal on visits, without what hurts."""
        shop, level, spent = self.shop, self.level[users], self.spent[users]
        goal = self.goals[level]
        far = (goal - spent) / (goal * shop.push_zone)
        near = (far < 1.0) & (spent > 0) & (level < len(shop.thresholds))
        return shop.status_visit * level + np.where(near, shop.push * (1.0 - far), 0.0)

    def hurt(self, users: np.ndarray, day: int) -> np.ndarray:
        """What is left on a day of the pull that losing levels took away."""
        return self.sting[users] * 0.5 ** ((day - self.sting_day[users]) / self.shop.sting_days)

    def feel(self, users: np.ndarray) -> None:
        """The bound on a day without a visit, for users whose level or spending moved; 1 for who has left."""
        rate = self.visit_rate[users] * np.exp(self.shop.exposure_lift + self.level_pull(users))
        self.quiet[users] = np.where(self.left[users], 1.0, np.exp(-rate))

    def decide(self, visitors: np.ndarray, at: np.ndarray, visit: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Of the visitors at ``at`` the places of those who order, with their pulls to order, and whether they noticed a coupon."""
        shop = self.shop
        luck = self.luck.number("conversion.order", visitors[at], self.day, visit)
        near = np.flatnonzero(luck < self.most_ordered)
        at, luck = at[near], luck[near]
        users = visitors[at]
        noticed = np.zeros(len(users), bool)
        holds = np.flatnonzero(self.held[users])
        holders = users[holds]
        age = 1.0 - (self.expires[holders, 0] - self.day) / shop.expiry_days
        thinks = self.deal_proneness[holders] * shop.attention * (1.0 - shop.fade * age)
        noticed[holds] = self.luck.number("coupons.notice", holders, self.day, visit) < thinks
        saving = np.where(noticed, np.minimum(shop.face_value / self.usual_basket[users], 1.0), 0.0) + self.discounts[self.level[users]]
        gap = self.reference[users] - (1.0 - saving)
        order_pull = gap * np.where(gap > 0.0, shop.price_gain, shop.price_loss)
        buys = np.flatnonzero(luck < pulled(shop.conversion, order_pull))
        return at[buys], order_pull[buys], noticed[buys]

    def buy(self, buyers: np.ndarray, noticed: np.ndarray, visit: int) -> None:
        """These users' orders: filled up, discounted, paid, remembered."""
        shop, page = self.shop, self.page
        worth = self.baskets(buyers, visit)
        short = np.flatnonzero(noticed & (worth < shop.min_spend))
        filled = self.luck.number("coupons.top_up", buyers[short], self.day, visit) < shop.top_up
        worth[short[filled]] = shop.min_spend
        use = noticed & (worth >= shop.min_spend)
        off = np.where(use, shop.face_value, 0)
        cut = ((worth - off) * self.discounts[self.level[buyers]]).astype(np.int64)
        paid = worth - off - cut
        users = buyers[use]
        self.held[users] -= 1
        self.expires[users, :-1] = self.expires[users, 1:]
        reference = self.reference[buyers]
        price = 1.0 - (off + cut) / np.maximum(worth, 1)
        self.reference[buyers] = np.where(worth > 0, reference + (1.0 - shop.reference_keep) * (price - reference), reference)
        self.orders[buyers] += 1
        page["orders"] += len(buyers)
        page["revenue"] += int(paid.sum())
        page["coupons_used"] += len(users)
        page["coupons_discount"] += int(off.sum())
        page["tiers_discount"] += int(cut.sum())
        self.climb(buyers, paid)

    def climb(self, buyers: np.ndarray, paid: np.ndarray) -> None:
        """What was paid counts, and lifts those who passed a threshold."""
        spent = self.spent[buyers] + paid
        self.spent[buyers] = spent
        level, earned = self.level[buyers], np.searchsorted(self.thresholds, spent, side="right")
        up = np.flatnonzero(earned > level)
        users = buyers[up]
        self.page["tiers_promoted"] += int((earned[up] - level[up]).sum())
        self.level[users] = earned[up]
        self.grace[users] = False
        self.due_for_review(users, self.shop.window_days)

    def due_for_review(self, users: np.ndarray, days: int) -> None:
        """Into the calendar, once; an entry that no longer holds stays there."""
        day = self.day + days
        users = users[self.review_day[users] != day]
        self.review_day[users] = day
        self.reviews[day].append(users)

    def review(self) -> list[np.ndarray]:
        """This evening's reviews; those whose level or spending moved."""
        shop, page = self.shop, self.page
        due = self.reviews.pop(self.day, [])
        if not due:
            return []
        users = np.concatenate(due)
        users = users[self.review_day[users] == self.day]
        level, spent = self.level[users], self.spent[users]
        lost = level - np.searchsorted(self.thresholds, spent, side="right")
        kept = (lost > 0) & ~self.grace[users]
        self.grace[users[kept]] = True
        self.due_for_review(users[kept], shop.grace_days)
        ended = np.flatnonzero(~kept)
        falls = ended[lost[ended] > 0]
        fallen = users[falls]
        self.sting[fallen] = self.hurt(fallen, self.day) + shop.loss_weight * shop.status_visit * lost[falls]
        self.sting_day[fallen] = self.day
        self.level[fallen] = level[falls] - lost[falls]
        page["tiers_demoted"] += int(lost[falls].sum())
        page["tiers_reviewed"] += len(ended)
        users, moved = users[ended], users[ended[spent[ended] > 0]]
        self.grace[users] = False
        self.spent[moved] = 0
        self.due_for_review(users, shop.window_days)
        return [moved, fallen]

    def tidy(self, visitors: np.ndarray) -> None:
        """Coupons whose last day it was expire; who was seen, or has room again, no longer waits."""
        batch = self.sent.get(self.day - self.shop.expiry_days, visitors[:0])
        self.sent.pop(self.day - max(self.shop.expiry_days, self.shop.every_days), None)
        over = batch[(self.expires[batch, 0] == self.day) & (self.held[batch] > 0)]
        self.held[over] -= 1
        self.expires[over, :-1] = self.expires[over, 1:]
        self.page["coupons_expired"] = len(over)
        for users in (visitors, over):
            free = users[self.waiting[users]]
            self.waiting[free] = False
            self.released[self.day + 1].append(free)

    def baskets(self, buyers: np.ndarray, visit: int) -> np.ndarray:
        """What each of these orders is worth, in minor units."""
        worth = self.usual_basket[buyers] * self.luck.baskets(buyers, self.day, visit)
        return (worth + 0.5).astype(np.int64)

    def write(self) -> None:
        """The day's page: its counts, and the stocks by stage."""
        slept, gone = (max(0, self.day - days + 1) for days in (self.shop.dormant_after_days, self.shop.churned_after_days))
        silent, dormant = int(self.seen_on[:gone].sum()), int(self.seen_on[gone:slept].sum())
        churned = silent + self.departed
        stocks = {"customer": len(self.left) - dormant - churned, "dormant": dormant, "churned": churned, "departed": self.departed}
        self.pages.append(self.page | stocks)

    def book(self) -> dict[str, list[int]]:
        levels = np.bincount(self.level, minlength=len(self.goals))
        return {name: [page[name] for page in self.pages] for name in BOOK} | {"levels": levels.tolist()}
