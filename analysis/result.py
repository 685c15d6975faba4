"""What figures and report need to know of a result; whatever has these attributes can be drawn."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from analysis.language import say
from analysis.number import percent

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

    A study may have more (`part`): segments, flows, funnel, cashflow, uplift, shapley, experiments, policies.
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


def part(tables: Tables, name: str) -> DataFrame:
    """A table that not every study has, such as `uplift`, `shapley`, `experiments`; ValueError where it is not there, or empty."""
    if not has(tables, name):
        raise ValueError(f"the study has no {name}")
    return getattr(tables, name)


def has(tables: Tables, name: str) -> bool:
    """Whether a study has rows of a table that not every study has."""
    found = getattr(tables, name, None)
    return found is not None and not found.empty


CURRENCY_SIGNS = {"CNY": "¥", "RMB": "¥", "JPY": "¥", "USD": "$", "EUR": "€", "GBP": "£"}


def resolved(tables: Tables) -> dict[str, Mapping[str, Any]]:
    """Each scenario as it was run, as far as the manifest has it."""
    scenarios = tables.manifest.get("scenarios", {})
    entries = scenarios.items() if isinstance(scenarios, Mapping) else ()
    return {name: entry.get("resolved", {}) for name, entry in entries}


def currency(tables: Tables) -> str:
    """The sign or name of the money of this result, from `economics.currency`; empty where none is given."""
    for holder in (tables.manifest, *resolved(tables).values()):
        economics = holder.get("economics")
        if isinstance(economics, Mapping) and economics.get("currency"):
            name = str(economics["currency"])
            return CURRENCY_SIGNS.get(name.upper(), name)
    return ""


def platform_days(tables: Tables, name: str) -> str:
    """A stage rule such as `churned_after_days` in words: `90 days` where the manifest has the same for all, else its name."""
    found = {world.get("platform", {}).get(name) for world in resolved(tables).values()}
    if len(found) != 1 or None in found:
        return name
    days = found.pop()
    return say(f"{days} days", f"{days} 天")


def filled(text: str, tables: Tables) -> str:
    """A definition with the names of parameters replaced by what this study has for them."""
    for name in ("dormant_after_days", "churned_after_days"):
        text = text.replace(name, platform_days(tables, name))
    rates = {world.get("economics", {}).get("discount_rate_per_year") for world in resolved(tables).values()}
    if len(rates) == 1 and None not in rates:
        rate = percent(rates.pop(), 0)
        text = text.replace("discount_rate_per_year", say(f"{rate} a year", f"年利率 {rate} "))
    return text


def only_buyers(tables: Tables) -> bool:
    """Whether everybody enters with a first order (entry `cohort`): such data are orders, and say nothing of visits."""
    found = [world.get("population", {}).get("entry", {}) for world in resolved(tables).values()]
    return bool(found) and all("cohort" in entry for entry in found)


def left_out(result: Tables, drawn: Tables) -> dict[str, list[str]]:
    """The scenarios of a result that its figures leave out, each with what of its people is not the baseline's."""
    worlds = resolved(result)
    base = worlds.get(result.baseline, {})
    return {
        name: list(_differing(base, worlds.get(name, {}))) for name in result.scenarios if name not in drawn.scenarios
    }


def _differing(base: Mapping[str, Any], other: Mapping[str, Any]) -> Iterator[str]:
    """What differs between two worlds' people: `population.entry`, `run.days`."""
    for block, names in (("population", None), ("run", ("users", "days"))):
        first, second = base.get(block) or {}, other.get(block) or {}
        for name in names or dict.fromkeys([*first, *second]):
            if first.get(name) != second.get(name):
                yield f"{block}.{name}"
