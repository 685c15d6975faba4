"""Site 页面与搜索: pages that load faster, an interface that helps, and a search that finds.

Everything counts against what users are used to (the ``usual_…`` values), where the effect is nothing; the defaults describe a site half a
second faster, somewhat clearer, whose search finds in 80 instead of 70 of 100 tries. A page faster by 100 ms raises the logit of ordering
by ``latency_order`` and the log-rate of visits by ``latency_visit``. Sources disagree eightfold, hence the presets; Deloitte's number is a
regression over brands and an upper bound. A search that finds what it would usually not have found raises that visit's logit by
``search_order``. What a better site costs does not depend on how much it sells; it is nothing unless a scenario gives ``upkeep_per_day``.
"""

from __future__ import annotations

from sim.chance import purpose, visit_luck
from sim.lever import Account, Counter, LeverParameters, Night, Preset
from sim.parameter import MONEY, minor_units, param
from sim.rule import rule

SEARCH, FIND = purpose("site.search"), purpose("site.find")
MS = 100.0
"""Milliseconds to which the effects of latency refer."""


class Parameters(LeverParameters):
    latency_ms: float = param(1_500.0, "ms", "until a page can be used", ge=0, le=20_000, source="design")
    usual_latency_ms: float = param(2_000.0, "ms", "that users are used to: no effect", ge=0, le=20_000)
    latency_order: float = param(0.02, "logit/100 ms", "order decision, lost with each 100 ms more", ge=0, le=0.10, source="Amazon 100 ms ~ 1 % (Linden 2006); Deloitte & Google 2020, .08, as upper bound", grade="C")
    latency_visit: float = param(0.0015, "log-rate/100 ms", "visits, lost with each 100 ms more", ge=0, le=0.05, source="Brutlag 2009, Google: 100–400 ms, searches −.2 … −.6 %", grade="A")
    latency_basket: float = param(0.0, "log/100 ms", "basket, lost with each 100 ms more", ge=0, le=0.10, source="Deloitte & Google 2020: order value +9.2 % for .1 s, as upper bound", grade="C")
    interface_quality: float = param(0.6, "share", "0: gets in the way, 1: the best one can imagine", ge=0, le=1, source="design")
    usual_interface: float = param(0.5, "share", "that users are used to: no effect", ge=0, le=1)
    interface_order: float = param(0.20, "logit", "order decision, best interface against the worst", ge=0, le=2)
    search_share: float = param(0.30, "share", "of visits on which something is searched for", ge=0, le=1)
    search_success: float = param(0.80, "share", "of searches that find", ge=0, le=1, source="design")
    usual_search_success: float = param(0.70, "share", "that users are used to: no effect", ge=0, le=1)
    search_order: float = param(0.60, "logit", "order decision on a visit whose search finds, against one in vain", ge=0, le=3)
    upkeep_per_day: float = param(0.00, MONEY, "what the better site costs", ge=0, le=1e8, source="design")


SETTLES = True
COUNTERS = {
    "searches": Counter("visits", "today on which something was searched for"),
    "found": Counter("visits", "of them whose search found"),
}
ACCOUNTS = {"upkeep": Account("cost", "of the better site")}
LAWS = {"no more is found than is searched for": lambda total, own: total["found"] <= total["searches"]}
PRESETS = {
    "amazon": Preset("100 ms cost 1 % of orders, nothing else", "Linden 2006", {"latency_order": 0.01, "latency_visit": 0.0}, "C"),
    "demanding": Preset("3 % of orders per 100 ms: the upper end of what is prudent", "Deloitte, discounted", {"latency_order": 0.03}, "D"),
    "deloitte": Preset(
        "orders and their value as in Deloitte's regression: an upper bound", "Deloitte & Google 2020, 37 brands, 30 million sessions",
        {"latency_order": 0.08, "latency_basket": 0.088}, "C",
    ),
}


def constants(p: Parameters) -> dict[str, float]:
    """What the gain in speed and the interface bring: on visits, orders and baskets."""
    gained = (p.usual_latency_ms - p.latency_ms) / MS
    return {
        "to_visit": p.latency_visit * gained,
        "to_order": p.latency_order * gained + p.interface_order * (p.interface_quality - p.usual_interface),
        "to_basket": p.latency_basket * gained,
    }


def overnight(night: Night) -> None:
    """The better site is paid by the day."""
    p = night.parameters
    if p.active:
        night.post("upkeep", minor_units(p.upkeep_per_day))


@rule("offer")
def answer_fast(u, own, p, t, m):
    """Who has seen fast pages comes by more often, who has seen slow ones less."""
    t.visit_pull += p.strength * p.to_visit


@rule("visit")
def guide_and_find(u, own, p, t, m):
    """Speed and interface ease the order; a search counts where it finds what it usually would not, or the other way round."""
    t.order_pull += p.strength * p.to_order
    t.basket_lift += p.strength * p.to_basket
    searched, luck = visit_luck(u, t, SEARCH) < p.search_share, visit_luck(u, t, FIND)
    found = searched * (luck < p.search_success)
    usually_found = searched * (luck < p.usual_search_success)
    t.order_pull += p.strength * p.search_order * (found - usually_found)
    m.searches += searched
    m.found += found
