"""A picture: one finding, how to read it, the CSV behind it, and how it is drawn and saved."""

from __future__ import annotations

import io
import os
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties

from analysis import style
from analysis.language import speaking, spoken
from analysis.number import SPACE
from analysis.text import ELLIPSIS, wrap

WIDTH = 9.2
EDGE = 0.18
LINE = 1.28
"""Line height in font sizes."""
TITLE_SIZE, NOTE_SIZE = 13.0, 8.5
HEADING, NOTE = "heading", "note"
"""Names of what stands above and below a body in an SVG."""
POINTS = 72.0
_ADVANCES: dict[tuple[float, str, tuple[str, ...]], dict[str, float]] = {}
"""Inches of each character, by size, weight and fonts."""


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
        self.body = (above * POINTS, height * POINTS)
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
                gid=HEADING,
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
                gid=NOTE,
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
        # The width of each character is measured once, for a text is broken by trying many lines.
        known = _ADVANCES.setdefault((size, weight, tuple(mpl.rcParams["font.family"])), {})
        for char in {*text, *ELLIPSIS, SPACE}.difference(known):
            known[char] = self.width(char, size, weight)
        return wrap(text, lambda line: sum(known[char] for char in line) <= inches, lines)


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
    language: str = field(default_factory=spoken)
    """The language in which it was told, and in which it will be drawn."""

    def figure(self) -> Figure:
        """The matplotlib figure, with heading and note."""
        return self._sheet().fig

    def _sheet(self) -> Sheet:
        with self._style():
            sheet = Sheet(self.finding, self.note, self.height)
            self.paint(sheet)
            return sheet

    @contextmanager
    def _style(self) -> Iterator[None]:
        with speaking(self.language), style.applied((*self.labels, self.finding, self.note)):
            yield

    @cached_property
    def files(self) -> Files:
        """The figure drawn once: the bytes of its files, and where its body lies, for a page that has heading and note itself."""
        sheet = self._sheet()
        with self._style():
            return Files(_encoded(sheet.fig, "png"), rounded(_encoded(sheet.fig, "svg")), sheet.body)


    def take(self, files: Files) -> None:
        """Take the files that another process has drawn of the same picture."""
        self.__dict__["files"] = files


@dataclass(frozen=True)
class Files:
    """A figure as PNG and SVG, the same bytes every time: no date, no version, fixed ids."""

    png: bytes
    svg: bytes
    body: tuple[float, float]
    """Top and height of what lies between heading and note, in points, the unit of the SVG."""


def _encoded(figure: Figure, kind: str) -> bytes:
    metadata = {"png": {"Software": None}, "svg": {"Date": None, "Creator": None, "Format": None, "Type": None}}[kind]
    buffer = io.BytesIO()
    # Not `savefig`, which draws everything once more beforehand, for the sake of layouts that we leave to nobody.
    canvas = FigureCanvasAgg(figure) if kind == "png" else FigureCanvasSVG(figure)
    (canvas.print_png if kind == "png" else canvas.print_svg)(buffer, metadata=metadata)
    return buffer.getvalue()


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
