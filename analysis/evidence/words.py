"""What the checks say, in the language spoken. The Chinese stands in `chinese.toml`, found by the English with its numbers left open."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path

from analysis.language import spoken

FILE = Path(__file__).with_name("chinese.toml")
NUMBER = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?|(?<![\w.])\.\d+")


@cache
def catalogue() -> dict[str, dict[str, str]]:
    """Chinese by English, in three parts: ``texts``, ``sources``, ``units``."""
    return tomllib.loads(FILE.read_text(encoding="utf-8"))


def open_form(text: str) -> str:
    """A text with each of its numbers replaced by ``#``: as which it is found."""
    return NUMBER.sub("#", text)


def told(text: str, part: str = "texts") -> str:
    """A text of a check in the language spoken; as it is where it has no Chinese."""
    if spoken() == "en":
        return text
    known = catalogue()[part]
    if text in known:
        return known[text]
    form = known.get(open_form(text))
    return form.format(*NUMBER.findall(text)) if form else text
