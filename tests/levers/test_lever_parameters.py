"""No parameter is dead: changing it changes what somebody does, gets or costs, in a world built to show it."""

from __future__ import annotations

import json
from functools import cache

import pytest
from lever_worlds import MARKET, differ, lived

from sim.lever import levers
from sim.parameter import specification

SHIPPED = [name for name, lever in levers().items() if lever.module.__name__.startswith("sim.levers.")]
BASE = {
    "content": {"posts_per_day": 5.0},
    "events": {"attendee_cost": 1.0, "glow": 2.0},
    "competition": {"homogeneity": 1.0, "multi_homing": 1.0, "price": 0.8},
    "save": {
        "idle_days": 3,
        "every_days": 10,
        "contacts": 3,
        "remind": 0.5,
        "offer": 5.0,
        "expiry_days": 10,
        "response": -1.0,
        "until_days": 20,
    },
    "membership": {"join_rate": 0.3, "min_orders": 0, "trial_days": 8, "period_days": 8, "again_days": 5, "renewal_a": 0.5},
    "service": {"free_lift": 1.0},
    "feedback": {"survey_rate": 1.0, "rest_days": 5, "answers": 0.3, "lag_days": 3.0, "asked_lift": 0.5},
    "alliances": {"member_share": 0.5, "reach_per_day": 0.02, "benefit_visit": 0.3, "benefit_order": 0.3},
    "assortment": {"price_index": 0.9},
    "checkout": {"delivery_fee": 3.0, "free_from": 30.0},
    "delivery": {"fee": 1.0},
    "trust": {"seals": 3},
    "coupons": {"audience": "idle", "idle_days": 3, "every_days": 7, "sunset_days": 60, "attention": 5.0, "wallet": 3},
    "channels": {"creatives": {"pull_a": 0.5, "pull_b": 1.0, "share_b": 0.3}},
    "signup": {"gift": 5.0, "min_spend": 5.0, "valid_days": 10, "quick_login": 0.3},
    "referral": {"acceptance": 0.2, "abuse_share": 0.2, "commission": 0.05, "commission_days": 10, "sender_days": 20.0},
    "group_buy": {"tell_rate": 1.0, "newcomer_rate": 0.05, "open_rate": 0.3},
    "abuse": {"share": 0.3, "verification": 0.5, "accounts": 2, "check_cost": 0.10},
    "winback": {
        "after_days": 5,
        "every_days": 5,
        "contacts": 3,
        "until_days": 30,
        "expiry_days": 4,
        "return_per_day": 0.1,
    },
    "tiers": {
        "window_days": 20,
        "grace_days": 5,
        "thresholds": [50.0, 150.0],
        "discounts": [0.02, 0.05],
        "status_visit": 0.5,
        "per_visit": 1.0,
        "shipping": 2.0,
        "service": 0.5,
        "service_cost": 1.0,
    },
    "points": {"expiry_days": 26, "reward_points": 20, "welcome": 5, "per_review": 1},
    "community": {"answer_share": 0.5, "reward": 0.10, "seed_share": 0.05, "poster_share": 0.5},
    "messaging": {
        "push": {"per_week": 3.0, "cost": 0.01, "opt_out": 0.01},
        "email": {"per_week": 3.0, "opt_out": 0.01},
        "sms": {"per_week": 3.0, "opt_out": 0.01},
        "quiet_hours": 4.0,
        "cap_per_week": 5,
        "sunset_days": 60,
    },
}
"""Where a lever's defaults leave something unseen within the days lived here."""

OTHERWISE = {
    **{f"channels.{name}.persona_weights": [0.3] for name in ("content", "search", "ads", "partners", "offline")},
    "channels.content.stay": 3.0,
    "channels.creatives.channel": "search",
    "signup.gift_as": "goods",
    "reward_as": "cash",
    "referral.sender_days": 0.5,
    "abuse.effort": 20.0,
    "events.dates": [530],
    "events.days": [12],
    "events.size": 20,
    "events.glow_days": 1.0,
    "competition.promo_dates": [530],
    "save.rule": "uplift",
    "save.until_days": 5,
    "save.felt_days": 10,
    "save.dissatisfied": -0.9,
    "promotions.dates": [620],
    "promotions.lasts_days": [5],
    "promotions.depth": [0.4],
    "promotions.demand": [4.0],
    "service.returns": "none",
    "service.memory_days": 2.0,
    "privacy.default": "opt_out",
    "assortment.fit": [0.9],
    "trust.best_stars": 4.2,
    "trust.reviews": 1,
    "site.latency_basket": 0.05,
    "budget": 50.0,
    "audience": "everyone",
    "percent": 0.2,
    "push.cost": 0.05,
    "thresholds": [30.0, 150.0],
    "discounts": [0.02, 0.2],
    "cap_per_week": 2,
    "sunset_days": 10,
    "coupons.sunset_days": 10,
    "per_visit": 3,
    "per_post": 20,
    "coupons.stack": 3,
    "quiet_hours": 0.0,
    "until_days": 10,
    "points.expiry_days": 13,
    "max_share": 0.1,
    "wallet": 1,
    "sting_days": 1.0,
    "belonging": 2.0,
}
"""The value to change to, where twice the one before shows nothing or is not allowed; by name, or by lever and name."""

