"""Small worlds whose parameters change while they run, and how to read a parameter day by day."""

from __future__ import annotations

from typing import Any

from anything import EVERY_LEVER, HABITS, LIVELY

from sim.model import LifecycleModel
from sim.scenario import Scenario

START = "2025-03-01"


def steered(levers: dict | None = None, users: int = 300, days: int = 40, **sections: Any) -> Scenario:
    """A lively world from 1 March 2025 with these levers, and a schedule, policies, experiments or other blocks."""
    mapping = {"population": LIVELY, "behaviour": HABITS, "calendar": {"start": START}, **sections}
    return Scenario.from_mapping(
        {"name": "Steered", "run": {"users": users, "days": days, "seed": 11}, "levers": levers or {}, **mapping}
    )


def model(world: Scenario, **options: Any) -> LifecycleModel:
    """The world on day 0, with every lever compiled in."""
    return LifecycleModel(world, kinds=EVERY_LEVER, **options)


def values(world: Scenario, lever: str, name: str, **options: Any) -> list[float]:
    """What the rules read of one parameter of a lever on each day, day 0 first; money in minor units."""
    running = model(world, **options)
    out = [running.policy[lever][name].item()]
    while running.day < running.days:
        running.step()
        out.append(running.policy[lever][name].item())
    return out
