"""Makes the figures of the lessons, and prints the numbers that they tell: ``python docs/lessons/make.py [LESSON …]``."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes

from analysis import style
from analysis.plots.picture import Picture, Sheet, write_whole
from sim import ledger
from sim.model import LifecycleModel
from sim.scenario import Scenario, load_scenario

HERE = Path(__file__).parent
SCENARIOS = HERE.parents[1] / "scenarios"
Lines = Mapping[str, tuple[np.ndarray, np.ndarray]]
"""By name: x and y."""


@dataclass(frozen=True)
class Lesson:
    """The figure of one lesson: ``lines`` gives what is drawn, as lines or, with ``bars``, side by side."""

    name: str
    finding: str
    x: str
    y: str
    lines: Callable[[], Lines]
    level: float | None = None
    bars: bool = False


def plan(name: str, users: int | None = None, replications: int | None = None) -> Scenario:
    """A scenario, smaller where asked."""
    changes = {"run.users": users, "run.replications": replications}
    return load_scenario(SCENARIOS / f"{name}.yaml").with_values({path: value for path, value in changes.items() if value is not None})


def without(scenario: Scenario) -> Scenario:
    """The same world with every lever off."""
    return scenario.with_values({f"levers.{name}.active": False for name in scenario.levers})


def lived(scenario: Scenario) -> list[LifecycleModel]:
    """Every replication at its end."""
    return [LifecycleModel(scenario, replication=r).run() for r in range(scenario.run.replications)]


def daily(models: list[LifecycleModel], column: str) -> np.ndarray:
    """A column of ``daily.csv``, averaged over replications; shape (days + 1,)."""
    return np.mean([model.daily()[column] for model in models], axis=0)


def leaking() -> Lines:
    """Sign-ups so far, active and churned users."""
    models = lived(plan("stories/leaking_funnel"))
    days = np.arange(366.0)
    told = {"signed up": daily(models, "new_users").cumsum(), "active": daily(models, "customer"), "churned": daily(models, "churned")}
    return {name: (days, values) for name, values in told.items()}


def ratio(name: str, step: int) -> Lines:
    """Orders against the same world without the levers, in stretches of so many days."""
    own, beside = (daily(lived(world), "orders")[1:] for world in (plan(name), without(plan(name))))
    stretches = len(own) // step
    a, b = (orders[: stretches * step].reshape(stretches, step).sum(axis=1) for orders in (own, beside))
    return {"orders": (step * (np.arange(stretches) + 0.5), a / b)}


def rising() -> Lines:
    """The share left by year, and what the first year's rate carried forward would leave."""
    models = lived(plan("pitfalls/rising_retention"))
    left = 1.0 - np.concatenate([[0.0], daily(models, "departed")[30::30]])[:13] / len(models[0].rows)
    years = np.arange(13.0)
    return {
        "still there": (years, left),
        "renew in that year": (years[1:], left[1:] / left[:-1]),
        "still there, by the first year's rate": (years, left[1] ** years),
    }


def anyway() -> Lines:
    """Profit per 1,000 users by depth: what a dashboard shows, and the truth."""
    own = plan("pitfalls/cannibalisation")
    buyers = [1000.0 * np.mean([(model.rows["orders"] > 0).mean() for model in lived(world)]) for world in (own, own.without("coupons"))]
    depth, margin = np.linspace(0.0, 0.25, 26), own.economics.margin
    shown = buyers[0] * 40.0 * (margin - depth)
    return {"dashboard": (100 * depth, shown), "truth": (100 * depth, shown - buyers[1] * 40.0 * margin)}


def experiment() -> Lines:
    """Share who order again: what the test reads by arm, and the two worlds, in percent."""
    own = plan("pitfalls/interference")
    test = lived(own)
    arms = 100.0 * np.mean([model.steering.trials[0].read(model)["arms"][:, 0, 1] for model in test], axis=0)
    worlds = [_buyers(own.with_values({"experiments.served_first.share": share})) for share in (1.0, 0.0)]
    place = np.array([0.0, 1.0])
    return {"served first": (place, np.array([arms[0], worlds[0]])), "not": (place, np.array([arms[1], worlds[1]]))}


