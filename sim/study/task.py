"""One run of a study: one scenario, one replication; and the name under which its counts are kept."""

from __future__ import annotations

import hashlib
import importlib.metadata
import inspect
import json
import threading
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from sim import budget, ledger, lever, measure, model, network, parameter
from sim.engine import driver
from sim.engine.compose import fingerprint
from sim.model import LifecycleModel, lever_instances
from sim.scenario import Scenario
from sim.scenario.check import TEXTS
from sim.steering import metric, place, steer, timetable, trial

DECIDING = ("numpy", "numba", "scipy")
"""Packages whose version may decide the last bit of a table of quantiles, or how a loop is compiled."""


class Stopped(Exception):
    """A run was asked to stop before its end."""


@dataclass(frozen=True)
class Task:
    """One run. ``kinds`` names the levers of the whole study, so that all its runs share one compiled loop.

    A lever that is off changes no bit of a life (a law, and tested), so neither key nor counts know of the study's other levers.
    """

    scenario: Scenario
    replication: int
    kinds: tuple[tuple[str, str], ...]
    list_orders: bool = False

    def key(self) -> str:
        """A hash of all that decides the counts: scenario, seed, replication, code, versions; 32 hexadecimal digits."""
        says = {k: v for k, v in self.scenario.resolved().items() if k not in TEXTS}
        del says["run"]["replications"]  # how many runs there are changes none of them
        code = _code(tuple(sorted(self.scenario.kinds.items())))
        content = [says, self.replication, self.list_orders, code]
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:32]

    def run(self, threads: int = 1, stop: threading.Event | None = None) -> dict[str, np.ndarray]:
        """Live the run and count it. Raises ``Stopped`` soon after ``stop`` is set."""
        world = LifecycleModel(
            self.scenario, replication=self.replication, kinds=dict(self.kinds), threads=threads, list_orders=self.list_orders
        )
        while world.day < world.days:
            if stop is not None and stop.is_set():
                raise Stopped
            world.step()
        ledger.check(world.ledger(), ledger.accounts(world.levers))
        counts = measure.measure(world)
        for name in [n for n in world.levers if n not in self.scenario.levers]:
            for counter in world.levers[name].counter_dtype().names:
                counts.pop(f"daily/{name}_{counter}", None)
                counts.pop(f"account/{name}.{counter}", None)
        if self.list_orders:
            orders = world.orders()
            counts |= {f"orders/{name}": orders[name] for name in orders.dtype.names}
            counts |= {f"orders/{name}": world.rows[name][orders["user"]] for name in ("channel", "persona")}
        return counts


@lru_cache(maxsize=32)
def _code(kinds: tuple[tuple[str, str], ...]) -> str:
    """What the counts are made by: the loop's fingerprint, the sources around it, and versions."""
    around = (budget, ledger, lever, measure, metric, model, network, parameter, place, driver, steer, timetable, trial)
    sources = hashlib.sha256("".join(inspect.getsource(m) for m in around).encode()).hexdigest()
    versions = [importlib.metadata.version(p) for p in DECIDING]
    return json.dumps([fingerprint(lever_instances(dict(kinds))), sources, versions])
