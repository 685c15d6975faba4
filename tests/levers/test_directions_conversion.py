"""The levers of conversion move what their files say, in that direction and by that size.

Worlds are paired as in ``test_lever_directions``. Sizes are log-odds of ordering on a visit, in a world where nothing else answers: nobody
leaves, nothing is bought early. There the lever's pull must be found again, within what twelve replications leave open once in a million.
"""

from __future__ import annotations

import numpy as np
import pytest
from lever_worlds import EVERY_LEVER, LIVELY, lived, per_user
from scipy import stats
from test_lever_directions import (
    DOWN,
    SHIPPED,
    UP,
    assert_moves,
    contribution_per_order,
    counter,
    orders_per_visit,
    pairs,
    reference_price,
)

from sim import ledger
from sim.model import LifecycleModel
from sim.scenario import load_scenario

FAILING = {"behaviour": {"failure_rate": 0.2}}
PLAIN = {
    "population": {**LIVELY, "dropout": {"mode": "none"}, "visit_conversion": 0.04},
    "behaviour": {"borrowed_share": 0.0, "satisfaction_order": 0.0},
}
"""Nobody leaves, nothing is only bought earlier, and quality sells nothing."""
USUAL_CHECKOUT = {"steps": 5, "guest": False, "methods_covered": 0.9}
USUAL_SHOP = {"variety": 0.5, "quality": 0.0}
BAYMARD_BEST = {"steps": 2, "guest": True, "methods_covered": 1.0}
"""Three steps fewer, no account wall, a method for everybody: all that Baymard's potential is shared out over."""


def satisfaction(model):
    return float(model.rows["satisfaction"].mean())


def basket_per_order(model):
    return per_user(model, "basket") / per_user(model, "orders")


def contribution(model):
    return ledger.balance(model.ledger(), ledger.accounts(model.levers))["contribution"] / len(model.rows)


def log_odds(share):
    return float(np.log(share / (1.0 - share)))


def order_log_odds(model):
    return log_odds(orders_per_visit(model))


def newcomers_log_odds(model):
    return log_odds(per_user(model, "first_orders") / per_user(model, "trust_newcomers"))


def assert_size(expected, differences):
    """The mean is the expected one, within what its own scatter leaves open once in a million; and it is that far from nothing."""
    differences = np.asarray(differences)
    assert_moves(np.sign(expected), differences)
    reach = stats.t.isf(5e-7, len(differences) - 1) * differences.std(ddof=1) / len(differences) ** 0.5
    assert abs(differences.mean() - expected) < reach, f"{differences.mean():.4f} ± {reach:.4f}, expected {expected}"
    assert reach < 0.8 * abs(expected), "too noisy to tell a size"


