"""What figures and report need to know of a result; whatever has these attributes can be drawn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from pandas import DataFrame


class Tables(Protocol):
    """The frames of one result folder, columns as in the CSV files, money in minor units.

    `summary`      scenario, metric, unit, mean, ci_low, ci_high, delta, delta_ci_low, delta_ci_high
    `retention`    scenario, definition, event, start, age_days, mean, ci_low, ci_high, at_risk (fractions)
    `daily`        scenario, replication, day, a stock for each stage, registered_ever, …
    `cohorts`      scenario, cohort, size, age_weeks, active, ordered
    `ledger`       scenario, replication, account, amount_minor
    `accounts`     account, kind (basket, discount, revenue, goods, cost), meaning
    `assumptions`  scenario, parameter, source, grade, is_assumption
    """

    summary: DataFrame
    retention: DataFrame
    daily: DataFrame
    cohorts: DataFrame
    ledger: DataFrame
    accounts: DataFrame
    assumptions: DataFrame
    scenarios: Sequence[str]
    """Names in the order of the command line, the baseline first."""
    baseline: str
    manifest: Mapping[str, Any]
    """As in manifest.json: seed, users, days, replications, versions, resolved scenarios."""
    questions: Mapping[str, tuple[str, str, str]]
    """For each scenario its question, recorded finding and description, each possibly empty."""


CURRENCY_SIGNS = {"CNY": "¥", "RMB": "¥", "JPY": "¥", "USD": "$", "EUR": "€", "GBP": "£"}


def currency(tables: Tables) -> str:
    """The sign or name of the money of this result, from `economics.currency`; empty where none is given."""
    scenarios = tables.manifest.get("scenarios", {})
    resolved = list(scenarios.values() if isinstance(scenarios, Mapping) else scenarios)
    for place in [tables.manifest, *resolved]:
        for holder in (place, place.get("resolved", {}) if isinstance(place, Mapping) else {}):
            economics = holder.get("economics") if isinstance(holder, Mapping) else None
            if isinstance(economics, Mapping) and economics.get("currency"):
                name = str(economics["currency"])
                return CURRENCY_SIGNS.get(name.upper(), name)
    return ""


def platform_days(tables: Tables, name: str) -> str:
    """A stage rule such as `churned_after_days` in words: `90 days` where the manifest has the same for all, else its name."""
    scenarios = tables.manifest.get("scenarios", {})
    entries = list(scenarios.values()) if isinstance(scenarios, Mapping) else []
    found = {entry.get("resolved", {}).get("platform", {}).get(name) for entry in entries}
    return f"{found.pop()} days" if len(found) == 1 and None not in found else name


def only_buyers(tables: Tables) -> bool:
    """Whether everybody enters with a first order (entry `cohort`): such data are orders, and say nothing of visits."""
    scenarios = tables.manifest.get("scenarios", {})
    entries = list(scenarios.values()) if isinstance(scenarios, Mapping) else []
    found = [entry.get("resolved", {}).get("population", {}).get("entry", {}) for entry in entries]
    return bool(found) and all("cohort" in entry for entry in found)
