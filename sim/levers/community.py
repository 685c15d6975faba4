"""Community 社区 / UGC: some post and answer, many read; fresh posts bring people by, friends who post most of all.

Posters and lurkers differ. The stock of fresh posts raises everybody's visits and newcomers' trust; a friend's post is heard on the next day
(Bapna & Umyarov 2015: a friend's adoption raises the odds by half). Evidence on sales conflicts (×1.24 Manchanda 2015, none or below in
the eBay experiment, Algesheimer 2010): the default is ×1.05 at a full stock.
"""

from __future__ import annotations

from sim import budget
from sim.chance import chance, day_luck, purpose
from sim.exact import happens
from sim.lever import Account, Column, Counter, LeverParameters, Night, Preset, Shared
from sim.parameter import MONEY, param
from sim.rule import rule

POSTER, POST, SEED, ANSWER = (purpose(f"community.{n}") for n in ("poster", "post", "seed", "answer"))
MOST_HEARD = 3
"""Friends who posted, of whom more make no difference."""
BAPNA = "Bapna & Umyarov 2015: odds +50 to +60 % for an adopting friend"


class Parameters(LeverParameters):
    poster_share: float = param(0.10, "share", "of users who like to post", ge=0, le=1, source="participation inequality (90-9-1)", grade="D")
    poster_rate: float = param(0.20, "share", "of a poster's days with a visit on which there is a post", ge=0, le=1)
    lurker_rate: float = param(0.01, "share", "the same for everybody else", ge=0, le=1)
    seed_share: float = param(0.0, "share", "of users the platform asks to post on every visit", ge=0, le=1, source="design")
    posting_cost: float = param(0.0, "logit", "the effort that a post takes, off the readiness to post", ge=0, le=5)
    answer_share: float = param(0.0, "share", "of posts that answer somebody's question", ge=0, le=1, source="design")
    answer_lift: float = param(0.20, "logit", "first order, where all posts of a full stock are answers (beside `trust_lift`)", ge=0, le=2)
    reward: float = param(0.00, MONEY, "paid for a post", ge=0, le=1_000, source="design")
    budget: float | None = budget.cap("most that rewards for posts may cost in all; moderation is not capped")
    reward_pull: float = param(0.50, "logit", "posting, for a reward of 1.00", ge=0, le=5)
    moderation: float = param(0.02, MONEY, "cost of moderating a post", ge=0, le=1_000, source="design")
    content_lift: float = param(0.049, "log-rate", "visits at a full stock of fresh posts (×1.05)", ge=-0.1, le=0.3, source="range ×.95 to ×1.24: Algesheimer 2010, Manchanda 2015", grade="B")
    trust_lift: float = param(0.10, "logit", "first order at a full stock of fresh posts", ge=0, le=2)
    half_stock: float = param(0.05, "posts/user", "fresh posts at which half of that is reached", ge=0.0001, le=1_000)
    fresh_keep: float = param(0.90, "share/day", "of posts still fresh on the next day", ge=0, le=0.999)
    contagion_visit: float = param(0.10, "log-rate", "visits, for each friend who posted yesterday (three at most count)", ge=0, le=2)
    contagion_post: float = param(0.41, "logit", "posting, when a friend posted yesterday", ge=0, le=3, source=BAPNA, grade="A")
    belonging: float = param(0.15, "logit", "staying after an order, of someone who has posted in the last 30 days", ge=0, le=2)


SETTLES = True
PRESETS = {
    "manchanda": Preset(
        "a community sells: revenue of those who join ×1.235 at a full stock", "Manchanda, Packard & Pattabhiramaiah 2015: 19 % of revenue after joining",
        {"content_lift": 0.211}, "B",
    ),
    "algesheimer": Preset(
        "people take part and buy no more, as in the randomised experiment", "Algesheimer, Borle, Dholakia & Singh 2010, eBay: 13,735 customers",
        {"content_lift": 0.0, "trust_lift": 0.0, "contagion_visit": 0.0, "belonging": 0.0}, "A",
    ),
}
COLUMNS = {
    "posts": Column("i4", "posts", "so far"),
    "last_post": Column("i4", "day", "of the newest post", -10_000, daily=True),
    "poster": Column("u1", "code", "0 lurker, 1 poster, 2 asked to post"),
    **budget.DRAWN,
}
COUNTERS = {
    "posts": Counter("posts", "today"),
    "answers": Counter("posts", "today that answer a question"),
    "heard": Counter("users", "visiting today who heard a friend"),
}
ACCOUNTS = {
    "rewards": Account("cost", "paid for posts", budgeted=True),
    "moderation": Account("cost", "of moderating posts"),
}
SHARED = {
    **budget.GATE,
    "stock": Shared(0.0, "posts/user", "fresh posts"),
    "fullness": Shared(0.0, "share", "what they bring of the most they can"),
}
LAWS = {"posts counted = posts of all users": lambda total, own: total["posts"] == int(own["posts"].sum())}


def constants(p: Parameters) -> dict[str, float]:
    """The most that hearing friends brings anybody by."""
    return {"heard_most": p.strength * p.contagion_visit * MOST_HEARD}


def draw(own, traits, p: Parameters) -> None:
    """Who likes to post, and whom the platform asks to."""
    own["poster"] = traits.luck(POSTER) < p.poster_share
    own["poster"][traits.luck(SEED) < p.seed_share] = 2


def overnight(night: Night) -> None:
    """Posts age, yesterday's join them; s posts a user bring s / (s + half_stock) of the most."""
    p, shared = night.parameters, night.shared
    shared["stock"] = shared["stock"] * p.fresh_keep + night.yesterday["posts"] / len(night.own)
    shared["fullness"] = shared["stock"] / (shared["stock"] + p.half_stock)


@rule("offer")
def attract(u, own, p, t, m):
    """Fresh posts and friends' posts make the user come by; those who belong stay."""
    lift = p.strength * p.content_lift
    t.visit_pull += lift * p.fullness
    t.headroom += max(lift * (1.0 - p.fullness), -lift * p.fullness)
    news = p.strength * p.contagion_visit * min(t.heard, MOST_HEARD)
    t.visit_pull += news
    t.headroom -= news
    t.stay_pull += p.strength * p.belonging * (t.day - own.last_post < 30)


@rule("visit")
def take_part(u, own, p, t, m):
    """Newcomers trust a place with people in it; once a day a visitor may post."""
    t.order_pull += p.strength * (p.trust_lift + p.answer_share * p.answer_lift) * p.fullness * (u.orders == 0)
    if t.visit == 0:
        rate = p.lurker_rate
        if own.poster == 1:
            rate = p.poster_rate
        elif own.poster == 2:
            rate = 1.0
        reward = p.reward
        if reward > 0 and t.lot >= p.gate:
            reward = 0
        pull = p.strength * (p.reward_pull * reward / 100.0 - p.posting_cost)
        heard = t.heard > 0
        pull += p.strength * p.contagion_post * heard
        m.heard += heard
        if happens(day_luck(u, t, POST), rate, pull):
            t.posted = 1
            own.posts += 1
            own.last_post = t.day
            m.posts += 1
            if p.answer_share > 0.0 and chance(t.key, u.id, t.day, ANSWER, 0) < p.answer_share:
                m.answers += 1
            m.rewards += reward
            if p.gate <= budget.ALL_BIDS:
                own.drawn = min(own.drawn + reward, budget.MOST)
            m.moderation += p.moderation
