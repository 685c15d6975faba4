"""In Chinese a report calls scenarios by the names that their files give in it; without one, and in files, names stay."""

from types import SimpleNamespace

import pytest
from frames import tables

from analysis import finding
from analysis.language import speaking
from analysis.named import in_language
from analysis.result import left_out
from sim.scenario import Scenario


def study(*chinese: str) -> SimpleNamespace:
    """The tables of a study whose scenarios have these names in Chinese; an empty one has none."""
    frames = tables(len(chinese), replications=2)
    texts = [{"zh": {"name": name, "question": f"{name}？"}} if name else {} for name in chinese]
    plans = [Scenario.from_mapping({"name": name, "question": "Why?"} | text) for name, text in zip(frames.scenarios, texts, strict=True)]
    facts = {name: {"resolved": plan.resolved()} for name, plan in zip(frames.scenarios, plans, strict=True)}
    words = vars(frames) | {"plans": plans, "manifest": dict(frames.manifest) | {"scenarios": facts}, "elsewhere": 7}
    return SimpleNamespace(**words, comparable=lambda: SimpleNamespace(**words))


def test_every_table_and_list_has_the_names_of_the_language():
    plain = study("基准", "优惠券", "")
    english = list(plain.scenarios)
    with speaking("zh"):
        told = in_language(plain)
        assert told.scenarios == ["基准", "优惠券", english[2]] and told.baseline == "基准"
        for name in ("summary", "retention", "daily", "cohorts", "ledger", "assumptions"):
            assert set(getattr(told, name)["scenario"].unique()) == set(told.scenarios), name
        assert list(told.manifest["scenarios"]) == told.scenarios
        assert told.questions["优惠券"] == ("优惠券？", "", "") and told.questions[english[2]] == ("Why?", "", "")
        assert told.recorded == {"基准": english[0], "优惠券": english[1]} and told.elsewhere == 7
        assert left_out(told, told.comparable()) == {}
        assert list(finding.readings(told, "bracket_30_90_order")) == told.scenarios
    assert set(plain.summary["scenario"].unique()) == set(english)


def test_in_english_and_without_chinese_names_a_result_is_itself():
    plain, without = study("基准", "优惠券"), study("", "")
    assert in_language(plain) is plain
    with speaking("zh"):
        assert in_language(without) is without


@pytest.mark.parametrize("names", [("基准", "优惠券", "优惠券"), ("基准", "", "")])
def test_two_scenarios_never_get_one_name(names):
    plain = study(*names)
    if not names[1]:
        plain.plans[1] = Scenario.from_mapping({"name": plain.scenarios[1], "zh": {"name": plain.scenarios[2]}})
    with speaking("zh"):
        told = in_language(plain)
        assert len(set(told.scenarios)) == 3 and told.scenarios[2] == plain.scenarios[2]
