"""The page of evidence: one HTML file without outside requests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, select_autoescape
from markupsafe import Markup

from analysis.evidence.check import KINDS
from analysis.evidence.figure import bounds, known, one_study, worlds
from analysis.evidence.words import told
from analysis.language import TAGS, say, spoken
from analysis.plots.picture import Picture

HERE = Path(__file__).parent
STYLE = HERE.parent / "report" / "report.css"


def page(outcomes: Sequence[Any], pictures: Mapping[str, Picture]) -> str:
    """The page in the language spoken."""
    environment = Environment(loader=FileSystemLoader(HERE), autoescape=select_autoescape(("html", "j2")), trim_blocks=True, lstrip_blocks=True)
    inside, rows = sum(o.inside for o in outcomes), sum(len(o.rows) for o in outcomes)
    parts = [
        {"heading": str(title), "outcomes": [o for o in outcomes if o.check.kind == kind]}
        for kind, title in KINDS.items()
        if any(o.check.kind == kind for o in outcomes)
    ]
    return environment.get_template("evidence.html.j2").render(
        tag=TAGS[spoken()],
        told=told,
        bounds=bounds,
        known=known,
        one_study=one_study,
        worlds=worlds,
        stop=say(". ", "。"),
        style=Markup(STYLE.read_text(encoding="utf-8")),
        heading=say("What is known, and what the simulator gives", "已知的事实与模拟器给出的结果"),
        answer=say(f"{inside} of {rows} numbers lie in their band.", f"{rows} 个数中有 {inside} 个在范围内。"),
        parts=parts,
        svg={name: Markup(drawn.files.svg.decode().partition("<svg")[1] + drawn.files.svg.decode().partition("<svg")[2]) for name, drawn in pictures.items()},
        words={
            "source": say("Source", "来源"), "grade": say("grade", "证据等级"), "quantity": say("quantity", "指标"), "says": say("source", "来源"),
            "gives": say("simulator", "模拟"), "band": say("band", "范围"), "verdict": say("verdict", "结论"), "inside": say("inside", "符合"),
            "one": say("one study of this size", "同样规模的单次研究"), "outside": say("outside", "不符"), "numbers": say("All numbers", "全部数字"), "note": say("note", "说明"),
        },
    )
