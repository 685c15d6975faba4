"""Caps on spending that no order of processing can break.

Two kinds of spending, two ways to hold them; neither is ever passed by one minor unit.

*Grants* wait for it. Who would be granted something tomorrow says so at the end of today. Each of them has an addressed number for
tomorrow, the bid; between the days the lowest bids that the money left can pay for are found, and tomorrow exactly these are granted.
What is granted counts at its highest cost until it is used or expires. What is bought by the day (media, posts) is bought whole, or not.

*Gates* are for what arises within a day: an order's discount, a message, a gift to whoever has just signed up. A rule gives only to
whom the gate lets in (``t.lot < p.gate``) and notes what that took (``own.drawn``). A day is lived with all gates open; where it
would take more than is left, the gates close to the users with the highest numbers and the day is lived again from its morning. Nobody's
day hangs on anybody else's of the same day, so those let in live as before, the others draw nothing, and what will be spent is known.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from sim.chance import LOT, chances
from sim.lever import Column, Shared
from sim.parameter import MONEY, minor_units, param

NOT_DUE = -1
"""The day on which nothing is granted."""

ALL_BIDS = 1.0
"""A threshold under which every bid lies, and a gate that lets everybody in."""

NO_CAP = 2.0
"""A gate where there is no budget: everybody is let in, and nothing is noted."""

GATE = {"gate": Shared(NO_CAP, "0 … 1", "users whose number of the day lies below it are let into the budget; above 1: there is none")}
MOST = 2**31 - 1
"""No more is noted of one user and day; whoever draws more than that is found by the books."""
DRAWN = {"drawn": Column("i4", "minor units", "taken out of the budget on the last day lived (nothing is noted where there is none)")}

TOGETHER = ""
"""The budget of all levers together, among budgets by lever."""

ROUNDS = 6
"""So many times gates are closed no further than they must; what still takes too much is closed for the day."""


LONGEST_WAIT = 32
"""Days for which a budget that could pay for nothing stays closed at most."""


def cap(meaning: str) -> Any:
    """A lever's parameter ``budget``: what is capped."""
    return param(None, MONEY, meaning + " (none: no cap)", ge=0, le=1e12, source="design")


def threshold(bids: np.ndarray, affordable: int) -> float:
    """The number below which a bid is granted, so that at most ``affordable`` are; equal bids are granted together or not."""
    if len(bids) <= affordable:
        return ALL_BIDS
    return float(np.partition(bids, affordable)[affordable])


