"""The counterfactual twin: for each lever of a scenario, everybody's life with and without it under the same luck.

Because chance is addressed, a user of the world without a lever is the same person with the same luck, so who bought *because* of it is
counted, not
estimated: by a user's orders with and without it,

    persuadable   more with it          sure thing   as many, at least one
    sleeping dog  fewer with it         lost cause   none in either world

Beside the truth stand the figures of a dashboard, which sees one world only: the orders on which the lever took something off (or, where
it takes
nothing off, what users with a mark of it bought more than the others), their margin, and what the lever cost.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sim import ledger, measure
from sim.chance import key_of
from sim.model import lever_instances
from sim.population import draw_population
from sim.scenario import Scenario
from sim.study.interval import interval
from sim.study.metrics import Counts
from sim.study.run import Progress, run_study

GROUPS = ("all", "persona", "order_rate", "deal_proneness")
"""Partitions of the users: everybody; persona; thirds by how often they order, and by how they respond to deals, when nothing pushes."""

THIRDS = ("low", "middle", "high")
KINDS = ("persuadable", "sure_thing", "lost_cause", "sleeping_dog")
COLUMNS = (
    "scenario", "lever", "group", "segment", "users", *KINDS,
    "touched_orders", "true_orders", "true_orders_ci_low", "true_orders_ci_high", "incremental_share",
    "naive_margin_minor", "true_margin_minor", "true_margin_ci_low", "true_margin_ci_high", "cost_minor", "true_cost_minor",
    "cannibalised_minor", "pulled_forward_share", "break_even_depth",
)
"""Columns of ``uplift.csv``; means over the replications, 95 % intervals, money in minor units.

``touched_orders``: what a dashboard credits to the lever. ``true_orders``, ``true_margin_minor``: world with minus world without it; the
margin is the
whole contribution, all costs and discounts taken off. ``naive_margin_minor``: margin of the touched orders less what the lever gave and
cost.
``cost_minor``: the lever's own discounts and costs; ``true_cost_minor``: by how much all levers' discounts and costs rise with it.
``cannibalised_minor``: of
its discounts, what went to orders that would have come anyway. ``pulled_forward_share``: of the most extra orders on any day so far, the
share that is gone
at the end. ``break_even_depth``: margin × incremental share, the discount at which a touched order earns nothing (evidence: break-even
depth).

By segment, margins are what was paid less the cost of goods; costs that are not on orders belong to no segment. What a dashboard credits
to a lever that takes something off orders is divided among the segments as what was taken off the orders of users with a mark of it; what
was pulled forward is counted in days with an order.
"""


MOST_REMEMBERED = 20_000_000
"""Users of all replications whose segments are remembered from one lever to the next, three bytes each."""

Codes = Mapping[str, np.ndarray]

Pair = tuple[str, Scenario, str, int, int]
"""The scenario's name, the scenario, a lever, and which of the worlds are the scenario with it and without it."""


def paired_worlds(names: Sequence[str], scenarios: Sequence[Scenario]) -> tuple[list[Scenario], list[Pair]]:
    """The worlds that twins need: each scenario that has levers, and the same without each of them."""
    worlds: list[Scenario] = []
    pairs: list[Pair] = []
    for name, scenario in zip(names, scenarios, strict=True):
        if scenario.levers:
            worlds.append(scenario)
            own = len(worlds) - 1
            for lever in scenario.levers:
                worlds.append(scenario.without(lever))
                pairs.append((name, scenario, lever, own, len(worlds) - 1))
    return worlds, pairs


def uplift(
    names: Sequence[str],
    scenarios: Sequence[Scenario],
    replications: int,
    *,
    threads: int | None = None,
    folder: Path | None = None,
    list_orders: bool = False,
    list_users: bool = False,
    progress: Progress | None = None,
    owner: Any = None,
) -> pd.DataFrame:
    """Scenario × lever × group × segment: ``COLUMNS``. Runs that are kept in the ``folder`` are found again, the others lived."""
    worlds, pairs = paired_worlds(names, scenarios)
    if not pairs:
        return pd.DataFrame(columns=list(COLUMNS))
    runs = run_study(
        worlds, replications, threads=threads, folder=folder, list_orders=list_orders, list_users=list_users, people=True, truth=False,
        progress=progress, owner=owner,
    )
    known: dict[tuple[str, int], Codes] = {}
    lines = [line for name, scenario, lever, own, other in pairs for line in _lines(name, scenario, lever, runs[own], runs[other], known)]
    return pd.DataFrame(lines, columns=list(COLUMNS))


