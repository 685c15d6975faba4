"""What the shipped scenarios of acquisition say they found is found again, about so large, on the first replications of the shipped study."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pytest
from lever_worlds import EVERY_LEVER

from sim import ledger
from sim.model import LifecycleModel
from sim.scenario import load_scenario

SHIPPED = Path(__file__).parents[2] / "scenarios" / "levers"
REPLICATIONS = 4


@cache
def found(name, **changes):
    """Means over the replications: daily counters summed, accounts and contribution in money."""
    tables = []
    for k in range(REPLICATIONS):
        scenario = load_scenario(SHIPPED / f"{name}.yaml").with_values({path.replace("__", "."): v for path, v in changes.items()})
        model = LifecycleModel(scenario, kinds=EVERY_LEVER, replication=k).run()
        assert model.broken_laws() == []
        books = ledger.balance(model.ledger(), ledger.accounts(model.levers))
        table = {n: float(v.sum()) for n, v in model.daily().items()}
        tables.append({**table, "contribution": books["contribution"] / 100, "revenue": books["revenue"] / 100})
    return {n: np.mean([t[n] for t in tables]) for n in tables[0]}


def change(name, what, **changes):
    """By which share a figure differs from that of the market without levers."""
    return found(name, **changes)[what] / found("market")[what] - 1


def test_word_of_mouth_alone_reaches_more_than_half_of_the_market():
    assert found("market")["new_users"] == pytest.approx(5_740, rel=0.03)
    assert found("market")["contribution"] == pytest.approx(22_300, rel=0.10)


def test_media_bring_everybody_at_a_cost_that_differs_by_channel_and_is_higher_for_whoever_would_not_have_come():
    media = found("channels")
    cac = {n: media[f"channels_{n}"] / 100 / media[f"channels_{n}_signups"] for n in ("content", "search", "ads", "partners", "offline")}
    assert list(cac.values()) == sorted(cac.values())
    assert cac == pytest.approx({"content": 3.1, "search": 4.0, "ads": 4.6, "partners": 5.7, "offline": 11.2}, rel=0.08)
    more = media["new_users"] - found("market")["new_users"]
    assert 27_375 / more == pytest.approx(6.4, rel=0.05)
    assert change("channels", "contribution") == pytest.approx(0.26, abs=0.08)


def test_a_form_of_five_steps_loses_a_sixth_and_the_market_a_quarter():
    form = found("signup")
    assert form["signup_finished"] / form["signup_begun"] == pytest.approx(0.83, abs=0.02)
    assert change("signup", "new_users") == pytest.approx(-0.24, abs=0.03)
    assert change("signup", "contribution") == pytest.approx(-0.27, abs=0.06)


def test_invited_friends_pay_for_the_rewards():
    assert change("referral", "new_users") == pytest.approx(348 / 5_737, abs=0.015)
    assert change("referral", "contribution") == pytest.approx(0.05, abs=0.03)
    assert found("referral")["referral_referred"] == pytest.approx(335, rel=0.15)


def test_group_prices_sell_by_their_price_and_cost_more_than_they_bring():
    spread, silent = (change("group_buy", "orders", **c) for c in ({}, {"levers__group_buy__tell_rate": 0.0, "levers__group_buy__newcomer_rate": 0.0}))
    assert spread == pytest.approx(0.047, abs=0.015)
    assert silent > 0.7 * spread
    assert change("group_buy", "contribution") == pytest.approx(-0.10, abs=0.03)


def test_checking_accounts_costs_more_than_it_saves():
    checked, unchecked, strict = (found("abuse", levers__abuse__verification=v) for v in (0.3, 0.0, 0.9))
    assert checked["abuse_farmed"] / 100 / checked["revenue"] == pytest.approx(0.013, abs=0.004)
    assert unchecked["abuse_farmed"] > 1.3 * checked["abuse_farmed"] > 5 * strict["abuse_farmed"]
    assert strict["new_users"] / unchecked["new_users"] - 1 == pytest.approx(-0.13, abs=0.03)
    assert strict["contribution"] / unchecked["contribution"] - 1 == pytest.approx(-0.15, abs=0.05)
