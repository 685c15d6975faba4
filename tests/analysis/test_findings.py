"""Findings say what the tables say, and no more."""

import math

import numpy as np
import pandas as pd
import pytest
from frames import tables

from analysis import finding, metrics
from analysis.number import decimals_of
from analysis.plots import cohort_heatmap, lifecycle_composition, survival, value_waterfall
from analysis.text import clean, wrap

LETTERS = ("Baseline", "A", "B", "C")


def made(*points, **kwargs):
    """Tables whose strategies differ from the baseline by so many points of retention."""
    names = LETTERS[: len(points) + 1]
    frames = tables(
        len(names),
        replications=kwargs.pop("replications", 5),
        names=names,
        effects=((0.0, 0, 0), *((p, 100, 50) for p in points)),
    )
    rows = frames.summary["metric"] == "bracket_30_90_order"
    for name, value in zip(names, (0, *points), strict=True):
        half = 0.5
        own = rows & (frames.summary["scenario"] == name)
        frames.summary.loc[own, ["mean", "delta", "delta_ci_low", "delta_ci_high"]] = (
            np.array([30 + value, value, value - half if value else 0, value + half if value else 0]) / 100
        )
    return frames


def said(frames, metric="bracket_30_90_order"):
    """The comparison, with plain spaces."""
    return spaced(finding.comparison(frames, metric, {name: name for name in frames.scenarios}))


def spaced(text):
    return text.replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("points", "sentence"),
    [
        ((4.2,), "“A” keeps 4.2 points more users ordering in days 61–90 than the baseline"),
        ((-2.0,), "“A” keeps 2.0 points fewer users ordering in days 61–90 than the baseline"),
        ((0.3,), "“A” is not distinguishable from the baseline in day-90 retention (ordered in days 61–90)"),
        ((0.3, -0.2), "No strategy is distinguishable from the baseline in day-90 retention (ordered in days 61–90)"),
        ((4.2, 0.3), "“A” keeps 4.2 points more users ordering in days 61–90 than the baseline; the other is not distinguishable"),
        (
            (4.2, 0.3, 0.1),
            "“A” keeps 4.2 points more users ordering in days 61–90 than the baseline; the other two are not distinguishable",
        ),
        (
            (1.0, 4.2, -3.0),
            "“B” keeps 4.2 points more users ordering in days 61–90 than the baseline; one other also keeps more, one keeps fewer",
        ),
        (
            (-1.0, 0.1),
            "“A” keeps 1.0 points fewer users ordering in days 61–90 than the baseline; the other is not distinguishable, "
            "none does better",
        ),
    ],
)
def test_the_comparison_is_told_in_a_sentence(points, sentence):
    assert said(made(*points)) == sentence


def test_zero_at_the_very_end_of_the_interval_is_not_distinguishable():
    reading = finding.Reading("A", 1, 0, 2, 0.5, 0.0, 1.0)
    assert reading.verdict == finding.SAME


def test_one_replication_claims_nothing():
    frames = tables(3, replications=1)
    assert said(frames).startswith("One replication gives no interval")


def test_a_cost_that_rises_is_not_praised():
    frames = made(1.0, 2.0)
    assert said(frames, "incentive_cost_per_user").startswith("“")
    assert finding.chosen(frames, "incentive_cost_per_user") == "Baseline"


def priced(frames):
    """The price of retention, with plain spaces; every strategy spends ¥4.00 more than the baseline."""
    own = (frames.summary["metric"] == "incentive_cost_per_user") & (frames.summary["scenario"] != "Baseline")
    frames.summary.loc[own, "delta"] = 400.0
    labels = {name: name for name in frames.scenarios}
    return spaced(finding.cost_of_retention(frames, "bracket_30_90_order", "incentive_cost_per_user", labels))


@pytest.mark.parametrize(
    ("points", "sentence"),
    [
        ((2.0, 4.0), "“B” buys day-90 retention cheapest: 4.0 points for ¥4.00 of incentives per user, and buys most"),
        ((0.1, 4.0), "“B” buys 4.0 points of day-90 retention for ¥4.00 of incentives per user"),
        ((0.1, -4.0), "No strategy buys day-90 retention that can be told apart from the baseline, whatever it spends"),
    ],
)
def test_a_point_of_retention_has_a_price_only_where_it_can_be_told(points, sentence):
    assert priced(made(*points)) == sentence


def test_a_gain_of_next_to_nothing_is_not_called_the_cheapest():
    frames = made(0.6, 4.0, 5.0)
    cost = (frames.summary["metric"] == "incentive_cost_per_user")
    for name, spent in (("A", 1.0), ("B", 400.0), ("C", 600.0)):
        frames.summary.loc[cost & (frames.summary["scenario"] == name), "delta"] = spent
    text = spaced(finding.cost_of_retention(frames, "bracket_30_90_order", "incentive_cost_per_user", {n: n for n in LETTERS}))
    assert text.startswith("“B” buys day-90 retention cheapest: 4.0 points for ¥4.00")
    assert text.endswith("“C” buys most: 5.0 points for ¥6.00")