def _lines(
    name: str, scenario: Scenario, lever: str, with_it: Sequence[Counts], without_it: Sequence[Counts], known: dict[tuple[str, int], Codes]
) -> Iterator[dict[str, Any]]:
    measured: dict[tuple[str, str], list[dict[str, float]]] = {}
    whose = people(scenario)
    for replication in range(len(with_it)):
        own, other = with_it[replication], without_it[replication]
        if (codes := known.get((whose, replication))) is None:
            codes = divided(scenario, replication)
            if len(known) < MOST_REMEMBERED // scenario.run.users:
                known[whose, replication] = codes
        for (group, segment), place, who in segments(scenario, codes):
            if group == "all":
                pair = whole = _whole(scenario, lever, own, other)
            else:
                orders = [w[f"people/daily/{group}"][:, place] for w in (own, other)]
                pair = {**_part(scenario, lever, own, other, who, whole), "pulled_forward_share": pulled_forward(orders[0] - orders[1])}
            measured.setdefault((group, segment), []).append({**kinds(own, other, who), **pair})
    for (group, segment), rows in measured.items():
        line: dict[str, Any] = {"scenario": name, "lever": lever, "group": group, "segment": segment}
        table = {column: np.array([row[column] for row in rows]) for column in rows[0]}
        line |= {column: float(values.mean()) for column, values in table.items()}
        for column in ("true_orders", "true_margin_minor"):
            _, low, high = interval(table[column])
            short = column.removesuffix("_minor")
            line |= {f"{short}_ci_low": float(low), f"{short}_ci_high": float(high)}
        share = line["true_orders"] / line["touched_orders"] if line["touched_orders"] else float("nan")
        line["incremental_share"] = share
        line["break_even_depth"] = scenario.economics.margin * min(max(share, 0.0), 1.0) if share == share else share
        discount = line.pop("discount_minor")
        line["cannibalised_minor"] = discount * (1.0 - min(max(share, 0.0), 1.0)) if share == share else 0.0
        yield line


def kinds(own: Counts, other: Counts, who: Any) -> dict[str, float]:
    """How many of some users are of each kind, by their orders with (``own``) and without the lever (``other``)."""
    a, b = own["people/orders"][who], other["people/orders"][who]
    counted = ((a > b).sum(), ((a == b) & (a > 0)).sum(), ((a == 0) & (b == 0)).sum(), (a < b).sum())
    return {"users": float(len(a)), **{kind: float(n) for kind, n in zip(KINDS, counted, strict=True)}}


def contribution(counts: Counts, scenario: Scenario) -> int:
    """A run's contribution in minor units (``sim.ledger``)."""
    return balance(counts, scenario)["contribution"]


def balance(counts: Counts, scenario: Scenario) -> dict[str, int]:
    """The sums of a run's ledger."""
    accounts = ledger.accounts(lever_instances(scenario.kinds))
    return ledger.balance({a: int(counts.get(f"account/{a}", 0)) for a in accounts}, accounts)


def _whole(scenario: Scenario, lever: str, own: Counts, other: Counts) -> dict[str, float]:
    """Truth and dashboard for everybody."""
    books, books_without = balance(own, scenario), balance(other, scenario)
    accounts = lever_instances({lever: scenario.kinds[lever]})[lever].accounts
    spent = {kind: sum(int(own[f"account/{lever}.{a}"]) for a, v in accounts.items() if v.kind == kind) for kind in ("discount", "cost")}
    gained = sum(int(own[f"account/{lever}.{a}"]) for a, v in accounts.items() if v.kind in ("fee", "income"))
    orders = own["daily/orders"].astype(np.int64) - other["daily/orders"]
    touched, worth = _touched(scenario, lever, own)
    return {
        "touched_orders": touched,
        "true_orders": float(orders.sum()),
        "naive_margin_minor": worth * scenario.economics.margin - spent["discount"] - spent["cost"] + gained,
        "true_margin_minor": float(books["contribution"] - books_without["contribution"]),
        "cost_minor": float(spent["discount"] + spent["cost"]),
        "true_cost_minor": float(sum(books[k] - books_without[k] for k in ("discounts", "costs"))),
        "discount_minor": float(spent["discount"]),
        "pulled_forward_share": pulled_forward(orders),
    }


