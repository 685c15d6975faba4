"""What winning a user has cost, by the channel that won the user."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

import numpy as np

from sim import ledger
from sim.model import lever_instances
from sim.scenario import Scenario
from sim.segment import ALLIANCE, CHANNELS, FRIENDS

EVERYBODY = -1
SPENT_ON = {
    ("onboarding", "discount"): EVERYBODY, ("signup", "discount"): EVERYBODY, ("signup", "goods"): EVERYBODY,
    ("referral", "discount"): FRIENDS, ("referral", "cash"): FRIENDS, ("referral", "commission"): FRIENDS, ("referral", "fraud"): FRIENDS,
    ("alliances", "member_fees"): ALLIANCE, ("alliances", "share"): ALLIANCE,
    **{("channels", name): CHANNELS.index(name) for name in ("content", "search", "ads", "partners", "offline")},
}  # fmt: skip
"""Which users each account of a kind of lever was spent to win: those of a channel, or everybody who signs up."""


def spent_to_win(scenario: Scenario) -> dict[str, int]:
    """Every account of a scenario that was spent to win users, and whose: a channel, or ``EVERYBODY``.

    Besides ``SPENT_ON``, those that a lever itself says are for acquisition.
    """
    return dict(_of_kinds(tuple(scenario.kinds.items())))


@lru_cache(maxsize=64)
def _of_kinds(kinds: tuple[tuple[str, str], ...]) -> tuple[tuple[str, int], ...]:
    out = dict.fromkeys(ledger.acquisition(lever_instances(dict(kinds))), EVERYBODY)
    for name, kind in kinds:
        out |= {f"{name}.{account}": channel for (lever, account), channel in SPENT_ON.items() if lever == kind}
    return tuple(out.items())


def winning_cost(counts: Mapping[str, np.ndarray], scenario: Scenario) -> np.ndarray:
    """Minor units spent to win each user of each channel; shape (channels,).

    What went to a channel that won nobody is shared by all who signed up, so that nothing is lost: times users it adds up to all that was
    spent.
    """
    users = counts["segments/channel/users"]
    spent, shared = np.zeros(len(CHANNELS)), 0.0
    for account, channel in spent_to_win(scenario).items():
        amount = float(counts.get(f"account/{account}", 0))
        if channel == EVERYBODY or not users[channel]:
            shared += amount
        else:
            spent[channel] += amount
    return spent / np.maximum(users, 1) + shared / max(int(users.sum()), 1)
