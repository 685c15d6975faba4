"""The JSON Schema of a scenario file, for editors and other programs; the reader itself judges by the declarations."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin

from annotated_types import Ge, Gt, Le, Lt, MaxLen, MinLen
from pydantic.fields import FieldInfo

from sim.lever import levers as found_levers
from sim.parameter import Parameters, nested_block
from sim.scenario.check import BLOCKS, Catalogue
from sim.scenario.dates import PATTERN, is_dated
from sim.scenario.explain import core
from sim.scenario.plans import SECTION_MEANING, SECTIONS, Aim
from sim.scenario.schema import Entry
from sim.scenario.texts import CHINESE, TEXTS
from sim.segment import SEGMENTS
from sim.words import about, chinese

DRAFT = "https://json-schema.org/draft/2020-12/schema"
Tell = Callable[[str, str], str]
"""A text of a module, in the language of a schema."""
_TELL: dict[str, Tell] = {"en": lambda text, said_by: text, "zh": chinese}
TEXT_MEANING = {
    "name": "for tables and plots",
    "description": "what the strategy is",
    "question": "what the scenario shall answer",
    "finding": "what came out",
}
"""Free texts of a scenario."""
OWN_WORDS = {
    CHINESE: "the same texts in Chinese, for reports with --lang zh",
    "extends": "another scenario file, beside this one, to build on",
    "levers": "what the strategist pulls; {} takes a lever's defaults, null switches it off",
    "instance": "another instance of a lever, which `kind` names",
    "kind": "the lever, where the block has another name",
    "preset": "named values to begin with",
    "title": "Scenario",
    "scenario": "A strategy, in the words of the platform's rules",
    "unit": "unit",
    "source": "source",
    "grade": "grade",
}
"""What the schema says by itself."""
_TYPES = {int: "integer", float: "number", bool: "boolean", str: "string"}
_LIMITS = ((Ge, "ge", "minimum"), (Gt, "gt", "exclusiveMinimum"), (Le, "le", "maximum"), (Lt, "lt", "exclusiveMaximum"))


def schema(catalogue: Catalogue | None = None, lang: str = "en") -> dict[str, Any]:
    """JSON Schema (draft 2020-12) of a scenario file with every lever; always in the same order, with descriptions in a language.

    Whatever loads satisfies it. ``null`` is allowed everywhere, since it removes what a parent file says.
    """
    catalogue = found_levers() if catalogue is None else catalogue
    names = sorted(catalogue)
    tell = _TELL[lang]
    texts = {
        name: {"type": ["string", "null"], "description": tell(meaning, "jsonschema"), "maxLength": TEXTS[name]}
        for name, meaning in TEXT_MEANING.items()
    }
    properties: dict[str, Any] = {
        **texts,
        CHINESE: {
            "type": ["object", "null"],
            "description": tell(OWN_WORDS[CHINESE], "jsonschema"),
            "properties": texts,
            "additionalProperties": False,
        },
        "extends": {"type": ["string", "null"], "description": tell(OWN_WORDS["extends"], "jsonschema")},
        **{name: _block(block, "schema", tell) for name, block in BLOCKS.items()},
        **{name: _section(name, tell) for name in SECTIONS},
        "levers": {
            "type": ["object", "null"],
            "description": tell(OWN_WORDS["levers"], "jsonschema"),
            "properties": {name: {"$ref": f"#/$defs/{name}"} for name in names},
            "additionalProperties": {
                "description": tell(OWN_WORDS["instance"], "jsonschema"),
                "anyOf": [{"type": "null"}, *({"$ref": f"#/$defs/{name}"} for name in names)],
            },
        },
    }
    return {
        "$schema": DRAFT,
        "title": tell(OWN_WORDS["title"], "jsonschema"),
        "description": tell(OWN_WORDS["scenario"], "jsonschema"),
        "type": "object",
        "properties": properties,
        "additionalProperties": False,
        "$defs": {name: _lever(name, catalogue, tell) for name in names},
    }


def _lever(name: str, catalogue: Catalogue, tell: Tell) -> dict[str, Any]:
    block = _block(catalogue[name].Parameters, name, tell)
    doc = catalogue[name].doc
    kind = {"const": name, "description": tell(OWN_WORDS["kind"], "jsonschema")}
    own: dict[str, Any] = {"kind": kind, "for": _aim(tell)}
    presets = catalogue[name].presets
    if presets:
        told = "; ".join(f"{k}: {tell(v.meaning, name)}" for k, v in presets.items())
        own["preset"] = {"enum": [*presets, None], "description": f"{tell(OWN_WORDS['preset'], 'jsonschema')} ({told})"}
    first_line = (tell is chinese and about(name, doc)[0]) or doc.partition("\n")[0]
    return block | {"description": first_line, "properties": {**own, **block["properties"]}}


def _aim(tell: Tell) -> dict[str, Any]:
    """Segments, or segments, personas and channels."""
    whole = _block(Aim, "plans", tell)
    several = whole["properties"]["segments"] | {"type": "array"}
    return {"description": whole["description"], "anyOf": [whole, several, {"enum": [*SEGMENTS, None]}]}


def _section(name: str, tell: Tell) -> dict[str, Any]:
    block = _block(SECTIONS[name], "plans", tell)
    block["required"] = [n for n, field in SECTIONS[name].model_fields.items() if field.is_required()]
    return {"type": ["object", "null"], "description": tell(SECTION_MEANING[name], "plans"), "additionalProperties": block}


def _block(block: type[Parameters], said_by: str, tell: Tell) -> dict[str, Any]:
    return {
        "type": ["object", "null"],
        "description": tell(" ".join((block.__doc__ or "").split()), said_by),
        "properties": {name: _field(field, said_by, tell) for name, field in block.model_fields.items()},
        "additionalProperties": False,
    }


def _field(field: FieldInfo, said_by: str, tell: Tell) -> dict[str, Any]:
    part = nested_block(field)
    if part is Entry:
        return _entry(tell)
    if part is not None:
        return _block(part, said_by, tell)
    out = _type(field.annotation, field.metadata)
    if is_dated(field):
        out = _or_written(out)
    extra = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
    notes = [f"{tell('unit', 'jsonschema')}: {tell(extra['unit'], 'units')}"] if extra.get("unit", "-") != "-" else []
    if extra.get("source"):
        grade = f", {tell('grade', 'jsonschema')} {extra['grade']}" if extra.get("grade") else ""
        notes.append(f"{tell('source', 'jsonschema')}: {tell(extra['source'], 'sources')}{grade}")
    description = tell(field.description or "", said_by) + (f" ({'; '.join(notes)})" if notes else "")
    if field.is_required():
        return out | {"description": description}
    default = field.get_default(call_default_factory=True)
    if isinstance(default, datetime.date):
        default = default.isoformat()
    return out | {"description": description, "default": list(default) if isinstance(default, tuple) else default}


def _or_written(numbers: dict[str, Any]) -> dict[str, Any]:
    """Dates as whole numbers, or as a file may write them (``sim.scenario.dates``)."""
    if "items" in numbers:
        return numbers | {"items": _or_written(numbers["items"])}
    kinds = numbers["type"] if isinstance(numbers["type"], list) else [numbers["type"]]
    return numbers | {"type": [*kinds, "string"], "pattern": PATTERN}


def _entry(tell: Tell) -> dict[str, Any]:
    """A word, or a mapping with that word as its only key."""
    words = list(Entry.model_fields)
    choices = {name: _block(part, "schema", tell) for name in words if (part := nested_block(Entry.model_fields[name]))}
    choices["market"] = {"enum": ["bass", None], "description": tell(Entry.model_fields["market"].description or "", "schema")}
    mapping = {"type": "object", "properties": choices, "additionalProperties": False, "minProperties": 1}
    return {"description": tell((Entry.__doc__ or "").strip(), "schema"), "anyOf": [{"enum": [*words, None]}, mapping]}


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
