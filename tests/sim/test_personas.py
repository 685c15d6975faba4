"""Kinds of people: how many, and each with its own distributions."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from sim.lever import levers
from sim.model import LifecycleModel
from sim.scenario import Scenario
from sim.segment import CHANNELS, DIRECT, SOMEBODY, channel_bit, persona_bit

USERS = 60_000
PEOPLE = {
    "regular": {"share": 6},
    "thrifty": {"share": 3, "order_rate": {"r": 2.0, "alpha_weeks": 20.0}, "deal_proneness": {"a": 6.0, "b": 2.0}, "basket_times": 0.5},
    "wealthy": {"share": 1, "order_rate": {"r": 3.0, "alpha_weeks": 4.0}, "leave": {"a": 1.0, "b": 9.0}, "basket_times": 3.0},
}


def drawn(personas: dict | None, users: int = USERS, days: int = 0, blocks: dict | None = None) -> LifecycleModel:
    world = {"personas": personas} if personas else {}
    scenario = Scenario.from_mapping({"name": "People", "run": {"users": users, "seed": 3}, "levers": blocks or {}, **world})
    return LifecycleModel(scenario, days=days, kinds={name: name for name in levers()}).run()


@pytest.fixture(scope="module")
def rows() -> np.ndarray:
    return drawn(PEOPLE).rows


def five_errors(values: np.ndarray) -> float:
    """Five standard errors of a mean: passed by chance less than once in a million."""
    return 5 * values.std() / len(values) ** 0.5


def test_personas_are_as_many_as_their_shares_say(rows):
    counts = np.bincount(rows["persona"], minlength=3)
    assert stats.chisquare(counts, USERS * np.array([0.6, 0.3, 0.1])).pvalue > 1e-6


@pytest.mark.parametrize("code, name", enumerate(PEOPLE))
def test_each_persona_has_its_own_mean_order_rate(code, name, rows):
    rate = PEOPLE[name].get("order_rate", {"r": 0.243, "alpha_weeks": 4.414})
    weekly = rows["visit_rate"][rows["persona"] == code] * 7 * 0.037
    assert weekly.mean() == pytest.approx(rate["r"] / rate["alpha_weeks"], abs=five_errors(weekly))


@pytest.mark.parametrize("code, name", enumerate(PEOPLE))
def test_each_persona_has_its_own_deal_proneness_and_readiness_to_leave(code, name, rows):
    for column, key, usual in (("deal_proneness", "deal_proneness", (0.386, 3.088)), ("leave_p", "leave", (0.793, 2.426))):
        a, b = PEOPLE[name][key].values() if key in PEOPLE[name] else usual
        values = rows[column][rows["persona"] == code]
        assert values.mean() == pytest.approx(a / (a + b), abs=five_errors(values)), column


def test_a_personas_baskets_are_so_many_times_the_populations(rows):
    plain = drawn(None).rows["usual_basket"]
    times = np.array([1.0, 0.5, 3.0])[rows["persona"]]
    assert (rows["usual_basket"] == plain * times).all()


def test_a_persona_that_says_nothing_of_its_own_lives_as_without_personas():
    plain, one = drawn(None, 500, 40), drawn({"only": {"share": 2}}, 500, 40)
    assert all((plain.rows[name] == one.rows[name]).all() for name in plain.rows.dtype.names if name not in levers())
    assert (plain.visited == one.visited).all()


def test_the_same_user_has_the_same_luck_whatever_the_persona():
    everybody_wealthy = drawn({"wealthy": PEOPLE["wealthy"]}).rows
    some = drawn(PEOPLE).rows
    wealthy = some["persona"] == 2
    for name in ("visit_rate", "leave_p", "usual_basket", "deal_proneness"):
        assert (some[name][wealthy] == everybody_wealthy[name][wealthy]).all(), name


def test_a_users_bits_name_the_persona_and_the_channel(rows):
    bits = np.array([persona_bit(k) for k in range(3)])[rows["persona"]]
    assert (rows["groups"] == SOMEBODY | channel_bit(DIRECT) | bits).all()
    assert CHANNELS[DIRECT] == "direct"


def test_a_lever_aimed_at_a_persona_reaches_nobody_else():
    coupons = {"audience": "everyone", "every_days": 3, "for": {"personas": ["wealthy"]}}
    model = drawn(PEOPLE, 2_000, 30, {"coupons": coupons})
    got = model.rows["coupons"]["sent_day"] > 0
    assert got[model.rows["persona"] == 2].mean() > 0.9
    assert not got[model.rows["persona"] != 2].any()
