"""Messaging 推送/邮件/短信: push, e-mail and SMS bring people by for some days, tire them, and lose those who opt out.

A message's lift fades day by day and is smaller the sooner it follows the last one, so more messages bring less and less while fatigue
grows. One e-mail to a rested customer lifts visits of two weeks as in the MineThatData (Hillstrom) experiment.
"""

from __future__ import annotations

import numpy as np

from sim import budget
from sim.chance import chance, purpose
from sim.decay import left_after, powers
from sim.exact import exp, rarely
from sim.lever import Account, Column, Counter, LeverParameters
from sim.parameter import MONEY, minor_units, param
from sim.parameter import Parameters as Block
from sim.rule import rule

OPT_IN, START, OPT_OUT = (purpose(f"messaging.{n}") for n in ("opt_in", "start", "opt_out"))
PUSH, EMAIL, SMS = range(3)
NEVER_DUE = 1e9
SEEN_AGAIN = 2_000_000_000
"""Due again only once the user has been seen."""
HILLSTROM = "MineThatData e-mail experiment (Hillstrom 2008), 64,000 customers: visits in two weeks +43 to +72 %"


class Push(Block):
    """App notifications."""

    per_week: float = param(0.0, "messages/week", "sent to a user who opted in", ge=0, le=50, source="design")
    opt_in: float = param(0.60, "share", "of users who take them", ge=0, le=1, source="Airship: Android 81 %, iOS 51 %", grade="C")
    lift: float = param(0.60, "log-rate", "visits on the day of a message to a rested user", ge=0, le=5)
    cost: float = param(0.00, MONEY, "per message", ge=0, le=100, source="design")
    opt_out: float = param(0.002, "share", "who opt out at a message when rested", ge=0, le=1)


class Email(Block):
    """E-mail."""

    per_week: float = param(1.0, "messages/week", "sent to a user who opted in", ge=0, le=50, source="design")
    opt_in: float = param(0.50, "share", "of users who take them", ge=0, le=1)
    lift: float = param(1.20, "log-rate", "visits on the day of a message to a rested user", ge=0, le=5, source=HILLSTROM, grade="A")
    cost: float = param(0.01, MONEY, "per message", ge=0, le=100, source="design")
    opt_out: float = param(0.0025, "share", "who opt out at a message when rested", ge=0, le=1, source="Mailchimp 2019: .25 % a message", grade="C")


class Sms(Block):
    """Text messages."""

    per_week: float = param(0.0, "messages/week", "sent to a user who opted in", ge=0, le=50, source="design")
    opt_in: float = param(0.70, "share", "of users who take them", ge=0, le=1)
    lift: float = param(0.90, "log-rate", "visits on the day of a message to a rested user", ge=0, le=5)
    cost: float = param(0.05, MONEY, "per message", ge=0, le=100, source="design")
    opt_out: float = param(0.005, "share", "who opt out at a message when rested", ge=0, le=1)


class Parameters(LeverParameters):
    push: Push = Push()
    email: Email = Email()
    sms: Sms = Sms()
    cap_per_week: int = param(7, "messages/week", "most a user gets over all channels in a week (days 0–6, 7–13, …)", ge=1, le=100, source="design")
    quiet_hours: float = param(8.0, "hours/day", "in which nothing is sent; below 8, part of the messages come at night", ge=0, le=24, source="design")
    night_weight: float = param(3.0, "times", "a message at night tires against one by day", ge=1, le=20)
    keep: float = param(0.80, "share/day", "of a message's lift left on the next day", ge=0, le=0.999, source="with `lift`, fitted to " + HILLSTROM, grade="B")
    rest_days: float = param(1.7, "days", "of rest after which a message has 63 % of its full lift", ge=0.1, le=365, source="fitted so that profit is highest at 6 to 8 e-mails a month (Zhang, Kumar & Cosguner 2017)", grade="B")
    annoyance: float = param(0.15, "1/message", "growth of the log of opting out with each message still felt", ge=0, le=2)
    sunset_days: int = param(180, "days", "without a visit, after which nothing more is sent", ge=1, le=3_660, source="design")
    budget: float | None = budget.cap("most that messages may cost in all; what it cannot pay for today waits")


SETTLES = True
COLUMNS = {
    "next": Column("f8", "day", "from which the next push, e-mail, SMS may come", size=3, daily=True),
    "next_due": Column("i4", "day", "from which any of them may come", daily=True),
    "nudge": Column("f8", "log-rate", "lift on the day of the newest message", daily=True),
    "week": Column("i2", "week", "in which messages were counted last", -1, daily=True),
    "in_week": Column("u1", "messages", "received in that week", daily=True),
    "last_day": Column("i4", "day", "of the newest message", -10_000, daily=True),
    "opted": Column("u1", "0/1", "takes push, e-mail, SMS", size=3, daily=True),
    "took": Column("u1", "0/1", "took them at the start", size=3),
    **budget.DRAWN,
}
COUNTERS = {
    "push_sent": Counter("messages", "push notifications sent today"),
    "email_sent": Counter("messages", "e-mails sent today"),
    "sms_sent": Counter("messages", "text messages sent today"),
    "opt_outs": Counter("opt-outs", "from one channel today"),
}
ACCOUNTS = {"sending": Account("cost", "messages sent", budgeted=True)}
SHARED = budget.GATE
LAWS = {
    "opt-outs counted leave as many fewer takers": lambda total, own: (
        total["opt_outs"] == int(own["took"].astype(int).sum() - own["opted"].astype(int).sum())
    ),
}


