"""Makes the figures of the lessons in English and, in ``zh``, in Chinese, and prints the numbers that they tell.

    python docs/lessons/make.py [LESSON …]

Both figures of a lesson are drawn from the same worlds.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes

from analysis import style
from analysis.language import LANGUAGES, Both, speaking
from analysis.plots.picture import Picture, Sheet, write_whole
from sim import ledger
from sim.model import LifecycleModel
from sim.scenario import Scenario, load_scenario

HERE = Path(__file__).parent
SCENARIOS = HERE.parents[1] / "scenarios"
Lines = Mapping[Both, tuple[np.ndarray, np.ndarray]]
"""By name: x and y."""
PLACES = {"en": HERE, "zh": HERE / "zh"}
"""Where the figures of a language lie."""


@dataclass(frozen=True)
class Lesson:
    """The figure of one lesson: ``lines`` gives what is drawn, as lines or, with ``bars``, side by side."""

    name: str
    finding: Both
    x: Both
    y: Both
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
    told = {
        Both("signed up", "已注册"): daily(models, "new_users").cumsum(),
        Both("active", "活跃"): daily(models, "customer"),
        Both("churned", "流失"): daily(models, "churned"),
    }
    return {name: (days, values) for name, values in told.items()}


def ratio(name: str, step: int) -> Lines:
    """Orders against the same world without the levers, in stretches of so many days."""
    own, beside = (daily(lived(world), "orders")[1:] for world in (plan(name), without(plan(name))))
    stretches = len(own) // step
    a, b = (orders[: stretches * step].reshape(stretches, step).sum(axis=1) for orders in (own, beside))
    return {Both("orders", "订单"): (step * (np.arange(stretches) + 0.5), a / b)}


def rising() -> Lines:
    """The share left by year, and what the first year's rate carried forward would leave."""
    models = lived(plan("pitfalls/rising_retention"))
    left = 1.0 - np.concatenate([[0.0], daily(models, "departed")[30::30]])[:13] / len(models[0].rows)
    years = np.arange(13.0)
    return {
        Both("still there", "仍在的"): (years, left),
        Both("renew in that year", "当年续订的"): (years[1:], left[1:] / left[:-1]),
        Both("still there, by the first year's rate", "按第一年的比率外推，仍在的"): (years, left[1] ** years),
    }


def anyway() -> Lines:
    """Profit per 1,000 users by depth: what a dashboard shows, and the truth."""
    own = plan("pitfalls/cannibalisation")
    buyers = [1000.0 * np.mean([(model.rows["orders"] > 0).mean() for model in lived(world)]) for world in (own, own.without("coupons"))]
    depth, margin = np.linspace(0.0, 0.25, 26), own.economics.margin
    shown = buyers[0] * 40.0 * (margin - depth)
    return {Both("dashboard", "看板"): (100 * depth, shown), Both("truth", "真相"): (100 * depth, shown - buyers[1] * 40.0 * margin)}


def experiment() -> Lines:
    """Share who order again: what the test reads by arm, and the two worlds, in percent."""
    own = plan("pitfalls/interference")
    test = lived(own)
    arms = 100.0 * np.mean([model.steering.trials[0].read(model)["arms"][:, 0, 1] for model in test], axis=0)
    worlds = [_buyers(own.with_values({"experiments.served_first.share": share})) for share in (1.0, 0.0)]
    place = np.array([0.0, 1.0])
    return {
        Both("served first", "优先领取"): (place, np.array([arms[0], worlds[0]])),
        Both("not", "不优先"): (place, np.array([arms[1], worlds[1]])),
    }


def _buyers(scenario: Scenario) -> float:
    """Of all users, percent who order."""
    return float(np.mean([100.0 * (model.rows["orders"] > 0).mean() for model in lived(scenario)]))


def budget() -> Lines:
    """Contribution so far of the two ways to spend it."""
    out = {}
    for name, file in ((Both("growth", "拉新"), "budget_for_growth"), (Both("retention", "留存"), "budget_for_retention")):
        models = lived(plan(f"stories/{file}"))
        kinds = ledger.accounts(models[0].levers)
        costs = [key for key, (kind, _) in kinds.items() if kind == "cost"]
        flow = daily(models, "revenue") - daily(models, "cost_of_goods") - sum(daily(models, key.replace(".", "_")) for key in costs)
        out[name] = (np.arange(len(flow), dtype=float), flow.cumsum() / 100)
    return out


