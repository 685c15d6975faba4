"""This project's people and their luck for the tuned NumPy peers: the same users, the same numbers, so the books must be equal."""

from __future__ import annotations

import numpy as np

from peer.customers.workload import Shop
from sim import LifecycleModel
from sim.chance import chance, chances, purpose
from sim.quantile import gamma, quantiles


class Addressed:
    """Traits and luck of the users of a LifecycleModel that has lived day 0."""

    def __init__(self, shop: Shop, model: LifecycleModel) -> None:
        self.key, self.table = model.key, gamma(shop.p, shop.p)
        traits = ("visit_rate", "leave_p", "usual_basket", "deal_proneness")
        self.visit_rate, self.leave_p, self.usual_basket, self.deal_proneness = (np.array(model.agents.get(name)) for name in traits)
        if "coupons" in model.levers:
            self.first_coupon = model.rows["coupons"]["next_day"].copy()

    def visits(self, day: int, out: np.ndarray) -> None:
        """Everybody's number of this day into ``out``."""
        chances(out, self.key, 0, day, purpose("activity.visits"), 0)

    def number(self, what: str, users: np.ndarray, day: int, visit: int) -> np.ndarray:
        """A number in [0, 1) for each of these users."""
        address = purpose(what)
        return np.array([chance(self.key, user, day, address, visit) for user in users.tolist()])

    def baskets(self, users: np.ndarray, day: int, visit: int) -> np.ndarray:
        """What each of these orders is worth against the user's usual basket."""
        return quantiles(self.table, self.number("conversion.basket", users, day, visit))


def different_columns(ours: dict[str, list[int]], other: dict[str, list[int]]) -> list[str]:
    """The names under which two books differ in at least one number."""
    return [name for name in ours if list(ours[name]) != list(other[name])]
