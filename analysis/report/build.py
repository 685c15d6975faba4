"""Building report.html: one file, no script, nothing asked of the network."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from analysis.language import TAGS, Both, say, spoken
from analysis.plots.picture import Picture, write_whole
from analysis.report import answer
from analysis.report.chapters import chapters
from analysis.report.hangs import section
from analysis.report.inline import inline_svg
from analysis.report.more import more
from analysis.result import Tables
from analysis.text import clean

Apart = Mapping[str, Sequence[str]]


def write_report(tables: Tables, drawn: Sequence[Picture], folder: Path, apart: Apart | None = None) -> Path:
    """Write `report.html` into a result folder, whole or not at all; returns its path.

    ``drawn``: the pictures of these tables. ``apart``: scenarios of the study that are not in the tables, with what of their people is
    not the baseline's.
    """
    return write_whole(Path(folder) / "report.html", render(tables, drawn, apart).encode("utf-8"))


def render(tables: Tables, drawn: Sequence[Picture], apart: Apart | None = None) -> str:
    """The report as HTML, in the language spoken; every text from outside is escaped."""
    environment = Environment(
        loader=PackageLoader("analysis.report", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    columns, rows = answer.main_table(tables)
    shown = {m.name for m in columns}
    other_columns, other_rows = answer.table(tables, [n for n in tables.summary["metric"].unique() if n not in shown])
    parts = [
        {
            "key": chapter.key,
            "heading": chapter.heading,
            "figures": [
                {
                    "number": number,
                    "picture": picture,
                    # Heading and note stand on the page, where they can be read on a small screen, so they are cut off the drawing.
                    "svg": inline_svg(picture.files.svg, f"f{number}", picture.finding, picture.how, picture.files.body),
                }
                for number, picture in chapter.figures
            ],
        }
        for chapter in chapters(drawn)
    ]
    sheets = more(tables)
    # What figures had to rename for want of a font is said beside them.
    renamed = {
        name: label
        for p in drawn[:1]
        for name, label in zip(tables.scenarios, p.labels, strict=True)
        if label != clean(name)
    }
    return environment.get_template("report.html.j2").render(
        say=say,
        tag=TAGS[spoken()],
        other_tag=say(TAGS["zh"], TAGS["en"]),
        baseline=tables.baseline,
        scenarios=list(tables.scenarios),
        apart=apart or {},
        answers=answer.answers(tables),
        many=answer.many(tables),
        not_shown=answer.not_shown(tables),
        columns=columns,
        rows=rows,
        main_caption=caption(tables),
        other_columns=other_columns,
        other_rows=other_rows,
        chapters=parts,
        # A table stands at the end of its chapter; without figures there, behind all of them.
        sheets={part["key"]: [sheet for sheet in sheets if sheet.chapter == part["key"]] for part in parts},
        other_sheets=[sheet for sheet in sheets if sheet.chapter not in {part["key"] for part in parts}],
        renamed=renamed,
        recorded=getattr(tables, "recorded", {}),
        grades=answer.GRADES,
        counts=answer.assumption_counts(tables),
        assumed=answer.assumed(tables),
        hangs=section(tables, answer.assumed(tables)),
        definitions=answer.definitions(tables),
        questions=[(s, *tables.questions[s]) for s in tables.scenarios if any(tables.questions.get(s, ()))],
        facts=facts(tables.manifest),
        command=command(tables.manifest),
        finished=tables.manifest.get("finished", True),
    )


def caption(tables: Tables) -> str:
    """How the first table is read."""
    if len(tables.scenarios) == 1:
        return say(
            f"Mean over replications, then its 95 % interval.{answer.horizon(tables)} Behind it: summary.csv",
            f"各次重复的平均值及其 95% 置信区间。{answer.horizon(tables)}数据：summary.csv",
        )
    base = tables.baseline
    return say(
        f"In each cell: the mean with its 95 % interval; below it the paired difference against “{base}”, on the same people with the same "
        f"luck, with its interval. ▲ ▼: distinguishable; ≈ not distinguishable: zero lies inside.{answer.horizon(tables)} Behind it: "
        "summary.csv",
        f"每格上方为平均值及其 95% 置信区间；下方为相对“{base}”的配对差异（同一批用户、同样的运气）及其区间。▲ ▼：差异显著；≈ "
        f"差异不显著：区间包含零。{answer.horizon(tables)}数据：summary.csv",
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
    return shlex.join([*kept, *(["--lang", spoken()] if kept and spoken() != "en" else [])])


FACTS = {
    "seed": Both("seed", "随机种子"),
    "users": Both("users", "人数"),
    "days": Both("days", "天数"),
    "replications": Both("replications", "重复次数"),
}


def facts(manifest: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Seed and size: what it takes to get the same numbers again."""
    found = []
    for name, word in FACTS.items():
        if name in manifest:
            value = manifest[name]
            grouped = isinstance(value, int) and not isinstance(value, bool) and name != "seed"
            found.append((str(word), f"{value:,}" if grouped else str(value)))
    return found
