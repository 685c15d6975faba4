"""The report is one safe file that answers first and can be checked."""

import re
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest
from frames import tables

from analysis import finding
from analysis.plots import pictures
from analysis.report import answer, build, write_report
from analysis.report.answer import assumed, assumption_counts, assumption_share, main_table
from analysis.report.build import command
from analysis.report.inline import inline_svg


def render(frames, apart=None, figures=1):
    """The report with its first figures; drawing all of them takes its time."""
    return build.render(frames, pictures(frames)[:figures], apart)


VOID = {"meta", "br", "link", "img", "input", "hr"}


class Page(HTMLParser):
    """Tags, ids and text of a page; unbalanced tags are an error."""

    def __init__(self, html):
        super().__init__()
        self.stack, self.tags, self.ids, self.references, self.text = [], [], [], [], []
        self.feed(html)
        assert self.stack == []

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.tags.append((tag, attrs))
        self.ids += [attrs["id"]] if "id" in attrs else []
        self.references += re.findall(r"#([\w-]+)", " ".join([attrs.get("href") or "", attrs.get("clip-path") or ""]))
        if tag not in VOID:
            self.stack.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.stack.pop()

    def handle_endtag(self, tag):
        assert self.stack.pop() == tag

    def handle_data(self, data):
        self.text.append(data)


@pytest.fixture(scope="module")
def html(two):
    return render(two, figures=99)


def test_the_report_asks_nothing_of_the_network_and_runs_nothing(html):
    assert not re.search(r"https?:|//\w+\.|<script|<iframe|<link|<object|<form|@import|\bon\w+=|javascript:", html)
    assert html.count("url(") == html.count("url(#")
    policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
    assert f'<meta http-equiv="Content-Security-Policy" content="{policy}">' in html


def test_the_page_is_well_formed_and_its_ids_are_unique(html):
    page = Page(html)
    assert len(page.ids) == len(set(page.ids))
    assert set(page.references) <= set(page.ids)


def test_a_hostile_name_stays_text_everywhere():
    name = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>{{ 7*7 }}</title>"
    frames = tables(2, replications=2, names=["Baseline", name])
    frames.questions = {name: (name, name, name)}
    frames.manifest |= {"command": ["run.py", name], "versions": {name: name}}
    page = Page(render(frames))
    assert not [tag for tag, _ in page.tags if tag == "script"]
    # the one image is the heatmap, drawn by us
    assert all(
        (attrs.get("href") or "").startswith("data:image/png;base64,")
        for tag, attrs in page.tags
        if tag in ("img", "image")
    )
    assert not [attrs for _, attrs in page.tags if any(key.startswith("on") for key in attrs)]
    assert name in "".join(page.text) and "{{ 7*7 }}" in "".join(page.text)


def test_title_and_description_of_a_figure_are_escaped():
    drawing = b'<svg viewBox="0 0 1 1" xmlns="x"><g id="a"/><use xlink:href="#a"/></svg>'
    svg = inline_svg(drawing, "f1", "</title><b>", "a & b", (0, 1))
    assert "<b>" not in svg and "a &amp; b" in svg
    assert 'id="f1-a"' in svg and 'href="#f1-a"' in svg and "xlink" not in svg


def test_the_first_screen_answers_which_how_much_at_what_cost_how_sure(html):
    head = html[html.index("<main>") : html.index("<table>")]
    for question in ("Which strategy keeps users?", "By how much?", "At what cost?", "Does it pay?", "How sure?"):
        assert f"<dt>{question}</dt>" in head
    assert "points more users ordering in days 61–90" in head and "assumptions" in head


def test_not_distinguishable_is_written_in_the_table(eight):
    columns, rows = main_table(eight)
    assert [c.name for c in columns] == ["bracket_30_90_order", "ltv", "incentive_cost_per_user"]
    verdicts = {name: cells[0].verdict for name, cells in rows}
    assert verdicts["Points"] == "not distinguishable"
    assert verdicts["Baseline"] == "baseline"
    assert verdicts["Messaging"] == "lower"


def with_value(frames):
    """The tables with acquisition cost, payback and return as a summary may have them; the third strategy never pays back."""
    columns = frames.summary.columns
    missing = (np.nan,) * 3
    rows = []
    for k, name in enumerate(frames.scenarios):
        rows.append((name, "cac", "minor units", 1200.0, 1190.0, 1210.0, *((0.0,) * 3 if k == 0 else (30.0, 20.0, 40.0))))
        if k != 2:
            rows.append((name, "payback_days", "days", 47.0 + k, 45.0, 49.0, *((0.0,) * 3 if k == 0 else (1.0, -2.0, 4.0))))
        if k:
            rows.append((name, "roi", "times", *[(0.6, 0.4, 0.8), (-0.3, -0.5, -0.1), (0.1, -0.1, 0.3)][k - 1], *missing))
    return replace(frames, summary=pd.concat([frames.summary, pd.DataFrame(rows, columns=columns)], ignore_index=True))


