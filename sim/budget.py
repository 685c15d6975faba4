"""A cap on spending that no order of processing can break.

Who would be granted something tomorrow says so at the end of today. Each of them has an addressed number for tomorrow, the bid; between
the days the lowest bids that the money left can pay for are found, and tomorrow exactly these are granted. What is granted counts at its
highest cost until it is used or expires, so a cap is never passed by one minor unit.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from sim.parameter import minor_units

NOT_DUE = -1
"""The day on which nothing is granted."""

ALL_BIDS = 1.0
"""A threshold under which every bid lies."""


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
    return ALL_BIDS if can >= wanted else threshold(night.luck(bid)[waits], can)
