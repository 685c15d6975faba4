"""One page a lever for docs/levers, made from the lever files: ``python -m analysis.pages`` writes them."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from sim.lever import Lever, levers
from sim.parameter import ASSUMPTION, DESIGN, specification
from sim.rule import PHASES

FOLDER = Path("docs/levers")
PHASE_WORDS = {
    "offer": "every day",
    "visit": "on each visit, before the decision",
    "pay": "on each order, before it is paid",
    "reward": "on each order, once paid",
    "close": "at the end of every day",
}


def pages() -> dict[str, str]:
    """Every page by file name: one for each lever, and the list of them."""
    found = levers()
    return {"README.md": index(found)} | {f"{name}.md": page(lever) for name, lever in found.items()}


def index(found: dict[str, Lever]) -> str:
    """The list of levers, with what is known about their parameters."""
    rows = []
    for name, lever in found.items():
        facts = specification(lever.Parameters).values()
        counts = [sum(kind(f) == k for f in facts) for k in ("design", "sourced", "assumption")]
        rows.append([f"[`{name}`]({name}.md)", lever.doc.splitlines()[0], *map(str, counts)])
    lines = [
        "# The levers",
        "",
        "Made from the lever files by `python -m analysis.pages`; do not edit by hand.",
        "",
        *table(["lever", "what it is", "decisions", "from a source", "assumptions"], rows),
        "",
        "*Decisions* are the platform's to make. Parameters *from a source* describe people and have a publication or a dataset "
        "behind them, with a grade: A randomised experiment or reproduced data, B quasi-experiment or meta-analysis, "
        "C observational or vendor, D rule of thumb. *Assumptions* describe people and nobody has measured them.",
    ]
    return "\n".join(lines) + "\n"


def page(lever: Lever) -> str:
    """Everything about one lever."""
    parameters = [
        [f"`{name}`", _value(f["default"]), f["unit"], _span(f), f["meaning"], _origin(f)]
        for name, f in specification(lever.Parameters).items()
    ]
    rules = sorted(lever.rules, key=lambda f: PHASES.index(f.phase))
    sections = [
        ("What a scenario may set", ["parameter", "default", "unit", "range", "meaning", "source"], parameters),
        (
            "What it does in a day",
            ["when", "rule", "what it does"],
            [[PHASE_WORDS[f.phase], f"`{f.__name__}`", " ".join((f.__doc__ or "").split())] for f in rules],
        ),
        (
            "What it remembers about a user",
            ["column", "unit", "meaning"],
            [[f"`{name}`", c.unit, c.meaning + (f" ({c.size} of them)" if c.size else "")] for name, c in lever.columns.items()],
        ),
        (
            "What it counts",
            ["counter", "unit", "meaning"],
            [[f"`{lever.name}_{name}`", c.unit, c.meaning] for name, c in lever.counters.items()],
        ),
        (
            "Where it posts money",
            ["account", "kind", "meaning"],
            [[f"`{lever.name}.{name}`", a.kind, a.meaning] for name, a in lever.accounts.items()],
        ),
        (
            "What it tells everybody each day",
            ["number", "unit", "meaning"],
            [[f"`{name}`", s.unit, s.meaning] for name, s in lever.shared.items()],
        ),
    ]
    lines = [f"# {lever.name}", "", "Made from the lever file by `python -m analysis.pages`; do not edit by hand.", "", lever.doc]
    for title, heads, rows in sections:
        if rows:
            lines += ["", f"## {title}", "", *table(heads, rows)]
    if lever.laws:
        lines += ["", "## Laws", "", "Checked in tests on every kind of world:", "", *(f"- {law}" for law in lever.laws)]
    return "\n".join(lines) + "\n"


def table(heads: list[str], rows: Iterable[list[str]]) -> list[str]:
    """A Markdown table, a line each."""
    body = [[cell.replace("|", "\\|") for cell in row] for row in rows]
    return [f"| {' | '.join(cells)} |" for cells in (heads, ["---"] * len(heads), *body)]


def kind(facts: dict[str, Any]) -> str:
    """What stands behind a parameter: design, sourced or assumption."""
    return facts["source"] if facts["source"] in (DESIGN, ASSUMPTION) else "sourced"


def _origin(facts: dict[str, Any]) -> str:
    if kind(facts) == ASSUMPTION:
        return "**assumption**"
    return facts["source"] + (f" (grade {facts['grade']})" if facts["grade"] else "")


def _span(facts: dict[str, Any]) -> str:
    if facts.get("choices"):
        return ", ".join(f"`{c}`" for c in facts["choices"])
    low, high = facts["minimum"], facts["maximum"]
    return "" if low is None or high is None else f"{_value(low)} … {_value(high)}"


def _value(value: Any) -> str:
    if value is None:
        return "none"
    if isinstance(value, list):
        return f"[{', '.join(map(_value, value))}]"
    return f"{value:.15g}" if isinstance(value, float) else str(value)


def write(folder: Path) -> list[Path]:
    """Write every page; the paths written."""
    folder.mkdir(parents=True, exist_ok=True)
    made = pages()
    for name, text in made.items():
        (folder / name).write_text(text, encoding="utf-8")
    return [folder / name for name in made]


if __name__ == "__main__":
    for path in write(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER):
        print(path)
