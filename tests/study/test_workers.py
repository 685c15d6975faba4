"""Runs side by side: how many are in memory at once, when they are lived in processes, and what happens when one of those dies."""

from __future__ import annotations

import errno
import gc
import weakref
from pathlib import Path

import pytest

from sim import compare, load_scenario
from sim.study import run as study_run
from sim.study import store, worker
from sim.study.kept import place
from sim.study.result import Result
from sim.study.run import worth_processes
from sim.study.task import Task

TABLES = ("summary", "retention", "daily", "cohorts", "ledger", "events")


def tables(folder: Path) -> dict[str, bytes]:
    return {name: (folder / f"{name}.csv").read_bytes() for name in TABLES}


class Watched(dict):
    """Counts of which we know how many are alive."""

    alive: weakref.WeakSet = weakref.WeakSet()
    most = 0

    def __init__(self, counts: dict) -> None:
        super().__init__(counts)
        Watched.alive.add(self)
        Watched.most = max(Watched.most, len(Watched.alive))

    __hash__ = object.__hash__


@pytest.fixture
def watched(monkeypatch) -> type[Watched]:
    """Every run's counts from here on, lived or read."""
    live, load = Task.run, store.load
    monkeypatch.setattr(Task, "run", lambda self, *arguments: Watched(live(self, *arguments)))
    monkeypatch.setattr(store, "load", lambda path: Watched(load(path)))
    gc.collect()
    Watched.most = 0
    return Watched


@pytest.fixture
def in_processes(monkeypatch) -> None:
    """However small the study, its runs are lived in processes."""
    monkeypatch.setattr(study_run, "WORTH_PROCESSES", 0.0)


