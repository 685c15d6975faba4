"""Running a study: replication by replication across the scenarios, several runs side by side, each kept as soon as it is done."""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

from sim.model import LifecycleModel
from sim.scenario import Scenario
from sim.study import store
from sim.study.kept import KeptRuns, is_whole, place
from sim.study.task import Stopped, Task
from sim.study.truth import worlds
from sim.study.worker import UnknownRun, Worker, WorkerDied

LARGE_RUN = 200_000
"""Users from which on one run uses all threads; smaller runs are lived side by side."""

SMALL_RUN = 5_000
"""Users per worker below which runs side by side are lived in processes; above, threads do as well (``docs/durability.md``)."""

WORTH_PROCESSES = 10.0
"""Seconds of work, on one processor, from which on starting processes pays."""

SECONDS_PER_DAY, SECONDS_PER_USER_DAY = 2e-4, 7e-8
"""What a day of a run takes, roughly: in Python, which only one thread can do at a time, and compiled."""

PATIENCE = 0.5
"""Seconds without a finished run after which progress is told anyway."""

Progress = Callable[[float, int, str], None]
"""Told (runs done, runs in all, what is being done); a large run under way counts for the share of its days that are lived."""


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


Names = list[list[str]]
Truths = list[dict[str, Names]]


def study_tasks(
    scenarios: Sequence[Scenario],
    replications: int,
    list_orders: bool,
    people: bool = False,
    truth: bool = True,
    first: Sequence[int] | None = None,
    list_users: bool = False,
) -> tuple[Names, Truths, dict[str, Task]]:
    """The name of every run by scenario and replication; of the runs that say what experiments are after; and the runs by name.

    Runs come replication by replication. Equal runs of two scenarios have one name, and are lived once. ``first``: each scenario's first
    replication, if not 0.
    """
    kinds = common_kinds(scenarios)
    names: Names = [[] for _ in scenarios]
    behind = [worlds(scenario) if truth else {} for scenario in scenarios]
    truths: Truths = [{experiment: [[], []] for experiment in pairs} for pairs in behind]
    tasks: dict[str, Task] = {}

    def enter(row: list[str], task: Task) -> None:
        row.append(task.key())
        tasks.setdefault(row[-1], task)

    for r in range(replications):
        for k, scenario in enumerate(scenarios):
            place = r + (first[k] if first is not None else 0)
            enter(names[k], Task(scenario, place, kinds, list_orders, people, list_users))
            for experiment, pair in behind[k].items():
                for row, world in zip(truths[k][experiment], pair, strict=True):
                    enter(row, Task(world, place, kinds))
    return names, truths, tasks


def run_study(
    scenarios: Sequence[Scenario],
    replications: int,
    *,
    threads: int | None = None,
    folder: Path | None = None,
    list_orders: bool = False,
    list_users: bool = False,
    people: bool = False,
    truth: bool = True,
    first: Sequence[int] | None = None,
    progress: Progress | None = None,
    owner: tempfile.TemporaryDirectory | None = None,
) -> KeptRuns:
    """The counts of every run, by scenario and replication; with ``people`` each user's outcome, too; with ``truth`` the worlds behind
    experiments; ``first`` is each scenario's first replication, if not 0.

    Finished runs are kept in the ``folder``, and runs found there are not lived again; without one they lie in a temporary folder
    (``owner``, where several studies share it) as long as what is returned. ``KeyboardInterrupt`` stops the runs under way and is raised
    once they have stopped; what was finished is kept. Raises ``OSError`` where the folder cannot be written, or a worker process dies
    twice in the same run.
    """
    threads = threads or cores()
    if folder is None and owner is None:
        owner = tempfile.TemporaryDirectory(prefix="lifecycle-", ignore_cleanup_errors=True)
    at = folder if folder is not None else Path(owner.name)
    names, truths, tasks = study_tasks(scenarios, replications, list_orders, people, truth, first, list_users)
    missing = {name: task for name, task in tasks.items() if not is_whole(at, name)}
    alike = Counter(name for row in [*names, *(row for of in truths for rows in of.values() for row in rows)] for name in row)
    total = sum(alike.values())
    finished = total - sum(alike[name] for name in missing)
    tell = progress or (lambda done, total, doing: None)
    if missing:
        tell(finished, total, "compiling")
        warm_up(next(iter(missing.values())))
    tell(finished, total, "simulating")
    lived, furthest = [0.0], float(finished)
    with contextlib.closing(side_by_side(missing, at, threads, durable=owner is None, lived=lived)) as runs:
        for name in runs:
            finished += alike[name]
            furthest = min(max(furthest, finished + lived[0] if name == "" else finished), total)
            tell(furthest, total, "simulating")
    return KeptRuns(at, names, relive=lambda name: tasks[name].run(), owner=owner, truth=truths)


