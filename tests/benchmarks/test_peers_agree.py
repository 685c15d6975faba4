"""The peers that need no further package do the same work as this project, and a peer that does not is found out."""

from __future__ import annotations

from dataclasses import replace
from importlib import import_module

import numpy as np
import pytest
from peer import agreement, this_project
from peer.addressed import Addressed, different_columns
from peer.workloads import WORKLOADS

USERS, DAYS = 4_000, {"incentives": 75, "customers": 45}
"""With incentives, days enough for grace to end, and for some to be sent no more coupons."""
PEERS = [
    *(("customers", peer) for peer in ("mesa_objects", "mesa_tuned", "numpy_columns", "numpy_tuned")),
    *(("incentives", peer) for peer in ("mesa_objects", "mesa_tuned", "numpy_columns", "numpy_tuned")),
]
MISTAKES = [
    ({"thresholds": (5_000, 30_000, 80_000)}, "tiers_promoted"),
    ({"wallet": 1}, "coupons_issued"),
    ({"attention": 4.0}, "coupons_used"),
    ({"grace_days": 25}, "tiers_demoted"),
]
"""What a peer may get wrong about incentives, and a figure that tells."""
OTHER_SHOPS = [
    {"levers.coupons.wallet": 3, "levers.coupons.every_days": 5, "behaviour.reference_keep": 0.0},
    {"levers.coupons.every_days": 28, "levers.coupons.expiry_days": 14, "platform.dormant_after_days": 7, "platform.churned_after_days": 20},
    {"levers.tiers.window_days": 12, "levers.tiers.grace_days": 3, "levers.tiers.thresholds": [20, 60, 120]},
    {"levers.coupons.sunset_days": 10, "levers.coupons.attention": 20.0, "population.visit_conversion": 0.2},
    {"population.dropout.own_orders_only": 0.0, "levers.tiers.push_zone": 1.0, "levers.coupons.exposure_days": 20},
]
"""Shops in which other rules act, or act more often: wallets of three, coupons that come before the last one has gone, levels lost soon."""


@pytest.fixture(scope="module", params=WORKLOADS)
def work(request):
    return WORKLOADS[request.param]


@pytest.fixture(scope="module")
def known():
    """For a workload, computed when first asked for: the spreads of its figures, and the book of this project."""
    found = {}

    def of(work):
        if work.name not in found:
            days = DAYS[work.name]
            ours = lived(this_project.World(work.shop, USERS, days, 1, scenario=work.scenario))
            found[work.name] = agreement.spreads(work, days), ours
        return found[work.name]

    return of


def lived(world) -> dict[str, list[int]]:
    world.run()
    return world.book()


def different(work, known, peer, **changed) -> set[str]:
    """The figures in which a peer, told a changed shop, is too far from this project."""
    spread, ours = known(work)
    world = import_module(f"peer.{work.name}.{peer}").World(replace(work.shop, **changed), USERS, DAYS[work.name], 5)
    every = agreement.differences({"this": [ours], "other": [lived(world)]}, USERS, spread, work.shop, "this")
    most = agreement.bound(len(every))
    return {d.figure for d in every if abs(d.errors) > most}


def test_numpy_with_this_projects_luck_writes_the_same_book_to_the_last_unit(work):
    assert agreement.exactly(work, seed=3) == []


@pytest.mark.parametrize("values", OTHER_SHOPS)
def test_with_other_numbers_numpy_is_equal_too(values):
    assert agreement.exactly(WORKLOADS["incentives"], 4, 1_000, values=values) == []


def test_numpy_with_the_luck_of_another_seed_writes_another_book(work):
    shop, tuned = work.shop, import_module(f"peer.{work.name}.numpy_tuned")
    first, second = (this_project.World(shop, 500, 20, seed, scenario=work.scenario) for seed in (3, 4))
    theirs = lived(tuned.World(shop, 500, 20, 3, luck=Addressed(shop, first.model)))
    assert different_columns(lived(first), theirs) == []
    assert "visits" in different_columns(lived(second), theirs)


@pytest.mark.parametrize(("name", "peer"), PEERS)
def test_a_peer_with_luck_of_its_own_agrees_within_sampling_error(name, peer, known):
    assert different(WORKLOADS[name], known, peer) == set()


@pytest.mark.parametrize("peer", [peer for name, peer in PEERS if name == "customers"])
def test_a_peer_whose_customers_hardly_ever_leave_is_found_out(peer, known):
    work = WORKLOADS["customers"]
    assert "departed" in different(work, known, peer, b=20 * work.shop.b)


@pytest.mark.parametrize(("mistake", "figure"), MISTAKES)
def test_a_peer_that_gets_an_incentive_wrong_is_found_out(mistake, figure, known):
    assert figure in different(WORKLOADS["incentives"], known, "numpy_tuned", **mistake)


@pytest.mark.parametrize(("name", "peer"), PEERS)
def test_stocks_are_everybody_and_day_0_has_an_order_of_each(name, peer):
    shop = WORKLOADS[name].shop
    book = lived(import_module(f"peer.{name}.{peer}").World(shop, 300, 40, 2))
    assert set(book) - {"levels"} == set(shop.COLUMNS) and {len(book[column]) for column in shop.COLUMNS} == {41}
    stocks = np.array([book[name] for name in ("customer", "dormant", "churned")])
    assert (stocks.sum(axis=0) == 300).all()
    assert [book[name][0] for name in ("active_users", "visits", "orders", "departed")] == [300, 300, 300, 0]


@pytest.mark.parametrize("peer", [peer for name, peer in PEERS if name == "incentives"])
def test_levels_held_are_levels_gained_less_those_lost(peer):
    book = lived(import_module(f"peer.incentives.{peer}").World(WORKLOADS["incentives"].shop, 2_000, 75, 2))
    assert sum(book["levels"]) == 2_000
    assert sum(level * users for level, users in enumerate(book["levels"])) == sum(book["tiers_promoted"]) - sum(book["tiers_demoted"])
    assert sum(book["tiers_demoted"]) > 0 and sum(book["coupons_used"]) > 0


def test_orders_expected_are_those_published_for_cdnow():
    # The finding in scenarios/oracles/bgnbd.yaml: 1.20 repeat orders a user by week 39, 1.86 by week 78.
    shop = WORKLOADS["customers"].shop
    assert agreement.orders_expected(shop, 0) == 1.0
    assert agreement.orders_expected(shop, 39 * 7) == pytest.approx(1 + 1.20, abs=0.005)
    assert agreement.orders_expected(shop, 78 * 7) == pytest.approx(1 + 1.86, abs=0.005)
