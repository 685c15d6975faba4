"""Small scenarios for these tests, made from the blocks themselves. At the top of a module, so that processes can share them."""

from __future__ import annotations

from types import SimpleNamespace

from sim.lever import levers
from sim.scenario.schema import Behaviour, Calendar, Economics, Market, Platform, Population, Run


def scenario(*names: str, days: int = 30, users: int = 300, seed: int = 5, population: dict | None = None, behaviour: dict | None = None):
    """A scenario with these levers on, each with its defaults."""
    return SimpleNamespace(
        run=Run(users=users, days=days, seed=seed),
        population=Population.model_validate(population or {}),
        market=Market(),
        behaviour=Behaviour.model_validate(behaviour or {}),
        platform=Platform(),
        economics=Economics(),
        calendar=Calendar(),
        levers={name: levers()[name].Parameters() for name in names},
        kinds={name: name for name in names},
    )