def side_by_side(
    tasks: Mapping[str, Task], folder: Path, threads: int, durable: bool, lived: list[float] | None = None
) -> Iterator[str]:
    """Live and keep the runs, several at a time; gives each one's name as it is done, and "" now and then while none is.

    ``lived`` holds the share of its days that a large run under way has lived, 0 where there is none.
    Threads and two queues rather than an executor: an interrupt inside ``concurrent.futures.wait`` can leave its locks taken for ever.
    """
    wide = max((task.scenario.run.users for task in tasks.values()), default=0) >= LARGE_RUN
    count = 1 if wide else min(threads, len(tasks))
    todo: SimpleQueue[str] = SimpleQueue()
    done: SimpleQueue[tuple[str, BaseException | None]] = SimpleQueue()
    stop = threading.Event()
    for name in tasks:
        todo.put(name)

    def work(where: _Here) -> None:
        with contextlib.suppress(Empty):
            while not stop.is_set():
                name = todo.get_nowait()
                try:
                    where.live(tasks[name])
                    done.put((name, None))
                except BaseException as error:  # raised by whoever waits for the run
                    done.put((name, error))

    kind = _Apart if worth_processes(tasks.values(), count) else _Here
    places = [kind(folder, durable, stop, threads if wide else 1, lived if wide else None) for _ in range(count)]
    workers = [threading.Thread(target=work, args=(where,)) for where in places]
    try:
        for worker in workers:
            worker.start()
        for _ in tasks:
            while True:
                try:
                    name, error = done.get(timeout=PATIENCE)
                    break
                except Empty:
                    yield ""
            if error is not None:
                raise error
            yield name
    finally:
        stop.set()
        for where in places:
            where.close()
        for worker in workers:
            if worker.is_alive():
                worker.join()
        for where in places:
            where.join()


def worth_processes(tasks: Iterable[Task], workers: int) -> bool:
    """Whether runs side by side are lived in processes: where worlds are small, so that threads wait for Python, and work is long."""
    tasks = list(tasks)
    if workers < 2 or not sys.executable or max(task.scenario.run.users for task in tasks) >= SMALL_RUN * workers:
        return False
    sizes = ((task.scenario.run.days, task.scenario.run.users) for task in tasks)
    return sum(days * (SECONDS_PER_DAY + users * SECONDS_PER_USER_DAY) for days, users in sizes) >= WORTH_PROCESSES


class _Here:
    """Where runs are lived: in a thread of this process, each kept at once."""

    def __init__(self, folder: Path, durable: bool, stop: threading.Event, threads: int, lived: list[float] | None) -> None:
        self._folder, self._durable, self._stop, self._threads, self._lived = folder, durable, stop, threads, lived

    def live(self, task: Task) -> None:
        """Live and keep one run. Raises ``Stopped``, ``OSError``, and whatever is wrong with the run."""
        store.save(place(self._folder, task.key()), task.run(self._threads, self._stop, self._lived), self._durable)
        if self._lived is not None:
            self._lived[0] = 0.0

    def close(self) -> None:
        """Say that nothing more comes. The run under way is given up, because ``stop`` is set."""

    def join(self) -> None:
        """Wait for the end."""


class _Apart(_Here):
    """In a process of its own, which is started anew where it dies; a run in which it dies twice is given up."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._worker = Worker()

    def live(self, task: Task) -> None:
        file = place(self._folder, task.key())
        for last in (False, True):
            try:
                return self._worker.live(task, file, self._durable)
            except UnknownRun:
                return super().live(task)
            except WorkerDied:
                if self._stop.is_set():
                    raise Stopped from None
                if last:
                    raise
                self._worker.join()
                self._worker = Worker()
                if self._stop.is_set():  # whoever stopped us may have closed the old one
                    self._worker.close()

    def close(self) -> None:
        self._worker.close()

    def join(self) -> None:
        self._worker.join()


def warm_up(task: Task) -> None:
    """Compile the loop once, before several workers want it."""
    small = task.scenario.with_values({"run.users": 8, "run.days": 1, "population.friends.degree": 0})
    LifecycleModel(small, kinds=dict(task.kinds)).step()
