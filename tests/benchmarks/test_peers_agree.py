"""The peers that need no further package do the same work as this project, and a peer that does not is found out."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from peer import agreement, mesa_objects, numpy_columns, numpy_tuned, this_project
from peer.addressed import Addressed, different_columns
from peer.workload import BOOK
from peers import SCENARIO

USERS, DAYS = 4_000, 45


@pytest.fixture(scope="module")
def shop():
    return this_project.shop_of(SCENARIO)


@pytest.fixture(scope="module")
def spread():
    return agreement.spreads(SCENARIO, DAYS)


@pytest.fixture(scope="module")
def ours(shop):
    return lived(this_project.World(shop, USERS, DAYS, 1, scenario=SCENARIO))


def lived(world) -> dict[str, list[int]]:
    world.run()
    return world.book()


def found(shop, spread, ours, other) -> list[agreement.Difference]:
    every = agreement.differences({"this": [ours], "other": [other]}, USERS, spread, shop, "this")
    most = agreement.bound(len(every))
    return [d for d in every if abs(d.errors) > most]


def test_numpy_with_this_projects_luck_writes_the_same_book_to_the_last_unit(shop):
    assert agreement.exactly(shop, SCENARIO, seed=3) == []


def test_numpy_with_the_luck_of_another_seed_writes_another_book(shop):
    first, second = (this_project.World(shop, 500, 20, seed, scenario=SCENARIO) for seed in (3, 4))
    theirs = lived(numpy_tuned.World(shop, 500, 20, 3, luck=Addressed(shop, first.model)))
    assert different_columns(lived(first), theirs) == []
    assert "visits" in different_columns(lived(second), theirs)


@pytest.mark.parametrize("peer", [mesa_objects, numpy_columns, numpy_tuned])
def test_a_peer_with_luck_of_its_own_agrees_within_sampling_error(peer, shop, spread, ours):
    assert found(shop, spread, ours, lived(peer.World(shop, USERS, DAYS, 5))) == []


@pytest.mark.parametrize("peer", [mesa_objects, numpy_columns, numpy_tuned])
def test_a_peer_whose_customers_hardly_ever_leave_is_found_out(peer, shop, spread, ours):
    loyal = replace(shop, b=20 * shop.b)
    assert any(d.figure == "departed" for d in found(shop, spread, ours, lived(peer.World(loyal, USERS, DAYS, 5))))


@pytest.mark.parametrize("peer", [mesa_objects, numpy_columns, numpy_tuned])
def test_stocks_are_everybody_and_day_0_has_an_order_of_each(peer, shop):
    book = lived(peer.World(shop, 300, 40, 2))
    assert set(book) == set(BOOK) and {len(column) for column in book.values()} == {41}
    stocks = np.array([book[name] for name in ("customer", "dormant", "churned")])
    assert (stocks.sum(axis=0) == 300).all()
    assert [book[name][0] for name in ("active_users", "visits", "orders", "departed")] == [300, 300, 300, 0]


def test_orders_expected_are_those_published_for_cdnow(shop):
    # The finding in scenarios/oracles/bgnbd.yaml: 1.20 repeat orders a user by week 39, 1.86 by week 78.
    assert agreement.orders_expected(shop, 0) == 1.0
    assert agreement.orders_expected(shop, 39 * 7) == pytest.approx(1 + 1.20, abs=0.005)
    assert agreement.orders_expected(shop, 78 * 7) == pytest.approx(1 + 1.86, abs=0.005)
