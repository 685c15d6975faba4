"""The report in a real browser with the network blocked: it asks for nothing, complains of nothing and fits the screen."""

import pytest
from browser import NAMES, Tab, browser
from more_frames import full
from test_language import needs_font

from analysis.language import speaking
from analysis.plots import pictures
from analysis.report import write_report
from analysis.style import contrast

pytestmark = pytest.mark.skipif(browser() is None, reason=f"no headless browser here (looked for {', '.join(NAMES)})")
WIDTHS = (1280, 390)
FITS = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
NESTED = "[...document.querySelectorAll('h1, h2, h3, h4')].map(h => +h.tagName[1])"


@pytest.fixture(scope="module")
def tab(tmp_path_factory):
    """One browser for all tests of this file."""
    with Tab(tmp_path_factory.mktemp("profile")) as tab:
        yield tab


@pytest.fixture(scope="module", params=["en", pytest.param("zh", marks=needs_font)])
def report(request, tmp_path_factory):
    """A report of eight scenarios with long names and every figure and table, and its language."""
    frames = full(8, replications=3, chinese=request.param == "zh")
    with speaking(request.param):
        path = write_report(frames, pictures(frames), tmp_path_factory.mktemp("report"), {"Others": ["population.entry"]})
    return path, request.param


@pytest.mark.parametrize("width", WIDTHS)
def test_the_report_asks_for_nothing_complains_of_nothing_and_does_not_scroll_sideways(tab, report, width):
    path, language = report
    tab.open(path, width)
    assert tab.requests() == []
    assert tab.complaints() == []
    assert tab.value("innerWidth") == width
    for _ in ("folded", "unfolded"):
        assert tab.value(FITS), tab.value("document.documentElement.scrollWidth")
        tab.value("document.querySelectorAll('details').forEach(d => { d.open = true }) ?? 0")
    assert tab.value("document.documentElement.lang") == {"en": "en", "zh": "zh-CN"}[language]
    assert tab.value("document.querySelectorAll('svg').length") == tab.value("document.querySelectorAll('article').length") > 15


def test_this_browser_would_notice_a_request_a_complaint_and_a_page_too_wide(tab, tmp_path):
    page = tmp_path / "bad.html"
    page.write_text("<img src='http://example.org/x.png'><p style='width: 3000px'>wide<script>console.error('no'); nope()</script>")
    tab.open(page, 390)
    assert tab.requests() == ["http://example.org/x.png"]
    assert len(tab.complaints()) >= 2
    assert not tab.value(FITS)


def test_headings_are_one_h1_and_then_in_order(tab, report):
    tab.open(report[0], 1280)
    levels = tab.value(NESTED)
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(after <= before + 1 for before, after in zip(levels, levels[1:], strict=False))


def test_every_figure_region_and_table_has_a_name_for_a_screen_reader(tab, report):
    tab.open(report[0], 1280)
    tree = tab.ask("Accessibility.getFullAXTree")["nodes"]
    roles = [(n["role"]["value"], n.get("name", {}).get("value", "")) for n in tree if not n["ignored"]]
    named = {role: [name for r, name in roles if r == role] for role in ("image", "region", "table", "columnheader", "rowheader")}
    assert len(named["table"]) >= 3 and len(named["columnheader"]) > 10
    # The heatmap's colours and its bar are pictures inside a figure that is named itself.
    assert len([name for name in named["image"] if name]) >= 10
    for role in ("region", "table", "columnheader", "rowheader"):
        assert all(named[role]), role


def test_the_first_screen_has_the_answers_and_the_first_strategies(tab, report):
    tab.open(report[0], 1280, 900)
    bottom = tab.value("document.querySelectorAll('tbody tr')[1].getBoundingClientRect().bottom")
    assert bottom < 900


def test_text_has_contrast_in_light_and_in_dark(tab, report):
    names = ["--ink", "--quiet", "--accent", "--alarm", "--paper"]
    colours = f"{names}.map(name => getComputedStyle(document.documentElement).getPropertyValue(name))"
    papers = set()
    for dark in (False, True):
        tab.open(report[0], 1280, dark=dark)
        *inks, paper = tab.value(colours)
        papers.add(paper)
        for ink in inks:
            assert contrast(ink.strip(), paper.strip()) >= 4.5, (dark, ink)
    assert len(papers) == 2


def test_all_of_it_is_printed_what_is_folded_away_too(tab, report):
    tab.open(report[0], 1280)
    tab.ask("Emulation.setEmulatedMedia", media="print")
    try:
        heights = tab.value("[...document.querySelectorAll('details')].map(d => d.getBoundingClientRect().height)")
        assert len(heights) == 6 and min(heights) > 60
    finally:
        tab.ask("Emulation.setEmulatedMedia", media="")
