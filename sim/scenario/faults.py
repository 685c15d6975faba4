"""What is wrong with a scenario: faults with their place, in English and Chinese.

Every fault prints as ``file:line:column: path: message``. In faults of ``--set`` the file is ``--set``, the
line counts the options (1: the first ``--set``) and the column counts characters in ``PATH=VALUE``; options
such as ``--users`` stand at 1:1.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from sim.scenario.messages import MESSAGES
from sim.scenario.source import WHOLE_FILE, Origin, Path, dotted

LANGUAGES = ("en", "zh")
LONGEST_WORD = 200
"""Letters of one word of a message; of a longer one the beginning is shown."""

SEARCHES = 4_000
"""Names that are looked through for suggestions before one refusal: in a file of ten thousand unknown names nobody reads them all."""

Phrase = str | tuple[str, str]
"""A word for a message: the same in both languages, or (English, Chinese)."""


class Fault(NamedTuple):
    """One thing that is wrong, and where. ``message`` is English, ``chinese`` says the same in Chinese."""

    file: str
    line: int
    column: int
    path: str
    message: str
    chinese: str = ""

    def __str__(self) -> str:
        return self.text()

    def text(self, lang: str = "en") -> str:
        """``file:line:column: path: message`` in a language (``en`` or ``zh``)."""
        if lang not in LANGUAGES:
            raise ValueError(f"language {lang!r}: choose one of {', '.join(LANGUAGES)}")
        message = self.chinese if lang == "zh" and self.chinese else self.message
        path = "（文件）" if lang == "zh" and self.path == WHOLE_FILE else self.path
        return f"{self.file}:{self.line}:{self.column}: {path}: {message}"


class ScenarioError(Exception):
    """A scenario that cannot be used; ``faults`` holds everything that is wrong, in the order of its place."""

    def __init__(self, faults: Iterable[Fault]):
        _budget.searches = SEARCHES
        self.faults: list[Fault] = sorted(set(faults))
        super().__init__(self.faults)

    def __str__(self) -> str:
        return render(self.faults)

    def text(self, lang: str = "en") -> str:
        """All faults in a language, one a line."""
        return render(self.faults, lang)


def render(faults: Iterable[Fault], lang: str = "en") -> str:
    """Faults as text, one a line."""
    return "\n".join(f.text(lang) for f in faults)


def fault(at: Origin, path: Path, message: str, **words: Phrase) -> Fault:
    """A fault from the catalogue: ``message`` is a key of ``MESSAGES``, ``words`` fill its blanks."""
    english, chinese = MESSAGES[message]
    return Fault(
        at.file,
        at.line,
        at.column,
        dotted(path),
        english.format(**{k: _say(v, 0) for k, v in words.items()}),
        chinese.format(**{k: _say(v, 1) for k, v in words.items()}),
    )


def _say(words: Phrase, language: int) -> str:
    said = words[language] if isinstance(words, tuple) else words
    return said if len(said) <= LONGEST_WORD or isinstance(words, tuple) else said[:LONGEST_WORD] + "…"


class _Budget(threading.local):
    searches = SEARCHES


_budget = _Budget()


def worth_searching(wrong: str, names: Sequence[str]) -> bool:
    """Whether a suggestion for a wrong name may still be searched for before the refusal that is under way; counts it."""
    _budget.searches -= len(names)
    return len(wrong) <= LONGEST_WORD and _budget.searches >= 0
