"""The same inputs give the same bits: on every machine, Python, Mesa, number of threads and driver, and from version to version."""

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

_place = importlib.util.spec_from_file_location("golden_lives", Path(__file__).parent / "lives.py")
lives = importlib.util.module_from_spec(_place)
_place.loader.exec_module(lives)

GOLDEN = json.loads(lives.TOTALS.read_text(encoding="utf-8"))


@pytest.mark.parametrize("world", lives.WORLDS)
def test_every_number_of_a_world_is_as_it_was(world):
    assert lives.totals(world) == GOLDEN[world], 'if it should move: python tests/golden/lives.py "why"'


@pytest.mark.parametrize("world", ["everything", "oracles/pareto_nbd"])
def test_plain_python_gives_the_golden_numbers_too(world):
    assert lives.totals(world, driver="objects") == GOLDEN[world]


def test_a_machine_whose_compiler_is_switched_off_gives_the_golden_numbers_too():
    says = "import json, lives; print(json.dumps(lives.totals('everything', driver='objects')))"
    here = Path(__file__).parent
    path = os.pathsep.join([str(here), str(here.parents[1]), os.environ.get("PYTHONPATH", "")])
    done = subprocess.run(
        [sys.executable, "-c", says], env={**os.environ, "NUMBA_DISABLE_JIT": "1", "PYTHONPATH": path}, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == GOLDEN["everything"]


def test_every_world_named_has_numbers_and_no_other():
    assert tuple(GOLDEN) == lives.WORLDS


def test_the_newest_reason_is_that_of_these_numbers():
    newest = [line for line in lives.REASONS.read_text(encoding="utf-8").splitlines() if line.startswith("- ")][-1]
    assert f"`{lives.content_digest(lives.TOTALS.read_text(encoding='utf-8'))}`" in newest
    assert len(newest.split("` ", 1)[1].split()) >= 3, "a reason says what moved and why"


def test_the_worlds_differ_from_each_other():
    assert len({numbers["days"] for numbers in GOLDEN.values()}) == len(GOLDEN)
