"""Places: which parameters may change while the world runs, and how one value of a block is exchanged for another."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, get_args, get_origin

from pydantic.fields import FieldInfo

from sim.lever import Lever
from sim.parameter import Parameters, bounds, nested_block

ECONOMICS = ("margin", "incentive_budget")
"""What of the economics can change; the discount rate and the currency say how results are looked at."""


class NoPlace(Exception):
    """A path that names nothing that may change; ``message`` and ``words`` as in ``sim.scenario.messages``."""

    def __init__(self, message: str, **words: Any) -> None:
        self.message, self.words = message, words
        super().__init__(message, words)


@dataclass(frozen=True)
class Place:
    """One parameter: ``lever`` (an instance's name; empty: the world's own), the block below it, and the names that lead to the value.

    >>> Place("coupons", "levers", ("face_value",), ...)     levers.coupons.face_value
    >>> Place("", "market", ("bass", "marketing"), ...)      market.bass.marketing
    """

    lever: str
    section: str
    names: tuple[str, ...]
    field: FieldInfo

    @property
    def is_whole(self) -> bool:
        """Whether it takes whole numbers only."""
        kinds = (self.field.annotation, *get_args(self.field.annotation))
        return int in kinds and float not in kinds

    def fitted(self, value: Any) -> Any:
        """A value in the parameter's own type, where it has one: 7.0 is 7 for a whole number."""
        if self.is_whole and isinstance(value, float) and value.is_integer():
            return int(value)
        return value

    def nearest(self, number: float) -> float | int:
        """The nearest number that the parameter may have: inside its range, and whole where it must be."""
        low, high = bounds(self.field)
        for rule in self.field.metadata:
            if getattr(rule, "gt", None) is not None:
                low = math.nextafter(rule.gt, math.inf)
            if getattr(rule, "lt", None) is not None:
                high = math.nextafter(rule.lt, -math.inf)
        if low is not None:
            number = max(number, low)
        if high is not None:
            number = min(number, high)
        return math.floor(number + 0.5) if self.is_whole else float(number)


def find(path: str, blocks: Mapping[str, Parameters], levers: Mapping[str, Parameters], kinds: Mapping[str, Lever]) -> Place:
    """The parameter at a dotted path.

    ``blocks``: behaviour, market and economics; ``levers`` and ``kinds``: parameters and lever by instance. Raises ``NoPlace``.
    """
    section, *names = path.split(".")
    lever = ""
    if section == "levers" and names:
        lever, *names = names
        if lever not in levers:
            raise NoPlace("place_unknown", key=lever, block="levers", names=list(levers))
        block: Any = levers[lever]
    elif section in ("behaviour", "market") or section == "economics" and names[:1] and names[0] in ECONOMICS:
        block = blocks[section]
    else:
        raise NoPlace("place_root", key=path)
    if not names:
        raise NoPlace("place_block", key=path, names=", ".join(type(block).model_fields))
    place = Place(lever, section, tuple(names), _field(type(block), names, path))
    if lever and names[-1] in kinds[lever].drawn_once:
        raise NoPlace("place_drawn", key=path)
    return place


def _field(block: type[Parameters], names: list[str], path: str) -> FieldInfo:
    """The declaration of what the names lead to. Raises ``NoPlace``."""
    inner: type[Parameters] | None = block
    field = None
    for depth, name in enumerate(names):
        known = inner.model_fields if inner is not None else {}
        if name not in known:
            above = ".".join(path.split(".")[: len(path.split(".")) - len(names) + depth])
            raise NoPlace("place_unknown", key=name, block=above, names=list(known))
        field = known[name]
        inner = nested_block(field)
    if inner is not None:
        raise NoPlace("place_block", key=path, names=", ".join(inner.model_fields))
    if any(get_origin(kind) in (tuple, list) for kind in (field.annotation, *get_args(field.annotation))):
        raise NoPlace("place_list", key=path)
    return field


def value_at(block: Parameters, names: tuple[str, ...]) -> Any:
    """The value that the names lead to."""
    for name in names:
        block = getattr(block, name)
    return block


def with_value(block: Parameters, names: tuple[str, ...], value: Any) -> Parameters:
    """The block with one value exchanged. It is not checked again: whoever asks has checked the value."""
    name, *below = names
    if below:
        value = with_value(getattr(block, name), tuple(below), value)
    return block.model_copy(update={name: value})
