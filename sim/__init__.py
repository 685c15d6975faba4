"""The lifecycle of a platform's users, simulated person by person.

    from sim import LifecycleModel, load_scenario, simulate, compare

Names are loaded when they are asked for, so that reading a scenario does not wait for the compiler.
"""

from __future__ import annotations

import importlib
from typing import Any

__all__ = ["LifecycleModel", "Scenario", "ScenarioError", "User", "compare", "load_scenario", "simulate"]

_HOMES = {
    "LifecycleModel": "sim.model",
    "Scenario": "sim.scenario",
    "ScenarioError": "sim.scenario",
    "User": "sim.user",
    "compare": "sim.study.api",
    "load_scenario": "sim.scenario",
    "simulate": "sim.study.api",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
