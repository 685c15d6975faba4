"""Why users left for good, which only a simulator knows: by strategy, and by the segment they were in on that day."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from matplotlib.ticker import FuncFormatter, MaxNLocator
from pandas import DataFrame

from analysis import churn_words, finding, style
from analysis.language import say
from analysis.number import percent, percent_sign, plain
from analysis.plots import focus
from analysis.plots.picture import EDGE, WIDTH, Picture, Sheet
from analysis.result import Tables, platform_days

NOTHING = "nothing in particular"
COLOURS = {
    NOTHING: "#b9bec6",
    "bad experience": "#b8410b",
    "rival": "#8b2f86",
    "contact": "#006f8e",
    "price": "#7a5c00",
    "not renewed": "#3b3f9e",
    "fatigue": "#2f6b2f",
}
"""From the left of a bar to its right; all but the first carry white figures."""
STAYS = "still here"
GROUPS = ("life_cycle", "value", "persona", "channel")
MOST = 6
"""Segments of a group that are drawn; a group with more stands in the table only."""
ROW, NAMES, NUMBERS = 0.3, 2.55, 1.5
READABLE = 0.08
"""Parts of a bar, against the longest bar, that have room for their share."""


def reasons_of_leaving(tables: Tables) -> Picture:
    """Stacked bars: of 100 users of each strategy, who left and why; the same in shares for each segment. ValueError where nobody left."""
    rows: DataFrame | None = getattr(tables, "reasons", None)
    if rows is None or rows.empty:
        raise ValueError("reasons has no rows")
    gone = rows[rows["reason"] != STAYS]
    left = gone[gone["group"] == "everyone"]
    present = [s for s in focus.telling(tables) if s in set(left["scenario"])]
    if not present:
        raise ValueError("nobody has left")
    labels = style.names(tables.scenarios)
    whose = max(present, key=lambda s: _with_a_reason(left[left["scenario"] == s]))
    segments = _segments(gone[gone["scenario"] == whose])
    shown = [r for r in COLOURS if r in set(gone[gone["scenario"].isin(present)]["reason"])]
    gap = platform_days(tables, "churned_after_days")
    return Picture(
        name="reasons",
        finding=_finding(tables, rows, whose, labels),
        how=say(
            "Above: the length of a bar is how many of 100 users have left for good, its colours are why. "
            f"Below, for “{labels[whose]}”: why, of those who left out of each segment, with their number.",
            "上图：条形长度为每 100 名用户中永久离开的人数，颜色为离开原因。"
            f"下图（“{labels[whose]}”）：各分层离开者的原因构成，右侧为离开人数。",
        ),
        source="reasons.csv",
        note=say(
            "Only a simulator knows this. The reason is what weighed most where somebody left who would otherwise have stayed; “nothing in "
            "particular”: they would have left anyway. Segments are those of the day on which they left. Silence: no visit for "
            f"{gap}. Means over the replications.",
            "只有模拟器知道这些。原因：若无此因素便不会离开的人，取影响最大的因素；“没有特别原因”：无论如何都会离开。"
            f"分层为离开当日所处的分层。沉默：{gap}没有访问。数字为各次重复的平均。",
        )
        + focus.unnamed(tables, labels, focus.NOT_DRAWN),
        height=1.75 + ROW * (len(present) + len(segments)) + (0.55 if segments else -0.45),
        labels=list(labels.values()),
        paint=lambda sheet: _paint(sheet, tables, gone, present, segments, whose, shown, labels),
    )


def _segments(rows: DataFrame) -> list[tuple[str, str]]:
    """Group and segment of each bar below."""
    out = []
    for group in GROUPS:
        names = list(dict.fromkeys(rows[rows["group"] == group]["segment"]))
        out += [(group, name) for name in names] if len(names) <= MOST else []
    return out


def _with_a_reason(left: DataFrame) -> float:
    """The share of those who left who had a reason."""
    return float(left[left["reason"] != NOTHING]["users"].sum() / max(left["users"].sum(), 1e-9))


def _finding(tables: Tables, rows: DataFrame, whose: str, labels: dict[str, str]) -> str:
    """How many of the silent have left at all, and how many of those who have left had a reason."""
    own = rows[(rows["scenario"] == whose) & (rows["group"] == "everyone")]
    base = rows[(rows["scenario"] == tables.baseline) & (rows["group"] == "everyone")]
    known = own[own["reason"] != NOTHING].sort_values("users", ascending=False, kind="stable")
    if known.empty:
        text = say("nobody who left had a reason one could act on", "离开者都没有可干预的原因")
    else:
        most, share = churn_words.reason(known.iloc[0]["reason"]), _percent(known.iloc[0]["share"])
        part = _percent(_with_a_reason(own))
        text = say(
            f"of those who have, {part} had a reason one could act on, most of all {most} ({share})",
            f"真正离开者中，{part} 出于可干预的原因，首先是{most}（{share}）",
        )
        if len(known) == 1:
            text = say(
                f"of those who have, {part} left for a reason one could act on: {most}", f"真正离开者中，{part} 出于可干预的原因：{most}"
            )
        if whose != tables.baseline:
            there = _percent(_with_a_reason(base)) if len(base) else None
            text = say(f"{text}, under ", "") + finding.quoted(labels[whose]) + say("", f"的{text}")
            text += say(f"; in the baseline {there}", f"；基准方案为 {there}") if there else ""
    silent = rows[(rows["scenario"] == tables.baseline) & (rows["segment"] == "silent") & (rows["reason"] == STAYS)]["share"]
    if silent.empty:
        return text[:1].upper() + text[1:]
    stays = percent(float(silent.iloc[0]), 0)
    return say(
        f"{stays} of the users whom silence calls churned have not left; {text}",
        f"因沉默而被视为流失的用户中，{stays} 其实并未离开；{text}",
    )


def _percent(share: float) -> str:
    return percent(float(share), 0 if share >= 0.1 else 1)


def _paint(
    sheet: Sheet, tables: Tables, gone: DataFrame, present: list[str], segments: list[tuple[str, str]], whose: str, shown: list[str],
    labels: dict[str, str],
) -> None:  # fmt: skip
    _legend(sheet, shown)
    below = 0.5
    under = below + ROW * len(segments) + 0.95 if segments else below
    ax = sheet.axes(NAMES, under, NUMBERS, 0.42)
    registered = tables.summary[tables.summary["metric"] == "registered"].set_index("scenario")["mean"].to_dict()
    everyone = gone[gone["group"] == "everyone"]
    bars = []
    for scenario in present:
        own = everyone[everyone["scenario"] == scenario].set_index("reason")["users"]
        whole = registered.get(scenario) or tables.manifest.get("users", 0) or own.sum()
        bars.append({reason: 100 * float(own.get(reason, 0.0)) / whole for reason in shown})
    _bars(sheet, ax, [labels[s] for s in present], bars, [plain(sum(bar.values()), 1) for bar in bars])
    ax.set_xlim(0, max(sum(bar.values()) for bar in bars) * 1.02)
    ax.xaxis.set_major_locator(MaxNLocator(nbins=7, steps=[1, 2, 2.5, 5, 10]))
    ax.set_xlabel(say("Left for good, of 100 users who signed up", "每 100 名注册用户中永久离开的人数"))
    if not segments:
        return
    ax = sheet.axes(NAMES, below, NUMBERS, sheet.height - below - ROW * len(segments))
    own = gone[gone["scenario"] == whose].set_index(["group", "segment", "reason"])
    bars = [{reason: float(own["share"].get((*place, reason), 0.0)) for reason in shown} for place in segments]
    sizes = [sum(float(own["users"].get((*place, reason), 0.0)) for reason in shown) for place in segments]
    numbers = [say(f"{_count(size)} left", f"离开 {_count(size)} 人") for size in sizes]
    _bars(sheet, ax, [churn_words.segment(name, group) for group, name in segments], bars, numbers)
    ax.set_xlim(0, 1)
    ax.xaxis.set_major_formatter(FuncFormatter(lambda v, _: f"{v * 100:.0f}{percent_sign()}"))
    ax.set_xlabel(say("Of those who left out of each segment", "占该分层离开者的比例"))
    ax.set_title(sheet.wrap(labels[whose], WIDTH - NAMES - NUMBERS, 9, "bold", lines=1), loc="left", size=9, weight="bold", pad=5)


def _count(users: float) -> str:
    return plain(users, 0 if users >= 10 else 1)


def _bars(sheet: Sheet, ax: Axes, names: list[str], bars: list[dict[str, float]], numbers: list[str]) -> None:
    longest = max(sum(bar.values()) for bar in bars)
    for y, (bar, number) in enumerate(zip(bars, numbers, strict=True)):
        at = 0.0
        for reason, size in bar.items():
            ax.barh(y, size, left=at, height=0.66, color=COLOURS[reason], edgecolor=style.PAPER, linewidth=0.8)
            if size > READABLE * longest:
                ink = style.INK if reason == NOTHING else style.PAPER
                share = percent(size / sum(bar.values()), 0)
                ax.text(at + size / 2, y, share, ha="center", va="center", size=8, color=ink)
            at += size
        ax.annotate(
            number, (1, y), xycoords=("axes fraction", "data"), xytext=(8, 0), textcoords="offset points", va="center", size=8.5,
            color=style.INK, annotation_clip=False,
        )  # fmt: skip
    ax.set_yticks(range(len(names)), [sheet.wrap(name, NAMES - 0.35, 8.5, lines=1) for name in names])
    for tick in ax.get_yticklabels():
        tick.set(color=style.INK, size=8.5)
    ax.set_ylim(len(names) - 0.5, -0.5)
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    ax.grid(axis="x")
    ax.set_axisbelow(True)


def _legend(sheet: Sheet, shown: list[str]) -> None:
    total = sheet.fig.get_figheight()
    y = sheet.below + sheet.height - 0.2
    x = EDGE
    for reason in shown:
        box = ((x / WIDTH), (y - 0.055) / total)
        sheet.fig.add_artist(
            Rectangle(box, 0.15 / WIDTH, 0.13 / total, facecolor=COLOURS[reason], transform=sheet.fig.transFigure)
        )
        text = churn_words.reason(reason)
        sheet.text(x + 0.21, y - sheet.below, text, size=8.5, va="center")
        x += 0.21 + sheet.width(text, 8.5) + 0.22
