"""The language of a command: English, or Chinese as the field writes it. Both stand side by side wherever something is said.

    with speaking("zh"):
        say("users", "用户")            # a text for now
    LABEL = Both("users", "用户")        # a text of a table; str(LABEL) when it is said
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

LANGUAGES = ("en", "zh")
TAGS = {"en": "en", "zh": "zh-CN"}
"""What a page calls its language."""
_spoken: ContextVar[str] = ContextVar("language", default="en")


def spoken() -> str:
    """The language spoken now: ``en`` unless ``speaking`` says otherwise."""
    return _spoken.get()


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Speak a language as long as the block lasts. Raises ``ValueError`` for one that is not known."""
    if language not in LANGUAGES:
        raise ValueError(f"no language {language!r}: there are {', '.join(LANGUAGES)}")
    before = _spoken.set(language)
    try:
        yield
    finally:
        _spoken.reset(before)


def say(english: str, chinese: str) -> str:
    """The text in the language spoken now."""
    return chinese if _spoken.get() == "zh" else english


@dataclass(frozen=True)
class Both:
    """A text in both languages; ``str`` gives the one spoken at that moment."""

    en: str
    zh: str

    def __str__(self) -> str:
        return say(self.en, self.zh)

    def __bool__(self) -> bool:
        return bool(self.en)

    def format(self, *values: object, **words: object) -> str:
        """The text spoken now with its blanks filled in."""
        return str(self).format(*values, **words)
