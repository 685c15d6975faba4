"""The counts of a study's runs, each in a file of its own, read when they are asked for."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from sim.study import store
from sim.study.metrics import Counts

WORK = ".runs"
"""Folder of a result in which finished runs are kept."""


def place(folder: Path, name: str) -> Path:
    """The file of one run."""
    return folder / WORK / f"{name}.run"


def is_whole(folder: Path, name: str) -> bool:
    """Whether a run is kept and undamaged."""
    try:
        store.check(place(folder, name))
    except (FileNotFoundError, store.DamagedFile):
        return False
    return True


class KeptRuns(Sequence[Sequence[Counts]]):
    """``runs[k][r]`` are the counts of scenario k, replication r: loaded anew each time, so that whoever goes through them holds one.

    ``names[k][r]`` names the file. A run that is missing or damaged when it is asked for is lived again by ``relive`` and kept; without
    ``relive``, ``FileNotFoundError`` and ``DamagedFile`` are raised. ``owner`` lives as long as this: a temporary folder goes with it.
    ``truth[k][experiment]`` are the runs of scenario k with everybody treated and with nobody (``sim.study.truth``).
    """

    def __init__(
        self,
        folder: Path,
        names: Sequence[Sequence[str]],
        relive: Callable[[str], Counts] | None = None,
        owner: Any = None,
        truth: Sequence[Mapping[str, Sequence[Sequence[str]]]] = (),
    ) -> None:
        self._folder, self._names, self._relive, self._owner = folder, names, relive, owner
        self.truth = [{e: tuple(_Row(self, row) for row in rows) for e, rows in of.items()} for of in truth]

    def __len__(self) -> int:
        return len(self._names)

    def __getitem__(self, k: Any) -> Any:
        if isinstance(k, slice):
            return [_Row(self, row) for row in self._names[k]]
        return _Row(self, self._names[k])

    def load(self, name: str) -> Counts:
        """The counts of one run."""
        file = place(self._folder, name)
        if self._relive is None:
            return store.load(file)
        with contextlib.suppress(FileNotFoundError, store.DamagedFile):
            return store.load(file)
        counts = self._relive(name)
        if file.parent.is_dir():  # not where somebody has thrown the folder away
            store.save(file, counts)
        return counts


class _Row(Sequence[Counts]):
    """The runs of one scenario."""

    def __init__(self, runs: KeptRuns, names: Sequence[str]) -> None:
        self._runs, self._names = runs, names

    def __len__(self) -> int:
        return len(self._names)

    def __getitem__(self, r: Any) -> Any:
        if isinstance(r, slice):
            return [self._runs.load(name) for name in self._names[r]]
        return self._runs.load(self._names[r])

    def __iter__(self) -> Iterator[Counts]:
        for name in self._names:
            yield self._runs.load(name)
