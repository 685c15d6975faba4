"""What orders are worth is gamma-gamma, or lognormal; responsiveness to deals is beta.

Under gamma-gamma an order x of anybody is v times a beta prime (p, q); of two orders of one user the first is the
share Beta(p, p) of their sum, whoever the user is. Both are exact, so the whole distribution is tested, between users
and within them.
"""

import numpy as np
import pytest
from judge import FALSE_ALARM, hold, model_of, oracle
from scipy import special, stats

from sim.model import LifecycleModel

USERS = 300_000
SETS = [(6.25, 3.744, 15.44), (2.0, 6.0, 100.0), (20.0, 3.0, 3.0), (1.0, 5.0, 40.0)]


def order_pairs(**spend) -> np.ndarray:
    """First and second order of users who made two, in money; shape (pairs, 2). Nobody leaves; two orders a week."""
    scenario = oracle("oracles/nbd", order_rate__r=20.0, order_rate__alpha_weeks=10.0, **spend)
    orders = LifecycleModel(scenario, users=40_000, days=21, rng=3, list_orders=True).run().orders()
    orders = orders[np.argsort(orders["user"], kind="stable")]
    _, first, count = np.unique(orders["user"], return_index=True, return_counts=True)
    first = first[count > 1]
    return np.column_stack([orders["amount_minor"][first], orders["amount_minor"][first + 1]]) / 100


def first_orders(**spend) -> LifecycleModel:
    """A world in which everybody has made the first order."""
    return model_of(oracle("oracles/nbd", **spend), USERS, 1, list_orders=True)


@pytest.mark.parametrize(("p", "q", "v"), SETS)
def test_gamma_gamma_orders_have_the_mean_and_the_distribution_of_the_closed_form(p, q, v):
    model = first_orders(spend__p=p, spend__q=q, spend__v=v)
    orders = model.orders()["amount_minor"] / 100
    mean = p * v / (q - 1)
    variance = v**2 * p * (p + q - 1) / ((q - 2) * (q - 1) ** 2)
    hold(orders.mean(), mean, np.sqrt(variance / USERS), "mean order")
    usual = model.rows["usual_basket"] / 100
    hold(usual.mean(), mean, mean / np.sqrt((q - 2) * USERS), "mean of users' usual orders")
    assert stats.kstest(orders, stats.betaprime(p, q, scale=v).cdf).pvalue > FALSE_ALARM
    assert stats.kstest(usual, stats.invgamma(q, scale=p * v).cdf).pvalue > FALSE_ALARM


def test_the_published_population_mean_is_35_18():
    p, q, v = SETS[0]
    assert p * v / (q - 1) == pytest.approx(35.18, abs=0.02)  # the parameters are rounded


@pytest.mark.parametrize(("p", "q", "v"), SETS)
def test_two_orders_of_one_user_differ_as_gammas_of_one_scale(p, q, v):
    first, second = order_pairs(spend__p=p, spend__q=q, spend__v=v).T
    assert len(first) > 35_000
    assert stats.kstest(first / (first + second), stats.beta(p, p).cdf).pvalue > FALSE_ALARM


@pytest.mark.parametrize(("median", "sigma"), [(26.73, 0.738), (26.73, 0.84), (50.0, 1.3), (10.0, 0.3)])
def test_lognormal_orders_have_the_median_and_the_spread_asked_for(median, sigma):
    orders = first_orders(spend__median=median, spend__sigma=sigma).orders()["amount_minor"] / 100
    logs = np.log(orders)
    hold(np.exp(logs.mean()), median, median * sigma / np.sqrt(USERS), "median")
    hold(logs.std(), sigma, sigma / np.sqrt(2 * USERS), "spread")
    assert stats.kstest(logs, stats.norm(np.log(median), sigma).cdf).pvalue > FALSE_ALARM


@pytest.mark.parametrize(("sigma", "within"), [(0.738, 0.738), (1.3, 0.84)])
def test_two_lognormal_orders_of_one_user_differ_by_the_spread_within_users(sigma, within):
    first, second = order_pairs(spend__median=40.0, spend__sigma=sigma).T
    ratio = np.log(first / second) / (within * np.sqrt(2))
    assert stats.kstest(ratio, stats.norm.cdf).pvalue > FALSE_ALARM


@pytest.mark.parametrize(("a", "b"), [(0.386, 3.088), (2.0, 2.0), (0.1, 0.4)])
def test_nobody_redeems_five_offers_in_a_row_as_often_as_in_the_beta_binomial(a, b):
    model = model_of(oracle("oracles/nbd", deal_proneness__a=a, deal_proneness__b=b), USERS, 1)
    misses = (1 - model.rows["deal_proneness"]) ** 5
    truth, square = (np.exp(special.betaln(a, b + n) - special.betaln(a, b)) for n in (5, 10))
    hold(misses.mean(), truth, np.sqrt((square - truth**2) / USERS), "none of five")
