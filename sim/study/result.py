"""The result of a study: its tables as frames, and as CSV files."""

from __future__ import annotations

import importlib.metadata
import platform
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from sim import ledger
from sim.counters import CORE_COUNTERS
from sim.model import lever_instances
from sim.scenario import Scenario
from sim.study import churn, experiments, export, frames, store
from sim.study.metrics import Counts
from sim.study.sources import counted, sources
from sim.study.tally import Tally
from sim.study.text import as_csv
from sim.study.uncertainty import Uncertainty

TABLES = ("summary", "retention", "daily", "cohorts", "ledger", "segments", "flows", "funnel", "cashflow", "churn", "reasons")
PACKAGES = ("lifecycle-simulator", "mesa", "numpy", "numba", "scipy", "pandas", "matplotlib")
LARGE_TABLE = 20_000_000
"""Numbers from which on ``daily`` is not held in memory for drawing."""


class Result:
    """What a study found. Every frame has the columns of its CSV file; money is in minor units.

    ``runs[k][r]`` are the counts of scenario k, replication r (``sim.measure``); nothing here holds more than one of them at a time.
    The first scenario is the baseline.
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
        self.asked: dict[str, bool | int] = {}
        """What was asked for beside the tables that every study gives: events, users, whether as Parquet, twin, shapley, and how many sets
        for uncertainty."""
        self._truth = list(getattr(runs, "truth", ())) or [{} for _ in self.plans]
        self.uplift: pd.DataFrame | None = None
        self.shapley: pd.DataFrame | None = None
        """Scenario × lever: with it against without it (``sim.study.twin``), and its part of the gain (``sim.study.shapley``); None where
        that was not asked for."""
        self.uncertainty: Uncertainty | None = None
        """What not knowing the parameters does to the results (``sim.study.uncertainty``); None where that was not asked for."""
        used = sorted({item for plan in scenarios for item in plan.kinds.items()})
        instances = [(name, lever_instances({name: kind})[name]) for name, kind in used]
        self._counters = list(dict.fromkeys(f"{name}_{c}" for name, v in instances for c in (*v.counted, *v.accounts)))
        self._accounts = ledger.accounts({})
        for name, lever in instances:
            self._accounts |= ledger.accounts({name: lever})

    @cached_property
    def _tallies(self) -> list[Tally]:
        for _ in self.blocks(with_daily=False):
            """Going through all runs makes the tallies."""
        return self.__dict__["_tallies"]

    @cached_property
    def summary(self) -> pd.DataFrame:
        """Scenario × metric, with intervals and paired differences against the baseline."""
        return frames.summary(self.scenarios, self._tallies)

    @cached_property
    def retention(self) -> pd.DataFrame:
        """Scenario × definition × event × start × age, with intervals and numbers at risk."""
        return _stacked(frames.retention(*one) for one in zip(self.scenarios, self._tallies, strict=True))

    @cached_property
    def daily(self) -> pd.DataFrame:
        """Scenario × replication × day: stocks and counts."""
        return _stacked(frame for table, frame in self.blocks() if table == "daily")

    @cached_property
    def cohorts(self) -> pd.DataFrame:
        """Scenario × week of registration × week of age."""
        return _stacked(frames.cohorts(*one) for one in zip(self.scenarios, self._tallies, strict=True))

    @cached_property
    def ledger(self) -> pd.DataFrame:
        """Scenario × replication × account, in minor units."""
        return _stacked(frames.ledger(*one, self._accounts) for one in zip(self.scenarios, self._tallies, strict=True))

    @cached_property
    def segments(self) -> pd.DataFrame:
        """Scenario × group × segment × metric at the end, with intervals and paired differences against the baseline."""
        return _stacked(frames.segments(*one, self._tallies[0]) for one in zip(self.scenarios, self._tallies, strict=True))

    @cached_property
    def flows(self) -> pd.DataFrame:
        """Scenario × snapshot × stage × stage: how many users went from one to the other."""
        return _stacked(tally.flows.frame(name) for name, tally in zip(self.scenarios, self._tallies, strict=True))

    @cached_property
    def funnel(self) -> pd.DataFrame:
        """Scenario × acquisition channel: users reached, signed up, ordering once and twice, and what was spent on them."""
        return _stacked(tally.funnel.frame(name) for name, tally in zip(self.scenarios, self._tallies, strict=True))

    @cached_property
    def cashflow(self) -> pd.DataFrame:
        """Scenario × day: what came in and went out, and the contribution so far of each user so far."""
        return _stacked(tally.cashflow.frame(name) for name, tally in zip(self.scenarios, self._tallies, strict=True))

    @cached_property
    def churn(self) -> pd.DataFrame:
        """Scenario × trait or behaviour: hazard ratio of falling silent, estimated from what a platform sees (``sim.study.churn``)."""
        for _ in self.blocks(with_daily=False, with_churn=True):
            """Going through all runs makes it."""
        return self.__dict__["churn"]

    @cached_property
    def reasons(self) -> pd.DataFrame:
        """Scenario × group × segment × reason: who has left for good, and why, which only a simulator knows (``sim.study.reasons``)."""
        return _stacked(tally.leavers.frame(name) for name, tally in zip(self.scenarios, self._tallies, strict=True))

    @cached_property
    def policies(self) -> pd.DataFrame:
        """Scenario × replication × action of a policy; empty where no policy acts."""
        return self._gathered("policies", frames.policies("", 0, {}, self.plans[0]))

    @cached_property
    def experiments(self) -> pd.DataFrame:
        """Scenario × experiment × metric × replication: the platform's read-out beside the truth; empty where there is no experiment."""
        return self._gathered("experiments", pd.DataFrame(columns=list(experiments.COLUMNS)))

    def _gathered(self, table: str, empty: pd.DataFrame) -> pd.DataFrame:
        if table not in self.tables:  # going through all runs for nothing takes its time
            return empty
        parts = [frame for name, frame in self.blocks(with_daily=False) if name == table and not frame.empty]
        return _stacked(parts) if parts else empty

    @property
    def tables(self) -> tuple[str, ...]:
        """The tables that every run of this study gives."""
        policies = ("policies",) if any(plan.policies for plan in self.plans) else ()
        return (*TABLES, *policies, *(("experiments",) if any(plan.experiments for plan in self.plans) else ()))

    @cached_property
    def events(self) -> pd.DataFrame:
        """One row an order, where orders were listed. Raises ``KeyError`` where they were not."""
        return _stacked(frame for table, frame in self.blocks(with_daily=False, with_events=True) if table == "events")

    @cached_property
    def users(self) -> pd.DataFrame:
        """One row a user, where users were listed. Raises ``KeyError`` where they were not."""
        return _stacked(frame for table, frame in self.blocks(with_daily=False, with_users=True) if table == "users")

    def blocks(
        self, with_daily: bool = True, with_events: bool = False, with_users: bool = False, with_churn: bool = False
    ) -> Iterator[tuple[str, pd.DataFrame]]:
        """Every table in pieces, (table, rows), in the order of its rows; goes through the runs once and holds one of them at a time."""
        tallies: list[Tally] = []
        found: list[pd.DataFrame] = []
        tables = self.tables
        for name, plan, row, truth in zip(self.scenarios, self.plans, self.runs, self._truth, strict=True):
            tally, readouts, lines = Tally(plan), experiments.Readouts(name, plan), churn.Lines()
            for replication in range(len(row)):
                counts = row[replication]
                tally.add(counts)
                readouts.add(counts)
                if with_churn:
                    lines.add(counts)
                if "policies" in tables:
                    yield "policies", frames.policies(name, replication, counts, plan)
                if with_daily:
                    yield "daily", frames.daily(name, replication, counts, self._counters, self._accounts)
                if with_events:
                    for some in frames.events(name, replication, counts, plan):
                        yield "events", some
                if with_users:
                    for some in export.users(name, replication, counts, plan):
                        yield "users", some
                del counts  # before the next run is read
            tallies.append(tally)
            yield "retention", frames.retention(name, tally)
            yield "cohorts", frames.cohorts(name, tally)
            yield "ledger", frames.ledger(name, tally, self._accounts)
            yield "segments", frames.segments(name, tally, tallies[0])
            yield "flows", tally.flows.frame(name)
            yield "funnel", tally.funnel.frame(name)
            yield "cashflow", tally.cashflow.frame(name)
            yield "reasons", tally.leavers.frame(name)
            if with_churn:
                found.append(churn.hazards(name, lines, plan))
                yield "churn", found[-1]
            if "experiments" in tables:
                yield "experiments", readouts.frame(truth)
        self.__dict__["_tallies"] = tallies
        if with_churn:
            self.__dict__["churn"] = _stacked([frame for frame in found if not frame.empty] or found[:1])
        yield "summary", self.summary

    @property
    def accounts(self) -> pd.DataFrame:
        """Every account: its kind and its meaning."""
        return pd.DataFrame([(n, k, m) for n, (k, m) in self._accounts.items()], columns=["account", "kind", "meaning"])

    @cached_property
    def assumptions(self) -> pd.DataFrame:
        """Scenario × parameter in force: value, source, grade, and whether it is an assumption."""
        return frames.assumptions(
            self.scenarios, {n: sources(p) for n, p in zip(self.scenarios, self.plans, strict=True)}
        )

    @property
    def questions(self) -> dict[str, tuple[str, str, str]]:
        """For each scenario its question, recorded finding and description."""
        return {n: (p.question, p.finding, p.description) for n, p in zip(self.scenarios, self.plans, strict=True)}

    @cached_property
    def _scenarios(self) -> dict[str, dict[str, Any]]:
        """The manifest's entries of the scenarios."""
        return {
            name: {"sha256": plan.digest(), "assumptions": counted(plan), "resolved": plan.resolved()}
            for name, plan in zip(self.scenarios, self.plans, strict=True)
        }

    @property
    def manifest(self) -> dict[str, Any]:
        """What was run, and with what."""
        first = self.plans[0]
        return {
            "finished": True,
            "command": self.command,
            "asked": self.asked,
            "baseline": self.baseline,
            "seed": first.run.seed,
            "replications": len(self.runs[0]) if self.runs else first.run.replications,
            "users": first.run.users,
            "days": first.run.days,
            "economics": first.economics.model_dump(mode="json"),
            "scenarios": self._scenarios,
            "versions": versions(),
            "elapsed_seconds": round(self.seconds, 3),
        }

    def comparable(self) -> Result:
        """What can be drawn in one figure: this result without the scenarios whose people are not the baseline's.

        A ``daily`` too large for memory is condensed: the last day run by run, each other day summed over the runs.
        """
        people = [(p.population, p.run.users, p.run.days) for p in self.plans]
        same = [k for k, who in enumerate(people) if who == people[0]]
        days = sum(len(self.runs[k]) * (self.plans[k].run.days + 1) for k in same)
        large = days * (len(self._counters) + len(CORE_COUNTERS)) > LARGE_TABLE
        if len(same) == len(self.plans) and not large:
            return self
        names = [self.scenarios[k] for k in same]
        out = Result([self.plans[k] for k in same], [self.runs[k] for k in same], self.command, names)
        out.seconds = self.seconds
        out._truth = [self._truth[k] for k in same]
        if "churn" in self.__dict__:
            out.__dict__["churn"] = self.churn[self.churn["scenario"].isin(names)]
        for name in ("uplift", "shapley"):
            if getattr(self, name) is not None:
                setattr(out, name, getattr(self, name)[getattr(self, name)["scenario"].isin(names)])
        if self.uncertainty is not None:
            out.uncertainty = self.uncertainty.of(names)
        out.__dict__["_tallies"] = [self._tallies[k] for k in same]
        if large:
            out.__dict__["daily"] = _stacked(frames.condensed_daily(*one) for one in zip(names, out._tallies, strict=True))
        return out

    def write_tables(self, folder: Path, with_events: bool = False, with_users: bool = False, parquet: bool = False) -> list[Path]:
        """Write the CSV files, row block by row block, events and users as Parquet where asked; each is whole or not there.

        Raises ``OSError``, ``NoParquet``.
        """
        if parquet:
            export.need_parquet()
        listed = [table for table, wanted in (("events", with_events), ("users", with_users)) if wanted]
        written = {table: folder / f"{table}.csv" for table in (*self.tables, *listed)}
        written |= {table: folder / f"{table}.parquet" for table in listed if parquet}
        with ExitStack() as all_or_none:
            files = {table: all_or_none.enter_context(store.written_whole(path)) for table, path in written.items()}
            columns = {table: export.Parquet(files[table]) for table in listed if parquet}
            begun: set[str] = set()
            for table, rows in self.blocks(with_events=with_events, with_users=with_users, with_churn=True):
                if table in columns:
                    columns[table].add(rows)
                else:
                    files[table].write(as_csv(rows, header=table not in begun))
                    begun.add(table)
            for file in columns.values():
                file.close()
        for name in ("uplift", "shapley"):
            if getattr(self, name) is not None:
                written[name] = folder / f"{name}.csv"
                store.write_whole(written[name], as_csv(getattr(self, name)))
        for name, frame in (self.uncertainty.frames if self.uncertainty is not None else {}).items():
            written[name] = folder / f"{name}.csv"
            store.write_whole(written[name], as_csv(frame))
        return list(written.values())

    def csv(self, with_events: bool = False, with_users: bool = False) -> Iterator[tuple[str, bytes]]:
        """The CSV files in pieces: (table, bytes that come next)."""
        begun: set[str] = set()
        for table, rows in self.blocks(with_events=with_events, with_users=with_users, with_churn=True):
            yield table, as_csv(rows, header=table not in begun)
            begun.add(table)


def _stacked(parts: Iterable[pd.DataFrame]) -> pd.DataFrame:
    return pd.concat(list(parts), ignore_index=True)


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


@cache
def versions() -> dict[str, str]:
    """Python's and the packages' versions."""
    out = {"python": platform.python_version()}
    for package in PACKAGES:
        try:
            out[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            out[package] = "not installed"
    return out
