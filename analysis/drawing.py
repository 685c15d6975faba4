"""From a finished study to what is looked at: its figures and its report, drawn as the study's last step."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from sim.study.result import Result


def draw(result: Result, place: Path, budget: float | None, progress: Callable[[float, int, str], None]) -> list[Path]:
    """Write figures and report into a result folder, in the language spoken; returns their paths. matplotlib is loaded only now."""
    progress(1, 1, "drawing")
    from analysis.named import in_language
    from analysis.plots import pictures, write_plots
    from analysis.report import write_report
    from analysis.result import left_out

    result = in_language(result)
    drawn = result.comparable()
    made = pictures(drawn, budget)
    written = []
    for done, picture in enumerate(made):
        progress(done, len(made), "drawing")
        written += write_plots([picture], place)
    return [*written, write_report(drawn, made, place, left_out(result, drawn))]
