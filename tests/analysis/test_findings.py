"""Findings say what the tables say, and no more."""

import numpy as np
import pandas as pd
import pytest
from frames import tables

from analysis import finding, metrics
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
    rows = frames.summary["metric"] == "retention_90_order"
    for name, value in zip(names, (0, *points), strict=True):
        half = 0.5
        own = rows & (frames.summary["scenario"] == name)
        frames.summary.loc[own, ["mean", "delta", "delta_ci_low", "delta_ci_high"]] = (
            np.array([30 + value, value, value - half if value else 0, value + half if value else 0]) / 100
        )
    return frames


def said(frames, metric="retention_90_order"):
    """The comparison, with plain spaces."""
    return spaced(finding.comparison(frames, metric, {name: name for name in frames.scenarios}))


def spaced(text):
    return text.replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("points", "sentence"),
    [
        ((4.2,), "“A” keeps 4.2 points more users at day 90 than the baseline"),
        ((-2.0,), "“A” keeps 2.0 points fewer users at day 90 than the baseline"),
        ((0.3,), "“A” is not distinguishable from the baseline in day-90 rolling retention by order"),
        ((0.3, -0.2), "No strategy is distinguishable from the baseline in day-90 rolling retention by order"),
        ((4.2, 0.3), "“A” keeps 4.2 points more users at day 90 than the baseline; the other is not distinguishable"),
        (
            (4.2, 0.3, 0.1),
            "“A” keeps 4.2 points more users at day 90 than the baseline; the other two are not distinguishable",
        ),
        (
            (1.0, 4.2, -3.0),
            "“B” keeps 4.2 points more users at day 90 than the baseline; one other also keeps more, one keeps fewer",
        ),
        (
            (-1.0, 0.1),
            "“A” keeps 1.0 points fewer users at day 90 than the baseline; the other is not distinguishable, "
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
    return spaced(finding.cost_of_retention(frames, "retention_90_order", "incentive_cost_per_user", labels))


@pytest.mark.parametrize(
    ("points", "sentence"),
    [
        (
            (2.0, 4.0),
            "“B” buys day-90 retention cheapest: 4.0 points for ¥4.00 of incentives per user, about ¥1.00 a point",
        ),
        ((0.1, 4.0), "“B” buys 4.0 points of day-90 retention for ¥4.00 of incentives per user, about ¥1.00 a point"),
        ((0.1, -4.0), "No strategy buys day-90 retention that can be told apart from the baseline, whatever it spends"),
    ],
)
def test_a_point_of_retention_has_a_price_only_where_it_can_be_told(points, sentence):
    assert priced(made(*points)) == sentence


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
    assert cohort_heatmap(frames).finding.endswith(": not distinguishable")
    later = frames.cohorts["cohort"] > 25
    frames.cohorts.loc[later & (frames.cohorts["age_weeks"] > 0), "ordered"] *= 2
    assert "points more (95 % interval" in cohort_heatmap(frames).finding


def test_survival_names_the_median_day():
    frames = tables(1, replications=2)
    curve = frames.retention.query("definition == 'survival' and event == 'order'")
    day = int(curve.loc[curve["mean"] <= 0.5, "age_days"].min())
    assert survival(frames).finding == f"Half of the baseline’s users have lapsed by day {day}"


def test_equal_lifecycles_are_called_not_distinguishable():
    frames = tables(2, names=LETTERS[:2], effects=((0.0, 0, 0), (0.0, 0, 0)), replications=4)
    first = frames.daily[frames.daily["scenario"] == "Baseline"]
    frames.daily = pd.concat([first, first.assign(scenario="A")], ignore_index=True)
    assert lifecycle_composition(frames).finding.endswith("no strategy’s share is distinguishable from that")


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("retention_90_order", ("rolling", "order", 90)),
        ("rolling_90_order", ("rolling", "order", 90)),
        ("retention_rolling_30_visit", ("rolling", "visit", 30)),
        ("exact_day_7_visit", ("exact_day", "visit", 7)),
        ("retention_30_order_bracket", ("bracket_30", "order", 30)),
        ("survival_90_departure", ("survival", "departure", 90)),
        ("orders_per_user", None),
    ],
)
def test_a_retention_metric_says_its_definition_in_its_name(name, parts):
    assert metrics.retention_parts(name) == parts


def test_an_unknown_metric_is_written_by_its_unit():
    assert metrics.metric("refunds_per_user", "money_minor").unit == "money"
    assert metrics.metric("open_share", "fraction").unit == "share"
    assert metrics.metric("sends", "messages").label == "Sends"


def test_chinese_breaks_between_characters_and_long_names_lose_their_middle():
    assert wrap("优惠券与会员等级", lambda line: len(line) <= 3) == "优惠券\n与会员\n等级"
    assert clean("one\n two\x00 three") == "one two three"
    assert len(clean("x" * 100, 20)) == 20
