"""Whatever ends a study in the hardest way, the same command ends with the same bytes: ``benchmarks/kill.py``, a few of each."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import sim
from sim.study.result import TABLES
from sim.study.store import STEPS

ROOT = Path(sim.__file__).parents[1]
SCRIPT = ROOT / "benchmarks" / "kill.py"

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="ends forked children")


def tried(*arguments: str) -> dict[str, dict]:
    """What the script tried, and what went wrong, by kind."""
    line = [sys.executable, str(SCRIPT), "--json", *arguments]
    done = subprocess.run(line, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(ROOT)})
    assert done.stdout, done.stderr
    return json.loads(done.stdout)


def test_a_kill_at_every_step_of_every_file_loses_nothing():
    found = tried("--only", "points")["points"]
    # One run and the manifest twice, written at once in seven steps; the tables, written piece by piece, have no half.
    tables = len(TABLES) + 1  # events
    assert found["tried"] == 3 * len(STEPS) + tables * (len(STEPS) - 1)
    assert found["wrong"] == {}


def test_a_kill_at_any_time_and_a_full_disk_lose_nothing():
    found = tried("--only", "random", "processes", "full", "disk", "--random", "4", "--full", "3")
    assert {kind: one["wrong"] for kind, one in found.items()} == {"random": {}, "processes": {}, "full": {}, "disk": {}}
    assert [found[kind]["tried"] for kind in ("random", "processes", "full")] == [4, 1, 3]
    assert found["disk"]["tried"] in (0, 5)  # none where no disk may be mounted


def test_damages_of_every_kind_are_noticed_and_made_good():
    line = [sys.executable, str(SCRIPT.with_name("damage.py")), "--json", "--times", "36"]
    done = subprocess.run(line, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(ROOT)})
    assert done.stdout, done.stderr
    assert json.loads(done.stdout) == {"tried": 36, "noticed": 36, "missed": {}}