@pytest.fixture(scope="module")
def undisturbed(scenarios, tmp_path_factory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("undisturbed")
    compare(scenarios, folder=folder, replications=3, threads=2, list_orders=True)
    return tables(folder)


# ---- memory


@pytest.mark.parametrize("workers", [1, 3])
def test_a_study_holds_the_counts_of_one_run_per_worker_and_none_afterwards(scenarios, tmp_path, watched, workers):
    compare(scenarios, folder=tmp_path, users=40, days=9, replications=12, threads=workers, list_orders=True)
    assert 1 <= watched.most <= workers
    assert len(watched.alive) == 0


def test_the_frames_of_a_study_without_a_folder_are_made_with_one_run_in_memory(scenarios, watched):
    result = compare(scenarios, users=40, days=9, replications=6, threads=1)
    assert len(watched.alive) == 0
    assert len(result.daily) == 2 * 6 * 10 and len(result.ledger) % 12 == 0
    assert not result.retention.empty and not result.summary.empty
    assert watched.most == 1 and len(watched.alive) == 0


def test_a_study_without_a_folder_leaves_none_behind(scenarios, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    result = compare(scenarios, users=40, days=9, replications=2)
    assert len(list(tmp_path.glob("lifecycle-*"))) == 1
    assert result.runs[1][0]["users/registered"] == result.runs[0][0]["users/registered"]
    del result
    gc.collect()
    assert list(tmp_path.iterdir()) == []


def test_all_tables_are_written_in_one_pass_over_the_runs(scenarios, tmp_path, monkeypatch):
    result = compare(scenarios, users=40, days=9, replications=4, list_orders=True)
    read = []
    load = store.load
    monkeypatch.setattr(store, "load", lambda path: read.append(path) or load(path))
    again = Result(result.plans, result.runs)
    again.write_tables(tmp_path, with_events=True)
    assert len(read) == 8
    assert not again.summary.empty and not again.retention.empty and not again.ledger.empty
    assert len(read) == 8


def test_a_run_that_is_lost_or_damaged_before_the_tables_are_made_is_lived_again(scenarios, tmp_path):
    result = compare(scenarios, folder=tmp_path, replications=2)
    first = [dict(result.runs[k][1]) for k in range(2)]
    files = [place(tmp_path, Task(plan, 1, study_run.common_kinds(result.plans)).key()) for plan in result.plans]
    whole = [file.read_bytes() for file in files]
    files[0].unlink()
    files[1].write_bytes(b"damaged")
    again = [dict(result.runs[k][1]) for k in range(2)]
    assert all((one[name] == other[name]).all() for one, other in zip(first, again, strict=True) for name in one)
    assert [file.read_bytes() for file in files] == whole


def test_figures_of_a_table_too_large_for_memory_are_those_of_the_whole_table(scenarios, tmp_path, monkeypatch):
    from analysis.plots import pictures

    result = compare(scenarios, folder=tmp_path, replications=3, users=60, days=40)
    whole = result.comparable()
    monkeypatch.setattr("sim.study.result.LARGE_TABLE", 0)
    condensed = result.comparable()
    assert len(condensed.daily) == 2 * (40 + 3) < len(whole.daily) == 2 * 3 * 41

    def drawn(tables) -> dict[str, bytes]:
        return {p.name: p.encoded("svg") for p in pictures(tables) if p.source == "daily.csv"}

    assert len(drawn(whole)) == 1
    assert drawn(condensed) == drawn(whole)


# ---- threads or processes


def test_small_worlds_with_much_work_are_lived_in_processes_and_others_in_threads(scenarios):
    def choice(users: int, runs: int, workers: int = 2) -> bool:
        plan = load_scenario(scenarios[0]).with_values({"run.users": users, "run.days": 365})
        return worth_processes([Task(plan, r, ()) for r in range(runs)], workers)

    assert choice(users=1_000, runs=1_000)
    assert not choice(users=1_000, runs=5)  # over before a process has started
    assert not choice(users=1_000, runs=1_000, workers=1)
    assert not choice(users=20_000, runs=1_000)  # the compiled part is long, and holds no lock
    assert choice(users=20_000, runs=1_000, workers=16)


def test_processes_change_no_byte(scenarios, undisturbed, tmp_path, in_processes, monkeypatch):
    monkeypatch.setattr(Task, "run", lambda self, *arguments: pytest.fail("lived in this process"))
    compare(scenarios, folder=tmp_path, replications=3, threads=2, list_orders=True)
    assert tables(tmp_path) == undisturbed


def test_a_worker_that_dies_is_replaced_and_its_run_lived_again(scenarios, undisturbed, tmp_path, in_processes, monkeypatch):
    live, died = worker.Worker.live, []

    def dies_once(self, task, *arguments):
        if not died:
            died.append(task)
            self._process.kill()
        live(self, task, *arguments)

    monkeypatch.setattr(worker.Worker, "live", dies_once)
    compare(scenarios, folder=tmp_path, replications=3, threads=2, list_orders=True)
    assert len(died) == 1
    assert tables(tmp_path) == undisturbed


def test_a_run_in_which_a_worker_dies_twice_ends_the_study_and_the_same_command_continues(
    scenarios, undisturbed, tmp_path, in_processes, monkeypatch
):
    live = worker.Worker.live

    def dies(self, task, *arguments):
        if task.replication == 1:
            self._process.kill()
        live(self, task, *arguments)

    with monkeypatch.context() as patch:
        patch.setattr(worker.Worker, "live", dies)
        with pytest.raises(OSError, match="a worker process was ended by signal 9 in the middle of a run"):
            compare(scenarios, folder=tmp_path, replications=3, threads=2, list_orders=True)
    kept = len(list((tmp_path / ".runs").glob("*.run")))
    assert kept < 6
    monkeypatch.setattr(study_run, "WORTH_PROCESSES", 1e9)
    compare(scenarios, folder=tmp_path, replications=3, threads=2, list_orders=True)
    assert tables(tmp_path) == undisturbed


def test_an_interrupt_ends_the_worker_processes_and_leaves_no_temporary_file(scenarios, tmp_path, in_processes, monkeypatch):
    begun = []
    begin = worker.Worker.__init__
    monkeypatch.setattr(worker.Worker, "__init__", lambda self: begin(self) or begun.append(self._process))

    def progress(done: int, total: int, doing: str) -> None:
        if done >= 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        compare(scenarios, folder=tmp_path, days=3000, replications=30, threads=2, progress=progress)
    assert [process.poll() for process in begun] == [0, 0]
    assert 2 <= len(list((tmp_path / ".runs").glob("*.run"))) < 60
    assert not list(tmp_path.rglob(".*.tmp"))


def test_what_fails_in_a_worker_process_is_raised_here(scenarios, tmp_path, in_processes, monkeypatch):
    (tmp_path / "a file").write_bytes(b"")
    monkeypatch.setattr(study_run, "place", lambda folder, name: tmp_path / "a file" / name)
    with pytest.raises(OSError, match="a file") as caught:
        compare(scenarios, folder=tmp_path / "o", users=9, days=3, replications=2, threads=2)
    assert caught.value.errno in (errno.ENOTDIR, errno.EEXIST)


def test_a_run_that_a_worker_would_understand_otherwise_is_lived_here(scenarios, tmp_path, in_processes, monkeypatch):
    key, live, lived = Task.key, Task.run, []
    monkeypatch.setattr(Task, "key", lambda self: key(self)[:-1] + "x")  # as where this process has levers of its own
    monkeypatch.setattr(Task, "run", lambda self, *arguments: lived.append(self) or live(self, *arguments))
    compare(scenarios, folder=tmp_path, users=9, days=3, replications=2, threads=2)
    assert len(lived) == 4
