"""What a schedule says of a date."""

from __future__ import annotations

import datetime

import pytest

from sim.scenario.plans import Change
from sim.steering.timetable import beginning, happens_between, value_on

DAY = datetime.timedelta(days=1)


def date(text: str) -> datetime.date:
    return datetime.date.fromisoformat(text)


def change(on: str, to: float = 9.0, until: str | None = None, **more) -> Change:
    return Change(path="levers.x.y", to=to, on=date(on), until=date(until) if until else None, **more)


def values(first: str, days: int, at_first: float, *changes: Change) -> list[float]:
    return [value_on(date(first) + DAY * k, at_first, changes) for k in range(days)]


def test_a_change_holds_from_its_date_on():
    assert values("2025-02-27", 4, 5.0, change("2025-03-01")) == [5.0, 5.0, 9.0, 9.0]


def test_a_change_ends_after_its_last_day_and_the_old_value_returns():
    assert values("2025-03-01", 5, 5.0, change("2025-03-02", until="2025-03-03")) == [5.0, 9.0, 9.0, 5.0, 5.0]


def test_a_ramp_begins_at_the_old_value_and_ends_after_its_days_at_the_new_one():
    assert values("2025-03-01", 7, 5.0, change("2025-03-02", ramp_days=4)) == [5.0, 5.0, 6.0, 7.0, 8.0, 9.0, 9.0]


def test_a_switch_and_a_word_change_too():
    assert values("2025-03-01", 3, True, change("2025-03-02", to=False)) == [True, False, False]
    assert values("2025-03-01", 2, "idle", change("2025-03-02", to="everyone")) == ["idle", "everyone"]


def test_a_weekly_change_comes_on_the_same_weekdays_of_every_week():
    weekend = change("2025-03-01", until="2025-03-02", repeat="weekly")  # a Saturday
    found = [d for d in (date("2025-02-01") + DAY * k for k in range(60)) if value_on(d, 5.0, [weekend]) == 9.0]
    assert found == [d for d in (date("2025-03-01") + DAY * k for k in range(32)) if d.weekday() >= 5]


def test_a_monthly_change_begins_on_the_same_day_of_every_month_or_the_last_of_a_shorter_one():
    payday = change("2025-01-31", until="2025-02-02", repeat="monthly")
    begun = {beginning(payday, date("2025-01-31") + DAY * k) for k in range(120)} - {None}
    assert sorted(begun) == [date(f"2025-{d}") for d in ("01-31", "02-28", "03-31", "04-30")]
    assert [str(d) for d in (date("2025-02-26") + DAY * k for k in range(7)) if beginning(payday, d)] == [
        "2025-02-28", "2025-03-01", "2025-03-02",
    ]


def test_a_yearly_change_comes_every_year_and_on_29_february_only_where_there_is_one():
    leap = change("2024-02-29", until="2024-03-01", repeat="yearly")
    held = [str(d) for d in (date("2024-01-01") + DAY * k for k in range(366 * 2)) if beginning(leap, d)]
    assert held == ["2024-02-29", "2024-03-01", "2025-02-28", "2025-03-01"]


def test_a_repeating_change_ramps_anew_each_time():
    weekly = change("2025-03-03", to=10.0, until="2025-03-05", ramp_days=2, repeat="weekly")
    assert values("2025-03-03", 9, 0.0, weekly) == [0.0, 5.0, 10.0, 0.0, 0.0, 0.0, 0.0, 0.0, 5.0]


def test_of_two_changes_the_one_that_began_last_holds_and_what_it_replaced_returns():
    long, short = change("2025-03-02", to=7.0), change("2025-03-04", to=9.0, until="2025-03-05")
    for order in ([long, short], [short, long]):
        assert values("2025-03-01", 6, 5.0, *order) == [5.0, 7.0, 7.0, 9.0, 9.0, 7.0]


def test_a_ramp_begins_where_the_change_before_it_left_off():
    assert values("2025-03-01", 5, 0.0, change("2025-03-01", to=4.0), change("2025-03-02", to=8.0, ramp_days=2)) == [
        4.0, 4.0, 6.0, 8.0, 8.0,
    ]


def test_what_a_schedule_says_does_not_depend_on_where_a_run_begins():
    changes = [change("2024-12-30", to=1.0, ramp_days=9), change("2025-01-03", to=6.0, until="2025-01-04", repeat="weekly")]
    whole = values("2024-12-25", 40, 5.0, *changes)
    assert values("2025-01-04", 30, 5.0, *changes) == whole[10:]


@pytest.mark.parametrize(
    ("plan", "comes"),
    [
        (change("2025-03-10"), True),
        (change("2025-03-11"), False),
        (change("2024-01-01"), True),
        (change("2025-01-01", until="2025-02-28"), False),
        (change("2025-01-01", until="2025-03-01"), True),
        (change("2024-01-01", until="2024-01-01", repeat="yearly"), False),
        (change("2024-03-05", until="2024-03-05", repeat="yearly"), True),
        (change("2024-12-05", until="2024-12-05", repeat="monthly"), True),
        (change("2025-03-11", until="2025-03-11", repeat="weekly"), False),
    ],
)
def test_a_change_that_no_day_of_the_run_sees_is_known(plan, comes):
    assert happens_between(plan, date("2025-03-01"), date("2025-03-10")) is comes
