"""A scenario may give its name and other texts in Chinese, too; the shipped ones do, and their numbers agree."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sim.scenario import ScenarioError, load_scenario, render_resolved
from sim.scenario.texts import TEXTS

SHIPPED = sorted((Path(__file__).parents[2] / "scenarios").rglob("*.yaml"))
BAD = sorted((Path(__file__).parents[1] / "faults" / "bad").glob("*.yaml"))
DATE = re.compile(r"\d+ 月(?: \d+ 日)?|\d+ (?:January|July|September|November)")
NUMBER = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?|(?<![\d.])\.\d+")
ENGLISH = re.compile(r"\b(?:is|are|the|of|and|than|expected|cannot|but|from)\b")


def numbers(text: str) -> set[str]:
    """The numbers of a text, dates left out, `.5` as `0.5`."""
    return {n.removeprefix("0") if n.startswith("0.") else n for n in NUMBER.findall(DATE.sub("", text))}


def written(tmp_path: Path, text: str) -> Path:
    """A scenario file."""
    (tmp_path / "own.yaml").write_text(text, encoding="utf-8")
    return tmp_path / "own.yaml"


def test_texts_in_chinese_stand_beside_the_english_and_change_no_result(tmp_path):
    plain = load_scenario(written(tmp_path, "name: Spring\nquestion: Why?\n"))
    both = load_scenario(written(tmp_path, "name: Spring\nquestion: Why?\nzh:\n  name: 春季\n"))
    assert (both.name, both.told("name"), both.told("name", "zh")) == ("Spring", "Spring", "春季")
    assert both.told("question", "zh") == "Why?" and plain.zh == {}
    assert both.digest() == plain.digest()
    again = load_scenario(written(tmp_path, render_resolved(both)))
    assert again.zh == {"name": "春季"} and again.resolved() == both.resolved()


def test_chinese_texts_are_not_inherited(tmp_path):
    written(tmp_path, "name: Spring\nzh: {name: 春季}\n").rename(tmp_path / "parent.yaml")
    assert load_scenario(written(tmp_path, "name: Summer\nextends: parent.yaml\n")).zh == {}


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("zh: 春季\n", "zh", "a mapping with name, description, question, finding is expected"),
        ("zh: {nmae: 春季}\n", "zh.nmae", "unknown key 'nmae'; did you mean 'name'?"),
        ("zh: {name: 7}\n", "zh.name", "one line of text is expected; put it in quotes"),
        (f"zh: {{name: {'长' * 121}}}\n", "zh.name", "one line of text of at most 120 characters is expected"),
    ],
)
def test_what_is_no_text_in_chinese_is_refused_with_its_place(tmp_path, text, place, words):
    with pytest.raises(ScenarioError) as caught:
        load_scenario(written(tmp_path, text))
    (only,) = caught.value.faults
    assert only.path == place and words in only.message
    assert re.search("[\u4e00-\u9fff]", only.chinese)


@pytest.mark.parametrize("file", SHIPPED, ids=lambda f: f"{f.parent.name}/{f.stem}")
def test_a_shipped_scenario_says_everything_in_chinese_with_the_same_numbers(file):
    plan = load_scenario(file)
    for text in TEXTS:
        if getattr(plan, text):
            chinese = plan.told(text, "zh")
            assert re.search("[\u4e00-\u9fff]", chinese), text
            if text in ("question", "finding"):
                assert numbers(plan.told(text)) == numbers(chinese), f"zh.{text} is not what {text} says any more"


def test_names_in_chinese_differ_within_a_folder():
    for folder in {file.parent for file in SHIPPED}:
        names = [load_scenario(file).told("name", "zh") for file in folder.glob("*.yaml")]
        assert len(set(names)) == len(names)


@pytest.mark.parametrize("file", BAD, ids=lambda f: f.stem)
def test_every_fault_is_told_in_chinese_without_english_sentences(file):
    with pytest.raises(ScenarioError) as caught:
        load_scenario(file)
    for one in caught.value.faults:
        quoted = re.sub(r"'[^']*'", "", one.chinese)
        assert re.search("[\u4e00-\u9fff]", quoted) and not ENGLISH.search(quoted), one.chinese
