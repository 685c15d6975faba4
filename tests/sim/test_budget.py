"""The arithmetic of a capped grant."""

from __future__ import annotations

import numpy as np
import pytest

from sim import budget
from sim.chance import purpose
from sim.lever import Night

BID = purpose("test.bid")


def night(users: int, purse: budget.Purse | None = None, day: int = 5) -> Night:
    return Night({}, {}, {}, np.zeros(users), np.zeros(users), None, day=day, key=8, purse=purse)


def granted(cap, spent, still_open, cost, waiting=60, left=None):
    """How many of those waiting are granted something."""
    tonight = night(100, budget.Purse(left))
    who = np.arange(100) < waiting
    below = budget.grant(tonight, lambda: who, BID, cap, spent + still_open * cost, cost)
    return int((tonight.luck(BID)[who] < below).sum())


@pytest.mark.parametrize(
    "money, spent, still_open, cost, grants",
    [
        (1_000, 0, 0, 100, 10),
        (1_000, 0, 3, 100, 7),
        (1_000, 350, 3, 100, 3),
        (1_000, 350, 6, 100, 0),
        (1_000, 350, 60, 100, 0),
        (99, 0, 0, 100, 0),
        (0, 0, 0, 100, 0),
        (5, 0, 2, 0, 5),
        (1_000_000, 0, 0, 100, 60),
    ],
)
def test_open_grants_count_at_their_highest_cost(money, spent, still_open, cost, grants):
    assert granted(money / 100, spent, still_open, cost) == grants


def test_without_any_cap_everybody_waiting_is_granted():
    assert budget.grant(night(9), lambda: np.ones(9, bool), BID, None, 10**9, 500) == budget.ALL_BIDS
    assert granted(None, 10**9, 0, 500) == 60


@pytest.mark.parametrize("cap, left, grants", [(None, 700, 7), (3.00, 700, 3), (9.00, 700, 7), (9.00, -5, 0), (None, 10**9, 60)])
def test_the_tighter_of_a_levers_cap_and_the_common_purse_binds(cap, left, grants):
    assert granted(cap, 0, 0, 100, left=left) == grants


def test_levers_take_from_one_purse_in_turn_and_never_more_than_is_in_it():
    purse = budget.Purse(1_000)
    assert [purse.take(wanted, cost) for wanted, cost in ((4, 100), (3, 250), (9, 60), (1, 10), (1, 0))] == [4, 2, 1, 1, 1]
    assert purse.left == 30
    assert budget.Purse(None).take(10**9, 10**9) == 10**9
    assert budget.Purse(-50).take(3, 1) == 0


def test_a_levers_own_cap_takes_no_more_from_the_purse_than_it_grants():
    purse = budget.Purse(10_000)
    budget.grant(night(100, purse), lambda: np.ones(100, bool), BID, 5.00, 200, 100)
    assert purse.left == 10_000 - 3 * 100


def test_the_lowest_bids_are_granted_and_no_more_than_can_be_paid():
    bids = np.random.default_rng(1).uniform(0, 1, 500)
    for can in (0, 1, 17, 499, 500, 501, 10_000):
        granted = bids < budget.threshold(bids, can)
        assert granted.sum() == min(can, 500)
        assert granted.all() or bids[granted].max(initial=0.0) < bids[~granted].min()


def test_equal_bids_are_granted_together_or_not_at_all():
    bids = np.array([0.1, 0.2, 0.2, 0.2, 0.3])
    assert (bids < budget.threshold(bids, 2)).tolist() == [True, False, False, False, False]


def test_nobody_bidding_leaves_the_gate_open():
    assert budget.threshold(np.zeros(0), 0) == budget.ALL_BIDS
