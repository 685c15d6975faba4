"""Rows with names at the left and small axes beside each other: what dot-and-interval figures of several measures share."""

from __future__ import annotations

import math
from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator

from analysis import finding, lever_words, style
from analysis.number import money, plain
from analysis.plots.picture import Sheet
from analysis.plots.retention import ROUND, tick_decimals
from analysis.text import clean
from sim.lever import levers

BETTER, WORSE = style.PALETTE[0], style.PALETTE[1]
SHORTEST = 12
"""Characters below which no name is cut."""
COLOURS = {finding.HIGHER: BETTER, finding.LOWER: WORSE}


def verdict_colour(low: float, high: float, higher_is_better: bool = True) -> str:
    """Blue for better, orange for worse, grey where nothing can be told."""
    told = finding.judged(low, high)
    if not higher_is_better:
        told = {finding.HIGHER: finding.LOWER, finding.LOWER: finding.HIGHER}.get(told, told)
    return COLOURS.get(told, style.QUIET)


def dot(ax: Axes, y: float, mean: float, low: float, high: float, colour: str, size: float = 6) -> None:
    """A value with its interval, hollow where the interval holds zero or there is none."""
    if math.isfinite(low) and math.isfinite(high):
        ax.plot([low, high], [y, y], color=colour, linewidth=2, solid_capstyle="butt")
    told = finding.judged(low, high) in COLOURS
    ax.plot(mean, y, "o", color=colour, markerfacecolor=colour if told else style.PAPER, markersize=size)


def fitted(sheet: Sheet, name: str, inches: float, size: float, weight: str = "normal", lines: int = 2) -> str:
    """A name on few lines; one too long loses its middle, for names of a family differ at their ends."""
    limit = len(name)
    while True:
        text = sheet.wrap(clean(name, limit), inches, size, weight)
        if text.count("\n") < lines or limit <= SHORTEST:
            return text
        limit -= 2


def name_rows(sheet: Sheet, ax: Axes, names: Sequence[str], inches: float, bold: Sequence[bool] = (), size: float = 8.5) -> None:
    """Names of the rows at the left of an axes, the first on top."""
    weights = ["bold" if b else "normal" for b in bold] or ["normal"] * len(names)
    texts = [fitted(sheet, name, inches, size, weight) for name, weight in zip(names, weights, strict=True)]
    ax.set_yticks(range(len(names)), texts)
    for tick, weight in zip(ax.get_yticklabels(), weights, strict=True):
        tick.set(color=style.INK, size=size, weight=weight, linespacing=1.05)


def bare(ax: Axes, rows: int, names: bool = False) -> None:
    """An axes of rows from the top down, without a frame and with light lines."""
    ax.set_ylim(rows - 0.5, -0.5)
    ax.tick_params(axis="y", length=0, labelleft=names)
    ax.spines["left"].set_visible(False)
    ax.grid(axis="x")
    ax.set_axisbelow(True)


def few_ticks(ax: Axes, unit: str, sign: str, bins: int = 3) -> None:
    """Few ticks, as a narrow axes has room for; written as money or as plain numbers with their sign."""
    ax.xaxis.set_major_locator(MaxNLocator(nbins=bins, steps=ROUND, min_n_ticks=2))

    def text(value: float, _: int) -> str:
        digits = tick_decimals(ax.get_xticks(), unit)
        return money(value, sign, digits) if unit == "money" else plain(value, digits if digits is not None else 0)

    ax.xaxis.set_major_formatter(FuncFormatter(text))
    ax.tick_params(axis="x", labelsize=8)


def lever_label(name: str) -> str:
    """A lever of a scenario in words; one used under a name of its own keeps it."""
    lever = levers().get(name)
    return lever_words.lever_name(name, lever.doc if lever else "").replace("_", " ")
