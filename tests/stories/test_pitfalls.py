"""Every pitfall shows: a right number, read wrongly, beside the truth."""

import math

import pytest
from lived import SCENARIOS, story

from analysis.evidence import pitfalls
from analysis.evidence.check import PITFALL, Scale
from analysis.evidence.figure import picture
from analysis.evidence.study import CHECKS, Outcome, frame, markdown

QUICK = Scale(quick=True)


@pytest.fixture(scope="module")
def found():
    """The rows of a check, run once."""
    kept = {}

    def run(name):
        if name not in kept:
            kept[name] = CHECKS[name].run(QUICK)
        return kept[name]

    return run


@pytest.mark.parametrize("name", [check.name for check in pitfalls.CHECKS])
def test_a_pitfall_is_as_the_source_says(name, found):
    rows = found(name)
    assert [row.quantity for row in rows if not row.inside] == []
    assert all(math.isfinite(row.gives) and row.users and row.replications == 4 for row in rows)


@pytest.mark.parametrize("name", [check.name for check in pitfalls.CHECKS])
def test_a_pitfall_is_drawn_and_told(name, found):
    outcome = Outcome(CHECKS[name], found(name))
    assert CHECKS[name].kind == PITFALL and picture(outcome.check, outcome.rows).files.png
    assert "nan" not in markdown([outcome]) and len(frame([outcome])) == len(outcome.rows)


def test_every_scenario_of_a_pitfall_is_tried_and_asks_a_question():
    settings = " ".join(check.setting for check in pitfalls.CHECKS)
    for file in (SCENARIOS / "pitfalls").glob("*.yaml"):
        assert f"{file.stem}.yaml" in settings
        plan = story(f"pitfalls/{file.stem}")
        assert plan.question.endswith("?") and plan.finding


def test_a_direction_that_is_not_there_lies_outside():
    models = [type("World", (), {"rows": range(10)})] * 4
    assert not pitfalls._sign("nothing", "-", [1.0, -1.0, 0.5, -0.5], models, True).inside
    assert not pitfalls._sign("the other way", "-", [-1.0, -1.1, -0.9, -1.0], models, True).inside
    assert pitfalls._sign("there", "-", [1.0, 1.1, 0.9, 1.0], models, True).inside
