"""What winning a user has cost, by the channel that won the user."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from sim.scenario import Scenario
from sim.segment import ALLIANCE, CHANNELS, FRIENDS

EVERYBODY = -1
SPENT_ON = {
    ("onboarding", "discount"): EVERYBODY, ("signup", "discount"): EVERYBODY, ("signup", "goods"): EVERYBODY,
    ("referral", "discount"): FRIENDS, ("referral", "cash"): FRIENDS, ("referral", "commission"): FRIENDS, ("referral", "fraud"): FRIENDS,
    ("alliances", "member_fees"): ALLIANCE, ("alliances", "share"): ALLIANCE,
    **{("channels", name): CHANNELS.index(name) for name in ("content", "search", "ads", "partners", "offline")},
}  # fmt: skip
"""Which users each account of a lever was spent to win: those of a channel, or everybody who signs up."""


def winning_cost(counts: Mapping[str, np.ndarray], scenario: Scenario) -> np.ndarray:
    """Minor units spent to win each user of each channel; shape (channels,).

    What went to a channel that won nobody is shared by all who signed up, so that nothing is lost: times users it adds up to all that was
    spent.
    """
    users = counts["segments/channel/users"]
    spent, shared = np.zeros(len(CHANNELS)), 0.0
    for name, kind in scenario.kinds.items():
        for (lever, account), channel in SPENT_ON.items():
            amount = float(counts.get(f"account/{name}.{account}", 0)) if lever == kind else 0.0
            if channel == EVERYBODY or not users[channel]:
                shared += amount
            else:
                spent[channel] += amount
    return spent / np.maximum(users, 1) + shared / max(int(users.sum()), 1)