def _buyers(scenario: Scenario) -> float:
    """Of all users, percent who order."""
    return float(np.mean([100.0 * (model.rows["orders"] > 0).mean() for model in lived(scenario)]))


def budget() -> Lines:
    """Contribution so far of the two ways to spend it."""
    out = {}
    for name, file in (("growth", "budget_for_growth"), ("retention", "budget_for_retention")):
        models = lived(plan(f"stories/{file}"))
        kinds = ledger.accounts(models[0].levers)
        costs = [key for key, (kind, _) in kinds.items() if kind == "cost"]
        flow = daily(models, "revenue") - daily(models, "cost_of_goods") - sum(daily(models, key.replace(".", "_")) for key in costs)
        out[name] = (np.arange(len(flow), dtype=float), flow.cumsum() / 100)
    return out


TIMES = "orders, times those without"
LESSONS = (
    Lesson("leaking_bucket", "Everybody signs up, few stay", "days", "users", leaking),
    Lesson("rising_retention", "More renew every year, and nobody has grown loyal", "year", "share", rising),
    Lesson("coupon_addiction", "Half a year of discounts, then none", "days", TIMES, lambda: ratio("stories/discount_addiction", 15), 1.0),
    Lesson("tier_push", "The push comes before the review", "days since joining", TIMES, lambda: ratio("stories/tier_push", 15), 1.0),
    Lesson("bought_anyway", "Most redemptions would have been orders anyway", "% off", "profit per 1,000 users", anyway, 0.0),
    Lesson("festival_hangover", "The festival, and what follows", "days", TIMES, lambda: ratio("stories/festival_pull_forward", 7), 1.0),
    Lesson("lying_test", "The test sees a gain, and there is none", "", "% who order", experiment, bars=True),
    Lesson("growth_or_retention", "One budget, spent in two ways", "days", "contribution so far", budget, 0.0),
)


def picture(lesson: Lesson, lines: Lines) -> Picture:
    """A lesson's figure in the style of the reports."""
    return Picture(
        name=lesson.name,
        finding=lesson.finding,
        how="",
        source="",
        note="Mean over the replications of the scenario; made by docs/lessons/make.py.",
        height=3.0,
        labels=list(lines),
        paint=lambda sheet: _paint(sheet, lesson, lines),
    )


def _paint(sheet: Sheet, lesson: Lesson, lines: Lines) -> None:
    axes: Axes = sheet.axes(0.85, 0.5, 0.2, 0.15)
    for k, (name, (x, y)) in enumerate(lines.items()):
        if lesson.bars:
            bars = axes.bar(x + 0.3 * (k - 0.5), y, 0.27, color=style.PALETTE[k], label=name)
            axes.bar_label(bars, fmt="%.2f", size=9)
        else:
            axes.plot(x, y, color=style.PALETTE[k], lw=1.8, label=name)
    if lesson.bars:
        axes.set_xticks([0, 1], ["one world, two arms (the test)", "two worlds (the truth)"])
        axes.margins(y=0.2)
    if lesson.level is not None:
        axes.axhline(lesson.level, color=style.QUIET, lw=0.8)
    axes.set(xlabel=lesson.x, ylabel=lesson.y)
    if len(lines) > 1:
        axes.legend(frameon=False, fontsize=9)


def main(names: list[str]) -> None:
    """Draw the lessons named, or all."""
    for lesson in LESSONS:
        if not names or lesson.name in names:
            lines = lesson.lines()
            write_whole(HERE / f"{lesson.name}.png", picture(lesson, lines).files.png)
            for name, (_, y) in lines.items():
                print(f"{lesson.name}: {name}: {np.array2string(y, precision=4, max_line_width=110, threshold=60)}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
