"""One run of a study: one scenario, one replication; and the name under which its counts are kept."""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import threading
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

import sim
from sim import ledger, measure
from sim.engine.compose import fingerprint
from sim.model import LifecycleModel, lever_instances
from sim.panel import Panel
from sim.roster import roster
from sim.scenario import Scenario
from sim.scenario.texts import CHINESE, TEXTS

DECIDING = ("numpy", "numba", "scipy")
"""Packages whose version may decide the last bit of a table of quantiles, or how a loop is compiled."""

NOT_DECIDING = (
    "levers/",  # each of the scenario's own is in the loop's fingerprint
    "study/",  # but for this file
    *(f"scenario/{name}" for name in ("explain", "faults", "inherit", "jsonschema", "messages", "read", "settings", "show", "source")),
)
"""Sources by the beginning of their name in ``sim`` that change no count: what they do shows in the resolved scenario, or comes after."""


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
    people: bool = False
    """Keep each user's outcome, too (``sim.measure.people``)."""
    list_users: bool = False
    """Keep a line for each user, too (``sim.roster``)."""

    def key(self) -> str:
        """A hash of all that decides the counts: scenario, seed, replication, code, versions; 32 hexadecimal digits."""
        says = {k: v for k, v in self.scenario.resolved().items() if k not in (*TEXTS, CHINESE)}
        del says["run"]["replications"]  # how many runs there are changes none of them
        code = _code(tuple(sorted(self.scenario.kinds.items())))
        content = [says, self.replication, self.list_orders, self.people, self.list_users, code]
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:32]

    def run(self, threads: int = 1, stop: threading.Event | None = None, lived: list[float] | None = None) -> dict[str, np.ndarray]:
        """Live the run and count it; ``lived`` is told the share of its days. Raises ``Stopped`` soon after ``stop`` is set."""
        world = LifecycleModel(
            self.scenario, replication=self.replication, kinds=dict(self.kinds), threads=threads, list_orders=self.list_orders
        )
        panel = Panel(world)
        stages = {0: world.rows["stage"].copy()}
        snapshots = measure.snapshot_days(world.days)
        while world.day < world.days:
            if stop is not None and stop.is_set():
                raise Stopped
            world.step()
            panel.look(world)
            if lived is not None:
                lived[0] = world.day / (world.days + 1)
            if world.day in snapshots:
                stages[world.day] = world.rows["stage"].copy()
        ledger.check(world.ledger(), ledger.accounts(world.levers))
        counts = measure.measure(world) | measure.flows(stages) | panel.counts(world)
        for name in [n for n in world.levers if n not in self.scenario.levers]:
            for counter in world.levers[name].counter_dtype().names:
                counts.pop(f"daily/{name}_{counter}", None)
                counts.pop(f"account/{name}.{counter}", None)
        if self.people:
            counts |= measure.people(world)
        if self.list_users:
            counts |= roster(world)
        if self.list_orders:
            orders = world.orders()
            counts |= {f"orders/{name}": orders[name] for name in orders.dtype.names}
            counts |= {f"orders/{name}": world.rows[name][orders["user"]] for name in ("channel", "persona")}
        return counts


@lru_cache(maxsize=32)
def _code(kinds: tuple[tuple[str, str], ...]) -> str:
    """What the counts are made by: the loop's fingerprint with its levers' sources, all other deciding sources of ``sim``, versions."""
    versions = [importlib.metadata.version(p) for p in DECIDING]
    return json.dumps([fingerprint(lever_instances(dict(kinds))), _sources(), versions])


@lru_cache(maxsize=1)
def _sources() -> str:
    """A hash of every source file of ``sim`` but those that only read, say, keep or tabulate."""
    house = Path(sim.__file__).parent
    content = hashlib.sha256()
    for file in sorted(house.rglob("*.py"), key=lambda f: f.relative_to(house).as_posix()):
        name = file.relative_to(house).as_posix()
        if name == "study/task.py" or not name.startswith(NOT_DECIDING):
            content.update(f"{name} {hashlib.sha256(file.read_bytes()).hexdigest()}\n".encode())
    return content.hexdigest()
