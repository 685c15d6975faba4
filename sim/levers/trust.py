"""Trust 信任: reviews, stars, seals and a guarantee make newcomers dare to order.

The logit of a newcomer's order rises by review_order·(1 − e^(−reviews/review_scale)), falls by star_order·(stars − best_stars)², and rises
by seal_order with the first seal and by less with the second; each seal beyond two costs some of it (Özpolat & Jank 2015, randomised,
288,169 transactions at 493 shops). Reviews and stars count against ``usual_reviews`` and ``usual_stars``; no seal and no guarantee are
usual. Stars that are too good to be true sell less than 4.2 to 4.7 (Spiegel 2017, which compares products, so its +270 % for five reviews
is mostly selection: the default is a tenth of it, the preset ``spiegel`` is all of it). Whoever has ordered before is moved by
``customers_share`` of all this. A guarantee also makes good part of the hurt of an order that went wrong, and pays for it.
"""

from __future__ import annotations

from sim.exact import exp
from sim.lever import Account, Counter, LeverParameters, Night, Preset
from sim.parameter import MONEY, minor_units, param
from sim.rule import rule

OZPOLAT = "Özpolat & Jank 2015, 288,169 transactions"
SPIEGEL = "Spiegel Research Center 2017, observational"


class Parameters(LeverParameters):
    reviews: int = param(20, "reviews", "shown for a product", ge=0, le=1_000_000, source="design")
    usual_reviews: int = param(5, "reviews", "that users are used to: no effect", ge=0, le=1_000_000)
    review_order: float = param(0.18, "logit", "a newcomer's order, for as many reviews as one can wish", ge=0, le=3, source=SPIEGEL + ": +270 % for five; discounted to a tenth", grade="D")
    review_scale: float = param(4.0, "reviews", "that bring 63 % of it", ge=0.1, le=10_000, source=SPIEGEL + ": most with the first five, nothing after ten", grade="C")
    stars: float = param(4.5, "stars", "average of the reviews", ge=1, le=5, source="design")
    usual_stars: float = param(4.0, "stars", "that users are used to: no effect", ge=1, le=5)
    best_stars: float = param(4.5, "stars", "at which most is sold", ge=4.2, le=4.7, source=SPIEGEL, grade="C")
    star_order: float = param(0.15, "logit", "a newcomer's order, lost one star from the best; four times as much at two", ge=0, le=2)
    seals: int = param(1, "seals", "of independent bodies, shown", ge=0, le=20, source="design")
    seal_order: float = param(0.13, "logit", "a newcomer's order, for the first seal", ge=0, le=1, source=OZPOLAT, grade="A")
    second_seal: float = param(0.5, "share", "of that, for the second seal", ge=0, le=1)
    seal_excess: float = param(0.10, "logit", "lost with each seal beyond two", ge=0, le=1, source=OZPOLAT + ", direction", grade="B")
    guarantee: bool = param(True, "-", "money back, or as new", source="design")
    guarantee_order: float = param(0.05, "logit", "a newcomer's order, where there is a guarantee", ge=0, le=1)
    guarantee_recovery: float = param(0.5, "share", "of the hurt of an order that went wrong, made good", ge=0, le=1, source="de Matos, Henrique & Rossi 2007, direction", grade="B")
    customers_share: float = param(0.25, "share", "of all this that acts on whoever has ordered before", ge=0, le=1, source=OZPOLAT + ": weaker with experience", grade="B")
    review_cost: float = param(0.05, MONEY, "of asking for a review, for each order", ge=0, le=1_000, source="design")
    seal_per_day: float = param(1.00, MONEY, "fee of each seal, however much is sold", ge=0, le=1e6, source="design")
    guarantee_cost: float = param(5.00, MONEY, "paid for each order that went wrong", ge=0, le=100_000, source="design")


SETTLES = True
COUNTERS = {
    "newcomers": Counter("visits", "today of users who have not ordered yet"),
    "claims": Counter("orders", "that went wrong today and were made good"),
}
ACCOUNTS = {
    "programme": Account("cost", "asking for reviews, and the fees of seals"),
    "claims_paid": Account("cost", "the guarantee"),
}
PRESETS = {
    "spiegel": Preset("reviews as strong as in a comparison of products: an upper bound", SPIEGEL, {"review_order": 1.84}, "C"),
    "seals_only": Preset(
        "only what was randomised: the seals", OZPOLAT,
        {"review_order": 0.0, "star_order": 0.0, "guarantee_order": 0.0}, "A",
    ),
}


def constants(p: Parameters) -> dict[str, float]:
    """What reviews, stars, seals and guarantee together bring a newcomer's order."""
    shown = exp(-p.usual_reviews / p.review_scale) - exp(-p.reviews / p.review_scale)
    stars = (p.usual_stars - p.best_stars) ** 2 - (p.stars - p.best_stars) ** 2
    seals = p.seal_order * (min(p.seals, 1) + p.second_seal * min(max(p.seals - 1, 0), 1)) - p.seal_excess * max(p.seals - 2, 0)
    return {"to_order": p.review_order * shown + p.star_order * stars + seals + p.guarantee_order * p.guarantee}


def overnight(night: Night) -> None:
    """Seals are paid by the day."""
    p = night.parameters
    if p.active:
        night.post("programme", p.seals * minor_units(p.seal_per_day))


@rule("visit")
def reassure(u, own, p, t, m):
    """What others say of the shop eases a newcomer's order, and a little that of those who know it."""
    newcomer = u.orders == 0
    t.order_pull += p.strength * p.to_order * (1.0 if newcomer else p.customers_share)
    m.newcomers += newcomer


@rule("pay")
def vouch(u, own, p, t, m):
    """Should this order go wrong, the guarantee makes part of it good."""
    if p.guarantee:
        t.recovery += p.strength * p.guarantee_recovery


@rule("reward")
def keep_word(u, own, p, t, m):
    """Asking for a review costs a little with each order, the guarantee with each that went wrong."""
    m.programme += p.review_cost
    if t.failed and p.guarantee:
        m.claims += 1
        m.claims_paid += p.guarantee_cost