DAYS = Both("days", "天")
TIMES = Both("orders, times those without", "订单，相对没有时的倍数")
LESSONS = (
    Lesson("leaking_bucket", Both("Everybody signs up, few stay", "人人都注册，少有人留下"), DAYS, Both("users", "用户数"), leaking),
    Lesson(
        "rising_retention",
        Both("More renew every year, and nobody has grown loyal", "续订率逐年上升，没有人变得更忠诚"),
        Both("year", "年"),
        Both("share", "比例"),
        rising,
    ),
    Lesson(
        "coupon_addiction",
        Both("Half a year of discounts, then none", "半年的折扣，然后没有了"),
        DAYS,
        TIMES,
        lambda: ratio("stories/discount_addiction", 15),
        1.0,
    ),
    Lesson(
        "tier_push",
        Both("The push comes before the review", "冲级发生在复核之前"),
        Both("days since joining", "加入后的天数"),
        TIMES,
        lambda: ratio("stories/tier_push", 15),
        1.0,
    ),
    Lesson(
        "bought_anyway",
        Both("Most redemptions would have been orders anyway", "核销的券大多本来也会成单"),
        Both("% off", "优惠（%）"),
        Both("profit per 1,000 users", "每 1,000 名用户的利润"),
        anyway,
        0.0,
    ),
    Lesson(
        "festival_hangover",
        Both("The festival, and what follows", "大促，以及大促之后"),
        DAYS,
        TIMES,
        lambda: ratio("stories/festival_pull_forward", 7),
        1.0,
    ),
    Lesson(
        "lying_test",
        Both("The test sees a gain, and there is none", "测试看到了增益，其实没有"),
        Both("", ""),
        Both("% who order", "下单的人（%）"),
        experiment,
        bars=True,
    ),
    Lesson(
        "growth_or_retention",
        Both("One budget, spent in two ways", "同一笔预算，两种花法"),
        DAYS,
        Both("contribution so far", "累计贡献毛利"),
        budget,
        0.0,
    ),
)


def picture(lesson: Lesson, lines: Lines) -> Picture:
    """A lesson's figure in the style of the reports, in the language spoken."""
    made = Both(
        "Mean over the replications of the scenario; made by docs/lessons/make.py.",
        "场景各次重复的平均；由 docs/lessons/make.py 生成。",
    )
    return Picture(
        name=lesson.name,
        finding=str(lesson.finding),
        how="",
        source="",
        note=str(made),
        height=3.0,
        labels=[str(name) for name in lines],
        paint=lambda sheet: _paint(sheet, lesson, lines),
    )


def _paint(sheet: Sheet, lesson: Lesson, lines: Lines) -> None:
    axes: Axes = sheet.axes(0.85, 0.5, 0.2, 0.15)
    for k, (name, (x, y)) in enumerate(lines.items()):
        if lesson.bars:
            bars = axes.bar(x + 0.3 * (k - 0.5), y, 0.27, color=style.PALETTE[k], label=str(name))
            axes.bar_label(bars, fmt="%.2f", size=9)
        else:
            axes.plot(x, y, color=style.PALETTE[k], lw=1.8, label=str(name))
    if lesson.bars:
        ways = Both("one world, two arms (the test)", "一个世界，两组（测试）"), Both("two worlds (the truth)", "两个世界（真相）")
        axes.set_xticks([0, 1], [str(way) for way in ways])
        axes.margins(y=0.2)
    if lesson.level is not None:
        axes.axhline(lesson.level, color=style.QUIET, lw=0.8)
    axes.set(xlabel=str(lesson.x), ylabel=str(lesson.y))
    if len(lines) > 1:
        axes.legend(frameon=False, fontsize=9)


def main(names: list[str]) -> None:
    """Draw the lessons named, or all, in every language."""
    for lesson in LESSONS:
        if not names or lesson.name in names:
            lines = lesson.lines()
            for language in LANGUAGES:
                with speaking(language):
                    write_whole(PLACES[language] / f"{lesson.name}.png", picture(lesson, lines).files.png)
            for name, (_, y) in lines.items():
                told = np.array2string(y, precision=4, max_line_width=110, threshold=60)
                print(f"{lesson.name}: {name.en}: {told}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
