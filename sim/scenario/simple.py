"""Simple files by a short way: the same events, places included, that PyYAML gives, at a fifth of the cost.

A part of a file, from a key in the first column to the next one, is simple where every line is a comment, ``key:``, ``key: value`` or
``- value``, where each value ends on its line and is a plain or quoted scalar or a list or mapping of such, and where indents leave no
doubt. Other parts are given to PyYAML (``sim.scenario.events``); and the whole file is where there is any doubt, so that PyYAML judges
whatever is not YAML.
"""

from __future__ import annotations

import re
from itertools import pairwise

import yaml

from sim.scenario.events import Events

_WORD = r"(?:[\w.]|-(?=[\w.]))[\w.%/-]*+(?: ++[\w.][\w.%/-]*+)*+"
_KEY = r"[A-Za-z0-9_][A-Za-z0-9_-]{0,199}+"
_NOT_SHOWN = r"\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff"
_QUOTED = rf"'[^'{_NOT_SHOWN}]*+'|\"[^\\\"{_NOT_SHOWN}]*+\""
_COMMENT = rf"#[^{_NOT_SHOWN}]*+"
_BRACKETS = rf"[\[{{][^{_NOT_SHOWN}]*[\]}}]"
_LINE = re.compile(
    rf"( *+)(?:({_COMMENT})?|(?:({_KEY}):|(-)(?= ))(?: ++(?:({_WORD})|({_QUOTED})|({_BRACKETS})))?(?: ++{_COMMENT})? *+)"
).fullmatch
"""One line: indent, comment, key or dash, plain or quoted scalar, or what is in brackets."""

_PART = re.compile(rf" *+(?:([\[{{])|([\]}}])|(,)|({_KEY}): ++(?![,\]}}])|({_WORD})(?! *+:)|({_QUOTED})(?! *+:))").match
"""One part of what is in brackets: opening, closing, comma, key, plain or quoted scalar."""

_BEGINS = re.compile(rf"{_KEY}:(?: |\Z)").match
"""The first line of a part of the file."""

_MOST_PARTS, _MOST_OTHER, _MOST_INDENT, _AHEAD = 80, 16_384, 100, 4_000
"""Parts of a file, letters in those that are given to PyYAML by themselves, columns of indent, and letters that PyYAML may look ahead."""


class _Place:
    """Where an event begins: line and column from 0."""

    __slots__ = ("column", "line")

    def __init__(self, line: int, column: int) -> None:
        self.line, self.column = line, column


class Scalar(yaml.ScalarEvent):
    """A scalar without anchor or tag. ``style`` is None for a plain one."""

    anchor = tag = end_mark = None

    def __init__(self, value: str, place: _Place, style: str | None = None) -> None:
        self.value, self.start_mark, self.style = value, place, style


class _Start:
    anchor = tag = end_mark = None

    def __init__(self, place: _Place) -> None:
        self.start_mark = place


class MappingStart(_Start, yaml.MappingStartEvent):
    """The beginning of a mapping."""


class SequenceStart(_Start, yaml.SequenceStartEvent):
    """The beginning of a list."""


_END = {"{": yaml.MappingEndEvent(), "[": yaml.SequenceEndEvent()}
_CLOSES = {"}": "{", "]": "["}
_MAPPING, _LIST, _FLUSH = "{", "[", "-"
"""Kinds of open blocks; the last is a list whose dashes stand in the column of the key above."""

_ROOT = (0, _MAPPING)
_AROUND = (yaml.StreamStartEvent, yaml.StreamEndEvent, yaml.DocumentStartEvent, yaml.DocumentEndEvent)


class _NotSimple(Exception):
    """PyYAML is to read this."""


def simple_events(text: str, most: int) -> list[yaml.Event] | None:
    """The events of a simple file between those of its document, at least the first ``most``; None where a file is not simple."""
    lines = text.split("\n")
    parts = _parts(lines)
    try:
        return _Lines(lines, parts, most).events if parts else None
    except _NotSimple:
        return None


def _parts(lines: list[str]) -> list[tuple[int, int, bool]]:
    """First line, line after the last, and whether simple, of runs of parts of one kind; none where a file is not worth dividing."""
    if all(map(_LINE, lines)):
        return [(0, len(lines), True)]
    begins = [*(k for k, line in enumerate(lines) if _BEGINS(line)), len(lines)]
    before = map(_LINE, lines[: begins[0]])
    if not all(found is not None and found.lastindex <= 2 for found in before):
        return []
    out: list[tuple[int, int, bool]] = []
    for first, after in pairwise(begins):
        simple = all(map(_LINE, lines[first:after]))
        if out and out[-1][2] == simple:
            first = out.pop()[0]
        out.append((first, after, simple))
    others = sum(len(line) for first, after, simple in out if not simple for line in lines[first:after])
    return out if others <= _MOST_OTHER and len(out) <= _MOST_PARTS else []


def _events(text: str, first: int, most: int) -> list[yaml.Event]:
    """The events of a part of the file as PyYAML reads it by itself, ``most`` and one at most; ``first``: the line where it begins."""
    out: list[yaml.Event] = []
    loader = Events(text)
    try:
        while loader.check_event() and len(out) <= most:
            event = loader.get_event()
            if getattr(event, "explicit", False) or getattr(event, "tags", None):
                raise _NotSimple
            if not isinstance(event, _AROUND):
                event.start_mark = _Place(event.start_mark.line + first, event.start_mark.column)
                out.append(event)
    except Exception as problem:  # whatever it is, PyYAML says it about the whole file
        raise _NotSimple from problem
    finally:
        loader.dispose()
    if not out:
        raise _NotSimple
    return out


