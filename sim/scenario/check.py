"""From a scenario file, and options laid over it, to a checked, typed scenario."""

from __future__ import annotations

import datetime
import hashlib
import json
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path as FilePath
from typing import Any, get_args

from pydantic import ValidationError
from pydantic.fields import FieldInfo

from sim.lever import Lever, LeverParameters
from sim.lever import levers as found_levers
from sim.parameter import Parameters, nested_block
from sim.scenario.crosscheck import cross_check
from sim.scenario.dates import is_dated, numbered
from sim.scenario.explain import expected, explain, instead
from sim.scenario.faults import Fault, ScenarioError, fault
from sim.scenario.inherit import merge, read_chain
from sim.scenario.plans import SECTIONS, Aim, Change, Experiment, Persona, Policy
from sim.scenario.read import WORD, kind_of
from sim.scenario.schema import Behaviour, Calendar, Economics, Entry, Market, Platform, Population, Run, Segments
from sim.scenario.settings import lay_settings, lay_values, plant
from sim.scenario.source import BROKEN, Node, Origin, Path, nested, plain, planted, walk
from sim.scenario.texts import CHINESE, TEXTS, free_texts
from sim.segment import arm_bit, closed
from sim.steering import metric

BLOCKS: dict[str, type[Parameters]] = {
    "run": Run,
    "population": Population,
    "market": Market,
    "behaviour": Behaviour,
    "platform": Platform,
    "segments": Segments,
    "economics": Economics,
    "calendar": Calendar,
}
INSTANCE_KEYS = ("kind", "preset", "for")
"""What a lever's block takes beside its parameters: which lever it is, named values to begin with, and whom it is aimed at."""
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}\Z", re.ASCII)

Catalogue = Mapping[str, Lever]


