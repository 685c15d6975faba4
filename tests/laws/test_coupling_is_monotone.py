"""Law 2: raising a rate or a chance only adds events, because every decision is one number against one threshold."""

from __future__ import annotations

import numpy as np
from anything import LIVELY, diary, few, lived, scenario
from hypothesis import given
from hypothesis import strategies as st

from sim.model import LifecycleModel

QUIET = {"habit_lift": 0.0, "failure_rate": 0.0}
FOREVER = {**LIVELY, "dropout": {"mode": "none"}, "newcomer": {"visit_lift": 0.0}}


def world(population, **changes):
    return scenario(users=1_000, days=25, population={**population, **changes}, behaviour=QUIET)


@few(6)
@given(st.floats(1.0, 20.0), st.floats(1.0, 4.0), st.floats(0.1, 3.0))
def test_whoever_visits_still_visits_where_everybody_visits_more_often(weeks, more, shape):
    seldom = lived(world(FOREVER, order_rate={"r": shape, "alpha_weeks": weeks}))
    often = lived(world(FOREVER, order_rate={"r": shape, "alpha_weeks": weeks / more}))
    assert (diary(often, "visited") | ~diary(seldom, "visited")).all()
    assert often.daily()["visits"].sum() >= seldom.daily()["visits"].sum()


@few(6)
@given(st.floats(0.02, 0.5), st.floats(0.0, 0.5))
def test_whoever_orders_still_orders_where_visits_convert_better(conversion, more):
    models = []
    for chance in (conversion, conversion + more):
        model = LifecycleModel(world(FOREVER))
        model.policy["core"]["conversion"] = chance
        models.append(model.run())
    worse, better = models
    assert (diary(worse, "visited") == diary(better, "visited")).all()
    assert (diary(better, "ordered") | ~diary(worse, "ordered")).all()


@few(6)
@given(st.floats(0.1, 2.0), st.floats(0.1, 2.0), st.sampled_from(["per_order", "per_renewal"]))
def test_nobody_stays_longer_where_everybody_leaves_more_readily(a, more, mode):
    loyal, fickle = (
        lived(world(FOREVER, dropout={"mode": mode, "a": shape, "b": 2.0, "period_days": 5})) for shape in (a, a + more)
    )
    assert (diary(loyal, "visited") | ~diary(fickle, "visited")).all()
    last = [np.where(m.rows["left"], m.rows["left_day"], 10**6) for m in (loyal, fickle)]
    assert (last[1] <= last[0]).all()
    assert (last[1] < last[0]).any()


@few(6)
@given(st.floats(0.2, 2.0), st.floats(0.1, 2.0))
def test_nobody_lives_longer_where_time_takes_more(s, more):
    dropouts = ({"mode": "per_time", "s": shape, "beta_weeks": 4.0} for shape in (s, s + more))
    loyal, fickle = (lived(world(FOREVER, dropout=dropout)) for dropout in dropouts)
    assert (diary(loyal, "visited") | ~diary(fickle, "visited")).all()
    assert (diary(loyal, "ordered") | ~diary(fickle, "ordered")).all()


@few(6)
@given(st.floats(0.0, 1.0), st.floats(0.0, 1.0))
def test_orders_that_go_wrong_still_go_wrong_where_more_do(rate, more):
    """The failures of the first order, which nothing before it could move."""
    weights = {"satisfaction_order": 0.0, "satisfaction_stay": 0.0}
    made = [
        lived(scenario(users=500, population=FOREVER, behaviour={**weights, "failure_rate": share}))
        for share in (rate * (1 - more), rate)
    ]
    fewer, all_of_them = (m.daily()["failures"] for m in made)
    assert (fewer <= all_of_them).all()