NEEDS = {
    "save.accuracy": {"rule": "uplift", "response": 0.2},
    "save.contacts": {"contacts": 1},
    "service.return_fee": {"returns": "fee"},
    "service.fee_deters": {"returns": "fee"},
    "service.fee_hurt": {"returns": "fee"},
    "alliances.loss_weight": {"exit_on": 20},
    "alliances.sting_days": {"exit_on": 20},
    "privacy.opt_out_share": {"default": "opt_out"},
    **{f"privacy.{name}": {"breach_on": 20} for name in ("breach_order", "breach_stay", "trust_days", "spared", "withdraw", "fine")},
    "max_discount": {"percent": 0.5, "max_discount": 2.0},
    "night_weight": {"night_weight": 1.0},
    "coupons.stack": {"min_spend": 5.0, "face_value": 1.0},
    "coupons.first_deal": {"audience": "everyone", "min_spend": 5.0},
    "points.max_share": {"value_per_point": 0.5},
}
"""What else must be set for a parameter to matter; by name, or by lever and name."""

FAILING = {"behaviour": {"habit_lift": 0.2, "failure_rate": 0.2}}
WORLDS = {
    **dict.fromkeys(("competition", "delivery", "feedback", "membership", "save", "service", "tiers", "trust"), FAILING),
    **dict.fromkeys(("alliances", "channels", "signup", "group_buy", "abuse"), MARKET),
    "referral": {**MARKET, **FAILING},
}
"""The world itself, where a lever needs another one than the lively one."""

AROUND = {
    "points": {"community": {}},
    "abuse": {"onboarding": {}},
    "events": {"community": {"contagion_visit": 2.0}},
    "membership": {"tiers": {"thresholds": [10.0], "discounts": [0.0], "status_stay": 1.0}},
    "feedback": {"assortment": {"quality": 1.0}},
}
"""Levers beside it, where one needs them."""

PARAMETERS = [(n, p) for n in SHIPPED for p in specification(levers()[n].Parameters)]


def look_up(table, lever, parameter, otherwise):
    return table.get(f"{lever}.{parameter}", table.get(parameter, otherwise))


def changed(value, entry):
    """Twice as much, half as much, or a little; a switch the other way."""
    if isinstance(value, bool):
        return not value
    if value in (0, 0.0):
        return entry["maximum"] if isinstance(value, int) and entry["maximum"] <= 1 else type(value)(1)
    more = value * 2
    return more if entry["maximum"] is None or more <= entry["maximum"] else value / 2


def put(block, path, value):
    """A copy of a lever's block with one value changed."""
    inner, _, leaf = path.rpartition(".")
    if inner:
        return {**block, inner: {**block.get(inner, {}), leaf: value}}
    return {**block, leaf: value}


def read(block, path, default):
    inner, _, leaf = path.rpartition(".")
    return (block.get(inner, {}) if inner else block).get(leaf, default)


@cache
def world(lever, frozen):
    """One life of the lever's block, given as text so that it can be remembered."""
    block = json.loads(frozen)
    return lived({**AROUND.get(lever, {}), lever: block}, **WORLDS.get(lever, {}))


@pytest.mark.parametrize("lever, parameter", PARAMETERS, ids=[f"{n}.{p}" for n, p in PARAMETERS])
def test_a_parameter_that_changes_changes_something(lever, parameter):
    entry = specification(levers()[lever].Parameters)[parameter]
    block = {**BASE.get(lever, {}), **look_up(NEEDS, lever, parameter, {})}
    before = read(block, parameter, entry["default"])
    after = look_up(OTHERWISE, lever, parameter, None)
    other = put(block, parameter, changed(before, entry) if after is None else after)
    one, two = (world(lever, json.dumps(b, sort_keys=True)) for b in (block, other))
    assert differ(one, two), f"{lever}.{parameter}: {before} or {read(other, parameter, None)}, nothing is different"
