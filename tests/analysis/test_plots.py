"""Figures can be read: nothing overlaps, nothing is cut, the same bytes every time."""

import itertools
import warnings

import matplotlib as mpl
import numpy as np
import pytest
from frames import CHINESE, tables
from matplotlib.text import Text

from analysis import style
from analysis.plots import cohort_heatmap, pictures, retention_curves, survival, write_plots
from analysis.plots.label import dodge

SLACK = 1.0
"""Pixels two boxes may share: less than the white inside a letter's box."""


def boxes(picture):
    """Every text that is drawn, with its box in pixels; ticks outside their axis exist but are not drawn."""
    drawn = []
    draw = Text.draw

    def note(text, renderer, *args, **kwargs):
        drawn.append(text)
        return draw(text, renderer, *args, **kwargs)

    figure = picture.figure()
    renderer = figure.canvas.get_renderer()
    with pytest.MonkeyPatch.context() as patch, style.applied(picture.labels):
        patch.setattr(Text, "draw", note)
        figure.draw(renderer)
        shown = [text for text in drawn if text.get_visible() and text.get_text().strip()]
        return figure, [(text.get_text(), text.get_window_extent(renderer)) for text in shown]


def faults(picture):
    """Pairs of texts that overlap, and texts cut at the figure's edge."""
    figure, found = boxes(picture)
    frame = figure.bbox
    cut = [t for t, b in found if b.x0 < -SLACK or b.y0 < -SLACK or b.x1 > frame.x1 + SLACK or b.y1 > frame.y1 + SLACK]
    overlaps = [
        (first, second)
        for (first, a), (second, b) in itertools.combinations(found, 2)
        if min(a.x1, b.x1) - max(a.x0, b.x0) > SLACK and min(a.y1, b.y1) - max(a.y0, b.y0) > SLACK
    ]
    return cut, overlaps


@pytest.mark.parametrize("count", [1, 2, 8])
def test_no_text_overlaps_another_or_leaves_the_figure(count, eight):
    for picture in pictures(eight if count == 8 else tables(count, replications=3)):
        assert faults(picture) == ([], []), picture.name


def test_names_of_80_characters_fit_too():
    names = [
        "Baseline",
        *(f"A strategy whose name says in full what it does, to whom and when, number {i}" for i in range(7)),
    ]
    for picture in pictures(tables(8, replications=3, names=names)):
        assert faults(picture) == ([], []), picture.name


def test_the_overlap_test_can_fail(two):
    picture = retention_curves(two)
    figure, found = boxes(picture)
    assert len(found) > 10
    with style.applied(picture.labels):
        figure.texts[0].set_position((0.5, 0.5))
        figure.text(0.5, 0.5, figure.texts[0].get_text(), va="top")
        extents = [t.get_window_extent(figure.canvas.get_renderer()) for t in (figure.texts[0], figure.texts[-1])]
    assert extents[0].overlaps(extents[1])


def test_every_figure_asked_for_is_drawn_for_a_comparison(eight):
    assert [p.name for p in pictures(eight)] == [
        "cost_retention",
        "difference_retention_90_order",
        "difference_contribution_per_user",
        "retention_rolling_order",
        "retention_bracket_30_order",
        "value",
        "lifecycle",
        "cohorts_ordered",
        "survival_order",
        "survival_departure",
    ]


def test_one_scenario_alone_has_no_differences_but_all_else():
    names = [p.name for p in pictures(tables(1, replications=3))]
    assert not any(n.startswith(("difference", "cost")) for n in names)
    assert {"retention_rolling_order", "value", "lifecycle", "cohorts_ordered", "survival_order"} <= set(names)


def test_the_same_tables_give_the_same_bytes(two, tmp_path):
    first = {p.name: p.read_bytes() for p in write_plots(two, tmp_path / "a")}
    with mpl.rc_context({"font.size": 30, "axes.facecolor": "red", "svg.hashsalt": "mine"}):
        second = {p.name: p.read_bytes() for p in write_plots(two, tmp_path / "b")}
    assert first == second
    assert {name.rsplit(".")[-1] for name in first} == {"png", "svg"}
    assert not [p for p in (tmp_path / "a" / "plots").iterdir() if p.name not in first]
    assert not any(b"<dc:date>" in content or b"Matplotlib v" in content for content in first.values())


def test_drawing_leaves_the_users_settings_alone(two):
    before = dict(mpl.rcParams)
    retention_curves(two).encoded("png")
    assert dict(mpl.rcParams) == before


