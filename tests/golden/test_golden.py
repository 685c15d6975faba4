"""The same inputs give the same bits: on every machine, Python, Mesa, number of threads and driver, and from version to version."""

import importlib.util
import json
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


def test_every_world_named_has_numbers_and_no_other():
    assert tuple(GOLDEN) == lives.WORLDS


def test_the_newest_reason_is_that_of_these_numbers():
    newest = [line for line in lives.REASONS.read_text(encoding="utf-8").splitlines() if line.startswith("- ")][-1]
    assert f"`{lives.content_digest(lives.TOTALS.read_text(encoding='utf-8'))}`" in newest
    assert len(newest.split("` ", 1)[1].split()) >= 3, "a reason says what moved and why"


def test_the_worlds_differ_from_each_other():
    assert len({numbers["days"] for numbers in GOLDEN.values()}) == len(GOLDEN)
