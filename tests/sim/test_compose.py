"""The compiled loop is named after all it is made from, so an edited rule never meets an old binary."""

from __future__ import annotations

import inspect
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import sim
from sim.engine import compose, driver, gates
from sim.lever import levers
from sim.rule import PHASES

HOUSE = Path(sim.__file__).parent
ELSEWHERE = ("network.py", "measure.py", "engine/driver.py")
"""Files with compiled functions that run outside the loop."""

COMPILED = sorted(
    str(file.relative_to(HOUSE))
    for file in HOUSE.rglob("*.py")
    if re.search(r"^@(njit|numba\.njit|rule|compiled)\(", file.read_text(encoding="utf-8"), re.MULTILINE)
    and str(file.relative_to(HOUSE)) not in ELSEWHERE
)

PROGRAM = """
import hashlib
from sim.engine.compose import fingerprint
from sim.engine.driver import loop
from sim.lever import levers
from sim.model import LifecycleModel
from sim.scenario import Scenario

world = Scenario.from_mapping({"name": "x", "run": {"users": 300, "days": 20}, "levers": {"onboarding": {}},
                               "population": {"entry": "arrivals", "newcomer": {"visit_lift": 2.0}}})
model = LifecycleModel(world).run()
hits = sum(loop(model.levers).stats.cache_hits.values())
print(fingerprint(model.levers), hashlib.sha256(model.visited.tobytes()).hexdigest()[:8], hits)
"""


def test_some_files_are_compiled():
    assert {"day.py", "chance.py", "exact.py", "quantile.py", "levers/coupons.py", "lifecycle/churn.py"} <= set(
        COMPILED
    )


@pytest.mark.parametrize("file", COMPILED)
def test_the_loops_name_changes_with_every_file_that_is_compiled_into_it(file, monkeypatch):
    before = compose.fingerprint(levers())
    read = inspect.getsource
    monkeypatch.setattr(
        inspect, "getsource", lambda what: read(what) + " " * (Path(inspect.getsourcefile(what)) == HOUSE / file)
    )
    assert compose.fingerprint(levers()) != before


def test_the_loops_name_changes_with_the_levers_and_the_names_they_go_by():
    every = levers()
    two = {"coupons": every["coupons"], "points": every["points"]}
    named = {"coupons": every["coupons"], "stars": every["points"]}
    assert len({compose.fingerprint(kinds) for kinds in ({}, two, named, every)}) == 4


def test_rules_act_in_the_order_of_the_levers_names():
    for phase in PHASES:
        names = [name for _, name in compose.steps(levers(), phase)]
        assert names == sorted(names)
    assert sum(len(compose.steps(levers(), phase)) for phase in PHASES) == sum(len(v.rules) for v in levers().values())


@pytest.fixture(scope="module")
def copied(tmp_path_factory) -> Path:
    """A copy of the house in which to edit rules, without compiled loops."""
    root = tmp_path_factory.mktemp("house")
    shutil.copytree(HOUSE, root / "sim", ignore=shutil.ignore_patterns("compose.days_*", "*.pyc", ".ruff_cache"))
    return root


def run(root: Path) -> tuple[str, str, int]:
    """(name of the loop, what was lived, loops taken from the cache), in a process of its own."""
    environment = {**os.environ, "PYTHONPATH": str(root), "PYTHONDONTWRITEBYTECODE": "1", "NUMBA_OPT": "1"}
    environment.pop("NUMBA_CACHE_DIR", None)
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], cwd=root, env=environment, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr
    name, lived, hits = done.stdout.split()
    return name, lived, int(hits)


def edit(root: Path, file: str, old: str, new: str) -> None:
    path = root / "sim" / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_an_edited_source_is_never_answered_from_an_old_binary(copied):
    first = run(copied)
    assert first[2] == 0
    assert run(copied) == (*first[:2], 1)
    seen = [first]
    for file, old, new in (
        ("levers/onboarding.py", "p.strength * p.to_visit", "p.strength * (p.to_visit + 1.0)"),
        ("exact.py", "r * (1.0 / 6.0)", "r * 6.0"),
    ):
        edit(copied, file, old, new)
        seen.append(run(copied))
        assert seen[-1][2] == 0
    assert len({name for name, _, _ in seen}) == len(seen)
    assert len({lived for _, lived, _ in seen}) == len(seen)


def test_levers_beyond_the_bits_of_a_number_look_at_their_aims_themselves(monkeypatch):
    plan = sim.Scenario.from_mapping(
        {
            "name": "x", "run": {"users": 400, "days": 40, "seed": 3}, "platform": {"dormant_after_days": 7},
            "population": {"order_rate": {"r": 2.0, "alpha_weeks": 4.0}},
            "levers": {
                "coupons": {"every_days": 3, "for": {"segments": ["dormant", "new"]}},
                "messaging": {"email": {"per_week": 3}, "for": {"segments": ["active", "new"]}},
                "tiers": {"active": False}, "winback": {"after_days": 8, "for": {"segments": ["dormant"]}},
            },
        }
    )  # fmt: skip
    at_once = sim.LifecycleModel(plan).run()
    monkeypatch.setattr(gates, "PLACES", 2)
    driver._loop_for.cache_clear()
    try:
        one_by_one = sim.LifecycleModel(plan).run()
    finally:
        driver._loop_for.cache_clear()
    assert at_once.rows.tobytes() == one_by_one.rows.tobytes()
    assert at_once.total.tobytes() == one_by_one.total.tobytes()
    assert {"coupons", "messaging", "winback"} <= {name for name in plan.levers if at_once.total[name].tobytes().strip(b"\0")}
    assert not at_once.total["tiers"].tobytes().strip(b"\0")
