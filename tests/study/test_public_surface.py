"""What other programs import, and the examples of the interface as they stand."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import mesa
import pandas as pd
import pytest

import sim
from sim import LifecycleModel, compare, load_scenario, simulate

ROOT = Path(sim.__file__).parents[1]


def test_the_public_surface_is_complete():
    assert sim.__all__ == [
        "LifecycleModel",
        "Scenario",
        "ScenarioError",
        "User",
        "compare",
        "load_scenario",
        "simulate",
    ]
    assert dir(sim) == sim.__all__
    for name in sim.__all__:
        assert getattr(sim, name).__doc__, name


def test_a_name_that_does_not_exist_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'simulation'"):
        sim.simulation  # noqa: B018


def test_the_example_of_one_model_works_as_written():
    scenario = load_scenario(ROOT / "scenarios" / "baseline.yaml")
    model = LifecycleModel(scenario, users=2_000, rng=7)
    assert isinstance(model, mesa.Model)
    for _ in range(20):
        model.step()
    customers = model.agents.select(lambda u: u.stage == "customer")
    assert 0 < len(customers) < 2_000
    assert all(isinstance(u, mesa.Agent) and u.orders >= 1 for u in customers)
    assert model.agents.agg("orders", sum) == sum(u.orders for u in model.agents) > 0


def test_the_example_of_a_comparison_works_as_written():
    scenario = load_scenario(ROOT / "scenarios" / "baseline.yaml")
    result = compare(
        [scenario, load_scenario(ROOT / "scenarios" / "coupons.yaml")], replications=2, users=100, days=40
    )
    assert isinstance(result.retention, pd.DataFrame) and isinstance(result.summary, pd.DataFrame)
    assert list(result.retention.columns[:5]) == ["scenario", "definition", "event", "start", "age_days"]
    assert result.summary["scenario"].unique().tolist() == ["Baseline", "Coupons"]
    assert result.baseline == "Baseline"


def test_a_path_is_as_good_as_a_scenario(scenarios):
    one = simulate(scenarios[0], users=20, days=5, replications=1)
    other = simulate(load_scenario(scenarios[0]), users=20, days=5, replications=1)
    pd.testing.assert_frame_equal(one.daily, other.daily)


def test_the_arguments_of_a_study_override_its_scenarios(scenarios):
    result = compare(scenarios, users=11, days=6, replications=3, seed=9)
    assert [p.run.model_dump() for p in result.plans] == [{"users": 11, "days": 6, "replications": 3, "seed": 9}] * 2


def test_replications_and_seed_are_the_baselines_for_all(scenarios):
    base, coupons = map(load_scenario, scenarios)
    result = compare([base, coupons.with_values({"run.seed": 8, "run.replications": 9})], users=5, days=2)
    assert {(p.run.seed, p.run.replications) for p in result.plans} == {(3, 2)}
    assert [len(row) for row in result.runs] == [2, 2]


def test_nothing_to_compare_is_an_error():
    with pytest.raises(ValueError, match="at least one scenario"):
        compare([])


def test_a_bad_argument_is_a_scenario_error(scenarios):
    with pytest.raises(sim.ScenarioError, match="run.users"):
        simulate(scenarios[0], users=0)


def test_importing_the_package_or_the_front_door_loads_nothing_heavy():
    heavy = "{'numpy', 'numba', 'pandas', 'mesa', 'scipy', 'matplotlib', 'pydantic', 'yaml', 'rich', 'jinja2'}"
    code = f"import sys, sim, run; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert ast.literal_eval(done.stdout) == []
