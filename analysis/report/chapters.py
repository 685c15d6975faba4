"""The chapters in which the figures stand in the report, by the beginnings of their names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from analysis.language import Both
from analysis.plots.picture import Picture

CHAPTERS: tuple[tuple[str, Both, tuple[str, ...]], ...] = (
    ("answer", Both("What the strategies bring and cost", "各方案的效果与代价"), ("cost_retention", "difference_")),
    ("sure", Both("How sure that is", "有多大把握"), ("fan", "tornado", "uncertainty")),
    ("stay", Both("Who stays", "谁留下来"), ("retention_", "lifecycle", "flows", "segments_ordered", "cohorts", "survival_")),
    ("leave", Both("Who leaves, and why", "谁离开、为什么"), ("churn", "hazard", "reasons")),
    ("money", Both("Where the money comes from and goes", "钱从哪来、花到哪去"), ("value", "cashflow", "payback", "funnel", "segments_")),
    ("moved", Both("Whom the levers move", "杠杆打动了谁"), ("uplift", "shapley")),
    ("tests", Both("What the experiments say", "实验说了什么"), ("experiments",)),
)
"""Key, heading, and how the names of its figures begin; a figure belongs to the first chapter that fits."""
REST = ("more", Both("More figures", "更多图表"))


@dataclass(frozen=True)
class Chapter:
    """A heading with its figures, each as (number, picture)."""

    key: str
    heading: str
    figures: list[tuple[int, Picture]]


def chapters(drawn: Sequence[Picture]) -> list[Chapter]:
    """The figures by chapter, in the order of the chapters; numbers run through. A chapter without figures is left out."""
    names = [(key, heading) for key, heading, _ in CHAPTERS] + [REST]
    held: dict[str, list[Picture]] = {key: [] for key, _ in names}
    for picture in drawn:
        held[_chapter_of(picture.name)].append(picture)
    found, number = [], 0
    for key, heading in names:
        if held[key]:
            found.append(Chapter(key, str(heading), list(enumerate(held[key], number + 1))))
            number += len(held[key])
    return found


def _chapter_of(name: str) -> str:
    return next((key for key, _, starts in CHAPTERS if name.startswith(starts)), REST[0])
