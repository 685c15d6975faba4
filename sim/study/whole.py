"""One progress over all runs of a study: those of the scenarios, of their twins, of the coalitions and of the parameter sets."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sim.scenario import Scenario
from sim.study.run import Progress
from sim.study.shapley import coalitions


def sizes(plans: Sequence[Scenario], twin: bool, shapley: bool, uncertainty: int) -> list[int]:
    """How many runs each part of a study asks for, in the order in which they are lived; runs that two parts share count in both."""
    own = sum(1 + 2 * len(plan.experiments) for plan in plans)
    pulled = [plan for plan in plans if plan.levers]
    parts = [own]
    parts += [sum(1 + len(plan.levers) for plan in pulled)] if twin else []
    parts += [len(coalitions(list(plan.levers), plan.run.seed)) for plan in pulled] if shapley else []
    parts += [uncertainty * len(plans)] if uncertainty else []
    return [part * plans[0].run.replications for part in parts]


def parts_of(tell: Progress | None, runs: Sequence[int]) -> Iterator[Progress | None]:
    """For each part its own progress, which tells of the whole."""
    for place, size in enumerate(runs):
        yield None if tell is None else _part(tell, sum(runs[:place]), size, sum(runs))


def _part(tell: Progress, before: int, size: int, whole: int) -> Progress:
    def told(done: float, total: int, doing: str) -> None:
        tell(before + done * size / max(total, 1), whole, doing)

    return told
