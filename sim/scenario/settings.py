"""Values laid over a scenario file: ``--set PATH=VALUE``, options such as ``--users``, and changes from Python."""

from __future__ import annotations

import datetime
import numbers
from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import BaseModel

from sim.scenario.faults import Fault, fault
from sim.scenario.inherit import ENTRY, merge
from sim.scenario.read import MAX_DEPTH, WORD, kind_of, read_text
from sim.scenario.source import BROKEN, WHOLE_FILE, Node, Origin, deepest, dotted, nested, planted

SET = "--set"


def lay_settings(base: Node, settings: Iterable[str], faults: list[Fault]) -> Node:
    """The scenario with each ``PATH=VALUE`` laid over it in turn."""
    for number, text in enumerate(settings, 1):
        layer = _parse(text, number, faults)
        if layer is not None:
            base = _lay(base, *layer, faults)
    return base


def lay_values(base: Node, values: Mapping[str, Any], faults: list[Fault], origin: str | None = None) -> Node:
    """The scenario with values laid over it by dotted path.

    Without ``origin`` they come from the options they are named for: ``run.users`` from ``--users``; an option
    that was not given (None) changes nothing.
    """
    for text, value in values.items():
        at = Origin(origin or f"--{text.rsplit('.', 1)[-1].replace('_', '-')}")
        if origin is None and value is None:
            continue
        path = tuple(text.split("."))
        if not all(WORD.match(name) for name in path):
            faults.append(fault(at, (), "set_path", text=text[:60]))
            continue
        node = plant(value, at, faults)
        if node is not None:
            base = _lay(base, path, node, faults)
    return base


def plant(value: Any, at: Origin, faults: list[Fault]) -> Node | None:
    """A tree from Python values; None after a fault (nested too deep)."""
    try:
        return planted(_simple(value, MAX_DEPTH), at)
    except RecursionError:
        faults.append(fault(at, (), "too_deep"))
        return None


def _simple(value: Any, depth: int) -> Any:
    """Python values as a file would give them: NumPy's numbers as Python's, blocks as mappings, dates as text."""
    if depth < 0:
        raise RecursionError
    if isinstance(value, BaseModel):
        value = value.model_dump(mode="json", exclude_none=True)
    if isinstance(value, Mapping):
        return {str(k): _simple(v, depth - 1) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_simple(v, depth - 1) for v in value]
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, numbers.Integral) and not isinstance(value, bool):
        return int(value)
    if isinstance(value, numbers.Real) and not isinstance(value, bool):
        return float(value)
    return value


def _parse(text: str, number: int, faults: list[Fault]) -> tuple[tuple[str, ...], Node] | None:
    """Path and value of one ``--set``; None after a fault."""
    head, equals, tail = text.partition("=")
    key = Origin(SET, number, 1)
    if not equals:
        faults.append(fault(key, (), "set_form", text=text[:60]))
        return None
    path = tuple(head.strip().split("."))
    if len(path) > MAX_DEPTH or not all(WORD.match(name) for name in path):
        faults.append(fault(key, (), "set_path", text=head[:60]))
        return None
    reading = read_text(tail, lambda _, column: Origin(SET, number, column + len(head) + 1))
    where = dotted(path)
    for problem in reading.faults:
        inner = problem.path.removeprefix(WHOLE_FILE)
        joint = "." if inner and not inner.startswith("[") else ""
        faults.append(problem._replace(path=where + joint + inner))
    if not reading.complete or reading.node is not None and reading.node.value is BROKEN:
        return None
    if reading.node is None:
        faults.append(fault(Origin(SET, number, len(text) + 1), path, "set_value"))
        return None
    reading.node.key = key
    return path, reading.node


def _lay(base: Node, path: tuple[str, ...], node: Node, faults: list[Fault]) -> Node:
    """Lay one value over the scenario, making the mappings on the way to it."""
    parent, depth = deepest(base, path[:-1])
    names = parent.is_mapping or parent.is_removal or path[:depth] == ENTRY
    if not names and parent.value is not BROKEN:
        faults.append(fault(node.key, path, "set_below", parent=dotted(path[:depth]), what=kind_of(parent.value)))
        return base
    return merge(base, nested(path, node))