MOVES = {
    "a faster site brings visits": (
        UP,
        counter("visits"),
        {"site": {"latency_ms": 0.0, "latency_visit": 0.02, "latency_order": 0.0, "interface_order": 0.0, "search_order": 0.0}},
        {},
        {},
    ),
    "a clearer interface eases orders": (
        UP,
        orders_per_visit,
        {"site": {"interface_quality": 1.0, "latency_order": 0.0, "search_order": 0.0}},
        {},
        {},
    ),
    "a search that finds eases orders": (
        UP,
        orders_per_visit,
        {"site": {"search_success": 1.0, "latency_order": 0.0, "interface_order": 0.0}},
        {},
        {},
    ),
    "a search in vain costs orders": (
        DOWN,
        orders_per_visit,
        {"site": {"search_success": 0.2, "latency_order": 0.0, "interface_order": 0.0}},
        {},
        {},
    ),
    "reviews bring first orders": (
        UP,
        counter("first_orders"),
        {"trust": {"seals": 0, "guarantee": False, "star_order": 0.0, "usual_reviews": 0}},
        {},
        {},
    ),
    "five stars sell less than four and a half": (
        DOWN,
        counter("first_orders"),
        {"trust": {"stars": 5.0, "star_order": 1.0}},
        {"trust": {"stars": 4.5, "star_order": 1.0}},
        {},
    ),
    "four seals sell less than two": (DOWN, counter("first_orders"), {"trust": {"seals": 4}}, {"trust": {"seals": 2}}, {}),
    "a guarantee makes good what went wrong": (
        UP,
        satisfaction,
        {"trust": {"strength": 1.0}},
        {"trust": {"guarantee_recovery": 0.0}},
        FAILING,
    ),
    "a guarantee is paid for": (
        DOWN,
        contribution_per_order,
        {"trust": {"guarantee_cost": 5.0}},
        {"trust": {"guarantee_cost": 0.0}},
        FAILING,
    ),
    "a delivery fee costs orders": (DOWN, counter("orders"), {"checkout": {**USUAL_CHECKOUT, "delivery_fee": 3.0}}, {}, {}),
    "a threshold makes baskets larger": (
        UP,
        basket_per_order,
        {"checkout": {**USUAL_CHECKOUT, "delivery_fee": 3.0, "free_from": 40.0}},
        {"checkout": {**USUAL_CHECKOUT, "delivery_fee": 3.0, "free_from": 40.0, "top_up": 0.0}},
        {},
    ),
    "free delivery sells more than a fee": (
        UP,
        counter("orders"),
        {"checkout": {"delivery_fee": 3.0, "free_from": 0.0}},
        {"checkout": {"delivery_fee": 3.0}},
        {},
    ),
    "and leaves less of each order": (
        DOWN,
        contribution_per_order,
        {"checkout": {"delivery_fee": 3.0, "free_from": 0.0}},
        {"checkout": {"delivery_fee": 3.0}},
        {},
    ),
    "parcels that come soon please": (UP, satisfaction, {"delivery": {}}, {}, {}),
    "parcels later than usual are failures": (UP, counter("failures"), {"delivery": {"late": 0.3}}, {}, {}),
    "parcels late less often than usual make failures rarer": (
        DOWN,
        lambda m: per_user(m, "failures") / per_user(m, "orders"),
        {"delivery": {"late": 0.0}},
        {},
        FAILING,
    ),
    "a good courier costs margin": (DOWN, contribution_per_order, {"delivery": {}}, {}, {}),
    "a wider range fills more wishes": (UP, orders_per_visit, {"assortment": {"quality": 0.0}}, {}, {}),
    "a narrow range loses orders": (DOWN, orders_per_visit, {"assortment": {"quality": 0.0, "variety": 0.3}}, {}, {}),
    "good goods please": (UP, satisfaction, {"assortment": {**USUAL_SHOP, "quality": 0.3}}, {}, {}),
    "bad goods disappoint": (DOWN, satisfaction, {"assortment": {**USUAL_SHOP, "quality": -0.3}}, {}, {}),
    "lower prices become normal": (DOWN, reference_price, {"assortment": {**USUAL_SHOP, "price_index": 0.9}}, {}, {}),
    "higher prices cost orders": (DOWN, orders_per_visit, {"assortment": {**USUAL_SHOP, "price_index": 1.1}}, {}, {}),
    "recommendations bring orders": (UP, counter("orders"), {"recommendation": {"quality": 1.0, "channel_share": 0.5}}, {}, {}),
    "and larger baskets": (UP, basket_per_order, {"recommendation": {"quality": 1.0, "channel_share": 0.5}}, {}, {}),
    "without consent they bring less": (
        DOWN,
        counter("orders"),
        {"recommendation": {"quality": 1.0, "channel_share": 0.9, "consent_share": 0.0}},
        {"recommendation": {"quality": 1.0, "channel_share": 0.9}},
        {},
    ),
    "part of what they sell other visits lose": (
        DOWN,
        counter("orders"),
        {"recommendation": {"quality": 1.0, "substitution": 1.0}},
        {"recommendation": {"quality": 1.0, "substitution": 0.0}},
        {},
    ),
}


@pytest.mark.parametrize("sentence", MOVES)
def test_direction(sentence):
    direction, measure, blocks, against, options = MOVES[sentence]
    assert_moves(direction, pairs(measure, blocks, against, **options))


