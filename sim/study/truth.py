"""The worlds behind an experiment: one in which everybody is treated, and one in which nobody is.

Everything else is as in the experiment's own world, luck and other experiments included, so what differs between the two is the truth that
the experiment is after.
"""

from __future__ import annotations

from sim.scenario import Scenario

ALL, NOBODY = 1.0, 0.0


def worlds(scenario: Scenario) -> dict[str, tuple[Scenario, Scenario]]:
    """For each experiment of a scenario, in the order of their names, the world with all treated and the one with nobody."""
    return {
        name: tuple(scenario.with_values({f"experiments.{name}.share": share}) for share in (ALL, NOBODY))
        for name in scenario.experiments
    }