class _Lines:
    """Goes through a text line by line."""

    def __init__(self, lines: list[str], parts: list[tuple[int, int, bool]], most: int) -> None:
        self.events: list[yaml.Event] = []
        self.open: list[tuple[int, str]] = []
        self.awaits: _Place | None = None  # behind the colon of a line that ends there
        self.most = most
        for first, after, simple in parts:
            if simple:
                for line in range(first, after):
                    found = _LINE(lines[line])
                    if found.lastindex > 2:  # more than spaces and a comment
                        self._line(found, line)
                    if len(self.events) > most:
                        return
            else:
                self._other("\n".join([*lines[first:after], ""] if after < len(lines) else lines[first:after]), first)
                if len(self.events) > most:
                    return
        if not self.events:
            raise _NotSimple
        self._nothing()
        while self.open:
            self._close()

    def _other(self, text: str, first: int) -> None:
        """A part of the file as PyYAML reads it by itself."""
        self._nothing()
        while len(self.open) > 1:
            self._close()
        if self.open not in ([], [_ROOT]):
            raise _NotSimple
        found = _events(text, first, self.most - len(self.events))
        begin = found[0]
        if type(begin) is not yaml.MappingStartEvent or begin.flow_style or begin.start_mark.column:
            raise _NotSimple
        if len(self.events) + len(found) <= self.most:  # read to its end
            found.pop()
        self.events += found[1:] if self.open else found
        self.open = [_ROOT]

    def _line(self, found: re.Match[str], line: int) -> None:
        indent, key, plain, quoted = len(found[1]), found[3], found[5], found[6]
        self._place(indent, _LIST if key is None else _MAPPING, line)
        if key is not None:
            self.events.append(Scalar(key, _Place(line, indent)))
        if plain is not None:
            self.events.append(Scalar(plain, _Place(line, found.start(5))))
        elif quoted is not None:
            self.events.append(Scalar(quoted[1:-1], _Place(line, found.start(6)), quoted[0]))
        elif found[7] is not None:
            self._brackets(found[7], line, found.start(7))
        elif key is None:
            raise _NotSimple
        else:
            self.awaits = _Place(line, found.end(3) + 1)

    def _place(self, indent: int, kind: str, line: int) -> None:
        """Close and open blocks so that an entry of this kind may stand here."""
        if self.awaits is not None:
            upper, inside = self.open[-1]
            if indent > upper:
                self.awaits = None
                self._open(indent, kind, line)
                return
            if indent == upper and kind == _LIST and inside == _MAPPING:
                self.awaits = None
                self._open(indent, _FLUSH, line)
                return
            self._nothing()
        elif not self.open:
            self._open(indent, kind, line)
            return
        while self.open and (self.open[-1][0] > indent or self.open[-1] == (indent, _FLUSH) and kind == _MAPPING):
            self._close()
        if not self.open or self.open[-1] not in ((indent, kind), (indent, _FLUSH if kind == _LIST else kind)):
            raise _NotSimple

    def _open(self, indent: int, kind: str, line: int) -> None:
        if indent > _MOST_INDENT:
            raise _NotSimple
        self.open.append((indent, kind))
        self.events.append((MappingStart if kind == _MAPPING else SequenceStart)(_Place(line, indent)))

    def _close(self) -> None:
        _, kind = self.open.pop()
        self.events.append(_END[_MAPPING if kind == _MAPPING else _LIST])

    def _nothing(self) -> None:
        """An entry without a value has none."""
        if self.awaits is not None:
            self.events.append(Scalar("", self.awaits))
            self.awaits = None

    def _brackets(self, text: str, line: int, column: int) -> None:
        """The events of a list or mapping on one line."""
        add = self.events.append
        open_, at, end = [], 0, len(text)
        wants_value, wants_comma = True, False
        enough = self.most
        while at < end:
            if len(self.events) > enough:  # PyYAML looks so far ahead, and would not come to the rest, either
                end, enough = min(end, at + _AHEAD), 10 * end
            found = _PART(text, at)
            if found is None or at and not open_:
                raise _NotSimple
            what = found.lastindex
            place = _Place(line, column + found.start(what))
            at = found.end()
            if what == 3:
                if not wants_comma:
                    raise _NotSimple
                wants_comma, wants_value = False, open_[-1] == _LIST
            elif what == 2:
                if open_[-1] != _CLOSES[found[2]] or wants_value and open_[-1] == _MAPPING:
                    raise _NotSimple
                add(_END[open_.pop()])
                wants_comma, wants_value = True, False
            elif what == 4:
                if wants_comma or open_[-1:] != [_MAPPING] or wants_value:
                    raise _NotSimple
                add(Scalar(found[4], place))
                wants_value = True
            elif wants_comma or not wants_value:
                raise _NotSimple
            elif what == 1:
                add((MappingStart if found[1] == _MAPPING else SequenceStart)(place))
                open_.append(found[1])
                wants_value = found[1] == _LIST
            elif not open_:
                raise _NotSimple
            else:
                add(Scalar(found[5], place) if what == 5 else Scalar(found[6][1:-1], place, found[6][0]))
                wants_comma, wants_value = True, False
        if open_ and end == len(text):
            raise _NotSimple
