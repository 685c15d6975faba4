"""Scenario files: strict YAML in, a checked and typed scenario out; everything wrong is said with its place."""

from sim.scenario.check import Scenario, load_scenario
from sim.scenario.faults import Fault, ScenarioError
from sim.scenario.jsonschema import schema
from sim.scenario.show import render_resolved

__all__ = ["Fault", "Scenario", "ScenarioError", "load_scenario", "render_resolved", "schema"]
