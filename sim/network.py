"""Who hears from whom: a small-world graph, addressed, and the news that runs along it overnight.

Watts & Strogatz 1998: everybody knows the next neighbours on a ring; each friendship is, with chance ``rewire``, led to anybody
instead. The ends are addressed by the study's key, so the same people are friends in every scenario.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from sim.chance import purpose, trait_luck
from sim.compiled import compiled

REWIRE, FAR_END = purpose("network.rewire"), purpose("network.far_end")


@dataclass(frozen=True)
class Friends:
    """An undirected graph: the friends of user i are ``ends[starts[i]:starts[i+1]]``."""

    starts: np.ndarray
    ends: np.ndarray

    def of(self, user: int) -> np.ndarray:
        return self.ends[self.starts[user] : self.starts[user + 1]]

    @cached_property
    def numbers(self) -> np.ndarray:
        """How many friends each user has, at least 1, to divide by; shape (users,)."""
        return np.maximum(np.diff(self.starts), 1).astype(np.float64)

    @property
    def nbytes(self) -> int:
        return self.starts.nbytes + self.ends.nbytes


def small_world(key: int, users: int, degree: int, rewire: float) -> Friends:
    """The friends of all users; an odd degree is rounded down, and the graph of one user is empty."""
    reach = min(degree // 2, (users - 1) // 2)
    people = np.arange(users, dtype=np.int64)
    near, far = [], []
    for k in range(1, reach + 1):
        end = (people + k) % users
        anybody = (trait_luck(key, users, FAR_END, k) * users).astype(np.int64)
        moved = (trait_luck(key, users, REWIRE, k) < rewire) & (anybody != people)
        near.append(people)
        far.append(np.where(moved, anybody, end))
    if not near:
        return Friends(np.zeros(users + 1, np.int64), np.zeros(0, np.int32))
    return Friends(*_adjacency(np.concatenate(near), np.concatenate(far), users))


@compiled("Tuple((i8[:],i4[:]))(i8[:],i8[:],i8)")
def _adjacency(near, far, users):
    """Both directions of each friendship, user by user, in the order of the edges."""
    starts = np.zeros(users + 1, np.int64)
    for e in range(len(near)):
        starts[near[e] + 1] += 1
        starts[far[e] + 1] += 1
    for i in range(users):
        starts[i + 1] += starts[i]
    place = starts[:-1].copy()
    ends = np.empty(2 * len(near), np.int32)
    for e in range(len(near)):
        ends[place[near[e]]] = far[e]
        place[near[e]] += 1
        ends[place[far[e]]] = near[e]
        place[far[e]] += 1
    return starts, ends


POSTED, INVITED, OPENED_DEAL, ENTERED, ACCEPTED = (1 << k for k in range(5))
"""What a user can have said today, as bits."""

HEARD = ("posted", "invited", "opened a deal", "signed up on my invitation")
"""What a user hears from friends: how many of them; columns of ``heard``."""


@compiled("void(u1[:],u1[:],i8[:],i4[:],u1[:,:],u1[:],u1[:],f4[:])")
def _spread(said, said_before, starts, ends, heard, invited_before, inside, bound):
    speakers = np.empty(len(said), np.int32)
    count = 0
    for i in range(len(said)):
        speakers[count] = i
        count += said[i] != 0
    # Who has friends where, who they are, and what they hear: each in a loop of its own, whose steps do not wait for each other's memory.
    first, last = np.empty(count, np.int64), np.empty(count, np.int64)
    told = 0
    for k in range(count):
        first[k], last[k] = starts[speakers[k]], starts[speakers[k] + 1]
        told += last[k] - first[k]
    listener, words = np.empty(told, np.int32), np.empty(told, np.uint8)
    told = 0
    for k in range(count):
        word = said[speakers[k]]
        for e in range(first[k], last[k]):
            listener[told] = ends[e]
            words[told] = word
            told += 1
    for k in range(told):
        friend, word = listener[k], words[k]
        if word & 1 and heard[friend, 0] < 255:
            heard[friend, 0] += 1
        if word & 2 and bound[friend] < 0.0 and heard[friend, 1] < 255:
            heard[friend, 1] += 1
        if word & 4 and heard[friend, 2] < 255:
            heard[friend, 2] += 1
        if word & 8 and inside[friend] < 255:
            inside[friend] += 1
    for k in range(count):
        i = speakers[k]
        if said[i] & 16 and invited_before[i] > 0:
            for e in range(first[k], last[k]):
                if said_before[ends[e]] & 2:
                    if heard[ends[e], 3] < 255:
                        heard[ends[e], 3] += 1
                    break


def spread(
    said: np.ndarray, said_before: np.ndarray, friends: Friends, heard: np.ndarray, inside: np.ndarray, bound: np.ndarray
) -> None:
    """Tell everybody what their friends said yesterday.

    ``said`` and ``said_before``, shape (users,): bits of yesterday and of the day before. ``heard``, shape (users, 4), is overwritten:
    how many friends (``HEARD``); of invitations only prospects hear (those whose ``bound``, shape (users,), is below 0). ``inside``, shape
    (users,), counts the friends who have signed up so far. Who signed up on an invitation thanks the first of the friends who invited the
    day before.
    """
    invited_before = heard[:, 1].copy() if (said & ACCEPTED).any() else heard[:0, 1]
    heard[:] = 0
    _spread(said, said_before, friends.starts, friends.ends, heard, invited_before, inside, bound)
