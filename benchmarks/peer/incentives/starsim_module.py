"""The workload `incentives` in Starsim: a module with states and distributions, run by ``ss.Sim``.

Visits are planned from one ``ss.random`` number, as in the module of `customers`. What concerns everybody is done on whole states, what
concerns some on their uids. ``crn`` is Starsim's option of common random numbers.
"""

from __future__ import annotations

import os

os.environ.setdefault("STARSIM_INSTALL_FONTS", "0")

import numpy as np
import starsim as ss

from peer.columns import pulled, visits_of
from peer.incentives.workload import BOOK, Shop

PACKAGES = ("starsim", "numpy")
LONG_AGO = -10_000
NO_GOAL = 2.0**60
"""For the highest level: never near."""


class Buying(ss.Module):
    """Get coupons, visit, order, climb, leave."""

    def __init__(self, shop: Shop) -> None:
        super().__init__()
        self.shop = shop
        self.define_pars(
            come=ss.random(),
            notice=ss.random(),
            order=ss.random(),
            leave=ss.random(),
            top_up=ss.bernoulli(p=shop.top_up),
            basket=ss.gamma(a=shop.p, scale=1.0 / shop.p),
        )
        self.define_states(
            ss.FloatArr("visit_rate", default=ss.gamma(a=shop.r, scale=shop.visits_per_day)),
            ss.FloatArr("leave_p", default=ss.beta_dist(a=shop.a, b=shop.b)),
            ss.FloatArr("value", default=ss.gamma(a=shop.q)),
            ss.FloatArr("deal_proneness", default=ss.beta_dist(a=shop.deal_a, b=shop.deal_b)),
            ss.FloatArr("reference", default=1.0),
            ss.IntArr("orders", default=1),
            ss.IntArr("last_seen", default=0),
            ss.BoolState("left", default=False),
            ss.IntArr("next_coupon", default=ss.randint(low=1, high=shop.every_days + 1)),
            ss.IntArr("sent_day", default=LONG_AGO),
            ss.FloatArr("news", default=0.0),
            ss.IntArr("held", default=0),
            *(ss.IntArr(f"expires_{place}", default=0) for place in range(shop.wallet)),
            ss.FloatArr("spent", default=0.0),
            ss.IntArr("level", default=0),
            ss.FloatArr("sting", default=0.0),
            ss.BoolState("grace", default=False),
            ss.IntArr("review_day", default=shop.window_days),
        )
        self.thresholds, self.goals = np.array(shop.thresholds), np.array([*shop.thresholds, NO_GOAL])
        self.discounts = np.array([0.0, *shop.discounts])
        self.pages = []

    def init_post(self) -> None:
        """The wallet's places, the first coupon to be used first."""
        super().init_post()
        self.wallet = [getattr(self, f"expires_{place}") for place in range(self.shop.wallet)]

    def step(self) -> None:
        """Everybody lives a day; Starsim's first step is day 0, on which everybody makes an order."""
        self.page = dict.fromkeys(BOOK, 0)
        if self.ti == 0:
            everybody = self.left.false()
            self.page |= dict.fromkeys(("active_users", "visits", "orders"), len(everybody))
            self.climb(everybody, self.baskets(everybody))
        else:
            self.send_coupons()
            self.visit()
            self.expire_coupons()
            self.review_levels()
        self.write()

    def send_coupons(self) -> None:
        """From day 2 on, whoever is due, has room and was seen not too long ago gets one."""
        shop, day = self.shop, self.ti
        if day < 2:
            return
        seen = day - 1 - self.last_seen.values < shop.sunset_days
        users = ss.uids(np.flatnonzero((self.next_coupon.values <= day) & (self.held.values < shop.wallet) & seen))
        held = self.held[users]
        for place, expires in enumerate(self.wallet):
            expires[users[held == place]] = day + shop.expiry_days
        self.held[users] = held + 1
        self.news[users] = 1.0 - np.exp(-(day - self.sent_day[users]) / shop.rest_days)
        self.sent_day[users] = day
        self.next_coupon[users] = day + shop.every_days
        self.page["coupons_issued"] = len(users)

    def pull_to_visit(self) -> np.ndarray:
        """Everybody's pull this morning: level, levels lost, new coupon, next level."""
        shop, level, spent = self.shop, self.level.values, self.spent.values
        pull = shop.status_visit * level - self.sting.values
        pull += np.where(self.ti - self.sent_day.values < shop.exposure_days, shop.exposure_lift * self.news.values, 0.0)
        goal = self.goals[level]
        far = (goal - spent) / (goal * shop.push_zone)
        pull += np.where((far < 1.0) & (spent > 0), shop.push * (1.0 - far), 0.0)
        return pull

    def visit(self) -> None:
        """Visits, taken one by one, for all who have another one at once."""
        shop, page = self.shop, self.page
        pull = self.pull_to_visit()
        rate = self.visit_rate.values * np.exp(pull)
        here = self.left.false()
        luck = self.pars.come.rvs(here)
        # Poisson's chance of none is at least 1 − rate, so most are settled without an exponential.
        near = np.flatnonzero(luck >= 1.0 - rate[here])
        here, luck = here[near], luck[near]
        rate = rate[here]
        quiet = np.exp(-rate)
        came = luck >= quiet
        acting = here[came]
        planned = visits_of(luck[came], rate[came], quiet[came])
        self.last_seen[acting] = self.ti
        page["active_users"] = len(acting)
        pull, stay = pull[acting], shop.status_stay * self.level[acting]
        while len(acting):
            page["visits"] += len(acting)
            noticed, order_pull = self.weigh(acting)
            ordered = self.pars.order.rvs(acting) < pulled(shop.conversion, order_pull)
            buyers = acting[ordered]
            if len(buyers):
                self.buy(buyers, noticed[ordered])
                effects = stay[ordered] + shop.own_orders_only * (pull[ordered] + order_pull[ordered])
                self.left[buyers[self.pars.leave.rvs(buyers) < pulled(self.leave_p[buyers], -effects)]] = True
            planned = planned - 1
            again = (planned > 0) & ~np.asarray(self.left[acting])
            acting, planned, pull, stay = acting[again], planned[again], pull[again], stay[again]

    def weigh(self, acting: ss.uids) -> tuple[np.ndarray, np.ndarray]:
        """Of those on a visit, who notices a coupon, and everybody's pull to order."""
        shop = self.shop
        noticed = np.zeros(len(acting), bool)
        holds = np.flatnonzero(self.held[acting])
        holders = acting[holds]
        if len(holders):
            age = 1.0 - (self.wallet[0][holders] - self.ti) / shop.expiry_days
            thinks = self.deal_proneness[holders] * shop.attention * (1.0 - shop.fade * age)
            noticed[holds] = self.pars.notice.rvs(holders) < thinks
        worth = np.minimum(shop.face_value / shop.basket_scale * self.value[acting], 1.0)
        saving = np.where(noticed, worth, 0.0) + self.discounts[self.level[acting]]
        gap = self.reference[acting] - (1.0 - saving)
        return noticed, gap * np.where(gap > 0.0, shop.price_gain, shop.price_loss)

    def buy(self, buyers: ss.uids, noticed: np.ndarray) -> None:
        """These users' orders: filled up, discounted, paid, remembered."""
        shop, page = self.shop, self.page
        worth = self.baskets(buyers)
        short = np.flatnonzero(noticed & (worth < shop.min_spend))
        if len(short):
            worth[short[self.pars.top_up.rvs(buyers[short])]] = shop.min_spend
        use = noticed & (worth >= shop.min_spend)
        off = np.where(use, shop.face_value, 0)
        cut = ((worth - off) * self.discounts[self.level[buyers]]).astype(np.int64)
        paid = worth - off - cut
        price = 1.0 - (off + cut) / np.maximum(worth, 1)
        self.reference[buyers] = self.reference[buyers] + (1.0 - shop.reference_keep) * (price - self.reference[buyers])
        self.orders[buyers] = self.orders[buyers] + 1
        users = buyers[use]
        self.drop(users)
        page["orders"] += len(buyers)
        page["coupons_used"] += len(users)
        page["coupons_discount"] += int(off.sum())
        page["tiers_discount"] += int(cut.sum())
        self.climb(buyers, paid)

    def drop(self, users: ss.uids) -> None:
        """Their oldest coupon is gone."""
        self.held[users] = self.held[users] - 1
        for older, newer in zip(self.wallet, self.wallet[1:], strict=False):
            older[users] = newer[users]

    def climb(self, buyers: ss.uids, paid: np.ndarray) -> None:
        """What was paid counts, and lifts those who passed a threshold."""
        self.page["revenue"] += int(paid.sum())
        spent, level = self.spent[buyers] + paid, self.level[buyers]
        self.spent[buyers] = spent
        earned = np.searchsorted(self.thresholds, spent, side="right")
        up = earned > level
        users = buyers[up]
        self.page["tiers_promoted"] += int((earned[up] - level[up]).sum())
        self.level[users] = earned[up]
        self.grace[users] = False
        self.review_day[users] = self.ti + self.shop.window_days

    def expire_coupons(self) -> None:
        """Coupons whose last day it was."""
        users = ss.uids(np.flatnonzero((self.held.values > 0) & (self.wallet[0].values <= self.ti)))
        self.drop(users)
        self.page["coupons_expired"] = len(users)

    def review_levels(self) -> None:
        """What hurts fades; this evening's reviews."""
        shop = self.shop
        self.sting *= 0.5 ** (1.0 / shop.sting_days)
        users = (self.review_day == self.ti).uids
        lost = self.level[users] - np.searchsorted(self.thresholds, self.spent[users], side="right")
        kept = (lost > 0) & ~np.asarray(self.grace[users])
        self.grace[users[kept]] = True
        self.review_day[users[kept]] = self.ti + shop.grace_days
        users, lost = users[~kept], lost[~kept]
        self.sting[users] = self.sting[users] + shop.loss_weight * shop.status_visit * lost
        self.level[users] = self.level[users] - lost
        self.grace[users] = False
        self.spent[users] = 0.0
        self.review_day[users] = self.ti + shop.window_days
        self.page["tiers_demoted"] = int(lost.sum())
        self.page["tiers_reviewed"] = len(users)

    def baskets(self, buyers: ss.uids) -> np.ndarray:
        """What each of these orders is worth, in minor units."""
        worth = self.shop.basket_scale / np.asarray(self.value[buyers], float) * self.pars.basket.rvs(buyers)
        return (worth + 0.5).astype(np.int64)

    def write(self) -> None:
        """The day's page: its counts, and the stocks by stage."""
        left, idle = self.left.values, self.ti - self.last_seen.values
        churned = left | (idle >= self.shop.churned_after_days)
        dormant = ~churned & (idle >= self.shop.dormant_after_days)
        out, sleeping = int(churned.sum()), int(dormant.sum())
        stocks = {"customer": len(left) - out - sleeping, "dormant": sleeping, "churned": out, "departed": int(left.sum())}
        self.pages.append(self.page | stocks)


class World:
    """The sim, initialised; all its steps are taken by ``run``."""

    def __init__(self, shop: Shop, users: int, days: int, seed: int, *, crn: bool = True) -> None:
        ss.options(crn=crn, verbose=0)
        self.module = Buying(shop)
        self.sim = ss.Sim(
            n_agents=users, start=ss.days(0), dur=ss.days(days), dt=ss.days(1), rand_seed=seed,
            modules=self.module, copy_inputs=False, verbose=0,
        )
        self.sim.init()

    def run(self) -> None:
        self.sim.run()

    def book(self) -> dict[str, list[int]]:
        levels = np.bincount(self.module.level.values, minlength=len(self.module.goals))
        return {name: [page[name] for page in self.module.pages] for name in BOOK} | {"levels": levels.tolist()}
