"""``flows.csv`` and ``funnel.csv``: how users move from stage to stage, and what each channel brings and costs."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sim.population import STAGES
from sim.scenario import Scenario
from sim.segment import CHANNELS
from sim.study.interval import interval
from sim.study.metrics import Counts
from sim.study.winning import EVERYBODY, spent_to_win

FLOW_COLUMNS = ("scenario", "from_day", "to_day", "from_stage", "to_stage", "users", "ci_low", "ci_high")
"""Users who stood in one stage on one day and in the other on the other; mean over the replications with its interval."""

STEPS = ("reached", "registered", "first_order", "second_order")
FUNNEL_COLUMNS = ("scenario", "channel", *STEPS, "cost_minor", "cac_minor", "cac_ci_low", "cac_ci_high")
"""Users by the channel that acquired them, mean over the replications. ``reached`` is empty where nobody counts it (friends, and people
who come by themselves). ``cost_minor``: what was spent on the channel; ``cac_minor``: that for each user it brought, with interval."""


class Flows:
    """One scenario's moves between stages, taken in run by run."""

    def __init__(self) -> None:
        self._days: np.ndarray | None = None
        self._found: list[np.ndarray] = []

    def add(self, counts: Counts) -> None:
        """Take in one run."""
        if "flows/users" in counts:
            self._days = counts["flows/days"].copy()  # a view would keep all of the run in memory
            self._found.append(counts["flows/users"].copy())

    def frame(self, name: str) -> pd.DataFrame:
        """Snapshot × stage × stage: ``FLOW_COLUMNS``; moves that nobody made in any run are left out."""
        lines: list[tuple] = []
        if self._found:
            moves = np.array(self._found)
            mean, low, high = interval(moves)
            days = [int(day) for day in self._days]
            for k, a, b in np.argwhere(moves.any(axis=0)):
                users = (mean[k, a, b], low[k, a, b], high[k, a, b])
                lines.append((name, days[k], days[k + 1], STAGES[a], STAGES[b], *users))
        return pd.DataFrame(lines, columns=list(FLOW_COLUMNS))


class Funnel:
    """One scenario's channels, taken in run by run."""

    def __init__(self, scenario: Scenario) -> None:
        self._costs: dict[str, list[str]] = {}
        for account, channel in spent_to_win(scenario).items():
            if channel != EVERYBODY:
                self._costs.setdefault(CHANNELS[channel], []).append(account)
        self._leads = {c: [f"daily/{name}_{c}_leads" for name in scenario.kinds] for c in CHANNELS}
        self._found: list[np.ndarray] = []

    def add(self, counts: Counts) -> None:
        """Take in one run."""
        segments = [counts[f"segments/channel/{what}"] for what in ("users", "customers", "repeaters")]
        reached = [sum(counts[n].sum() for n in names if n in counts) for names in self._leads.values()]
        known = [any(n in counts for n in names) for names in self._leads.values()]
        registered = segments[0]
        # Whoever is not reached by a channel that counts is a lead of their own accord; where all of these signed up, they are known, too.
        others = int(counts["daily/leads"][1:].sum()) - int(np.sum(reached)) if "daily/leads" in counts else -1
        came = int(registered[~np.array(known)].sum()) - int(counts["daily/new_users"][0])
        if others == came:
            reached = np.where(known, reached, registered)
        else:
            reached = np.where(known, reached, np.nan)
        cost = [sum(int(counts[f"account/{a}"]) for a in self._costs.get(c, ())) for c in CHANNELS]
        self._found.append(np.array([reached, *segments, cost], float))

    def frame(self, name: str) -> pd.DataFrame:
        """Channel: ``FUNNEL_COLUMNS``; a channel that brought nobody and cost nothing in any run is left out."""
        lines = []
        found = np.array(self._found)
        for k, channel in enumerate(CHANNELS):
            own = found[:, :, k]
            if not np.nansum(own):
                continue
            registered, cost = own[:, 1], own[:, -1]
            each = (np.nan,) * 3
            if cost.any() and registered.all():
                each = interval(cost / registered)
            lines.append((name, channel, *own.mean(axis=0), *each))
        return pd.DataFrame(lines, columns=list(FUNNEL_COLUMNS))
