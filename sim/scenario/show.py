"""A resolved scenario as YAML that can be loaded again."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from sim.scenario.check import Scenario
from sim.scenario.source import Node, Path, deepest

_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
_NOT_WORDS = {"null", "true", "false", "nan", "inf"}


def render_resolved(scenario: Scenario, origin: bool = False, default: str = "default") -> str:
    """Every value of a scenario, one a line.

    With ``origin`` a comment says who set it: ``# file:line``, ``# --set``, ``# --users``, ``# default`` (in the word given).
    """
    return "".join(f"{line}\n" for line in _lines(scenario.resolved(), (), scenario.given if origin else None, default))


def _lines(block: dict[str, Any], path: Path, given: Node | None, default: str) -> Iterator[str]:
    indent = "  " * len(path)
    for name, value in block.items():
        here = (*path, name)
        if isinstance(value, dict) and value:
            yield f"{indent}{name}:{_comment(here, given, default, header=True)}"
            yield from _lines(value, here, given, default)
        else:
            yield f"{indent}{name}: {_value(value)}{_comment(here, given, default)}"


def _comment(path: Path, given: Node | None, default: str, header: bool = False) -> str:
    """Who set a value. A header (``cohort:``) has one only where a file set it as a whole, by a word."""
    if given is None:
        return ""
    node, depth = deepest(given, path)
    found = depth == len(path) and not node.is_removal
    if header:
        return f"  # {_who(node)}" if found and not node.is_mapping else ""
    return f"  # {_who(node)}" if found else f"  # {default}"


def _who(node: Node) -> str:
    """``file:line``; an option (``--users``) has no line."""
    return node.at.file if node.at.file.startswith("--") else f"{node.at.file}:{node.at.line}"


def _value(value: Any) -> str:
    if isinstance(value, list):
        return f"[{', '.join(_value(v) for v in value)}]"
    if isinstance(value, str) and _PLAIN.match(value) and value.lower() not in _NOT_WORDS:
        return value
    return json.dumps(value, ensure_ascii=False, allow_nan=False)
