"""Content 内容资讯: an editorial feed that people come to read; visits without orders.

Every day's posts join a stock of fresh ones, F ← keep·F + posts·quality, which brings f = F/(F + half) of the most it can: twice the posts do
not bring twice the readers. A reader comes by more often by the log-rate L = lift·f, but whoever comes to read does not come to buy: the
order decision on each visit is pulled by −(1 − intent)·L, so visits grow by e^L and orders only by about e^(intent·L). What reading does for
keeping people is what visiting does: it feeds the habit and delays dormancy. No size here is published; the posts cost the same
however many people read them.
"""

from __future__ import annotations

from sim import budget
from sim.chance import purpose, visit_luck
from sim.lever import Account, Column, Counter, LeverParameters, Night, Shared
from sim.parameter import MONEY, minor_units, param
from sim.rule import rule

READER, READ = purpose("content.reader"), purpose("content.read")
PLACES = 256
"""Steps in which a user's taste for reading is kept."""


class Parameters(LeverParameters):
    posts_per_day: float = param(1.0, "posts/day", "published by the platform", ge=0, le=1_000, source="design")
    quality: float = param(0.5, "share", "0: nobody reads it, 1: the best one can imagine", ge=0, le=1, source="design")
    production_cost: float = param(20.00, MONEY, "of one post", ge=0, le=100_000, source="design")
    budget: float | None = budget.cap("most that posts may cost in all; a day's posts are bought whole, or not")
    reader_share: float = param(0.5, "share", "of users who like to read", ge=0, le=1)
    lift: float = param(0.40, "log-rate", "visits of a reader, with an endless supply of fresh posts of the best quality", ge=0, le=3)
    intent: float = param(0.10, "share", "of the usual readiness to buy on the visits that come of it", ge=0, le=1)
    half_posts: float = param(2.5, "posts", "fresh posts of the best quality that bring half of the most", ge=0.01, le=10_000)
    fresh_keep: float = param(0.80, "share/day", "of posts still fresh on the next day", ge=0, le=0.999)


SETTLES = True
COLUMNS = {
    "taste": Column("u1", "1/256", "place among the users, those who like to read most first", daily=True),
    "reads": Column("i4", "visits", "on which the feed was read so far"),
}
COUNTERS = {"reads": Counter("visits", "on which the feed was read today")}
ACCOUNTS = {"production": Account("cost", "posts published", budgeted=True)}
SHARED = {
    "stock": Shared(0.0, "posts", "fresh, by quality"),
    "fullness": Shared(0.0, "share", "what they bring of the most they can"),
}
LAWS = {"reads counted = reads of all users": lambda total, own: total["reads"] == int(own["reads"].sum())}


def constants(p: Parameters) -> dict[str, float]:
    """How full the feed becomes at most, by as many posts a day for ever."""
    stock = p.posts_per_day * p.quality / (1.0 - p.fresh_keep)
    return {"fullest": stock / (stock + p.half_posts)}


def draw(own, traits, p: Parameters) -> None:
    """How much each user likes to read."""
    own["taste"] = traits.luck(READER) * PLACES


def overnight(night: Night) -> None:
    """Posts age, new ones join them; what they cost is paid, to the minor unit over any number of days."""
    p, shared = night.parameters, night.shared
    posts = p.posts_per_day if p.active else 0.0
    a_day = posts * minor_units(p.production_cost)
    cost = int(a_day * night.day) - int(a_day * (night.day - 1))
    if not budget.bought(night, p.budget, ACCOUNTS, cost):
        posts = cost = 0
    shared["stock"] = shared["stock"] * p.fresh_keep + posts * p.quality
    shared["fullness"] = shared["stock"] / (shared["stock"] + p.half_posts)
    night.post("production", cost)


@rule("offer")
def call(u, own, p, t, m):
    """Fresh posts bring readers by."""
    lift = p.strength * p.lift * (own.taste < p.reader_share * PLACES)
    t.visit_pull += lift * p.fullness
    t.headroom += lift * max(p.fullest - p.fullness, 0.0)


@rule("visit")
def read(u, own, p, t, m):
    """Who came to read did not come to buy; the fuller the feed, the likelier it is read."""
    reader = own.taste < p.reader_share * PLACES
    t.order_pull -= (1.0 - p.intent) * p.strength * p.lift * p.fullness * reader
    read = reader * (visit_luck(u, t, READ) < p.fullness)
    own.reads += read
    m.reads += read
