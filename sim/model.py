"""LifecycleModel(mesa.Model): population, levers and clock. No rule of its own."""

from __future__ import annotations

import datetime
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

from sim import budget, ledger, network
from sim.chance import key_of
from sim.counters import STOCKS
from sim.engine import driver as engine
from sim.engine import records
from sim.exact import exp
from sim.lever import Lever, Night, levers
from sim.mesa_bridge import MesaSurface
from sim.parameter import minor_units
from sim.population import PROSPECT, STAGES, draw_population
from sim.steering.steer import Steering

DRIVERS = ("compiled", "objects")


class LifecycleModel(MesaSurface):
    """The users of a platform under one scenario, day by day.

    ``scenario`` is a loaded scenario or the path of one; ``users`` and ``days`` override its run block. ``rng`` is the seed (a whole
    number; None: the scenario's; anything else NumPy makes a generator from is asked for one), ``replication`` tells repetitions of
    one seed apart. ``driver`` is ``compiled`` or ``objects`` (each ``User.step()`` in turn): the same bits. ``kinds`` names further
    levers to compile in, switched off, so that compared scenarios share one binary. ``list_orders`` keeps a line for each order
    (``orders()``). ``before_day`` is called with the model and the record of each day before anybody lives it (once
    more where a budget makes it be lived again), ``after_day`` with the model once everybody has.

    Day 0, the day of entry, has been lived once the model is made; ``step()`` lives the next day.
    """

    def __init__(
        self,
        scenario: Any,
        users: int | None = None,
        days: int | None = None,
        rng: Any = None,
        *,
        replication: int = 0,
        driver: str = "compiled",
        threads: int = 1,
        kinds: dict[str, str] | None = None,
        list_orders: bool = False,
        before_day: Callable[[LifecycleModel, np.ndarray], None] | None = None,
        after_day: Callable[[LifecycleModel], None] | None = None,
    ) -> None:
        if driver not in DRIVERS:
            raise ValueError(f"there is no driver {driver!r}; choose from {', '.join(DRIVERS)}")
        plan = _loaded(scenario)
        seed = _seed(rng, plan.run.seed)
        super().__init__(rng=seed)
        self.plan = plan
        self.driver, self.threads = driver, max(1, threads)
        self.seed, self.replication = seed, replication
        self.key = key_of(seed, replication)
        self.days = plan.run.days if days is None else days
        everybody = plan.run.users if users is None else users
        self.levers = lever_instances({**(kinds or {}), **plan.kinds})
        self.rows = draw_population(plan, self.levers, self.key, everybody)
        self.policy = records.policy(plan, self.levers)
        self._friends: network.Friends | None = None
        self.said, self.said_before = np.zeros(everybody, np.uint8), np.zeros(everybody, np.uint8)
        self.heard, self._inside = np.zeros((everybody, len(network.HEARD)), np.uint8), np.zeros(everybody, np.uint8)
        self._heard_any = False
        self.inside = np.zeros(everybody)
        self.bound, self.calm = np.zeros(everybody, np.float32), np.zeros(everybody, np.float32)
        self.wake, self.whole = self.rows["entry_day"].copy(), np.zeros(everybody, np.int32)
        if plan.population.entry.market is not None:
            self.bound -= 1.0
        self._alarm: set[str] = set()
        self.visited, self.ordered = (np.zeros((self.days + 1, -(-everybody // 8)), np.uint8) for _ in range(2))
        self.log: list[np.ndarray] | None = [] if list_orders else None
        self.history: list[np.ndarray] = []
        self.counter_dtype = records.counter_dtype(self.levers)
        self.total = np.zeros(1, self.counter_dtype)
        self._posted = np.zeros(1, self.counter_dtype)
        self.parameters = dict(plan.levers)
        self._shared = {n: {k: float(s.initial) for k, s in lever.shared.items()} for n, lever in self.levers.items()}
        self.highest_cap = plan.economics.incentive_budget
        self.used_up: dict[str, tuple[int, int, int]] = {}
        self.morning: budget.Morning | None = None
        self.steering = Steering(self) if plan.schedule or plan.policies or plan.experiments else None
        self._pool: ThreadPoolExecutor | None = None
        self.living: engine.PlainDay | None = None
        self._before_day, self._after_day = before_day, after_day
        self.collect_by_default()
        self._live_a_day(0)

    # ---- the clock

    @property
    def day(self) -> int:
        """The last day that has been lived."""
        return len(self.history) - 1

    @property
    def date(self) -> datetime.date:
        """The calendar date of the last day that has been lived."""
        return self.date_of(self.day)

    def step(self) -> None:
        """Everybody lives the next day."""
        self._live_a_day(self.day + 1)
        self.collect()
        if self.day >= self.days:
            self.running = False

    @property
    def friends(self) -> network.Friends:
        """Who hears from whom; drawn when first asked for, since without posts nobody does."""
        if self._friends is None:
            knows = self.plan.population.friends
            self._friends = network.small_world(self.key, len(self.rows), knows.degree, knows.rewire)
        return self._friends

    def run(self) -> LifecycleModel:
        """Live all the days of the scenario."""
        while self.day < self.days:
            self.step()
        return self

    def _live_a_day(self, day: int) -> None:
        self._make_room(day)
        self._overnight(day)
        today = self.today(day)
        own = self._left_by_gate()
        if own:
            today["gated"] = 1
            self.close_day(budget.live_within(self, own, self._left, lambda: self._lived(today.copy())))
        else:
            self.close_day(self._lived(today))
        if self._after_day is not None:
            self._after_day(self)

    def _lived(self, today: np.ndarray) -> np.ndarray:
        """Everybody lives today; the day's counters, shape (chunks,)."""
        if self._before_day is not None:
            self._before_day(self, today)
        if self.driver == "objects":
            return engine.live_as_objects(self, today, self.agents)
        return engine.live_compiled(self, today, self.threads, self._threads())

    def _left_by_gate(self) -> dict[str, int | None]:
        """What is left, this morning, of the own budget (None: it has none) of each lever whose budget has a gate; of all such levers where
        a cap on all binds them, and nowhere else (``sim.budget``)."""
        left = {}
        for name, parameters in self.parameters.items():
            if "gate" in self.levers[name].shared:
                self.policy[name]["gate"] = budget.NO_CAP
                cap = getattr(parameters, "budget", None)
                if cap is not None:
                    left[name] = minor_units(cap) - self.committed(name) - self.promised.get(name, 0)
                elif self._left is not None:
                    left[name] = None
        return left

    def close_day(self, counters: np.ndarray) -> None:
        """Enter a day's counters, shape (chunks,), in the history, with what was posted overnight."""
        sums = numbers(counters).sum(axis=0) + numbers(self._posted)[0]
        self._posted = np.zeros(1, self.counter_dtype)
        numbers(self.total)[0] += sums
        self.history.append(sums.view(counters.dtype))

    def today(self, day: int) -> np.ndarray:
        """The record of a day before anybody has lived it."""
        own, by_friends = self._reach()
        everybody = int(bool(self._alarm) or day == 0)
        self._alarm = set()
        levers = sum(v["reach_most"] for n, v in self._shared.items() if "reach_most" in v and n in self.parameters)
        lift = sum(max(v["lift_most"], 0.0) for n, v in self._shared.items() if "lift_most" in v and n in self.parameters)
        on = [name for name in self.levers if self.policy[name]["on"][0]]
        heard = sum(float(self.policy[name]["heard_most"][0]) for name in on if "heard_most" in self.policy[name].dtype.names)
        return engine.today_record(
            key=self.key, day=day, season=self._season(day), reach=own, friends_reach=by_friends,
            most_reached=own + by_friends + levers, everybody=everybody,
            restless=int(not all(self.levers[name].settles for name in on)), lifting=exp(lift), hearing=exp(heard),
        )

    def wake_everybody(self) -> None:
        """Nobody sleeps through the next day: call it after changing users or parameters from outside."""
        self._alarm.add("everybody")

    def date_of(self, day: int) -> datetime.date:
        """The calendar date of a day."""
        return self.plan.calendar.start + datetime.timedelta(days=day)

    def _season(self, day: int) -> float:
        calendar = self.plan.calendar
        date = self.date_of(day)
        month = calendar.months[date.month - 1] * 12 / sum(calendar.months)
        return month * calendar.weekdays[date.weekday()] * 7 / sum(calendar.weekdays)

    def _reach(self) -> tuple[float, float]:
        """Bass's hazard of a prospect today, of its own (p·M + q·(1 − g)·F, F taken at the middle of the day) and for a share 1 of friends
        inside."""
        bass, everybody = self.plan.market.bass, len(self.rows)
        p, q = bass.p_per_year * bass.marketing, bass.q_per_year * (1.0 - bass.friends_share)
        share = int(self.total["core"]["new_users"][0]) / everybody
        half_a_day = (1.0 - share) * (p + q * share) / 365.0 / 2.0
        return (p + q * (share + half_a_day)) / 365.0, bass.q_per_year * bass.friends_share / 365.0

    def _overnight(self, day: int) -> None:
        """What crosses users moves on between days: friends hear what was said, parameters change, and levers renew what they share."""
        if day > 0:
            self._spread_the_word()
        if self.steering is not None:
            self.steering.overnight(day)
        purse = budget.Purse(self.left_to_spend())
        self.promised: dict[str, int] = {}
        self._settle_the_night(day, purse)
        self._left = purse.left

    def _settle_the_night(self, day: int, purse: budget.Purse) -> None:
        """Levers renew what they share, and take from the purse what they promise for today."""
        if day == 0:
            return
        yesterday, total = (_named(block["core"]) for block in (self.history[-1], self.total))
        for name, lever in self.levers.items():
            if lever.overnight is None or name not in self.parameters:
                continue
            shared = self._shared[name]
            night = Night(
                shared=shared,
                yesterday=_named(self.history[-1][name]),
                total=_named(self.total[name]),
                own=self.rows[name],
                users=self.rows,
                parameters=self.parameters[name],
                day=day,
                key=self.key,
                date=self.date_of(day),
                platform_yesterday=yesterday,
                platform_total=total,
                purse=purse,
                alarm=self._alarm,
            )
            lever.overnight(night)
            self.promised[name] = sum(night.promised)
            for account, amount in night.posted.items():
                self._posted[name][account] += amount
            for key, value in shared.items():
                self.policy[name][key] = value

    def _spread_the_word(self) -> None:
        """Friends hear what was said yesterday (invitations and their acceptance where there is a market to invite from, sign-ups where
        friends draw prospects)."""
        counts = network.POSTED | network.OPENED_DEAL
        counts |= network.INVITED | network.ACCEPTED if self.plan.population.entry.market is not None else 0
        counts |= network.ENTERED if self.plan.market.bass.friends_share > 0.0 else 0
        words = self.said & np.uint8(counts)
        if words.any():
            network.spread(words, self.said_before, self.friends, self.heard, self._inside, self.bound)
            self._heard_any = True
            if counts & network.ENTERED:
                np.divide(self._inside, self.friends.numbers, out=self.inside)
        elif self._heard_any:
            self.heard[:] = 0
            self._heard_any = False
        self.said_before, self.said = self.said, self.said_before
        self.said[:] = 0

    def committed(self, name: str, parameters: Any = None, today: np.ndarray | None = None) -> int:
        """Minor units that a lever with a budget has spent and still promises, by its parameters or by others, and with the counters of a
        day that is not entered yet; 0 for a lever without."""
        lever = self.levers[name]
        if lever.committed is None:
            return 0
        total = _named(self.total[name])
        if today is not None:
            total = {key: number + int(today[name][key].sum()) for key, number in total.items()}
        return lever.committed(total, self.parameters[name] if parameters is None else parameters)

    def left_to_spend(self) -> int | None:
        """What the cap on all levers together leaves, in minor units, with everything promised at its highest cost; None: no cap."""
        cap = self.plan.economics.incentive_budget
        return None if cap is None else minor_units(cap) - sum(self.committed(name) for name in self.parameters)

    def set_parameters(self, name: str, parameters: Any) -> None:
        """Change a lever's parameters from tomorrow on; what it shares stays."""
        before, on_change = self.parameters[name], self.levers[name].on_change
        if on_change is not None and parameters != before:
            on_change(self.rows[name], before, parameters, self.day + 1)
        self.parameters[name] = parameters
        self.used_up.clear()
        closed = self.plan.closed_bits(name) | (self.steering.closed_bits(name) if self.steering is not None else 0)
        changed = self.levers[name].policy(parameters, closed, bool(self.policy[name]["on"][0]))
        for key, value in self._shared[name].items():
            changed[key] = value
        self.policy[name] = changed
        self.wake_everybody()

    def set_core(self, plan: Any) -> None:
        """Change the world's own parameters (behaviour, economics, market) from tomorrow on to those of another scenario of the same
        people."""
        friends_begin_to_count = self.plan.market.bass.friends_share == 0.0 < plan.market.bass.friends_share
        self.plan = plan
        self.policy["core"] = records.core_policy(plan)
        if friends_begin_to_count:
            self._inside[:] = 0
            entered = (self.rows["stage"] != PROSPECT).astype(np.uint8) * np.uint8(network.ENTERED)
            network.spread(entered, self.said_before, self.friends, np.zeros_like(self.heard), self._inside, self.bound)
            np.divide(self._inside, self.friends.numbers, out=self.inside)
        if self.highest_cap is not None:
            cap = plan.economics.incentive_budget
            self.highest_cap = None if cap is None else max(cap, self.highest_cap)
        self.wake_everybody()

    def _make_room(self, day: int) -> None:
        if day >= len(self.visited):
            more = np.zeros((len(self.visited), self.visited.shape[1]), np.uint8)
            self.visited, self.ordered = np.vstack([self.visited, more]), np.vstack([self.ordered, more])

    def _threads(self) -> ThreadPoolExecutor | None:
        if self.threads > 1 and self._pool is None:
            self._pool = ThreadPoolExecutor(self.threads)
        return self._pool

    # ---- what happened

    def daily(self) -> dict[str, np.ndarray]:
        """Columns by day: stock of each stage, then every counter; arrays of shape (days lived + 1,)."""
        table = np.stack([numbers(day)[0] for day in self.history])
        names = [(block, name) for block in self.total.dtype.names for name in self.total.dtype[block].names]
        out: dict[str, np.ndarray] = {}
        for column, (block, name) in enumerate(names):
            if name != "spare":
                values = table[:, column]
                if block == "core" and name in STOCKS:
                    values = values.cumsum()
                    if name == STAGES[0]:
                        values += len(self.rows)
                out[name if block == "core" else f"{block}_{name}"] = values
        return out

    def ledger(self) -> dict[str, int]:
        """What was posted to each account so far, in minor units."""
        out = {}
        for account in ledger.accounts(self.levers):
            block, _, name = account.rpartition(".")
            out[account] = int(self.total[block or "core"][name][0])
        return out

    def orders(self) -> np.ndarray:
        """One line an order, by day and user; needs ``list_orders=True``."""
        if self.log is None:
            raise ValueError("this model keeps no list of orders: make it with list_orders=True")
        return np.concatenate(self.log) if self.log else np.zeros(0, records.ORDER_LOG)

    def broken_laws(self) -> list[str]:
        """The laws that do not hold now, as sentences; empty as it should be."""
        broken = []
        stocks = np.bincount(self.rows["stage"], minlength=len(STAGES))
        daily = self.daily()
        broken += [f"the stock of {s} users is their number" for k, s in enumerate(STAGES) if daily[s][-1] != stocks[k]]
        if daily["departed"][-1] != self.rows["left"].sum():
            broken.append("the stock of departed users is their number")
        if ledger.balance(self.ledger(), ledger.accounts(self.levers))["unexplained"]:
            broken.append("revenue is the basket less all discounts")
        if self.highest_cap is not None and sum(self.committed(name) for name in self.parameters) > minor_units(self.highest_cap):
            broken.append("the levers together have spent and promised no more than economics.incentive_budget")
        for name, lever in self.levers.items():
            total = _named(self.total[name])
            broken += [f"{name}: {law}" for law, holds in lever.laws.items() if not holds(total, self.rows[name])]
        return broken


def numbers(counters: np.ndarray) -> np.ndarray:
    """Counters, which are all of one type, as a plain table; shape (len(counters), number of counters), a view."""
    return counters.view(np.int64).reshape(len(counters), -1)


def lever_instances(kinds: dict[str, str]) -> dict[str, Lever]:
    """The levers of a study: instance name → lever, in the order of the names."""
    known = levers()
    return {name: Lever(name, known[kinds[name]].module) for name in sorted(kinds)}


def _loaded(scenario: Any) -> Any:
    if isinstance(scenario, (str, os.PathLike)):
        from sim.scenario import load_scenario

        return load_scenario(scenario)
    return scenario


def _seed(rng: Any, otherwise: int) -> int:
    if rng is None:
        return otherwise
    if isinstance(rng, (int, np.integer)):
        return int(rng)
    return int(np.random.default_rng(rng).integers(2**31))


def _named(block: np.ndarray) -> dict[str, int]:
    return {name: int(block[name][0]) for name in block.dtype.names}
