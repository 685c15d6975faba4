"""Steering a world, overnight and from past totals only: the timetable's changes, the policies' reactions, the experiments' arms."""

from __future__ import annotations

import dataclasses
import math
from typing import Any, NamedTuple

from sim.parameter import minor_units
from sim.segment import SOMEBODY
from sim.steering import timetable
from sim.steering.metric import Gauge
from sim.steering.place import Place, find, value_at, with_value
from sim.steering.trial import Trial


class Fired(NamedTuple):
    """One action of a policy: the first day on which it holds, what was measured, and what was changed."""

    day: int
    policy: str
    value: float
    before: float
    after: float


class Steering:
    """The changes that a scenario plans for its own parameters.

    ``log`` holds what policies did, in order. ``trials`` are the experiments.
    """

    def __init__(self, model: Any) -> None:
        plan = model.plan
        self.model = model
        self.log: list[Fired] = []
        self.trials = [Trial(name, k, e, model) for k, (name, e) in enumerate(plan.experiments.items())]
        self._closed: set[str] = set()
        self._places: dict[str, Place] = {}
        self._timetable: dict[str, list[Any]] = {}
        for change in plan.schedule.values():
            place = self._place(change.path)
            self._timetable.setdefault(change.path, []).append(change.model_copy(update={"to": place.fitted(change.to)}))
        self._at_first = {path: self._value(path) for path in self._timetable}
        self._scheduled = dict(self._at_first)
        self._gauges = {name: Gauge(p.metric, {k: model.levers[k] for k in plan.levers}) for name, p in plan.policies.items()}
        self._acted: dict[str, int] = {}
        for policy in plan.policies.values():
            self._place(policy.path)

    def overnight(self, day: int) -> None:
        """Make the changes that are due before ``day`` is lived."""
        self._keep_to_the_timetable(day)
        if day > 0:
            self._react(day)
        self._open_and_close(day)

    def closed_bits(self, lever: str) -> int:
        """Everybody's bit where an experiment keeps a lever from all: before it, after it, and in control stretches; else 0."""
        return SOMEBODY if lever in self._closed else 0

    # ---- the three

    def _keep_to_the_timetable(self, day: int) -> None:
        date = self.model.date_of(day)
        for path, changes in self._timetable.items():
            wanted = timetable.value_on(date, self._at_first[path], changes)
            wanted = timetable.rounded(wanted, self._places[path].is_whole)
            if wanted != self._scheduled[path] and self._set(path, wanted):
                self._scheduled[path] = wanted

    def _react(self, day: int) -> None:
        model = self.model
        for name, policy in model.plan.policies.items():
            gauge = self._gauges[name]
            gauge.note(model.history[-1], model.total, len(model.rows))
            if day - self._acted.get(name, -policy.cool_down_days) < policy.cool_down_days:
                continue
            measured = gauge.read(policy.window_days)
            if measured is None or not _calls(policy, measured):
                continue
            before = self._value(policy.path)
            after = _moved(policy, self._places[policy.path], before)
            if after != before and self._set(policy.path, after):
                self._acted[name] = day
                self.log.append(Fired(day, name, measured, math.nan if before is None else float(before), float(after)))

    def _open_and_close(self, day: int) -> None:
        for trial in self.trials:
            trial.overnight(day, self.model)
        closed = {lever for trial in self.trials if not trial.is_open(day) for lever in trial.experiment.levers}
        turned, self._closed = closed ^ self._closed, closed
        for lever in sorted(turned):
            self.model.set_parameters(lever, self.model.parameters[lever])

    # ---- reading and writing one parameter

    def _place(self, path: str) -> Place:
        if path not in self._places:
            model = self.model
            blocks = {name: getattr(model.plan, name) for name in ("behaviour", "market", "economics")}
            self._places[path] = find(path, blocks, model.parameters, model.levers)
        return self._places[path]

    def _block(self, place: Place) -> Any:
        return self.model.parameters[place.lever] if place.lever else getattr(self.model.plan, place.section)

    def _value(self, path: str) -> Any:
        place = self._places[path]
        return value_at(self._block(place), place.names)

    def _set(self, path: str, value: Any) -> bool:
        """Change one parameter; False where it must wait, because a budget could not bear it."""
        place = self._places[path]
        block = with_value(self._block(place), place.names, value)
        if not place.lever:
            self.model.set_core(dataclasses.replace(self.model.plan, **{place.section: block}))
            return True
        if not self._bearable(place.lever, block):
            return False
        self.model.set_parameters(place.lever, block)
        return True

    def _bearable(self, lever: str, parameters: Any) -> bool:
        """Whether the budgets can bear what users already hold, once it is worth what these parameters say."""
        before, after = self.model.committed(lever), self.model.committed(lever, parameters)
        if after <= before:
            return True
        cap, left = getattr(parameters, "budget", None), self.model.left_to_spend()
        return (cap is None or after <= minor_units(cap)) and (left is None or after - before <= left)


def _calls(policy: Any, measured: float) -> bool:
    """Whether a metric calls for action."""
    return measured > policy.above if policy.above is not None else measured < policy.below


def _moved(policy: Any, place: Place, before: Any) -> Any:
    """The parameter after an action, inside its range and the policy's limits."""
    if isinstance(policy.to, bool):
        return policy.to
    number = policy.to
    if policy.add is not None:
        number = before + policy.add
    elif policy.times is not None:
        number = before * policy.times
    if policy.least is not None:
        number = max(number, policy.least)
    if policy.most is not None:
        number = min(number, policy.most)
    return place.nearest(number)
