"""``cashflow.csv``: what comes in and goes out day by day, and what users have brought so far."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from sim.study.interval import Moments
from sim.study.metrics import Counts, Kinds, contributions

FLOWS = ("income_minor", "goods_minor", "lever_cost_minor", "discount_minor", "acquisition_minor", "contribution_minor")
COLUMNS = ("scenario", "day", *FLOWS, "earned_minor", "earned_ci_low", "earned_ci_high")
"""Of the day, whole platform, mean over the replications: income is all that customers paid (fees and memberships included, after
discounts), ``discount_minor`` what they were let off, ``acquisition_minor`` the part of costs and discounts spent to win users. Then
``earned_minor``: the contribution of all days so far for each user registered so far, with its interval."""


class Cashflow:
    """One scenario's money by day, taken in run by run."""

    def __init__(self, accounts: Kinds, acquisition: Sequence[str]) -> None:
        self._accounts, self._acquisition = accounts, acquisition
        self._flows, self._earned = Moments(), Moments()

    def add(self, counts: Counts) -> None:
        """Take in one run."""
        daily = {name.removeprefix("daily/"): values for name, values in counts.items() if name.startswith("daily/")}
        nothing = np.zeros_like(daily["revenue"])

        def posted(kind: str) -> np.ndarray:
            return sum((daily[n.replace(".", "_")] for n, (k, _) in self._accounts.items() if k == kind), nothing)

        won = sum((daily[n.replace(".", "_")] for n in self._acquisition), nothing)
        contribution = contributions(daily, self._accounts)
        coming = daily["revenue"] + posted("income")
        self._flows.add(np.array([coming, daily["cost_of_goods"], posted("cost"), posted("discount"), won, contribution], float))
        users = np.maximum(daily["new_users"].cumsum(), 1)
        self._earned.add(contribution.cumsum() / users)

    def frame(self, name: str) -> pd.DataFrame:
        """Day: ``COLUMNS``."""
        flows, _, _ = self._flows.interval()
        earned, low, high = self._earned.interval()
        columns = dict(zip(FLOWS, flows, strict=True)) | {"earned_minor": earned, "earned_ci_low": low, "earned_ci_high": high}
        return pd.DataFrame({"scenario": name, "day": np.arange(len(earned)), **columns}, columns=list(COLUMNS))