def draw(own, traits, p: Parameters) -> None:
    """Who takes which channel, and on which day the first message comes; who signs up later gets it on the next day."""
    for channel, block in enumerate((p.push, p.email, p.sms)):
        own["opted"][:, channel] = traits.luck(OPT_IN, channel) < block.opt_in
        own["next"][:, channel] = 1.0 + traits.luck(START, channel) * gap_days(block)
    own["took"] = own["opted"]


def constants(p: Parameters) -> dict:
    """How much a message tires, for the share of them that comes at night; and the channels side by side."""
    at_night = max(0.0, 8.0 - p.quiet_hours) / max(24.0 - p.quiet_hours, 1.0)
    channels = (p.push, p.email, p.sms)
    return {
        "kept": powers(p.keep),
        "tired": powers(exp(-1.0 / p.rest_days)),
        "weight": 1.0 + (p.night_weight - 1.0) * at_night,
        "gaps": tuple(gap_days(c) for c in channels),
        "lifts": tuple(c.lift for c in channels),
        "costs": tuple(float(minor_units(c.cost)) for c in channels),
        "opt_outs": tuple(c.opt_out for c in channels),
    }


def gap_days(channel: Block) -> float:
    """Days between two messages of a channel."""
    return 7.0 / channel.per_week if channel.per_week > 0 else NEVER_DUE


def on_change(own, before: Parameters, after: Parameters, day: int) -> None:
    """Where a channel gets another rhythm, what is left of everybody's wait is stretched or shortened with it."""
    for channel, (old, new) in enumerate(zip((before.push, before.email, before.sms), (after.push, after.email, after.sms), strict=True)):
        if old.per_week != new.per_week:
            wait = own["next"][:, channel] - day
            if new.per_week == 0:  # not even those due today get one
                wait = np.where(wait <= 0, gap_days(old), wait)
            own["next"][:, channel] = day + wait * (gap_days(new) / gap_days(old))
            own["next_due"] = np.where(own["next_due"] == SEEN_AGAIN, SEEN_AGAIN, day)


@rule("dawn")
def deliver(u, own, p, t, m):
    """Messages due today are sent, within the weekly cap, to those who take them and were seen not too long ago."""
    if own.next_due <= t.day and t.idle >= p.sunset_days:
        own.next_due = SEEN_AGAIN
    if own.next_due <= t.day:
        soonest = NEVER_DUE
        rested = 1.0 - left_after(p.tired, t.day - own.last_day)
        left = own.nudge * left_after(p.kept, t.day - own.last_day)
        for channel in range(3):
            free = p.costs[channel] == 0.0
            if own.next[channel] <= t.day and own.opted[channel] and (free or t.lot < p.gate):
                if own.next[channel] <= t.day - 1.0:
                    own.next[channel] = t.day
                own.next[channel] += p.gaps[channel]
                if own.week != t.day // 7:
                    own.week = t.day // 7
                    own.in_week = 0
                if own.in_week < p.cap_per_week:
                    own.in_week += 1
                    left = max(left, p.lifts[channel] * rested)
                    own.nudge = left
                    own.last_day = t.day
                    t.messages += p.strength * p.weight
                    m.sending += int(p.costs[channel])
                    if p.gate <= budget.ALL_BIDS:
                        own.drawn = min(own.drawn + int(p.costs[channel]), budget.MOST)
                    if channel == PUSH:
                        m.push_sent += 1
                    elif channel == EMAIL:
                        m.email_sent += 1
                    else:
                        m.sms_sent += 1
                    if rarely(chance(t.key, u.id, t.day, OPT_OUT, channel), p.opt_outs[channel], p.annoyance * t.fatigue):
                        own.opted[channel] = 0
                        m.opt_outs += 1
            soonest = min(soonest, own.next[channel] if own.opted[channel] else NEVER_DUE)
        own.next_due = int(soonest)
        if own.next_due < soonest:
            own.next_due += 1
    nudge = p.strength * own.nudge * left_after(p.kept, t.day - own.last_day)
    t.visit_pull += nudge
    t.headroom -= nudge * (1.0 - p.kept[1])
    t.errand = min(t.errand, max(own.next_due, t.day + 1))


@rule("close")
def see_again(u, own, p, t, m):
    """Messages begin again on the day after someone away for long was seen."""
    if own.next_due == SEEN_AGAIN and t.visit > 0:
        own.next_due = t.day + 1
        t.errand = t.day + 1
