"""Means, Student-t intervals and verdicts."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from sim import compare
from sim.study.interval import interval, verdict


def test_the_interval_is_the_students_t_interval_of_the_mean():
    values = np.array([3.0, 5.0, 4.0, 8.0])
    mean, low, high = interval(values)
    expected = stats.ttest_1samp(values, 0.0).confidence_interval(0.95)
    assert mean == 5.0
    assert (low, high) == pytest.approx((expected.low, expected.high), rel=1e-12)


def test_a_paired_difference_is_that_of_the_paired_t_test_of_scipy(scenarios):
    result = compare(scenarios, users=120, days=40, replications=5, threads=1)
    base, own = (tally.known() for tally in result._tallies)
    lines = result.summary.query("scenario == 'Coupons, often'").set_index("metric")
    told = [m for m in lines.index if m in base and np.ptp(own[m] - base[m]) > 0]
    assert len(told) > 8
    for metric in told:
        expected = stats.ttest_rel(own[metric], base[metric]).confidence_interval(0.95)
        found = lines.loc[metric, ["delta", "delta_ci_low", "delta_ci_high"]].tolist()
        assert found == pytest.approx([np.mean(own[metric] - base[metric]), expected.low, expected.high], rel=1e-9), metric


def test_two_replications_use_the_wide_t_of_one_degree_of_freedom():
    mean, low, high = interval(np.array([1.0, 3.0]))
    assert mean == 2.0
    assert high - mean == pytest.approx(12.7062047364)  # t(.975, 1) · (√2 / √2)


def test_one_replication_has_a_mean_and_no_interval():
    mean, low, high = interval(np.array([[1.0, 2.0]]))
    assert mean.tolist() == [1.0, 2.0]
    assert np.isnan(low).all() and np.isnan(high).all()


def test_one_number_has_missing_bounds_that_are_numbers():
    mean, low, high = interval(np.array([2.5]))
    assert (mean, type(low), type(high)) == (2.5, np.float64, np.float64)
    assert np.isnan(low) and np.isnan(high)


def test_every_column_has_its_own_interval():
    values = np.array([[1.0, 10.0], [2.0, 30.0], [6.0, 20.0]])
    mean, low, high = interval(values)
    for k in range(2):
        assert (mean[k], low[k], high[k]) == interval(values[:, k])


@pytest.mark.parametrize(
    ("low", "high", "says"),
    [
        (0.1, 0.2, "more"),
        (-0.2, -0.1, "less"),
        (-0.1, 0.1, "not distinguishable"),
        (0.0, 0.1, "not distinguishable"),
        (-0.1, 0.0, "not distinguishable"),
        (0.0, 0.0, "same"),
        (0.3, 0.3, "not distinguishable"),
        (float("nan"), float("nan"), "not distinguishable"),
    ],
)
def test_a_difference_is_told_only_where_zero_lies_outside_its_interval(low, high, says):
    assert verdict(low, high) == says
