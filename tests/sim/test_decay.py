"""What fades at a constant rate, against the power it stands for."""

from __future__ import annotations

import numpy as np
import pytest

from sim import decay

DAYS = np.arange(4096)


@pytest.mark.parametrize("keep", [0.0, 1e-9, 0.1, 0.5, 0.85, 0.9, 1 - 1 / 66, 0.999, 1 - 1e-9, 1.0])
def test_what_is_left_is_the_power_of_the_daily_share(keep):
    table = np.array(decay.powers(keep))
    left = np.array([decay.left_after(table, int(n)) for n in DAYS])
    assert len(table) == decay.SIZE
    assert np.abs(left - keep**DAYS.astype(float)).max() < 1e-12


@pytest.mark.parametrize("keep", [0.5, 0.985, 0.9999])
def test_a_longer_time_never_leaves_more(keep):
    table = np.array(decay.powers(keep))
    left = [decay.left_after(table, int(n)) for n in DAYS]
    assert all(b <= a * (1 + 1e-12) for a, b in zip(left, left[1:], strict=False))


@pytest.mark.parametrize("days", [0.1, 1.0, 7.5, 60.0, 3_650.0])
def test_half_is_left_after_a_half_life(days):
    table = np.array(decay.half_life(days))
    assert decay.left_after(table, 1) == pytest.approx(0.5 ** (1 / days), abs=1e-12)
    if days == int(days) and days < 4096:
        assert decay.left_after(table, int(days)) == pytest.approx(0.5, abs=1e-12)


def test_all_is_left_before_the_day_and_nothing_beyond_the_table():
    table = np.array(decay.powers(0.999))
    assert [decay.left_after(table, n) for n in (-5, -1, 0)] == [1.0, 1.0, 1.0]
    assert decay.left_after(table, 4_096) == decay.left_after(table, 10**9) == 0.0
    assert decay.left_after(table, 4_095) > 0.0


def test_compiled_and_plain_give_the_same_bits():
    table = np.array(decay.powers(1 - 1 / 66))
    plain = getattr(decay.left_after, "py_func", decay.left_after)
    assert all(decay.left_after(table, int(n)) == plain(table, int(n)) for n in DAYS)
