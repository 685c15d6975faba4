"""Direct labels that do not run into each other."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.transforms import Bbox
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import isotonic_regression

from analysis.plots.picture import LINE, POINTS, WIDTH, Sheet


def dodge(wanted: ArrayLike, sizes: ArrayLike, low: float, high: float) -> NDArray[np.float64]:
    """Centres nearest to `wanted` (least squares, order kept): items of `sizes` neither overlap nor leave low…high.

    If they do not all fit, they are spread evenly and overlap by as little as possible.
    """
    wanted, sizes = np.asarray(wanted, float), np.asarray(sizes, float)
    if wanted.size == 0:
        return wanted
    order = np.argsort(wanted, kind="stable")
    size = sizes[order]
    if size.sum() > high - low:
        size = size * (high - low) / size.sum()
    # Each item's distance from the first one when packed: without it, "no overlap" is just "in order".
    packed = np.cumsum(size) - size / 2
    free = isotonic_regression(wanted[order] - packed).x
    free = np.clip(free, low, high - size.sum())
    placed = np.empty_like(wanted)
    placed[order] = free + packed
    return placed


STRUCK = 0.006
"""Square inches that each thing in a label's way counts for, beside what it covers of it."""
REACHES = (0.1, 0.22, 0.4, 0.65, 0.95)
"""Inches between a point and its label; beyond the first a line joins them."""
DIRECTIONS = (
    *((1, 0.6), (1, -0.6), (-1, 0.6), (-1, -0.6), (0, 1), (0, -1), (1, 0), (-1, 0)),
    *((1, 1.6), (1, -1.6), (-1, 1.6), (-1, -1.6)),
)


@dataclass(frozen=True)
class EndLabel:
    """A label for the end of a line at (x, y) in data units."""

    x: float
    y: float
    text: str
    colour: str
    weight: str = "normal"


def label_ends(sheet: Sheet, ax: Axes, labels: Sequence[EndLabel], size: float = 9.0) -> None:
    """Write labels in the margin right of the axes, each joined to its line's end; smaller if they are many."""
    fig = sheet.fig
    total = fig.get_figheight()
    box = ax.get_position()
    room = WIDTH * (1 - box.x1) - 0.42
    low, high = box.y0 * total - 0.1, box.y1 * total + 0.12
    for size in (size, size - 1, size - 2):  # noqa: B020 - the smaller sizes are tried from the asked one
        texts = [sheet.wrap(label.text, room, size, label.weight, lines=3) for label in labels]
        heights = [((text.count("\n") + 1) * LINE * size + 2) / POINTS for text in texts]
        if sum(heights) <= high - low:
            break
    to_inches = ax.transData + fig.dpi_scale_trans.inverted()
    ends = np.array([to_inches.transform((label.x, label.y)) for label in labels])
    centres = dodge(ends[:, 1], heights, low, high)
    x = WIDTH * box.x1 + 0.26
    for label, text, end, centre in zip(labels, texts, ends, centres, strict=True):
        fig.text(
            x / WIDTH,
            centre / total,
            text,
            size=size,
            color=label.colour,
            weight=label.weight,
            va="center",
            linespacing=1.15,
        )
        leader = Line2D(
            [(end[0] + 0.03) / WIDTH, (x - 0.12) / WIDTH, (x - 0.04) / WIDTH],
            [end[1] / total, centre / total, centre / total],
            color=label.colour,
            linewidth=0.7,
            alpha=0.8,
            transform=fig.transFigure,
        )
        fig.add_artist(leader)


def label_points(
    sheet: Sheet, ax: Axes, points: Sequence[EndLabel], obstacles: Sequence[Bbox], size: float = 9.0, room: float = 1.9
) -> None:
    """Write each label beside its point where it meets least: other labels, `obstacles` (pixels), the axes' edge."""
    fig = sheet.fig
    dpi = fig.dpi
    frame = ax.get_window_extent()
    taken = list(obstacles)
    written: list[Bbox] = []
    for point in points:
        text = sheet.wrap(point.text, room, size, point.weight, lines=3)
        rows = text.split("\n")
        wide = max(sheet.width(row, size, point.weight) for row in rows) * dpi
        tall = len(rows) * size * 1.2 / POINTS * dpi
        x, y = ax.transData.transform((point.x, point.y))
        best, best_cost, best_reach = Bbox.unit(), np.inf, 0.0
        for reach, (dx, dy) in itertools.product(REACHES, DIRECTIONS):
            away = reach * dpi
            left = x + dx * away - (wide if dx < 0 else wide / 2 if dx == 0 else 0)
            bottom = y + dy * away - (tall if dy < 0 else 0 if dy > 0 else tall / 2)
            box = Bbox.from_bounds(left, bottom, wide, tall)
            # Lines are thin: what they cover of a label is small, and yet they strike it out.
            met = sum(_overlap(box, other) + STRUCK * (_overlap(box, other) > 0) * dpi * dpi for other in taken)
            cost = met + reach * 0.02 * dpi * dpi
            cost += 50 * (wide * tall - _overlap(box, frame))
            if reach > REACHES[0]:
                cost += dpi * dpi * _crossed((x, y), _nearest(box, x, y), written)
            if cost < best_cost:
                best, best_cost, best_reach = box, cost, reach
        taken.append(best.padded(2))
        written.append(best)
        inverse = fig.transFigure.inverted()
        (fx, fy) = inverse.transform((best.x0, (best.y0 + best.y1) / 2))
        fig.text(fx, fy, text, size=size, color=point.colour, weight=point.weight, va="center", linespacing=1.1)
        if best_reach > REACHES[0]:
            near = _nearest(best, x, y)
            (ax0, ay0), (ax1, ay1) = inverse.transform((x, y)), inverse.transform(near)
            fig.add_artist(Line2D([ax0, ax1], [ay0, ay1], color=point.colour, linewidth=0.7, transform=fig.transFigure))
            # Later labels keep off this leader, too.
            along = np.linspace((x, y), near, 8)
            taken += [Bbox.from_extents(px - 2, py - 2, px + 2, py + 2) for px, py in along]


def _nearest(box: Bbox, x: float, y: float) -> tuple[float, float]:
    """The point of a box nearest to (x, y)."""
    return min(max(x, box.x0), box.x1), min(max(y, box.y0), box.y1)


def _crossed(start: tuple[float, float], end: tuple[float, float], boxes: Sequence[Bbox]) -> int:
    """How many boxes a straight line runs through."""
    along = np.linspace(start, end, 12)
    return sum(bool(box.contains(px, py)) for box in boxes for px, py in along)


def _overlap(first: Bbox, second: Bbox) -> float:
    """The area two boxes share."""
    width = min(first.x1, second.x1) - max(first.x0, second.x0)
    height = min(first.y1, second.y1) - max(first.y0, second.y0)
    return max(width, 0) * max(height, 0)
