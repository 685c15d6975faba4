"""Dates as whole numbers, as levers' parameters hold them."""

import datetime

import pytest

from sim.dates import date_of, is_day_or_date, is_on, stamp

JUNE_18 = datetime.date(2025, 6, 18)


def test_a_date_and_its_number_are_each_others():
    assert stamp(JUNE_18) == 20250618
    assert date_of(20250618, 1999) == JUNE_18


def test_a_number_without_a_year_recurs():
    assert [date_of(618, year).year for year in (2024, 2025, 2026)] == [2024, 2025, 2026]


def test_there_is_no_29_february_in_a_common_year():
    assert date_of(229, 2025) is None and date_of(229, 2024) == datetime.date(2024, 2, 29)


@pytest.mark.parametrize("number", [632, 1301, 20251301, 20250229, 0, -5])
def test_what_is_no_date_is_none(number):
    assert date_of(number) is None


def test_small_numbers_are_days_of_the_run_and_large_ones_dates():
    assert all(is_day_or_date(n) for n in (0, 120, 36_600, 20250618))
    assert not any(is_day_or_date(n) for n in (-1, 36_601, 20251301))


def test_a_day_is_named_by_its_number_or_its_date_and_nothing_by_nought():
    assert is_on(168, 168, JUNE_18) and is_on(20250618, 168, JUNE_18)
    assert not is_on(167, 168, JUNE_18) and not is_on(20250619, 168, JUNE_18)
    assert not is_on(0, 0, JUNE_18)
