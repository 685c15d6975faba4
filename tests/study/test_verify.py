"""``verify`` lives some runs of a folder again, compares bits, and makes the tables again from what is kept."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from sim import compare
from sim.study import store
from sim.study.kept import WORK
from sim.study.task import Task
from sim.study.verify import WORDS, NoResult, verify


@pytest.fixture(scope="module")
def finished(scenarios, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("finished")
    compare(scenarios, folder=folder, replications=3, list_orders=True)
    return folder


@pytest.fixture
def folder(finished, tmp_path) -> Path:
    """A copy of the folder, to be spoilt."""
    return Path(shutil.copytree(finished, tmp_path / "copy"))


def runs(folder: Path) -> list[Path]:
    return sorted((folder / WORK).glob("*.run"))


def contents(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_a_sound_folder_is_equal_and_left_as_it_is(finished):
    before = contents(finished)
    found = verify(finished)
    assert found.equal and found.differences == []
    assert (found.runs, len(found.lived_again)) == (6, 1)
    assert {f"{table}.csv" for table in found.tables} == {path.name for path in finished.glob("*.csv")}
    assert all(found.tables.values()) and len(found.tables) >= 6
    assert contents(finished) == before


def test_the_share_says_how_many_runs_are_lived_again_and_the_seed_which(finished, monkeypatch):
    lived = []
    live = Task.run
    monkeypatch.setattr(Task, "run", lambda self, *rest: lived.append((self.scenario.name, self.replication)) or live(self, *rest))

    def chosen(share: float, seed: int) -> list[tuple[str, int]]:
        lived.clear()
        found = verify(finished, share=share, seed=seed)
        said = sorted((one["scenario"], one["replication"]) for one in found.lived_again)
        assert said == sorted(lived) and all(one["equal"] for one in found.lived_again)
        return said

    assert len(chosen(0.5, 1)) == 3
    assert len(chosen(1.0, 1)) == 6
    assert chosen(1e-9, 1) == chosen(1e-9, 1)
    assert len({tuple(chosen(1e-9, seed)) for seed in range(8)}) > 1


def test_a_run_with_other_numbers_under_a_right_checksum_is_a_difference(folder):
    for path in runs(folder):
        counts = store.load(path)
        store.save(path, counts | {"daily/orders": counts["daily/orders"] + (np.arange(71) == 9)})
    found = verify(folder, share=1.0)
    assert not found.equal
    assert [one["equal"] for one in found.lived_again] == [False] * 6
    words = [words for what, words in found.differences if what == "other"]
    assert len(words) == 6 and {w["what"] for w in words} == {"daily/orders"}
    assert {table for table, equal in found.tables.items() if not equal} >= {"daily"}


def test_one_bit_of_one_number_is_a_difference(folder):
    counts = store.load(runs(folder)[0])
    nearly = np.array(np.nextafter(counts["users/satisfaction"], np.inf))
    store.save(runs(folder)[0], counts | {"users/satisfaction": nearly})
    assert [w["what"] for _, w in verify(folder, share=1.0).differences] == ["users/satisfaction"]


def test_a_missing_and_a_damaged_run_are_differences_even_if_they_were_not_chosen(folder):
    first, second = runs(folder)[:2]
    first.unlink()
    second.write_bytes(second.read_bytes()[:-1] + b"x")
    found = verify(folder, share=1e-9)
    assert sorted(what for what, _ in found.differences) == ["damaged", "lost"]
    assert found.tables == {}
    assert "the same command as before makes again what is lost or damaged" in found.text()


@pytest.mark.parametrize("table", ["summary", "retention", "daily", "cohorts", "ledger", "events"])
def test_a_table_that_does_not_follow_from_the_runs_is_a_difference(folder, table):
    path = folder / f"{table}.csv"
    path.write_bytes(path.read_bytes().replace(b"1", b"2", 1))
    assert [(what, words["file"]) for what, words in verify(folder).differences] == [("table", f"{table}.csv")]


@pytest.mark.parametrize("change", ["shorter", "longer", "gone"])
def test_a_table_cut_lengthened_or_gone_is_a_difference(folder, change):
    path = folder / "daily.csv"
    whole = path.read_bytes()
    if change == "gone":
        path.unlink()
    else:
        path.write_bytes(whole[:-2] if change == "shorter" else whole + b"\n")
    assert [words for _, words in verify(folder).differences] == [{"file": "daily.csv"}]


def test_a_scenario_changed_in_the_manifest_is_a_difference(folder):
    manifest = json.loads((folder / "manifest.json").read_bytes())
    manifest["scenarios"]["Base"]["sha256"] = "0" * 64
    (folder / "manifest.json").write_text(json.dumps(manifest))
    assert verify(folder).differences == [("digest", {"scenario": "Base"})]


def test_an_unfinished_study_is_verified_as_far_as_it_went(folder):
    manifest = json.loads((folder / "manifest.json").read_bytes())
    (folder / "manifest.json").write_text(json.dumps(manifest | {"finished": False}))
    for path in runs(folder)[1:]:
        path.unlink()
    found = verify(folder, share=1.0)
    assert found.equal and not found.finished and found.tables == {}
    assert len(found.lived_again) == 1 and "unfinished" in found.text()


def test_runs_of_another_version_are_not_called_equal(folder, monkeypatch):
    key = Task.key
    monkeypatch.setattr(Task, "key", lambda self: key(self)[::-1])
    found = verify(folder)
    assert not found.equal and [what for what, _ in found.differences] == ["foreign"]
    assert found.lived_again == []


def test_a_study_without_any_kept_run_is_not_called_equal(folder):
    shutil.rmtree(folder / WORK)
    assert [what for what, _ in verify(folder).differences] == ["none"]


@pytest.mark.parametrize(
    "manifest",
    [
        b"", b"[]", b"{}", b"\xff", b'{"scenarios": 3, "replications": 1}', b'{"scenarios": {}, "replications": 1}',
        b'{"scenarios": {"a": 1}, "replications": 1}', b'{"scenarios": {"a": {"resolved": {"run": 3}}}, "replications": 1}',
        b'{"scenarios": {"a": {"resolved": {}}}, "replications": true}', b'{"scenarios": {"a": {"resolved": {}}}, "replications": -1}',
        b"[" * 100_000,
    ],
)  # fmt: skip
def test_a_folder_whose_manifest_is_none_holds_no_result(tmp_path, manifest):
    (tmp_path / "manifest.json").write_bytes(manifest)
    with pytest.raises(NoResult) as caught:
        verify(tmp_path)
    for lang, end in (("en", "name a folder that simulate or compare wrote"), ("zh", "请指定 simulate 或 compare 写出的文件夹")):
        assert caught.value.text(lang).startswith(f"{tmp_path}: ") and caught.value.text(lang).endswith(end)


def test_a_folder_without_a_manifest_and_none_at_all_hold_no_result(tmp_path):
    for folder in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(NoResult, match="there is no manifest.json in it"):
            verify(folder)


def test_what_is_said_has_the_same_blanks_in_both_languages(folder):
    for path in runs(folder)[:2]:
        path.write_bytes(b"")
    found = verify(folder, share=0.5)
    english, chinese = found.text("en").splitlines(), found.text("zh").splitlines()
    assert len(english) == len(chinese) == 1 + 2 + 1
    for one, other in WORDS.values():
        assert {part.partition("}")[0] for part in one.split("{")[1:]} == {part.partition("}")[0] for part in other.split("{")[1:]}
    assert json.loads(json.dumps(found.as_json()))["equal"] is False
