"""Why a value does not fit its parameter: pydantic's errors as faults with a place, an expectation and a suggestion."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from functools import lru_cache
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from annotated_types import Ge, Gt, Le, Lt, MaxLen, MinLen
from pydantic import ValidationError
from pydantic.fields import FieldInfo

from sim.parameter import Parameters, nested_block
from sim.scenario import dates
from sim.scenario.faults import Fault, Phrase, fault, worth_searching
from sim.scenario.messages import RULES, UNITS
from sim.scenario.read import kind_of
from sim.scenario.schema import Entry
from sim.scenario.source import Node, Path, deepest
from sim.words import chinese
from sim.words import rule as chinese_rule
from sim.words import unit as chinese_unit

ENTRY_WORDS = tuple(Entry.model_fields)
MOST_LISTED = 40
"""Names that a fault lists."""

_SWITCHES = {"yes": "true", "on": "true", "1": "true", "no": "false", "off": "false", "0": "false"}
_RANGE = {"greater_than", "greater_than_equal", "less_than", "less_than_equal"}
_LENGTH = {"too_long", "too_short"}
_NUMBER = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\Z")


def explain(
    problem: ValidationError,
    block: type[Parameters],
    node: Node,
    path: Path,
    broken: set[Path],
    extra: Iterable[str] = (),
) -> Iterator[Fault]:
    """The faults of one block.

    ``path``: where the block stands; ``broken``: paths already reported, about which, and about whose
    combinations, nothing more is said; ``extra``: keys that the block accepts beside its parameters.
    """
    said: set[Path] = set()
    for error in problem.errors(include_url=False):
        where: Path = error["loc"]
        place, depth = deepest(node, where)
        kind, words = error["type"], error.get("ctx", {})
        missing = kind == "missing"
        here = (*path, *(where if missing else where[:depth]))
        if here in said or any(b[: len(here)] == here for b in broken):
            continue
        said.add(here)
        if kind == "extra_forbidden":
            inside = _block_at(block, where[:-1])
            names = [*inside.model_fields, *(extra if len(where) == 1 else ())]
            yield fault(place.key, here, "unknown_key", key=str(where[-1]), instead=instead(str(where[-1]), names))
        elif kind in RULES:
            yield fault(place.at, here, "rule", why=(error["msg"], RULES[kind].format(**words)))
        elif kind in ("value_error", "assertion_error"):
            why = error["msg"].partition(", ")[2] or error["msg"]
            yield fault(place.at, here, "rule", why=(why, f"不符合规则：{chinese_rule(why, block.__module__.rpartition('.')[2])}"))
        else:
            found = _field_at(block, where if missing else where[:depth])
            said_by = block.__module__.rpartition(".")[2]
            yield _misfit(kind, error["msg"], found, place, here, depth < len(where), said_by)


def instead(wrong: str, names: Iterable[str]) -> Phrase:
    """What an unknown name may have been meant for, or what there is."""
    names = list(names)
    near = get_close_matches(wrong, names, 1) if worth_searching(wrong, names) else []
    if near:
        return f"did you mean '{near[0]}'?", f"是否想写 '{near[0]}'？"
    if not names:
        return "there are none", "没有可用的名字"
    some = ", ".join(names[:MOST_LISTED]) + (f" … ({len(names)})" if len(names) > MOST_LISTED else "")
    return f"there are {some}", f"可用的有：{some}"


def _misfit(
    kind: str, said: str, found: tuple[Any, FieldInfo, Phrase] | None, node: Node, path: Path, absent: bool, said_by: str
) -> Fault:
    """A value of a wrong type, size or choice. ``said_by``: the module that declares the parameter (``sim.words``)."""
    if found is None:
        return fault(node.at, path, "rule", why=(said, f"不符合规则：{said}"))
    annotation, field, wanted = found
    what = kind_of(node.value)
    if absent:
        return fault(node.at, path, "missing_value", expected=wanted)
    if kind in _RANGE:
        meaning = (f" ({field.description})", f"（{chinese(field.description, said_by)}）") if field.description else ""
        return fault(node.at, path, "range", what=what, expected=wanted, meaning=meaning)
    if kind in _LENGTH and isinstance(node.value, list):
        return fault(node.at, path, "length", count=str(len(node.value)), expected=wanted)
    return fault(node.at, path, "type", what=what, expected=wanted, hint=_hint(node.value, annotation))


def expected(annotation: Any, field: FieldInfo) -> Phrase:
    """What a parameter takes, as faults name it: ``a share from 0 to 1``."""
    annotation, rules = core(annotation, field.metadata)
    unit = (field.json_schema_extra or {}).get("unit", "") if not callable(field.json_schema_extra) else ""
    block = nested_block(FieldInfo(annotation=annotation))
    if block is Entry:
        words = ", ".join(ENTRY_WORDS)
        return f"one of {words}", f" {words} 之一"
    if block is not None:
        names = ", ".join(block.model_fields)
        return f"a mapping with {names}", f"含有 {names} 的映射"
    if get_origin(annotation) is Literal:
        words = ", ".join(str(c) for c in get_args(annotation))
        return f"one of {words}", f" {words} 之一"
    if annotation is bool:
        return "true or false", " true 或 false"
    if annotation is datetime.date:
        return "a date such as 2025-01-01 (1970 to 2199)", "日期，例如 2025-01-01（1970 到 2199 年）"
    if get_origin(annotation) in (tuple, list):
        most = next((r.max_length for r in rules if isinstance(r, MaxLen)), None)
        inner, _ = core(get_args(annotation)[0], [])
        if dates.is_dated(field):
            return f"a list of at most {most} dates such as [2025-06-18, 11-11]", f"最多 {most} 个日期的列表，例如 [2025-06-18, 11-11]"
        if get_origin(inner) is Literal or inner is str:
            english, chinese = expected(inner, FieldInfo(annotation=inner)) if inner is not str else ("names", "名字")
            return f"a list, of {english}", f"列表，元素为{chinese}"
        return (f"a list of at most {most} numbers", f"最多 {most} 个数的列表") if most else ("a list", "列表")
    if annotation is str:
        return _text_expected(rules)
    return _number_expected(annotation is int, unit, rules)


def _number_expected(whole: bool, unit: str, rules: list[Any]) -> Phrase:
    if whole and unit in dates.EXPECTED:
        return dates.EXPECTED[unit]
    english, chinese = UNITS.get(unit, ("", ""))
    number, number_zh = ("a whole number", "整数") if whole else ("a number", "数")
    if english.startswith(("a ", "an ")):
        noun, noun_zh = english, chinese
    elif english:
        noun, noun_zh = f"{number} of {english}", f"{chinese}{'（整数）' if whole else ''}"
    else:
        noun, noun_zh = (
            (f"{number} ({unit})", f"{number_zh}（{chinese_unit(unit)}）") if unit not in ("", "-") else (number, number_zh)
        )
    low = high = below = above = None
    for rule in rules:
        low, above = getattr(rule, "ge", low), getattr(rule, "gt", above)
        high, below = getattr(rule, "le", high), getattr(rule, "lt", below)
    if low is not None and high is not None:
        return f"{noun} from {_figure(low)} to {_figure(high)}", f" {_figure(low)} 到 {_figure(high)} 的{noun_zh}"
    parts = [
        (word.format(_figure(bound)), word_zh.format(_figure(bound)))
        for bound, word, word_zh in (
            (low, "at least {}", "不小于 {}"),
            (above, "above {}", "大于 {}"),
            (high, "at most {}", "不大于 {}"),
            (below, "below {}", "小于 {}"),
        )
        if bound is not None
    ]
    if not parts:
        return noun, noun_zh
    return f"{noun} {' and '.join(p[0] for p in parts)}", f"{' 且'.join(p[1] for p in parts)} 的{noun_zh}"


def _figure(bound: float) -> str:
    return str(bound) if isinstance(bound, int) else f"{bound:.12g}"


def _text_expected(rules: list[Any]) -> Phrase:
    least = next((r.min_length for r in rules if isinstance(r, MinLen)), None)
    most = next((r.max_length for r in rules if isinstance(r, MaxLen)), None)
    if least is None and most is None:
        return "text", "文本"
    english = f"text of {least or 0} to {most or 'any number of'} characters"
    return english, f" {least or 0} 到 {most or '任意'} 个字符的文本"


def _hint(value: Any, annotation: Any) -> Phrase:
    """What to write instead, where a value is nearly right."""
    annotation, _ = core(annotation, [])
    if get_origin(annotation) is Literal and isinstance(value, str):
        near = get_close_matches(value, [str(c) for c in get_args(annotation)], 1)
        return (f"; did you mean '{near[0]}'?", f"；是否想写 '{near[0]}'？") if near else ""
    if isinstance(annotation, type) and issubclass(annotation, Entry) and isinstance(value, str):
        near = get_close_matches(value, ENTRY_WORDS, 1)
        return (f"; did you mean '{near[0]}'?", f"；是否想写 '{near[0]}'？") if near else ""
    better = None
    if annotation is int and isinstance(value, float) and value.is_integer() and abs(value) < 1e18:
        better = str(int(value))
    elif annotation in (int, float) and isinstance(value, str):
        number = value.strip().removesuffix("%").replace("_", "").replace(",", "")
        if len(number) <= 20 and _NUMBER.match(number):
            better = f"{float(number) / 100:g}" if value.strip().endswith("%") else number
            if number == value:
                return f"; write {number} without quotes", f"；请写 {number}，不加引号"
    elif annotation is bool and isinstance(value, (str, int)):
        better = _SWITCHES.get(str(value).lower())
    elif get_origin(annotation) in (tuple, list) and (
        isinstance(value, (int, float)) and not isinstance(value, bool) or dates.numbered(value) is not value
    ):
        better = f"[{value}]"
    return (f"; write {better}", f"；请写 {better}") if better is not None else ""


def core(annotation: Any, rules: Iterable[Any]) -> tuple[Any, list[Any]]:
    """An annotation without ``| None`` and ``Annotated``, and the rules that belong to it."""
    rules = [r for r in rules if isinstance(r, (Ge, Gt, Le, Lt, MinLen, MaxLen))]
    while True:
        if get_origin(annotation) is Annotated:
            annotation, *more = get_args(annotation)
            for rule in more:
                rules += rule.metadata if isinstance(rule, FieldInfo) else [rule]
            continue
        choices = [a for a in get_args(annotation) if a is not NoneType]
        if get_origin(annotation) in (Union, UnionType) and len(choices) == 1:
            annotation = choices[0]
            continue
        return annotation, rules


def _block_at(block: type[Parameters], path: Path) -> type[Parameters]:
    for name in path:
        block = nested_block(block.model_fields[name]) or block
    return block


@lru_cache(maxsize=4096)
def _field_at(block: type[Parameters], path: Path) -> tuple[Any, FieldInfo, Phrase] | None:
    """Annotation and declaration of what stands at a path of a block (the block's own for the empty path), and what it takes."""
    annotation, field = block, FieldInfo(annotation=block)
    for step in path:
        inside, _ = core(annotation, [])
        if isinstance(step, int):
            inner = get_args(inside)
            if not inner:
                return None
            # an element has the unit of its list, not the list's length
            annotation, field = inner[0], FieldInfo(annotation=inner[0], json_schema_extra=field.json_schema_extra)
        elif isinstance(inside, type) and issubclass(inside, Parameters) and step in inside.model_fields:
            field = inside.model_fields[step]
            annotation = field.annotation
        else:
            return None
    return annotation, field, expected(annotation, field)
