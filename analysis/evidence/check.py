"""One check against something known: what the source says, what the simulator gives, the band, inside or not."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np

from analysis.evidence import DATA
from analysis.language import Both
from sim.model import LifecycleModel
from sim.scenario import Scenario, load_scenario

SCENARIOS = Path(__file__).parents[2] / "scenarios"
ORACLE, TABLE, REPLAY, PITFALL = "oracle", "table", "replay", "pitfall"
KINDS = {
    ORACLE: Both("Oracles: closed forms that the simulator equals with all levers off", "解析解：关闭所有杠杆时模拟器等于这些公式"),
    TABLE: Both("Published tables", "已发表的数据表"),
    REPLAY: Both("Published experiments, replayed", "重演已发表的实验"),
    PITFALL: Both("Pitfalls", "常见误读"),
}


@dataclass(frozen=True)
class Row:
    """One number. ``says`` and the band from ``low`` to ``high`` come from the source, ``gives`` and its standard error from the simulator;
    ``x`` is where it stands on a curve. Of a replay, ``users`` are the people of one world and ``replications`` the worlds; 95 of 100 single
    studies of that size read between ``one_low`` and ``one_high``, and the share ``one_inside`` of those lived lies in the band."""

    quantity: str
    unit: str
    says: float
    gives: float
    low: float
    high: float
    standard_error: float = float("nan")
    x: float = float("nan")
    users: int = 0
    replications: int = 1
    note: str = ""
    one_low: float = float("nan")
    one_high: float = float("nan")
    one_inside: float = float("nan")

    @property
    def inside(self) -> bool:
        """Whether what the simulator gives lies in the band."""
        return bool(self.low <= self.gives <= self.high)


@dataclass(frozen=True)
class Scale:
    """How much is simulated: ``people`` and ``repeat`` shrink numbers in a quick run. Worlds of a study's size keep it."""

    quick: bool = False
    threads: int = 1

    def people(self, users: int) -> int:
        """So many users, or a twentieth of them."""
        return max(users // 20, 500) if self.quick else users

    def repeat(self, replications: int) -> int:
        """So many replications, or a quarter of them."""
        return max(replications // 4, 2) if self.quick else replications


@dataclass(frozen=True)
class Check:
    """Something known, and how it is tried. ``explained`` says why a row may lie outside, where that is understood; ``size`` how large the
    study was, on whose word, and how large a world stands for it. Rows with an ``x`` are drawn as a curve ``along`` it."""

    name: str
    kind: str
    title: Both
    source: str
    grade: str
    run: Callable[[Scale], list[Row]]
    setting: str = ""
    explained: str = ""
    size: str = ""
    along: Both | None = None


COLUMNS = (
    "check", "kind", "source", "grade", "quantity", "unit", "says", "gives", "standard_error", "low", "high", "inside", "users",
    "replications", "one_low", "one_high", "one_inside", "note",
)
"""Columns of ``evidence.csv``."""


def line(check: Check, row: Row) -> dict[str, object]:
    """A row as it stands in ``evidence.csv``."""
    own = {f.name: getattr(row, f.name) for f in fields(row)} | {"inside": row.inside}
    return {"check": check.name, "kind": check.kind, "source": check.source, "grade": check.grade} | {
        k: own[k] for k in COLUMNS if k in own
    }


def gate(scale: Scale, quantity: str, unit: str, says: float, gives: float, error: float, **more) -> Row:
    """An oracle's row: within 3 Monte-Carlo standard errors and within 1 % (a quick run has too few users for the latter)."""
    half = 3.0 * error if scale.quick else min(3.0 * error, 0.01 * abs(says))
    return Row(quantity, unit, says, gives, says - half, says + half, error, **more)


def table(name: str) -> dict[str, np.ndarray]:
    """A published table by column."""
    with (DATA / f"{name}.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return {key: np.array([float(row[key]) for row in rows]) for key in rows[0]}


def shipped(name: str, **values: object) -> Scenario:
    """A shipped scenario, values changed by dotted path written with __ for the dot."""
    return load_scenario(SCENARIOS / f"{name}.yaml").with_values({key.replace("__", "."): value for key, value in values.items()})


def lived(scenario: Scenario, scale: Scale, users: int, days: int, replication: int = 0, **options) -> LifecycleModel:
    """A model at the end of its days."""
    return LifecycleModel(scenario, users=users, days=days, replication=replication, threads=scale.threads, **options).run()


def mean_and_error(values: Sequence[float] | np.ndarray) -> tuple[float, float]:
    """Mean and its standard error."""
    values = np.asarray(values, float)
    return float(values.mean()), float(values.std(ddof=1) / np.sqrt(len(values))) if len(values) > 1 else float("nan")
