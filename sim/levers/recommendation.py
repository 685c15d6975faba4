"""Recommendation 个性化推荐: some visits come over pages with recommendations, the better for what is known of the user.

A visit is served with chance ``channel_share``. Relevance r = quality·(cold + (1 − cold)·n / (n + data_need)) grows with the n orders
placed so far; without consent it stays at quality·cold. A served visit's logit rises by order_lift·r, its basket by basket_lift·r: without
personal data Alibaba's home page lost 75 % of clicks and 81 % of sales (Sun et al. 2024, randomised, 555,800 users), and that is what r = 1
gains against r = 0. It is the channel that gains; ``substitution`` of its extra orders would have been placed on the same user's other
visits, which order that much less.
"""

from __future__ import annotations

from sim.chance import purpose, visit_luck
from sim.exact import exp, log
from sim.lever import Account, Column, Counter, LeverParameters, Preset
from sim.parameter import MONEY, param
from sim.rule import rule

PAGE, CONSENT = purpose("recommendation.page"), purpose("recommendation.consent")
SUN = "Sun et al. 2024, 555,800 users"
MOST_KNOWN = 63
"""So many orders of one's own are made use of at most."""

LEAST_LEFT = 0.05
"""Of the orders on other visits at least so much is left."""


class Parameters(LeverParameters):
    quality: float = param(0.50, "share", "0: anything to anybody (no effect), 1: as good as Alibaba's", ge=0, le=1, source="design")
    data_need: float = param(3.0, "orders", "of one's own that make half of what is known worth knowing", ge=0.1, le=1_000)
    cold: float = param(0.20, "share", "of the best relevance that needs no history of one's own", ge=0, le=1)
    consent_share: float = param(1.0, "share", "of users who let recommendations use their data, of those who let the platform", ge=0, le=1)
    channel_share: float = param(0.15, "share", "of visits that come over pages with recommendations", ge=0, le=0.9)
    order_lift: float = param(1.39, "logit", "order decision on such a visit, at full relevance", ge=0, le=3, source=SUN + ": clicks −75 % without", grade="A")
    basket_lift: float = param(0.27, "log", "basket of such a visit, at full relevance", ge=-1, le=1, source=SUN + ": the rest of sales −81 % without", grade="B")
    substitution: float = param(0.50, "share", "of the channel's extra orders that other visits lose", ge=0, le=1)
    cost_per_visit: float = param(0.01, MONEY, "of serving one such visit", ge=0, le=100, source="design")


SETTLES = True
COLUMNS = {"allows": Column("u1", "0/1", "lets recommendations use personal data", 1)}
COUNTERS = {
    "served": Counter("visits", "today over pages with recommendations"),
    "personal": Counter("visits", "of them, with the user's own history"),
}
ACCOUNTS = {"platform": Account("cost", "of serving recommendations")}
LAWS = {"personal visits are served ones": lambda total, own: total["personal"] <= total["served"]}
PRESETS = {
    "orders_only": Preset(
        "all of the gain is orders, none of it larger baskets", SUN + ": orders fell no less than sales",
        {"order_lift": 1.66, "basket_lift": 0.0}, "B",
    ),
    "all_new": Preset("the channel takes nothing from other visits", "nobody has measured it", {"substitution": 0.0}, "D"),
}


def draw(own, traits, p: Parameters) -> None:
    """Who lets recommendations use personal data."""
    own["allows"] = traits.luck(CONSENT) < p.consent_share


def constants(p: Parameters) -> dict[str, object]:
    """By the user's orders that are made use of: how relevant the pages are, and (log) what each other visit loses to them."""
    taken = p.substitution * p.channel_share / (1.0 - p.channel_share)
    relevance = [p.quality * (p.cold + (1.0 - p.cold) * n / (n + p.data_need)) for n in range(MOST_KNOWN + 1)]
    pulls = [p.strength * p.order_lift * r for r in relevance]
    lost = [log(max(1.0 - taken * (exp(pull) - 1.0), LEAST_LEFT)) for pull in pulls]
    return {"relevance": tuple(relevance), "lost": tuple(lost)}


@rule("visit")
def recommend(u, own, p, t, m):
    """On a served visit the user is shown what fits; on the others part of what would have been ordered has been found already."""
    known = min(u.orders, MOST_KNOWN) * own.allows * u.consent
    served = visit_luck(u, t, PAGE) < p.channel_share
    fit, missed = p.strength * p.relevance[known], p.lost[known]
    t.order_pull += p.order_lift * fit if served else missed
    t.basket_lift += p.basket_lift * fit * served
    m.served += served
    m.personal += served * (known > 0)
    m.platform += p.cost_per_visit * served
