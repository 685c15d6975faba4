"""The tables of a result folder as pandas frames, from the counts of all runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from sim.engine.records import CORE_COUNTERS
from sim.ledger import accounts as ledger_accounts
from sim.measure import BRACKET, EVENTS, STARTS
from sim.model import lever_instances
from sim.population import STAGES
from sim.scenario import Scenario
from sim.study.interval import interval, verdict
from sim.study.metrics import Kinds, values
from sim.study.run import Counts

MONEY = ("basket", "revenue", "cost_of_goods")
FIRST = (*STAGES, "registered_ever", "new_users", "active_users", "orders", "repeat_orders", "revenue_minor")
"""Columns of ``daily`` that come first, in this order."""


def summary(names: Sequence[str], scenarios: Sequence[Scenario], runs: Sequence[Sequence[Counts]]) -> pd.DataFrame:
    """Scenario × metric: mean, interval, and the paired difference against the first scenario with its interval.

    A metric stands where every replication has it: retention at an age that somebody was followed to in each of them.
    """
    measured = []
    for scenario, row in zip(scenarios, runs, strict=True):
        accounts = ledger_accounts(lever_instances(scenario.kinds))
        measured.append([values(counts, scenario, accounts) for counts in row])
    known = [{m: unit for m, (unit, _) in row[0].items() if all(m in run for run in row)} for row in measured]
    lines = []
    for k, name in enumerate(names):
        for metric, unit in known[k].items():
            own = np.array([run[metric][1] for run in measured[k]])
            mean, low, high = interval(own)
            line = {"scenario": name, "metric": metric, "unit": unit, "mean": mean, "ci_low": low, "ci_high": high}
            line |= {"delta": np.nan, "delta_ci_low": np.nan, "delta_ci_high": np.nan, "verdict": ""}
            if k > 0 and metric in known[0]:
                delta, least, most = interval(own - np.array([run[metric][1] for run in measured[0]]))
                line |= {"delta": delta, "delta_ci_low": least, "delta_ci_high": most, "verdict": verdict(least, most)}
            lines.append(line)
    return pd.DataFrame(lines)


def retention(names: Sequence[str], runs: Sequence[Sequence[Counts]]) -> pd.DataFrame:
    """Scenario × definition × event × start × age: mean fraction with its interval, and the mean number at risk."""
    parts = []
    for name, row in zip(names, runs, strict=True):
        for start in STARTS:
            followed = np.stack([counts[f"followed/{start}"] for counts in row])
            for event in EVENTS:
                for definition in ("exact_day", "bracket_30", "rolling"):
                    kept = np.stack([counts[f"{definition}/{event}/{start}"] for counts in row])
                    ages = np.arange(followed.shape[1])
                    if definition == "bracket_30":
                        ages = ages[BRACKET::BRACKET]
                    parts.append(_curve(name, definition, event, start, ages, kept, followed))
            for event in (*EVENTS, "departure"):
                parts.append(_survival(name, event, start, row))
    return pd.concat(parts, ignore_index=True)


def _curve(name: str, definition: str, event: str, start: str, ages: np.ndarray, kept: np.ndarray, followed: np.ndarray) -> pd.DataFrame:
    everywhere = followed[:, ages].min(axis=0) > 0
    ages = ages[everywhere]
    mean, low, high = interval(kept[:, ages] / followed[:, ages])
    return _frame(name, definition, event, start, ages, mean, low, high, followed[:, ages].mean(axis=0))


def _survival(name: str, event: str, start: str, row: Sequence[Counts]) -> pd.DataFrame:
    """Kaplan & Meier 1958: S(a) = ∏ over ages up to a of (1 − lapsed / at risk)."""
    lapsed = np.stack([counts[f"lapsed/{event}/{start}"] for counts in row])
    ended = lapsed + np.stack([counts[f"censored/{event}/{start}"] for counts in row])
    at_risk = ended[:, ::-1].cumsum(axis=1)[:, ::-1]
    share = np.cumprod(1.0 - lapsed / np.maximum(at_risk, 1), axis=1)
    ages = np.flatnonzero(at_risk.min(axis=0) > 0)
    mean, low, high = interval(share[:, ages])
    return _frame(name, "survival", event, start, ages, mean, low, high, at_risk[:, ages].mean(axis=0))


def _frame(name, definition, event, start, ages, mean, low, high, at_risk) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "scenario": name, "definition": definition, "event": event, "start": start, "age_days": ages,
            "mean": mean, "ci_low": np.clip(low, 0, 1), "ci_high": np.clip(high, 0, 1), "at_risk": at_risk,
        }
    )


def daily(names: Sequence[str], runs: Sequence[Sequence[Counts]], counters: Sequence[str], accounts: Kinds) -> pd.DataFrame:
    """Scenario × replication × day: stock of each stage, then every counter; money columns end in ``_minor``.

    ``counters`` are the levers' counters of the whole study; a scenario without the lever has zeros there.
    """
    money = {*MONEY, *(account.replace(".", "_") for account in accounts)}
    told = {n: f"{n}_minor" if n in money else n for n in (*CORE_COUNTERS, *counters)}
    order = [*FIRST, *(n for n in told.values() if n not in FIRST)]
    parts = []
    for name, row in zip(names, runs, strict=True):
        for replication, counts in enumerate(row):
            nothing = np.zeros_like(counts["daily/orders"])
            columns = {column: counts.get(f"daily/{n}", nothing) for n, column in told.items()}
            columns["registered_ever"] = columns["new_users"].cumsum()
            frame = pd.DataFrame({n: columns[n] for n in order})
            frame.insert(0, "scenario", name)
            frame.insert(1, "replication", replication)
            frame.insert(2, "day", np.arange(len(frame)))
            parts.append(frame)
    return pd.concat(parts, ignore_index=True)


def cohorts(names: Sequence[str], runs: Sequence[Sequence[Counts]]) -> pd.DataFrame:
    """Scenario × week of registration × week of age: mean numbers over the replications; only weeks in which all were followed."""
    parts = []
    for name, row in zip(names, runs, strict=True):
        size = np.mean([counts["cohorts/size"] for counts in row], axis=0)
        active, ordered = (np.stack([counts[f"cohorts/{what}"] for counts in row]) for what in ("active", "ordered"))
        cohort, age = np.nonzero((active.min(axis=0) >= 0) & (size > 0)[:, None])
        part = {"cohort": cohort, "size": size[cohort], "age_weeks": age}
        part |= {"active": active.mean(axis=0)[cohort, age], "ordered": ordered.mean(axis=0)[cohort, age]}
        parts.append(pd.DataFrame({"scenario": name, **part}))
    return pd.concat(parts, ignore_index=True)


def ledger(names: Sequence[str], runs: Sequence[Sequence[Counts]], accounts: Kinds) -> pd.DataFrame:
    """Scenario × replication × account: whole minor units."""
    lines = [
        {"scenario": name, "replication": replication, "account": account, "amount_minor": int(counts.get(f"account/{account}", 0))}
        for name, row in zip(names, runs, strict=True)
        for replication, counts in enumerate(row)
        for account in accounts
    ]
    return pd.DataFrame(lines)


def events(names: Sequence[str], runs: Sequence[Sequence[Counts]]) -> pd.DataFrame:
    """One row an order, by scenario, replication, day and user."""
    parts = []
    for name, row in zip(names, runs, strict=True):
        for replication, counts in enumerate(row):
            columns = {c: counts[f"orders/{c}"] for c in ("user", "day", "amount_minor", "paid_minor")}
            frame = pd.DataFrame({"scenario": name, "replication": replication, **columns, "channel": "direct", "persona": "everyone"})
            parts.append(frame.sort_values(["day", "user"], kind="stable"))
    return pd.concat(parts, ignore_index=True)


def assumptions(names: Sequence[str], scenarios: Sequence[Scenario], sources: Mapping[str, Sequence[Mapping]]) -> pd.DataFrame:
    """Scenario × parameter in force: its value, source and grade, and whether it is an assumption."""
    lines = [{"scenario": name, **line} for name in names for line in sources[name]]
    return pd.DataFrame(lines, columns=["scenario", "parameter", "value", "source", "grade", "is_assumption"])
