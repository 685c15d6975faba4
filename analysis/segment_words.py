"""What segments and channels are called, in both languages."""

from __future__ import annotations

from analysis.language import Both, say
from analysis.text import clean

GROUPS = {
    "life_cycle": Both("By stage of life", "按生命周期"),
    "value": Both("By value", "按价值"),
    "persona": Both("By persona", "按人群画像"),
    "channel": Both("By channel", "按来源渠道"),
}
LIFE = {
    "new": Both("new", "新用户"),
    "active": Both("active", "活跃用户"),
    "at_risk": Both("at risk", "预警用户"),
    "dormant": Both("dormant", "沉睡用户"),
    "churned": Both("churned", "流失用户"),
    "high_value": Both("high value", "高价值用户"),
    "ordinary": Both("ordinary", "普通用户"),
}
CHANNELS = {
    "direct": Both("on their own account", "自然来访"),
    "friends": Both("through friends", "好友推荐"),
    "content": Both("content", "内容种草"),
    "search": Both("search", "搜索"),
    "ads": Both("paid ads", "精准广告"),
    "partners": Both("partners", "KOL 合作"),
    "offline": Both("offline", "线下"),
    "alliance": Both("alliance", "异业联盟"),
}
EVERYONE = Both("everyone", "全体用户")
MEANING = Both(
    "Segments are where users stand on the last day, so a strategy also moves users from one to another: a difference in one is not "
    "its effect on the same people. Only personas are fixed.",
    "分层按最后一天的状态划分，方案也会让用户在分层之间移动：某一分层的差异并不等于对同一批人的效果。只有画像是固定的。",
)


def label(group: str, segment: str) -> str:
    """A segment as a panel is headed."""
    text = _word(group, segment)
    return text[0].upper() + text[1:]


def users_who(group: str, segment: str) -> str:
    """A segment inside a sentence: `users who are at risk`, `预警用户`."""
    word = _word(group, segment)
    if group == "channel":
        return say(f"users who came {word}" if segment in ("direct", "friends") else f"users from {word}", f"“{word}”来源的用户")
    if group == "persona":
        return say(f"“{word}” users", f"“{word}”用户")
    return say(f"{word} users".replace("high value", "high-value").replace("at risk", "at-risk"), word)


def _word(group: str, segment: str) -> str:
    if group == "persona":
        return str(EVERYONE) if segment == "everyone" else clean(segment, 40)
    return str(LIFE.get(segment) or CHANNELS.get(segment) or segment)
