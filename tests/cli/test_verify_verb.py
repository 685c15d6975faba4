"""verify from the command line, what is reused when a file is edited, and two commands in one folder."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import run
from sim.study.kept import WORK
from sim.study.task import Task

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")
SMALL = ("--users", "40", "--days", "12", "--replications", "2")


@pytest.fixture
def finished(command, folder, undrawn) -> Path:
    """A finished result in the folder ``o``."""
    assert command("compare", "base.yaml", "loyal.yaml", *SMALL, "--quiet", "--out", "o").code == 0
    return folder / "o"


@pytest.fixture
def lived(monkeypatch) -> list[tuple[str, int]]:
    """(scenario, replication) of every run that is really lived from here on."""
    runs: list[tuple[str, int]] = []
    live = Task.run
    monkeypatch.setattr(Task, "run", lambda self, *rest: runs.append((self.scenario.name, self.replication)) or live(self, *rest))
    return runs


# ---- verify


def test_a_sound_folder_ends_with_0_and_says_what_was_compared(command, finished, lived):
    said = command("verify", "o")
    assert said.code == 0
    lines = said.out.splitlines()
    assert lines[0] == "o: 1 of 4 run(s) lived again (--share 0.01 --seed 0): 1 equal bit for bit"
    assert lines[1].startswith("o: summary.csv, retention.csv, daily.csv, ") and "equal byte for byte" in lines[1]
    assert len(lines) == 2 and len(lived) == 1


def test_the_share_and_the_seed_choose_the_runs(command, finished, lived):
    assert command("verify", "o", "--share", "1").code == 0
    assert sorted(lived) == [("Base", 0), ("Base", 1), ("Loyal", 0), ("Loyal", 1)]
    chosen = set()
    for seed in range(8):
        lived.clear()
        assert command("verify", "o", "--seed", str(seed)).code == 0
        chosen |= set(lived)
    assert len(chosen) > 1


def test_a_folder_with_the_twins_of_levers_and_events_is_verified_whole(command, folder, undrawn):
    (folder / "coupons.yaml").write_text("name: Coupons\nextends: base.yaml\nlevers: {coupons: {every_days: 7, min_spend: 0}}\n")
    more = ("--export", "events", "--shapley", "--quiet", "--out", "o")
    assert command("compare", "base.yaml", "coupons.yaml", *SMALL, *more).code == 0
    said = command("verify", "o", "--share", "1", "--json")
    found = json.loads(said.out)
    assert (said.code, found["equal"]) == (0, True)
    assert {"events", "uplift", "shapley", "summary", "daily"} <= set(found["tables"]) and all(found["tables"].values())
    assert len(found["lived_again"]) == found["runs"] == len(list((folder / "o" / WORK).glob("*.run")))
    (folder / "o" / "uplift.csv").write_bytes(b"scenario\n")
    assert command("verify", "o").code == 1


def test_a_difference_ends_with_1_and_is_named(command, finished):
    table = finished / "daily.csv"
    table.write_bytes(table.read_bytes().replace(b"0", b"1", 1))
    said = command("verify", "o")
    assert said.code == 1
    assert "o: differs: daily.csv is not what follows from the kept runs" in said.out.splitlines()
    assert "有差异：daily.csv" in command("verify", "o", "--lang", "zh").out


def test_a_damaged_run_ends_with_1_and_the_same_command_makes_it_good(command, finished):
    sorted((finished / WORK).glob("*.run"))[0].write_bytes(b"")
    said = command("verify", "o", "--quiet")
    assert said.code == 1 and "is damaged" in said.out and "the same command as before" in said.out
    assert command("compare", "base.yaml", "loyal.yaml", *SMALL, "--quiet", "--out", "o").code == 0
    assert command("verify", "o", "--share", "1").code == 0


def test_verify_is_silent_where_asked_and_all_is_equal(command, finished):
    said = command("verify", "o", "--quiet")
    assert (said.code, said.out, said.err) == (0, "", "")


@pytest.mark.parametrize("what", ["nowhere", ".", "base.yaml"])
def test_what_is_no_result_folder_ends_with_2_and_a_way_out(command, folder, what):
    said = command("verify", what)
    assert (said.code, said.out) == (2, "")
    assert said.err == f"{what}: is no result folder: there is no manifest.json in it; name a folder that simulate or compare wrote\n"


@pytest.mark.parametrize("share", ["0", "1.5", "-1", "some"])
def test_a_share_that_is_none_is_a_usage_error(command, finished, share):
    assert command("verify", "o", "--share", share).code == 2


def test_verify_changes_nothing_in_the_folder(command, finished):
    before = {p: (p.read_bytes(), p.stat().st_mtime_ns) for p in finished.rglob("*") if p.is_file()}
    command("verify", "o", "--share", "1")
    assert {p: (p.read_bytes(), p.stat().st_mtime_ns) for p in finished.rglob("*") if p.is_file()} == before


# ---- reuse


def test_editing_one_file_of_six_lives_only_that_one_again(command, folder, undrawn, lived):
    files = []
    for k in range(6):
        files.append(f"s{k}.yaml")
        (folder / files[-1]).write_text(f"name: S{k}\nextends: base.yaml\nbehaviour: {{habit_lift: 0.{k}}}\n")
    line = ("compare", *files, *SMALL, "--quiet", "--out", "o")
    assert command(*line).code == 0
    assert len(lived) == 12
    lived.clear()
    edited = folder / "s3.yaml"
    edited.write_text(edited.read_text().replace("0.3", "0.35"))
    assert command(*line).code == 0
    assert sorted(lived) == [("S3", 0), ("S3", 1)]
    lived.clear()
    edited.write_text(edited.read_text() + "question: what then?\n# a comment\n")
    assert command(*line).code == 0
    assert lived == []


# ---- two commands in one folder


def test_a_second_command_in_a_folder_says_so_and_ends_with_1_while_the_first_goes_on(folder):
    line = [sys.executable, str(run.__file__), "simulate", "base.yaml", "--days", "3000", "--replications", "3000", "--out", "o"]
    environment = {**os.environ, "MPLBACKEND": "Agg"}
    with subprocess.Popen(line, cwd=folder, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True, env=environment) as first:
        try:
            for text in first.stderr:
                if text.startswith("simulating"):
                    break
            second = subprocess.run([*line, "--quiet"], cwd=folder, capture_output=True, text=True, env=environment)
            assert first.poll() is None
        finally:
            first.terminate()
            first.communicate()
    assert (second.returncode, second.stdout) == (1, "")
    assert second.stderr == "failed: another run is writing to o; wait for it, or name another folder with --out.\n"
