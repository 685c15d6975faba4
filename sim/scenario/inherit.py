"""``extends``: a scenario says only what is different from another file.

Mappings merge, the child wins, ``null`` removes, lists and single values replace. Three places know better:

- ``population.entry`` is one of three, so another choice replaces the parent's wholly;
- ``population.spend`` is gamma-gamma (p, q, v) or lognormal (median, sigma): giving one drops the parent's other;
- a lever block with another ``kind`` replaces the parent's block.

A file is found relative to the one that names it and must lie in the same tree: the folder of the scenario, or
its ancestor called ``scenarios``. Links are followed first, so none leads out.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path as FilePath
from pathlib import PureWindowsPath

from sim.scenario.faults import Fault, fault
from sim.scenario.read import kind_of, neighbour, read_file
from sim.scenario.source import BROKEN, Node, Path

MAX_EXTENDS = 5
TREE = "scenarios"
ENTRY: Path = ("population", "entry")
SPEND: Path = ("population", "spend")
SPEND_KINDS = ({"p", "q", "v"}, {"median", "sigma"})


@dataclass
class Chain:
    """A scenario file and what it extends, the file itself first. ``complete``: every file could be read to its end."""

    layers: list[Node] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    complete: bool = True


def read_chain(path: str | os.PathLike[str]) -> Chain:
    """Read a scenario file and all it extends; faults of all files are collected."""
    chain = Chain()
    shown = os.fspath(path)
    try:
        real = FilePath(os.path.realpath(path))
    except (OSError, ValueError):  # read_file says what is wrong with such a name
        real = FilePath("/")
    root = tree_of(real)
    seen: dict[FilePath, str] = {}
    target: FilePath | str | os.PathLike[str] = path
    while True:
        reading = read_file(target, shown)
        chain.faults += reading.faults
        chain.complete &= reading.complete
        if reading.node is None or not reading.node.is_mapping:
            return chain
        chain.layers.append(reading.node)
        seen[real] = shown
        extends = reading.node.value.pop("extends", None)
        if extends is None or extends.is_removal or extends.value is BROKEN:
            return chain
        following = _follow(extends, real, root, seen, chain.faults)
        if following is None:
            chain.complete = False
            return chain
        moved = FilePath(os.path.realpath(shown)) != FilePath(os.path.abspath(shown))
        shown = str(following) if moved else os.path.normpath(os.path.join(os.path.dirname(shown), extends.value))
        target = real = following


def tree_of(file: FilePath) -> FilePath:
    """The folder that a scenario's ``extends`` may not leave; ``file`` has its links resolved."""
    return next((folder for folder in file.parents if folder.name == TREE), file.parent)


def merge(parent: Node, child: Node, path: Path = ()) -> Node:
    """What holds when ``child`` is laid over ``parent``. Removals stay as ``null``; nothing is changed in place."""
    if not (parent.is_mapping and child.is_mapping) or _replaces(parent, child, path):
        return child
    merged = dict(parent.value)
    if path == SPEND:
        for mine, other in (SPEND_KINDS, SPEND_KINDS[::-1]):
            if any(name in mine and not node.is_removal for name, node in child.value.items()):
                merged = {k: v for k, v in merged.items() if k not in other}
    for name, node in child.value.items():
        merged[name] = merge(merged[name], node, (*path, name)) if name in merged else node
    return Node(merged, child.at, child.key)


def _replaces(parent: Node, child: Node, path: Path) -> bool:
    if path == ENTRY:
        return len(child.value) != 1 or set(parent.value) != set(child.value)
    if len(path) == 2 and path[0] == "levers" and "kind" in child.value:
        before = parent.value["kind"].value if "kind" in parent.value else path[1]
        return child.value["kind"].value != before
    return False


def _follow(
    extends: Node, real: FilePath, root: FilePath, seen: dict[FilePath, str], faults: list[Fault]
) -> FilePath | None:
    """The file that ``extends`` names, links resolved; None after a fault."""

    def refuse(message: str, **words) -> None:
        faults.append(fault(extends.at, ("extends",), message, **words))

    name = extends.value
    if not isinstance(name, str) or not name:
        return refuse("extends_text", what=kind_of(name))
    if os.path.isabs(name) or PureWindowsPath(name).anchor or name.startswith("~"):
        return refuse("extends_absolute")
    try:
        target = FilePath(os.path.realpath(real.parent / name))
    except OSError as problem:
        return refuse("unreadable", why=problem.strerror or str(problem))
    if not target.is_relative_to(root):
        return refuse("extends_outside", target=name, root=root.name)
    if target in seen:
        shown = list(seen.values())
        circle = [os.path.basename(s) for s in shown[list(seen).index(target) :]]
        return refuse("extends_cycle", circle=" → ".join([*circle, circle[0]]))
    if len(seen) > MAX_EXTENDS:
        return refuse("extends_deep")
    if os.path.isdir(target):
        return refuse("folder")
    if not os.path.exists(target):
        return refuse("missing", near=neighbour(target))
    return target
