"""Figures and tables of what not every study has: they can be read, say what was counted, and stand where the study has them."""

import itertools
import re
from dataclasses import replace

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from frames import CHINESE, LONG, tables
from matplotlib.transforms import Bbox
from more_frames import LEVERS, PERSONAS, full
from test_language import needs_font, strange
from test_plots import SLACK, boxes
from test_report import Page, render

from analysis import style
from analysis.language import speaking
from analysis.plots import pictures, segments
from analysis.plots.cashflow import break_even
from analysis.plots.experiments import holds_truth
from analysis.plots.flows import STACK, moves
from analysis.plots.label import EndLabel, label_points
from analysis.plots.picture import Sheet
from analysis.plots.plane import budgets, cost_retention_plane, frontier
from analysis.plots.segments import alike, segment_multiples
from analysis.report.chapters import CHAPTERS, REST, chapters

NAMES = ["flows", "segments_ordered_last_30", "cashflow", "payback", "funnel", "segments_ltv_to_date", "uplift", "shapley", "experiments"]


LATIN = {"Shapley", "Welch", "KOL", "flows", "segments", "cashflow", "funnel", "uplift", "experiments", "mail"}
LATIN |= set(
    re.findall(r"[A-Za-z]{2,}", " ".join([*PERSONAS, LEVERS[-1].replace("_", " "), "circles of friends who meet on sundays weeks"]))
)
LATIN |= {word.capitalize() for word in LATIN} | {"wh", "dormant", "churned", "after", "days"}
"""Words of files, of people, and of what is called by a name in the tables; a name that is too long is cut."""


def new_ones(frames):
    """The pictures of this file's subject, by name."""
    return {p.name: p for p in pictures(frames) if p.name in NAMES or p.name == "cost_retention"}


@pytest.fixture(scope="module")
def two():
    return full(2, replications=4)


@pytest.fixture(scope="module")
def eight():
    return full(8, replications=5)


def test_a_study_with_everything_has_every_figure_in_the_order_of_the_chapters(eight):
    names = [p.name for p in pictures(eight)]
    assert set(NAMES) <= set(names)
    known = [key for key, _, _ in CHAPTERS] + [REST[0]]
    order = [chapter.key for chapter in chapters(pictures(eight))]
    assert order == sorted(order, key=known.index) and REST[0] not in order


def test_a_study_without_these_tables_has_none_of_these_figures():
    assert not set(NAMES) & {p.name for p in pictures(tables(2, replications=3))}


def wrong(picture):
    """Texts that overlap, are cut, or have less than 4.5:1 against what lies behind most of their box; from one drawing."""
    figure, found = boxes(picture)
    with style.applied(picture.labels):
        pixels = np.asarray(figure.canvas.get_renderer().buffer_rgba())[::-1, :, :3].astype(int) @ [65536, 256, 1]
    frame = figure.bbox
    cut = [t for t, b, _ in found if b.x0 < -SLACK or b.y0 < -SLACK or b.x1 > frame.x1 + SLACK or b.y1 > frame.y1 + SLACK]
    overlaps = [(a[0], b[0]) for a, b in itertools.combinations(found, 2) if shared(a[1], b[1])]
    faint = []
    for text, box, colour in found:
        part = pixels[max(int(box.y0), 0) : int(box.y1) + 1, max(int(box.x0), 0) : int(box.x1) + 1]
        colours, counts = np.unique(part, return_counts=True)
        behind = f"#{colours[counts.argmax()]:06x}"
        if style.contrast(mpl.colors.to_hex(colour), behind) < 4.5:
            faint.append((text, colour, behind))
    return cut, overlaps, faint


FINE = ([], [], [])


def shared(a, b):
    """Whether two boxes share more than `SLACK` pixels both ways."""
    return min(a.x1, b.x1) - max(a.x0, b.x0) > SLACK and min(a.y1, b.y1) - max(a.y0, b.y0) > SLACK


