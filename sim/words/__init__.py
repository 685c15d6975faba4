"""Chinese for what the simulator's own files say in English: one catalogue beside this file for each module that says something.

`coupons.toml` belongs to `sim/levers/coupons.py`, `schema.toml` and `plans.toml` to those of `sim/scenario/`, `metric.toml` to
`sim/steering/metric.py`; `lever.toml` to what every lever has, `units.toml` and `sources.toml` to the units of parameters and to what
stands behind them. A text is found by its English, so one that changes has no Chinese until somebody writes it, and the tests name it.
A lever's long description is told apart by its digest (``of``).
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from functools import lru_cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
SHARED = ("lever", "schema")
"""The catalogues of what every lever has and of blocks that others contain; looked into where a module's own says nothing."""


@lru_cache(maxsize=64)
def catalogue(said_by: str) -> dict[str, Any]:
    """The Chinese texts of a module by its last name (``coupons``); empty where it has none, as a plug-in."""
    file = FOLDER / f"{said_by}.toml"
    if not said_by.isidentifier() or not file.is_file():
        return {}
    return tomllib.loads(file.read_text(encoding="utf-8"))


def chinese(text: str, said_by: str) -> str:
    """An English text of a module in Chinese; the text itself where nobody has translated it. ``units`` are looked up part by part."""
    if said_by == "units":
        return unit(text)
    plain = " ".join(text.split())
    for name in (said_by, *SHARED):
        if found := catalogue(name).get("words", {}).get(plain):
            return found
    return text


def about(lever: str, doc: str) -> tuple[str, str]:
    """What a lever is, in a line, and its description, both in Chinese; empty where there are none of this English text."""
    found = catalogue(lever)
    return (found["line"], found["doc"].strip("\n")) if found.get("of") == digest(doc) else ("", "")


def rule(why: str, said_by: str) -> str:
    """Why a module refuses values, in Chinese; the text itself where nobody has translated it.

    ``[rules]`` of a catalogue: the English as it stands in the file, ``{}`` for what is filled in, and the Chinese with ``{0}``, ``{1}``, …
    """
    for english, said in catalogue(said_by).get("rules", {}).items():
        found = re.fullmatch(re.escape(english).replace(r"\{\}", "(.+?)"), why)
        if found:
            return said.format(*found.groups())
    return why


def unit(text: str) -> str:
    """A unit in Chinese, whole or part by part; a part that has none stays as it is."""
    known = catalogue("units")["words"]
    return known.get(text) or "/".join(known.get(part, part) for part in text.split("/"))


def digest(doc: str) -> str:
    """What tells one English description from another, whatever its line breaks."""
    return hashlib.sha256(" ".join(doc.split()).encode()).hexdigest()[:12]
