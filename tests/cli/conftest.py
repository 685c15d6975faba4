"""Running the command line in this process, on small scenario files."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

import run

BASE = """\
name: Base
run: {users: 150, days: 40, replications: 2, seed: 3}
population:
  entry: {arrivals: {per_day: 10}}
  order_rate: {r: 2.0, alpha_weeks: 6.0}
  visit_conversion: 0.3
"""
LOYAL = """\
name: Loyal
extends: base.yaml
behaviour: {habit_lift: 0.6}
"""


@dataclass(frozen=True)
class Said:
    """What one command line did."""

    code: int
    out: str
    err: str


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Figures are drawn in this process only: to start others takes longer than these studies' figures."""
    monkeypatch.setattr("analysis.drawing.cores", lambda: 1)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder: two good scenario files and nothing else."""
    (tmp_path / "base.yaml").write_text(BASE)
    (tmp_path / "loyal.yaml").write_text(LOYAL)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def command(folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Said]:
    """``command("simulate", "base.yaml")`` runs the command line and says what came of it."""

    def command(*arguments: str) -> Said:
        monkeypatch.setattr("sys.argv", ["run.py", *arguments])
        code = run.execute(arguments)
        said = capsys.readouterr()
        return Said(code, said.out, said.err)

    return command


@pytest.fixture
def undrawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Studies without figures and report, whose drawing takes seconds and is tested elsewhere."""
    monkeypatch.setattr("analysis.plots.write_plots", lambda drawn, folder: [])
    monkeypatch.setattr("analysis.plots.easel.painted", lambda tables, found, budget, easels: iter(found.values()))

    def report(result, drawn, folder, apart):
        (folder / "report.html").write_text("a report")
        return folder / "report.html"

    monkeypatch.setattr("analysis.report.write_report", report)
    monkeypatch.setattr("analysis.style.wide_font", lambda: "a font with Chinese characters")
