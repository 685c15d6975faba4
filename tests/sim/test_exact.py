"""exp, log and what is built on them: right to the last bits, and the same compiled or not."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numba import njit
from scipy import stats

from sim.exact import SMALL_PULL, at_most_exp, exp, happens, log, none_below, poisson, pulled, rarely

SOME = np.random.default_rng(3)


@njit
def disagreements(luck, chances, pulls):
    """How often the shortcut of ``happens`` says something else than the plain formula."""
    wrong = 0
    for i in range(len(luck)):
        wrong += happens(luck[i], chances[i], pulls[i]) != (luck[i] < pulled(chances[i], pulls[i]))
    return wrong


def test_exp_is_right_to_two_units_in_the_last_place():
    x = np.concatenate([SOME.uniform(-700, 700, 20_000), SOME.normal(0, 0.5, 20_000), [1e-300, -1e-17, 0.5]])
    off = [abs(exp(v) - math.exp(v)) / math.ulp(math.exp(v)) for v in x]
    assert max(off) <= 2
    assert exp(0.0) == 1.0


def test_exp_ends_where_numbers_end():
    assert exp(800.0) == math.inf
    assert exp(-800.0) == 0.0
    assert math.isnan(exp(math.nan))


def test_log_is_right_to_a_few_units_in_the_last_place():
    x = np.concatenate([SOME.uniform(1e-12, 1, 20_000), 10.0 ** SOME.uniform(-300, 300, 20_000)])
    assert max(abs(log(v) - math.log(v)) / max(math.ulp(math.log(v)), 1e-16) for v in x) <= 4
    assert log(1.0) == 0.0


@pytest.mark.parametrize("f, arguments", [(exp, (1.7,)), (log, (0.3,)), (pulled, (0.2, -0.7)), (poisson, (0.93, 2.5))])
def test_plain_python_gives_the_same_bits(f, arguments):
    assert f.py_func(*arguments) == f(*arguments)
    for luck in SOME.uniform(0, 1, 300):
        scaled = (luck,) if len(arguments) == 1 else (luck, arguments[1])
        assert f.py_func(*scaled) == f(*scaled)


def test_a_pull_moves_the_logit_by_itself():
    for p in (0.01, 0.3, 0.9):
        for pull in (-2.0, 0.1, 3.0):
            q = pulled(p, pull)
            assert math.log(q / (1 - q)) == pytest.approx(math.log(p / (1 - p)) + pull, abs=1e-12)
    assert pulled(0.123, 0.0) == 0.123
    assert pulled(0.0, 5.0) == 0.0
    assert pulled(1.0, -5.0) == 1.0


def test_the_shortcut_of_happens_never_disagrees_with_the_formula():
    n = 3_000_000
    chances = SOME.beta(0.5, 2.0, n)
    pulls = SOME.normal(0, 1.2, n)
    assert disagreements(SOME.uniform(0, 1, n), chances, pulls) == 0
    # where it is tight: luck close to the threshold, to p, and to the own bound of the shortcut, pulls next to nothing
    some, pull = chances[:200_000], pulls[:200_000].copy()
    pull[:50_000] = np.tile([-1e-18, -1e-16, -3e-16, -1e-12, 1e-18, 1e-16, 3e-16, 1e-12], 6_250)
    pull[50_000:80_000] = np.tile([np.nextafter(SMALL_PULL, 0), SMALL_PULL, np.nextafter(SMALL_PULL, 2)], 10_000)
    limits = np.array([pulled(p, x) for p, x in zip(some, pull, strict=True)])
    for base in (limits, some, some * (1 + 2 * np.maximum(pull, 0))):
        for ulps in (-2, -1, 0, 1, 2):
            assert disagreements(base + ulps * np.spacing(base), some, pull) == 0


def test_happens_is_monotone_in_chance_and_pull():
    luck = SOME.uniform(0, 1, 400)
    for p, pull in zip(SOME.beta(1, 2, 400), SOME.normal(0, 1, 400), strict=True):
        less, more = sum(happens(u, p, pull) for u in luck), sum(happens(u, p, pull + 0.01) for u in luck)
        likelier = sum(happens(u, min(p * 1.01, 1.0), pull) for u in luck)
        assert less <= more
        assert less <= likelier


def test_poisson_is_the_quantile_function():
    for rate in (1e-6, 0.01, 0.3, 1.0, 4.0, 25.0, 200.0):
        luck = SOME.uniform(0, 1, 3_000)
        assert [poisson(u, rate) for u in luck] == stats.poisson.ppf(luck, rate).astype(int).tolist()


def test_poisson_never_falls_in_luck_or_in_rate():
    rates = np.sort(np.concatenate([10.0 ** SOME.uniform(-4, 2.8, 60), np.nextafter(0.25, [0, 1])]))
    luck = np.sort(np.concatenate([SOME.uniform(0, 1, 300), 1 - rates[rates < 1], np.exp(-rates)]))
    luck = luck[(luck >= 0) & (luck < 1)]
    counts = np.array([[poisson(u, rate) for u in luck] for rate in rates])
    assert (np.diff(counts, axis=0) >= 0).all()
    assert (np.diff(counts, axis=1) >= 0).all()


def test_nothing_comes_at_rate_zero_and_luck_without_end_still_ends():
    assert poisson(0.999999, 0.0) == 0
    assert poisson(1.0 - 2.0**-53, 700.0) < 1_000


@pytest.mark.parametrize("low, high", [(-1.0, 5.0), (-700.0, 700.0), (-1.5, -0.5), (4.5, 5.5)])
def test_a_bound_on_exp_is_never_below_it_and_hardly_above(low, high):
    for x in np.linspace(low, high, 20_001):
        assert exp(x) <= at_most_exp(x) <= 1.05 * exp(x)


@pytest.mark.parametrize("high", [1e-6, 0.1, 2.0, 4.0, 700.0])
def test_below_its_bound_luck_brings_surely_nobody(high):
    for rate in np.linspace(0.0, high, 20_001):
        assert none_below(rate) < exp(-rate)
        assert poisson(min(max(none_below(rate), 0.0), 1.0 - 2.0**-53), min(rate, 700.0)) == 0 or none_below(rate) <= 0.0
    assert none_below(1e300) < 0.0 and none_below(float("inf")) < 0.0


def test_that_bound_is_near_for_the_rates_most_users_have():
    rates = np.linspace(0.0, 2.0, 20_001)
    missed = np.array([exp(-r) - none_below(r) for r in rates])
    assert missed.max() < 0.025 and missed[rates < 0.5].max() < 2.5e-4


def test_what_is_rare_is_judged_as_by_the_exponential():
    for u, rate, x in np.random.default_rng(8).uniform([0, 0, -3], [1, 0.5, 6], (50_000, 3)):
        assert rarely(u, rate, x) == (u < rate * exp(x))
    assert rarely(0.1, 0.1 / exp(0.3) * (1 + 1e-12), 0.3) and not rarely(0.1, 0.1 / exp(0.3) * (1 - 1e-12), 0.3)
