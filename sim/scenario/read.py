"""Read a scenario file: a small, strict subset of YAML, with the place of every key and value.

Kept are block and flow mappings and lists, plain, quoted and folded scalars, comments. Plain scalars follow the
core schema of YAML 1.2: ``1e-3`` is a number, ``no`` and ``12:30`` are words, ``012`` is twelve. Refused is
what hides meaning or grows without bound: anchors and aliases, tags, merge keys, duplicate keys, directives,
several documents, numbers that are not finite, invisible characters, files beyond the limits below. Reading
goes on after a fault wherever the rest still has a meaning.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from difflib import get_close_matches

import yaml

from sim.scenario.events import Events
from sim.scenario.faults import LONGEST_WORD, Fault, Phrase, fault
from sim.scenario.messages import KINDS
from sim.scenario.simple import simple_events
from sim.scenario.source import BROKEN, Node, Origin, Path
from sim.scenario.syntax_words import in_chinese

MAX_BYTES, MAX_DEPTH, MAX_NODES, MAX_DIGITS = 262_144, 16, 20_000, 18
MAX_INVISIBLE = 20
MAX_FAULTS = 5_000
"""Faults of one file after which reading stops: nobody reads more, and telling them would take longer than reading."""

WORD = re.compile(r"[a-z][a-z0-9_]{0,63}\Z")
_INT = re.compile(r"[-+]?[0-9]+\Z")
_OCTAL = re.compile(r"0o[0-7]+\Z")
_HEX = re.compile(r"0x[0-9a-fA-F]+\Z")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\Z")
_NOT_FINITE = re.compile(r"[-+]?\.(inf|Inf|INF)\Z|\.(nan|NaN|NAN)\Z")
_NULL = {"", "~", "null", "Null", "NULL"}
_SWITCH = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}

# Control and format characters, look-alikes of the space, letters that draw nothing. U+3000 is a usual Chinese space.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\xa0\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u2000-\u200f"
    "\u2028-\u202f\u205f-\u206f\u2800\u3164\ud800-\uf8ff\ufeff\uffa0\ufff0-\uffff\U000e0000-\U000e0fff\U000f0000-\U0010ffff]"
)
_NOT_IN_TEXT = re.compile(_INVISIBLE.pattern + "|[\t\r]")


@dataclass
class Reading:
    """What a file says (``node``, as far as it could be read), its faults, and whether reading reached the end."""

    node: Node | None = None
    faults: list[Fault] = field(default_factory=list)
    complete: bool = True

    def stop(self, problem: Fault) -> Reading:
        """The reading, ended by a fault."""
        self.faults.append(problem)
        self.complete = False
        return self


def read_file(path: str | os.PathLike[str], shown: str | None = None) -> Reading:
    """Read one scenario file. ``shown`` is its name in faults (the path as given, if None)."""
    shown = shown if shown is not None else os.fspath(path)
    at = Origin(shown)
    try:
        mode = os.stat(path).st_mode
        if stat.S_ISDIR(mode):
            return Reading().stop(fault(at, (), "folder"))
        if not stat.S_ISREG(mode):
            return Reading().stop(fault(at, (), "special"))
        with open(path, "rb") as file:
            data = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        return Reading().stop(fault(at, (), "missing", near=neighbour(path)))
    except OSError as problem:
        return Reading().stop(fault(at, (), "unreadable", why=problem.strerror or str(problem)))
    except ValueError:  # a name with a zero byte
        return Reading().stop(fault(at, (), "bad_name"))
    return read_bytes(data, shown)


def read_bytes(data: bytes, shown: str) -> Reading:
    """Read the bytes of one scenario file."""
    if len(data) > MAX_BYTES:
        return Reading().stop(fault(Origin(shown), (), "too_large"))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        before = data[: problem.start].decode("utf-8-sig", "replace")
        return Reading().stop(fault(Origin(shown, *_place(before, len(before))), (), "not_utf8"))
    reading = read_text(text, lambda line, column: Origin(shown, line, column))
    if reading.complete and reading.node is None:
        return reading.stop(fault(Origin(shown), (), "empty"))
    if reading.complete and not reading.node.is_mapping and reading.node.value is not BROKEN:
        return reading.stop(fault(reading.node.at, (), "not_mapping", what=kind_of(reading.node.value)))
    return reading


def read_text(text: str, place: Callable[[int, int], Origin]) -> Reading:
    """Read one YAML value of any kind; ``place`` turns a line and column of the text (from 1) into an origin."""
    if len(text) > MAX_BYTES:
        return Reading().stop(fault(place(1, 1), (), "too_large"))
    hidden = [m for m, _ in zip(_INVISIBLE.finditer(text), range(MAX_INVISIBLE), strict=False)]
    if hidden:
        places = [(place(*_place(text, m.start())), m[0]) for m in hidden]
        return Reading(None, [fault(at, (), "invisible", code=f"{ord(c):04X}") for at, c in places], False)
    return _Builder(place).read(text)


def kind_of(value: object) -> Phrase:
    """A value as faults name it: ``the word 'ten'``, ``1.4``, ``a list``."""
    if value is None:
        return KINDS["null"]
    if isinstance(value, dict):
        return KINDS["mapping"]
    if isinstance(value, (list, tuple)):
        return KINDS["list"]
    if isinstance(value, str):
        short = value if len(value) <= 40 else value[:39] + "…"
        kind, text = "word" if re.fullmatch(r"[^\W\d]\w*", value) else "text", short.replace("\n", " ")
    elif isinstance(value, bool):
        kind, text = "switch", str(value).lower()
    elif isinstance(value, (int, float)):
        kind, text = "number", repr(value)
    else:
        kind, text = "other", type(value).__name__
    english, chinese = KINDS[kind]
    return english.format(text=text), chinese.format(text=text)


@dataclass(slots=True)
class _Frame:
    """A mapping or list that is being read. ``name`` is the key that waits for its value."""

    node: Node
    path: Path
    name: str | None = None
    key: Origin | None = None
    lost: bool = False  # the waiting key is unusable: its value is read and dropped

    @property
    def awaits_key(self) -> bool:
        return self.node.is_mapping and self.key is None

    def inner_path(self) -> Path:
        step = self.name if self.node.is_mapping else len(self.node.value)
        return (*self.path, step if step is not None else "?")


def _shortened(why: str) -> str:
    """What PyYAML says, without words longer than anybody reads: it repeats a tag or a name of any length."""
    return re.sub(rf"\S{{{LONGEST_WORD + 1},}}", lambda found: found[0][:LONGEST_WORD] + "…", why)


class _StopError(Exception):
    """Nothing after this fault has a meaning."""


class _Builder:
    """Turns the parser's events into a tree."""

    def __init__(self, place: Callable[[int, int], Origin]):
        self.place = place
        self.reading = Reading()
        self.stack: list[_Frame] = []
        self.nodes = 0
        self.documents = 0

    def read(self, text: str) -> Reading:
        """The tree of a text, with every fault up to the end or to the first one that hides the rest."""
        try:
            for event in self._events(text):
                self._take(event)
        except _StopError:
            self.reading.complete = False
        return self.reading

    def _events(self, text: str) -> Iterator[yaml.Event]:
        simple = simple_events(text, 2 * MAX_NODES + 2)  # as many as stand for more nodes than are allowed
        if simple is not None:
            yield from simple
            return
        loader = Events(text)
        try:
            while loader.check_event():
                yield loader.get_event()
        except yaml.MarkedYAMLError as problem:
            mark = problem.problem_mark or problem.context_mark
            at = self.place(mark.line + 1, mark.column + 1)
            why = _shortened(problem.problem or problem.context or "cannot be understood")
            self._stop(at, "tab") if "'\\t'" in why else self._stop(at, "syntax", why=(why, in_chinese(why)))
        except _StopError:
            raise
        except Exception as problem:  # PyYAML lets others out, such as ValueError for "\U00110000"
            why = _shortened(str(problem) or type(problem).__name__)
            self._stop(self.place(loader.line + 1, loader.column + 1), "syntax", why=(why, in_chinese(why)))
        finally:
            loader.dispose()

    def _take(self, event: yaml.Event) -> None:
        if isinstance(event, yaml.CollectionEndEvent):
            self.stack.pop()
            return
        mark = event.start_mark
        at = self.place(mark.line + 1, mark.column + 1)
        if isinstance(event, yaml.ScalarEvent):
            self._count(at)
            if event.anchor or event.tag:
                self._decorations(event, at)
            self._key(event.value, at) if self._awaits_key() else self._put(self._scalar(event, at), at)
        elif isinstance(event, yaml.CollectionStartEvent):
            self._count(at)
            self._decorations(event, at)
            if self._awaits_key():
                self._stop(at, "key_kind")
            if len(self.stack) >= MAX_DEPTH:
                self._stop(at, "too_deep")
            path = self._path()
            node = self._put({} if isinstance(event, yaml.MappingStartEvent) else [], at)
            self.stack.append(_Frame(node, path))
        elif isinstance(event, yaml.AliasEvent):
            self._count(at)
            self._fault(at, "alias", name=event.anchor)
            self._key_lost(at) if self._awaits_key() else self._put(BROKEN, at)
        elif isinstance(event, yaml.DocumentStartEvent):
            self.documents += 1
            if self.documents > 1:
                self._stop(at, "documents")
            if event.tags or event.version:
                self._fault(at, "directive")

    def _awaits_key(self) -> bool:
        return bool(self.stack) and self.stack[-1].awaits_key

    def _path(self) -> Path:
        return self.stack[-1].inner_path() if self.stack else ()

    def _fault(self, at: Origin, message: str, path: Path | None = None, **words: Phrase) -> None:
        if path is None:
            path = self.stack[-1].path if self._awaits_key() else self._path()
        self.reading.faults.append(fault(at, path, message, **words))
        if len(self.reading.faults) == MAX_FAULTS:
            self.reading.faults.append(fault(at, (), "too_many_faults"))
            raise _StopError

    def _stop(self, at: Origin, message: str, **words: Phrase) -> None:
        self._fault(at, message, **words)
        raise _StopError

    def _count(self, at: Origin) -> None:
        self.nodes += 1
        if self.nodes > MAX_NODES:
            self._stop(at, "too_many")

    def _decorations(self, event: yaml.NodeEvent, at: Origin) -> None:
        if event.anchor:
            self._fault(at, "anchor", name=event.anchor)
        if event.tag:
            self._fault(at, "tag", tag=event.tag[:60])

    def _key_lost(self, at: Origin) -> None:
        self.stack[-1].key, self.stack[-1].lost = at, True

    def _key(self, text: str, at: Origin) -> None:
        frame = self.stack[-1]
        if not WORD.match(text):
            if text == "<<":
                self._fault(at, "merge_key")
            else:
                word = re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_")
                near = (f"; did you mean '{word}'?", f"；是否想写 '{word}'？") if WORD.match(word) else ""
                self._fault(at, "key", key=repr(text[:40]), near=near)
            self._key_lost(at)
        elif text in frame.node.value:
            self._fault(at, "duplicate", (*frame.path, text), key=text, line=str(frame.node.value[text].key.line))
            self._key_lost(at)
        else:
            frame.name, frame.key = text, at

    def _put(self, value: object, at: Origin) -> Node:
        """Store a value where the innermost mapping or list waits for one."""
        node = Node(value, at, at)
        if not self.stack:
            self.reading.node = node
            return node
        frame = self.stack[-1]
        if isinstance(frame.node.value, list):
            frame.node.value.append(node)
            return node
        node.key = frame.key
        if not frame.lost:
            frame.node.value[frame.name] = node
        frame.name, frame.key, frame.lost = None, None, False
        return node

    def _scalar(self, event: yaml.ScalarEvent, at: Origin) -> object:
        text = event.value
        hidden = _NOT_IN_TEXT.search(text)
        if hidden:
            self._fault(at, "text_character", code=f"{ord(hidden[0]):04X}")
            return BROKEN
        if event.style is not None:
            return text
        if text in _NULL:
            return None
        if text in _SWITCH:
            return _SWITCH[text]
        if text[0] not in "0123456789+-.":
            return text
        if _INT.match(text) or _OCTAL.match(text) or _HEX.match(text):
            if len(text.lstrip("+-")) > MAX_DIGITS:
                self._fault(at, "digits")
                return BROKEN
            return int(text, {"0o": 8, "0x": 16}.get(text[:2], 10))
        if _NOT_FINITE.match(text) or _FLOAT.match(text) and abs(float(text)) == float("inf"):
            self._fault(at, "not_finite")
            return BROKEN
        return float(text) if _FLOAT.match(text) else text


def _place(text: str, index: int) -> tuple[int, int]:
    """Line and column (from 1) of a character."""
    return text.count("\n", 0, index) + 1, index - text.rfind("\n", 0, index)


def neighbour(path: str | os.PathLike[str]) -> Phrase:
    """A file of the same folder with a similar name, as the end of a sentence."""
    folder, name = os.path.split(os.fspath(path))
    try:
        names = [n for n in os.listdir(folder or ".") if n.endswith((".yaml", ".yml"))]
    except OSError:
        return ""
    near = get_close_matches(name, names, 1)
    return (f"; did you mean '{near[0]}'?", f"；是否想写 '{near[0]}'？") if near else ""
