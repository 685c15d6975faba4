"""Figures drawn in processes of their own beside this one, for drawing is Python's work, of which a process does one thing at a time.

A process is handed the tables once, then numbers of figures, and answers each with the bytes of its files; nothing else passes between the
two. It is started by its own command, not by ``multiprocessing``, so that a script without a main guard can use it. When its input ends it
stops. What it cannot draw, for whatever reason, is drawn here: the bytes are the same wherever they come from.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import warnings
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import suppress
from queue import SimpleQueue
from typing import Any, BinaryIO

from analysis.language import speaking, spoken
from analysis.plots import drafts
from analysis.plots.parcel import Unfit, packed, unpacked
from analysis.plots.picture import Files, Picture
from analysis.result import Tables
from sim.child import started

PATIENCE = 10.0
"""Seconds within which a process that was killed is gone."""


class Easel:
    """One process that draws, seen from here. It loads what it needs while we do other things."""

    def __init__(self) -> None:
        self._process = started("analysis.plots.easel", {"MPLBACKEND": "agg"}, stderr=subprocess.DEVNULL)

    def hand(self, parcel: bytes, budget: float | None) -> None:
        """Hand over the tables. Raises ``OSError`` where the process has ended."""
        head = {"language": spoken(), "budget": budget, "bytes": len(parcel)}
        self._process.stdin.write(json.dumps(head).encode() + b"\n" + parcel)
        self._process.stdin.flush()

    def files(self, number: int) -> Files | None:
        """The files of one figure, by its place among the drafts; None where the process could not draw it, or has ended."""
        with suppress(OSError, ValueError):
            self._process.stdin.write(b"%d\n" % number)
            self._process.stdin.flush()
            line = self._process.stdout.readline()
            told = json.loads(line) if line else None
            if told:
                png, svg = (_whole(self._process.stdout, told[kind]) for kind in ("png", "svg"))
                return Files(png, svg, (told["body"][0], told["body"][1]))
        return None

    def close(self) -> None:
        """End the process, whatever it is doing: it has nothing that could be lost."""
        self._process.kill()
        self._process.wait(PATIENCE)
        for pipe in (self._process.stdin, self._process.stdout):
            with suppress(OSError):
                pipe.close()


def _whole(stream: BinaryIO, size: int) -> bytes:
    """So many bytes. Raises ``OSError`` where the stream ends before."""
    content = stream.read(size)
    if len(content) < size:
        raise OSError("a process that draws has ended in the middle of an answer")
    return content


def painted(
    tables: Tables, found: Mapping[int, Picture], budget: float | None = None, easels: list[Easel] | None = None
) -> Iterator[Picture]:
    """Every picture once its files are there, in whatever order: drawn by the easels from the front, and here from the back.

    ``found``: pictures of the tables by their place among the drafts. The easels are closed at the end.
    """
    todo, done = deque(found.items()), SimpleQueue[Picture | None]()
    easels = list(easels or ())
    try:
        parcel = packed(tables) if easels and len(found) > 1 else None
    except Unfit:
        parcel = None
    language = spoken()

    def sit(easel: Easel) -> None:
        try:
            with speaking(language):
                easel.hand(parcel, budget)
            while todo:
                number, picture = todo.popleft()
                files = easel.files(number)
                if files is None:
                    todo.append((number, picture))
                    return
                picture.take(files)
                done.put(picture)
        except (OSError, ValueError, IndexError):
            return  # the process has ended, or was closed, or others took the last picture
        finally:
            done.put(None)

    sitting = [threading.Thread(target=sit, args=(easel,), daemon=True) for easel in easels if parcel is not None]
    try:
        for thread in sitting:
            thread.start()
        busy = len(sitting)
        while todo or busy or not done.empty():
            if not todo or not done.empty():
                picture = done.get()
                if picture is None:
                    busy -= 1
                    continue
            else:
                try:
                    _, picture = todo.pop()
                except IndexError:  # an easel was quicker
                    continue
                picture.files  # noqa: B018 - drawn when asked for, and kept
            yield picture
    finally:
        todo.clear()
        for easel in easels:
            easel.close()


def main() -> None:
    """Draw what is asked for until the input ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    warnings.simplefilter("ignore")  # what there is to warn of is said by whoever asks
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever prints does not print into the answers
    asked = sys.stdin.buffer
    line = asked.readline()
    if not line:
        return
    head = json.loads(line)
    tables = unpacked(_whole(asked, head["bytes"]))
    with speaking(head["language"]):
        drawn = drafts(tables, head["budget"])
        for line in asked:
            answer, files = _answer(drawn, tables, int(line))
            with suppress(BrokenPipeError):
                answers.write(json.dumps(answer).encode() + b"\n" + files)
                answers.flush()


def _answer(drawn: list, tables: Tables, number: int) -> tuple[dict[str, Any], bytes]:
    """What is said of one figure, and its bytes; nothing where it cannot be drawn, for then it is drawn where it was asked for."""
    try:
        files = drawn[number](tables).files
    except Exception:  # whatever it is will be met again, and told, where the figure was asked for
        return {}, b""
    return {"png": len(files.png), "svg": len(files.svg), "body": files.body}, files.png + files.svg


if __name__ == "__main__":
    main()