def test_cost_payback_and_return_stand_in_the_first_table_where_a_summary_has_them():
    frames = with_value(tables(4, replications=3))
    columns, rows = main_table(frames)
    assert [c.name for c in columns][1:] == ["ltv", "incentive_cost_per_user", "cac", "payback_days", "roi"]
    cells = {name: dict(zip([c.name for c in columns], row, strict=True)) for name, row in rows}
    base, first, second, third = frames.scenarios
    assert (cells[first]["cac"].value, cells[first]["cac"].difference, cells[first]["cac"].tone) == ("¥12.00", "+¥0.30", "bad")
    assert cells[second]["payback_days"].value == "not within the run"
    assert cells[first]["payback_days"].said == "not distinguishable"
    assert cells[first]["roi"].value == "60\u00a0%"
    assert [cells[s]["roi"].said for s in (first, second, third)] == [
        "earns back more than it costs",
        "earns back less than it costs",
        "not distinguishable from break-even",
    ]
    assert [cells[s]["roi"].tone for s in (first, second, third)] == ["good", "bad", "same"]
    assert cells[base]["roi"].value == "–" and cells[first]["roi"].difference == ""


def test_the_counterfactual_of_a_return_is_named():
    frames = with_value(tables(4, replications=3))
    page = Page(render(frames))
    text = "".join(page.text)
    assert "ROI of incentives against “Baseline”" in text
    assert re.search(r"ROI of the extra incentives of “Coupons.*”: −30\u00a0% \(95\u00a0% interval −50 to −10\)", text)
    assert {"def-cac", "def-payback_days", "def-roi"} <= set(page.ids) and "extra incentive cost" in text


def test_a_single_strategy_that_keeps_nobody_is_asked_for_its_price_all_the_same(two):
    frames = tables(2, replications=3)
    row = (frames.summary["metric"] == "bracket_30_90_order") & (frames.summary["scenario"] == frames.scenarios[1])
    frames.summary.loc[row, ["delta", "delta_ci_low", "delta_ci_high"]] = (0.001, -0.004, 0.006)
    told = dict(answer.answers(frames))
    assert "not distinguishable" in told["Which strategy keeps users?"]
    assert "+0.1" in told["By how much?"] and "in incentives" in told["At what cost?"]


def test_a_difference_that_is_the_same_in_every_replication_is_not_called_indistinguishable():
    frames = with_value(tables(3, replications=3))
    row = (frames.summary["metric"] == "cac") & (frames.summary["scenario"] == frames.scenarios[1])
    frames.summary.loc[row, ["delta", "delta_ci_low", "delta_ci_high"]] = (456.0, 456.0, 456.0 + 1e-9)
    cells = {name: dict(zip([c.name for c in main_table(frames)[0]], cells, strict=True)) for name, cells in main_table(frames)[1]}
    found = cells[frames.scenarios[1]]["cac"]
    assert (found.difference, found.verdict, found.said, found.tone) == ("+¥4.56", "constant", "in every replication", "same")
    assert re.search(r'<span class="delta same">\+¥4\.56 <small>in every replication</small>', render(frames))


def test_whether_the_strategy_that_keeps_most_pays_is_said_where_another_brings_most():
    frames = with_value(tables(3, replications=3))
    best = finding.chosen(frames, "bracket_30_90_order")
    other = next(s for s in frames.scenarios[1:] if s != best)
    for name, delta in ((best, -62.0), (other, 900.0)):
        row = (frames.summary["metric"] == "ltv") & (frames.summary["scenario"] == name)
        frames.summary.loc[row, ["delta", "delta_ci_low", "delta_ci_high"]] = (delta, delta - 10, delta + 10)
    told = dict(answer.answers(frames))["Does it pay?"]
    assert told.startswith(f"“{other}” has ¥9.00 more LTV") and f" “{best}”: −¥0.62 (95\u00a0% interval −¥0.72 to −¥0.52)." in told


def test_what_the_first_table_leaves_out_is_said_with_why():
    frames = with_value(tables(4, replications=3))
    assert answer.not_shown(frames) == ""
    frames.summary.loc[frames.summary["metric"] == "cac", "mean"] = 0.0
    assert "cac" not in [c.name for c in main_table(frames)[0]]
    assert answer.not_shown(frames) == "Not in this table: CAC, because no scenario spends on acquisition."
    assert answer.not_shown(frames) in render(frames)


