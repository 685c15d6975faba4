"""The workloads in this project: shipped scenarios. Also any other scenario, for the other scripts."""

from __future__ import annotations

from typing import Any

import numpy as np

from peer.customers.workload import Shop
from sim import LifecycleModel, load_scenario

PACKAGES = ("mesa", "numpy", "numba")


class World:
    """A LifecycleModel; ``values`` are set on the scenario by dotted path."""

    def __init__(
        self, shop: Shop | None, users: int, days: int, seed: int,
        *, scenario: str, values: dict[str, Any] | None = None, threads: int = 1, driver: str = "compiled",
    ) -> None:
        self.shop, plan = shop, load_scenario(scenario)
        if values:
            plan = plan.with_values(values)
        self.model = LifecycleModel(plan, users=users, days=days, rng=seed, threads=threads, driver=driver)

    def run(self) -> None:
        self.model.run()

    def book(self) -> dict[str, list[int]]:
        daily = self.model.daily()
        out = {name: daily[name].tolist() for name in self.shop.COLUMNS}
        if "tiers" in self.model.levers:
            out["levels"] = np.bincount(self.model.rows["tiers"]["level"], minlength=1 + len(self.shop.thresholds)).tolist()
        return out
