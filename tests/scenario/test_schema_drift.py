"""The committed JSON Schema is the one that the declarations give."""

from __future__ import annotations

import json
from pathlib import Path

from sim.scenario import schema

FILE = Path(__file__).parents[2] / "scenarios" / "scenario.schema.json"


def test_the_committed_schema_is_the_one_that_the_code_gives():
    again = "write it anew: python run.py schema > scenarios/scenario.schema.json"
    assert FILE.is_file(), again
    assert json.loads(FILE.read_text("utf-8")) == json.loads(json.dumps(schema())), again
