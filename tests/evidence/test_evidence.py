"""The register of evidence: every check has a source and a band, misses are said, and what is written agrees."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import pytest

from analysis.evidence import oracles, replays, tables
from analysis.evidence.check import COLUMNS, KINDS, REPLAY, Check, Row, Scale, gate, table
from analysis.evidence.study import CHECKS, Outcome, frame, markdown, run, told, write
from analysis.language import Both
from sim.scenario import load_scenario

ROOT = Path(__file__).parents[2]
QUICK = Scale(quick=True)
HIT = Row("a hit", "share", 0.5, 0.51, 0.45, 0.55)
MISS = Row("a miss", "share", 0.5, 0.61, 0.45, 0.55)


def outcome(*rows: Row) -> Outcome:
    return Outcome(Check("made_up", "table", Both("Made up", "虚构"), "nobody", "D", lambda scale: list(rows)), rows)


@pytest.mark.parametrize("name", CHECKS)
def test_every_check_says_what_it_is_and_on_whose_word(name):
    check = CHECKS[name]
    assert check.name == name and re.fullmatch(r"[a-z_]+", name)
    assert check.kind in KINDS and check.source and check.grade in ("A", "B", "C", "D")
    assert check.title.en and check.title.zh


def test_no_two_checks_share_a_name():
    assert len(CHECKS) >= len(oracles.CHECKS) + len(tables.CHECKS) + len(replays.CHECKS)


@pytest.mark.parametrize("name", [name for name, check in CHECKS.items() if check.kind == REPLAY])
def test_every_replay_is_a_scenario_that_says_what_its_study_fixes(name):
    plan = load_scenario(ROOT / "scenarios" / "evidence" / f"{name}.yaml")
    assert "Fixed by" in " ".join(plan.description.split()) or "Fixed\nby" in plan.description
    assert plan.question and plan.levers


@pytest.mark.parametrize("name", [name for name, check in CHECKS.items() if check.kind == REPLAY])
def test_every_replay_says_how_many_people_live_in_a_world_and_how_large_the_study_was(name):
    plan = load_scenario(ROOT / "scenarios" / "evidence" / f"{name}.yaml")
    people = f"{plan.run.users:,}"
    assert people in plan.description and people in plan.zh["description"] and people in CHECKS[name].size
    assert "Size of the study: " in CHECKS[name].size and plan.run.replications > 1


@pytest.mark.parametrize(
    ("name", "people"), [("hillstrom", 64_000), ("kivetz", 949), ("endowed", 300), ("ascarza", 65_000), ("seal", 288_169), ("redemption", 6_589)]
)
def test_a_world_is_as_large_as_the_study_where_that_is_published(name, people):
    assert load_scenario(ROOT / "scenarios" / "evidence" / f"{name}.yaml").run.users == people


@pytest.mark.parametrize("name", ["nbd", "sbg", "gamma_gamma", "beta_binomial", "app_retention", "second_order"])
def test_a_quick_check_holds(name):
    (found,) = run([name], QUICK, lambda done, total, doing: None)
    assert found.holds, told([found])


def test_a_wrong_number_is_told_as_a_miss_as_plainly_as_a_hit():
    both = outcome(HIT, MISS)
    assert (both.inside, both.holds) == (1, False)
    text = told([both])
    assert "OUTSIDE made_up  1/2" in text and "a miss: source 0.5, simulator 0.61" in text
    assert "1 of 2 numbers lie in their band; 0 of 1 checks hold throughout." in text
    assert "**outside**" in markdown([both])


def test_the_gate_is_three_standard_errors_and_one_per_cent():
    assert gate(Scale(), "x", "-", 1.0, 1.0, 0.001).high == pytest.approx(1.003)
    assert gate(Scale(), "x", "-", 1.0, 1.0, 0.1).high == pytest.approx(1.01)
    assert gate(QUICK, "x", "-", 1.0, 1.0, 0.1).high == pytest.approx(1.3)


def test_the_table_has_the_columns_that_are_promised_and_the_page_needs_nothing_from_outside(tmp_path):
    write([outcome(HIT, MISS)], tmp_path)
    rows = list(csv.DictReader(io.StringIO((tmp_path / "evidence.csv").read_text("utf-8"))))
    assert tuple(rows[0]) == COLUMNS == tuple(frame([outcome(HIT)]).columns)
    assert [row["inside"] for row in rows] == ["True", "False"]
    page = (tmp_path / "evidence.html").read_text("utf-8")
    assert page.count("<h1>") == 1 and "<svg" in page and 'class="outside"' in page
    assert not re.search(r'(src|href)="(?!#)|url\(|@import|<script', re.sub(r"xmlns[^ ]*|xlink:href=\"#[^\"]*\"|url\(#[^)]*\)", "", page))


def test_the_page_of_the_documentation_knows_every_check():
    text = (ROOT / "docs" / "evidence.md").read_text("utf-8")
    assert set(re.findall(r"^### .*\(`([a-z_]+)`\)", text, re.MULTILINE)) == set(CHECKS)


def test_published_tables_are_those_of_the_sources():
    assert table("cdnow_cumulative_repeats")["actual_cum_repeat"][12] == 828
    assert table("sbg_survival")["high_end"][1] == 86.9
