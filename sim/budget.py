"""A cap on spending that no order of processing can break.

Who would be granted something tomorrow says so at the end of today. Each of them has an addressed number for tomorrow, the bid; between
the days the lowest bids that the money left can pay for are found, and tomorrow exactly these are granted. What is granted counts at its
highest cost until it is used or expires, so a cap is never passed by one minor unit.
"""

from __future__ import annotations

import numpy as np

ALL_BIDS = 1.0
"""A threshold under which every bid lies."""


def threshold(bids: np.ndarray, affordable: int) -> float:
    """The number below which a bid is granted, so that at most ``affordable`` are; equal bids are granted together or not."""
    if len(bids) <= affordable:
        return ALL_BIDS
    return float(np.partition(bids, affordable)[affordable])


def affordable(budget: int, spent: int, open_grants: int, highest_cost: int) -> int:
    """How many more grants the budget can bear, all amounts in minor units."""
    return max(0, (budget - spent) // max(highest_cost, 1) - open_grants)
