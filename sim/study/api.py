"""``simulate`` and ``compare``: a study in one call."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sim.scenario import Scenario, load_scenario
from sim.study.result import Result, begin, write_manifest
from sim.study.run import Progress, run_study

RUN = ("users", "days", "replications", "seed")


def simulate(scenario: Scenario | str | os.PathLike[str], **options: Any) -> Result:
    """Simulate one scenario; options as in ``compare``."""
    return compare([scenario], **options)


def compare(
    scenarios: Sequence[Scenario | str | os.PathLike[str]],
    *,
    users: int | None = None,
    days: int | None = None,
    replications: int | None = None,
    seed: int | None = None,
    threads: int | None = None,
    folder: str | os.PathLike[str] | None = None,
    list_orders: bool = False,
    progress: Progress | None = None,
    command: Sequence[str] = (),
) -> Result:
    """Compare scenarios with the first, on the same people with the same luck.

    ``users``, ``days``, ``replications`` and ``seed`` override what the scenarios say; replications and seed are the first
    scenario's for all. With a ``folder``, finished runs are kept there and found again, and the tables are written to it. Raises
    ``ScenarioError`` for a bad scenario or option, ``ValueError`` without a scenario.
    """
    if not scenarios:
        raise ValueError("nothing to compare: give at least one scenario")
    plans = [s if isinstance(s, Scenario) else load_scenario(s) for s in scenarios]
    given = {f"run.{k}": v for k, v in zip(RUN, (users, days, replications, seed), strict=True) if v is not None}
    if given:
        plans = [p.with_values(given) for p in plans]
    first = plans[0].run
    plans = [p if p.run.seed == first.seed else p.with_values({"run.seed": first.seed}) for p in plans]
    at = Path(folder) if folder is not None else None
    started = time.monotonic()
    if at is not None:
        begin(at, Result(plans, [], command))
    runs = run_study(
        plans, first.replications, threads=threads, folder=at, list_orders=list_orders, progress=progress
    )
    result = Result(plans, runs, command)
    if at is not None:
        result.write_tables(at, with_events=list_orders)
    result.seconds = time.monotonic() - started
    if at is not None:
        write_manifest(at, result.manifest)
    return result
