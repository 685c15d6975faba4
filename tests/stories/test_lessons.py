"""The lessons: their claims are held, and every file and command they name exists."""

import re
import shlex
from pathlib import Path

import numpy as np
import pytest
from lived import SCENARIOS, at_end, total, worlds
from test_stories import CLAIMS

import run

LESSONS = Path(__file__).parents[2] / "docs" / "lessons"
PAGES = sorted(page for page in LESSONS.glob("*.md") if page.name != "README.md")
PARTS = ("**Question.**", "**Scenario.**", "**Predict first.**", "**What happens.**", "**Exercise.**", "<summary>Answer</summary>", "**Run it.**")
OF_STORIES = {
    "leaking_bucket": ("78 % more people", "62 of 100 are churned", "15 of 100 are active", "media cost 54,750", "loss of 26,152"),
    "coupon_addiction": ("31 % more orders", "15 % fewer orders in the two months after", "still 9 % fewer", "contribution falls by 34 %"),
    "tier_push": ("9 % more orders in the month before the review", "4 % in the month after", "discounts of 7,883"),
    "festival_hangover": ("2.9 times the usual orders", "35 % of the bump", "contribution falls by 0.8 %"),
    "growth_or_retention": ("9 % more sign-ups", "23 % more orders for each who signs up", "18,337 more contribution"),
}


def text(name):
    """A lesson on one line."""
    return re.sub(r"\s+", " ", (LESSONS / f"{name}.md").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", OF_STORIES)
def test_a_lesson_of_a_story_says_what_the_story_s_test_holds(name):
    held = [(claim[2], claim[0]) for claim in CLAIMS]
    for phrase in OF_STORIES[name]:
        assert phrase in text(name)
        assert any(told.startswith(phrase) and f"{story}.yaml" in text(name) for told, story in held), phrase


def near(values, says, rounding):
    """Within the rounding of what is said and five standard errors."""
    return abs(values.mean() - says) <= rounding + 5 * values.std(ddof=1) / np.sqrt(len(values))


def test_what_the_lesson_on_rising_retention_says_is_what_happens():
    left = {}
    models, _ = worlds("pitfalls/rising_retention")
    for year in (1, 11, 12):
        left[year] = np.array([1 - model.daily()["departed"][30 * year] / len(model.rows) for model in models])
    page = text("rising_retention")
    for phrase, values in {
        "85 to 96 %": 100 * left[12] / left[11], "leaves 14 %": 100 * left[1] ** 12, "in truth 38 %": 100 * left[12], "85 % renew": 100 * left[1],
    }.items():
        assert phrase in page and near(values, float(re.findall(r"\d+", phrase)[-1]), 0.5), phrase


def test_what_the_lesson_on_coupons_says_is_what_happens():
    own, beside = (np.array([1000 * (m.rows["orders"] > 0).mean() for m in models]) for models in worlds("pitfalls/cannibalisation"))
    page = text("bought_anyway")
    for phrase, values in {"shows 414": own * 40 * 0.2, "brought 393": beside * 40 * 0.3, "37 of 100": 100 * (1 - beside / own)}.items():
        assert phrase in page and near(values, float(re.findall(r"\d+", phrase)[0]), 0.5), phrase


def test_what_the_lesson_on_the_test_says_is_what_happens():
    models, _ = worlds("pitfalls/interference")
    arms = 100 * np.array([model.steering.trials[0].read(model)["arms"][:, 0, 1] for model in models])
    page = text("lying_test")
    for phrase, values in {"19.4 %": arms[:, 0], "17.6 %": arms[:, 1], "1.8 points": arms[:, 0] - arms[:, 1]}.items():
        assert phrase in page and near(values, float(re.findall(r"[\d.]+", phrase)[0]), 0.05), phrase


def test_the_bucket_leaks_while_sign_ups_rise():
    models, _ = worlds("stories/leaking_funnel")
    assert (at_end(models, "customer") < 0.2 * total(models, "new_users")).all()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_lesson_has_all_its_parts_and_a_title_in_both_languages(page):
    words = page.read_text(encoding="utf-8")
    assert all(words.count(part) == 1 for part in PARTS)
    assert re.match(r"# \d\. [A-Z][\w ’'/-]+ [\u4e00-\u9fff]", words)
    assert len(words.split()) < 400


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_file_and_command_of_a_lesson_exists(page, monkeypatch, capsys):
    words = page.read_text(encoding="utf-8")
    links = re.findall(r"\]\(([^)]+)\)", words)
    assert any(link.endswith(".png") for link in links) and all((LESSONS / link).exists() for link in links)
    assert (LESSONS / f"{page.stem}.png").stat().st_size < 100_000
    monkeypatch.chdir(SCENARIOS.parent)
    commands = [shlex.split(line) for block in re.findall(r"```sh\n(.*?)```", words, re.DOTALL) for line in block.splitlines()]
    for _, program, *rest in commands:
        assert Path(program).exists()
        if program == "run.py":
            files = [word for word in rest[1:] if word.endswith(".yaml")]
            for file in files:
                run.cli.main(["show", file, *(word for word in rest[1:] if word not in files)], standalone_mode=False)
    settings = re.findall(r"--set (\S+?)=(\S+?)[\s`]", words)
    file = re.search(r"scenarios/\S+\.yaml", words)[0]
    for path, value in settings:
        run.cli.main(["show", file, "--set", f"{path}={value}"], standalone_mode=False)
    assert capsys.readouterr().out


def test_the_index_lists_every_lesson_in_both_languages():
    index = (LESSONS / "README.md").read_text(encoding="utf-8")
    assert len(PAGES) == 8
    for page in PAGES:
        assert index.count(f"({page.name})") == 1 and index.count(f"(zh/{page.name})") == 1
