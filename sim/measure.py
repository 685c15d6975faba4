"""What is counted of one finished run: whole numbers by age, by cohort and by day, from which every table follows.

The diary holds one bit a user and day for visits and one for orders, so each definition of retention is counted exactly and afterwards:

    exact_day    active on the day of age a                                of those followed to a
    bracket_30   active in ages a − 29 … a (a = 30, 60, …)                 of those followed to a
    rolling      active at age a or later                                  of those followed to a
    survival     no lapse yet (Kaplan & Meier 1958); a lapse is declared at the end of the day on which the last event (at first: the
                 start) is ``churned_after_days`` old; by ``departure``: not left for good

Age 0 is the day of the start event (registration, or first order), which counts as a visit, and as an order if one was placed.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any

import numpy as np

from sim.compiled import compiled
from sim.leaving import leaving
from sim.parameter import minor_units
from sim.population import CHURNED, DORMANT, NEVER, PROSPECT, STAGES, draw_population
from sim.segment import CHANNELS, LIFE, VALUE

BRACKET = 30
WEEK = 7
STARTS = ("registration", "first_order")
EVENTS = ("visit", "order")
EVERYONE = "everyone"
"""The one persona where a scenario has none."""

GROUPS = ("life_cycle", "value", "persona", "channel")
"""Ways to divide the users into segments."""


def measure(model: Any) -> dict[str, np.ndarray]:
    """All counts of a run, by name; arrays of whole numbers.

    ``<definition>/<event>/<start>`` counts by age, shape (days + 1,); ``followed/<start>`` users followed to each age;
    ``lapsed/<event>/<start>`` and ``censored/<event>/<start>`` users by age of their first lapse, or of the end of their
    observation; ``cohorts/size|active|ordered``; ``daily/<column>``; ``account/<name>``; ``users/<what>`` single numbers;
    ``segments/<group>/<what>`` by segment at the end, and ``channels`` by segment and channel; ``left/<group>`` by segment on the day of
    leaving and reason (``sim.leaving``); ``policies/<field>`` by action; ``experiments/<name>/<what>`` as in
    ``sim.steering.trial``. Not of the end alone, so taken while the run is lived: ``flows``.
    """
    rows, last_day = model.rows, model.day
    out: dict[str, np.ndarray] = {}
    entry = np.where(rows["stage"] == PROSPECT, NEVER, rows["entry_day"]).astype(np.int64)
    diaries = {"visit": model.visited, "order": model.ordered}
    gap = model.plan.platform.churned_after_days
    left = rows["left_day"].astype(np.int64)
    for start, since in (("registration", entry), ("first_order", rows["first_order_day"].astype(np.int64))):
        followed = np.bincount(last_day - since[since >= 0], minlength=last_day + 1)
        out[f"followed/{start}"] = followed[::-1].cumsum()[::-1]
        for event, diary in diaries.items():
            exact, bracket, last, lapsed, censored = (np.zeros(last_day + 1, np.int64) for _ in range(5))
            _count(diary, since, last_day, gap, exact, bracket, last, lapsed, censored)
            out[f"exact_day/{event}/{start}"] = exact
            out[f"bracket_30/{event}/{start}"] = bracket
            out[f"rolling/{event}/{start}"] = last[::-1].cumsum()[::-1]
            out[f"lapsed/{event}/{start}"], out[f"censored/{event}/{start}"] = lapsed, censored
        here = since >= 0
        gone = here & (left != NEVER)
        out[f"lapsed/departure/{start}"] = np.bincount(left[gone] - since[gone], minlength=last_day + 1)
        out[f"censored/departure/{start}"] = np.bincount(last_day - since[here & ~gone], minlength=last_day + 1)
    out |= _cohorts(diaries, entry, last_day)
    out |= {f"daily/{name}": values for name, values in model.daily().items()}
    out |= {f"account/{name}": np.array(amount) for name, amount in model.ledger().items()}
    out |= _people(rows, entry, last_day)
    codes = segments(model)
    sizes = {group: len(names_of(group, model.plan)) for group in GROUPS}
    for group, own in codes.items():
        out |= {f"segments/{group}/{what}": sums for what, sums in _by_segment(rows, own, sizes[group], last_day).items()}
        out[f"segments/{group}/channels"] = _crossed(own, codes["channel"], sizes[group], len(CHANNELS))
    out |= leaving(model, codes, sizes)
    if model.steering is not None:
        out |= _steering(model)
    return out


def snapshot_days(days: int) -> list[int]:
    """The days whose stages are remembered: the first, the ends of the first two thirds, the last; fewer in a run of under three days."""
    return sorted({0, days // 3, 2 * days // 3, days})


def flows(stages: Mapping[int, np.ndarray]) -> dict[str, np.ndarray]:
    """How many users went from which stage to which between snapshots, from their stages by day, shape (users,) each.

    ``flows/days`` the days of the snapshots; ``flows/users``, shape (snapshots − 1, stages, stages): from, to.
    """
    size, days = len(STAGES), sorted(stages)
    moves = [stages[a].astype(np.int64) * size + stages[b] for a, b in itertools.pairwise(days)]
    counted = [np.bincount(move, minlength=size * size).reshape(size, size) for move in moves]
    return {"flows/days": np.array(days, np.int64), "flows/users": np.array(counted, np.int64).reshape(-1, size, size)}


def names_of(group: str, plan: Any) -> tuple[str, ...]:
    """The segments of a group, in the order of their codes."""
    return {"life_cycle": LIFE, "value": VALUE, "persona": tuple(plan.personas) or (EVERYONE,), "channel": CHANNELS}[group]


def segments(model: Any) -> dict[str, np.ndarray]:
    """The segment of every user at the end, by group, as aimed levers would see it tomorrow; −1 for prospects; shape (users,) each."""
    rows, where = model.rows, model.plan.segments
    tomorrow = model.day + 1
    idle, age = tomorrow - rows["last_seen"].astype(np.int64), tomorrow - rows["entry_day"].astype(np.int64)
    stage, last_order = rows["stage"], rows["last_order_day"]
    states = (stage == CHURNED, stage == DORMANT, age <= where.new_days, idle >= where.at_risk_days)
    names = ("churned", "dormant", "new", "at_risk")
    life = np.select(states, [LIFE.index(n) for n in names], LIFE.index("active"))
    high = (rows["orders"] >= where.high_value_orders) & (rows["spent"] >= minor_units(where.high_value_spend))
    high &= (tomorrow - last_order <= where.high_value_days)
    value = np.where(high, VALUE.index("high_value"), VALUE.index("ordinary"))
    codes = {"life_cycle": life, "value": value, "persona": rows["persona"], "channel": rows["channel"]}
    return {group: np.where(stage == PROSPECT, NEVER, code.astype(np.int64)) for group, code in codes.items()}


def _by_segment(rows: np.ndarray, codes: np.ndarray, size: int, last_day: int) -> dict[str, np.ndarray]:
    """Sums over the users of each segment; shape (size,) each."""
    here = codes >= 0
    who = codes[here]
    values = {"users": 1, "customers": rows["orders"] >= 1, "repeaters": rows["orders"] >= 2}
    values |= {"recent": (rows["orders"] >= 1) & (rows["last_order_day"] > last_day - BRACKET), "orders": rows["orders"]}
    values |= {"revenue": rows["paid"], "goods": rows["goods"]}
    out = {}
    for what, column in values.items():
        out[what] = np.zeros(size, np.int64)
        np.add.at(out[what], who, 1 if np.isscalar(column) else column[here].astype(np.int64))
    return out


def _crossed(first: np.ndarray, second: np.ndarray, rows: int, columns: int) -> np.ndarray:
    """Users by two groups; shape (rows, columns)."""
    here = first >= 0
    return np.bincount(first[here] * columns + second[here], minlength=rows * columns).reshape(rows, columns)


def _steering(model: Any) -> dict[str, np.ndarray]:
    """What policies did, ``policies/<field>``, policies by their place in the order of names; and what experiments read out."""
    log, order = model.steering.log, list(model.plan.policies)
    out = {
        "policies/day": np.array([line.day for line in log], np.int64),
        "policies/policy": np.array([order.index(line.policy) for line in log], np.int64),
    }
    out |= {f"policies/{what}": np.array([getattr(line, what) for line in log], float) for what in ("value", "before", "after")}
    for trial in model.steering.trials:
        out |= {f"experiments/{trial.name}/{what}": found for what, found in trial.read(model).items()}
    return out


BITS_AT_ONCE = 4_000_000
"""Users × days of a diary that are unpacked at a time, a byte each."""


def people(model: Any) -> dict[str, np.ndarray]:
    """Each user's outcome, for the twin: orders, their worth, what was paid, what the goods cost, departure, and which levers have left a
    mark on the user, shape (users,); and by partition (``divided``) the users with an order on each day, shape (days + 1, segments)."""
    rows = model.rows
    out = {
        "people/orders": rows["orders"].astype(np.int32),
        "people/worth": rows["spent"].astype(np.int64),
        "people/paid": rows["paid"].astype(np.int64),
        "people/goods": rows["goods"].astype(np.int64),
        "people/left": rows["left"].astype(np.uint8),
    }
    at_first = draw_population(model.plan, model.levers, model.key, len(rows))
    for name in model.plan.levers:
        marked = _marked(rows[name], at_first[name], model.levers[name])
        out[f"people/marked/{name}"] = np.packbits(marked, bitorder="little")
    codes = divided(at_first)
    sizes = dict.fromkeys(codes, 3) | {"persona": max(len(model.plan.personas), 1)}
    daily = {group: np.zeros((model.day + 1, size), np.int32) for group, size in sizes.items()}
    step = max(1, BITS_AT_ONCE // max(len(rows), 1))
    for first in range(0, model.day + 1, step):
        last = min(first + step, model.day + 1)
        bits = np.unpackbits(model.ordered[first:last], axis=1, count=len(rows), bitorder="little")
        day, user = np.divmod(np.flatnonzero(bits.view(bool)), max(len(rows), 1))  # ten times as fast as nonzero of the table
        for group, code in codes.items():
            cells = np.bincount(day * sizes[group] + code[user], minlength=(last - first) * sizes[group])
            daily[group][first:last] = cells.reshape(-1, sizes[group])
    return out | {f"people/daily/{group}": table for group, table in daily.items()}


def divided(rows: np.ndarray) -> dict[str, np.ndarray]:
    """Of every user, as drawn, the persona, and the third by order rate and by deal proneness; shape (users,) each."""
    out = {"persona": rows["persona"].copy()}
    for group, trait in (("order_rate", "visit_rate"), ("deal_proneness", "deal_proneness")):
        cuts = np.quantile(rows[trait], (1 / 3, 2 / 3))
        out[group] = np.searchsorted(cuts, rows[trait], side="right").astype(np.uint8)
    return out


def _marked(own: np.ndarray, at_first: np.ndarray, lever: Any) -> np.ndarray:
    """Who remembers anything of a lever that was not so from the start; everybody where a lever leaves no memory."""
    marked = np.zeros(len(own), bool)
    for name in lever.columns:
        values = own[name] != at_first[name]
        marked |= values.any(axis=1) if values.ndim > 1 else values
    return marked if lever.columns else np.ones(len(own), bool)


def _people(rows: np.ndarray, entry: np.ndarray, last_day: int) -> dict[str, np.ndarray]:
    """Single numbers about users at the end."""
    inside = entry >= 0
    ordered = rows["orders"][inside]
    return {
        "users/registered": np.array(inside.sum()),
        "users/customers": np.array((ordered >= 1).sum()),
        "users/repeaters": np.array((ordered >= 2).sum()),
        "users/active_last_30": np.array((inside & (rows["last_seen"] > last_day - BRACKET)).sum()),
        "users/reference_price": np.array(rows["reference_price"][inside].sum()),
        "users/satisfaction": np.array(rows["satisfaction"][inside].sum()),
    }


@compiled("void(u1[:,:],i8[:],i8,i8,i8[:],i8[:],i8[:],i8[:],i8[:])")
def _count(diary, since, last_day, gap, exact, bracket, last, lapsed, censored):
    for user in range(len(since)):
        start = since[user]
        if start < 0:
            continue
        byte, bit = user >> 3, 1 << (user & 7)
        newest = np.int64(0)  # the clock of a lapse starts with the start event
        active = False
        lapse = np.int64(-1)
        counted = np.int64(0)
        for day in range(start, last_day + 1):
            if diary[day, byte] & bit:
                age = day - start
                exact[age] += 1
                if lapse < 0 and age - newest > gap:  # an event on the very day is in time, as for the platform's stages
                    lapse = newest + gap
                newest = age
                active = True
                if age > 0:
                    this = (age + BRACKET - 1) // BRACKET
                    if this > counted:
                        counted = this
                        if start + this * BRACKET <= last_day:
                            bracket[this * BRACKET] += 1
        followed = last_day - start
        if active:
            last[newest] += 1
        if lapse < 0 and followed - newest >= gap:
            lapse = newest + gap
        if lapse >= 0:
            lapsed[lapse] += 1
        else:
            censored[followed] += 1


def _cohorts(diaries: dict[str, np.ndarray], entry: np.ndarray, last_day: int) -> dict[str, np.ndarray]:
    """Users of each week of entry, and how many visited, and ordered, in each week of age; −1 where not all of them were followed."""
    weeks = last_day // WEEK + 1
    cohort = np.where(entry >= 0, entry // WEEK, -1)
    out = {"cohorts/size": np.bincount(cohort[cohort >= 0], minlength=weeks)}
    complete = np.add.outer(np.arange(weeks) * WEEK + WEEK - 1, np.arange(weeks) * WEEK + WEEK - 1) <= last_day
    for name, event in (("active", "visit"), ("ordered", "order")):
        table = np.zeros((weeks, weeks), np.int64)
        _count_weeks(diaries[event], entry, cohort, last_day, table)
        out[f"cohorts/{name}"] = np.where(complete, table, -1)
    return out


@compiled("void(u1[:,:],i8[:],i8[:],i8,i8[:,:])")
def _count_weeks(diary, entry, cohort, last_day, table):
    for user in range(len(entry)):
        if entry[user] < 0:
            continue
        byte, bit = user >> 3, 1 << (user & 7)
        newest = -1
        for day in range(entry[user], last_day + 1):
            if diary[day, byte] & bit:
                week = (day - entry[user]) // WEEK
                if week > newest:
                    newest = week
                    table[cohort[user], week] += 1
