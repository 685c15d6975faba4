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

from sim.lever import Lever, LeverParameters
from sim.lever import levers as found_levers
from sim.parameter import Parameters, nested_block
from sim.scenario.explain import explain, instead
from sim.scenario.faults import Fault, ScenarioError, fault
from sim.scenario.inherit import merge, read_chain
from sim.scenario.read import WORD, kind_of
from sim.scenario.schema import Behaviour, Calendar, Economics, Entry, Market, Platform, Population, Run
from sim.scenario.settings import lay_settings, lay_values, plant
from sim.scenario.source import BROKEN, Node, Origin, Path, plain, planted, walk

TEXTS = {"name": 120, "description": 10_000, "question": 10_000, "finding": 10_000}
"""Free texts of a file and their greatest length. They describe their own file and are not inherited."""

BLOCKS: dict[str, type[Parameters]] = {
    "run": Run,
    "population": Population,
    "market": Market,
    "behaviour": Behaviour,
    "platform": Platform,
    "economics": Economics,
    "calendar": Calendar,
}
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}\Z", re.ASCII)

Catalogue = Mapping[str, Lever]


@dataclass(frozen=True)
class Scenario:
    """A checked scenario.

    ``levers`` and ``kinds`` give parameters and lever by the instance's name, in the order of names.
    ``origins`` says who set each value that is not a default; ``given`` is the merged file before defaults.
    """

    name: str
    run: Run
    population: Population
    market: Market
    behaviour: Behaviour
    platform: Platform
    economics: Economics
    calendar: Calendar
    levers: dict[str, LeverParameters]
    kinds: dict[str, str]
    description: str = ""
    question: str = ""
    finding: str = ""
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
        out: dict[str, Any] = {k: getattr(self, k) for k in TEXTS if getattr(self, k)}
        out |= {k: getattr(self, k).model_dump(mode="json") for k in BLOCKS}
        entry = out["population"]["entry"]
        out["population"]["entry"] = "market" if entry["market"] else {k: v for k, v in entry.items() if v is not None}
        out["levers"] = {
            name: ({"kind": self.kinds[name]} if self.kinds[name] != name else {}) | values.model_dump(mode="json")
            for name, values in self.levers.items()
        }
        return out

    def digest(self) -> str:
        """sha256 (hex) of everything that can change a result: the resolved scenario without its texts."""
        says = {k: v for k, v in self.resolved().items() if k not in TEXTS}
        text = json.dumps(says, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
        return hashlib.sha256(text.encode()).hexdigest()

    def with_values(self, values: Mapping[str, Any], catalogue: Catalogue | None = None) -> Scenario:
        """A copy with values changed by dotted path, such as ``{"run.users": 5}``; None takes a value away.
        Raises ScenarioError."""
        faults: list[Fault] = []
        given = lay_values(self.given, values, faults, origin="values")
        if "name" not in given.value:
            given = Node({"name": planted(self.name, Origin("values")), **given.value}, given.at, given.key)
        return _check(given, faults, self.path, catalogue, named=self.kinds)

    def without(self, lever: str, catalogue: Catalogue | None = None) -> Scenario:
        """A copy without an instance of this name, or without every instance of this lever. Raises ScenarioError."""
        gone = [name for name, kind in self.kinds.items() if lever in (name, kind)]
        if not gone:
            there = instead(lever, self.levers)
            raise ScenarioError([fault(Origin("values"), ("levers",), "no_such_lever", key=lever, instead=there)])
        return self.with_values({f"levers.{name}": None for name in gone}, catalogue)


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
        _texts(parent, faults)
    given = layers[-1]
    for child in layers[-2::-1]:
        given = merge(Node({k: v for k, v in given.value.items() if k not in TEXTS}, given.at, given.key), child)
    named = {name for layer in layers for name in _names_of_levers(layer)}
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
    texts = _texts(given, faults)
    for name, node in given.value.items():
        if name == "extends" and not node.is_removal:
            faults.append(fault(node.key, (name,), "extends_here"))
        elif name not in (*TEXTS, *BLOCKS, "extends", "levers"):
            known = [*TEXTS, "extends", *BLOCKS, "levers"]
            faults.append(fault(node.key, (name,), "unknown_key", key=name, instead=instead(name, known)))
    blocks = {name: _block(block, given.value.get(name), (name,), faults) for name, block in BLOCKS.items()}
    levers, kinds = _levers(given.value.get("levers"), set(named), catalogue, faults)
    if faults:
        raise ScenarioError(faults)
    name = texts.pop("name", "") or (path.stem if path is not None else "scenario")
    given = _without_removed_levers(given)
    return Scenario(name=name, path=path, given=given, levers=levers, kinds=kinds, **texts, **blocks)


def _texts(layer: Node, faults: list[Fault]) -> dict[str, str]:
    """The free texts of a file."""
    out = {}
    for name, most in TEXTS.items():
        node = layer.value.get(name)
        if node is None or node.is_removal or node.value is BROKEN:
            continue
        line = ("one line of text", "一行文本") if name == "name" else ("text", "文本")
        if not isinstance(node.value, str):
            plainly = isinstance(node.value, (int, float))
            hint = ("; put it in quotes", "；请加引号") if plainly else ""
            faults.append(fault(node.at, (name,), "type", what=kind_of(node.value), expected=line, hint=hint))
        elif len(node.value) > most or name == "name" and ("\n" in node.value or not node.value.strip()):
            limit = (f"{line[0]} of at most {most} characters", f"最多 {most} 个字符的{line[1]}")
            faults.append(fault(node.at, (name,), "type", what=kind_of(node.value), expected=limit, hint=""))
        else:
            out[name] = node.value
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


def _without_removed_levers(given: Node) -> Node:
    block = given.value.get("levers")
    if block is None or not block.is_mapping:
        return given
    kept = Node({k: v for k, v in block.value.items() if not v.is_removal}, block.at, block.key)
    return Node({**given.value, "levers": kept}, given.at, given.key)


def _names_of_levers(layer: Node) -> Iterable[str]:
    block = layer.value.get("levers")
    return (name for name, node in block.value.items() if not node.is_removal) if block and block.is_mapping else ()


def _levers(
    node: Node | None, named: set[str], catalogue: Catalogue, faults: list[Fault]
) -> tuple[dict[str, LeverParameters], dict[str, str]]:
    """Parameters and lever of every instance. ``named``: instances that some file gives, and that may be removed."""
    levers: dict[str, Any] = {}
    kinds: dict[str, str] = {}
    if node is None or node.is_removal or node.value is BROKEN:
        return levers, kinds
    if not node.is_mapping:
        what, wanted = kind_of(node.value), ("a mapping of levers by name", "以名字为键的杠杆映射")
        faults.append(fault(node.at, ("levers",), "type", what=what, expected=wanted, hint=""))
        return levers, kinds
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
            own = Node({k: v for k, v in inner.value.items() if k != "kind"}, inner.at, inner.key)
            levers[name] = _block(catalogue[lever].Parameters, own, path, faults, extra=("kind",))
            kinds[name] = lever
    return levers, kinds
