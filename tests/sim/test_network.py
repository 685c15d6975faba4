"""The friends of a small world, and news running along friendships, against counting by hand."""

from __future__ import annotations

import numpy as np
import pytest

from sim import network


def pairs(friends: network.Friends) -> list[tuple[int, int]]:
    people = range(len(friends.starts) - 1)
    return [(i, int(j)) for i in people for j in friends.of(i)]


@pytest.mark.parametrize("users, degree, rewire", [(500, 8, 0.1), (501, 4, 0.0), (300, 6, 1.0), (50, 64, 0.3)])
def test_friendship_is_mutual_and_nobody_befriends_themselves(users, degree, rewire):
    friends = network.small_world(9, users, degree, rewire)
    known = pairs(friends)
    assert len(known) == 2 * users * min(degree // 2, (users - 1) // 2)
    assert all(i != j for i, j in known)
    assert sorted(known) == sorted((j, i) for i, j in known)
    assert friends.starts[-1] == len(friends.ends)


def test_without_rewiring_everybody_knows_the_nearest_on_a_ring():
    friends = network.small_world(9, 20, 4, 0.0)
    for i in range(20):
        assert sorted(friends.of(i)) == sorted((i + k) % 20 for k in (-2, -1, 1, 2))


@pytest.mark.parametrize("rewire", [0.0, 0.1, 0.5, 1.0])
def test_the_share_of_friendships_led_elsewhere_is_as_asked(rewire):
    users, degree = 20_000, 8
    friends = network.small_world(4, users, degree, rewire)
    away = np.abs(np.repeat(np.arange(users), np.diff(friends.starts)) - friends.ends)
    elsewhere = (np.minimum(away, users - away) > degree // 2).mean()
    # 80,000 friendships: five standard errors and the few that are led next door by chance
    assert elsewhere == pytest.approx(rewire, abs=5 * 0.5 / 80_000**0.5 + 0.0005)


@pytest.mark.parametrize("users, degree", [(1, 8), (2, 8), (10, 0), (10, 1)])
def test_too_few_people_or_friends_make_an_empty_graph(users, degree):
    friends = network.small_world(1, users, degree, 0.5)
    assert pairs(friends) == []
    heard = np.full(users, 9, np.uint8)
    network.spread(np.ones(users, np.uint8), friends, heard)
    assert heard.tolist() == [0] * users


def test_the_same_people_are_friends_whenever_the_key_is_the_same():
    one, two, other = (network.small_world(key, 300, 8, 0.2) for key in (5, 5, 6))
    assert (one.ends == two.ends).all()
    assert pairs(one) != pairs(other)


def test_everybody_hears_of_each_friend_who_posted():
    friends = network.small_world(3, 400, 8, 0.3)
    posted = (np.arange(400) % 7 == 0).astype(np.uint8)
    heard = np.full(400, 99, np.uint8)
    network.spread(posted, friends, heard)
    assert heard.tolist() == [int(sum(posted[j] for j in friends.of(i))) for i in range(400)]
    network.spread(np.zeros(400, np.uint8), friends, heard)
    assert heard.sum() == 0


def test_nobody_hears_of_more_friends_than_a_byte_can_count():
    users = 400
    everybody = np.arange(1, users)
    starts = np.concatenate([[0], users - 1 + np.arange(users)]).astype(np.int64)
    ends = np.concatenate([everybody, np.zeros(users - 1)]).astype(np.int32)
    heard = np.zeros(users, np.uint8)
    network.spread(np.ones(users, np.uint8), network.Friends(starts, ends), heard)
    assert heard[0] == network.MOST_HEARD
    assert (heard[1:] == 1).all()