LONGER = [n + ", and to whom, when, how often and at what cost for all" for n in LONG]


@pytest.mark.parametrize(("count", "names"), [(1, LONG), (2, LONG), (8, LONGER)])
def test_no_text_overlaps_is_cut_or_is_too_faint_to_read(count, names):
    for name, picture in new_ones(full(count, replications=3, names=names)).items():
        assert wrong(picture) == FINE, name


@needs_font
@pytest.mark.filterwarnings("error:Glyph .* missing")
@pytest.mark.parametrize(("count", "names"), [(2, CHINESE), (8, LONG)])
def test_in_chinese_every_character_has_a_glyph_no_text_overlaps_and_all_words_are_chinese(count, names):
    with speaking("zh"):
        for name, picture in new_ones(full(count, replications=3, names=names)).items():
            assert wrong(picture) == FINE, name
            if names is CHINESE:
                words = " ".join([picture.finding, picture.how, picture.note, *(text for text, *_ in boxes(picture)[1])])
                assert strange(words) - LATIN == set(), name


def test_the_contrast_test_can_fail(two):
    picture = new_ones(two)["flows"]
    pale = replace(picture, paint=lambda sheet: (picture.paint(sheet), sheet.text(0.3, 4.5, "pale", color="#bbbbbb")))
    assert [text for text, _, _ in wrong(pale)[2]] == ["pale"]


def test_one_replication_draws_without_intervals():
    for name, picture in new_ones(full(3, replications=1)).items():
        assert picture.figure().axes, name


def test_the_frontier_holds_whom_nobody_beats_for_as_little():
    points = {"base": (0, 0), "dear": (5, 1), "good": (2, 3), "worse": (3, 2), "best": (6, 4), "same": (2, 3), "cheap": (-1, -2)}
    assert frontier(points) == ["cheap", "base", "good", "best"]


def test_the_budget_line_is_asked_for_or_the_scenarios_own(two):
    assert budgets(two) == [] and budgets(two, 5000.0) == [5000.0]
    worlds = {n: {"resolved": {"economics": {"incentive_budget": b}}} for n, b in zip(two.scenarios, (None, 800.0), strict=True)}
    capped = replace(two, manifest=two.manifest | {"scenarios": worlds})
    assert budgets(capped) == [800.0] and budgets(capped, 5.0) == [5.0]
    assert "budget" in " ".join(t for t, *_ in boxes(cost_retention_plane(two, budget=70_000.0))[1])


def test_the_budget_says_who_is_over_it_and_is_drawn_where_all_have_as_many_users(two):
    users, spent = two.manifest["users"], 3.10  # of 20,000 people, by the second strategy
    line = cost_retention_plane(two, budget=users * spent * 1.01)
    assert "(dashed upright line); nobody spends more" in line.note
    assert f"over it: {two.scenarios[1]}" in cost_retention_plane(two, budget=users * spent * 0.99).note
    assert "upright" not in cost_retention_plane(two, budget=users * 1000.0).note
    registered = [(name, "registered", "users", n, n, n, 0.0, 0.0, 0.0) for name, n in zip(two.scenarios, (200.0, 20_000.0), strict=True)]
    rows = pd.DataFrame(registered, columns=two.summary.columns)
    grown = replace(two, summary=pd.concat([two.summary, rows], ignore_index=True))
    assert "upright" not in cost_retention_plane(grown, budget=users * spent).note


def test_panels_of_segments_are_spread_evenly_and_their_ticks_stay_inside():
    assert [segments._across(count) for count in (3, 5, 6, 8, 9, 15)] == [3, 5, 3, 4, 5, 5]
    for edge in (0.0007, 0.03, 1.0, 17.3, 940.0):
        low, middle, high = segments._inside(edge)
        assert middle == 0 and -low == high and 0.3 * edge <= high <= 0.75 * edge


