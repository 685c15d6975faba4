"""What figures and report say when parameters are not known, and what the report says when nobody tried."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest
from frames import tables

from analysis import catalogue, style, uncertain
from analysis.language import speaking
from analysis.named import Named
from analysis.plots import pictures
from analysis.plots.tornado import tornado
from analysis.plots.uncertainty import difference_uncertainty, retention_fan
from analysis.report.build import render
from analysis.report.hangs import measured, method
from sim.study.tornado import COLUMNS as TORNADO
from sim.study.uncertainty import COLUMNS, Uncertainty

METRICS = {"contribution_per_user": "minor units", "bracket_30_90_order": "share"}
CHINESE = re.compile("[\u4e00-\u9fff]")


def uncertain_tables(sure: str = "yes", runs: int = 4, count: int = 3):
    """Tables with 32 parameter sets: the second scenario gains in all of them, the third in most."""
    found = tables(count)
    lines, bars, fan = [], [], []
    for k, name in enumerate(found.scenarios):
        for metric, unit in METRICS.items():
            scale = 0.01 if unit == "share" else 10.0
            for quantity, (mean, low, high, above) in {
                "level": (30.0, 20.0, 45.0, 1.0), "difference": ((4.0, 1.0, 9.0, 1.0), (-1.0, -3.0, 1.0, 0.2))[k != 1],
            }.items():  # fmt: skip
                if quantity == "difference" and k == 0:
                    continue
                luck = 0.5 if runs > 1 else np.nan
                row = (name, metric, unit, quantity, 32, runs, mean, mean - luck, mean + luck, low, high, 0.9, 0.1, above)
                lines.append([v * scale if 6 <= i <= 10 else v for i, v in enumerate(row)])
                for parameter, share, is_sure in (("behaviour.price_gain", 0.5, sure), ("levers.x.lift", 0.2, "no"), ("behaviour.z", np.nan, "")):
                    ends = (np.nan, np.nan) if np.isnan(share) else (low * scale, high * scale)
                    bars.append((name, metric, unit, quantity, parameter, 2.0, 1.0, 4.0, "rule", "B", 0.7, is_sure, share, ends[0], mean * scale, ends[1], 0.7))
        for quantity in ("level", "difference")[: 1 + (k > 0)]:
            for age in (30, 60, 90, 120):
                line = {"scenario": name, "quantity": quantity, "definition": "bracket_30", "event": "order", "start": "registration", "age_days": age}
                line |= {"mean": 0.3 - age / 1000, "sampling_half_width": 0.01 if runs > 1 else np.nan, "at_risk": 1000 if age < 120 else 20}
                fan.append(line | {f"q{q:03}": 0.3 - age / 1000 + (q - 500) / 5000 for q in (25, 100, 250, 500, 750, 900, 975)})
    ranges = [
        (name, parameter, of, meaning, unit, "rule: grade B, ÷ and × 1.5")
        for name in found.scenarios
        for parameter, of, meaning, unit in (
            ("behaviour.price_gain", "world", "order decision, for a price below the reference by all of it", "logit"),
            ("levers.x.lift", "messaging", "of rest after which a message has 63 % of its full lift", "days"),
            ("behaviour.z", "world", "z", "share/day"),
        )
    ]
    columns = ["scenario", "parameter", "of", "meaning", "unit", "basis"]
    found.uncertainty = Uncertainty(32, runs, {
        "uncertainty": pd.DataFrame(lines, columns=list(COLUMNS)), "tornado": pd.DataFrame(bars, columns=list(TORNADO)),
        "fan": pd.DataFrame(fan), "ranges": pd.DataFrame(ranges, columns=columns), "sets": pd.DataFrame(columns=["scenario"]),
    })  # fmt: skip
    return found


def test_a_strategy_that_gains_in_all_sets_is_told_with_the_range_of_the_sets():
    found = uncertain_tables()
    picture = difference_uncertainty(found, "contribution_per_user")
    assert "in 100\N{NO-BREAK SPACE}% of the parameter sets (+¥0.10 to +¥0.90 in 95\N{NO-BREAK SPACE}% of them)" in picture.finding.replace("95 %", "95\N{NO-BREAK SPACE}%")
    assert "for 1 of 2 strategies the sign holds in nearly all sets" in picture.finding


def test_a_strategy_that_loses_on_average_is_told_as_losing():
    found = uncertain_tables()
    text = uncertain.difference_finding(found, "contribution_per_user", dict.fromkeys(found.scenarios, "X"))
    assert "has more contribution per user" in text
    frame = found.uncertainty.frames["uncertainty"]
    frame.loc[frame["quantity"] == "difference", ["mean", "sets_above_zero"]] = (-90.0, 0.2)
    text = uncertain.difference_finding(found, "contribution_per_user", dict.fromkeys(found.scenarios, "X"))
    assert "has less contribution per user than the baseline in 80" in text


def test_where_half_of_the_sets_say_more_neither_direction_is_told():
    found = uncertain_tables(count=2)
    frame = found.uncertainty.frames["uncertainty"]
    frame.loc[frame["quantity"] == "difference", "sets_above_zero"] = 0.45
    text = uncertain.difference_finding(found, "bracket_30_90_order", dict.fromkeys(found.scenarios, "X"))
    assert text.startswith("Whether “X” keeps more users ordering in days 61–90 than the baseline or fewer hangs on the parameters: more in 45")


def test_a_meaning_that_goes_on_from_its_unit_has_it():
    bars, _ = uncertain.bars(uncertain_tables(), uncertain_tables().scenarios[1], "contribution_per_user", "difference")
    assert [bar.meaning for bar in bars][1] == "days of rest after which a message has 63 % of its full lift"


def test_a_fan_says_beside_its_bands_what_they_are():
    texts = [text.get_text() for text in retention_fan(uncertain_tables()).figure().texts]
    assert [text for text in texts if "luck alone" in text and "95" in text]
    texts = [text.get_text() for text in retention_fan(uncertain_tables(runs=1)).figure().texts]
    assert not [text for text in texts if "luck alone" in text]


def test_a_tornado_names_its_first_parameter_only_where_it_is_sure():
    assert "hangs most on behaviour.price_gain (order decision, for a price below the reference by all of it): +¥0.10 if it is 1, +¥0.90 if it is 4" in tornado(uncertain_tables(), "contribution_per_user").finding
    assert "hangs on no single parameter for sure" in tornado(uncertain_tables(sure="no"), "contribution_per_user").finding


def test_a_fan_ends_where_few_are_followed_and_tells_luck_from_parameters():
    picture = retention_fan(uncertain_tables())
    assert "at day 90" in picture.finding and "luck alone, from 20.0" in picture.finding
    axes = picture.figure().axes
    assert len(axes) == 3 and [ax.get_xlim() for ax in axes] == [(30, 90)] * 3


def test_one_replication_says_that_luck_is_not_told_apart():
    picture = difference_uncertainty(uncertain_tables(runs=1), "contribution_per_user")
    assert "luck is not told from parameters" in picture.note
    assert "luck alone" not in retention_fan(uncertain_tables(runs=1)).finding


def test_a_single_scenario_has_levels():
    found = uncertain_tables(count=1)
    assert "hangs most on" in tornado(found, "bracket_30_90_order").finding
    assert len(retention_fan(found).figure().axes) == 1
    assert measured(found)[0].above == ""
    with pytest.raises(ValueError, match="no parameter sets with differences"):
        difference_uncertainty(found, "contribution_per_user")


def test_without_sets_there_is_no_such_figure_and_the_report_says_what_was_not_measured():
    found = tables(3)
    names = {picture.name for picture in pictures(found)}
    assert not [name for name in names if name.startswith(("uncertainty", "tornado", "fan"))]
    assert "No parameter was varied in this run" in method(found) and measured(found) == []
    page = render(found, [])
    assert "No parameter was varied in this run" in page and "--uncertainty" in page


def test_the_report_lists_what_each_result_hangs_on_and_how_it_was_found_out():
    page = render(uncertain_tables(), [])
    assert "Measured: 32 parameter sets were drawn" in page
    assert "<code>behaviour.price_gain</code>" in page and "perhaps luck" in page and "behaviour.z" not in page.split("On what the result hangs")[1]
    assert "And if the parameters are wrong?" in page


@pytest.mark.skipif(style.wide_font() is None, reason=f"no font with Chinese characters here: {style.FONT_HINT.en}")
def test_everything_is_said_in_chinese_where_asked():
    found = uncertain_tables()
    with speaking("zh"):
        drawn = [tornado(found, "contribution_per_user"), difference_uncertainty(found, "bracket_30_90_order"), retention_fan(found)]
        page = render(found, [])
    for picture in drawn:
        for text in (picture.finding, picture.how, picture.note):
            assert CHINESE.search(text) and not re.search(r"\b(the|of|sets|luck)\b", text), text
        picture.figure()
    hangs = re.sub(r"<[^>]+>", " ", page.split('id="hangs"')[1].split("</section>")[0])
    assert "已测量" in hangs and not re.search(r"\b(the|of|sets|luck)\b", hangs)


def test_the_catalogue_gives_every_sourced_number_its_range():
    table = catalogue.catalogue() | catalogue.world()
    for name, entry in table.items():
        for parameter, facts in entry["parameters"].items():
            number = isinstance(facts["default"], int | float) and not isinstance(facts["default"], bool) and facts["default"] != 0
            sourced = facts["source"] not in ("design", "assumption")
            assert not (number and sourced) or "plausible" in facts or "NAME" in parameter, (name, parameter)
    assert table["messaging"]["parameters"]["push.opt_in"]["plausible"] == [0.51, 0.81]
    assert "plausible" not in table["coupons"]["parameters"]["face_value"]
    assert "Plausible: 0.51 to 0.81." in " ".join(catalogue.render({"messaging": table["messaging"]}, whole=True).split())


def test_scenarios_shown_under_other_names_have_their_sets():
    found = uncertain_tables()
    found.plans = []
    named = Named(found, {name: f"方案 {k}" for k, name in enumerate(found.scenarios)})
    assert list(uncertain.doubts(named, "contribution_per_user", "difference")) == ["方案 1", "方案 2"]
