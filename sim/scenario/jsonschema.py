"""The JSON Schema of a scenario file, for editors and other programs; the reader itself judges by the declarations."""

from __future__ import annotations

import datetime
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin

from annotated_types import Ge, Gt, Le, Lt, MaxLen, MinLen
from pydantic.fields import FieldInfo

from sim.lever import levers as found_levers
from sim.parameter import Parameters, nested_block
from sim.scenario.check import BLOCKS, TEXTS, Catalogue
from sim.scenario.explain import core
from sim.scenario.plans import SECTION_MEANING, SECTIONS, Aim
from sim.scenario.schema import Entry
from sim.segment import SEGMENTS

DRAFT = "https://json-schema.org/draft/2020-12/schema"
_TYPES = {int: "integer", float: "number", bool: "boolean", str: "string"}
_LIMITS = ((Ge, "ge", "minimum"), (Gt, "gt", "exclusiveMinimum"), (Le, "le", "maximum"), (Lt, "lt", "exclusiveMaximum"))


def schema(catalogue: Catalogue | None = None) -> dict[str, Any]:
    """JSON Schema (draft 2020-12) of a scenario file with every lever; always in the same order.

    Whatever loads satisfies it. ``null`` is allowed everywhere, since it removes what a parent file says.
    """
    catalogue = found_levers() if catalogue is None else catalogue
    names = sorted(catalogue)
    properties: dict[str, Any] = {
        "name": {"type": ["string", "null"], "description": "for tables and plots", "maxLength": TEXTS["name"]},
        "extends": {"type": ["string", "null"], "description": "another scenario file, beside this one, to build on"},
        "description": {"type": ["string", "null"], "description": "what the strategy is"},
        "question": {"type": ["string", "null"], "description": "what the scenario shall answer"},
        "finding": {"type": ["string", "null"], "description": "what came out"},
        **{name: _block(block) for name, block in BLOCKS.items()},
        **{name: _section(name) for name in SECTIONS},
        "levers": {
            "type": ["object", "null"],
            "description": "what the strategist pulls; {} takes a lever's defaults, null switches it off",
            "properties": {name: {"$ref": f"#/$defs/{name}"} for name in names},
            "additionalProperties": {
                "description": "another instance of a lever, which `kind` names",
                "anyOf": [{"type": "null"}, *({"$ref": f"#/$defs/{name}"} for name in names)],
            },
        },
    }
    return {
        "$schema": DRAFT,
        "title": "Scenario",
        "description": "A strategy, in the words of the platform's rules",
        "type": "object",
        "properties": properties,
        "additionalProperties": False,
        "$defs": {name: _lever(name, catalogue) for name in names},
    }


def _lever(name: str, catalogue: Catalogue) -> dict[str, Any]:
    block = _block(catalogue[name].Parameters)
    first_line = catalogue[name].doc.partition("\n")[0]
    kind = {"const": name, "description": "the lever, where the block has another name"}
    own: dict[str, Any] = {"kind": kind, "for": _aim()}
    presets = catalogue[name].presets
    if presets:
        words = "; ".join(f"{k}: {v.meaning}" for k, v in presets.items())
        own["preset"] = {"enum": [*presets, None], "description": f"named values to begin with ({words})"}
    return block | {"description": first_line, "properties": {**own, **block["properties"]}}


def _aim() -> dict[str, Any]:
    """Segments, or segments, personas and channels."""
    whole = _block(Aim)
    several = whole["properties"]["segments"] | {"type": "array"}
    return {"description": whole["description"], "anyOf": [whole, several, {"enum": [*SEGMENTS, None]}]}


def _section(name: str) -> dict[str, Any]:
    block = _block(SECTIONS[name])
    block["required"] = [n for n, field in SECTIONS[name].model_fields.items() if field.is_required()]
    return {"type": ["object", "null"], "description": SECTION_MEANING[name], "additionalProperties": block}


def _block(block: type[Parameters]) -> dict[str, Any]:
    return {
        "type": ["object", "null"],
        "description": " ".join((block.__doc__ or "").split()),
        "properties": {name: _field(field) for name, field in block.model_fields.items()},
        "additionalProperties": False,
    }


def _field(field: FieldInfo) -> dict[str, Any]:
    part = nested_block(field)
    if part is Entry:
        return _entry()
    if part is not None:
        return _block(part)
    out = _type(field.annotation, field.metadata)
    extra = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
    notes = [f"unit: {extra['unit']}"] if extra.get("unit", "-") != "-" else []
    if extra.get("source"):
        notes.append(f"source: {extra['source']}" + (f", grade {extra['grade']}" if extra.get("grade") else ""))
    description = (field.description or "") + (f" ({'; '.join(notes)})" if notes else "")
    if field.is_required():
        return out | {"description": description}
    default = field.get_default(call_default_factory=True)
    if isinstance(default, datetime.date):
        default = default.isoformat()
    return out | {"description": description, "default": list(default) if isinstance(default, tuple) else default}


def _entry() -> dict[str, Any]:
    """A word, or a mapping with that word as its only key."""
    words = list(Entry.model_fields)
    choices = {name: _block(part) for name in words if (part := nested_block(Entry.model_fields[name]))}
    choices["market"] = {"enum": ["bass", None], "description": Entry.model_fields["market"].description}
    mapping = {"type": "object", "properties": choices, "additionalProperties": False, "minProperties": 1}
    return {"description": (Entry.__doc__ or "").strip(), "anyOf": [{"enum": [*words, None]}, mapping]}


def _type(annotation: Any, rules: list[Any], removable: bool = True) -> dict[str, Any]:
    """Type and limits of one value."""
    annotation, rules = core(annotation, rules)
    if get_origin(annotation) is Literal:
        return {"enum": [*get_args(annotation), *([None] if removable else [])]}
    if get_origin(annotation) in (Union, UnionType):
        return {"type": [*(_TYPES[a] for a in get_args(annotation) if a in _TYPES), "null"]}
    out: dict[str, Any]
    if get_origin(annotation) in (tuple, list):
        out = {"type": ["array", "null"], "items": _type(get_args(annotation)[0], [], removable=False)}
        smallest, largest = "minItems", "maxItems"
    elif annotation is datetime.date:
        out = {"type": ["string", "null"], "format": "date", "pattern": r"^\d{4}-\d{2}-\d{2}$"}
        return out
    else:
        out = {"type": [_TYPES[annotation], "null"] if removable else _TYPES[annotation]}
        smallest, largest = "minLength", "maxLength"
    for rule in rules:
        for kind, name, keyword in _LIMITS:
            if isinstance(rule, kind):
                out[keyword] = getattr(rule, name)
        if isinstance(rule, MinLen):
            out[smallest] = rule.min_length
        if isinstance(rule, MaxLen):
            out[largest] = rule.max_length
    return out
