"""Finished runs are kept, found again, and never confused; a folder ends with the same bytes however it came about."""

from __future__ import annotations

import errno
import json
import os
import tempfile
from pathlib import Path

import numpy as np
import pytest

from sim import compare, load_scenario
from sim.study import store
from sim.study.api import alone
from sim.study.kept import WORK
from sim.study.lock import FolderInUse
from sim.study.task import Task


def contents(folder: Path) -> dict[str, bytes]:
    """Every result file's bytes, without the manifest's versions and seconds."""
    files = {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}
    manifest = json.loads(files.pop("manifest.json"))
    assert manifest.pop("finished") is True
    del manifest["elapsed_seconds"], manifest["versions"]
    return {n: b for n, b in files.items() if not n.startswith(WORK)} | {"manifest": json.dumps(manifest).encode()}


def kept(folder: Path) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in (folder / WORK).glob("*.run")}


@pytest.fixture
def lived(monkeypatch) -> list[tuple[str, int]]:
    """(scenario, replication) of every run that is really lived from here on."""
    runs: list[tuple[str, int]] = []
    live = Task.run

    def watched(self, *arguments):
        runs.append((self.scenario.name, self.replication))
        return live(self, *arguments)

    monkeypatch.setattr(Task, "run", watched)
    return runs


def stop_after(runs: int):
    """A progress that interrupts once so many runs are done."""

    def progress(done: int, total: int, doing: str) -> None:
        if doing == "simulating" and done >= runs:
            raise KeyboardInterrupt

    return progress


