"""Cost–retention plane: what each strategy pays in incentives and how many users it keeps for that."""

from __future__ import annotations

import math

import numpy as np
from matplotlib.ticker import FuncFormatter, PercentFormatter
from matplotlib.transforms import Bbox

from analysis import finding, metrics, style
from analysis.number import money
from analysis.plots.label import EndLabel, label_points
from analysis.plots.picture import Picture, Sheet
from analysis.result import Tables, currency

COST = "incentive_cost_per_user"


def cost_retention_plane(tables: Tables, retention: str | None = None, cost: str = COST) -> Picture:
    """Incentive cost per user against retention, with both 95 % intervals. ValueError if the summary lacks either."""
    retention = retention or metrics.headline(tables.summary["metric"])
    kept = finding.readings(tables, retention) if retention else {}
    paid = finding.readings(tables, cost)
    both = [s for s in tables.scenarios if s in kept and s in paid]
    if not both or tables.baseline not in both:
        raise ValueError(f"summary has no {retention} with {cost}")
    labels = style.names(tables.scenarios)
    row = finding.metric_of(tables, retention)
    cost_row = finding.metric_of(tables, cost)
    return Picture(
        name="cost_retention",
        finding=finding.cost_of_retention(tables, retention, cost, labels),
        how=(
            "Up is more users kept, right is more money given to them: the best place is top left. Hollow "
            "grey dots cannot be told apart "
            "from the baseline in retention."
        ),
        source="summary.csv",
        note=(
            f"{cost_row.label} = {cost_row.formula}. {row.label} = {row.formula}. Bars: 95 % intervals of each "
            f"mean; the finding uses the "
            "paired differences, which are narrower. The price of a point is a ratio of two means and has no "
            "interval here."
        ),
        height=4.7,
        labels=list(labels.values()),
        paint=lambda sheet: _paint(sheet, tables, [(kept[s], paid[s]) for s in both], (row, cost_row), labels),
    )


def _paint(
    sheet: Sheet,
    tables: Tables,
    pairs: list[tuple[finding.Reading, finding.Reading]],
    rows: tuple[metrics.Metric, metrics.Metric],
    labels: dict[str, str],
) -> None:
    sign = currency(tables)
    ax = sheet.axes(1.0, 0.55, 0.25, 0.15)
    colours = style.colours(tables.scenarios, tables.baseline)
    spread = []
    for kept, paid in pairs:
        spread.append([_ends(paid), _ends(kept)])
    spread = np.array(spread)
    for axis, setter in ((0, ax.set_xlim), (1, ax.set_ylim)):
        low, high = spread[:, axis].min(), spread[:, axis].max()
        room = (high - low) * 0.14 or max(abs(high) * 0.1, 1e-3)
        setter(low - room, high + room * (2.2 if axis == 0 else 1))
    base = next(kept for kept, _ in pairs if kept.scenario == tables.baseline)
    ax.axhline(base.mean, color=style.BASELINE, linewidth=1, linestyle=(0, (4, 3)), zorder=0)
    points, obstacles = [], []
    for kept, paid in pairs:
        is_base = kept.scenario == tables.baseline
        told = is_base or kept.verdict in (finding.HIGHER, finding.LOWER)
        tint = colours[kept.scenario] if told else style.QUIET
        (left, right), (low, high) = _ends(paid), _ends(kept)
        ax.plot([left, right], [kept.mean] * 2, color=tint, linewidth=1.4, alpha=0.75)
        ax.plot([paid.mean] * 2, [low, high], color=tint, linewidth=1.4, alpha=0.75)
        ax.plot(
            paid.mean,
            kept.mean,
            "s" if is_base else "o",
            color=tint,
            markerfacecolor=tint if told else style.PAPER,
            markersize=8,
        )
        points.append(EndLabel(paid.mean, kept.mean, labels[kept.scenario], tint, "bold" if is_base else "normal"))
        (x0, y0), (x1, y1) = ax.transData.transform([(left, kept.mean), (right, kept.mean)])
        obstacles.append(Bbox.from_extents(x0 - 3, y0 - 3, x1 + 3, y1 + 3))
        (x0, y0), (x1, y1) = ax.transData.transform([(paid.mean, low), (paid.mean, high)])
        obstacles.append(Bbox.from_extents(x0 - 3, y0 - 3, x1 + 3, y1 + 3))
        (x, y) = ax.transData.transform((paid.mean, kept.mean))
        obstacles.append(Bbox.from_extents(x - 10, y - 10, x + 10, y + 10))
    (x0, y0), (x1, _) = ax.transData.transform([(ax.get_xlim()[0], base.mean), (ax.get_xlim()[1], base.mean)])
    obstacles.append(Bbox.from_extents(x0, y0 - 2, x1, y0 + 2))
    label_points(sheet, ax, points, obstacles)
    ax.set_xlabel(f"{rows[1].label} (discounts and lever costs)")
    ax.set_ylabel(sheet.wrap(rows[0].label, 3.6, 9))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda v, _: money(v, sign)))
    ax.yaxis.set_major_formatter(PercentFormatter(1, symbol="\u00a0%"))
    ax.locator_params(axis="both", nbins=7)
    ax.grid(True)
    ax.set_axisbelow(True)


def _ends(reading: finding.Reading) -> tuple[float, float]:
    """The interval of the mean; the mean itself where there is none."""
    if math.isfinite(reading.low) and math.isfinite(reading.high):
        return reading.low, reading.high
    return reading.mean, reading.mean
