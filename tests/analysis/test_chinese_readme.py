"""README.zh-CN.md says what README.md says: the same commands, the same sections, scenarios and levers, links that lead somewhere."""

import re

import pytest

import run
from analysis import lever_words
from analysis.language import speaking
from sim.lever import levers
from sim.scenario import load_scenario

ROOT = run.SCENARIOS.parent
ENGLISH = (ROOT / "README.md").read_text(encoding="utf-8")
CHINESE = (ROOT / "README.zh-CN.md").read_text(encoding="utf-8")


def blocks(text):
    """Every block of code with its language."""
    return re.findall(r"```(\w+)\n(.*?)```", text, re.DOTALL)


def test_every_command_and_program_is_the_same_in_both_languages():
    assert blocks(CHINESE) == blocks(ENGLISH)


def test_there_are_as_many_sections_and_tables_in_the_same_order():
    shape = r"^(#+) |^(\| ---.*)$"
    assert re.findall(shape, CHINESE, re.MULTILINE) == re.findall(shape, ENGLISH, re.MULTILINE)


@pytest.mark.parametrize("row", [r"^\| \[`(\w+)`\]\(scenarios/", r"^\| \[`(\w+)`\]\(docs/levers/"])
def test_scenarios_and_levers_are_listed_alike(row):
    names = re.findall(row, CHINESE, re.MULTILINE)
    assert names == re.findall(row, ENGLISH, re.MULTILINE) and len(names) >= 7


def test_its_links_lead_somewhere():
    targets = re.findall(r"\]\(([^)#\s]+)\)", CHINESE)
    assert [t for t in targets if not t.startswith("https://") and not (ROOT / t).exists()] == []


def test_it_asks_of_scenarios_and_says_of_levers_what_they_themselves_do():
    for name, question in re.findall(r"^\| \[`(\w+)`\]\(scenarios/\S+ \| (.*) \|$", CHINESE, re.MULTILINE):
        assert question == load_scenario(run.SCENARIOS / f"{name}.yaml").told("question", "zh")
    with speaking("zh"):
        for name, line in re.findall(r"^\| \[`(\w+)`\]\(docs/levers/\S+ \| (.*) \|$", CHINESE, re.MULTILINE):
            assert line == lever_words.lever_line(name, levers()[name].doc)
