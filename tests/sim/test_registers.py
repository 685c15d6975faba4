"""A record in registers: the same numbers, and nothing of it is written back."""

from __future__ import annotations

import numpy as np
import pytest
from numba import njit
from numba.core.errors import TypingError

from sim.engine.registers import in_registers

KIND = np.dtype([("day", "i8"), ("pull", "f8"), ("level", "u1"), ("news", "f4"), ("amounts", "i8", (5,)), ("lifts", "f8", (3,))])


def a_record() -> np.ndarray:
    out = np.zeros(1, KIND)
    out["day"], out["pull"], out["level"], out["news"], out["amounts"], out["lifts"] = 7, 0.1, 255, 1.5, (9, 9, 9, 9, 8), (1.0, 2.0, 3.0)
    return out


@njit
def add(t, k):
    t.pull += t.day
    t.amounts[k] = k * k
    t.lifts[k % 3] = t.pull


@njit
def lived(records, users):
    t = in_registers(records[0])
    told = 0.0
    for k in range(users):
        add(t, k)
        told = told * 2.0 + t.amounts[k] + t.lifts[k % 3]
    t.level += 1
    return told, t.pull, t.day, t.level, t.news, t.amounts[users], t.lifts[2]


def test_what_is_written_is_read_and_the_record_stays_as_it_was():
    records, before = a_record(), a_record()
    pull, told = 0.1, 0.0
    for k in range(2):
        pull += 7
        told = told * 2.0 + k * k + pull
    assert lived(records, 2) == (told, pull, 7, 0, 1.5, 9, 3.0)  # 255 + 1 in one byte
    assert lived(records, 4)[-2] == 8
    assert (records == before).all()


def test_two_copies_do_not_share_anything():
    @njit
    def both(records):
        one, other = in_registers(records[0]), in_registers(records[0])
        one.day = 1
        one.amounts[0] = 1
        other.amounts[0] = 2
        return one.day, other.day, one.amounts[0], other.amounts[0]

    assert both(a_record()) == (1, 7, 1, 2)


def test_what_it_has_not_got_is_refused():
    @njit
    def wrong(records):
        return in_registers(records[0]).daily

    with pytest.raises(TypingError, match="daily"):
        wrong(a_record())

    @njit
    def no_record(numbers):
        return in_registers(numbers)

    with pytest.raises(TypingError):
        no_record(np.zeros(3))
