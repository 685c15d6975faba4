"""One user's life, told and drawn: the text and the timeline that ``python run.py life`` gives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from analysis.language import say, spoken
from analysis.plots.life import life_timeline
from analysis.plots.picture import write_whole
from analysis.story import Teller, sums
from sim.model import lever_instances
from sim.story import Life, life, parting


def live(plans: Sequence[Any], user: int, replication: int) -> list[Life]:
    """The lives of one user under one or two scenarios. Raises ``IndexError`` where a world has no such user."""
    lives = [life(plan, user, replication=replication) for plan in plans]
    return [replace(told, scenario=plan.told("name", spoken())) for told, plan in zip(lives, plans, strict=True)]


def text(plans: Sequence[Any], lives: Sequence[Life]) -> str:
    """The lives in sentences; with two, the first day on which they part is marked."""
    parted = parting(*lives) if len(lives) == 2 else None
    parts = []
    for plan, told in zip(plans, lives, strict=True):
        teller = Teller(told, lever_instances(plan.kinds))
        lines = [teller.heading()]
        before = parted is not None
        for day, line in teller.lines():
            if before and day.day >= parted:
                lines.append(_parting_line(parted))
                before = False
            lines.append(line)
        if before:  # nothing to tell of this life from then on
            lines.append(_parting_line(parted))
        parts.append("\n".join([*lines, sums(told)]))
    if len(lives) == 2 and parted is None:
        parts.append(say("The two lives never part.", "两种经历完全相同。"))
    return "\n\n".join(parts) + "\n"


def _parting_line(day: int) -> str:
    return say(f"— from day {day} on the two lives part —", f"—— 从第 {day} 天起，两种经历分开 ——")


def write(plans: Sequence[Any], lives: Sequence[Life], folder: Path) -> list[Path]:
    """``life.txt`` and the timeline in ``plots/``; returns their paths. Raises ``OSError``."""
    (folder / "plots").mkdir(parents=True, exist_ok=True)
    parted = parting(*lives) if len(lives) == 2 else None
    picture = life_timeline(lives, [lever_instances(plan.kinds) for plan in plans], parted)
    written = [write_whole(folder / "life.txt", text(plans, lives).encode())]
    for kind in ("png", "svg"):
        written.append(write_whole(folder / "plots" / f"{picture.name}.{kind}", getattr(picture.files, kind)))
    return written