def pulled_forward(extra: np.ndarray) -> float:
    """Of the most extra orders on any day so far, the share that is gone at the end; ``extra``: orders with less without, by day."""
    so_far = np.maximum(extra.cumsum(), 0)
    most = int(so_far.max())
    return 1.0 - so_far[-1] / most if most else 0.0


def _part(scenario: Scenario, lever: str, own: Counts, other: Counts, who: np.ndarray, whole: dict[str, float]) -> dict[str, float]:
    """Truth and dashboard for a segment, of which ``whole`` says what is true of everybody."""
    margin = scenario.economics.margin
    marked = _marked(own, lever)
    if f"daily/{lever}_orders_touched" in own:
        share = _share(np.maximum(own["people/worth"] - own["people/paid"], 0), marked, who)
        touched, discount = whole["touched_orders"] * share, whole["discount_minor"] * share
        worth = float(own[f"daily/{lever}_basket_touched"].sum()) * share
    else:
        (touched, worth), discount = _more_than_others(own, marked, who), 0.0
    earned = [(w["people/paid"][who] - w["people/goods"][who]).sum() for w in (own, other)]
    return {
        "touched_orders": touched,
        "true_orders": float(own["people/orders"][who].sum() - other["people/orders"][who].sum()),
        "naive_margin_minor": worth * margin - discount,
        "true_margin_minor": float(earned[0] - earned[1]),
        "discount_minor": discount,
        **dict.fromkeys(("cost_minor", "true_cost_minor"), float("nan")),
    }


def _share(values: np.ndarray, marked: np.ndarray, who: np.ndarray) -> float:
    """The part of what marked users have that those of a segment have; 0 where nobody has any."""
    total = float(values[marked].sum())
    return float(values[marked & who].sum()) / total if total else 0.0


def _marked(own: Counts, lever: str) -> np.ndarray:
    """Who has a mark of a lever; shape (users,), booleans."""
    return np.unpackbits(own[f"people/marked/{lever}"], bitorder="little")[: len(own["people/orders"])].astype(bool)


def _touched(scenario: Scenario, lever: str, own: Counts) -> tuple[float, float]:
    """The orders that a dashboard credits to the lever, and their worth."""
    if f"daily/{lever}_orders_touched" in own:
        return float(own[f"daily/{lever}_orders_touched"].sum()), float(own[f"daily/{lever}_basket_touched"].sum())
    marked = _marked(own, lever)
    return _more_than_others(own, marked, np.ones(len(marked), bool))


def _more_than_others(own: Counts, marked: np.ndarray, who: np.ndarray) -> tuple[float, float]:
    """What marked users bought more than they would have at the rate of the others: orders and worth; all of it where there are no
    others."""
    out = []
    for what in ("people/orders", "people/worth"):
        values = own[what]
        theirs, others = values[who & marked], values[who & ~marked]
        rate = float(others.mean()) if len(others) else 0.0
        out.append(float(theirs.sum()) - len(theirs) * rate)
    return out[0], out[1]


def people(scenario: Scenario) -> str:
    """What decides who the people of a scenario are: scenarios that say the same have the same people."""
    says = scenario.resolved()
    return json.dumps([says["population"], says.get("personas"), scenario.run.users, scenario.run.seed], sort_keys=True)


def divided(scenario: Scenario, replication: int) -> Codes:
    """Of every user the segment in each partition (``sim.measure.divided``); shape (users,) each."""
    return measure.divided(draw_population(scenario, {}, key_of(scenario.run.seed, replication), scenario.run.users))


def segments(scenario: Scenario, codes: Codes) -> Iterable[tuple[tuple[str, str], int, np.ndarray]]:
    """((group, segment), its place in the group, who) of the partitions ``GROUPS``; who of shape (users,), booleans."""
    yield ("all", "all"), 0, np.ones(len(codes["persona"]), bool)
    for group, names in (("persona", list(scenario.personas)), ("order_rate", THIRDS), ("deal_proneness", THIRDS)):
        for k, segment in enumerate(names):
            yield (group, segment), k, codes[group] == k


def shares(line: Mapping[str, Any]) -> dict[str, float]:
    """The four kinds as shares of the users of a line."""
    return {kind: line[kind] / line["users"] if line["users"] else 0.0 for kind in KINDS}
