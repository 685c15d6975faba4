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


POSTED, INVITED, DEAL, ENTERED, ACCEPTED = network.POSTED, network.INVITED, network.OPENED_DEAL, network.ENTERED, network.ACCEPTED


class Town:
    """People and what they have heard; ``say`` is one day on which some of them say something."""

    def __init__(self, friends: network.Friends, users: int) -> None:
        self.friends = friends
        self.said = np.zeros(users, np.uint8)
        self.heard = np.full((users, len(network.HEARD)), 99, np.uint8)
        self.heard[:, 1] = 0
        self.inside = np.zeros(users, np.uint8)
        self.bound = np.full(users, -1.0, np.float32)

    def say(self, words: np.ndarray) -> None:
        network.spread(words.astype(np.uint8), self.said, self.friends, self.heard, self.inside, self.bound)
        self.said = words.astype(np.uint8)


def counted(friends: network.Friends, spoke: np.ndarray) -> list[int]:
    return [int(sum(spoke[j] for j in friends.of(i))) for i in range(len(spoke))]


@pytest.mark.parametrize("users, degree", [(1, 8), (2, 8), (10, 0), (10, 1)])
def test_too_few_people_or_friends_make_an_empty_graph(users, degree):
    friends = network.small_world(1, users, degree, 0.5)
    assert pairs(friends) == []
    town = Town(friends, users)
    town.say(np.full(users, POSTED | INVITED | DEAL | ENTERED))
    town.say(np.full(users, ACCEPTED))
    assert town.heard.sum() == town.inside.sum() == 0


def test_the_same_people_are_friends_whenever_the_key_is_the_same():
    one, two, other = (network.small_world(key, 300, 8, 0.2) for key in (5, 5, 6))
    assert (one.ends == two.ends).all()
    assert pairs(one) != pairs(other)


@pytest.mark.parametrize("word, column", [(POSTED, 0), (INVITED, 1), (DEAL, 2)])
def test_everybody_hears_of_each_friend_who_said_something_and_only_that(word, column):
    friends = network.small_world(3, 400, 8, 0.3)
    spoke = np.arange(400) % 7 == 0
    town = Town(friends, 400)
    town.say(spoke * word)
    assert town.heard[:, column].tolist() == counted(friends, spoke)
    assert np.delete(town.heard, column, axis=1).sum() == 0
    town.say(np.zeros(400))
    assert town.heard.sum() == 0


def test_who_has_signed_up_is_counted_by_friends_for_good():
    friends = network.small_world(3, 400, 8, 0.3)
    town, early, late = Town(friends, 400), np.arange(400) % 7 == 0, np.arange(400) % 5 == 3
    town.say(early * ENTERED)
    town.say(late * ENTERED)
    assert town.inside.tolist() == (np.array(counted(friends, early)) + counted(friends, late)).tolist()


def test_who_signs_up_on_an_invitation_thanks_exactly_one_of_those_who_invited():
    friends = network.small_world(3, 400, 8, 0.3)
    town, inviting = Town(friends, 400), np.arange(400) % 6 == 0
    town.say(inviting * INVITED)
    invited = town.heard[:, 1] > 0
    accepting = invited & (np.arange(400) % 2 == 1)
    town.say(accepting * ACCEPTED)
    thanked = town.heard[:, 3]
    assert thanked.sum() == accepting.sum() > 20
    assert not thanked[~inviting].any()


def test_who_was_not_invited_thanks_nobody():
    friends = network.small_world(3, 400, 8, 0.3)
    town = Town(friends, 400)
    town.say(np.zeros(400))
    town.say(np.full(400, ACCEPTED))
    assert town.heard.sum() == 0


def test_nobody_hears_of_more_friends_than_a_byte_can_count():
    users = 400
    everybody = np.arange(1, users)
    starts = np.concatenate([[0], users - 1 + np.arange(users)]).astype(np.int64)
    ends = np.concatenate([everybody, np.zeros(users - 1)]).astype(np.int32)
    town = Town(network.Friends(starts, ends), users)
    town.say(np.full(users, POSTED | INVITED | ENTERED))
    assert town.heard[0].tolist() == [255, 255, 0, 0] and town.inside[0] == 255
    assert (town.heard[1:, 0] == 1).all()


def test_only_prospects_hear_of_invitations():
    town = Town(network.small_world(3, 50, 6, 0.2), 50)
    town.bound[:25] = 0.5
    spoke = np.arange(50) % 3 == 0
    town.say(np.where(spoke, POSTED | INVITED, 0))
    heard = np.array(counted(town.friends, spoke))
    assert town.heard[:, 0].tolist() == heard.tolist()
    assert town.heard[:, 1].tolist() == np.where(town.bound < 0, heard, 0).tolist()
    assert heard[25:].any() and heard[:25].any()
