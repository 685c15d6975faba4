"""The workload in this project: a shipped scenario without levers. Also any other scenario, for the other scripts."""

from __future__ import annotations

from typing import Any

from peer.workload import BOOK, Shop
from sim import LifecycleModel, load_scenario

PACKAGES = ("mesa", "numpy", "numba")


class World:
    """A LifecycleModel; ``values`` are set on the scenario by dotted path."""

    def __init__(
        self, shop: Shop | None, users: int, days: int, seed: int,
        *, scenario: str, values: dict[str, Any] | None = None, threads: int = 1, driver: str = "compiled",
    ) -> None:
        plan = load_scenario(scenario)
        if values:
            plan = plan.with_values(values)
        self.model = LifecycleModel(plan, users=users, days=days, rng=seed, threads=threads, driver=driver)

    def run(self) -> None:
        self.model.run()

    def book(self) -> dict[str, list[int]]:
        daily = self.model.daily()
        return {name: daily[name].tolist() for name in BOOK}


def shop_of(scenario: str) -> Shop:
    """The numbers of a scenario of this kind: cohort entry, BG/NBD, gamma-gamma, no levers."""
    plan = load_scenario(scenario)
    people = plan.population
    return Shop(
        r=people.order_rate.r, alpha_weeks=people.order_rate.alpha_weeks, conversion=people.visit_conversion,
        a=people.dropout.a, b=people.dropout.b, p=people.spend.p, q=people.spend.q, v=people.spend.v,
        dormant_after_days=plan.platform.dormant_after_days, churned_after_days=plan.platform.churned_after_days,
    )
