"""docs/uncertainty.md says of ranges, files and intervals what the program has."""

from __future__ import annotations

import re
from pathlib import Path

import sim
from sim.study.ranges import FACTORS, published
from sim.study.uncertainty import COLUMNS, TABLES

DOCS = Path(sim.__file__).parents[1] / "docs"
PAGE = (DOCS / "uncertainty.md").read_text(encoding="utf-8")


def test_every_published_range_stands_there_with_its_basis_and_no_other():
    rows = re.findall(r"^\| `([\w.]+)` \| ([\d.]+) \| (\S+) … (\S+) \| (.+?) \| .+ \|$", PAGE, re.MULTILINE)
    assert rows == [(name, row["value"], row["low"], row["high"], row["basis"]) for name, row in published().items()]


def test_files_columns_and_the_rule_are_those_of_the_program():
    assert all(f"`{table}.csv`" in PAGE for table in TABLES) and ",".join(COLUMNS) in PAGE
    assert re.search(r"× 1\.25 for a source of grade A, 1\.5 for B, 1\.75 for C, 2 for D", PAGE)
    assert FACTORS == {"A": 1.25, "B": 1.5, "C": 1.75, "D": 2.0, "": 2.0}


def test_the_recorded_rates_of_intervals_lie_inside_the_band_or_are_called_outside():
    page = (DOCS / "intervals.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `\w+` \| ([\d.]+) % \| (.+) \|$", page, re.MULTILINE)
    assert len(rows) > 50
    assert [r for r in rows if (abs(float(r[0]) - 5) <= 2.3) != (r[1] == "inside")] == []
