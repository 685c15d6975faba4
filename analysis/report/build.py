"""Building report.html: one file, no script, nothing asked of the network."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from analysis import metrics
from analysis.plots import pictures
from analysis.plots.picture import write_whole
from analysis.report import answer
from analysis.report.inline import inline_svg
from analysis.result import Tables
from analysis.text import clean


def write_report(tables: Tables, folder: Path) -> Path:
    """Write `report.html` into a result folder, whole or not at all; returns its path."""
    return write_whole(Path(folder) / "report.html", render(tables).encode("utf-8"))


def render(tables: Tables) -> str:
    """The report as HTML; every text from outside is escaped."""
    environment = Environment(
        loader=PackageLoader("analysis.report", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    headline = metrics.headline(tables.summary["metric"])
    columns, rows = answer.main_table(tables)
    shown = {m.name for m in columns}
    other_columns, other_rows = answer.table(tables, [n for n in tables.summary["metric"].unique() if n not in shown])
    drawn = pictures(tables)
    figures = [
        {
            "picture": picture,
            # Heading and note stand on the page, where they can be read on a small screen, so the drawing leaves them out.
            "svg": inline_svg(picture.encoded("svg", whole=False), f"f{number}", picture.finding, picture.how),
        }
        for number, picture in enumerate(drawn, 1)
    ]
    # What figures had to rename for want of a font is said beside them.
    renamed = {
        name: label
        for p in drawn[:1]
        for name, label in zip(tables.scenarios, p.labels, strict=True)
        if label != clean(name)
    }
    return environment.get_template("report.html.j2").render(
        baseline=tables.baseline,
        scenarios=list(tables.scenarios),
        answers=answer.answers(tables),
        headline=headline,
        columns=columns,
        rows=rows,
        other_columns=other_columns,
        other_rows=other_rows,
        figures=figures,
        renamed=renamed,
        grades=answer.GRADES,
        counts=answer.assumption_counts(tables),
        assumed=answer.assumed(tables),
        definitions=answer.definitions(tables),
        questions=[(s, *tables.questions[s]) for s in tables.scenarios if any(tables.questions.get(s, ()))],
        facts=facts(tables.manifest),
        command=command(tables.manifest),
        finished=tables.manifest.get("finished", True),
    )


ELSEWHERE = ("--out", "--threads", "--lang")
ASIDE = ("--quiet", "--json")
"""Options that change where the result goes or how the run talks, and nothing in the result."""


def command(manifest: Mapping[str, Any]) -> str:
    """The recorded command line without what does not change the result, quoted for a shell; empty if none was recorded."""
    kept: list[str] = []
    skip = False
    for word in map(str, manifest.get("command", ())):
        if skip or word in ASIDE or word in ELSEWHERE or word.startswith(tuple(f"{option}=" for option in ELSEWHERE)):
            skip = not skip and word in ELSEWHERE
            continue
        kept.append(word)
    return shlex.join(kept)


def facts(manifest: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Seed and size: what it takes to get the same numbers again."""
    found = []
    for name in ("seed", "users", "days", "replications"):
        if name in manifest:
            value = manifest[name]
            grouped = isinstance(value, int) and not isinstance(value, bool) and name != "seed"
            found.append((name, f"{value:,}" if grouped else str(value)))
    return found
