"""A cap on spending that no order of processing can break.

Who would be granted something tomorrow says so at the end of today, with an addressed number (the bid). Between the days the lowest
bids that the money left can pay for are found; tomorrow exactly these are granted. What is granted counts at its highest cost until it is
used or expires, so a cap is never passed by one minor unit.
"""

from __future__ import annotations

import numpy as np

NO_BID = 2.0
"""The bid of a user who would not be granted anything."""

ALL_BIDS = 1.0
"""A threshold under which every bid lies."""


def threshold(bids: np.ndarray, affordable: int) -> float:
    """The number below which a bid is granted, so that at most ``affordable`` are; equal bids are granted together or not."""
    waiting = np.sort(bids[bids < ALL_BIDS])
    if len(waiting) <= affordable:
        return ALL_BIDS
    return float(waiting[max(affordable, 0)])


def affordable(budget: int, spent: int, open_grants: int, highest_cost: int) -> int:
    """How many more grants the budget can bear, all amounts in minor units."""
    return max(0, (budget - spent) // max(highest_cost, 1) - open_grants)