def test_the_horizon_the_margin_and_the_rate_of_the_ltv_are_said():
    frames = tables(2, replications=3)
    worlds = {"economics": {"margin": 0.3, "discount_rate_per_year": 0.1}}
    frames.manifest |= {"days": 120, "scenarios": {name: {"resolved": worlds} for name in frames.scenarios}}
    told = answer.horizon(frames).replace("\N{NO-BREAK SPACE}", " ")
    assert "within 120 days, at a margin of 30 % of the basket, discounted at 10 % a year" in told and answer.horizon(frames) in render(frames)


def test_a_screen_reader_hears_higher_and_lower_and_not_the_name_of_a_triangle(html):
    assert "▲ </span>" in html and html.count("▲") - 1 == html.count('<span aria-hidden="true">▲ </span>')
    assert '<span class="unseen">higher: </span>' in html


def test_every_figure_has_a_finding_a_sentence_a_source_and_words_for_those_who_do_not_see_it(html):
    page = Page(html)
    drawings = [attrs for tag, attrs in page.tags if tag == "svg"]
    assert len(drawings) == html.count("<article") == html.count('class="source">Behind it: ')
    assert all(attrs["role"] == "img" and attrs["aria-labelledby"] for attrs in drawings)
    assert html.count("<desc id=") == len(drawings)


def test_every_table_has_a_caption_and_every_heading_cell_a_scope(html):
    page = Page(html)
    assert html.count("<table") == html.count("<caption><span>") >= 4
    assert all("scope" in attrs for tag, attrs in page.tags if tag == "th")
    # wide tables scroll inside their own box
    assert len(re.findall(r'<div class="scroll"[^>]*>\s*<table', html)) == html.count("<table")


def test_assumptions_are_counted_by_grade(two):
    assert assumption_counts(two) == [(two.scenarios[0], [1, 2, 1, 1, 0, 1]), (two.scenarios[1], [2, 4, 2, 2, 0, 2])]


def test_definitions_seed_and_command_stand_in_the_report(html):
    text = "".join(Page(html).text)
    assert "not having left for good by day N" in text and "复购率" in text
    assert "python run.py compare" in text and "replications" in text


def test_the_command_in_the_report_leaves_out_where_and_on_how_many_threads():
    bare = "python run.py simulate 'my file.yaml' --seed 3"
    for extra in (["--out", "/somewhere"], ["--out=x", "--threads=2"], ["--quiet", "--threads", "8", "--json"], ["--lang", "zh"]):
        words = ["python", "run.py", "simulate", *extra, "my file.yaml", "--seed", "3"]
        assert command({"command": words}) == bare
    assert command({}) == ""


def test_the_same_study_in_another_folder_gives_the_same_report(two):
    elsewhere = replace(two, manifest=two.manifest | {"command": [*two.manifest["command"], "--out", "b"], "versions": {"numpy": "9"}})
    assert render(elsewhere) == render(two)


def test_the_assumptions_are_listed_once_for_the_baseline_and_then_what_differs(two):
    first, second = two.scenarios
    assert dict(assumed(two)) == {first: [("levers.x.p5", "0.0")], second: [("levers.x.p5", "0.1"), ("levers.x.p11", "0.1")]}
    assert assumption_share(two) == (2, 12)
    text = "".join(Page(render(two)).text)
    assert "levers.x.p11 = 0.1" in text and "drawn independently" in text


def test_the_tables_rank_the_strategies_by_what_they_keep(eight):
    columns, rows = main_table(eight)
    order = [name for name, _ in rows]
    deltas = finding.readings(eight, "bracket_30_90_order")
    assert order[0] == eight.baseline
    assert [deltas[name].delta for name in order[1:]] == sorted((deltas[name].delta for name in order[1:]), reverse=True)


def test_the_same_tables_give_the_same_report_and_no_half_file_is_left(two, tmp_path, html):
    path = write_report(two, pictures(two), tmp_path)
    assert path.read_text(encoding="utf-8") == html
    assert [p.name for p in tmp_path.iterdir()] == ["report.html"]


@pytest.mark.filterwarnings("ignore::analysis.style.MissingFontWarning")
def test_chinese_names_stand_in_the_report_whatever_fonts_there_are():
    frames = tables(3, chinese=True, replications=2)
    html = render(frames)
    assert all(name in html for name in frames.scenarios)


def test_a_single_scenario_and_a_single_replication_still_make_a_report():
    assert "How sure?" in render(tables(1, replications=2))
    assert "One replication gives no interval" in render(tables(2, replications=1))
