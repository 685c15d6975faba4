"""What the parts of a scenario say about each other: names that must exist, parameters that shall change, dates inside the run."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from sim.lever import Lever
from sim.parameter import Parameters
from sim.scenario.explain import explain, instead
from sim.scenario.faults import Fault, fault
from sim.scenario.read import kind_of
from sim.scenario.source import Node, Origin, Path, deepest, dotted
from sim.segment import MOST_EXPERIMENTS, MOST_PERSONAS
from sim.steering import metric, timetable
from sim.steering.place import NoPlace, Place, find, value_at


@dataclass(frozen=True)
class _Whole:
    """All parts of a scenario, each of which is right by itself."""

    given: Node
    blocks: Mapping[str, Any]
    sections: Mapping[str, Mapping[str, Any]]
    levers: Mapping[str, Parameters]
    aims: Mapping[str, Any]
    kinds: Mapping[str, Lever]

    def at(self, *path: str | int) -> Origin:
        """Where something is said, or where the nearest thing above it is."""
        return deepest(self.given, path)[0].at

    def block(self, place: Place) -> Parameters:
        """The block that a place lies in."""
        return self.levers[place.lever] if place.lever else self.blocks[place.section]


def cross_check(
    given: Node, blocks: Mapping[str, Any], sections: Mapping[str, Any], instances: Mapping[str, Any], catalogue: Mapping[str, Lever]
) -> Iterator[Fault]:
    """Every fault between the parts of a scenario. ``instances``: levers, kinds, aims by instance."""
    kinds = {name: catalogue[kind] for name, kind in instances["kinds"].items()}
    whole = _Whole(given, blocks, sections, instances["levers"], instances["aims"], kinds)
    yield from _names(whole)
    for name, change in sections["schedule"].items():
        yield from _change(whole, name, change)
    for name, policy in sections["policies"].items():
        yield from _policy(whole, name, policy)
    for section in ("schedule", "experiments"):
        for name, plan in sections[section].items():
            yield from _dates(whole, section, name, plan)


def _names(whole: _Whole) -> Iterator[Fault]:
    """Personas and levers that something names and the scenario does not have; and more names than there are bits."""
    for name, aim in whole.aims.items():
        for k, persona in enumerate(aim.personas):
            if persona not in whole.sections["personas"]:
                path: Path = ("levers", name, "for", "personas", k)
                yield fault(whole.at(*path), path, "unknown_name", key=persona, instead=instead(persona, whole.sections["personas"]))
    for name, experiment in whole.sections["experiments"].items():
        for k, lever in enumerate(experiment.levers):
            if lever not in whole.levers:
                path = ("experiments", name, "levers", k)
                yield fault(whole.at(*path), path, "unknown_name", key=lever, instead=instead(lever, whole.levers))
    for section, most in (("personas", MOST_PERSONAS), ("experiments", MOST_EXPERIMENTS)):
        count = len(whole.sections[section])
        if count > most:
            yield fault(whole.given.value[section].key, (section,), "too_many_named", count=str(count), most=str(most))


def _change(whole: _Whole, name: str, change: Any) -> Iterator[Fault]:
    """A dated change: of a parameter there is, to a value it may have."""
    place = yield from _place(whole, ("schedule", name, "path"), change.path)
    if place is None:
        return
    yield from _fits(whole, place, ("schedule", name, "to"), change.to)
    if change.ramp_days and not all(_is_number(v) for v in (change.to, value_at(whole.block(place), place.names))):
        path = ("schedule", name, "ramp_days")
        yield fault(whole.at(*path), path, "ramp_number", key=change.path)


def _policy(whole: _Whole, name: str, policy: Any) -> Iterator[Fault]:
    """A reaction: to a metric there is, of a parameter that can be moved so, within limits that it may have."""
    metrics = metric.known(whole.kinds)
    if policy.metric not in metrics:
        path: Path = ("policies", name, "metric")
        near = instead(policy.metric, [*(n for n in metric.RATES if n in metrics), *metrics])
        yield fault(whole.at(*path), path, "unknown_metric", key=policy.metric, instead=near)
    place = yield from _place(whole, ("policies", name, "path"), policy.path)
    if place is None:
        return
    now, path = value_at(whole.block(place), place.names), ("policies", name, "path")
    if isinstance(now, str):
        yield fault(whole.at(*path), path, "policy_number", key=policy.path, what=kind_of(now))
        return
    if policy.to is None and not _is_number(now):
        yield fault(whole.at(*path), path, "policy_step", key=policy.path)
        return
    for limit in ("to", "least", "most"):
        value = getattr(policy, limit)
        if value is not None:
            yield from _fits(whole, place, ("policies", name, limit), value)
    if _is_number(policy.to):
        low, high = (v if v is not None else policy.to for v in (policy.least, policy.most))
        if not low <= policy.to <= high:
            path = ("policies", name, "to")
            yield fault(whole.at(*path), path, "policy_aim", what=kind_of(deepest(whole.given, path)[0].value))


def _place(whole: _Whole, path: Path, said: str) -> Any:
    """The parameter that is named, or a fault."""
    try:
        return find(said, whole.blocks, whole.levers, whole.kinds)
    except NoPlace as no:
        words = dict(no.words)
        if "names" in words and not isinstance(words["names"], str):
            words["instead"] = instead(words["key"], words.pop("names"))
        yield fault(whole.at(*path), path, no.message, **words)
        return None


def _fits(whole: _Whole, place: Place, path: Path, value: Any) -> Iterator[Fault]:
    """A value must be one that a scenario could set from the start."""
    inner = value_at(whole.block(place), place.names[:-1])
    own = {n: getattr(inner, n) for n in type(inner).model_fields} | {place.names[-1]: place.fitted(value)}
    try:
        type(inner).model_validate(own)
    except ValidationError as problem:
        said = deepest(whole.given, path)[0]  # as it was written: 7, not 7.0
        node = Node({place.names[-1]: said}, said.at, said.at)
        for found in explain(problem, type(inner), node, path, set()):
            yield Fault(found.file, found.line, found.column, dotted(path), found.message, found.chinese)


def _dates(whole: _Whole, section: str, name: str, plan: Any) -> Iterator[Fault]:
    """A date that never comes in the run is a slip of the pen, unless the run was made another one for a try.

    So nothing is said where length or start of the run come from an option or from Python.
    """
    path: Path = (section, name, "on" if plan.on is not None else "until")
    said, run = deepest(whole.given, path)[0], (("run", "days"), ("calendar", "start"))
    asked = [node.at for node, depth in (deepest(whole.given, where) for where in run) if depth == 2]
    if said.at.file in ("mapping", "values", "default") or any(at.file.startswith("--") or at.file == "values" for at in asked):
        return
    first = whole.blocks["calendar"].start
    last = first + datetime.timedelta(days=whole.blocks["run"].days)
    if section == "schedule":
        comes = timetable.happens_between(plan, first, last)
    else:
        comes = (plan.on or first) <= last and (plan.until or last) >= first
    if not comes:
        words = {"date": str(getattr(plan, path[-1])), "first": str(first), "last": str(last)}
        yield fault(said.at, path, "date_outside", **words)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
