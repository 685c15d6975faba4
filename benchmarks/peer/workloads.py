"""The workloads by name: the shipped scenario of each, and its numbers as the peers are told them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from peer.customers import workload as customers
from peer.incentives import workload as incentives
from sim import load_scenario
from sim.parameter import minor_units

SCENARIOS = Path(__file__).resolve().parent.parent.parent / "scenarios"


@dataclass(frozen=True)
class Workload:
    """One workload. ``name`` is also the folder of its peers."""

    name: str
    file: str
    told: Callable[[Any], customers.Shop]

    @property
    def scenario(self) -> str:
        """The scenario's file."""
        return str(SCENARIOS / self.file)

    @property
    def shop(self) -> customers.Shop:
        """The numbers of the scenario."""
        return self.told(load_scenario(self.scenario))


def without_incentives(plan: Any) -> customers.Shop:
    """The numbers of a scenario of this kind: cohort entry, BG/NBD, gamma-gamma, no levers."""
    people = plan.population
    return customers.Shop(
        r=people.order_rate.r, alpha_weeks=people.order_rate.alpha_weeks, conversion=people.visit_conversion,
        a=people.dropout.a, b=people.dropout.b, p=people.spend.p, q=people.spend.q, v=people.spend.v,
        dormant_after_days=plan.platform.dormant_after_days, churned_after_days=plan.platform.churned_after_days,
    )


COUPONS = (
    "expiry_days", "every_days", "sunset_days", "wallet", "exposure_lift", "exposure_days", "rest_days", "attention", "fade", "top_up",
)
TIERS = ("discounts", "window_days", "grace_days", "status_visit", "status_stay", "push", "push_zone", "loss_weight", "sting_days")


def with_incentives(plan: Any) -> incentives.Shop:
    """The same, with coupons of a fixed value for all customers, one an order, and tiers."""
    coupons, tiers, learnt = plan.levers["coupons"], plan.levers["tiers"], plan.behaviour
    return incentives.Shop(
        **asdict(without_incentives(plan)),
        deal_a=plan.population.deal_proneness.a, deal_b=plan.population.deal_proneness.b,
        own_orders_only=plan.population.dropout.own_orders_only,
        price_gain=learnt.price_gain, price_loss=learnt.price_loss, reference_keep=learnt.reference_keep,
        face_value=minor_units(coupons.face_value), min_spend=minor_units(coupons.min_spend),
        thresholds=tuple(minor_units(amount) for amount in tiers.thresholds),
        **{name: getattr(coupons, name) for name in COUPONS}, **{name: getattr(tiers, name) for name in TIERS},
    )


WORKLOADS = {
    work.name: work
    for work in (
        Workload("incentives", "benchmarks/incentives.yaml", with_incentives),
        Workload("customers", "oracles/bgnbd.yaml", without_incentives),
    )
}