def test_a_label_moves_off_the_lines_in_its_way(two):
    sheet = Sheet("", "", 3)
    ax = sheet.axes(1, 0.5, 0.5, 0.5)
    point = EndLabel(0.5, 0.5, "A strategy", style.INK)
    label_points(sheet, ax, [point], [])
    free = sheet.fig.texts[-1].get_window_extent(sheet.renderer)
    line = Bbox.from_extents((free.x0 + free.x1) / 2 - 1, free.y0 - 40, (free.x0 + free.x1) / 2 + 1, free.y1 + 40)
    label_points(sheet, ax, [point], [line])
    assert not sheet.fig.texts[-1].get_window_extent(sheet.renderer).overlaps(line)


def test_everybody_in_a_column_of_the_flows_comes_from_the_one_before(eight):
    for scenario in eight.scenarios:
        days, moved = moves(eight.flows, scenario)
        assert days == [0, 122, 243, 365] and moved.shape == (3, len(STACK), len(STACK))
        for before, after in itertools.pairwise(moved):
            assert before.sum(axis=0) == pytest.approx(after.sum(axis=1))


def test_break_even_is_the_day_after_the_last_below_zero(eight):
    day = eight.cashflow[eight.cashflow["scenario"] == eight.baseline]
    assert break_even(day) == 0
    assert break_even(day.assign(earned_minor=[-1.0] * 40 + [1.0] * 10 + [-1.0] + [2.0] * (len(day) - 51))) == 51
    assert break_even(day.assign(earned_minor=-1.0)) is None


def test_a_read_out_holds_the_truth_of_its_own_world(two):
    rows = (
        two.experiments[two.experiments["metric"] == "orders"]
        .head(4)
        .assign(ci_low=[0.0, 0.1, np.nan, 0.0], ci_high=[0.1, 0.2, np.nan, 0.1], truth=[0.05, 0.05, 0.05, np.nan])
    )
    assert holds_truth(rows) == [True, False, False, False]


def test_strategies_that_divide_users_otherwise_are_left_out_of_the_segments_and_named():
    frames = full(4, replications=3)
    world = frames.manifest["scenarios"]
    world[frames.scenarios[2]]["resolved"] = world[frames.scenarios[2]]["resolved"] | {"segments": {"new_days": 3}}
    assert alike(frames) == [frames.scenarios[k] for k in (0, 1, 3)]
    picture = segment_multiples(frames, "ltv_to_date")
    assert "divide users otherwise" in picture.note and frames.scenarios[2] in picture.note
    assert frames.scenarios[2][:20] not in " ".join(t.replace("\n", " ") for t, *_ in boxes(picture)[1] if "Not drawn" not in t)


def test_the_report_has_the_figures_by_chapter_and_the_tables_that_belong_to_them(two):
    page = Page(render(two, figures=9))
    text = "".join(page.text)
    headings = [tag for tag, _ in page.tags if tag in ("h3", "h4")]
    assert headings[0] == "h3" and headings.count("h4") == 9 and headings.count("h3") == len(chapters(pictures(two)[:9]))
    for word in (
        "Experiments beside the truth",
        "Policies that acted",
        "One world’s log of policies",
        "Segments (",
        "opt_out_rate = 0.0040",
    ):
        assert word in text, word
    defined = {
        "uplift-true_orders",
        "shapley-shapley",
        "funnel-cac_channel",
        "cashflow-earned_minor",
        "experiments-truth",
        "segments-ltv_to_date",
    }
    assert {f"def-{name}" for name in defined} <= set(page.ids)
    assert text.index("How sure?") < text.index("The strategies in numbers") < text.index("What the strategies bring and cost")


def test_tables_stand_in_the_report_even_where_no_figure_is_drawn(two):
    assert "One world’s log of policies" in render(two, figures=0)
    assert "Experiments beside the truth" not in render(replace(two, experiments=None), figures=0)
