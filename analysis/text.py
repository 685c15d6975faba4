"""Text that comes from outside, made fit to be set: cleaned, shortened, broken into lines."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

ELLIPSIS = "…"
_WIDE = "\u2e80-\u9fff\uac00-\ud7a3\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff"
_OPEN, _CLOSE = "（《【“‘", "，。；：、！？）》】”’"
# A Chinese character with the punctuation that may not be parted from it, a word with the same, or spaces.
_PIECES = re.compile(f"[{_OPEN}]*(?:(?![{_OPEN}{_CLOSE}])[{_WIDE}]|(?:(?![{_OPEN}])[^ {_WIDE}])+)?[{_CLOSE}]*| +")


def clean(text: str, limit: int | None = None) -> str:
    """`text` on one line without control and formatting characters, shortened in the middle to `limit` characters."""
    visible = "".join(" " if unicodedata.category(c)[0] in "CZ" and c != "\u00a0" else c for c in text)
    single = " ".join(visible.split(" ")).strip()
    single = re.sub(" +", " ", single)
    if limit is None or len(single) <= limit:
        return single
    # The middle goes: names of a family often differ only at their end.
    head = (limit - 1) * 2 // 3
    return single[:head].rstrip() + ELLIPSIS + single[-(limit - 1 - head) :].lstrip()


def wrap(text: str, fits: Callable[[str], bool], lines: int = 9) -> str:
    """`text` broken at spaces and between CJK characters into lines that `fits` accepts; over `lines` it ends in …"""
    done: list[str] = []
    line = ""
    # A number and its % stay together, whoever wrote the space between them.
    for piece in _PIECES.findall(text.replace(" %", "\N{NO-BREAK SPACE}%")):
        if fits((line + piece).rstrip()):
            line += piece
            continue
        if line.strip():
            done.append(line.rstrip())
        line = piece.lstrip()
        while line and not fits(line):
            cut = next((i for i in range(len(line) - 1, 0, -1) if fits(line[:i])), 1)
            if cut == len(line):
                break
            done.append(line[:cut])
            line = line[cut:]
    if line.strip():
        done.append(line.rstrip())
    if len(done) > lines:
        last = done[lines - 1]
        while last and not fits(last + ELLIPSIS):
            last = last[:-1]
        done = [*done[: lines - 1], last.rstrip() + ELLIPSIS]
    return "\n".join(done)
