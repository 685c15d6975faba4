"""The workload in Starsim: a module with states and distributions, run by ``ss.Sim``.

Starsim's Poisson with a rate for each user asks SciPy for quantiles, which would make it many times slower. So visits are
planned from one ``ss.random`` number, as in the other peers. ``crn`` is Starsim's option of common random numbers: on is its
default and what this project's addressed luck is for, off is faster.
"""

from __future__ import annotations

import os

os.environ.setdefault("STARSIM_INSTALL_FONTS", "0")

import numpy as np
import starsim as ss

from peer.columns import visits_of
from peer.customers.workload import BOOK, Shop

PACKAGES = ("starsim", "numpy")


class Buying(ss.Module):
    """Visit, order, leave."""

    def __init__(self, shop: Shop) -> None:
        super().__init__()
        self.shop = shop
        self.define_pars(
            come=ss.random(),
            order=ss.bernoulli(p=shop.conversion),
            leave=ss.bernoulli(p=lambda module, sim, uids: module.leave_p[uids]),
            basket=ss.gamma(a=shop.p, scale=1.0 / shop.p),
        )
        self.define_states(
            ss.FloatArr("visit_rate", default=ss.gamma(a=shop.r, scale=shop.visits_per_day)),
            ss.FloatArr("leave_p", default=ss.beta_dist(a=shop.a, b=shop.b)),
            ss.FloatArr("value", default=ss.gamma(a=shop.q)),
            ss.FloatArr("quiet", default=1.0),
            ss.IntArr("orders", default=1),
            ss.IntArr("last_seen", default=0),
            ss.BoolState("left", default=False),
        )
        self.pages = []

    def step(self) -> None:
        """Everybody lives a day; Starsim's first step is day 0, on which everybody makes an order."""
        if self.ti == 0:
            everybody = self.left.false()
            self.quiet[everybody] = np.exp(-self.visit_rate[everybody])
            users = len(everybody)
            self.write(users, users, users, self.baskets(everybody))
            return
        here = self.left.false()
        luck = self.pars.come.rvs(here)
        came = luck >= self.quiet[here]
        acting = here[came]
        planned = visits_of(luck[came], np.asarray(self.visit_rate[acting]), np.asarray(self.quiet[acting]))
        self.last_seen[acting] = self.ti
        active, visits, orders, revenue = len(acting), 0, 0, 0
        while len(acting):
            visits += len(acting)
            buyers = self.pars.order.filter(acting)
            if len(buyers):
                self.orders[buyers] = self.orders[buyers] + 1
                orders += len(buyers)
                revenue += self.baskets(buyers)
                self.left[self.pars.leave.filter(buyers)] = True
            planned = planned - 1
            again = (planned > 0) & ~np.asarray(self.left[acting])
            acting, planned = acting[again], planned[again]
        self.write(active, visits, orders, revenue)

    def baskets(self, buyers: ss.uids) -> int:
        """What these orders are worth together, in minor units."""
        worth = self.shop.basket_scale / np.asarray(self.value[buyers], float) * self.pars.basket.rvs(buyers)
        return int((worth + 0.5).astype(np.int64).sum())

    def write(self, active: int, visits: int, orders: int, revenue: int) -> None:
        """A page of the book: the day's counts, and the stocks by stage."""
        left, idle = np.asarray(self.left.values), self.ti - np.asarray(self.last_seen.values)
        churned = left | (idle >= self.shop.churned_after_days)
        dormant = ~churned & (idle >= self.shop.dormant_after_days)
        out, sleeping = int(churned.sum()), int(dormant.sum())
        stocks = (len(left) - out - sleeping, sleeping, out, int(left.sum()))
        self.pages.append(dict(zip(BOOK, (active, visits, orders, revenue, *stocks), strict=True)))


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
        return {name: [page[name] for page in self.module.pages] for name in BOOK}
