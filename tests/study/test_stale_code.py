"""No answer comes from code that has been edited since: names of loops, names of kept runs, and functions compiled by themselves."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import sim
from sim.study.task import NOT_DECIDING

HOUSE = Path(sim.__file__).parent
FILES = sorted(path.relative_to(HOUSE).as_posix() for path in HOUSE.rglob("*.py"))
OUTSIDE_THE_LOOP = ("network.py", "measure.py", "compiled.py", "engine/driver.py")
MARKED = re.compile(r"^@(rule|compiled|inlined|numba\.njit)\b", re.MULTILINE)
IN_THE_LOOP = [
    name
    for name in FILES
    if (MARKED.search((HOUSE / name).read_text("utf-8")) and name not in OUTSIDE_THE_LOOP)
    or name in ("day.py", "layout.py", "population.py", "engine/compose.py", "engine/records.py")
]

NAMES = """
import json, os, sys
from sim.engine.compose import fingerprint
from sim.lever import levers
from sim.scenario import Scenario
from sim.study import task

every = Scenario.from_mapping({"name": "x", "levers": {name: {} for name in levers()}})
without = Scenario.from_mapping({"name": "x"})
for file in [None, *json.loads(sys.argv[1])]:
    if file is not None:
        path = os.path.join("sim", file)
        before = open(path, "rb").read()
        open(path, "ab").write(b"\\n# edited\\n")
    task._sources.cache_clear(), task._code.cache_clear()  # a new process has not looked at the files before
    print(json.dumps([file, fingerprint(levers()), task.Task(every, 0, ()).key(), task.Task(without, 0, ()).key()]))
    if file is not None:
        open(path, "wb").write(before)
"""

ANSWERS = """
import numpy as np
from sim import measure, network
from sim.chance import chances, trait_luck

heard = np.zeros(9, np.uint8)
print(trait_luck(5, 3, 7, 1).tolist(), end=" | ")
print([x.tolist() for x in network._adjacency(np.array([0, 1, 1]), np.array([1, 2, 0]), 3)], end=" | ")
table = np.zeros((2, 2), np.int64)
diary = np.array([[1], [0], [1], [1], [0], [1], [1], [1], [1], [1]], np.uint8)
measure._count_weeks(diary, np.array([0]), np.array([0]), 9, table)
print(table.tolist())
"""


def house(place: Path) -> Path:
    """A copy of the package in which to edit, without anything compiled."""
    shutil.copytree(HOUSE, place / "sim", ignore=shutil.ignore_patterns("__pycache__", ".ruff_cache"))
    return place


def told(root: Path, program: str, *arguments: str) -> str:
    environment = {**os.environ, "PYTHONPATH": str(root), "PYTHONDONTWRITEBYTECODE": "1"}
    environment.pop("NUMBA_CACHE_DIR", None)
    done = subprocess.run([sys.executable, "-c", program, *arguments], cwd=root, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def names(tmp_path_factory) -> dict[str | None, list[str]]:
    """For each edited file (None: no edit) the loop's name, and the names of a run with every lever and of one without levers."""
    root = house(tmp_path_factory.mktemp("house"))
    files = [name for name in FILES if name != "__init__.py"]
    return {file: rest for file, *rest in map(json.loads, told(root, NAMES, json.dumps(files)).splitlines())}


def test_editing_any_source_that_the_loop_is_made_of_changes_its_name(names):
    assert len(IN_THE_LOOP) >= 20
    assert [file for file in IN_THE_LOOP if names[file][0] == names[None][0]] == []
    different = [names[file][0] for file in IN_THE_LOOP]
    assert len(set(different)) == len(different)


def test_editing_any_source_that_decides_changes_the_names_of_kept_runs(names):
    deciding = [name for name in names if name and (name == "study/task.py" or not name.startswith(NOT_DECIDING))]
    assert {"model.py", "measure.py", "network.py", "engine/driver.py", "scenario/schema.py", "exact.py"} <= set(deciding)
    assert [file for file in deciding if names[file][1] == names[None][1] or names[file][2] == names[None][2]] == []


def test_editing_a_lever_changes_only_the_names_of_runs_that_have_it(names):
    levers = [name for name in names if name and name.startswith("levers/") and name != "levers/__init__.py"]
    assert len(levers) >= 7
    assert [file for file in levers if names[file][1] == names[None][1]] == []
    assert [file for file in levers if names[file][2] != names[None][2]] == []


def test_editing_what_only_reads_says_or_tabulates_lives_nothing_again(names):
    after = [name for name in names if name and name.startswith(tuple(n for n in NOT_DECIDING if n != "levers/"))]
    after.remove("study/task.py")
    assert {"study/frames.py", "study/run.py", "scenario/messages.py"} <= set(after)
    assert [file for file in after if names[file][1:] != names[None][1:]] == []


@pytest.mark.parametrize(
    ("file", "old", "new", "place"),
    [
        ("chance.py", "STEP = 2.0**-53", "STEP = 2.0**-52", 0),
        ("network.py", "starts[near[e] + 1] += 1", "starts[near[e] + 1] += 2", 1),
        ("measure.py", "(day - entry[user]) // WEEK", "(day + entry[user]) // 3   ", 2),
    ],
)
def test_an_edit_that_keeps_size_and_time_of_a_file_meets_no_old_function(tmp_path, file, old, new, place):
    """numba takes a file of the same size and time for the same file; packages unpacked with fixed times are such files."""
    assert len(old) == len(new)
    root = house(tmp_path)
    path = root / "sim" / file
    first = told(root, ANSWERS).split(" | ")
    assert list((root / "sim").rglob("*.nbc"))  # compiled, and kept
    assert told(root, ANSWERS).split(" | ") == first
    before = path.stat()
    text = path.read_text("utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), "utf-8")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert (path.stat().st_size, path.stat().st_mtime_ns) == (before.st_size, before.st_mtime_ns)
    second = told(root, ANSWERS).split(" | ")
    assert second[place] != first[place]
    assert [second[k] for k in range(3) if k != place] == [first[k] for k in range(3) if k != place]
