"""Addressed randomness: ``chance(key, user, day, purpose, k)`` is a pure function, the same on every machine.

Philox-4x32-10 (Salmon et al. 2011, Random123) with counter (user, day, purpose, k) and the key of a study's seed and
replication. No generator state exists, so the same user has the same luck in every scenario, whatever else happens and in
whatever order users are visited. A purpose names one use of chance; a new purpose never moves another one's numbers.
"""

from __future__ import annotations

import zlib

import numpy as np

from sim.compiled import compiled, inlined

MASK = 0xFFFFFFFF
LOW = np.uint64(MASK)
WORD = np.uint64(32)
MULTIPLY_0, MULTIPLY_1 = np.uint64(0xD2511F53), np.uint64(0xCD9E8D57)
BUMP_0, BUMP_1 = np.uint64(0x9E3779B9), np.uint64(0xBB67AE85)
S21, S11 = np.uint64(21), np.uint64(11)
STEP = 2.0**-53
ROUNDS = 10

_REGISTER: dict[int, str] = {}


def purpose(name: str) -> int:
    """The address of one use of chance, such as ``"coupons.notice"``: 31 bits made from its name.

    Raises ``ValueError`` where two names meet on one address; a name may be asked for again.
    """
    number = zlib.crc32(name.encode()) & 0x7FFFFFFF
    if _REGISTER.setdefault(number, name) != name:
        raise ValueError(f"the purposes {name!r} and {_REGISTER[number]!r} share an address: rename one")
    return number


def purposes() -> dict[str, int]:
    """Every purpose registered so far, by name."""
    return {name: number for number, name in sorted(_REGISTER.items(), key=lambda item: item[1])}


LOT = purpose("budget.lot")
"""The address of a user's number of the day, by which all levers' budgets let in or keep out."""


@inlined
def _ten_rounds(c0, c1, c2, c3, k0, k1):
    for _ in range(ROUNDS):
        a = MULTIPLY_0 * c0
        b = MULTIPLY_1 * c2
        c0, c1, c2, c3 = (b >> WORD) ^ c1 ^ k0, b & LOW, (a >> WORD) ^ c3 ^ k1, a & LOW
        k0 = (k0 + BUMP_0) & LOW
        k1 = (k1 + BUMP_1) & LOW
    return c0, c1, c2, c3


@inlined
def _number(key, user, day, purpose, k):
    c0, c1, _, _ = _ten_rounds(
        np.uint64(user & MASK), np.uint64(day & MASK), np.uint64(purpose & MASK), np.uint64(k & MASK),
        np.uint64(key & MASK), np.uint64(key >> 32),
    )
    return np.float64((c0 << S21) | (c1 >> S11)) * STEP


@compiled("UniTuple(u8,4)(u8,u8,u8,u8,u8,u8)")
def philox(c0, c1, c2, c3, k0, k1):
    """Philox-4x32-10: four random 32-bit words from a counter of four words and a key of two."""
    return _ten_rounds(c0, c1, c2, c3, k0, k1)


@compiled("f8(i8,i8,i8,i8,i8)")
def chance(key, user, day, purpose, k):
    """The number in [0, 1), in steps of 2⁻⁵³, at one address.

    ``key`` is the study's and replication's (``key_of``), ``user`` below 2³², ``day`` −1 for what is drawn once,
    ``purpose`` from ``purpose(name)``, ``k`` tells several draws of one day apart.
    """
    return _number(key, user, day, purpose, k)


def visit_luck(u, t, purpose):
    """A rule's number of this visit: ``chance`` at the user, today, the purpose and the visit.

    Said so where most visits ask for it: the compiled loop draws such numbers ahead, several at once (``sim.engine.draws``).
    """
    return chance(t.key, u.id, t.day, purpose, t.visit)


def day_luck(u, t, purpose):
    """The same for a number of the day that the first visit asks for."""
    return chance(t.key, u.id, t.day, purpose, 0)


@compiled("void(f8[::1],i8,i8,i8,i8,i8)")
def chances(out, key, first, day, purpose, k):
    """``chance`` of the users first, first + 1, … into ``out``; one loop that the processor takes several users at a time."""
    for i in range(len(out)):
        out[i] = _number(key, first + i, day, purpose, k)


def trait_luck(key: int, users: int, purpose: int, k: int) -> np.ndarray:
    """What ``chance`` gives each of the users 0 … users−1 for a trait drawn once; shape (users,)."""
    out = np.empty(users)
    chances(out, key, 0, -1, purpose, k)
    return out


def key_of(seed: int, replication: int) -> int:
    """The key of one replication of one study: 63 bits, themselves addressed by seed and replication."""
    words = _ten_rounds.py_func(
        np.uint64(seed & 0xFFFFFFFF), np.uint64(seed >> 32), np.uint64(replication), np.uint64(0x6C696665), np.uint64(0), np.uint64(0)
    )
    return (int(words[0]) | int(words[1]) << 32) & 0x7FFFFFFFFFFFFFFF
