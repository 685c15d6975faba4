"""On which assumptions a lever's gain hangs most: measured beforehand, one assumption at a time, in a world that shows the lever.

A study that draws parameter sets (``sim.study.uncertainty``) measures this in its own world. One that draws none can still say where doubt
is largest: ``data/importance.csv`` has the gain of every lever, in contribution per user against the same people without it and with the
same luck, with each assumption at either end of its range (``sim.study.ranges``) and all others as they are. ``benchmarks/importance.py``
makes the table anew; a test lives some of its rows again.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass, fields
from functools import lru_cache
from pathlib import Path

from sim import ledger
from sim.model import lever_instances
from sim.scenario import Scenario, ScenarioError
from sim.study import metrics
from sim.study.ranges import EDGE, WORLD, ranges
from sim.study.run import common_kinds
from sim.study.sources import sources
from sim.study.task import Task

TABLE = Path(__file__).parent / "data" / "importance.csv"
USERS, REPLICATIONS = 3_000, 2
"""Small worlds: the same luck at either end leaves little to chance."""


@dataclass(frozen=True)
class Ends:
    """A lever's gain with one assumption at the low and at the high end of its range, in minor units of contribution per user.

    ``parameter``: ``kind.name`` for the lever's own, else the path in a scenario. ``world``: the scenario file it was measured in.
    """

    lever: str
    parameter: str
    value: float
    low: float
    high: float
    gain: float
    gain_at_low: float
    gain_at_high: float
    world: str

    @property
    def swing(self) -> float:
        """By how much the gain differs between the ends."""
        return abs(self.gain_at_high - self.gain_at_low)


def measured(plan: Scenario, kind: str, world: str, only: tuple[str, ...] = ()) -> Iterator[Ends]:
    """A line for each assumption that acts in the scenario, or for the parameters named; ``plan`` must have a lever of the kind."""
    plan = plan.with_values({"run.users": USERS, "run.replications": REPLICATIONS})
    names = [name for name, own in plan.kinds.items() if own == kind]
    without = plan.with_values({f"levers.{name}.active": False for name in names})
    kinds = common_kinds([plan])
    alone, together = _contribution(without, kinds), _contribution(plan, kinds)
    assumed = {line["parameter"] for line in sources(plan) if line["is_assumption"]}
    for path, one in ranges(plan).items():
        parameter = path if one.of == WORLD else f"{one.of}.{path.split('.', 2)[2]}"
        if path not in assumed or one.of not in (WORLD, kind) or (only and parameter not in only):
            continue
        ends = []
        for score in (-EDGE, EDGE):
            found = one.at(score)
            change = {path: list(found) if isinstance(found, tuple) else found}
            try:
                base = alone if one.of == kind else _contribution(without.with_values(change), kinds)
                ends.append((found[0] if isinstance(found, tuple) else found, _contribution(plan.with_values(change), kinds) - base))
            except ScenarioError:  # it does not go together with the others: as it is
                ends.append((one.first, together - alone))
        (low, at_low), (high, at_high) = ends
        yield Ends(kind, parameter, one.first, float(low), float(high), together - alone, at_low, at_high, world)


def _contribution(plan: Scenario, kinds: tuple[tuple[str, str], ...]) -> float:
    """Minor units per user, the mean of the replications, to a thousandth."""
    accounts = ledger.accounts(lever_instances(dict(plan.kinds)))
    found = [metrics.values(Task(plan, r, kinds).run(), plan, accounts)["contribution_per_user"][1] for r in range(REPLICATIONS)]
    return round(sum(found) / len(found), 3)


@lru_cache(maxsize=1)
def known() -> tuple[Ends, ...]:
    """The rows of the table."""
    kinds = {field.name: str if field.type == "str" else float for field in fields(Ends)}
    with open(TABLE, encoding="utf-8", newline="") as file:
        return tuple(Ends(**{name: kinds[name](value) for name, value in row.items()}) for row in csv.DictReader(file))


def write(lines: list[Ends]) -> None:
    """The table, by lever, the largest swing first."""
    names = [field.name for field in fields(Ends)]
    with open(TABLE, "w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(names)
        for line in sorted(lines, key=lambda one: (one.lever, -one.swing, one.parameter)):
            table.writerow([f"{v:.10g}" if isinstance(v, float) else v for v in (getattr(line, name) for name in names)])
