"""Survival agrees with `lifelines` to 1e-9: right-censored users, cohorts that are not complete, both starts, numbers at risk."""

from __future__ import annotations

import numpy as np
import pytest
from lifelines import KaplanMeierFitter

from sim import LifecycleModel, Scenario
from sim.measure import measure
from sim.population import NEVER
from sim.study import frames
from sim.study.tally import Tally

WORLD = {
    "name": "World",
    "run": {"users": 500, "days": 150, "replications": 1, "seed": 4},
    # People come until the last day, so the cohorts are followed for 0 to 150 days.
    "population": {"entry": {"arrivals": {"per_day": 4}}, "order_rate": {"r": 1.0, "alpha_weeks": 2.0}, "visit_conversion": 0.4},
    "platform": {"dormant_after_days": 10, "churned_after_days": 21},
}


@pytest.fixture(scope="module")
def model() -> LifecycleModel:
    return LifecycleModel(Scenario.from_mapping(WORLD), replication=0).run()


@pytest.fixture(scope="module")
def table(model):
    tally = Tally(model.plan)
    tally.add(measure(model))
    return frames.retention("a", tally).query("definition == 'survival'")


def durations(model: LifecycleModel, event: str, start: str) -> tuple[list[int], list[bool]]:
    """For each user who has started: days until the lapse (or departure), or until the end of observation; and whether it was seen.

    Written from the definition, user by user: a lapse is declared when the newest event is `churned_after_days` days old, and an event
    on that very day is still in time.
    """
    since = model.rows["entry_day"] if start == "registration" else model.rows["first_order_day"]
    diary = model.visited if event == "visit" else model.ordered
    gap, times, seen = model.plan.platform.churned_after_days, [], []
    for user, (first, stage) in enumerate(zip(since.tolist(), model.rows["stage"].tolist(), strict=True)):
        if stage == 0 or first < 0:
            continue
        if event == "departure":
            left = int(model.rows["left_day"][user])
            end = model.day if left == NEVER else left
            happened = left != NEVER
        else:
            days = [d for d in range(first, model.day + 1) if diary[d, user // 8] >> (user % 8) & 1]
            clock = [first, *days]
            ends = [a + gap for a, b in zip(clock, [*clock[1:], model.day + gap + 1], strict=True) if b - a > gap and a + gap <= model.day]
            end, happened = (ends[0], True) if ends else (model.day, False)
        times.append(end - first)
        seen.append(happened)
    return times, seen


@pytest.mark.parametrize("start", ["registration", "first_order"])
@pytest.mark.parametrize("event", ["visit", "order", "departure"])
def test_survival_and_numbers_at_risk_are_those_of_lifelines(model, table, event, start):
    times, seen = durations(model, event, start)
    fitted = KaplanMeierFitter().fit(times, seen)
    ours = table[(table["event"] == event) & (table["start"] == start)].set_index("age_days")
    ages = ours.index.to_numpy()
    assert 30 < sum(seen) < len(seen) - 30 and len(set(np.array(times)[~np.array(seen)])) > 30  # lapses, and users censored at many ages
    assert ours["mean"].to_numpy() == pytest.approx(fitted.survival_function_at_times(ages).to_numpy(), abs=1e-9)
    at_risk = [sum(t >= age for t in times) for age in ages]
    assert ours["at_risk"].tolist() == at_risk
    known = fitted.event_table
    assert [ours.at[a, "at_risk"] for a in known.index if a > 0] == known.loc[known.index > 0, "at_risk"].tolist()


def test_survival_of_any_counts_is_that_of_lifelines():
    rng = np.random.default_rng(3)
    for _ in range(20):
        lapsed, censored = rng.integers(0, 6, 40), rng.integers(0, 6, 40)
        at_risk = (lapsed + censored)[::-1].cumsum()[::-1]
        ours = survived(lapsed, censored)
        ages = np.arange(40)
        fitted = KaplanMeierFitter().fit(np.r_[np.repeat(ages, lapsed), np.repeat(ages, censored)], [1] * lapsed.sum() + [0] * censored.sum())
        followed = at_risk > 0
        assert ours[followed] == pytest.approx(fitted.survival_function_at_times(ages[followed]).to_numpy(), abs=1e-9)


def survived(lapsed: np.ndarray, censored: np.ndarray) -> np.ndarray:
    """The study's survival of one run from counts by age."""
    world = Scenario.from_mapping({"name": "A", "run": {"users": 8, "days": len(lapsed) - 1}})
    tally = Tally(world)
    counts = measure(LifecycleModel(world, replication=0, driver="objects").run())
    tally.add_curves(counts | {"lapsed/visit/registration": lapsed, "censored/visit/registration": censored})
    return tally.survivals["registration", "visit"].interval()[0]
