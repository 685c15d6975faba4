"""What segments and channels of the last day are called, in headings and in sentences."""

from __future__ import annotations

from analysis.churn_words import SEGMENTS
from analysis.language import Both, say
from analysis.text import clean

LAST_DAY = {**SEGMENTS, "churned": Both("churned", "流失用户")}
"""Segments as they are on the last day."""
EVERYONE = Both("everyone", "全体用户")
MEANING = Both(
    "Segments are where users stand on the last day, so a strategy also moves users from one to another: a difference in one is not "
    "its effect on the same people. Only personas are fixed.",
    "分层按最后一天的状态划分，方案也会让用户在分层之间移动：某一分层的差异并不等于对同一批人的效果。只有画像是固定的。",
)


def label(group: str, segment: str) -> str:
    """A segment as a panel is headed."""
    text = word(group, segment)
    return text[0].upper() + text[1:]


def users_who(group: str, segment: str) -> str:
    """A segment inside a sentence: `users who are at risk`, `预警用户`."""
    called = word(group, segment)
    if group == "channel":
        ways = {"direct": "users who came by themselves", "friends": "users who came through friends"}
        return say(ways.get(segment, f"users from {called}"), f"“{called}”来源的用户")
    if group == "persona":
        return say(f"“{called}” users", f"“{called}”用户")
    return say(f"{called} users".replace("high value", "high-value").replace("at risk", "at-risk"), called)


def word(group: str, segment: str) -> str:
    """A segment as a word inside a sentence."""
    if group == "persona":
        return str(EVERYONE) if segment == "everyone" else clean(segment, 40)
    return str(LAST_DAY.get(segment, segment))
