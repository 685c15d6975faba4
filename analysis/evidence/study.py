"""Running the checks, and what is written of them: a table, a figure each, one page, and the page of the documentation."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from analysis.evidence import oracles, pitfalls, replays, tables
from analysis.evidence.check import COLUMNS, KINDS, Check, Row, Scale, line
from analysis.evidence.figure import bounds, known, one_study, picture, worlds
from analysis.evidence.page import page
from analysis.evidence.words import told as meant
from analysis.language import say, speaking
from analysis.plots.picture import write_whole
from sim.study.text import as_csv

CHECKS: dict[str, Check] = {check.name: check for check in (*oracles.CHECKS, *tables.CHECKS, *replays.CHECKS, *pitfalls.CHECKS)}
"""Every check by name, oracles first."""


@dataclass(frozen=True)
class Outcome:
    """A check and its rows."""

    check: Check
    rows: Sequence[Row]

    @property
    def inside(self) -> int:
        """How many rows lie in their band."""
        return sum(row.inside for row in self.rows)

    @property
    def holds(self) -> bool:
        """Whether all of them do."""
        return self.inside == len(self.rows)


def run(names: Sequence[str], scale: Scale, tell: Callable[[int, int, str], None]) -> list[Outcome]:
    """Run these checks (all of them where none is named), telling how far it is. Raises ``KeyError`` for an unknown name."""
    chosen = [CHECKS[name] for name in names] or list(CHECKS.values())
    out = []
    for k, check in enumerate(chosen):
        tell(k, len(chosen), str(check.title))
        out.append(Outcome(check, check.run(scale)))
    tell(len(chosen), len(chosen), "")
    return out


def frame(outcomes: Sequence[Outcome]) -> pd.DataFrame:
    """The rows of all checks, columns ``COLUMNS``."""
    return pd.DataFrame([line(o.check, row) for o in outcomes for row in o.rows], columns=list(COLUMNS))


def write(outcomes: Sequence[Outcome], folder: Path) -> list[Path]:
    """``evidence.csv``, the figures and ``evidence.html``; returns their paths. Raises ``OSError``."""
    (folder / "plots").mkdir(parents=True, exist_ok=True)
    pictures = {o.check.name: picture(o.check, o.rows) for o in outcomes}
    written = [write_whole(folder / "evidence.csv", as_csv(frame(outcomes)))]
    for drawn in pictures.values():
        for kind in ("png", "svg"):
            written.append(write_whole(folder / "plots" / f"{drawn.name}.{kind}", getattr(drawn.files, kind)))
    written.append(write_whole(folder / "evidence.html", page(outcomes, pictures).encode()))
    return written


def told(outcomes: Sequence[Outcome]) -> str:
    """One line a check, hits and misses alike."""
    width = max(len(o.check.name) for o in outcomes)
    lines = [f"{_mark(o)} {o.check.name:{width}}  {o.inside}/{len(o.rows)}  {o.check.title}" for o in outcomes]
    for o in outcomes:
        lines += [f"    {_miss(o.check, row)}" for row in o.rows if not row.inside]
    inside, rows = sum(o.inside for o in outcomes), sum(len(o.rows) for o in outcomes)
    holding = sum(o.holds for o in outcomes)
    lines.append(
        say(
            f"{inside} of {rows} numbers lie in their band; {holding} of {len(outcomes)} checks hold throughout.",
            f"{rows} 个数中有 {inside} 个在范围内；{len(outcomes)} 项检验中 {holding} 项全部成立。",
        )
    )
    return "\n".join(lines)


def _mark(outcome: Outcome) -> str:
    return say("inside ", "符合") if outcome.holds else say("OUTSIDE", "不符")


def _miss(check: Check, row: Row) -> str:
    band = say(f"band {bounds(row)}", f"范围 {bounds(row)}")
    return say(
        f"{check.name}: {row.quantity}: source {known(row.says)}, simulator {row.gives:.4g} {row.unit}, {band}",
        f"{check.name}：{meant(row.quantity)}：来源 {known(row.says)}，模拟 {row.gives:.4g} {meant(row.unit, 'units')}，{band}",
    )


def markdown(outcomes: Sequence[Outcome]) -> str:
    """The page of the documentation, always in English."""
    with speaking("en"):
        return "".join(_markdown(outcomes))


def _markdown(outcomes: Sequence[Outcome]) -> Iterator[str]:
    inside, rows = sum(o.inside for o in outcomes), sum(len(o.rows) for o in outcomes)
    yield "# What is known, and what the simulator gives\n\n"
    yield "Made by `python run.py evidence --docs`; do not edit. Every number is in the band that its source and its sampling error allow, or it is said here that "
    yield "it is not.\n\nA replay lives many worlds of its study's size. Its simulator column pools them all, everybody with and without under the same luck; one study of this size "
    yield "has an arm with and an arm without, and reads within the interval given 95 times of 100. Where the size of a study is not published, there is no such interval.\n\n"
    yield f"**{inside} of {rows} numbers lie in their band; {sum(o.holds for o in outcomes)} of {len(outcomes)} checks hold throughout.**\n"
    kind = ""
    for o in outcomes:
        if o.check.kind != kind:
            kind = o.check.kind
            yield f"\n## {KINDS[kind].en}\n"
        grade = f", grade {o.check.grade}" if o.check.grade else ""
        yield f"\n### {o.check.title.en} (`{o.check.name}`): {o.inside} of {len(o.rows)} inside\n\nSource: {o.check.source}{grade}.\n"
        for text in (o.check.setting, o.check.size, worlds(o.rows) if o.check.size else "", o.check.explained):
            if text:
                yield f"{text}\n"
        replayed = bool(o.check.size)
        yield f"\n| quantity | source | simulator{' (± standard error)' if replayed else ''} | band | |{' one study of this size |' if replayed else ''}\n"
        yield f"| --- | ---: | ---: | --- | --- |{' --- |' if replayed else ''}\n"
        for row in _shown(o.rows):
            out = io.StringIO()
            gives = f"{row.gives:.4g}" + (f" ± {row.standard_error:.2g}" if replayed else "")
            out.write(f"| {row.quantity} ({row.unit}) | {known(row.says)} | {gives} | {bounds(row)} | ")
            out.write(f"{'inside' if row.inside else '**outside**'}{'; ' + row.note if row.note else ''} |{f' {one_study(row)} |' if replayed else ''}\n")
            yield out.getvalue()


def _shown(rows: Sequence[Row], most: int = 16) -> list[Row]:
    """All rows of a short table; of a long one some, evenly, with whatever lies outside."""
    if len(rows) <= most:
        return list(rows)
    step = -(-len(rows) // most)
    return [row for k, row in enumerate(rows) if k % step == step - 1 or not row.inside]
