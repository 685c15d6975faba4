"""The tables of a result folder as pandas frames, from the counts of runs.

``summary``, ``retention``, ``cohorts`` and ``segments`` are made from tallies; ``daily``, ``ledger``, ``policies`` and ``events`` have
rows of their own for each run, and are made run by run.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pandas as pd

from sim.measure import EVENTS, STARTS, names_of
from sim.scenario import Scenario
from sim.segment import CHANNELS
from sim.study.interval import interval, ratio, verdict
from sim.study.metrics import SEGMENT_UNITS, Counts, Kinds
from sim.study.tally import DEFINITIONS, Tally, day_columns

BLOCK = 65_536
"""Rows of ``events`` that are made at once."""


def summary(names: Sequence[str], tallies: Sequence[Tally]) -> pd.DataFrame:
    """Scenario × metric: mean, interval, and the paired difference against the first scenario with its interval.

    A metric stands where every replication has it: retention at an age that somebody was followed to in each of them.
    """
    known = [tally.known() for tally in tallies]
    lines = []
    for k, name in enumerate(names):
        for metric, own in known[k].items():
            mean, low, high = interval(own)
            line = {"scenario": name, "metric": metric, "unit": tallies[k].units[metric], "mean": mean, "ci_low": low, "ci_high": high}
            line |= {"delta": np.nan, "delta_ci_low": np.nan, "delta_ci_high": np.nan, "verdict": ""}
            if k > 0 and metric in known[0]:
                delta, least, most = interval(own - known[0][metric])
                line |= {"delta": delta, "delta_ci_low": least, "delta_ci_high": most, "verdict": verdict(least, most)}
            lines.append(line)
        if k > 0:
            lines += _return_on_incentives(name, known[k], known[0])
    return pd.DataFrame(lines)


def _return_on_incentives(name: str, own: Mapping[str, np.ndarray], baseline: Mapping[str, np.ndarray]) -> list[dict]:
    """ROI against the baseline world: extra contribution by extra incentive cost; nothing where hardly any more is spent than there."""
    extra = {m: own[m] - baseline[m] for m in ("contribution_per_user", "incentive_cost_per_user")}
    found, low, high = ratio(*extra.values())
    if not extra["incentive_cost_per_user"].mean() > 0 or np.isnan(found):
        return []
    nothing = dict.fromkeys(("delta", "delta_ci_low", "delta_ci_high"), np.nan)
    line = {"scenario": name, "metric": "roi", "unit": "times", "mean": found, "ci_low": low, "ci_high": high}
    return [{**line, **nothing, "verdict": verdict(low, high)}]


def retention(name: str, tally: Tally) -> pd.DataFrame:
    """One scenario's definition × event × start × age: mean fraction with its interval, and the mean number at risk."""
    parts = []
    for start in STARTS:
        for event in EVENTS:
            for definition in DEFINITIONS:
                ages = tally.ages(definition, start)
                shares = tally.curves[start, event, definition].interval()
                parts.append(_curve(name, definition, event, start, ages, shares, tally.followed[start].sum / tally.runs))
        for event in (*EVENTS, "departure"):
            at_risk = tally.at_risk[start, event]
            ages = np.flatnonzero(at_risk.least > 0)
            shares = tally.survivals[start, event].interval()
            parts.append(_curve(name, "survival", event, start, ages, shares, at_risk.sum / tally.runs))
    return pd.concat(parts, ignore_index=True)


def _curve(
    name: str, definition: str, event: str, start: str, ages: np.ndarray, shares: Sequence[np.ndarray], at_risk: np.ndarray
) -> pd.DataFrame:
    mean, low, high = (share[ages] for share in shares)
    return pd.DataFrame(
        {
            "scenario": name, "definition": definition, "event": event, "start": start, "age_days": ages,
            "mean": mean, "ci_low": np.clip(low, 0, 1), "ci_high": np.clip(high, 0, 1), "at_risk": at_risk[ages],
        }
    )


def cohorts(name: str, tally: Tally) -> pd.DataFrame:
    """One scenario's week of registration × week of age: mean numbers over the replications; only weeks in which all were followed."""
    size = tally.cohorts["size"].sum / tally.runs
    active, ordered = (tally.cohorts[what] for what in ("active", "ordered"))
    cohort, age = np.nonzero((active.least >= 0) & (size > 0)[:, None])
    part = {"cohort": cohort, "size": size[cohort], "age_weeks": age}
    part |= {"active": (active.sum / tally.runs)[cohort, age], "ordered": (ordered.sum / tally.runs)[cohort, age]}
    return pd.DataFrame({"scenario": name, **part})