def test_english_names_draw_without_any_warning(eight):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for picture in pictures(eight):
            picture.encoded("png")


def test_a_name_no_font_can_draw_is_replaced_aloud_with_the_package_to_install(monkeypatch):
    monkeypatch.setattr(style, "_installed_wide", tuple)
    with pytest.warns(style.MissingFontWarning, match="fonts-noto-cjk") as seen:
        labels = style.names(CHINESE)
    assert len(seen) == 1 and all(name in str(seen[0].message) for name in CHINESE)
    assert labels[CHINESE[0]] == "baseline" and labels[CHINESE[3]] == "strategy 3"


def test_a_chinese_font_is_taken_only_where_a_name_needs_it(monkeypatch):
    real = style._characters
    monkeypatch.setattr(style, "_installed_wide", lambda: ("Some CJK",))
    monkeypatch.setattr(
        style, "_characters", lambda f: frozenset(map(ord, "".join(CHINESE))) if f == "Some CJK" else real(f)
    )
    assert style.families(["Points"]) == [style.BASE_FONT]
    assert style.families(["积分"]) == [style.BASE_FONT, "Some CJK"]
    assert style.names(CHINESE) == dict(zip(CHINESE, CHINESE, strict=True))


def test_two_names_never_share_a_label():
    long = ["Baseline", "x" * 200, "x" * 199 + " x", "a\u200bb", "a b"]
    assert len(set(style.names(long).values())) == len(long)


def test_a_name_that_looks_like_a_formula_or_markup_is_drawn_as_it_is(tmp_path):
    odd = tables(2, replications=3, names=["Baseline", "$\\frac{1 <b>&amp;</b> \x07{} %s"])
    for picture in pictures(odd):
        assert picture.encoded("svg").startswith(b"<?xml")


def test_every_colour_of_text_has_a_contrast_of_4_5_on_white():
    for colour in (*style.PALETTE, style.INK, style.QUIET, style.BASELINE):
        assert style.contrast(colour) >= 4.5, colour
    assert style.contrast("#000000") == pytest.approx(21)


def test_colour_and_pattern_together_tell_all_strategies_apart(eight):
    colours, patterns = style.colours(eight.scenarios, eight.baseline), style.patterns(eight.scenarios, eight.baseline)
    assert len({(colours[s], str(patterns[s])) for s in eight.scenarios}) == 8
    assert colours[eight.baseline] == style.BASELINE


def test_dodged_labels_keep_their_order_their_distance_and_the_bounds():
    rng = np.random.default_rng(1)
    for _ in range(50):
        wanted, sizes = rng.uniform(0, 10, 8), rng.uniform(0.2, 1.1, 8)
        placed = dodge(wanted, sizes, 0, 10)
        order = np.argsort(wanted)
        low, high = (placed - sizes / 2)[order], (placed + sizes / 2)[order]
        assert low[0] >= -1e-9 and high[-1] <= 10 + 1e-9
        assert (low[1:] - high[:-1] >= -1e-9).all()


def test_labels_far_apart_stay_where_they_are():
    assert dodge([1.0, 5.0, 9.0], [1, 1, 1], 0, 10) == pytest.approx([1, 5, 9])


def test_a_single_cohort_is_compared_across_scenarios(two):
    alone = tables(3, replications=3, one_cohort=True)
    assert "One row a strategy" in cohort_heatmap(alone).how
    assert "One row a weekly cohort" in cohort_heatmap(two).how


def test_curves_of_different_definitions_are_never_mixed(two):
    with pytest.raises(ValueError, match="definition=rolling, event=order, start=registration"):
        retention_curves(two, start="registration")
    assert "first gap" in survival(two).note and "departed" in survival(two, event="departure").note


def test_a_short_run_in_which_nobody_ever_returns_still_draws():
    frames = tables(3, replications=2, days=20)
    for frame, columns in ((frames.retention, ["mean", "ci_low", "ci_high"]), (frames.cohorts, ["active", "ordered"])):
        frame[columns] = frame[columns] * 0
    frames.ledger["amount_minor"] = 0
    for column in ("mean", "ci_low", "ci_high", "delta", "delta_ci_low", "delta_ci_high"):
        frames.summary[column] = 0.0
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for picture in pictures(frames):
            assert faults(picture) == ([], []), picture.name


def test_one_replication_draws_without_intervals():
    for picture in pictures(tables(3, replications=1)):
        picture.encoded("svg")
