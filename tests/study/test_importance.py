"""What a lever's gain hangs on, as it was measured beforehand: the table is what comes out when it is measured again."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim import load_scenario
from sim.lever import levers
from sim.study import importance
from sim.study.ranges import ranges
from sim.study.sources import sources

SCENARIOS = Path(__file__).parents[2] / "scenarios"
SHIPPED = [name for name, lever in levers().items() if lever.module.__name__.startswith("sim.levers.")]
TOLD = {(line.lever, line.parameter): line for line in importance.known()}
AGAIN = ("messaging.annoyance", "messaging.email.lift", "behaviour.fatigue_keep", "population.newcomer.visit_lift")


def test_some_rows_come_out_the_same_when_lived_again():
    world = TOLD["messaging", "messaging.annoyance"].world
    found = list(importance.measured(load_scenario(SCENARIOS / world), "messaging", world, AGAIN))
    assert {line.parameter for line in found} == {p for k, p in TOLD if k == "messaging" and p in AGAIN}
    assert len(found) >= 3, "python benchmarks/importance.py makes the table anew"
    for line in found:
        told = TOLD["messaging", line.parameter]
        for name in ("value", "low", "high", "gain", "gain_at_low", "gain_at_high"):
            hint = f"{line.parameter}.{name} has moved: python benchmarks/importance.py makes the table anew"
            assert getattr(line, name) == pytest.approx(getattr(told, name), rel=1e-6, abs=1e-6), hint
    assert max(line.swing for line in found) > 1


@pytest.mark.parametrize("lever", SHIPPED)
def test_every_assumption_of_a_lever_and_of_its_world_has_a_row(lever):
    worlds = {line.world for (kind, _), line in TOLD.items() if kind == lever}
    assert len(worlds) == 1
    plan = load_scenario(SCENARIOS / worlds.pop())
    assumed = {line["parameter"] for line in sources(plan) if line["is_assumption"]}
    kinds = {f"levers.{name}.": f"{kind}." for name, kind in plan.kinds.items()}
    own = {}
    for path, one in ranges(plan).items():
        if path in assumed and one.of in (lever, "world"):
            prefix = next((p for p in kinds if path.startswith(p)), "")
            own[kinds[prefix] + path.removeprefix(prefix) if prefix else path] = one
    assert own.keys() == {parameter for kind, parameter in TOLD if kind == lever}
    for parameter, one in own.items():
        assert TOLD[lever, parameter].value == pytest.approx(one.first)


def test_a_row_tells_by_how_much_the_gain_swings():
    line = TOLD["messaging", "messaging.annoyance"]
    assert line.swing == abs(line.gain_at_high - line.gain_at_low)
    assert line.low < line.value < line.high