def daily(name: str, replication: int, counts: Counts, counters: Sequence[str], accounts: Kinds) -> pd.DataFrame:
    """One run's rows of ``daily``: day after day."""
    columns = day_columns(counts, counters, accounts)
    days = np.arange(len(columns["orders"]))
    return pd.DataFrame({"scenario": name, "replication": replication, "day": days, **columns})


def condensed_daily(name: str, tally: Tally) -> pd.DataFrame:
    """One scenario's days for figures: the last day run by run, each other day summed over the runs (replication −1)."""
    days, runs = len(tally.days["orders"]), tally.runs
    place = {"replication": np.r_[np.full(days - 1, -1), np.arange(runs)], "day": np.r_[np.arange(days - 1), np.full(runs, days - 1)]}
    columns = {column: np.r_[numbers[:-1], tally.last_days[column]] for column, numbers in tally.days.items()}
    return pd.DataFrame({"scenario": name, **place, **columns})


def ledger(name: str, tally: Tally, accounts: Kinds) -> pd.DataFrame:
    """One scenario's replication × account of the whole study: whole minor units."""
    own = np.frombuffer(tally.amounts, np.int64).reshape(tally.runs, len(tally.accounts))
    amounts = np.zeros((tally.runs, len(accounts)), np.int64)
    for column, account in enumerate(tally.accounts):
        amounts[:, list(accounts).index(account)] = own[:, column]
    replication, account = np.repeat(np.arange(tally.runs), len(accounts)), np.tile(list(accounts), tally.runs)
    return pd.DataFrame({"scenario": name, "replication": replication, "account": account, "amount_minor": amounts.ravel()})


SEGMENT_COLUMNS = (
    "scenario", "group", "segment", "metric", "unit", "mean", "ci_low", "ci_high", "delta", "delta_ci_low", "delta_ci_high",
)  # fmt: skip


def segments(name: str, tally: Tally, baseline: Tally | None = None) -> pd.DataFrame:
    """One scenario's segment × metric at the end of the runs: mean and interval, and the paired difference against the baseline.

    A metric stands where every replication has it, and a segment where anybody was in it in any of them.
    """
    lines = []
    for place, found in tally.segments.items():
        group, segment, metric = place
        if len(found) == tally.runs and any(tally.segments[group, segment, "users"]):
            own = np.frombuffer(found)
            theirs = np.frombuffer(b"" if baseline in (None, tally) else baseline.segments.get(place, b""))
            paired = len(own) == len(theirs) > 0
            delta = interval(own - theirs) if paired else (np.nan,) * 3
            lines.append((name, group, segment, metric, SEGMENT_UNITS[metric], *interval(own), *delta))
    return pd.DataFrame(lines, columns=list(SEGMENT_COLUMNS))


def policies(name: str, replication: int, counts: Counts, scenario: Scenario) -> pd.DataFrame:
    """One run's actions of policies, in the order in which they came: what was measured, and what was changed from that day on."""
    plans = list(scenario.policies.items())
    which = counts.get("policies/policy", np.zeros(0, np.int64))
    columns = {"scenario": name, "replication": replication, "day": counts.get("policies/day", which)}
    columns["date"] = [str(scenario.calendar.start + datetime.timedelta(days=int(day))) for day in columns["day"]]
    columns |= {"policy": [plans[k][0] for k in which], "metric": [plans[k][1].metric for k in which]}
    columns |= {"value": counts.get("policies/value", np.zeros(0)), "parameter": [plans[k][1].path for k in which]}
    return pd.DataFrame(columns | {c: counts.get(f"policies/{c}", np.zeros(0)) for c in ("before", "after")})


def events(name: str, replication: int, counts: Counts, scenario: Scenario) -> Iterator[pd.DataFrame]:
    """One run's rows of ``events``, an order each, by day and user; at least one frame, of at most ``BLOCK`` rows.

    Raises ``KeyError`` where orders were not listed.
    """
    columns = {c: counts[f"orders/{c}"] for c in ("user", "day", "amount_minor", "paid_minor")}
    told = {"channel": CHANNELS, "persona": names_of("persona", scenario)}
    order = np.lexsort((columns["user"], columns["day"]))  # stable
    for first in range(0, max(len(order), 1), BLOCK):
        some = order[first : first + BLOCK]
        part = {c: values[some] for c, values in columns.items()}
        part |= {c: np.array(names)[counts[f"orders/{c}"][some]] for c, names in told.items()}
        yield pd.DataFrame({"scenario": name, "replication": replication, **part})


def assumptions(names: Sequence[str], sources: Mapping[str, Sequence[Mapping]]) -> pd.DataFrame:
    """Scenario × parameter in force: its value, source and grade, and whether it is an assumption."""
    lines = [{"scenario": name, **line} for name in names for line in sources[name]]
    return pd.DataFrame(lines, columns=["scenario", "parameter", "value", "source", "grade", "is_assumption"])
