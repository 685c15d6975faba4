"""The tutorial runs as it stands and prints what is recorded; what it and the page on tables say of the frames is so."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from sim import Scenario, compare

DOCS = Path(__file__).parents[2] / "docs"
TUTORIAL = (DOCS / "tutorial.py").read_text(encoding="utf-8")
TABLES = (DOCS / "tables.md").read_text(encoding="utf-8")


def test_the_tutorial_prints_what_is_recorded(tmp_path):
    env = {**os.environ, "PYTHONPATH": os.pathsep.join([str(DOCS.parent), os.environ.get("PYTHONPATH", "")]), "MPLBACKEND": "Agg"}
    done = subprocess.run(
        [sys.executable, "-W", "ignore", DOCS / "tutorial.py"], cwd=tmp_path, env=env, capture_output=True, text=True, encoding="utf-8"
    )
    assert done.returncode == 0, done.stderr
    assert [line.rstrip() for line in done.stdout.splitlines()] == (DOCS / "tutorial.out").read_text(encoding="utf-8").splitlines()
    assert (tmp_path / "tutorial.png").stat().st_size > 10_000 and len(list(tmp_path.iterdir())) == 1


def test_every_cell_of_code_follows_a_cell_of_prose_or_code():
    cells = re.split(r"^# %%", TUTORIAL, flags=re.MULTILINE)[1:]
    prose = [cell for cell in cells if cell.startswith(" [markdown]")]
    assert len(prose) >= 7 and all(line.startswith("#") for cell in prose for line in cell.strip().splitlines()[1:] if line)


@pytest.fixture(scope="module")
def result(tmp_path_factory):
    """A small study with everything that can be asked for, and its folder."""
    world = {
        "name": "Small", "run": {"users": 90, "days": 40, "replications": 2, "seed": 3},
        "population": {"entry": {"arrivals": {"per_day": 9}}, "order_rate": {"r": 2.0, "alpha_weeks": 6.0}, "visit_conversion": 0.3},
        "levers": {"coupons": {"every_days": 7, "min_spend": 0}}, "platform": {"dormant_after_days": 5, "churned_after_days": 10},
        "policies": {"more": {"metric": "orders", "below": 1e6, "path": "levers.coupons.face_value", "add": 1.0}},
        "experiments": {"try": {"levers": ["coupons"]}},
    }  # fmt: skip
    folder = tmp_path_factory.mktemp("everything")
    found = compare([Scenario.from_mapping(world)], folder=folder, list_orders=True, list_users=True, twin=True, shapley=True, uncertainty=2)
    return found, folder


def frame_of(result, table):
    """The frame behind a CSV file, where the page says that it is found."""
    attribute = re.search(rf"^## `{table}\.csv` · `result\.([\w\"\[\].]+)`", TABLES, re.MULTILINE)[1]
    if "[" in attribute:
        return result.uncertainty.frames[table]
    return getattr(result, attribute)


def test_every_file_of_a_result_has_a_frame_with_its_columns_and_stands_in_the_page(result):
    found, folder = result
    files = sorted(folder.glob("*.csv"))
    assert {file.stem for file in files} == set(re.findall(r"^## `(\w+)\.csv`", TABLES, re.MULTILINE))
    for file in files:
        header = file.read_text(encoding="utf-8").splitlines()[0].split(",")
        assert list(frame_of(found, file.stem).columns) == header, file.name


def test_the_page_names_every_column(result):
    found, folder = result
    for file in folder.glob("*.csv"):
        section = re.search(rf"^## `{file.stem}\.csv`.*?(?=^## |\Z)", TABLES, re.MULTILINE | re.DOTALL)[0]
        named = set(re.findall(r"`(\w+)`", section))
        levers = ("coupons_",) if file.stem == "daily" else ()
        header = file.read_text(encoding="utf-8").splitlines()[0].split(",")
        assert [c for c in header if c not in named and not c.startswith(levers or "\0")] == [], file.name
