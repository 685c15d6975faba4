"""What every retention curve means: definitions, start events, qualifying events, each in both languages."""

from __future__ import annotations

import re
from dataclasses import dataclass

from analysis.language import Both, say

BRACKET = 30
"""Days of a bracket."""


@dataclass(frozen=True)
class Definition:
    """One way to say that a user is still there; `{event}` and `{a_event}` are filled in."""

    name: str
    label: Both
    axis: Both
    meaning: Both
    caveat: Both

    def meant(self, event: str) -> str:
        """The meaning for one qualifying event."""
        return self.meaning.format(event=EVENT_NOUNS[event])


DEFINITIONS: dict[str, Definition] = {
    definition.name: definition
    for definition in (
        Definition(
            "rolling",
            Both("rolling retention", "滚动留存"),
            Both("Share with {a_event} on day N or later", "第 N 日及以后有{a_event}的用户占比"),
            Both(
                "users with at least one {event} on day N or on any later day of the run ÷ users followed to day N",
                "第 N 日或之后任意一天（至模拟结束）至少有一次{event}的用户 ÷ 观察满 N 日的用户",
            ),
            Both(
                "Depends on the days left to look ahead: it falls towards zero near the end of every run.",
                "取决于后面还剩多少天可看：每次模拟临近结束时都会趋近于零。",
            ),
        ),
        Definition(
            "bracket_30",
            Both("30-day bracket retention", "30日区间留存"),
            Both("Share with {a_event} in the 30 days that end on day N", "截至第 N 日的 30 天内有{a_event}的用户占比"),
            Both(
                "users with at least one {event} in days N−29 to N ÷ users followed to day N",
                "第 N−29 至 N 日内至少有一次{event}的用户 ÷ 观察满 N 日的用户",
            ),
            Both(
                "Does not depend on the length of the run; several times lower than rolling retention on the same people.",
                "不受模拟时长影响；同一批用户的数值只有滚动留存的几分之一。",
            ),
        ),
        Definition(
            "exact_day",
            Both("exact-day retention", "第N日留存"),
            Both("Share with {a_event} exactly on day N", "第 N 日当天有{a_event}的用户占比"),
            Both(
                "users with at least one {event} on day N itself ÷ users followed to day N",
                "第 N 日当天至少有一次{event}的用户 ÷ 观察满 N 日的用户",
            ),
            Both(
                "The lowest of the three: most users who stay are away on any given day.",
                "三种口径中最低：留下来的用户在任意一天大多也不会来。",
            ),
        ),
        Definition(
            "survival",
            Both("survival without a lapse", "未沉默占比（Kaplan–Meier）"),
            Both("Share that has not lapsed by day N", "截至第 N 日从未沉默的用户占比"),
            Both(
                "Kaplan–Meier estimate of no lapse by day N; a lapse is declared on the day on which the last {event} "
                "(or day 0) is churned_after_days old",
                "截至第 N 日未发生沉默的 Kaplan–Meier 估计；距上次{event}（或第 0 日）满 churned_after_days的当天判定为沉默",
            ),
            Both(
                "No line can fall before that many days. A user who lapsed and came back still counts as lapsed.",
                "在此天数之前曲线不会下降。沉默后又回来的用户仍算已沉默。",
            ),
        ),
    )
}
DEPARTURE = Definition(
    "survival",
    Both("survival by departure", "未永久流失占比（Kaplan–Meier）"),
    Both("Share not gone for good by day N", "截至第 N 日未永久流失的用户占比"),
    Both(
        "Kaplan–Meier estimate of not having left for good by day N, that day included",
        "截至第 N 日（含当日）未永久流失的 Kaplan–Meier 估计",
    ),
    Both(
        "Only a simulator knows a departure; a platform sees silence. Who left and came back counts as not having left.",
        "永久流失只有模拟器知道，平台看到的只是沉默。离开后又回来的用户算作未流失。",
    ),
)
STARTS = {"registration": Both("registration", "注册"), "first_order": Both("the first order", "首单")}
EVENTS = {"order": Both("an order", "下单"), "visit": Both("a visit", "访问"), "departure": Both("a departure", "永久流失")}
"""Qualifying events as in “users with …”."""
EVENT_NOUNS = {"order": Both("order", "下单"), "visit": Both("visit", "访问"), "departure": Both("departure", "永久流失")}
_RETENTION = re.compile(r"(rolling|bracket_30|exact_day)_(\d+)_(order|visit)")


def definition(name: str, event: str) -> Definition:
    """The definition of a retention curve; `survival` by departure is a thing of its own."""
    return DEPARTURE if name == "survival" and event == "departure" else DEFINITIONS[name]


def called(name: str, event: str) -> str:
    """A curve's name with its event, as a definition is headed."""
    how = definition(name, event)
    return str(how.label) if how is DEPARTURE else say(f"{how.label}, {EVENT_NOUNS[event]}", f"{how.label}（{EVENT_NOUNS[event]}）")


def retention_parts(name: str) -> tuple[str, str, int] | None:
    """(definition, event, age in days) of a retention metric's name, None if it is not one."""
    match = _RETENTION.fullmatch(name)
    return (match[1], match[3], int(match[2])) if match else None
