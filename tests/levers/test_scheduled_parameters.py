"""Every parameter of every lever can change while the world runs, and then something changes; what could not is refused."""

from __future__ import annotations

import json
from functools import cache

import pytest
from lever_worlds import EVERY_LEVER, differ, scenario
from test_lever_parameters import AROUND, BASE, NEEDS, OTHERWISE, PARAMETERS, WORLDS, changed, look_up, read

from sim.lever import levers
from sim.model import LifecycleModel
from sim.parameter import specification

SINGLE = [(n, p) for n, p in PARAMETERS if not isinstance(specification(levers()[n].Parameters)[p]["default"], list)]
CAN_CHANGE = [(n, p) for n, p in SINGLE if p.rpartition(".")[2] not in levers()[n].drawn_once]


@cache
def lived(lever: str, block: str, schedule: str) -> LifecycleModel:
    world = scenario({**AROUND.get(lever, {}), lever: json.loads(block)}, schedule=json.loads(schedule), **WORLDS.get(lever, {}))
    model = LifecycleModel(world, kinds=EVERY_LEVER).run()
    assert model.broken_laws() == []
    return model


@pytest.mark.parametrize(("lever", "parameter"), CAN_CHANGE, ids=[f"{n}.{p}" for n, p in CAN_CHANGE])
def test_a_parameter_that_changes_in_the_middle_of_a_run_changes_something(lever, parameter):
    entry = specification(levers()[lever].Parameters)[parameter]
    block = {**BASE.get(lever, {}), **look_up(NEEDS, lever, parameter, {})}
    before, after = read(block, parameter, entry["default"]), look_up(OTHERWISE, lever, parameter, None)
    after = changed(before, entry) if after is None else after
    change = {"a": {"path": f"levers.{lever}.{parameter}", "to": after, "on": "2025-01-16"}}
    text = json.dumps(block, sort_keys=True)
    assert differ(lived(lever, text, "{}"), lived(lever, text, json.dumps(change))), f"{lever}.{parameter}: {before} or {after}"
