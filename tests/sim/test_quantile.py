"""Tables of quantiles against scipy: bulk and tail, mean and order."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from sim import quantile

TABLES = {
    "gamma .243": (quantile.gamma(0.243, 4.414), stats.gamma(0.243, scale=1 / 4.414)),
    "gamma 2": (quantile.gamma(2.0, 0.5), stats.gamma(2.0, scale=2.0)),
    "gamma 6.25": (quantile.gamma(6.25, 6.25), stats.gamma(6.25, scale=1 / 6.25)),
    "inverse gamma": (quantile.inverse_gamma(3.744, 15.44), stats.invgamma(3.744, scale=15.44)),
    "beta bg": (quantile.beta(0.793, 2.426), stats.beta(0.793, 2.426)),
    "beta deals": (quantile.beta(0.386, 3.088), stats.beta(0.386, 3.088)),
    "exponential": (quantile.exponential(), stats.expon()),
    "normal": (quantile.normal(), stats.norm()),
}
EVENLY = (np.arange(400_000) + 0.5) / 400_000


@pytest.mark.parametrize("name", TABLES)
def test_quantiles_are_scipys_within_one_percent_but_for_the_very_small(name):
    table, exact = TABLES[name]
    luck = np.concatenate([np.linspace(0.05, 0.999, 5_000), 1 - 10.0 ** -np.linspace(3, 11, 200)])
    mine, theirs = quantile.quantiles(table, luck), exact.ppf(luck)
    scale = np.maximum(np.abs(theirs), 0.01 * exact.std())
    assert (np.abs(mine - theirs) / scale).max() < 0.01


@pytest.mark.parametrize("name", TABLES)
def test_means_and_spreads_are_scipys(name):
    table, exact = TABLES[name]
    values = quantile.quantiles(table, EVENLY)
    assert values.mean() == pytest.approx(exact.mean(), rel=1e-3, abs=1e-3)
    assert values.std() == pytest.approx(exact.std(), rel=0.01)


@pytest.mark.parametrize("name", TABLES)
def test_more_luck_never_gives_less(name):
    table, _ = TABLES[name]
    luck = np.sort(np.concatenate([EVENLY[::40], 1 - 2.0 ** -np.arange(1, 53), 1 - 32.0 ** -np.arange(1, 9)]))
    values = quantile.quantiles(table, luck)
    assert (np.diff(values) >= 0).all()
    assert np.isfinite(values).all()


@pytest.mark.parametrize("name", TABLES)
def test_values_carry_24_bits_so_that_scipys_last_bits_reach_nobody(name):
    mantissa, _ = np.frexp(TABLES[name][0])
    assert (mantissa * 2.0**24 == np.round(mantissa * 2.0**24)).all()


def test_one_quantile_is_the_same_alone_and_in_a_row_compiled_or_not():
    table, _ = TABLES["gamma 2"]
    for u in (0.0, 0.5, 0.97, 1 - 2.0**-30, 1 - 2.0**-53):
        assert quantile.quantile(table, u) == quantile.quantile.py_func(table, u)
        assert quantile.quantile(table, u) == quantile.quantiles(table, np.array([u]))[0]


def test_a_larger_rate_gives_everybody_less():
    seldom, often = quantile.gamma(0.2, 10.0), quantile.gamma(0.2, 5.0)
    assert (quantile.quantiles(seldom, EVENLY) <= quantile.quantiles(often, EVENLY)).all()
