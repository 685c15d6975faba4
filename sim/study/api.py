"""``simulate`` and ``compare``: a study in one call."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from sim.scenario import Scenario, load_scenario
from sim.study.export import need_parquet
from sim.study.folder import begin, finish
from sim.study.kept import WORK
from sim.study.lock import alone
from sim.study.result import Result
from sim.study.run import Progress, run_study
from sim.study.shapley import shapley as shapley_values
from sim.study.twin import uplift
from sim.study.uncertainty import uncertainty as carried_through
from sim.study.whole import parts_of, sizes

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
    list_users: bool = False,
    parquet: bool = False,
    twin: bool = False,
    shapley: bool = False,
    uncertainty: int = 0,
    progress: Progress | None = None,
    command: Sequence[str] = (),
    draw: Callable[[Result, Path], Iterable[Path]] | None = None,
) -> Result:
    """Compare scenarios with the first, on the same people with the same luck.

    ``users``, ``days``, ``replications`` and ``seed`` override what the scenarios say; replications and seed are the first
    scenario's for all. With ``twin``, everybody also lives without each lever (``sim.study.twin``); with ``shapley``,
    with every combination of them (``sim.study.shapley``); with ``uncertainty``, all scenarios are also lived with so many sets of
    parameters (``sim.study.uncertainty``; at least 2). With ``list_orders`` the result has ``events``, a row an order, and with
    ``list_users`` it has ``users``, a row a user; in a folder they are CSV, with ``parquet`` Parquet. With a ``folder``, finished runs are
    kept there and found again, and the tables are written to it; ``draw`` then
    adds its own files and returns their paths, before the folder says that it is finished. Raises ``ScenarioError`` for a bad scenario or
    option, ``ValueError`` without a scenario, ``NoParquet`` where pyarrow is not installed, ``FolderInUse`` where another study is writing
    to the folder, ``OSError``.
    """
    if uncertainty and uncertainty < 2:
        raise ValueError("uncertainty: give at least 2 parameter sets")
    if parquet:
        need_parquet()
    if not scenarios:
        raise ValueError("nothing to compare: give at least one scenario")
    plans = [s if isinstance(s, Scenario) else load_scenario(s) for s in scenarios]
    given = {f"run.{k}": v for k, v in zip(RUN, (users, days, replications, seed), strict=True) if v is not None}
    if given:
        plans = [p.with_values(given) for p in plans]
    first = plans[0].run
    shared = {"run.seed": first.seed, "run.replications": first.replications}
    plans = [p if (p.run.seed, p.run.replications) == tuple(shared.values()) else p.with_values(shared) for p in plans]
    people = (twin or shapley) and any(p.levers for p in plans)
    parts = parts_of(progress, sizes(plans, twin and people, shapley and people, uncertainty))
    options = {"threads": threads, "list_orders": list_orders, "list_users": list_users}
    started = time.monotonic()
    if folder is None:
        options["owner"] = tempfile.TemporaryDirectory(prefix="lifecycle-", ignore_cleanup_errors=True)
        result = Result(plans, run_study(plans, first.replications, people=people, progress=next(parts), **options), command)
        _compare_worlds(result, plans, twin and people, shapley and people, uncertainty, options, parts)
        result.seconds = time.monotonic() - started
        return result
    at = Path(folder)
    with alone(at / WORK):
        begun = Result(plans, [], command)
        begun.asked = {"events": list_orders, "users": list_users, "parquet": parquet}
        begun.asked |= {"twin": twin and people, "shapley": shapley and people, "uncertainty": uncertainty}
        earlier = begin(at, begun)
        runs = run_study(plans, first.replications, folder=at, people=people, progress=next(parts), **options)
        result = Result(plans, runs, command)
        result.asked = begun.asked
        _compare_worlds(result, plans, twin and people, shapley and people, uncertainty, {**options, "folder": at}, parts)
        if progress is not None:
            progress(1, 1, "writing")
        written = [*result.write_tables(at, list_orders, list_users, parquet), *(draw(result, at) if draw else ())]
        result.seconds = time.monotonic() - started
        finish(at, result, written, earlier)
    return result


def _compare_worlds(
    result: Result,
    plans: Sequence[Scenario],
    twin: bool,
    shapley: bool,
    uncertainty: int,
    options: dict[str, Any],
    parts: Iterator[Progress | None],
) -> None:
    """Fill in what needs worlds with other levers, or other parameters, than the scenarios'; ``parts``: the progress of each."""
    replications = plans[0].run.replications
    if twin:
        result.uplift = uplift(result.scenarios, plans, replications, progress=next(parts), **options)
    if shapley:
        options = {k: v for k, v in options.items() if k not in ("list_orders", "list_users")}
        pulled = [(name, plan) for name, plan in zip(result.scenarios, plans, strict=True) if plan.levers]
        found = [shapley_values(name, plan, replications, progress=next(parts), **options) for name, plan in pulled]
        result.shapley = pd.concat(found, ignore_index=True)
    if uncertainty:
        options = {k: v for k, v in options.items() if k not in ("list_orders", "list_users")}
        result.uncertainty = carried_through(result.scenarios, plans, replications, uncertainty, progress=next(parts), **options)
