"""What a study tells of how far it is: one count over all its parts, and the days of a large run."""

from __future__ import annotations

from sim import Scenario, compare
from sim.study import run as running

WORLD = {
    "name": "w", "run": {"users": 40, "days": 12, "replications": 2, "seed": 1}, "levers": {"coupons": {"every_days": 5, "min_spend": 0}},
    "population": {"entry": {"arrivals": {"per_day": 20}}},
}  # fmt: skip


def told(plans, **options) -> list[tuple[float, int, str]]:
    """Everything that a study tells."""
    lines: list[tuple[float, int, str]] = []
    compare(plans, progress=lambda *line: lines.append(line), threads=1, **options)
    return lines


def test_twins_coalitions_and_parameter_sets_are_counted_from_the_first_line_on():
    plan = Scenario.from_mapping(WORLD)
    lines = told([plan.without("coupons"), plan], twin=True, shapley=True, uncertainty=3)
    assert {total for _, total, _ in lines} == {2 * (2 + 2 + 2 + 3 * 2)}
    done = [done for done, _, _ in lines]
    assert done == sorted(done) and done[0] == 0 and done[-1] == 24


def test_experiments_count_the_worlds_behind_them():
    plan = Scenario.from_mapping({**WORLD, "experiments": {"try": {"levers": ["coupons"]}}})
    lines = told([plan])
    assert {total for _, total, _ in lines} == {6} and lines[-1][0] == 6


def test_a_large_run_tells_how_many_of_its_days_are_lived(monkeypatch):
    monkeypatch.setattr(running, "LARGE_RUN", 10)
    monkeypatch.setattr(running, "PATIENCE", 0.0)
    plan = Scenario.from_mapping(WORLD).with_values({"run.days": 400, "run.replications": 1})
    done = [done for done, _, doing in told([plan]) if doing == "simulating"]
    assert done == sorted(done) and done[-1] == 1 and any(0 < d < 1 for d in done)