class Purse:
    """What is left of a cap on all levers together, in minor units; None: no cap. Levers take from it overnight, in the order of their
    names."""

    def __init__(self, left: int | None) -> None:
        self.left = left

    def take(self, wanted: int, highest_cost: int) -> int:
        """How many of the wanted grants the purse can bear; what they may cost at most is taken out of it."""
        if self.left is None:
            return wanted
        given = min(wanted, max(0, self.left) // max(highest_cost, 1))
        self.left -= given * highest_cost
        return given


def grant(night: Any, waiting: Callable[[], np.ndarray], bid: int, cap: float | None, committed: int, highest_cost: int) -> float:
    """The bid below which a lever's waiting users are granted something tomorrow.

    ``waiting``: tells who waits, true or false of shape (users,); asked only where something caps, because a column is a walk over all
    rows. ``bid``: the purpose of their addressed bids; ``cap``: the lever's own budget in money
    (None: none); ``committed``: minor units spent and still promised; ``highest_cost``: the most that one grant can cost, in minor units.
    """
    uncapped = night.purse is None or night.purse.left is None
    if cap is None and uncapped:
        return ALL_BIDS
    waits = waiting()
    can = wanted = int(np.count_nonzero(waits))
    if cap is not None:
        can = min(can, max(0, minor_units(cap) - committed) // max(highest_cost, 1))
    if not uncapped:
        can = night.purse.take(can, highest_cost)
    night.promised.append(can * highest_cost)
    return ALL_BIDS if can >= wanted else threshold(night.luck(bid)[waits], can)


def bought(night: Any, cap: float | None, accounts: Iterable[str], cost: int) -> bool:
    """Whether both budgets can bear what tomorrow costs, minor units, whoever comes: it is paid for whole, or not at all.

    ``cap``: the lever's own budget in money (None: none), and ``accounts`` those that count against it.
    """
    if cost <= 0:
        return True
    if cap is not None and cost > minor_units(cap) - sum(night.total[name] for name in accounts):
        return False
    if night.purse is not None and night.purse.take(1, cost) == 0:
        return False
    night.promised.append(cost)
    return True


def gate(numbers: np.ndarray, drawn: np.ndarray, left: int) -> float:
    """The highest gate through which no more than ``left`` is drawn: from the lowest number on, as far as the money goes.

    ``numbers``: the users' numbers of the day; ``drawn``: minor units that each would draw; shapes (users,). Equal numbers are let in
    together or not.
    """
    drew = np.flatnonzero(drawn)
    order = drew[np.argsort(numbers[drew], kind="stable")]
    past = np.flatnonzero(np.cumsum(drawn[order]) > left)
    return float(numbers[order[past[0]]]) if len(past) else ALL_BIDS


def live_within(model: Any, own: dict[str, int | None], together: int | None, live: Callable[[], np.ndarray]) -> np.ndarray:
    """Live a day so that nobody draws what is not there; the day's counters.

    ``own``: by lever with a gate, what is left of its budget in minor units (None: it has none); ``together``: what is left for all of
    them; ``live``: lives the day of a model once, and gives its counters. What users drew is added up, and held against the books. A
    budget of which nobody could have been paid is closed until more is left, or for 1, 2, 4 … days (``model.used_up``: left, day to ask
    again on, days waited), so that such days are lived once.
    """
    left = {name: max(rest, 0) for name, rest in {**own, TOGETHER: together}.items() if rest is not None}
    today, poor = model.day + 1, model.used_up
    shut = {name for name, rest in left.items() if rest == 0 or name in poor and rest <= poor[name][0] and today < poor[name][1]}
    gates = {name: 0.0 if shut & {name, TOGETHER} else ALL_BIDS for name in own}
    for name in gates:
        model.rows[name]["drawn"] = 0
    if any(gates.values()):
        model.morning = model.morning or Morning(model)
        model.morning.remember(model)
    numbers, asked = np.zeros(0), set[str]()
    for turn in range(ROUNDS + len(gates) + 1):
        if turn:
            model.morning.again(model)
        for name, value in gates.items():
            model.policy[name]["gate"] = value
        counters = live()
        drawn = {name: model.rows[name]["drawn"].astype(np.int64) for name in gates}
        booked = {name: model.committed(name, today=counters) - model.committed(name) - model.promised.get(name, 0) for name in gates}
        took = {name: max(int(drawn[name].sum()), booked[name]) for name in gates}
        over = {name: drawn[name] for name in gates if took[name] > left.get(name, took[name])}
        if not over and sum(took.values()) > left.get(TOGETHER, sum(took.values())):
            over = {TOGETHER: np.sum(list(drawn.values()), axis=0)}
        if not over:
            return counters
        if not any(gates.values()):
            break
        if not len(numbers):
            numbers = np.empty(len(model.rows))
            chances(numbers, model.key, 0, today, LOT, 0)
        for name, amounts in over.items():
            closer = gate(numbers, amounts, left[name])
            if closer == ALL_BIDS or turn >= ROUNDS:
                closer = 0.0
            elif name not in asked and amounts[amounts > 0].min() > left[name]:
                wait = min(2 * poor[name][2] if name in poor and left[name] <= poor[name][0] else 1, LONGEST_WAIT)
                poor[name] = (left[name], today + 1 + wait, wait)
            narrowed = [*gates, TOGETHER] if name == TOGETHER else [name]
            gates |= {n: min(gates[n], closer) for n in narrowed if n in gates}
            asked.update(narrowed)  # from now on only part of the users are seen to draw
    raise AssertionError(f"levers draw through closed gates: {', '.join(over)}")


class Morning:
    """Everything that a day changes, as it was before it. It is kept from day to day, because fresh memory takes longer than the copy."""

    def __init__(self, model: Any) -> None:
        self._rows = np.empty_like(_bytes(model.rows))
        self._rest = {name: np.empty_like(getattr(model, name)) for name in ("bound", "calm", "wake", "whole", "said")}

    def remember(self, model: Any) -> None:
        """The day after the model's last is about to be lived."""
        self._rows[:] = _bytes(model.rows)
        for name, before in self._rest.items():
            before[:] = getattr(model, name)
        self._orders = None if model.log is None else len(model.log)

    def again(self, model: Any) -> None:
        """Put it back: the day has not been lived yet."""
        _bytes(model.rows)[:] = self._rows
        for name, before in self._rest.items():
            getattr(model, name)[:] = before
        model.visited[model.day + 1] = model.ordered[model.day + 1] = 0
        if model.log is not None:
            del model.log[self._orders :]


def _bytes(rows: np.ndarray) -> np.ndarray:
    """Rows as bytes, padding included: assigning them copies, field by field it does not."""
    return rows.view(np.uint8).reshape(len(rows), rows.dtype.itemsize)