@pytest.fixture(scope="module")
def undisturbed(scenarios, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("undisturbed")
    compare(scenarios, folder=folder, replications=3, threads=1, list_orders=True)
    return folder


def test_threads_and_folder_change_no_byte(scenarios, undisturbed, tmp_path):
    compare(scenarios, folder=tmp_path / "elsewhere", replications=3, threads=3, list_orders=True)
    assert contents(tmp_path / "elsewhere") == contents(undisturbed)
    assert kept(tmp_path / "elsewhere") == kept(undisturbed)


def test_the_same_study_again_lives_nothing_and_changes_no_byte(scenarios, undisturbed, lived):
    before = contents(undisturbed)
    compare(scenarios, folder=undisturbed, replications=3, list_orders=True)
    assert lived == []
    assert contents(undisturbed) == before


def test_an_interrupted_study_keeps_what_was_finished_and_ends_with_the_same_bytes(
    scenarios, undisturbed, tmp_path, lived
):
    with pytest.raises(KeyboardInterrupt):
        compare(scenarios, folder=tmp_path, replications=3, threads=1, list_orders=True, progress=stop_after(2))
    assert json.loads((tmp_path / "manifest.json").read_text("utf-8"))["finished"] is False
    assert not list(tmp_path.glob("*.csv"))
    done = len(kept(tmp_path))
    assert 2 <= done < 6
    lived.clear()
    compare(scenarios, folder=tmp_path, replications=3, list_orders=True)
    assert len(lived) == 6 - done
    assert contents(tmp_path) == contents(undisturbed)


def test_an_interrupt_while_drawing_leaves_an_unfinished_folder_that_is_finished_without_living_again(
    scenarios, undisturbed, tmp_path, lived
):
    def interrupted(result, folder):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        compare(scenarios, folder=tmp_path, replications=3, list_orders=True, draw=interrupted)
    assert json.loads((tmp_path / "manifest.json").read_text("utf-8"))["finished"] is False
    lived.clear()
    compare(scenarios, folder=tmp_path, replications=3, list_orders=True)
    assert lived == []
    assert contents(tmp_path) == contents(undisturbed)


def test_more_replications_reuse_those_there_are(scenarios, tmp_path, lived):
    compare(scenarios[:1], folder=tmp_path, replications=3)
    lived.clear()
    compare(scenarios[:1], folder=tmp_path, replications=5)
    assert sorted(lived) == [("Base", 3), ("Base", 4)]


def test_changing_one_scenario_lives_only_that_one_again(scenarios, tmp_path, lived):
    base, coupons = map(load_scenario, scenarios)
    compare([base, coupons], folder=tmp_path)
    lived.clear()
    compare([base, coupons.with_values({"levers.coupons.face_value": 9.0})], folder=tmp_path)
    assert sorted(lived) == [("Coupons, often", 0), ("Coupons, often", 1)]


def test_a_lever_more_in_one_scenario_lives_no_other_again(scenarios, tmp_path, lived):
    base, coupons = map(load_scenario, scenarios)
    compare([base, base], folder=tmp_path)
    lived.clear()
    alone_bytes = kept(tmp_path)
    compare([base, coupons], folder=tmp_path)
    assert sorted(lived) == [("Coupons, often", 0), ("Coupons, often", 1)]
    assert alone_bytes.items() <= kept(tmp_path).items()


def test_equal_runs_of_two_scenarios_are_lived_once(scenarios, tmp_path, lived):
    base = load_scenario(scenarios[0])
    result = compare([base, base.with_values({"name": "The same"})], folder=tmp_path, threads=2)
    assert sorted(lived) == [("Base", 0), ("Base", 1)]
    assert set(result.summary.query("scenario == 'The same'")["verdict"]) == {"same"}


def test_a_run_is_the_same_bytes_whatever_it_is_compared_with(scenarios, tmp_path):
    compare(scenarios[:1], folder=tmp_path / "by itself")
    compare(scenarios, folder=tmp_path / "beside")
    assert kept(tmp_path / "by itself").items() <= kept(tmp_path / "beside").items()


def test_a_new_name_or_text_lives_nothing_again(scenarios, tmp_path, lived):
    base = load_scenario(scenarios[0])
    compare([base], folder=tmp_path)
    lived.clear()
    compare([base.with_values({"name": "Another name", "question": "Why?"})], folder=tmp_path)
    assert lived == []


@pytest.mark.parametrize("change", ["seed", "users", "days"])
def test_another_seed_size_or_length_is_another_run(scenarios, change):
    base = load_scenario(scenarios[0])
    other = base.with_values({f"run.{change}": 77})
    assert Task(base, 0, ()).key() != Task(other, 0, ()).key()


def test_replication_and_list_of_orders_are_part_of_a_runs_name(scenarios):
    base = load_scenario(scenarios[0])
    names = {Task(base, 0, ()).key(), Task(base, 1, ()).key(), Task(base, 0, (), True).key()}
    assert len(names) == 3


def test_runs_of_other_studies_in_the_folder_are_left_alone(scenarios, tmp_path):
    compare(scenarios[:1], folder=tmp_path, seed=1, replications=1)
    first = kept(tmp_path)
    compare(scenarios[:1], folder=tmp_path, seed=2, replications=1)
    assert len(kept(tmp_path)) == 2 and first.items() <= kept(tmp_path).items()


@pytest.mark.parametrize("damage", ["cut", "flipped", "emptied", "replaced"])
def test_a_damaged_run_is_noticed_and_lived_again(scenarios, undisturbed, tmp_path, lived, damage):
    compare(scenarios, folder=tmp_path, replications=3, list_orders=True)
    victim = sorted((tmp_path / WORK).glob("*.run"))[2]
    whole = victim.read_bytes()
    middle = len(whole) // 2
    victim.write_bytes(
        {
            "cut": whole[:-1],
            "flipped": whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :],
            "emptied": b"",
            "replaced": b"something else altogether, long enough to have a header",
        }[damage]
    )
    lived.clear()
    compare(scenarios, folder=tmp_path, replications=3, list_orders=True)
    assert len(lived) == 1
    assert victim.read_bytes() == whole
    assert contents(tmp_path) == contents(undisturbed)


