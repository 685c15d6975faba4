"""The arithmetic of a capped grant."""

from __future__ import annotations

import numpy as np
import pytest

from sim import budget


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
        (5, 0, 2, 0, 3),
    ],
)
def test_open_grants_count_at_their_highest_cost(money, spent, still_open, cost, grants):
    assert budget.affordable(money, spent, still_open, cost) == grants


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
