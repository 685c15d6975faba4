"""A picture: one finding, how to read it, the CSV behind it, and how it is drawn and saved."""

from __future__ import annotations

import io
import os
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties

from analysis import style
from analysis.text import wrap

WIDTH = 9.2
EDGE = 0.18
LINE = 1.28
"""Line height in font sizes."""
TITLE_SIZE, NOTE_SIZE = 13.0, 8.5
POINTS = 72.0


class Sheet:
    """A figure with a heading above and a note below; places axes in inches on what is left between them."""

    def __init__(self, heading: str, note: str, height: float) -> None:
        self.fig = Figure(figsize=(WIDTH, height))
        self.renderer = FigureCanvasAgg(self.fig).get_renderer()
        room = WIDTH - 2 * EDGE
        heading = self.wrap(heading, room, TITLE_SIZE, "bold") if heading else ""
        note = self.wrap(note, room, NOTE_SIZE)
        above = EDGE + (_height(heading, TITLE_SIZE) + 0.14 if heading else 0)
        below = EDGE + (_height(note, NOTE_SIZE) + 0.1 if note else 0)
        self.height = height
        total = height + above + below
        self.fig.set_size_inches(WIDTH, total)
        self.below = below
        if heading:
            self.fig.text(
                EDGE / WIDTH,
                1 - EDGE / total,
                heading,
                va="top",
                ha="left",
                size=TITLE_SIZE,
                weight="bold",
                linespacing=LINE,
            )
        if note:
            self.fig.text(
                EDGE / WIDTH,
                EDGE / total,
                note,
                va="bottom",
                ha="left",
                size=NOTE_SIZE,
                color=style.QUIET,
                linespacing=LINE,
            )

    def axes(self, left: float, bottom: float, right: float, top: float, **kwargs: object) -> Axes:
        """Axes whose edges are so many inches inside the body's edges."""
        total = self.fig.get_figheight()
        return self.fig.add_axes(
            (
                left / WIDTH,
                (self.below + bottom) / total,
                (WIDTH - left - right) / WIDTH,
                (self.height - bottom - top) / total,
            ),
            **kwargs,
        )

    def text(self, x: float, y: float, text: str, **kwargs: object) -> None:
        """Text at inches from the body's lower left corner."""
        self.fig.text(x / WIDTH, (self.below + y) / self.fig.get_figheight(), text, **kwargs)

    def width(self, text: str, size: float, weight: str = "normal") -> float:
        """How wide one line of `text` is, in inches."""
        width, _, _ = self.renderer.get_text_width_height_descent(
            text, FontProperties(size=size, weight=weight), ismath=False
        )
        return width / self.fig.dpi

    def wrap(self, text: str, inches: float, size: float, weight: str = "normal", lines: int = 9) -> str:
        """`text` broken to fit a column so many inches wide."""
        return wrap(text, lambda line: self.width(line, size, weight) <= inches, lines)


def _height(text: str, size: float) -> float:
    """The height in inches of text of one or several lines."""
    return (text.count("\n") + 1) * size * LINE / POINTS


@dataclass(frozen=True)
class Picture:
    """One finding as a figure. `paint` draws it on a sheet; nothing is drawn before `figure` is called."""

    name: str
    """Stem of the files."""
    finding: str
    how: str
    """One sentence on how to read it."""
    source: str
    """The CSV behind it."""
    note: str
    """Definition and caveats, below the figure."""
    height: float
    """Inches between heading and note."""
    labels: Sequence[str]
    """The names in it, for the choice of fonts."""
    paint: Callable[[Sheet], None]

    def figure(self, whole: bool = True) -> Figure:
        """The matplotlib figure; without heading and note where those stand beside it, as in the report."""
        with style.applied((*self.labels, self.finding, self.note)):
            sheet = Sheet(self.finding if whole else "", self.note if whole else "", self.height)
            self.paint(sheet)
            return sheet.fig

    def encoded(self, kind: str, whole: bool = True) -> bytes:
        """The figure as `png` or `svg`, the same bytes every time: no date, no version, fixed ids."""
        return self.encode(self.figure(whole), kind)

    def encode(self, figure: Figure, kind: str) -> bytes:
        """A figure already drawn as `png` or `svg` bytes."""
        metadata = {"png": {"Software": None}, "svg": {"Date": None, "Creator": None, "Format": None, "Type": None}}[
            kind
        ]
        buffer = io.BytesIO()
        with style.applied((*self.labels, self.finding, self.note)):
            figure.savefig(buffer, format=kind, metadata=metadata)
        return rounded(buffer.getvalue()) if kind == "svg" else buffer.getvalue()


_PLACES = re.compile(rb' (?:d|x|y)="[^"]*"|translate\([^)]*\)')
_LONG = re.compile(rb"-?\d+\.\d{3,}")


def rounded(svg: bytes) -> bytes:
    """The SVG with coordinates to a hundredth of a point, which no eye can tell; scales keep all their digits."""

    def shorter(number: re.Match[bytes]) -> bytes:
        text = f"{float(number[0]):.2f}".rstrip("0").rstrip(".")
        return (b"0" if text == "-0" else text.encode())

    return _PLACES.sub(lambda place: _LONG.sub(shorter, place[0]).replace(b" \n", b"\n"), svg)


def write_whole(path: Path, content: bytes) -> Path:
    """Write a file beside its place and move it there, so that nobody ever sees half of it."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        temporary.write_bytes(content)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    return path
