"""From a finished study to what is looked at: its figures and its report, drawn as the study's last step."""

from __future__ import annotations

import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from sim.study.result import Result
from sim.study.run import Progress, cores

if TYPE_CHECKING:
    from analysis.plots.easel import Easel

MOST = 4
"""Processes that draw at once, this one among them: more find too little to do to be worth starting."""


class Studio:
    """Where a study's figures are drawn: here and, on a machine with several processors, in other processes at the same time.

    ``open`` starts them, which takes them a second; call it while there is something else to do. Whatever number there is, files are the
    same to the last byte. ``close`` it in any case.
    """

    def __init__(self, threads: int | None = None) -> None:
        self._others = min(threads or MOST, cores(), MOST) - 1 if sys.executable else 0
        self._easels: list[Easel] | None = None

    def open(self) -> None:
        """Start the other processes; where that cannot be, all is drawn here."""
        if self._easels is None:
            from analysis.plots.easel import Easel

            self._easels = []
            with suppress(OSError):
                for _ in range(self._others):
                    self._easels.append(Easel())

    def heeding(self, progress: Progress) -> Progress:
        """The same progress; when tables begin to be written, which is one process's work, the others get ready."""

        def tell(done: float, total: int, doing: str) -> None:
            progress(done, total, doing)
            if doing == "writing":
                self.open()

        return tell

    def draw(self, result: Result, place: Path, budget: float | None, progress: Progress) -> list[Path]:
        """Write figures and report into a result folder, in the language spoken; returns their paths. matplotlib is loaded only now."""
        progress(1, 1, "drawing")
        from analysis.named import in_language
        from analysis.plots import numbered, write_plots
        from analysis.plots.easel import painted
        from analysis.report import write_report
        from analysis.result import left_out

        self.open()
        result = in_language(result)
        drawn = result.comparable()
        found = numbered(drawn, budget)
        written: dict[str, list[Path]] = {picture.name: [] for picture in found.values()}
        for done, picture in enumerate(painted(drawn, found, budget, self._easels)):
            progress(done, len(found), "drawing")
            written[picture.name] = write_plots([picture], place)
        paths = [path for own in written.values() for path in own]
        return [*paths, write_report(drawn, list(found.values()), place, left_out(result, drawn))]

    def close(self) -> None:
        """End the other processes."""
        for easel in self._easels or ():
            easel.close()
