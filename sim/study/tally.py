"""What the tables need of one scenario, taken in run by run, so that no study has to lie in memory as a whole."""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence

import numpy as np

from sim.counters import CORE_COUNTERS, MONEY
from sim.ledger import accounts as ledger_accounts
from sim.measure import BRACKET, EVENTS, STARTS
from sim.model import lever_instances
from sim.population import STAGES
from sim.scenario import Scenario
from sim.study.cashflow import Cashflow
from sim.study.interval import Moments
from sim.study.journey import Flows, Funnel
from sim.study.metrics import Counts, Kinds, segment_values, values
from sim.study.reasons import Leavers
from sim.study.winning import spent_to_win

FIRST = (*STAGES, "registered_ever", "new_users", "active_users", "orders", "repeat_orders", "revenue_minor")
"""Columns of ``daily`` that come first, in this order."""

DEFINITIONS = ("exact_day", "bracket_30", "rolling")
CURVES = [(start, event, definition) for start in STARTS for event in EVENTS for definition in DEFINITIONS]
SURVIVALS = [(start, event) for start in STARTS for event in (*EVENTS, "departure")]


def day_columns(counts: Counts, counters: Sequence[str] = (), accounts: Kinds | None = None) -> dict[str, np.ndarray]:
    """One run's days: stock of each stage, then every counter; money columns end in ``_minor``; arrays of shape (days + 1,).

    ``counters`` are the levers' counters of the whole study; a scenario without the lever has zeros there.
    """
    money = {*MONEY, *(account.replace(".", "_") for account in accounts or {}), *(c for c in counters if c.endswith("_basket_touched"))}
    told = {n: f"{n}_minor" if n in money else n for n in (*CORE_COUNTERS, *counters)}
    nothing = np.zeros_like(counts["daily/orders"])
    columns = {column: counts.get(f"daily/{n}", nothing) for n, column in told.items()}
    columns["registered_ever"] = columns["new_users"].cumsum()
    return {n: columns[n] for n in (*FIRST, *(n for n in told.values() if n not in FIRST))}


class Total:
    """Sum and smallest of whole numbers that come one array at a time."""

    def __init__(self) -> None:
        self.sum: np.ndarray | int = 0
        self.least: np.ndarray | None = None

    def add(self, numbers: np.ndarray) -> None:
        self.sum = self.sum + numbers
        self.least = numbers.copy() if self.least is None else np.minimum(self.least, numbers)


class Tally:
    """One scenario's runs: days, curves and cohorts summed over them, and a few dozen numbers of each."""

    def __init__(self, scenario: Scenario) -> None:
        self.runs = 0
        self.units: dict[str, str] = {}
        self.metrics: dict[str, array] = {}
        """Every metric of every run that has it; a metric that a run lacks is shorter than ``runs``."""
        levers = lever_instances(scenario.kinds)
        self.accounts = ledger_accounts(levers)
        self._acquisition = list(spent_to_win(scenario))
        self.amounts = array("q")
        """Run by run, what was posted to each of ``accounts``."""
        self.days: dict[str, np.ndarray] = {}
        """``day_columns`` of the lifecycle, summed over the runs."""
        self.last_days: dict[str, list[int]] = {}
        """The last day of each of these columns, run by run."""
        self.followed = {start: Total() for start in STARTS}
        self.curves = {curve: Moments() for curve in CURVES}
        self.at_risk = {survival: Total() for survival in SURVIVALS}
        self.survivals = {survival: Moments() for survival in SURVIVALS}
        self.cohorts = {what: Total() for what in ("size", "active", "ordered")}
        self.segments: dict[tuple[str, str, str], array] = {}
        """Every metric of every run by group, segment and name; shorter than ``runs`` where a run lacks it."""
        self.flows, self.funnel = Flows(), Funnel(scenario)
        self.cashflow = Cashflow(self.accounts, self._acquisition)
        self.leavers = Leavers(scenario)
        self._scenario = scenario

    def add(self, counts: Counts) -> None:
        """Take in one run, the runs in the order of their replications."""
        self.runs += 1
        for metric, (unit, value) in values(counts, self._scenario, self.accounts, self._acquisition).items():
            self.units.setdefault(metric, unit)
            self.metrics.setdefault(metric, array("d")).append(value)
        self.amounts.extend(int(counts[f"account/{account}"]) for account in self.accounts)
        for column, numbers in day_columns(counts).items():
            self.days[column] = self.days.get(column, 0) + numbers
            self.last_days.setdefault(column, []).append(int(numbers[-1]))
        for place, value in segment_values(counts, self._scenario).items():
            self.segments.setdefault(place, array("d")).append(value)
        for part in (self.flows, self.funnel, self.cashflow, self.leavers):
            part.add(counts)
        self.add_curves(counts)

    def add_curves(self, counts: Counts) -> None:
        """Take in one run's retention, survival and cohorts."""
        for what, total in self.cohorts.items():
            total.add(counts[f"cohorts/{what}"])
        for start, total in self.followed.items():
            total.add(counts[f"followed/{start}"])
        for (start, event, definition), moments in self.curves.items():
            moments.add(share(counts[f"{definition}/{event}/{start}"], counts[f"followed/{start}"]))
        for (start, event), moments in self.survivals.items():
            lapsed = counts[f"lapsed/{event}/{start}"]
            at_risk = (lapsed + counts[f"censored/{event}/{start}"])[::-1].cumsum()[::-1]
            self.at_risk[start, event].add(at_risk)
            moments.add(np.cumprod(1.0 - lapsed / np.maximum(at_risk, 1)))

    def known(self) -> Mapping[str, np.ndarray]:
        """The metrics that every run has: name → values, shape (runs,)."""
        return {name: np.frombuffer(found) for name, found in self.metrics.items() if len(found) == self.runs}

    def ages(self, definition: str, start: str) -> np.ndarray:
        """The ages to which somebody was followed in every run, of those that the definition speaks of."""
        least = self.followed[start].least
        ages = np.arange(len(least))
        if definition == "bracket_30":
            ages = ages[BRACKET::BRACKET]
        return ages[least[ages] > 0]


def share(kept: np.ndarray, followed: np.ndarray) -> np.ndarray:
    """Those kept by those followed, age by age; 0 where nobody was."""
    return np.divide(kept, followed, out=np.zeros(len(kept)), where=followed > 0)
