"""One page a lever for docs/levers in English and docs/levers/zh in Chinese, and one on the rest of a scenario.

Written by ``python -m analysis.pages``.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from analysis import lever_words
from analysis.language import Both, say, speaking, spoken
from sim.lever import Lever, levers
from sim.parameter import ASSUMPTION, DESIGN, specification
from sim.rule import PHASES
from sim.scenario.check import BLOCKS
from sim.scenario.plans import SECTIONS, Aim

FOLDER = Path("docs/levers")
PHASE_WORDS = {
    "reach": Both("on every day of a prospect in the market", "潜在用户在市场中的每一天"),
    "lead": Both("on the day a prospect has been reached, before the sign-up is finished", "潜在用户被触达的当天，注册完成之前"),
    "join": Both("on the day of sign-up", "注册当天"),
    "dawn": Both("every morning", "每天早晨"),
    "offer": Both("every day", "每天"),
    "visit": Both("on each visit, before the decision", "每次访问，下单决策之前"),
    "pay": Both("on each order, before it is paid", "每笔订单，付款之前"),
    "reward": Both("on each order, once paid", "每笔订单，付款之后"),
    "close": Both("at the end of every day", "每天结束时"),
    "dusk": Both("every evening", "每天晚上"),
}
MADE = Both(
    "Made from the lever {files} by `python -m analysis.pages`; do not edit by hand.",
    "由 `python -m analysis.pages` 根据杠杆文件生成，请勿手工修改；中文取自 `sim/words`。",
)
SCENARIO = "scenario.md"
"""The page on what a scenario says beside its levers."""
PARAMETER_HEADS = Both("parameter|default|unit|range|meaning|source", "参数|默认值|单位|范围|含义|来源")


def pages(language: str = "en") -> dict[str, str]:
    """Every page of a language by file name: one for each lever, and the list of them."""
    found = levers()
    with speaking(language):
        return {"README.md": index(found), SCENARIO: scenario()} | {f"{name}.md": page(lever) for name, lever in found.items()}


def index(found: dict[str, Lever]) -> str:
    """The list of levers, with what is known about their parameters."""
    rows = []
    for name, lever in found.items():
        facts = specification(lever.Parameters).values()
        counts = [sum(kind(f) == k for f in facts) for k in ("design", "sourced", "assumption")]
        rows.append([f"[`{name}`]({name}.md)", lever_words.lever_line(name, lever.doc), *map(str, counts)])
    english = ["lever", "what it is", "decisions", "from a source", "assumptions"]
    chinese = ["杠杆", "是什么", "平台决策", "有来源", "假设"]
    lines = [
        say("# The levers", "# 杠杆（运营手段）一览"),
        "",
        MADE.format(files="files"),
        "",
        *table(english if spoken() == "en" else chinese, rows),
        "",
        say(
            "*Decisions* are the platform's to make. Parameters *from a source* describe people and have a publication or a dataset "
            "behind them, with a grade: A randomised experiment or reproduced data, B quasi-experiment or meta-analysis, "
            "C observational or vendor, D rule of thumb. *Assumptions* describe people and nobody has measured them.",
            "*平台决策*由平台自己定。*有来源*的参数描述的是人，背后有论文或数据集，并标注等级：A 随机实验或可复现的数据，B 准实验或元分析，"
            "C 观察性研究或厂商数据，D 经验法则。*假设*描述的也是人，但没有人测量过。",
        ),
        "",
        say(
            f"What a scenario says beside its levers (population, market, economics, segments, schedule, …): [its own page]({SCENARIO}).",
            f"场景文件中杠杆之外的内容（用户总体、市场、经济参数、用户分层、排期等）见[单独一页]({SCENARIO})。",
        ),
    ]
    return "\n".join(lines) + "\n"


def scenario() -> str:
    """What a scenario says beside its levers, block by block."""
    lines = [
        say("# A scenario beside its levers", "# 场景文件中杠杆之外的内容"),
        "",
        say("Made by `python -m analysis.pages`; do not edit by hand.", "由 `python -m analysis.pages` 生成，请勿手工修改。"),
    ]
    blocks = [(name, block, "schema", "") for name, block in BLOCKS.items()]
    blocks += [(name, block, "plans", "NAME.") for name, block in SECTIONS.items()] + [("for", Aim, "plans", "")]
    for name, block, said_by, prefix in blocks:
        about = lever_words.told(" ".join((block.__doc__ or "").split()), said_by)
        rows = _parameters(specification(block, prefix), said_by)
        lines += ["", f"## `{name}`", "", about, "", *table(str(PARAMETER_HEADS).split("|"), rows)]
    return "\n".join(lines) + "\n"


def _parameters(facts: dict[str, dict[str, Any]], said_by: str) -> list[list[str]]:
    """A row for each parameter."""
    return [
        [
            f"`{name}`",
            _value(f["default"]),
            lever_words.unit(f["unit"]),
            _span(f),
            lever_words.told(f["meaning"], said_by),
            _origin(f),
        ]
        for name, f in facts.items()
    ]


def page(lever: Lever) -> str:
    """Everything about one lever."""

    def meant(text: str) -> str:
        return lever_words.told(" ".join(text.split()), lever.name)

    rules = sorted(lever.rules, key=lambda f: PHASES.index(f.phase))
    sections = [
        (
            Both("What a scenario may set", "场景文件中可设置的参数"),
            PARAMETER_HEADS,
            _parameters(specification(lever.Parameters), lever.name),
        ),
        (
            Both("Named values to begin with (`preset:`)", "预设（`preset:`）：以一组命名的取值为起点"),
            Both("preset|what it is|values|source", "预设|是什么|取值|来源"),
            [
                [f"`{name}`", meant(p.meaning), ", ".join(f"`{k}: {_value(v)}`" for k, v in p.values.items()), _origin(vars(p))]
                for name, p in lever.presets.items()
            ],
        ),
        (
            Both("What it does in a day", "一天之中做什么"),
            Both("when|rule|what it does", "时点|规则|作用"),
            [[str(PHASE_WORDS[f.phase]), f"`{f.__name__}`", meant(f.__doc__ or "")] for f in rules],
        ),
        (
            Both("What it remembers about a user", "对每位用户记录什么"),
            Both("column|unit|meaning", "列|单位|含义"),
            [[f"`{name}`", lever_words.unit(c.unit), meant(c.meaning) + _times(c.size)] for name, c in lever.columns.items()],
        ),
        (
            Both("What it counts", "统计什么"),
            Both("counter|unit|meaning", "计数|单位|含义"),
            [[f"`{lever.name}_{name}`", lever_words.unit(c.unit), meant(c.meaning)] for name, c in lever.counters.items()],
        ),
        (
            Both("Where it posts money", "资金记入哪个科目"),
            Both("account|kind|meaning", "科目|类别|含义"),
            [[f"`{lever.name}.{name}`", str(lever_words.KINDS[a.kind]), meant(a.meaning)] for name, a in lever.accounts.items()],
        ),
        (
            Both("What it tells everybody each day", "每天告知所有用户的数字"),
            Both("number|unit|meaning", "数字|单位|含义"),
            [[f"`{name}`", lever_words.unit(s.unit), meant(s.meaning)] for name, s in lever.shared.items()],
        ),
    ]
    title = say(lever.name, f"{lever_words.lever_name(lever.name, lever.doc)} {lever.name}")
    lines = [f"# {title}", "", MADE.format(files="file"), "", lever_words.lever_text(lever.name, lever.doc)]
    for heading, heads, rows in sections:
        if rows:
            lines += ["", f"## {heading}", "", *table(str(heads).split("|"), rows)]
    if lever.laws:
        checked = say("Checked in tests on every kind of world:", "以下恒等关系由测试在各种世界中检验：")
        lines += ["", say("## Laws", "## 定律"), "", checked, "", *(f"- {meant(law)}" for law in lever.laws)]
    return "\n".join(lines) + "\n"


def table(heads: list[str], rows: Iterable[list[str]]) -> list[str]:
    """A Markdown table, a line each."""
    body = [[cell.replace("|", "\\|") for cell in row] for row in rows]
    return [f"| {' | '.join(cells)} |" for cells in (heads, ["---"] * len(heads), *body)]


def kind(facts: dict[str, Any]) -> str:
    """What stands behind a parameter: design, sourced or assumption."""
    return facts["source"] if facts["source"] in (DESIGN, ASSUMPTION) else "sourced"


def _origin(facts: dict[str, Any]) -> str:
    text = lever_words.origin(facts["source"], facts["grade"])
    return f"**{text}**" if kind(facts) == ASSUMPTION else text


def _times(size: int) -> str:
    return say(f" ({size} of them)", f"（共 {size} 个）") if size else ""


def _span(facts: dict[str, Any]) -> str:
    if facts.get("choices"):
        return ", ".join(f"`{c}`" for c in facts["choices"])
    low, high = facts["minimum"], facts["maximum"]
    return "" if low is None or high is None else f"{_value(low)} … {_value(high)}"


def _value(value: Any) -> str:
    if value is None:
        return say("none", "无")
    if isinstance(value, list):
        return f"[{', '.join(map(_value, value))}]"
    return f"{value:.15g}" if isinstance(value, float) else str(value)


def write(folder: Path, language: str = "en") -> list[Path]:
    """Write every page of a language; the paths written."""
    folder.mkdir(parents=True, exist_ok=True)
    made = pages(language)
    for name, text in made.items():
        (folder / name).write_text(text, encoding="utf-8")
    return [folder / name for name in made]


if __name__ == "__main__":
    place = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    for path in (*write(place), *write(place / "zh", "zh")):
        print(path)
