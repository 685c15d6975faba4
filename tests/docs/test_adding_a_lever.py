"""The worked example of CONTRIBUTING.md: an installed package with one lever file, and nothing else changed."""

import re
from pathlib import Path

import pytest

from analysis import pages
from analysis.catalogue import catalogue
from sim.lever import ENTRY_POINTS, levers
from sim.model import LifecycleModel
from sim.scenario import Scenario, ScenarioError

HERE = Path(__file__).parent
EXAMPLE = HERE / "plugin_lever.py"
CONTRIBUTING = HERE.parents[1] / "CONTRIBUTING.md"
NAME = "free_delivery"
POPULATION = {"order_rate": {"r": 2.0, "alpha_weeks": 6.0}, "visit_conversion": 0.3}


@pytest.fixture(autouse=True)
def installed(tmp_path, monkeypatch):
    """The example as pip would install it: a module, and metadata with its entry point."""
    metadata = tmp_path / "free_delivery_lever-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: free-delivery-lever\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text(f"[{ENTRY_POINTS}]\n{NAME} = free_delivery_lever\n")
    (tmp_path / "free_delivery_lever.py").write_bytes(EXAMPLE.read_bytes())
    monkeypatch.syspath_prepend(tmp_path)
    levers.cache_clear()
    yield
    levers.cache_clear()


def world(**block) -> Scenario:
    """A lively world of 200 people, with the lever on where a block is given."""
    on = {NAME: block} if block else {}
    return Scenario.from_mapping(
        {"name": "Delivery", "run": {"users": 200, "days": 40}, "population": POPULATION, "levers": on}
    )


def lived(scenario: Scenario, **options) -> LifecycleModel:
    """The world after its last day."""
    return LifecycleModel(scenario, kinds={NAME: NAME}, list_orders=True, **options).run()


def test_contributing_shows_the_file_that_these_tests_run():
    blocks = re.findall(r"```python\n(.*?)```", CONTRIBUTING.read_text(encoding="utf-8"), re.DOTALL)
    assert EXAMPLE.read_text(encoding="utf-8") in blocks


def test_contributing_shows_the_entry_point_that_these_tests_install():
    text = CONTRIBUTING.read_text(encoding="utf-8")
    assert f'[project.entry-points."{ENTRY_POINTS}"]\n{NAME} = "free_delivery_lever"\n' in text


def test_the_lever_is_in_the_catalogue_and_has_a_page():
    assert catalogue()[NAME]["parameters"]["ease"]["source"] == "assumption"
    assert "| `carrier_fee` | 3 | money |" in pages.pages()[f"{NAME}.md"]


def test_a_scenario_sets_its_parameters_and_is_told_of_faults():
    assert world(ease=0.5).levers[NAME].ease == 0.5
    with pytest.raises(ScenarioError, match="ease"):
        world(ease=99.0)
    with pytest.raises(ScenarioError, match="carrier_fee"):
        world(carier_fee=1.0)


def test_it_brings_orders_and_costs_and_keeps_every_law():
    without, with_it = lived(world()), lived(world(ease=0.5))
    assert with_it.daily()["orders"].sum() > without.daily()["orders"].sum()
    parcels = int(with_it.rows[NAME]["parcels"].sum())
    assert parcels == int((with_it.orders()["amount_minor"] >= 3000).sum())
    assert with_it.ledger()[f"{NAME}.delivery"] == 300 * parcels
    assert with_it.broken_laws() == []


def test_without_strength_it_changes_no_order_and_still_costs():
    without, numb = lived(world()), lived(world(strength=0.0))
    assert numb.orders().tolist() == without.orders().tolist()
    assert numb.ledger()[f"{NAME}.delivery"] > 0


def test_plain_python_gives_the_same_lives_as_the_compiled_loop():
    compiled, plain = lived(world(ease=0.5)), lived(world(ease=0.5), driver="objects")
    assert compiled.orders().tolist() == plain.orders().tolist()
    assert {k: v.tolist() for k, v in compiled.daily().items()} == {k: v.tolist() for k, v in plain.daily().items()}