SIZES = {
    "half a second is a tenth of a logit": (0.10, {"site": {"interface_order": 0.0, "search_order": 0.0, "latency_visit": 0.0}}),
    "for Deloitte it is four tenths": (
        0.40,
        {"site": {"preset": "deloitte", "interface_order": 0.0, "search_order": 0.0, "latency_visit": 0.0}},
    ),
    "the best checkout brings Baymard's 35 %": (np.log(1.35), {"checkout": BAYMARD_BEST}),
    "a fee of 3.00 puts off by thrice its part of the basket": (-0.30, {"checkout": {**USUAL_CHECKOUT, "delivery_fee": 3.0}}),
    "two days slower are the loss of the best courier": (np.log(1 - 0.146), {"delivery": {"preset": "sf_alibaba", "days": 6.0}}),
    "prices a tenth lower bring the elasticity of scanner data": (0.25, {"assortment": {**USUAL_SHOP, "price_index": 0.9}}),
}
"""Log-odds of ordering on a visit, as the sources give them."""


@pytest.mark.parametrize("sentence", SIZES)
def test_size(sentence):
    expected, blocks = SIZES[sentence]
    world = {**PLAIN, "behaviour": {**PLAIN["behaviour"], "reference_keep": 0.999}}
    if "fee" in sentence:
        world["population"] = {**PLAIN["population"], "spend": {"median": 30.0, "sigma": 0.0}}
    assert_size(expected, pairs(order_log_odds, blocks, **world))


def test_a_seal_is_worth_13_hundredths_of_a_logit_to_newcomers():
    seal = {"review_order": 0.0, "star_order": 0.0, "guarantee": False}
    one, none = ({"trust": {**seal, "strength": s}} for s in (1.0, 0.0))
    assert_size(0.13, pairs(newcomers_log_odds, one, none, **PLAIN))


def test_without_personal_data_the_channel_loses_81_percent_of_its_sales():
    """Sun et al. 2024: everybody is known, nine visits in ten are the channel's, and a visit seldom orders."""
    world = {**PLAIN, "population": {**PLAIN["population"], "visit_conversion": 0.01}}
    block = {"quality": 1.0, "cold": 1.0, "channel_share": 0.9, "substitution": 0.0}
    models = [[lived(b, replication=k, users=3_000, **world) for b in ({}, {"recommendation": block})] for k in range(4)]
    sales = [[per_user(m, "basket") / per_user(m, "visits") for m in both] for both in models]
    without, served = np.mean(sales, axis=0)
    channel = (served - 0.1 * without) / 0.9
    assert 1 - without / channel == pytest.approx(0.81, abs=0.02)


def test_recommendations_are_the_better_the_more_is_known():
    knowing, guessing = ({"recommendation": {"quality": 1.0, "channel_share": 0.9, "cold": c}} for c in (0.0, 1.0))
    assert_moves(UP, pairs(counter("first_orders"), guessing, knowing))
    quick, slow = ({"recommendation": {"quality": 1.0, "channel_share": 0.9, "data_need": n}} for n in (0.2, 50.0))
    assert_moves(UP, pairs(counter("orders"), quick, slow))


def test_a_range_made_for_one_persona_sells_to_that_persona():
    world = {"personas": {"a": {"share": 1.0}, "b": {"share": 1.0}}}
    block = {"assortment": {**USUAL_SHOP, "fit": [0.9, 0.5]}}

    def orders_of(persona):
        return lambda model: float(model.rows["orders"][model.rows["persona"] == persona].mean())

    assert_moves(UP, pairs(orders_of(0), block, **world))
    assert (pairs(orders_of(1), block, **world) == 0.0).all()


# ---- on the shipped baseline


def on_baseline(replication, settings):
    return LifecycleModel(load_scenario(SHIPPED / "baseline.yaml", settings), kinds=EVERY_LEVER, replication=replication).run()


def test_a_better_courier_brings_what_jds_own_brought():
    """Wu, Chen & Naik: spending +7.8 %."""
    gained = [
        np.log(per_user(on_baseline(k, ["levers.delivery.strength=1"]), "revenue") / per_user(on_baseline(k, []), "revenue"))
        for k in range(8)
    ]
    assert_moves(UP, gained)
    assert np.mean(gained) == pytest.approx(0.075, abs=0.015)