def test_every_damaged_byte_of_a_kept_file_is_noticed(tmp_path):
    path = tmp_path / "a.run"
    store.save(path, {"a": np.arange(5), "b/c": np.array(7)})
    whole = path.read_bytes()
    assert {k: v.tolist() for k, v in store.load(path).items()} == {"a": [0, 1, 2, 3, 4], "b/c": 7}
    for at in range(len(whole)):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 0x10]) + whole[at + 1 :])
        with pytest.raises(store.DamagedFile):
            store.load(path)


def test_kept_files_have_the_same_bytes_whatever_the_order_of_the_arrays(tmp_path):
    store.save(tmp_path / "one" / "a", {"x": np.arange(3), "y": np.ones(2)})
    store.save(tmp_path / "two" / "a", {"y": np.ones(2), "x": np.arange(3)})
    assert (tmp_path / "one" / "a").read_bytes() == (tmp_path / "two" / "a").read_bytes()


def test_a_whole_file_under_another_runs_name_is_damage(tmp_path):
    store.save(tmp_path / "a.run", {"x": np.arange(3)})
    (tmp_path / "a.run").rename(tmp_path / "b.run")
    with pytest.raises(store.DamagedFile):
        store.load(tmp_path / "b.run")


def test_no_temporary_file_stays_and_those_of_a_killed_run_go(scenarios, tmp_path):
    (tmp_path / WORK).mkdir()
    (tmp_path / "plots").mkdir()
    left = [tmp_path / ".daily.csv.99.tmp", tmp_path / "plots" / ".a.png.99.part", tmp_path / WORK / ".x.run.99.tmp"]
    for path in left:
        path.write_bytes(b"half")
    compare(scenarios[:1], folder=tmp_path, replications=1)
    assert not [p.name for p in tmp_path.rglob(".*.*") if p.is_file()]


def test_files_of_an_earlier_study_that_this_one_does_not_write_go_and_nothing_else(scenarios, tmp_path):
    mine = tmp_path / "notes.csv"
    mine.write_text("my own")

    def draw(result, folder):
        store.write_whole(folder / "plots" / "old.png", b"a picture")
        return [folder / "plots" / "old.png"]

    compare(scenarios[:1], folder=tmp_path, replications=1, list_orders=True, draw=draw)
    assert (tmp_path / "events.csv").exists() and (tmp_path / "plots" / "old.png").exists()
    compare(scenarios[:1], folder=tmp_path, replications=1)
    assert not (tmp_path / "events.csv").exists() and not (tmp_path / "plots" / "old.png").exists()
    assert mine.read_text() == "my own"


def test_a_manifest_cannot_make_a_study_take_away_other_files(scenarios, tmp_path):
    folder, precious = tmp_path / "out", tmp_path / "precious.csv"
    folder.mkdir()
    precious.write_text("mine")
    (folder / "manifest.json").write_text(json.dumps({"files": ["../precious.csv", str(precious), 7, "lock"]}))
    compare(scenarios[:1], folder=folder, replications=1)
    assert precious.read_text() == "mine"


@pytest.mark.parametrize("content", [b"", b"[]", b"{", b'{"files": 3}', b"\xff"])
def test_an_old_manifest_that_cannot_be_read_is_written_anew(scenarios, tmp_path, content):
    (tmp_path / "manifest.json").write_bytes(content)
    compare(scenarios[:1], folder=tmp_path, replications=1, users=5, days=1)
    assert json.loads((tmp_path / "manifest.json").read_bytes())["finished"] is True


def test_a_full_disk_ends_the_study_and_keeps_what_was_finished(scenarios, tmp_path, monkeypatch):
    saved = []

    def full(step, path):
        if step == "half" and path.suffix == ".run" and len(saved) == 2:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
        if step == "durable" and path.suffix == ".run":
            saved.append(path)

    monkeypatch.setattr(store, "reached", full)
    with pytest.raises(OSError, match="No space left"):
        compare(scenarios, folder=tmp_path, replications=3, threads=1)
    assert set(kept(tmp_path)) == {p.name for p in saved}
    assert not list((tmp_path / WORK).glob(".*.tmp"))


