"""A deal on the first order: what it teaches for the orders after it, where the literature conflicts.

In mailings at random, a deeper discount made first-time customers buy more later (Anderson & Simester 2004); in a newspaper's and an
online grocer's books, customers won by a deeper discount bought less and were worth less (Lewis 2006). So every lever that may lower the
price of a first order has the parameter ``first_deal``, which is 0, and two presets. In ``pay`` it adds ``strength·first_deal·(what it took
off)`` to ``t.lesson``; where the order was the user's first, the lifecycle divides by the basket and remembers it for good
(``sim.lifecycle.retention``), and adds it to the logit of every later order (``sim.lifecycle.conversion``).
"""

from __future__ import annotations

from typing import Any

from sim import parameter
from sim.lever import Preset

LIFTS, LOWERS = 1.5, -1.9
"""Found by trying, with promotions of one month in ``scenarios/evidence/depth.yaml`` (``tests/levers/test_first_deal.py``)."""


def param() -> Any:
    """A lever's parameter ``first_deal``."""
    return parameter.param(
        0.0, "logit", "every later order of who had it on the first one, per whole basket saved there; 0: only the price is remembered",
        ge=-5, le=5,
    )


PRESETS = {
    "anderson_simester": Preset(
        "a deal wins newcomers over: who had not ordered before orders 22 % more in the two years after 60 % off than after 30 % off",
        "Anderson & Simester 2004, mailings at random: the direction; 22 % as commonly cited, the two depths are assumed",
        {"first_deal": LIFTS}, "B",
    ),
    "lewis": Preset(
        "a deal wins deal seekers: who began with 35 % off is worth half as much afterwards as who began at full price",
        "Lewis 2006, a newspaper's and an online grocer's customers: 35 % off at acquisition, about half the long-term value",
        {"first_deal": LOWERS}, "B",
    ),
}
