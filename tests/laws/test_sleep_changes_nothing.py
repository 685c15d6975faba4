"""A day slept through is a day on which nothing happens.

The compiled driver lets users sleep, the object driver never does, and both give the same bits. So a lever that forgets to
say until when nothing can happen (``t.wake``), or by how much its pull may rise (``t.headroom``), is found here.
"""

from __future__ import annotations

import numpy as np
import pytest
from anything import EVERY_LEVER, MARKET, blocks, differences, few, scenario
from hypothesis import given
from hypothesis import strategies as st

from sim.lever import levers
from sim.model import LifecycleModel

QUIET = {"order_rate": {"r": 0.5, "alpha_weeks": 10.0}, "visit_conversion": 0.1, "newcomer": {"visit_lift": 1.0}}
MARKETS = {**MARKET, "population": {**QUIET, "entry": "market"}}
"""The same people, most of whom are reached within the days lived here."""
MODES = [{"mode": mode} for mode in ("per_order", "per_time", "none")] + [{"mode": "per_renewal", "period_days": 9}]


def both(world, **options):
    return [LifecycleModel(world, kinds=EVERY_LEVER, list_orders=True, driver=d, **options).run() for d in ("compiled", "objects")]


@few(12)
@given(levers_=blocks(), dropout=st.sampled_from(MODES), seed=st.integers(0, 10**9))
def test_with_any_levers_at_once_nobody_differs_by_a_bit(levers_, dropout, seed):
    world = scenario(levers_, users=60, days=50, seed=seed, population={**QUIET, "dropout": dropout})
    assert differences(*both(world)) == []


@pytest.mark.parametrize("name", levers())
def test_with_one_lever_alone_nobody_differs_by_a_bit(name):
    world = scenario({name: {}}, users=150, days=75, population=QUIET)
    assert differences(*both(world)) == []


@few(8)
@given(levers_=blocks(), seed=st.integers(0, 10**9), g=st.floats(0.0, 1.0), p=st.floats(0.0, 20.0))
def test_in_a_market_with_any_levers_at_once_nobody_differs_by_a_bit(levers_, seed, g, p):
    bass = {"p_per_year": p, "q_per_year": 20.0, "friends_share": g}
    world = scenario(levers_, users=80, days=50, seed=seed, population=MARKETS["population"], market={"bass": bass})
    assert differences(*both(world)) == []


@pytest.mark.parametrize("name", levers())
def test_in_a_market_with_one_lever_alone_nobody_differs_by_a_bit(name):
    model, plain = both(scenario({name: {}}, users=150, days=60, **MARKETS))
    assert differences(model, plain) == []
    assert (model.rows["stage"] > 0).any()


@pytest.mark.parametrize("segment", ["new", "active", "at_risk", "dormant", "churned", "high_value"])
def test_with_levers_aimed_at_a_segment_nobody_differs_by_a_bit(segment):
    world = scenario(
        {name: {"for": [segment]} for name in levers()}, users=120, days=60, population=QUIET,
        platform={"dormant_after_days": 10, "churned_after_days": 20},
        segments={"new_days": 6, "at_risk_days": 5, "high_value_orders": 2, "high_value_spend": 10.0, "high_value_days": 12},
    )
    assert differences(*both(world)) == []


def test_prospects_sleep_until_they_may_be_reached():
    reached = 0
    model = LifecycleModel(scenario({"channels": {}}, users=2_000, days=10, **MARKETS), kinds=EVERY_LEVER)
    while model.day < model.days:
        before = model.rows["stage"] == 0
        model.step()
        most = model.today(model.day + 1)["most_reached"][0]
        reached += np.sum(before) * most
    assert reached < 0.25 * model.days * len(model.rows)


def test_most_days_of_most_users_are_slept_through():
    model = LifecycleModel(scenario({}, users=500, days=40, population=QUIET), kinds=EVERY_LEVER).run()
    assert np.mean(model.wake > model.day + 1) > 0.5


def test_who_has_errands_only_lives_no_whole_day():
    levers = {"messaging": {"email": {"per_week": 3.0, "opt_in": 1.0}}, "coupons": {"every_days": 4}, "points": {}, "tiers": {}}
    model = LifecycleModel(scenario(levers, users=500, days=40, population=QUIET), kinds=EVERY_LEVER).run()
    soon = model.wake <= model.day + 3
    assert soon.mean() > 0.5 and np.mean(model.whole[soon] > model.wake[soon]) > 0.5
