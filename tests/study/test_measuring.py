"""What is counted of a run, against worked examples and against a slow count straight from the definitions."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.measure import measure
from sim.population import COLUMNS, NEVER, PROSPECT, REGISTERED
from sim.scenario import Scenario
from sim.scenario.schema import Segments
from sim.study import frames
from sim.study.tally import Tally

PEOPLE = np.dtype([(name, column.dtype) for name, column in COLUMNS.items()])


def world(people: list[dict], last_day: int, churned_after_days: int = 90):
    """A finished run of these people: ``visits`` and ``orders`` are sets of days, ``entry`` a day or None."""
    rows = np.zeros(len(people), PEOPLE)
    visited, ordered = (np.zeros((last_day + 1, -(-len(people) // 8)), np.uint8) for _ in range(2))
    for i, person in enumerate(people):
        entry, left = person["entry"], person.get("left")
        orders = sorted(person.get("orders", ()))
        rows[i]["stage"] = PROSPECT if entry is None else REGISTERED
        rows[i]["entry_day"] = 10_000 if entry is None else entry
        rows[i]["first_order_day"] = orders[0] if orders else NEVER
        rows[i]["left_day"] = NEVER if left is None else left
        rows[i]["orders"] = len(orders)
        for diary, days in ((visited, person.get("visits", ())), (ordered, orders)):
            for day in days:
                diary[day, i >> 3] |= 1 << (i & 7)
        rows[i]["last_seen"] = max(person.get("visits", ()), default=0)
    platform = SimpleNamespace(churned_after_days=churned_after_days, dormant_after_days=churned_after_days // 2)
    return SimpleNamespace(
        rows=rows, visited=visited, ordered=ordered, day=last_day,
        plan=SimpleNamespace(platform=platform, segments=Segments(), personas={}), steering=None, daily=dict, ledger=dict,
    )  # fmt: skip


def tallied(counts: dict) -> Tally:
    """The tally of this one run."""
    tally = Tally(Scenario.from_mapping({"name": "a"}))
    tally.add_curves(counts)
    tally.runs = 1
    return tally


def curve(counts: dict, definition: str, event: str = "visit", start: str = "registration") -> dict[int, tuple]:
    """Age → (mean, at risk) of one curve of the retention table."""
    table = frames.retention("a", tallied(counts))
    mine = table[(table["definition"] == definition) & (table["event"] == event) & (table["start"] == start)]
    return {int(r.age_days): (r.mean, r.at_risk) for r in mine.itertuples()}


# ---- worked examples


def test_exact_day_retention_counts_those_who_came_on_that_very_day_of_their_own_life():
    people = [
        {"entry": 0, "visits": {0, 1, 3}},
        {"entry": 2, "visits": {2, 3}},  # age 1 on day 3
        {"entry": 4, "visits": {4}},  # followed to age 0 only
        {"entry": None},
    ]
    found = curve(measure(world(people, last_day=4)), "exact_day")
    assert found == {0: (1.0, 3), 1: (1.0, 2), 2: (0.0, 2), 3: (1.0, 1), 4: (0.0, 1)}


def test_bracket_retention_counts_those_who_came_at_all_in_the_thirty_days_up_to_that_age():
    people = [
        {"entry": 0, "visits": {0, 30, 61}},  # ages 30 and 61
        {"entry": 0, "visits": {0, 31, 60}},  # both in the second bracket
        {"entry": 5, "visits": {5, 6, 66}},  # ages 1 and 61; not followed to 90
    ]
    found = curve(measure(world(people, last_day=90)), "bracket_30")
    assert found == {30: (2 / 3, 3), 60: (1 / 3, 3), 90: (1 / 2, 2)}


def test_rolling_retention_counts_those_who_came_at_that_age_or_later():
    people = [{"entry": 0, "visits": {0, 2}}, {"entry": 0, "visits": {0}}, {"entry": 1, "visits": {1, 3}}]
    found = curve(measure(world(people, last_day=3)), "rolling")
    assert found == {0: (1.0, 3), 1: (2 / 3, 3), 2: (2 / 3, 3), 3: (0.0, 2)}


def test_someone_who_never_orders_is_retained_by_order_at_no_age():
    people = [{"entry": 0, "visits": {0, 1}}, {"entry": 0, "visits": {0, 1}, "orders": {1}}]
    found = curve(measure(world(people, last_day=2)), "rolling", event="order")
    assert found == {0: (0.5, 2), 1: (0.5, 2), 2: (0.0, 2)}


def test_a_curve_from_the_first_order_follows_only_customers_from_that_day():
    people = [{"entry": 0, "visits": {0, 2, 3}, "orders": {2, 3}}, {"entry": 0, "visits": {0, 1}}]
    found = curve(measure(world(people, last_day=4)), "exact_day", event="order", start="first_order")
    assert found == {0: (1.0, 1), 1: (1.0, 1), 2: (0.0, 1)}


def test_survival_is_kaplan_meier_of_the_first_lapse():
    people = [
        {"entry": 0, "visits": {0}},  # lapses at age 3
        {"entry": 0, "visits": {0, 2}},  # lapses at age 5
        {"entry": 0, "visits": {0, 3, 6, 8}},  # an event on the very day of the lapse is in time; censored at 8
        {"entry": 4, "visits": {4, 6}},  # censored at age 4
        {"entry": 5, "visits": {5}},  # lapses at age 3, its last day
    ]
    found = curve(measure(world(people, last_day=8, churned_after_days=3)), "survival")
    # at risk: 5 up to age 3, 3 at age 4, 2 at age 5, 1 after
    assert found == {
        **{age: (1.0, 5) for age in (0, 1, 2)},
        3: (pytest.approx(3 / 5), 5),
        4: (pytest.approx(3 / 5), 3),
        5: (pytest.approx(3 / 10), 2),
        **{age: (pytest.approx(3 / 10), 1) for age in (6, 7, 8)},
    }


def test_coming_back_after_a_lapse_undoes_nothing():
    people = [{"entry": 0, "visits": {0, 9}}]
    found = curve(measure(world(people, last_day=10, churned_after_days=3)), "survival")
    assert [found[age][0] for age in sorted(found)] == [1.0, 1.0, 1.0, 0.0]


def test_survival_by_departure_falls_on_the_day_of_leaving_and_counts_others_as_long_as_they_are_followed():
    people = [{"entry": 0, "left": 2}, {"entry": 1, "left": 2}, {"entry": 2}, {"entry": 0}]
    found = curve(measure(world(people, last_day=4)), "survival", event="departure")
    assert {age: pytest.approx(mean) for age, (mean, _) in found.items()} == {0: 1, 1: 3 / 4, 2: 1 / 2, 3: 1 / 2, 4: 1 / 2}
    assert [n for _, n in found.values()] == [4, 4, 3, 1, 1]


def test_cohorts_hold_complete_weeks_only():
    people = [
        {"entry": 0, "visits": {0, 6, 7, 13}, "orders": {7}},
        {"entry": 6, "visits": {6, 12}},  # week of age 0 reaches day 12
        {"entry": 8, "visits": {8, 15}},
    ]
    table = frames.cohorts("a", tallied(measure(world(people, last_day=20))))
    assert table.drop(columns="scenario").values.tolist() == [
        # week of entry, size, week of age, active, ordered
        [0, 2, 0, 2, 0],
        [0, 2, 1, 1, 1],  # the last of them entered on day 6 and is followed to day 6 + 13
        [1, 1, 0, 1, 0],  # week 1 of age may end on day 13 + 13, after the last
    ]


# ---- against a slow count


@st.composite
def anybody(draw, last_day: int) -> dict:
    entry = draw(st.none() | st.integers(0, last_day))
    if entry is None:
        return {"entry": None}
    days = st.integers(entry, last_day)
    visits = draw(st.sets(days, max_size=8)) | {entry}
    orders = draw(st.sets(st.sampled_from(sorted(visits)), max_size=4))
    left = draw(st.none() | st.integers(max(orders, default=entry), last_day))
    return {"entry": entry, "visits": visits, "orders": orders, "left": left}


@settings(max_examples=60, derandomize=True, deadline=None, database=None)
@given(st.data())
def test_every_count_is_what_its_definition_says(data):
    last_day = data.draw(st.integers(0, 100))
    gap = data.draw(st.integers(2, 40))
    people = data.draw(st.lists(anybody(last_day), min_size=1, max_size=20))
    counts = measure(world(people, last_day, gap))
    inside = [p for p in people if p["entry"] is not None]
    starts = {
        "registration": [(p, p["entry"]) for p in inside],
        "first_order": [(p, min(p["orders"])) for p in inside if p["orders"]],
    }
    for start, who in starts.items():
        followed = [(p, s, last_day - s) for p, s in who]
        for age in range(last_day + 1):
            assert counts[f"followed/{start}"][age] == sum(until >= age for _, _, until in followed)
        for event in ("visit", "order"):
            ages = [({d - s for d in p[f"{event}s"] if d >= s}, until) for p, s, until in followed]
            lapses = [(first_lapse(days, until, gap), until) for days, until in ages]
            for age in range(last_day + 1):
                exact = sum(age in days for days, _ in ages)
                rolling = sum(any(d >= age for d in days) for days, _ in ages)
                assert counts[f"exact_day/{event}/{start}"][age] == exact
                assert counts[f"rolling/{event}/{start}"][age] == rolling
                if age and age % 30 == 0:
                    bracket = sum(until >= age and any(age - 29 <= d <= age for d in days) for days, until in ages)
                    assert counts[f"bracket_30/{event}/{start}"][age] == bracket
                assert counts[f"lapsed/{event}/{start}"][age] == sum(lapse == age for lapse, _ in lapses)
                still = sum(lapse is None and until == age for lapse, until in lapses)
                assert counts[f"censored/{event}/{start}"][age] == still
        for age in range(last_day + 1):
            gone = sum(p["left"] is not None and p["left"] - s == age for p, s, _ in followed)
            assert counts[f"lapsed/departure/{start}"][age] == gone
    for week in range(last_day // 7 + 1):
        members = [p for p in inside if p["entry"] // 7 == week]
        assert counts["cohorts/size"][week] == len(members)
        for age in range(last_day // 7 + 1):
            complete = (week * 7 + 6) + (age * 7 + 6) <= last_day
            span = range(age * 7, age * 7 + 7)
            for name, event in (("active", "visits"), ("ordered", "orders")):
                count = sum(any(d - p["entry"] in span for d in p[event]) for p in members)
                assert counts[f"cohorts/{name}"][week, age] == (count if complete else -1)


def first_lapse(days: set[int], until: int, gap: int) -> int | None:
    """The first age at whose end nothing had happened for ``gap`` days; the start itself counts as something."""
    for age in range(gap, until + 1):
        if not any(age - gap < d <= age for d in days | {0}):
            return age
    return None
