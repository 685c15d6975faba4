"""The free texts of a scenario file: what it is called, asks and found, in English and, under ``zh``, in Chinese."""

from __future__ import annotations

from typing import Any

from sim.scenario.explain import instead
from sim.scenario.faults import Fault, fault
from sim.scenario.read import kind_of
from sim.scenario.source import BROKEN, Node, Path

TEXTS = {"name": 120, "description": 10_000, "question": 10_000, "finding": 10_000}
"""Free texts of a file and their greatest length. They describe their own file and are not inherited."""
CHINESE = "zh"
"""The block with the same texts in Chinese, for whoever reads reports in it."""


def free_texts(layer: Node, faults: list[Fault]) -> dict[str, Any]:
    """The free texts of a file; those in Chinese under ``zh``."""
    out: dict[str, Any] = _of_block(layer, (), faults)
    node = layer.value.get(CHINESE)
    if node is None or node.is_removal or node.value is BROKEN:
        return out
    if not node.is_mapping:
        names = ", ".join(TEXTS)
        wanted = (f"a mapping with {names}", f"含有 {names} 的映射")
        faults.append(fault(node.at, (CHINESE,), "type", what=kind_of(node.value), expected=wanted, hint=""))
        return out
    for name, inner in node.value.items():
        if name not in TEXTS:
            faults.append(fault(inner.key, (CHINESE, name), "unknown_key", key=name, instead=instead(name, TEXTS)))
    return out | {CHINESE: _of_block(node, (CHINESE,), faults)}


def _of_block(block: Node, path: Path, faults: list[Fault]) -> dict[str, str]:
    """The texts of a mapping that can be used."""
    out = {}
    for name, most in TEXTS.items():
        node = block.value.get(name)
        if node is None or node.is_removal or node.value is BROKEN:
            continue
        line = ("one line of text", "一行文本") if name == "name" else ("text", "文本")
        if not isinstance(node.value, str):
            plainly = isinstance(node.value, (int, float))
            hint = ("; put it in quotes", "；请加引号") if plainly else ""
            faults.append(fault(node.at, (*path, name), "type", what=kind_of(node.value), expected=line, hint=hint))
        elif len(node.value) > most or name == "name" and ("\n" in node.value or not node.value.strip()):
            limit = (f"{line[0]} of at most {most} characters", f"最多 {most} 个字符的{line[1]}")
            faults.append(fault(node.at, (*path, name), "type", what=kind_of(node.value), expected=limit, hint=""))
        else:
            out[name] = node.value
    return out
