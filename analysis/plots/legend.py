"""A line of swatches above the axes: what colours and signs mean where lines cannot be labelled one by one."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle

from analysis import style
from analysis.plots.picture import WIDTH, Sheet

BOX, DOT, HOLLOW, LINE, DASHES = "box", "o", "D", "line", "dashes"
SIZE = 8.5


def legend(sheet: Sheet, entries: Sequence[tuple[str, str, str]], x: float = 0.85, down: float = 0.2) -> None:
    """Swatches of (sign, colour, text) from left to right, `down` inches below the top of the body."""
    total = sheet.fig.get_figheight()
    y = sheet.below + sheet.height - down
    for sign, colour, text in entries:
        place = {"transform": sheet.fig.transFigure}
        if sign == BOX:
            sheet.fig.add_artist(Rectangle((x / WIDTH, (y - 0.055) / total), 0.15 / WIDTH, 0.13 / total, facecolor=colour, **place))
        elif sign == LINE:
            sheet.fig.add_artist(Line2D([x / WIDTH, (x + 0.16) / WIDTH], [y / total] * 2, color=colour, linewidth=2.4, **place))
        elif sign == DASHES:
            sheet.fig.add_artist(
                Line2D([x / WIDTH, (x + 0.17) / WIDTH], [y / total] * 2, color=colour, linewidth=0.9, linestyle=(0, (4, 2)), **place)
            )
        else:
            face = style.PAPER if sign == HOLLOW else colour
            marker = {"marker": sign, "markersize": 6, "markerfacecolor": face, "color": colour, "linestyle": ""}
            sheet.fig.add_artist(Line2D([(x + 0.08) / WIDTH], [y / total], **marker, **place))
        sheet.text(x + 0.21, y - sheet.below, text, size=SIZE, va="center")
        x += 0.21 + sheet.width(text, SIZE) + 0.2
