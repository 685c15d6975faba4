"""Intervals and p-values keep their promise: ``benchmarks/alarms.py`` on a few small worlds, and the formulas on many numbers.

``docs/intervals.md`` has the 1,000 studies of full size.
"""

from __future__ import annotations

import alarms
import numpy as np
import pytest
from scipy import stats

from sim.study import experiments
from sim.study import interval as intervals

STUDIES, TRIALS, USERS, DAYS, REPLICATIONS = 20, 40, 150, 30, 3
SELDOM = 1e-8
"""How often one sound promise may be called broken here; there are some fifty."""


def too_often(promises) -> list[str]:
    """The promises that were broken more often than luck can."""
    known = [p for p in promises if p.wrong]
    return [f"{p.kind}, {p.metric}: {p.rate:.2f}" for p in known if sum(p.wrong) > stats.binom.isf(SELDOM, len(p.wrong), 0.05)]


@pytest.fixture(scope="module")
def promises():
    return [*alarms.compared(STUDIES, USERS, DAYS, REPLICATIONS), *alarms.trials(TRIALS, USERS, DAYS)]


def test_small_studies_without_an_effect_seldom_show_one_and_intervals_hold_the_truth(promises):
    kinds = {p.kind for p in promises}
    assert kinds == set(alarms.KINDS) and len(promises) > 40
    assert too_often(promises) == []


def test_an_interval_that_is_too_narrow_is_noticed(monkeypatch):
    real = intervals.half_width
    monkeypatch.setattr(intervals, "half_width", lambda freedom: real(freedom, 0.4))
    found = alarms.compared(15, 60, 12, REPLICATIONS)
    assert {p.split(",")[0] for p in too_often(found)} >= {"levels", "two arms"}


def test_the_band_is_the_one_of_the_measure():
    rates = {"at": 73, "above": 74, "none": 26}
    kept = {name: alarms.Promise("levels", "orders", [True] * n + [False] * (1_000 - n)).kept for name, n in rates.items()}
    assert kept == {"at": True, "above": False, "none": False}


def test_the_page_says_what_lies_outside(promises):
    found = alarms.table([alarms.Promise("levels", "orders", [True] * 9 + [False] * 91), alarms.Promise("paired", "ltv", [False] * 100)])
    found.loc[0, "kept"] = False
    page = alarms.page(found)
    assert "**1 of 2 rates lie inside**" in page
    assert "| `orders` | 9.0 % | **outside** |" in page


@pytest.mark.parametrize("replications", [2, 3, 5, 10])
def test_the_interval_over_replications_holds_the_mean_of_normal_numbers(replications):
    y = np.random.default_rng(replications).normal(7.0, 3.0, (replications, 40_000))
    _, low, high = intervals.interval(y)
    missed = float(((low > 7.0) | (high < 7.0)).mean())
    assert missed == pytest.approx(0.05, abs=5.5 * np.sqrt(0.05 * 0.95 / 40_000))


def test_the_p_value_of_two_unequal_arms_is_uniform():
    rng, found = np.random.default_rng(2), []
    for _ in range(4_000):
        arms = rng.normal(1.0, 4.0, 40), rng.normal(1.0, 1.0, 15)
        *_, p = experiments.welch(*((len(a), a.mean(), a.var(ddof=1)) for a in arms))
        found.append(p)
    assert float(np.mean(np.array(found) < 0.05)) == pytest.approx(0.05, abs=5.5 * np.sqrt(0.05 * 0.95 / 4_000))
    assert stats.kstest(found, "uniform").pvalue > 1e-6
