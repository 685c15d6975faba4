"""The lessons in Chinese say what the lessons in English say: the same parts, numbers, files and commands. (Their claims: tests/stories.)"""

import ast
import re
from pathlib import Path

import pytest

from sim.scenario import load_scenario

LESSONS = Path(__file__).parents[2] / "docs" / "lessons"
PAGES = sorted(page.name for page in LESSONS.glob("*.md"))
LESSON_PAGES = [name for name in PAGES if name != "README.md"]
PARTS = ("**问题。**", "**场景。**", "**先预测。**", "**结果如何。**", "**练习。**", "<summary>答案</summary>", "**动手运行。**")
NUMBER = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?|(?<![\d.])\.\d+")
DATE = re.compile(r"\d+ 月 \d+ 日|\d+ (?:July|November)")
CODE = re.compile(r"```.*?```|`[^`]*`|\]\([^)]*\)", re.DOTALL)


def read(name: str, chinese: bool) -> str:
    """A page in a language."""
    return (LESSONS / ("zh" if chinese else ".") / name).read_text(encoding="utf-8")


def numbers(text: str) -> set[str]:
    """The numbers of a page's prose, dates left out."""
    return set(NUMBER.findall(DATE.sub("", CODE.sub("", text))))


def code(text: str) -> list[str]:
    """What is to be typed, without the language asked for."""
    return [one.replace(" --lang zh", "") for one in re.findall(r"```.*?```|`[^`]*`", text, re.DOTALL)]


def test_every_lesson_is_there_in_chinese_with_its_figure_and_no_other():
    assert sorted(page.name for page in (LESSONS / "zh").glob("*.md")) == PAGES
    figures = {f"{Path(name).stem}.png" for name in LESSON_PAGES}
    for folder in (LESSONS, LESSONS / "zh"):
        assert {figure.name for figure in folder.glob("*.png")} == figures
    assert all((LESSONS / "zh" / figure).stat().st_size < 100_000 for figure in figures)


@pytest.mark.parametrize("name", PAGES)
def test_a_lesson_says_the_same_numbers_and_names_the_same_commands_in_both_languages(name):
    english, chinese = read(name, chinese=False), read(name, chinese=True)
    assert numbers(chinese) == numbers(english)
    assert [one.replace("../../../", "../../") for one in code(chinese)] == code(english)


@pytest.mark.parametrize("name", LESSON_PAGES)
def test_a_lesson_in_chinese_has_all_its_parts_and_both_titles(name):
    english, chinese = read(name, chinese=False), read(name, chinese=True)
    assert all(chinese.count(part) == 1 for part in PARTS)
    number, title, other = re.match(r"# (\d)\. ([A-Z][\w ’'/-]+?) ([\u4e00-\u9fff].*)\n", english).groups()
    assert chinese.startswith(f"# {number}. {other} {title}\n")
    links = re.findall(r"\]\(([^)]+)\)", chinese)
    assert f"{Path(name).stem}.png" in links and all((LESSONS / "zh" / link).exists() for link in links)
    for link in links:
        if link.endswith(".yaml"):
            assert load_scenario(LESSONS / "zh" / link).zh["question"]


def test_the_index_lists_every_lesson_in_chinese():
    index = read("README.md", chinese=True)
    for name in LESSON_PAGES:
        title = read(name, chinese=True).split("\n")[0].partition(". ")[2].partition(" ")[0]
        assert index.count(f"]({name})") == 1 and title in index


def test_whatever_a_figure_of_a_lesson_says_is_said_in_both_languages():
    tree = ast.parse((LESSONS / "make.py").read_text(encoding="utf-8"))
    pairs = [c for c in ast.walk(tree) if isinstance(c, ast.Call) and getattr(c.func, "id", "") == "Both"]
    assert len(pairs) > 25
    for pair in pairs:
        english, chinese = (argument.value for argument in pair.args)
        assert bool(english) == bool(chinese) and (not chinese or re.search("[\u4e00-\u9fff]", chinese)), english
    lessons = [c for c in ast.walk(tree) if isinstance(c, ast.Call) and getattr(c.func, "id", "") == "Lesson"]
    assert len(lessons) == len(LESSON_PAGES)
    assert not [c for lesson in lessons for c in lesson.args[1:4] if isinstance(c, ast.Constant)]
