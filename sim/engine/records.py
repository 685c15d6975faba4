"""The numbers the compiled day reads and counts: policy (parameters), counters, and the order list."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from sim import decay, quantile
from sim.counters import CORE_COUNTERS
from sim.lever import Lever
from sim.parameter import minor_units
from sim.population import basket_table

ORDER_LOG = np.dtype([("user", "i8"), ("day", "i8"), ("amount_minor", "i8"), ("paid_minor", "i8")])

CORE_POLICY = np.dtype(
    [
        ("market", "i8"), ("order_on_entry", "i8"), ("conversion", "f8"), ("newcomer_lift", "f8"),
        ("dropout", "i8"), ("period_days", "i8"), ("first_order_leaves", "i8"), ("own_orders_only", "f8"),
        ("habit_lift", "f8"), ("habit_step", "f8"), ("failure_rate", "f8"), ("satisfaction_step", "f8"), ("loss_weight", "f8"),
        ("satisfaction_order", "f8"), ("satisfaction_stay", "f8"), ("fatigue_visit", "f8"), ("fatigue_stay", "f8"),
        ("reference_keep", "f8"), ("price_gain", "f8"), ("price_loss", "f8"), ("borrowed_share", "f8"),
        ("pantry_days", "f8"), ("return_per_day", "f8"),
        ("dormant_after_days", "i8"), ("churned_after_days", "i8"), ("margin", "f8"),
        ("segmented", "i8"), ("new_days", "i8"), ("at_risk_days", "i8"),
        ("high_value_orders", "i8"), ("high_value_spend", "i8"), ("high_value_days", "i8"),
        *((f"{what}_powers", "f8", (decay.SIZE,)) for what in ("habit", "fatigue", "interest", "pantry")),
        ("basket", "f8", (quantile.SIZE,)),
    ]
)
"""The lifecycle's parameters; the meaning of each stands in ``sim.scenario.schema``."""


def core_policy(scenario: Any) -> np.ndarray:
    """The lifecycle's parameters of a scenario; shape (1,), ``CORE_POLICY``."""
    population, dropout = scenario.population, scenario.population.dropout
    out = np.zeros(1, CORE_POLICY)
    values = {
        "market": int(population.entry.market is not None),
        "order_on_entry": int(population.entry.cohort is not None),
        "conversion": population.visit_conversion,
        "newcomer_lift": population.newcomer.visit_lift,
        "dropout": ("per_order", "per_time", "per_renewal", "none").index(dropout.mode),
        "period_days": dropout.period_days,
        "first_order_leaves": int(dropout.first_order),
        "own_orders_only": dropout.own_orders_only,
        "habit_powers": decay.powers(1.0 - 1.0 / scenario.behaviour.habit_days),
        "fatigue_powers": decay.powers(scenario.behaviour.fatigue_keep),
        "interest_powers": decay.half_life(population.newcomer.fade_days),
        "pantry_powers": decay.powers(1.0 - 1.0 / scenario.behaviour.pantry_days),
        "segmented": int(any(aim.names_segments for aim in scenario.aims.values())),
        "high_value_spend": minor_units(scenario.segments.high_value_spend),
        "habit_step": 1.0 / scenario.behaviour.habit_days,
        "margin": scenario.economics.margin,
        "basket": basket_table(population.spend),
    }
    for block in (scenario.behaviour, scenario.platform, scenario.segments):
        values |= {k: getattr(block, k) for k in type(block).model_fields if k in CORE_POLICY.names and k not in values}
    for name, value in values.items():
        out[name] = value
    return out


def policy(scenario: Any, levers: Mapping[str, Lever]) -> np.ndarray:
    """All parameters of a scenario: ``core`` and a block for each lever of the study, on or off; shape (1,)."""
    blocks = {"core": core_policy(scenario)}
    blocks |= {name: lever.policy(scenario.levers.get(name), scenario.closed_bits(name)) for name, lever in levers.items()}
    out = np.zeros(1, np.dtype([(name, block.dtype) for name, block in blocks.items()]))
    for name, block in blocks.items():
        out[name] = block
    return out


def counter_dtype(levers: Mapping[str, Lever]) -> np.dtype:
    """A chunk's counters: ``core`` and a block for each lever."""
    core = np.dtype([(name, "i8") for name in CORE_COUNTERS])
    return np.dtype([("core", core), *((name, lever.counter_dtype()) for name, lever in levers.items())])
