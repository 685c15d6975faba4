"""Addressed randomness: Philox as published, and numbers that behave like chance at every address."""

from __future__ import annotations

import numpy as np
import pytest

from sim import chance

# Random123 1.14, kat_vectors: philox4x32-10
KNOWN_ANSWERS = [
    ("00000000 00000000 00000000 00000000", "00000000 00000000", "6627e8d5 e169c58d bc57ac4c 9b00dbd8"),
    ("ffffffff ffffffff ffffffff ffffffff", "ffffffff ffffffff", "408f276d 41c83b0e a20bc7c6 6d5451fd"),
    ("243f6a88 85a308d3 13198a2e 03707344", "a4093822 299f31d0", "d16cfe09 94fdcceb 5001e420 24126ea1"),
]


def words(text: str) -> list[np.uint64]:
    return [np.uint64(int(word, 16)) for word in text.split()]


@pytest.mark.parametrize("counter, key, answer", KNOWN_ANSWERS)
def test_philox_gives_the_published_known_answers(counter, key, answer):
    assert list(chance.philox(*words(counter), *words(key))) == words(answer)
    assert list(chance.philox.py_func(*words(counter), *words(key))) == words(answer)


def test_a_chance_is_the_first_53_bits_of_its_address():
    a, b, *_ = chance.philox(*words("2a 7 1e240 3 9 0"))
    number = ((int(a) << 21) | (int(b) >> 11)) / 2**53
    assert chance.chance(9, 42, 7, 123_456, 3) == number


def test_chance_is_pure():
    asked = [(1, 2, 3, 4, 5), (9, 9, 9, 9, 9), (1, 2, 3, 4, 5)]
    first, _, again = (chance.chance(*address) for address in asked)
    assert first == again


@pytest.mark.parametrize("place", range(5))
def test_every_part_of_an_address_counts(place):
    address = [11, 22, 33, 44, 55]
    numbers = set()
    for step in range(50):
        moved = address.copy()
        moved[place] += step
        numbers.add(chance.chance(*moved))
    assert len(numbers) == 50


def test_many_users_at_once_have_the_luck_each_has_alone():
    out = np.empty(500)
    chance.chances(out, 77, 1_000, 12, 34, 5)
    assert out.tolist() == [chance.chance(77, 1_000 + i, 12, 34, 5) for i in range(500)]
    assert chance.trait_luck(77, 20, 34, 2).tolist() == [chance.chance(77, i, -1, 34, 2) for i in range(20)]


def test_chances_are_even_and_unrelated():
    users = 200_000
    today, tomorrow, other = np.empty(users), np.empty(users), np.empty(users)
    chance.chances(today, 1, 0, 5, 99, 0)
    chance.chances(tomorrow, 1, 0, 6, 99, 0)
    chance.chances(other, 1, 0, 5, 100, 0)
    assert today.min() >= 0.0 and today.max() < 1.0
    counts = np.histogram(today, 100, (0, 1))[0]
    # 99 degrees of freedom: above 190 once in 10 million; the numbers are fixed, so this fails only if they change
    assert ((counts - users / 100) ** 2 / (users / 100)).sum() < 190
    for pair in (tomorrow, other, np.roll(today, 1)):
        assert abs(np.corrcoef(today, pair)[0, 1]) < 5.3 / users**0.5


def test_a_purpose_has_one_address_and_keeps_it():
    number = chance.purpose("tests.only")
    assert chance.purpose("tests.only") == number
    assert 0 <= number < 2**31
    assert chance.purposes()["tests.only"] == number


def test_two_purposes_on_one_address_are_refused(monkeypatch):
    monkeypatch.setattr(chance.zlib, "crc32", lambda name: 5)
    monkeypatch.setattr(chance, "_REGISTER", {})
    chance.purpose("one")
    with pytest.raises(ValueError, match="'two' and 'one' share an address"):
        chance.purpose("two")


def test_every_purpose_of_the_house_has_its_own_address():
    import sim.model  # noqa: F401 - registers them
    from sim.lever import levers

    levers()
    table = chance.purposes()
    assert len(set(table.values())) == len(table) > 25


def test_keys_of_seeds_and_replications_differ_and_are_small_enough():
    keys = {chance.key_of(seed, k) for seed in (0, 1, 2, 2**32, 2**32 + 1, 10**18 - 1) for k in range(50)}
    assert len(keys) == 300
    assert all(0 <= key < 2**63 for key in keys)
