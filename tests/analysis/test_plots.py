"""Figures can be read: nothing overlaps, nothing is cut, the same bytes every time."""

import itertools
import warnings

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from frames import CHINESE, tables
from matplotlib.text import Text

from analysis import finding, style
from analysis.plots import cohort_heatmap, focus, pictures, retention_curves, survival, write_plots
from analysis.plots.label import dodge
from analysis.plots.picture import rounded

SLACK = 1.0
"""Pixels two boxes may share: less than the white inside a letter's box."""


def boxes(picture):
    """Every text that is drawn, with its box in pixels and its colour; ticks outside their axis exist but are not drawn."""
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
        return figure, [(text.get_text(), text.get_window_extent(renderer), text.get_color()) for text in shown]


def faults(picture):
    """Pairs of texts that overlap, and texts cut at the figure's edge."""
    figure, found = boxes(picture)
    frame = figure.bbox
    cut = [t for t, b, _ in found if b.x0 < -SLACK or b.y0 < -SLACK or b.x1 > frame.x1 + SLACK or b.y1 > frame.y1 + SLACK]
    overlaps = [
        (first, second)
        for (first, a, _), (second, b, _) in itertools.combinations(found, 2)
        if min(a.x1, b.x1) - max(a.x0, b.x0) > SLACK and min(a.y1, b.y1) - max(a.y0, b.y0) > SLACK
    ]
    return cut, overlaps


@pytest.mark.parametrize("count", [1, 2, 8, 13])
def test_no_text_overlaps_another_or_leaves_the_figure(count, eight, thirteen):
    for picture in pictures({8: eight, 13: thirteen}.get(count) or tables(count, replications=3)):
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
        "difference_bracket_30_90_order",
        "difference_contribution_per_user",
        "retention_bracket_30_order",
        "retention_rolling_order",
        "lifecycle",
        "cohorts_ordered",
        "survival_visit",
        "survival_departure",
        "value",
    ]


def test_one_scenario_alone_has_no_differences_but_all_else():
    names = [p.name for p in pictures(tables(1, replications=3))]
    assert not any(n.startswith(("difference", "cost")) for n in names)
    assert {"retention_rolling_order", "value", "lifecycle", "cohorts_ordered", "survival_visit"} <= set(names)


def test_the_same_tables_give_the_same_bytes(two, tmp_path):
    first = {p.name: p.read_bytes() for p in write_plots(pictures(two), tmp_path / "a")}
    with mpl.rc_context({"font.size": 30, "axes.facecolor": "red", "svg.hashsalt": "mine"}):
        second = {p.name: p.read_bytes() for p in write_plots(pictures(two), tmp_path / "b")}
    assert first == second
    assert {name.rsplit(".")[-1] for name in first} == {"png", "svg"}
    assert not [p for p in (tmp_path / "a" / "plots").iterdir() if p.name not in first]
    assert not any(b"<dc:date>" in content or b"Matplotlib v" in content for content in first.values())


def test_drawing_leaves_the_users_settings_alone(two):
    before = dict(mpl.rcParams)
    assert retention_curves(two).files.png
    assert dict(mpl.rcParams) == before


def test_english_names_draw_without_any_warning(two):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for picture in pictures(two):
            assert picture.files.png


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
        assert picture.files.svg.startswith(b"<?xml")


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


def test_of_many_strategies_the_telling_ones_are_drawn_in_colour_and_the_rest_named(thirteen):
    named = focus.telling(thirteen)
    colours = focus.colours(thirteen)
    rest = [s for s in thirteen.scenarios if s not in named]
    assert named[0] == thirteen.baseline and len(named) == focus.MOST + 1 and len(rest) == 6
    deltas = {s: abs(r.delta) for s, r in finding.readings(thirteen, "bracket_30_90_order").items()}
    assert max(deltas, key=deltas.get) in named
    assert len({colours[s] for s in named}) == len(named) and {colours[s] for s in rest} == {focus.FAINT}
    for picture in pictures(thirteen):
        if picture.name.startswith(("retention", "survival", "lifecycle")):
            shown = picture.note + "".join(text for text, *_ in boxes(picture)[1])
            assert all(s in shown.replace("\n", " ") for s in thirteen.scenarios), picture.name


def test_up_to_eight_strategies_are_all_in_colour(eight):
    assert focus.telling(eight) == eight.scenarios and focus.unnamed(eight, {}, "Thin") == ""


def test_a_curve_ends_where_too_few_people_are_left():
    rows = pd.DataFrame({"scenario": "A", "age_days": range(5), "at_risk": [1000, 400, 49, 60, 0]})
    assert focus.followed(rows)["age_days"].tolist() == [0, 1]
    small = rows.assign(at_risk=[20, 9, 2, 1, 1])
    assert focus.followed(small)["age_days"].tolist() == [0, 1, 2]


def test_a_thinned_curve_keeps_its_ends_and_its_cliff():
    curve = np.where(np.arange(400) < 90, 1.0, 0.3)
    kept = focus.thin(curve)
    assert {0, 89, 90, 399} <= set(kept) and len(kept) <= focus.POINTS + 2


def test_rounded_coordinates_move_nothing_by_more_than_a_hundredth_and_keep_scales():
    svg = b'<path d="M 1.23456 -0.001 \nL 20 3.5"/><use x="7.891234" transform="translate(4.5678 2) scale(0.015625)"/>'
    assert rounded(svg) == b'<path d="M 1.23 0\nL 20 3.5"/><use x="7.89" transform="translate(4.57 2) scale(0.015625)"/>'


def test_a_world_without_orders_has_no_empty_figures():
    frames = tables(2, replications=3)
    for column in ("mean", "ci_low", "ci_high"):
        frames.retention.loc[frames.retention["event"] == "order", column] = 0.0
    frames.cohorts["ordered"] = 0
    frames.ledger["amount_minor"] = 0
    names = {p.name for p in pictures(frames)}
    assert not names & {"retention_rolling_order", "retention_bracket_30_order", "cohorts_ordered", "value"}
    assert "lifecycle" in names


def test_curves_of_different_definitions_are_never_mixed(two):
    with pytest.raises(ValueError, match="definition=rolling, event=order, start=first_order"):
        retention_curves(two, start="first_order")
    assert "the last visit (or day 0) is 90 days old" in survival(two).note and "left for good" in survival(two, event="departure").note


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
        assert b"<svg" in picture.files.svg
