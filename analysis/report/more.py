"""Tables of the report that not every study has: segments, experiments beside the truth, and what policies did."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from pandas import DataFrame

from analysis import columns, segment_words
from analysis.language import Both, say
from analysis.number import MINOR_PER_MAJOR, interval, plain, written
from analysis.result import Tables, currency, part

SEGMENT_METRICS = ("users", "ordered_last_30", "repurchase_rate", "aov", "cac", "ltv_to_date", "contribution")
USERS, AOV = Both("Users", "用户数"), Both("Average order value", "客单价")
READ = {
    "buyers": (Both("buyers", "下单用户占比"), "share"),
    "orders": (Both("orders per user", "人均订单数"), "number"),
    "revenue": (Both("revenue per user", "人均收入"), "money"),
    "margin": (Both("margin per user", "人均毛利"), "money"),
}
"""What an experiment reads out, and how it is written."""
LONGEST_LOG = 40
"""Actions of policies that are listed one by one."""


@dataclass(frozen=True)
class Sheet:
    """One table: where it stands (a chapter's key), how it is headed, and its rows as text; the first column names the row."""

    chapter: str
    title: str
    caption: str
    head: list[str]
    rows: list[list[str]]


def more(tables: Tables) -> list[Sheet]:
    """Every such table that the study has rows for."""
    makers: tuple[Callable[[Tables], Sheet], ...] = (segments, experiments, policies, policy_log)
    found = []
    for make in makers:
        try:
            found.append(make(tables))
        except ValueError:
            continue  # the study has no such table
    return found


def _value(mean: float, low: float, high: float, unit: str, sign: str) -> str:
    ends = interval(low, high, unit, sign)
    return written(mean, unit, sign) + (f" ({ends})" if ends else "")


def segments(tables: Tables) -> Sheet:
    """Scenario × segment: size and value at the end, each with its interval."""
    rows = part(tables, "segments")
    sign = currency(tables)
    found = {(r.scenario, r.group, r.segment, r.metric): r for r in rows.itertuples()}
    groups = rows.groupby("group")["segment"].nunique()
    names = [m for m in SEGMENT_METRICS if m in set(rows["metric"])]
    head = [say("Segment", "分层"), say("Strategy", "方案")]
    for name in names:
        head.append(str({"users": USERS, "aov": AOV}.get(name) or columns.column("segments", name).label))
    lines = []
    for group, segment in rows[["group", "segment"]].drop_duplicates().itertuples(index=False):
        if groups[group] < 2:
            continue
        for scenario in tables.scenarios:
            if (scenario, group, segment, "users") not in found:
                continue
            line = [segment_words.label(group, segment), scenario]
            for name in names:
                row = found.get((scenario, group, segment, name))
                unit = columns.column("segments", name).unit
                line.append("–" if row is None else _value(row.mean, row.ci_low, row.ci_high, unit, sign))
            lines.append(line)
    if not lines:
        raise ValueError("segments divide nobody")
    caption = say(
        f"Means over the replications with their 95 % intervals, on the last day. {segment_words.MEANING} Behind it: segments.csv",
        f"各次重复的平均值及 95% 置信区间，截至最后一天。{segment_words.MEANING}数据：segments.csv",
    )
    return Sheet("money", say("Segments", "用户分层"), caption, head, lines)


def experiments(tables: Tables) -> Sheet:
    """Experiment × metric: mean read-out, truth, and how many of the worlds' tests found an effect and held the truth."""
    rows = part(tables, "experiments")
    sign = currency(tables)
    several = rows["scenario"].nunique() > 1
    lines = []
    for (scenario, experiment, metric), own in rows.groupby(["scenario", "experiment", "metric"], sort=False):
        label, unit = READ.get(metric, (Both(metric, metric), "number"))
        known = own[own["ci_low"].notna()]
        held = ((known["ci_low"] <= known["truth"]) & (known["truth"] <= known["ci_high"])).sum()
        truth = own.iloc[0]
        name = f"{scenario}: {experiment}" if several else experiment
        of = f"{{}} / {len(known)}"
        lines.append([
            name, str(label), _difference(own["difference"].mean(), unit, sign),
            _difference(truth["truth_mean"], unit, sign, truth["truth_ci_low"], truth["truth_ci_high"]),
            of.format(int((known["p_value"] < 0.05).sum())), of.format(int(held)),
        ])  # fmt: skip
    head = [
        say("Experiment", "实验"), say("Read out", "读数指标"), say("Read-out, mean over the worlds", "平均读数"),
        say("Truth", "真值"), say("Tests that found an effect (p < .05)", "判为有效的次数（p < 0.05）"),
        say("Intervals that hold the truth", "区间覆盖真值的次数"),
    ]  # fmt: skip
    caption = say(
        "Read-out: treated less control, as the platform sees it. Truth: everybody treated less nobody treated, with its 95 % interval "
        "over the replications. Margin here is what was paid less the cost of goods. Behind it: experiments.csv",
        "读数：平台可见的实验组减对照组。真值：全员施加减无人施加，附各次重复的 95% 置信区间。"
        "此处毛利为实付减商品成本。数据：experiments.csv",
    )
    return Sheet("tests", say("Experiments beside the truth", "实验读数与真值"), caption, head, lines)


def _difference(mean: float, unit: str, sign: str, low: float = math.nan, high: float = math.nan) -> str:
    """A difference with its interval, with decimals enough to be seen."""
    scale = {"share": 100, "money": 1 / MINOR_PER_MAJOR}.get(unit, 1)
    usual = 1 if unit == "share" else 2
    size = abs(mean * scale)
    digits = usual if not size or not math.isfinite(size) else max(usual, min(4, 1 - math.floor(math.log10(size))))
    ends = interval(low, high, unit, sign, True, digits)
    return written(mean, unit, sign, True, digits) + (f" ({ends})" if ends else "")


def _acted(tables: Tables) -> DataFrame:
    return part(tables, "policies")


def policies(tables: Tables) -> Sheet:
    """Scenario × policy: how often it acted in a replication, first and last day, and where its parameter went."""
    rows = _acted(tables)
    runs = int(tables.manifest.get("replications", rows["replication"].nunique()))
    lines = []
    for (scenario, policy), own in rows.groupby(["scenario", "policy"], sort=False):
        times = plain(len(own) / runs, 1)
        ends = own.groupby("replication")["after"].last()
        to = plain(ends.mean(), 2) + (f" ({plain(ends.min(), 2)} … {plain(ends.max(), 2)})" if ends.nunique() > 1 else "")
        first = plain(own.groupby("replication")["day"].min().mean(), 0)
        lines.append([policy, scenario, str(own["metric"].iloc[0]), str(own["parameter"].iloc[0]), times, first, to])
    head = [
        say("Policy", "策略规则"), say("Strategy", "方案"), say("Watches", "监测指标"), say("Moves", "调整参数"),
        say("Times a replication", "每次重复触发次数"), say("First on day, mean", "首次触发日（平均）"),
        say("Left the parameter at", "最后调整到"),
    ]  # fmt: skip
    caption = say(
        "Only policies that acted. Left at: after its last action, mean over the replications in which it acted (least … most). Behind it: "
        "policies.csv",
        "仅列出触发过的规则。“最后调整到”为其末次触发后的取值，对触发过的各次重复取平均（最小 … 最大）。数据：policies.csv",
    )
    return Sheet("tests", say("Policies that acted", "触发过的策略规则"), caption, head, lines)


def policy_log(tables: Tables) -> Sheet:
    """The actions of the first replication one by one, as many as can be read."""
    rows = _acted(tables)
    rows = rows[rows["replication"] == rows["replication"].min()]
    lines = [
        [
            str(r.date), r.scenario, r.policy, f"{r.metric} = {plain(r.value, 4)}",
            f"{r.parameter}: {plain(r.before, 2)} → {plain(r.after, 2)}",
        ]
        for r in rows.head(LONGEST_LOG).itertuples()
    ]  # fmt: skip
    head = [say("Day", "日期"), say("Strategy", "方案"), say("Policy", "策略规则"), say("Measured", "监测值"), say("Changed", "调整")]
    rest = len(rows) - len(lines)
    more_rows = say(f"; the first {LONGEST_LOG} of {len(rows)}", f"；仅前 {LONGEST_LOG} 条，共 {len(rows)} 条") if rest > 0 else ""
    caption = say(
        f"One replication, action by action{more_rows}; all stand in policies.csv", f"一次重复中的逐次触发{more_rows}；全部见 policies.csv"
    )
    return Sheet("tests", say("One world’s log of policies", "一个世界的触发记录"), caption, head, lines)
