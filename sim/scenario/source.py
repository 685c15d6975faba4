"""Where a value comes from: the tree that reading, inheriting and setting work on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

Path = tuple[str | int, ...]
"""A place inside a scenario: keys of mappings and indices of lists."""


class Origin(NamedTuple):
    """The file, line and column that said something (both from 1). For options, see ``faults``."""

    file: str
    line: int = 1
    column: int = 1


class Broken:
    """Stands where a value could not be read. Its fault is already reported, so nobody else complains about it."""


BROKEN = Broken()


@dataclass(slots=True)
class Node:
    """One value: a scalar, ``dict[str, Node]`` or ``list[Node]``, with the place of the value and of its key."""

    value: Any
    at: Origin
    key: Origin

    @property
    def is_mapping(self) -> bool:
        return isinstance(self.value, dict)

    @property
    def is_removal(self) -> bool:
        """``null``: what a parent said here does not hold, and neither does anything below it."""
        return self.value is None


def plain(node: Node) -> Any:
    """The values of a tree without their places."""
    if isinstance(node.value, dict):
        return {k: plain(v) for k, v in node.value.items()}
    if isinstance(node.value, list):
        return [plain(v) for v in node.value]
    return node.value


def planted(value: Any, at: Origin) -> Node:
    """A tree from plain values that all come from one place."""
    if isinstance(value, dict):
        return Node({k: planted(v, at) for k, v in value.items()}, at, at)
    if isinstance(value, (list, tuple)):
        return Node([planted(v, at) for v in value], at, at)
    return Node(value, at, at)


def nested(path: tuple[str, ...], node: Node) -> Node:
    """A tree that says nothing but ``node`` at ``path``."""
    for name in reversed(path):
        node = Node({name: node}, node.key, node.key)
    return node


def deepest(node: Node, path: Path) -> tuple[Node, int]:
    """The node at a path, or its nearest ancestor in the tree, and how many steps of the path lead there."""
    for depth, step in enumerate(path):
        inner = node.value
        here = step in inner if isinstance(inner, dict) else isinstance(inner, list) and step in range(len(inner))
        if not here:
            return node, depth
        node = inner[step]
    return node, len(path)


def walk(node: Node, path: Path = ()) -> Iterator[tuple[Path, Node]]:
    """Every node of a tree with its path, parents before children."""
    yield path, node
    if isinstance(node.value, dict):
        for name, inner in node.value.items():
            yield from walk(inner, (*path, name))
    elif isinstance(node.value, list):
        for index, inner in enumerate(node.value):
            yield from walk(inner, (*path, index))


WHOLE_FILE = "(file)"
"""The path of a file as a whole."""


def dotted(path: Path) -> str:
    """``levers.tiers.thresholds[1]``; the whole file is ``(file)``."""
    out = ""
    for step in path:
        out += f"[{step}]" if isinstance(step, int) else f".{step}" if out else step
    return out or WHOLE_FILE
