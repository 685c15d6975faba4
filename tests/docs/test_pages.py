"""docs/levers is what the lever files say."""

from pathlib import Path

import pytest

from analysis import pages
from sim.lever import levers
from sim.parameter import specification

DOCS = Path(__file__).parents[2] / "docs" / "levers"


def shipped() -> dict[str, str]:
    """The pages as they are committed."""
    return {path.name: path.read_text(encoding="utf-8") for path in DOCS.glob("*.md")}


def test_the_committed_pages_are_those_that_the_lever_files_give():
    assert shipped() == pages.pages(), "run: python -m analysis.pages"


def test_writing_gives_the_committed_files(tmp_path):
    written = pages.write(tmp_path / "levers")
    assert {path.name: path.read_text(encoding="utf-8") for path in written} == shipped()


@pytest.mark.parametrize("name", levers())
def test_a_page_names_every_parameter_column_counter_account_and_rule(name):
    lever = levers()[name]
    text = pages.pages()[f"{name}.md"]
    for word in (*specification(lever.Parameters), *lever.columns, *(f.__name__ for f in lever.rules)):
        assert f"| `{word}` |" in text, word
    for word in (*(f"{name}_{c}" for c in lever.counters), *(f"{name}.{a}" for a in lever.accounts)):
        assert f"| `{word}` |" in text, word
    for law in lever.laws:
        assert f"- {law}" in text


def test_every_parameter_is_a_decision_sourced_or_an_assumption():
    found = levers()
    rows = [line.split(" | ") for line in pages.index(found).splitlines() if line.startswith("| [`")]
    assert len(rows) == len(found)
    for row, lever in zip(rows, found.values(), strict=True):
        assert sum(int(cell.strip(" |")) for cell in row[2:]) == len(specification(lever.Parameters))


def test_a_bar_in_a_meaning_does_not_break_a_table():
    assert pages.table(["a"], [["x | y"]])[-1] == "| x \\| y |"
