"""What a lever file promises, kept by every lever that is found."""

from __future__ import annotations

import copy
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

import sim.levers
from sim import lever as finding
from sim.lever import LeverParameters, levers
from sim.model import LifecycleModel
from sim.parameter import specification
from sim.rule import PHASES
from sim.scenario import Scenario
from sim.scenario.check import BLOCKS

SHIPPED = tuple(sorted(file.stem for file in Path(sim.levers.__file__).parent.glob("[a-z]*.py")))
ALL = {name: name for name in SHIPPED}


def test_the_shipped_levers_are_found_in_the_order_of_their_names():
    assert tuple(name for name in levers() if name in SHIPPED) == SHIPPED
    assert list(levers()) == sorted(levers())


@pytest.mark.parametrize("name", SHIPPED)
def test_a_lever_file_says_everything_about_its_lever(name):
    lever = levers()[name]
    assert issubclass(lever.Parameters, LeverParameters)
    assert lever.doc.splitlines()[0].endswith((".", ","))
    assert any("\u4e00" <= letter <= "\u9fff" for letter in lever.doc), "its Chinese name"
    assert lever.rules and lever.counters and (lever.laws or not lever.holds)
    assert {f.phase for f in lever.rules} <= set(PHASES)
    assert all((f.__doc__ or "").strip() for f in lever.rules)
    assert {a.kind for a in lever.accounts.values()} <= {"discount", "fee", "income", "cost"}
    for table in (lever.columns, lever.counters, lever.shared):
        assert all(entry.unit and entry.meaning for entry in table.values())


@pytest.mark.parametrize("name", SHIPPED)
def test_a_switched_off_lever_has_the_record_of_a_switched_on_one(name):
    lever = levers()[name]
    on, off = lever.policy(lever.Parameters()), lever.policy(None)
    assert on.dtype == off.dtype
    assert (on["on"][0], off["on"][0]) == (1, 0)
    resting = lever.Parameters(active=False)
    assert (lever.policy(resting)["on"][0], lever.policy(resting, was_on=True)["on"][0]) == (0, 1)


@pytest.mark.parametrize("name", SHIPPED)
def test_a_copied_lever_is_the_same_lever(name):
    assert copy.deepcopy(levers()[name]) == levers()[name]


def test_two_levers_of_one_name_are_refused(monkeypatch):
    monkeypatch.setattr(finding, "entry_points", lambda group: [SimpleNamespace(name="coupons", value="elsewhere")])
    levers.cache_clear()
    try:
        with pytest.raises(ValueError, match="two levers are called 'coupons'"):
            levers()
    finally:
        levers.cache_clear()


def test_a_plug_in_is_found_by_its_entry_point(monkeypatch):
    point = SimpleNamespace(name="second_coupons", value="sim.levers.coupons")
    monkeypatch.setattr(finding, "entry_points", lambda group: [point] if group == "lifecycle.levers" else [])
    levers.cache_clear()
    try:
        assert levers()["second_coupons"].module.__name__ == "sim.levers.coupons"
    finally:
        levers.cache_clear()


def test_a_night_hands_out_everybodys_addressed_number():
    night = finding.Night({}, {}, {}, np.zeros(4), np.zeros(4), None, day=3, key=8)
    other = finding.Night({}, {}, {}, np.zeros(4), np.zeros(4), None, day=4, key=8)
    assert night.luck(5).shape == (4,)
    assert (night.luck(5) == night.luck(5)).all() and (night.luck(5) != other.luck(5)).all()


def test_what_is_posted_overnight_stands_in_the_books_of_the_day_to_come(monkeypatch):
    def overnight(night):
        night.post("sending", 7)
        night.post("sending", 10 * night.day)

    monkeypatch.setattr(levers()["messaging"].module, "overnight", overnight, raising=False)
    silent = {name: {"per_week": 0.0} for name in ("push", "email", "sms")}
    model = LifecycleModel(Scenario.from_mapping({"name": "x", "levers": {"messaging": silent}}), users=50, days=3, kinds=ALL).run()
    assert model.daily()["messaging_sending"].tolist() == [0, 17, 27, 37]
    assert model.ledger()["messaging.sending"] == 81


@pytest.mark.parametrize("name", SHIPPED)
def test_the_ends_of_every_range_may_themselves_be_set(name):
    for parameter, facts in specification(levers()[name].Parameters).items():
        for end in (facts["minimum"], facts["maximum"]):
            if end is not None and not isinstance(facts["default"], list):
                value = int(end) if isinstance(facts["default"], int) else end
                block = nested(parameter, value)
                world = LifecycleModel(Scenario.from_mapping({"name": "x", "levers": {name: block}}), users=50, days=20, kinds=ALL).run()
                assert world.broken_laws() == [], block


@pytest.mark.parametrize("block", BLOCKS.values(), ids=BLOCKS)
def test_every_parameter_of_a_scenario_has_a_unit_a_meaning_and_a_source(block):
    for name, facts in specification(block).items():
        assert facts["unit"] and facts["meaning"] and facts["source"], name


def nested(path: str, value) -> dict:
    """``{"a": {"b": value}}`` for ``a.b``."""
    for key in reversed(path.split(".")):
        value = {key: value}
    return value
