"""The figures of who lapses and why users leave say what the tables say, and can be read."""

import pytest
from frames import tables
from leaving_frames import REASONS, with_leaving
from test_plots import faults

from analysis import churn_words, finding
from analysis.language import speaking
from analysis.plots import hazard_ratios, pictures, reasons_of_leaving
from analysis.report import build
from sim.population import REASONS as KNOWN
from sim.study.churn import CONTRASTS
from sim.study.reasons import STAYS


@pytest.fixture(scope="module")
def made():
    return {count: with_leaving(tables(count, replications=3)) for count in (1, 2, 8)}


@pytest.mark.parametrize("count", [1, 2, 8])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_no_text_overlaps_another_or_leaves_the_figure(count, language, made):
    with speaking(language):
        for picture in (hazard_ratios(made[count]), reasons_of_leaving(made[count])):
            assert faults(picture) == ([], []), picture.name


def test_many_strategies_with_long_names_can_be_read_too():
    names = ["Baseline", *(f"A strategy whose name says in full what it does, to whom and when, number {i}" for i in range(12))]
    many = with_leaving(tables(13, replications=2, names=names, effects=[(k % 5, 100 * k, 10 * k) for k in range(13)]))
    for picture in (hazard_ratios(many), reasons_of_leaving(many)):
        assert faults(picture) == ([], []), picture.name


def test_of_many_strategies_the_hazards_show_those_whose_contribution_differs_most(made):
    eight = made[8]
    found = finding.readings(eight, "contribution_per_user")
    most = sorted((s for s in eight.scenarios if s != eight.baseline), key=lambda s: -abs(found[s].delta))[:2]
    drawn = " ".join(text.get_text() for text in hazard_ratios(eight).figure().texts)
    assert all(f"“{name[:30]}" in drawn for name in (eight.baseline, *most))
    assert not [name for name in eight.scenarios if name not in (eight.baseline, *most) and f"“{name[:30]}" in drawn]


def test_the_bars_by_segment_say_whose_they_are(made):
    titles = [ax.get_title(loc="left") for ax in reasons_of_leaving(made[2]).figure().axes]
    assert titles[0] == "" and titles[1] in made[2].scenarios


def test_both_belong_to_the_figures_of_a_study_that_has_their_tables(made):
    assert {"hazard_ratios", "reasons"} <= {p.name for p in pictures(made[2])}
    assert not {"hazard_ratios", "reasons"} & {p.name for p in pictures(tables(2, replications=3))}


def test_the_finding_names_the_ratio_that_tells_most_beside_the_signs(made):
    made = with_leaving(tables(1, replications=3))
    rows = made.churn
    rows[["hazard_ratio", "ci_low", "ci_high", "verdict"]] = [1.0, 0.9, 1.1, "not distinguishable"]
    nothing = hazard_ratios(made).finding
    assert nothing == "Beside its signs, nothing the platform sees tells who lapses"
    rows.loc[rows["feature"] == "recency", ["hazard_ratio", "verdict"]] = [1.5, "more"]
    columns = ["hazard_ratio", "ci_low", "ci_high", "verdict"]
    rows.loc[rows["feature"] == "dissatisfied", columns] = [2.5, 2.0, 3.0, "more"]
    rows.loc[rows["feature"] == "member", columns] = [0.2, 0.05, 0.7, "less"]  # further from 1, and less certain
    assert "×1.50" in hazard_ratios(made).finding and "“Experiences below expectation”: ×2.50" in hazard_ratios(made).finding
    rows.loc[rows["feature"] == "member", columns] = [0.3, 0.25, 0.4, "less"]
    assert "“Paying member, or on trial”: ×0.30" in hazard_ratios(made).finding


def test_the_finding_tells_how_many_of_the_silent_have_left_and_the_first_reason(made):
    assert reasons_of_leaving(made[1]).finding == (
        "80 % of the users whom silence calls churned have not left; of those who have, 40 % had a reason one could act on, most of all "
        "a bad experience (20 %)"
    ).replace(" %", "\N{NO-BREAK SPACE}%")
    alone = with_leaving(tables(2, replications=3), {"nothing in particular": 1.0})
    assert reasons_of_leaving(alone).finding.endswith("nobody who left had a reason one could act on")


def test_without_anybody_who_left_or_lapsed_there_is_no_figure(made):
    bare = with_leaving(tables(2, replications=3))
    bare.churn, bare.reasons = bare.churn[:0], bare.reasons[bare.reasons["reason"] == STAYS]
    for figure in (hazard_ratios, reasons_of_leaving):
        with pytest.raises(ValueError, match="no hazard ratios|nobody has left"):
            figure(bare)


def test_every_feature_and_reason_has_a_name_in_both_languages():
    assert set(churn_words.FEATURES) == set(CONTRASTS)
    assert set(churn_words.REASONS) == {STAYS, *KNOWN[1:]} and set(REASONS) == set(KNOWN[1:])
    with speaking("zh"):
        assert churn_words.feature("orders", "4-6", "orders so far, against none") == "累计下单 4–6 次（对比未下单）"
        assert churn_words.feature("persona", "saver", "this persona, against 普通") == "saver（对比普通）"


def test_the_report_shows_both_and_defines_them(made):
    page = build.render(made[2], [hazard_ratios(made[2]), reasons_of_leaving(made[2])])
    assert "whom silence calls churned" in page and "churn.csv" in page and "reasons.csv" in page
    assert 'id="def-hazard_ratio"' in page and 'id="def-reason"' in page
    plain = tables(2, replications=3)
    assert "def-hazard_ratio" not in build.render(plain, [])