def test_a_write_that_fails_leaves_the_old_file_and_no_temporary_one(tmp_path, monkeypatch):
    path = tmp_path / "a.csv"
    path.write_bytes(b"old")

    def fail(descriptor):
        raise OSError(errno.EIO, "broken disk")

    monkeypatch.setattr(store.os, "fsync", fail)
    with pytest.raises(OSError, match="broken disk"):
        store.write_whole(path, b"new")
    assert [p.name for p in tmp_path.iterdir()] == ["a.csv"] and path.read_bytes() == b"old"


def test_a_second_study_in_a_folder_is_refused_while_the_first_is_under_way(scenarios, tmp_path):
    with alone(tmp_path / WORK), pytest.raises(FolderInUse, match="another study"):
        compare(scenarios[:1], folder=tmp_path, replications=1)
    compare(scenarios[:1], folder=tmp_path, replications=1, users=5, days=1)


def test_the_lock_file_of_a_study_that_was_killed_keeps_nobody_out(scenarios, tmp_path):
    (tmp_path / WORK).mkdir()
    (tmp_path / WORK / "lock").write_bytes(b"")
    compare(scenarios[:1], folder=tmp_path, replications=1, users=5, days=1)
    assert (tmp_path / "summary.csv").exists()


def test_a_defect_in_one_run_stops_the_study_with_its_own_error(scenarios, tmp_path, monkeypatch):
    live = Task.run

    def broken(self, *arguments):
        if self.replication == 1:
            raise ArithmeticError("a defect")
        return live(self, *arguments)

    monkeypatch.setattr(Task, "run", broken)
    with pytest.raises(ArithmeticError, match="a defect"):
        compare(scenarios[:1], folder=tmp_path, replications=3, threads=2)


def test_a_folder_that_may_not_be_written_to_ends_the_study_and_is_left_as_it_is(scenarios, tmp_path, monkeypatch):
    """As a read-only file system answers: whoever runs the tests may be root, whom no permission stops."""
    before = sorted(tmp_path.rglob("*"))
    real = os.mkdir

    def refused(path, *more):
        if Path(path).is_relative_to(tmp_path):
            raise OSError(errno.EROFS, os.strerror(errno.EROFS), str(path))
        real(path, *more)

    with monkeypatch.context() as patch:
        patch.setattr(os, "mkdir", refused)
        with pytest.raises(OSError, match="Read-only file system"):
            compare(scenarios[:1], folder=tmp_path / "o", users=5, days=1, replications=1)
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.skipif(not hasattr(os, "fork"), reason="gives up its rights in a forked child")
def test_a_folder_that_becomes_read_only_ends_the_study_and_the_same_command_continues(scenarios, undisturbed):
    plans = [load_scenario(path) for path in scenarios]
    with tempfile.TemporaryDirectory() as place:  # not tmp_path, into which nobody else may look
        os.chmod(place, 0o755)
        folder = Path(place) / "o"
        compare(plans, folder=folder, replications=2, list_orders=True)
        for path in (folder / WORK, folder):
            path.chmod(0o555)
        child = os.fork()
        if not child:
            try:
                if os.getuid() == 0:
                    os.setuid(65_534)
                assert json.loads((folder / "manifest.json").read_bytes())["finished"]
                compare(plans, folder=folder, replications=3, threads=1, list_orders=True)
            except PermissionError:
                os._exit(13)
            except BaseException:
                os._exit(1)
            os._exit(0)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 13
        for path in (folder / WORK, folder):
            path.chmod(0o755)
        compare(plans, folder=folder, replications=3, list_orders=True)
        assert contents(folder) == contents(undisturbed)
