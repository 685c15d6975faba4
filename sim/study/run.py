"""Running a study: replication by replication across the scenarios, several runs side by side, each kept as soon as it is done."""

from __future__ import annotations

import contextlib
import os
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from queue import Empty, SimpleQueue

import numpy as np

from sim.model import LifecycleModel
from sim.scenario import Scenario
from sim.study import store
from sim.study.task import Task

LARGE_RUN = 200_000
"""Users from which on one run uses all threads; smaller runs are lived side by side, a thread each."""

PATIENCE = 0.5
"""Seconds without a finished run after which progress is told anyway."""

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
    missing = {name: task for name, task in tasks.items() if name not in counts}
    alike = Counter(names.values())
    finished = sum(alike[name] for name in counts)
    tell = progress or (lambda done, total, doing: None)
    if missing:
        tell(finished, len(names), "compiling")
        _warm_up(next(iter(missing.values())))
    tell(finished, len(names), "simulating")
    with contextlib.closing(_side_by_side(missing, folder, threads)) as runs:
        for name, found in runs:
            if name is not None:
                counts[name] = found
                finished += alike[name]
            tell(finished, len(names), "simulating")
    return [[counts[names[k, r]] for r in range(replications)] for k in range(len(scenarios))]


def _side_by_side(tasks: Mapping[str, Task], folder: Path | None, threads: int) -> Iterator[tuple[str | None, Counts]]:
    """Live the runs, several at a time; gives each with its name as it is done, and (None, {}) now and then while none is.

    Threads and two queues rather than an executor: an interrupt inside ``concurrent.futures.wait`` can leave its locks taken for ever.
    """
    wide = max((task.scenario.run.users for task in tasks.values()), default=0) >= LARGE_RUN
    todo: SimpleQueue[str] = SimpleQueue()
    done: SimpleQueue[tuple[str, Counts | BaseException]] = SimpleQueue()
    stop = threading.Event()
    for name in tasks:
        todo.put(name)

    def work() -> None:
        with contextlib.suppress(Empty):
            while not stop.is_set():
                name = todo.get_nowait()
                try:
                    done.put((name, _live(tasks[name], folder, threads if wide else 1, stop)))
                except BaseException as error:  # raised by whoever waits for the run
                    done.put((name, error))

    workers = [threading.Thread(target=work) for _ in range(1 if wide else min(threads, len(tasks)))]
    try:
        for worker in workers:
            worker.start()
        for _ in tasks:
            while True:
                try:
                    name, found = done.get(timeout=PATIENCE)
                    break
                except Empty:
                    yield None, {}
            if isinstance(found, BaseException):
                raise found
            yield name, found
    finally:
        stop.set()
        for worker in workers:
            if worker.is_alive():
                worker.join()


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