def test_replications_that_agree_to_the_last_digit_prove_nothing():
    assert finding.Reading("A", 1, 0, 2, 5.0, 5.0, 5.0).verdict == finding.SAME


@pytest.mark.parametrize(
    ("low", "high", "kind", "decimals"),
    [
        (0.0004, 0.0011, "share", 2),  # +0.04 to +0.11 points, not 0.0 to +0.1
        (0.0035, 0.0044, "share", 2),  # both would read 0.4
        (0.012, 0.019, "share", None),
        (-0.001, 0.002, "share", None),  # zero lies inside: nothing to save
        (0.4, 7.0, "money", 3),
        (math.nan, math.nan, "share", None),
    ],
)
def test_a_told_difference_never_reads_as_touching_zero(low, high, kind, decimals):
    assert decimals_of(low, high, kind) == decimals


def test_the_chance_of_a_false_difference_grows_with_the_comparisons():
    assert finding.multiplicity(1) == ""
    assert "30\u00a0%" in finding.multiplicity(7)


def test_the_waterfall_ends_at_revenue_minus_goods_minus_costs(two):
    from analysis.plots.waterfall import steps

    flow = steps(two, two.scenarios)[two.scenarios[1]]
    rows = two.ledger[two.ledger["scenario"] == two.scenarios[1]].groupby("account")["amount_minor"].sum()
    users = two.daily[(two.daily["scenario"] == two.scenarios[1]) & (two.daily["day"] == 365)]["registered_ever"].sum()
    expected = (rows["revenue"] - rows["cost_of_goods"] - rows["messaging.sends"] - rows["points.redeemed"]) / users
    assert flow[-1].end == pytest.approx(expected)
    revenue = next(step for step in flow if step.label == "Revenue")
    assert revenue.end == pytest.approx(rows["revenue"] / users)
    assert "contribution" in value_waterfall(two).finding


def test_cohorts_that_do_not_differ_are_called_not_distinguishable_and_others_are_not():
    frames = tables(1, replications=2)
    assert cohort_heatmap(frames).finding.endswith("not distinguishable")
    later = frames.cohorts["cohort"] > 25
    frames.cohorts.loc[later & (frames.cohorts["age_weeks"] > 0), "ordered"] *= 2
    assert "points more (95 % interval" in cohort_heatmap(frames).finding


def test_survival_names_the_median_day():
    frames = tables(1, replications=2)
    curve = frames.retention.query("definition == 'survival' and event == 'order'")
    day = int(curve.loc[curve["mean"] <= 0.5, "age_days"].min())
    assert survival(frames, "order").finding == f"Half of users have gone without an order long enough to lapse by day {day}"


def test_equal_lifecycles_are_called_not_distinguishable():
    frames = tables(2, names=LETTERS[:2], effects=((0.0, 0, 0), (0.0, 0, 0)), replications=4)
    first = frames.daily[frames.daily["scenario"] == "Baseline"]
    frames.daily = pd.concat([first, first.assign(scenario="A")], ignore_index=True)
    assert lifecycle_composition(frames).finding.endswith("no strategy’s share is distinguishable from that")


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("rolling_90_order", ("rolling", "order", 90)),
        ("bracket_30_90_order", ("bracket_30", "order", 90)),
        ("exact_day_7_visit", ("exact_day", "visit", 7)),
        ("retention_90_order", None),
        ("orders_per_user", None),
    ],
)
def test_a_retention_metric_says_its_definition_in_its_name(name, parts):
    assert metrics.retention_parts(name) == parts


def test_the_headline_does_not_depend_on_the_length_of_the_run_where_that_can_be_had():
    names = ["exact_day_7_visit", "rolling_90_order", "rolling_30_order", "bracket_30_30_order", "bracket_30_90_order"]
    assert [metrics.headline(names[:k]) for k in (0, 1, 3, 4, 5)] == [None, names[0], names[1], names[3], names[4]]


def test_an_unknown_metric_is_written_by_its_unit():
    assert metrics.metric("refunds_per_user", "money_minor").unit == "money"
    assert metrics.metric("open_share", "fraction").unit == "share"
    assert metrics.metric("sends", "messages").label.en == "Sends"


def test_chinese_breaks_between_characters_and_long_names_lose_their_middle():
    assert wrap("优惠券与会员等级", lambda line: len(line) <= 3) == "优惠券\n与会员\n等级"
    assert wrap("in 95 % of them", lambda line: len(line) <= 6) == "in\n95\N{NO-BREAK SPACE}%\nof\nthem"
    assert clean("one\n two\x00 three") == "one two three"
    assert len(clean("x" * 100, 20)) == 20
