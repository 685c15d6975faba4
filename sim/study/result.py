"""The result of a study: its tables as frames, and the folder that holds them."""

from __future__ import annotations

import contextlib
import csv
import importlib.metadata
import io
import json
import math
import platform
import re
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from sim import ledger
from sim.model import lever_instances
from sim.scenario import Scenario
from sim.study import frames, store
from sim.study.run import WORK, Counts
from sim.study.sources import counted, sources

TABLES = ("summary", "retention", "daily", "cohorts", "ledger")
PACKAGES = ("lifecycle-simulator", "mesa", "numpy", "numba", "scipy", "pandas", "matplotlib")
RESULT_FILE = re.compile(r"[a-z]+\.csv|report\.html|plots/[\w-]+\.(png|svg)", re.ASCII)
DIGITS = 12
"""Significant digits of a number in a table: fewer than the noise of the last bits."""


class Result:
    """What a study found. Every frame has the columns of its CSV file; money is in minor units.

    ``runs[k][r]`` are the counts of scenario k, replication r (``sim.measure``). The first scenario is the baseline.
    """

    def __init__(
        self,
        scenarios: Sequence[Scenario],
        runs: Sequence[Sequence[Counts]],
        command: Sequence[str] = (),
        names: Sequence[str] | None = None,
    ) -> None:
        self.plans = list(scenarios)
        self.runs = runs
        self.command = list(command)
        self.scenarios = list(names or distinct_names(scenarios))
        self.baseline = self.scenarios[0]
        self.seconds = 0.0
        used = sorted({item for plan in scenarios for item in plan.kinds.items()})
        instances = [(name, lever_instances({name: kind})[name]) for name, kind in used]
        self._counters = list(dict.fromkeys(f"{name}_{c}" for name, v in instances for c in (*v.counters, *v.accounts)))
        self._accounts = ledger.accounts({})
        for name, lever in instances:
            self._accounts |= ledger.accounts({name: lever})

    @cached_property
    def summary(self) -> pd.DataFrame:
        """Scenario × metric, with intervals and paired differences against the baseline."""
        return frames.summary(self.scenarios, self.plans, self.runs)

    @cached_property
    def retention(self) -> pd.DataFrame:
        """Scenario × definition × event × start × age, with intervals and numbers at risk."""
        return frames.retention(self.scenarios, self.runs)

    @cached_property
    def daily(self) -> pd.DataFrame:
        """Scenario × replication × day: stocks and counts."""
        return frames.daily(self.scenarios, self.runs, self._counters, self._accounts)

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
        people = [(p.population, p.run.users, p.run.days) for p in self.plans]
        same = [k for k, who in enumerate(people) if who == people[0]]
        if len(same) == len(self.plans):
            return self
        names = [self.scenarios[k] for k in same]
        out = Result([self.plans[k] for k in same], [self.runs[k] for k in same], self.command, names)
        out.seconds = self.seconds
        return out

    def write_tables(self, folder: Path, with_events: bool = False) -> list[Path]:
        """Write the CSV files; each is whole or not there. Raises ``OSError``."""
        written = []
        for name in (*TABLES, *(("events",) if with_events else ())):
            written.append(folder / f"{name}.csv")
            store.write_whole(written[-1], as_csv(getattr(self, name)))
        return written


def begin(folder: Path, result: Result) -> list[str]:
    """Say in the folder that a study is under way; returns the files that an earlier study left there."""
    for place in (folder, folder / "plots", folder / WORK):
        for left_over in [*place.glob(".*.tmp"), *place.glob(".*.part")]:  # of a run that was killed: the folder is ours alone
            with contextlib.suppress(OSError):
                left_over.unlink()
    earlier = _files_of(folder)
    write_manifest(folder, result.manifest | {"finished": False, "files": earlier, "elapsed_seconds": None})
    return earlier


def finish(folder: Path, result: Result, written: Sequence[Path], earlier: Sequence[str]) -> None:
    """Take away what an earlier study wrote and this one did not, and say that the study is finished."""
    files = sorted(path.relative_to(folder).as_posix() for path in written)
    for name in set(earlier) - set(files):
        (folder / name).unlink(missing_ok=True)
    write_manifest(folder, result.manifest | {"files": files})


def _files_of(folder: Path) -> list[str]:
    """The files named by the manifest of a folder; none where it cannot be read. Names that are no result's are left out."""
    try:
        files = json.loads((folder / "manifest.json").read_bytes())["files"]
    except (OSError, ValueError, KeyError, TypeError):
        return []
    return sorted(f for f in files if isinstance(f, str) and RESULT_FILE.fullmatch(f)) if isinstance(files, list) else []


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
