"""Running a study: replication by replication across the scenarios, several runs side by side, each kept as soon as it is done."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from pathlib import Path

import numpy as np

from sim.model import LifecycleModel
from sim.scenario import Scenario
from sim.study import store
from sim.study.task import Task

LARGE_RUN = 200_000
"""Users from which on one run uses all threads; smaller runs are lived side by side, a thread each."""

WORK = ".runs"
"""Folder of a result in which finished runs are kept."""

Counts = dict[str, np.ndarray]
Progress = Callable[[int, int, str], None]
"""Told (runs done, runs in all, what is being done)."""


def cores() -> int:
    """Processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def common_kinds(scenarios: Sequence[Scenario]) -> tuple[tuple[str, str], ...]:
    """The levers of all scenarios, by instance; none where two scenarios mean different levers by one name."""
    kinds: dict[str, str] = {}
    for scenario in scenarios:
        for name, kind in scenario.kinds.items():
            if kinds.setdefault(name, kind) != kind:
                return ()
    return tuple(sorted(kinds.items()))


def run_study(
    scenarios: Sequence[Scenario],
    replications: int,
    *,
    threads: int | None = None,
    folder: Path | None = None,
    list_orders: bool = False,
    progress: Progress | None = None,
) -> list[list[Counts]]:
    """The counts of every run, by scenario and replication.

    With a ``folder``, finished runs are kept in it, and runs found there are not lived again. ``KeyboardInterrupt`` stops the
    runs under way and is raised once they have stopped; what was finished is kept. Raises ``OSError`` where the folder cannot be written.
    """
    threads = threads or cores()
    kinds = common_kinds(scenarios)
    names: dict[tuple[int, int], str] = {}
    tasks: dict[str, Task] = {}  # equal runs of two scenarios have one name, and are lived once
    for r in range(replications):
        for k, scenario in enumerate(scenarios):
            task = Task(scenario, r, kinds, list_orders)
            names[k, r] = task.key()
            tasks.setdefault(names[k, r], task)
    counts = _found_in(folder, tasks) if folder is not None else {}
    missing = [name for name in tasks if name not in counts]

    def tell(doing: str) -> None:
        if progress is not None:
            progress(sum(name in counts for name in names.values()), len(names), doing)

    if missing:
        tell("compiling")
        _warm_up(tasks[missing[0]])
    wide = max((s.run.users for s in scenarios), default=0) >= LARGE_RUN
    stop = threading.Event()
    waiting: dict[Future, str] = {}
    with ThreadPoolExecutor(1 if wide else threads) as pool:
        try:
            for name in missing:
                waiting[pool.submit(_live, tasks[name], folder, threads if wide else 1, stop)] = name
            tell("simulating")
            while waiting:
                done, _ = wait(waiting, timeout=0.5, return_when=FIRST_COMPLETED)
                for future in done:
                    counts[waiting.pop(future)] = future.result()
                tell("simulating")
        except BaseException:
            stop.set()
            for future in waiting:
                future.cancel()
            raise
    return [[counts[names[k, r]] for r in range(replications)] for k in range(len(scenarios))]


def _live(task: Task, folder: Path | None, threads: int, stop: threading.Event) -> Counts:
    """Live one run and keep it at once, so that an interrupt loses no run that was finished."""
    counts = task.run(threads, stop)
    if folder is not None:
        store.save(_place(folder, task.key()), counts)
    return counts


def _place(folder: Path, name: str) -> Path:
    return folder / WORK / f"{name}.run"


def _found_in(folder: Path, names: Iterable[str]) -> dict[str, Counts]:
    """The kept runs among these; what is damaged is left out, to be lived again."""
    found = {}
    for name in names:
        with contextlib.suppress(FileNotFoundError, store.DamagedFile):
            found[name] = store.load(_place(folder, name))
    return found


def _warm_up(task: Task) -> None:
    """Compile the loop once, before several threads want it."""
    small = task.scenario.with_values({"run.users": 8, "run.days": 1, "population.friends.degree": 0})
    LifecycleModel(small, kinds=dict(task.kinds)).step()