@dataclass(frozen=True)
class Scenario:
    """A checked scenario.

    ``levers`` and ``kinds`` give parameters and lever by the instance's name, in the order of names; ``aims`` and ``presets`` those of
    the instances that have one. ``zh`` are the texts that the file gives in Chinese, too, by name.
    ``origins`` says who set each value that is not a default; ``given`` is the merged file before defaults.
    """

    name: str
    run: Run
    population: Population
    market: Market
    behaviour: Behaviour
    platform: Platform
    segments: Segments
    economics: Economics
    calendar: Calendar
    levers: dict[str, LeverParameters]
    kinds: dict[str, str]
    aims: dict[str, Aim] = field(default_factory=dict)
    presets: dict[str, str] = field(default_factory=dict)
    personas: dict[str, Persona] = field(default_factory=dict)
    schedule: dict[str, Change] = field(default_factory=dict)
    policies: dict[str, Policy] = field(default_factory=dict)
    experiments: dict[str, Experiment] = field(default_factory=dict)
    description: str = ""
    question: str = ""
    finding: str = ""
    zh: dict[str, str] = field(default_factory=dict)
    path: FilePath | None = field(default=None, compare=False)
    given: Node = field(default_factory=lambda: planted({}, Origin("default")), compare=False, repr=False)

    @classmethod
    def from_mapping(cls, mapping: Mapping[str, Any], catalogue: Catalogue | None = None) -> Scenario:
        """A scenario from Python values in the form of a file. Raises ScenarioError."""
        return check_scenario(mapping, catalogue)

    @property
    def origins(self) -> dict[Path, Origin]:
        """Who gave each value that is not a default."""
        return {path: node.at for path, node in walk(self.given) if path}

    def resolved(self) -> dict[str, Any]:
        """Everything the scenario says, defaults included, in the form of a file without ``extends``."""
        out: dict[str, Any] = {k: getattr(self, k) for k in (*TEXTS, CHINESE) if getattr(self, k)}
        out |= {k: getattr(self, k).model_dump(mode="json") for k in BLOCKS}
        entry = out["population"]["entry"]
        out["population"]["entry"] = "market" if entry["market"] else {k: v for k, v in entry.items() if v is not None}
        out |= {k: {n: v.model_dump(mode="json") for n, v in getattr(self, k).items()} for k in SECTIONS if getattr(self, k)}
        out["levers"] = {}
        for name, values in self.levers.items():
            block = {"kind": self.kinds[name]} if self.kinds[name] != name else {}
            if name in self.presets:
                block["preset"] = self.presets[name]
            if name in self.aims:
                block["for"] = {k: v for k, v in self.aims[name].model_dump(mode="json").items() if v}
            out["levers"][name] = block | values.model_dump(mode="json")
        return out

    def closed_bits(self, lever: str) -> int:
        """The bits of users whom a lever's instance does not act on (``sim.segment``): its aim, and the control arms of experiments."""
        aim = self.aims.get(lever)
        out = closed(aim.segments, aim.personas, aim.channels, list(self.personas)) if aim is not None else 0
        for place, experiment in enumerate(self.experiments.values()):
            if lever in experiment.levers:
                out |= arm_bit(place, treated=False)
        return out

    def told(self, text: str, lang: str = "en") -> str:
        """A text (``name``, ``question``, …) in a language; in English where the file has it in no other."""
        return self.zh.get(text, getattr(self, text)) if lang == CHINESE else getattr(self, text)

    def digest(self) -> str:
        """sha256 (hex) of everything that can change a result: the resolved scenario without its texts."""
        says = {k: v for k, v in self.resolved().items() if k not in (*TEXTS, CHINESE)}
        text = json.dumps(says, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
        return hashlib.sha256(text.encode()).hexdigest()

    def with_values(self, values: Mapping[str, Any], catalogue: Catalogue | None = None) -> Scenario:
        """A copy with values changed by dotted path, such as ``{"run.users": 5}``; None takes a value away.
        Raises ScenarioError."""
        faults: list[Fault] = []
        given = lay_values(self.given, values, faults, origin="values")
        if "name" not in given.value:
            given = Node({"name": planted(self.name, Origin("values")), **given.value}, given.at, given.key)
        return _check(given, faults, self.path, catalogue, named={*self.kinds, *(n for k in SECTIONS for n in getattr(self, k))})

    def without(self, lever: str, catalogue: Catalogue | None = None) -> Scenario:
        """A copy without an instance of this name, or without every instance of this lever. Raises ScenarioError."""
        gone = [name for name, kind in self.kinds.items() if lever in (name, kind)]
        if not gone:
            there = instead(lever, self.levers)
            raise ScenarioError([fault(Origin("values"), ("levers",), "no_such_lever", key=lever, instead=there)])
        return self.with_values(self._taken_away(gone, found_levers() if catalogue is None else catalogue), catalogue)

    def _taken_away(self, gone: list[str], catalogue: Catalogue) -> dict[str, Any]:
        """What must be set so that nothing names these levers: they, and whatever moves them or is measured of them, are no more."""
        left = metric.known({name: catalogue[kind] for name, kind in self.kinds.items() if name not in gone})
        moved = tuple(f"levers.{name}." for name in gone)
        values: dict[str, Any] = {f"levers.{name}": None for name in gone}
        values |= {f"schedule.{name}": None for name, change in self.schedule.items() if change.path.startswith(moved)}
        for name, policy in self.policies.items():
            if policy.path.startswith(moved) or policy.metric not in left:
                values[f"policies.{name}"] = None
        for name, experiment in self.experiments.items():
            if set(gone) & set(experiment.levers):
                values[f"experiments.{name}.levers"] = [lever for lever in experiment.levers if lever not in gone]
        return values


def load_scenario(
    path: str | os.PathLike[str],
    settings: Iterable[str] = (),
    overrides: Mapping[str, Any] | None = None,
    catalogue: Catalogue | None = None,
) -> Scenario:
    """Read, inherit, set and check a scenario file.

    ``settings`` are texts ``PATH=VALUE``, laid over the file in turn. ``overrides`` are values of options by path, laid
    over these (``{"run.users": 1000}`` for ``--users``; None: not given). ``catalogue``: levers by name, if not the
    installed ones.
    Raises ScenarioError with every fault of every file and option.
    """
    chain = read_chain(path)
    faults = list(chain.faults)
    layers = chain.layers or [planted({}, Origin(os.fspath(path)))]
    for parent in layers[1:]:
        free_texts(parent, faults)
    given = layers[-1]
    for child in layers[-2::-1]:
        inherited = {k: v for k, v in given.value.items() if k not in (*TEXTS, CHINESE)}
        given = merge(Node(inherited, given.at, given.key), child)
    named = {name for layer in layers for block in ("levers", *SECTIONS) for name in _names_in(layer, block)}
    given = lay_values(lay_settings(given, settings, faults), overrides or {}, faults)
    if not chain.complete:  # what was not read may correct what was
        raise ScenarioError(faults)
    return _check(given, faults, FilePath(path), catalogue, named)


def check_scenario(mapping: Mapping[str, Any], catalogue: Catalogue | None = None) -> Scenario:
    """A scenario from Python values in the form of a file. Raises ScenarioError."""
    at = Origin("mapping")
    faults: list[Fault] = []
    if not isinstance(mapping, Mapping):
        raise ScenarioError([fault(at, (), "not_mapping", what=kind_of(mapping))])
    node = plant(mapping, at, faults)
    if node is None:
        raise ScenarioError(faults)
    return _check(node, faults, None, catalogue)


def _check(
    given: Node, faults: list[Fault], path: FilePath | None, catalogue: Catalogue | None, named: Iterable[str] = ()
) -> Scenario:
    """Validate what files and options give together.

    ``named``: lever instances that may be removed, besides the catalogue's. Raises ScenarioError with these
    faults and all others.
    """
    catalogue = found_levers() if catalogue is None else catalogue
    texts = free_texts(given, faults)
    for name, node in given.value.items():
        if name == "extends" and not node.is_removal:
            faults.append(fault(node.key, (name,), "extends_here"))
        elif name not in (*TEXTS, CHINESE, *BLOCKS, *SECTIONS, "extends", "levers"):
            known = [*TEXTS, CHINESE, "extends", *BLOCKS, *SECTIONS, "levers"]
            faults.append(fault(node.key, (name,), "unknown_key", key=name, instead=instead(name, known)))
    blocks = {name: _block(block, given.value.get(name), (name,), faults) for name, block in BLOCKS.items()}
    sections = {name: _section(name, given.value.get(name), set(named), faults) for name in SECTIONS}
    instances = _levers(given.value.get("levers"), set(named), catalogue, faults)
    if not faults:
        faults += cross_check(given, blocks, sections, instances, catalogue)
    if faults:
        raise ScenarioError(faults)
    name = texts.pop("name", "") or (path.stem if path is not None else "scenario")
    given = _without_removed(given)
    return Scenario(name=name, path=path, given=given, **instances, **sections, **texts, **blocks)


def _section(name: str, node: Node | None, named: set[str], faults: list[Fault]) -> dict[str, Any]:
    """The blocks of a section by name, in the order of the names."""
    out: dict[str, Any] = {}
    if node is None or node.is_removal or node.value is BROKEN:
        return out
    if not node.is_mapping:
        wanted = ("a mapping by name", "以名字为键的映射")
        faults.append(fault(node.at, (name,), "type", what=kind_of(node.value), expected=wanted, hint=""))
        return out
    for key, inner in sorted(node.value.items()):
        path: Path = (name, key)
        if inner.value is BROKEN or inner.is_removal and key in named:
            continue
        if not WORD.match(key):
            faults.append(fault(inner.key, path, "key", key=repr(key[:40]), near=""))
        elif not inner.is_mapping:
            wanted = expected(SECTIONS[name], FieldInfo(annotation=SECTIONS[name]))
            faults.append(fault(inner.at, path, "type", what=kind_of(inner.value), expected=wanted, hint=""))
        else:
            out[key] = _block(SECTIONS[name], inner, path, faults)
    return out


def _block(
    block: type[Parameters], node: Node | None, path: Path, faults: list[Fault], extra: Iterable[str] = ()
) -> Parameters | None:
    """The block that a node describes, defaults filled in; None after a fault."""
    if node is None or node.is_removal or node.value is BROKEN:
        return block()
    broken: set[Path] = set()
    try:
        return block.model_validate(_values(block, node, path, broken))
    except ValidationError as problem:
        faults.extend(explain(problem, block, node, path, broken, extra))
        return None


def _values(block: type[Parameters], node: Node, path: Path, broken: set[Path]) -> Any:
    """What pydantic shall see: lists as tuples, dates as dates, no removals and nothing that could not be read."""
    if not node.is_mapping:
        return plain(node)
    if block is Entry and len(node.value) == 1:
        word, inner = next(iter(node.value.items()))
        if word in block.model_fields and inner.is_removal:  # `entry: {cohort: }` means `entry: cohort`
            return word
    out: dict[str, Any] = {}
    for name, inner in node.value.items():
        here = (*path, name)
        declared = block.model_fields.get(name)
        if any(n.value is BROKEN for _, n in walk(inner)) and not (inner.is_mapping and declared):
            broken.add(here)
        elif declared is None:
            out[name] = plain(inner)
        elif inner.is_removal:
            continue
        elif (part := nested_block(declared)) is not None:
            out[name] = _values(part, inner, here, broken)
        elif is_dated(declared):
            out[name] = tuple(map(numbered, plain(inner))) if isinstance(inner.value, list) else numbered(plain(inner))
        elif isinstance(inner.value, list):
            out[name] = tuple(plain(inner))
        elif datetime.date in (declared.annotation, *get_args(declared.annotation)):
            out[name] = _date(inner.value)
        else:
            out[name] = plain(inner)
    return out


def _date(value: Any) -> Any:
    if isinstance(value, str) and _DATE.match(value):
        try:
            return datetime.date.fromisoformat(value)
        except ValueError:  # 2025-02-30: pydantic refuses the text
            return value
    return value


def _without_removed(given: Node) -> Node:
    kept = dict(given.value)
    for name in ("levers", *SECTIONS):
        block = kept.get(name)
        if block is not None and block.is_mapping:
            kept[name] = Node({k: v for k, v in block.value.items() if not v.is_removal}, block.at, block.key)
    return Node(kept, given.at, given.key)


def _names_in(layer: Node, name: str) -> Iterable[str]:
    block = layer.value.get(name)
    return (name for name, node in block.value.items() if not node.is_removal) if block and block.is_mapping else ()


def _levers(node: Node | None, named: set[str], catalogue: Catalogue, faults: list[Fault]) -> dict[str, dict[str, Any]]:
    """``levers``, ``kinds``, ``aims`` and ``presets`` of every instance. ``named``: instances that some file gives, and that may be
    removed."""
    out: dict[str, dict[str, Any]] = {"levers": {}, "kinds": {}, "aims": {}, "presets": {}}
    if node is None or node.is_removal or node.value is BROKEN:
        return out
    if not node.is_mapping:
        what, wanted = kind_of(node.value), ("a mapping of levers by name", "以名字为键的杠杆映射")
        faults.append(fault(node.at, ("levers",), "type", what=what, expected=wanted, hint=""))
        return out
    for name, inner in sorted(node.value.items()):
        path: Path = ("levers", name)
        kind = inner.value.get("kind") if inner.is_mapping else None
        if kind is not None and kind.value is BROKEN or inner.value is BROKEN:
            continue
        if inner.is_removal and name in named:
            continue
        at, where, lever = inner.key, path, name
        if kind is not None and not kind.is_removal:
            at, where, lever = kind.at, (*path, "kind"), kind.value
        if not isinstance(lever, str):
            wanted = ("the name of a lever", "杠杆的名字")
            faults.append(fault(at, where, "type", what=kind_of(lever), expected=wanted, hint=""))
        elif lever not in catalogue:
            faults.append(fault(at, where, "unknown_lever", key=lever, instead=instead(lever, catalogue)))
        elif lever != name and name in catalogue:
            faults.append(fault(at, where, "kind_clash", key=name))
        elif not WORD.match(name):
            faults.append(fault(at, path, "key", key=repr(name[:40]), near=""))
        elif not inner.is_removal and not inner.is_mapping:
            faults.append(fault(inner.at, path, "lever_form", what=kind_of(inner.value)))
        elif not inner.is_removal:
            _instance(name, catalogue[lever], inner, faults, out)
    return out


def _instance(name: str, lever: Lever, node: Node, faults: list[Fault], out: dict[str, dict[str, Any]]) -> None:
    """One instance of a lever: its parameters over those of its preset, and its aim."""
    path: Path = ("levers", name)
    own = Node({k: v for k, v in node.value.items() if k not in INSTANCE_KEYS}, node.at, node.key)
    preset, aim = node.value.get("preset"), node.value.get("for")
    if preset is not None and not preset.is_removal and preset.value is not BROKEN:
        if not isinstance(preset.value, str) or preset.value not in lever.presets:
            key = preset.value if isinstance(preset.value, str) else kind_of(preset.value)[0]
            words = {"key": key, "instead": instead(key, lever.presets)}
            faults.append(fault(preset.at, (*path, "preset"), "unknown_preset", **words))
        else:
            out["presets"][name] = preset.value
            base = planted({}, preset.at)
            for dotted_name, value in lever.presets[preset.value].values.items():
                base = merge(base, nested(tuple(dotted_name.split(".")), planted(value, preset.at)))
            own = merge(base, own)
    if aim is not None and not aim.is_removal and aim.value is not BROKEN:
        if not (aim.is_mapping or isinstance(aim.value, (list, str))):
            faults.append(fault(aim.at, (*path, "for"), "aim_form", what=kind_of(aim.value)))
            aim = Node({}, aim.at, aim.key)
        if isinstance(aim.value, list):  # `for: [new, active]`
            aim = Node({"segments": aim}, aim.at, aim.key)
        elif isinstance(aim.value, str):  # `for: new`
            aim = Node({"segments": Node([aim], aim.at, aim.key)}, aim.at, aim.key)
        block = _block(Aim, aim, (*path, "for"), faults)
        if block is not None:
            out["aims"][name] = block
    out["levers"][name] = _block(lever.Parameters, own, path, faults, extra=INSTANCE_KEYS)
    out["kinds"][name] = lever.name
