"""The result of a study: its tables as frames, and the folder that holds them."""

from __future__ import annotations

import csv
import importlib.metadata
import io
import json
import math
import platform
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from sim import ledger
from sim.model import lever_instances
from sim.scenario import Scenario
from sim.study import frames, store
from sim.study.run import Counts, common_kinds
from sim.study.sources import counted, sources

TABLES = ("summary", "retention", "daily", "cohorts", "ledger")
PACKAGES = ("lifecycle-simulator", "mesa", "numpy", "numba", "scipy", "pandas", "matplotlib")
DIGITS = 12
"""Significant digits of a number in a table: fewer than the noise of the last bits."""


class Result:
    """What a study found. Every frame has the columns of its CSV file; money is in minor units.

    ``runs[k][r]`` are the counts of scenario k, replication r (``sim.measure``). The first scenario is the baseline.
    """

    def __init__(self, scenarios: Sequence[Scenario], runs: Sequence[Sequence[Counts]], command: Sequence[str] = ()) -> None:
        self.plans = list(scenarios)
        self.runs = runs
        self.command = list(command)
        self.scenarios = distinct_names(scenarios)
        self.baseline = self.scenarios[0]
        self.seconds = 0.0
        instances: dict[str, Any] = {}
        for plan in scenarios:
            instances |= lever_instances(plan.kinds)
        if common_kinds(scenarios):
            instances = lever_instances(dict(common_kinds(scenarios)))
        self._accounts = ledger.accounts(dict(sorted(instances.items())))

    @cached_property
    def summary(self) -> pd.DataFrame:
        """Scenario × metric, with intervals and paired differences against the baseline."""
        return frames.summary(self.scenarios, self.plans, self.runs, self._accounts)

    @cached_property
    def retention(self) -> pd.DataFrame:
        """Scenario × definition × event × start × age, with intervals and numbers at risk."""
        return frames.retention(self.scenarios, self.runs)

    @cached_property
    def daily(self) -> pd.DataFrame:
        """Scenario × replication × day: stocks and counts."""
        return frames.daily(self.scenarios, self.runs, self._accounts)

    @cached_property
    def cohorts(self) -> pd.DataFrame:
        """Scenario × week of registration × week of age."""
        return frames.cohorts(self.scenarios, self.runs)

    @cached_property
    def ledger(self) -> pd.DataFrame:
        """Scenario × replication × account, in minor units."""
        return frames.ledger(self.scenarios, self.runs, self._accounts)

    @cached_property
    def events(self) -> pd.DataFrame:
        """One row an order, where orders were listed. Raises ``KeyError`` where they were not."""
        return frames.events(self.scenarios, self.runs)

    @property
    def accounts(self) -> pd.DataFrame:
        """Every account: its kind and its meaning."""
        return pd.DataFrame([(n, k, m) for n, (k, m) in self._accounts.items()], columns=["account", "kind", "meaning"])

    @cached_property
    def assumptions(self) -> pd.DataFrame:
        """Scenario × parameter in force: value, source, grade, and whether it is an assumption."""
        return frames.assumptions(
            self.scenarios, self.plans, {n: sources(p) for n, p in zip(self.scenarios, self.plans, strict=True)}
        )

    @property
    def questions(self) -> dict[str, tuple[str, str, str]]:
        """For each scenario its question, recorded finding and description."""
        return {n: (p.question, p.finding, p.description) for n, p in zip(self.scenarios, self.plans, strict=True)}

    @property
    def manifest(self) -> dict[str, Any]:
        """What was run, and with what."""
        first = self.plans[0]
        return {
            "finished": True,
            "command": self.command,
            "baseline": self.baseline,
            "seed": first.run.seed,
            "replications": len(self.runs[0]) if self.runs else first.run.replications,
            "users": first.run.users,
            "days": first.run.days,
            "economics": first.economics.model_dump(mode="json"),
            "scenarios": {
                name: {"sha256": plan.digest(), "assumptions": counted(plan), "resolved": plan.resolved()}
                for name, plan in zip(self.scenarios, self.plans, strict=True)
            },
            "versions": versions(),
            "elapsed_seconds": round(self.seconds, 3),
        }

    def comparable(self) -> Result:
        """This result without the scenarios whose people are not the baseline's: those cannot be drawn in one figure."""
        first = self.plans[0]
        same = [k for k, p in enumerate(self.plans) if (p.population, p.run.users, p.run.days) == (first.population, first.run.users, first.run.days)]
        if len(same) == len(self.plans):
            return self
        out = Result([self.plans[k] for k in same], [self.runs[k] for k in same], self.command)
        out.seconds = self.seconds
        return out

    def write_tables(self, folder: Path, with_events: bool = False) -> list[Path]:
        """Write the CSV files; each is whole or not there. Raises ``OSError``."""
        written = []
        for name in (*TABLES, *(("events",) if with_events else ())):
            written.append(folder / f"{name}.csv")
            store.write_whole(written[-1], as_csv(getattr(self, name)))
        return written


def begin(folder: Path, result: Result) -> None:
    """Say in the folder that a study is under way."""
    write_manifest(folder, result.manifest | {"finished": False, "elapsed_seconds": None})


def write_manifest(folder: Path, manifest: dict[str, Any]) -> None:
    """Write ``manifest.json``."""
    store.write_whole(folder / "manifest.json", (json.dumps(manifest, indent=1, ensure_ascii=False) + "\n").encode())


def as_csv(frame: pd.DataFrame) -> bytes:
    """A frame as CSV: UTF-8, decimal point, no index, nothing for a missing number, 12 significant digits."""
    columns = []
    for name in frame.columns:
        values = frame[name].tolist()
        if frame[name].dtype.kind == "f":
            values = ["" if math.isnan(v) else f"{v:.{DIGITS}g}" for v in values]
        columns.append(values)
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(frame.columns)
    writer.writerows(zip(*columns, strict=True))
    return text.getvalue().encode()


def distinct_names(scenarios: Sequence[Scenario]) -> list[str]:
    """The scenarios' names, told apart by a number where two are called the same."""
    names: list[str] = []
    for scenario in scenarios:
        name, k = scenario.name, 1
        while name in names:
            k += 1
            name = f"{scenario.name} ({k})"
        names.append(name)
    return names


def versions() -> dict[str, str]:
    """Python's and the packages' versions."""
    out = {"python": platform.python_version()}
    for package in PACKAGES:
        try:
            out[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            out[package] = "not installed"
    return out
