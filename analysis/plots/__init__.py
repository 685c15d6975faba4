"""The figures: one finding each. `pictures` says which a result allows, `write_plots` saves them as PNG and SVG."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

from analysis import metrics
from analysis.plots.cashflow import cost_against_revenue, payback
from analysis.plots.cohorts import cohort_heatmap
from analysis.plots.difference import difference
from analysis.plots.experiments import experiment_readouts
from analysis.plots.flows import alluvial
from analysis.plots.funnel import channel_funnel
from analysis.plots.hazards import hazard_ratios
from analysis.plots.lifecycle import lifecycle_composition
from analysis.plots.picture import Picture, write_whole
from analysis.plots.plane import cost_retention_plane
from analysis.plots.reasons import reasons_of_leaving
from analysis.plots.retention import retention_curves
from analysis.plots.segments import segment_multiples
from analysis.plots.shapley import shapley_contributions
from analysis.plots.survival import survival
from analysis.plots.tornado import tornado
from analysis.plots.uncertainty import difference_uncertainty, retention_fan
from analysis.plots.uplift import uplift_quadrants
from analysis.plots.waterfall import value_waterfall
from analysis.result import Tables, only_buyers

Draft = Callable[[Tables], Picture]

__all__ = [
    "Picture",
    "alluvial",
    "channel_funnel",
    "cohort_heatmap",
    "cost_against_revenue",
    "cost_retention_plane",
    "difference",
    "difference_uncertainty",
    "drafts",
    "experiment_readouts",
    "hazard_ratios",
    "lifecycle_composition",
    "numbered",
    "payback",
    "pictures",
    "reasons_of_leaving",
    "retention_curves",
    "retention_fan",
    "segment_multiples",
    "shapley_contributions",
    "survival",
    "tornado",
    "uplift_quadrants",
    "value_waterfall",
    "write_plots",
]


def pictures(tables: Tables, budget: float | None = None) -> list[Picture]:
    """Every figure these tables allow, the most important first; one that lacks its data is left out.

    ``budget``: incentives of a whole run, in money, for the line in the plane of costs; else the scenarios' own.
    """
    return list(numbered(tables, budget).values())


def numbered(tables: Tables, budget: float | None = None) -> dict[int, Picture]:
    """The pictures by their place among the drafts."""
    found = {}
    for number, draft in enumerate(drafts(tables, budget)):
        try:
            found[number] = draft(tables)
        except ValueError:
            continue  # the docstring of each names the rows it cannot do without
    return found


def drafts(tables: Tables, budget: float | None = None) -> list[Draft]:
    """Every figure that could be, the most important first; a draft raises ``ValueError`` where the tables lack its data."""
    headline = metrics.headline(tables.summary["metric"])
    first: list[Draft] = [partial(cost_retention_plane, budget=budget)] if len(tables.scenarios) > 1 else []
    if headline:
        first.append(partial(difference, metric=headline))
    return first + [
        partial(difference, metric="contribution_per_user"),
        partial(retention_curves, definition="bracket_30"),
        retention_curves,
        lifecycle_composition,
        alluvial,
        partial(segment_multiples, metric="ordered_last_30"),
        cohort_heatmap,
        partial(survival, event="order" if only_buyers(tables) else "visit"),
        partial(survival, event="departure"),
        hazard_ratios,
        reasons_of_leaving,
        value_waterfall,
        cost_against_revenue,
        payback,
        channel_funnel,
        partial(segment_multiples, metric="ltv_to_date"),
        uplift_quadrants,
        shapley_contributions,
        experiment_readouts,
        partial(difference_uncertainty, metric="contribution_per_user"),
        partial(tornado, metric="contribution_per_user"),
        retention_fan,
        *([partial(difference_uncertainty, metric=headline), partial(tornado, metric=headline)] if headline else []),
    ]


def write_plots(drawn: Iterable[Picture], folder: Path) -> list[Path]:
    """Write `plots/<name>.png` and `.svg` of pictures under a result folder, each whole or not at all; returns the paths."""
    place = Path(folder) / "plots"
    place.mkdir(parents=True, exist_ok=True)
    return [
        write_whole(place / f"{picture.name}.{kind}", getattr(picture.files, kind)) for picture in drawn for kind in ("png", "svg")
    ]
