"""What a lever's block says beside its parameters: whom it is aimed at, and which named values it begins with."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from sim.lever import Lever, LeverParameters, Preset
from sim.parameter import Parameters as Block
from sim.parameter import param
from sim.scenario import Scenario, ScenarioError, load_scenario
from sim.scenario.plans import Aim
from sim.segment import ADS, NEW, ORDINARY, SOMEBODY, STILL, channel_bit, persona_bit


class Mail(Block):
    """A block inside a block."""

    per_week: float = param(1.0, "messages/week", "sent", ge=0, le=50)
    cost: float = param(0.0, "money", "per message", ge=0, le=1)


class Coupons(LeverParameters):
    """Coupons whose sources disagree."""

    face_value: float = param(5.0, "money", "what a coupon takes off", ge=0, le=100)
    expiry_days: int = param(14, "days", "days until it expires", ge=1, le=365)
    mail: Mail = Mail()


PRESETS = {
    "deep": Preset("half the price", "somebody 2004", {"face_value": 20.0, "mail.cost": 0.5}, grade="A"),
    "shallow": Preset("next to nothing", "somebody else 2006", {"face_value": 1.0}),
}
CATALOGUE = {"coupons": Lever("coupons", SimpleNamespace(Parameters=Coupons, PRESETS=PRESETS, __doc__="Coupons 优惠券"))}
PEOPLE = {"thrifty": {"share": 1}, "wealthy": {"share": 3}}


def made(block: dict, **more) -> Scenario:
    return Scenario.from_mapping({"name": "x", "levers": {"coupons": block}, **more}, CATALOGUE)


def faults(write, text: str) -> list[str]:
    with pytest.raises(ScenarioError) as caught:
        load_scenario(write(text), catalogue=CATALOGUE)
    return [f"{f.line}:{f.column} {f.path}: {f.message}" for f in caught.value.faults]


# ---- for


@pytest.mark.parametrize(
    "aim, meant",
    [
        ("new", Aim(segments=("new",))),
        (["new", "high_value"], Aim(segments=("new", "high_value"))),
        ({"segments": ["dormant"]}, Aim(segments=("dormant",))),
        ({"personas": ["thrifty"], "channels": ["ads", "search"]}, Aim(personas=("thrifty",), channels=("ads", "search"))),
        ([], Aim()),
    ],
)
def test_an_aim_is_a_word_a_list_or_a_mapping_and_shown_it_loads_again(aim, meant):
    scenario = made({"for": aim}, personas=PEOPLE)
    assert scenario.aims == {"coupons": meant}
    again = Scenario.from_mapping(scenario.resolved(), CATALOGUE)
    assert again == scenario and again.resolved() == scenario.resolved() and again.digest() == scenario.digest()


def test_a_lever_without_an_aim_or_with_null_is_for_everybody():
    for block in ({}, {"for": None}):
        scenario = made(block)
        assert scenario.aims == {} and scenario.closed_bits("coupons") == 0


def test_a_lever_is_closed_to_those_whom_its_aim_leaves_out():
    closed = made({"for": {"segments": ["new"], "personas": ["wealthy"]}}, personas=PEOPLE).closed_bits("coupons")

    def acts(life, persona):
        return not closed & (SOMEBODY | life | ORDINARY | persona_bit(persona) | channel_bit(ADS))

    assert acts(NEW, 1)
    assert not acts(STILL, 1) and not acts(NEW, 0)


@pytest.mark.parametrize(
    "text, said",
    [
        ("for: vip", "3:10 levers.coupons.for.segments[0]: is the word 'vip'; one of new, active, at_risk, dormant"),
        ("for: [new, vip]", "3:16 levers.coupons.for.segments[1]: is the word 'vip'; one of new, active, at_risk, dormant"),
        ("for: {segments: [new, actve]}", "3:27 levers.coupons.for.segments[1]: is the word 'actve'; one of new, active"),
        ("for: {channels: [adds]}", "3:22 levers.coupons.for.channels[0]: is the word 'adds'; one of direct, friends, content"),
        ("for: {personas: [thrifty, welthy]}", "3:31 levers.coupons.for.personas[1]: names 'welthy', which the scenario does not have"),
        ("for: {segmants: [new]}", "3:11 levers.coupons.for.segmants: unknown key 'segmants'; did you mean 'segments'?"),
        ("for: {segments: new}", "3:21 levers.coupons.for.segments: is the word 'new'; a list, of one of new, active"),
        ("for: 5", "3:10 levers.coupons.for: is 5; segments are expected, such as new or [new, active], or a mapping"),
        ("fro: new", "3:5 levers.coupons.fro: unknown key 'fro'; did you mean 'for'?"),
    ],
)
def test_a_wrong_aim_is_a_fault_at_its_place(text, said, write):
    found = faults(write, f"levers:\n  coupons:\n    {text}\npersonas: {{thrifty: {{share: 1}}, wealthy: {{share: 3}}}}\n")
    assert len(found) == 1
    assert found[0].startswith(said)


def test_a_child_may_aim_elsewhere_or_at_everybody(write):
    write("levers: {coupons: {for: {segments: [new]}}}", "parent.yaml")
    for text, meant in (("[dormant]", ("dormant",)), ("{segments: [dormant]}", ("dormant",)), ("null", None)):
        path = write(f"extends: parent.yaml\nlevers: {{coupons: {{for: {text}}}}}", "child.yaml")
        aim = load_scenario(path, catalogue=CATALOGUE).aims.get("coupons")
        assert (aim.segments if aim else None) == meant, text


# ---- preset


def test_a_preset_gives_its_values_and_the_file_the_last_word():
    deep = made({"preset": "deep"})
    assert deep.presets == {"coupons": "deep"}
    assert (deep.levers["coupons"].face_value, deep.levers["coupons"].expiry_days) == (20.0, 14)
    assert (deep.levers["coupons"].mail.cost, deep.levers["coupons"].mail.per_week) == (0.5, 1.0)
    own = made({"preset": "deep", "face_value": 7, "mail": {"per_week": 3}}).levers["coupons"]
    assert (own.face_value, own.mail.cost, own.mail.per_week) == (7.0, 0.5, 3.0)


def test_a_value_of_null_is_the_default_not_the_presets():
    assert made({"preset": "deep", "face_value": None}).levers["coupons"].face_value == 5.0


def test_an_instance_of_another_name_takes_the_presets_of_its_kind():
    scenario = Scenario.from_mapping({"levers": {"spring": {"kind": "coupons", "preset": "shallow"}}}, CATALOGUE)
    assert scenario.levers["spring"].face_value == 1.0


def test_a_child_may_choose_another_preset_or_none(write):
    write("levers: {coupons: {preset: deep, expiry_days: 7}}", "parent.yaml")
    for text, value in (("shallow", 1.0), ("null", 5.0)):
        path = write(f"extends: parent.yaml\nlevers: {{coupons: {{preset: {text}}}}}", "child.yaml")
        coupons = load_scenario(path, catalogue=CATALOGUE).levers["coupons"]
        assert (coupons.face_value, coupons.expiry_days) == (value, 7)


def test_a_resolved_preset_loads_again_with_the_same_values():
    scenario = made({"preset": "deep", "face_value": 7, "for": ["new"]})
    again = Scenario.from_mapping(scenario.resolved(), CATALOGUE)
    assert again == scenario and again.resolved() == scenario.resolved()


@pytest.mark.parametrize(
    "text, said",
    [
        ("preset: dep", "3:13 levers.coupons.preset: there is no preset 'dep' of this lever; did you mean 'deep'?"),
        ("preset: 5", "3:13 levers.coupons.preset: there is no preset '5' of this lever; there are deep, shallow"),
        ("preset: deep\n    face_value: 900", "4:17 levers.coupons.face_value: is 900; an amount of money from 0 to 100 is expected"),
    ],
)
def test_a_wrong_preset_or_value_over_it_is_a_fault_at_its_place(text, said, write):
    found = faults(write, f"levers:\n  coupons:\n    {text}\n")
    assert len(found) == 1
    assert found[0].startswith(said)


def test_where_sources_on_communities_conflict_each_has_a_preset():
    def lift(preset: str) -> float:
        return Scenario.from_mapping({"levers": {"community": {"preset": preset}}}).levers["community"].content_lift

    assert lift("algesheimer") == 0.0 and lift("manchanda") == 0.211
