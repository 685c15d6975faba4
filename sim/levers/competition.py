"""Competition 竞争: a rival that some users shop at, too, with its own attractiveness, price and festivals.

Whoever shops at both (multi-homing) weighs an order here against one there. With the rival's advantage

    v = attractiveness + homogeneity·price_weight·gap·(1 + deal_lean·ψ) + buzz·heat,    gap = 1 − price·(1 − depth·heat)

an order here is less likely by the log L = ln(1 + e^v), the logsum of the outside option: of it the share ``stays_away`` is taken off the visits and the rest off
the decision, which in turn a saving s promised here eases by s·homogeneity·price_weight·(1 + deal_lean·ψ)·σ(v), the slope of L: a customer won over from the rival. ψ is deal-proneness; heat is 1 while the rival's festival runs, then ``linger``, halving every ``linger_days``, so orders fall and come only
partly back at first. The rival poaches: staying is pulled by −homogeneity·(switching·σ(v) + lure·max(0, −satisfaction) + snatch·ψ·max(0, gap)); the more alike the offers are, the
easier one changes, the dissatisfied and the deal-prone first. Whoever has left is lost, whatever becomes of the festival.
"""

from __future__ import annotations

from pydantic import model_validator

from sim.chance import purpose
from sim.dates import begun, date_of
from sim.decay import half_life
from sim.exact import exp, log
from sim.lever import Column, Counter, LeverParameters, Night, Shared
from sim.parameter import param
from sim.population import RIVAL
from sim.rule import rule

HOME = purpose("competition.home")
LEAST_HEAT = 1e-3
"""Below this share of a festival's draw nothing of it is felt."""

PLACES = 256
"""Steps in which a user's readiness to shop elsewhere is kept."""


class Parameters(LeverParameters):
    attractiveness: float = param(-1.0, "logit", "of ordering there against here, at the same price (0: as good as here)", ge=-5, le=5)
    price: float = param(1.0, "times", "the rival's prices against ours", ge=0.1, le=5)
    promo_dates: tuple[int, ...] = param((618, 1111), "date", "first days of its festivals: 618 is 18 June of every year, 20250618 one date only", at_most=24)
    promo_days: int = param(5, "days", "length of a festival", ge=1, le=92)
    promo_depth: float = param(0.25, "share", "off the rival's prices at a festival", ge=0, le=1)
    buzz: float = param(0.64, "logit", "ordering there while it is talked of", ge=0, le=3, source="store sales of orange juice: a feature sells ×1.9", grade="C")
    stays_away: float = param(0.50, "share", "of all that is lost to the rival, for want of a visit here", ge=0, le=1)
    linger: float = param(0.30, "share", "of a festival's draw left on the day after it", ge=0, le=1)
    linger_days: float = param(14.0, "days", "in which that halves", ge=0.1, le=3_650)
    multi_homing: float = param(0.50, "share", "of users who shop at the rival, too", ge=0, le=1, source="Compass Lexecon 2022 (survey commissioned by Amazon): the norm; the share itself is assumed", grade="C")
    homogeneity: float = param(0.50, "share", "how alike the two offers are (1: nothing but price and habit tells them apart)", ge=0, le=1)
    price_weight: float = param(2.6, "logit", "ordering there, for a price lower by all of it, among like offers", ge=0, le=10, source="own-price elasticities −2.4 … −2.9", grade="B")
    deal_lean: float = param(2.0, "times", "weight of the price more, for someone who responds to every deal", ge=0, le=20)
    switching: float = param(1.0, "logit", "readiness to leave for a rival whom everybody prefers, among like offers", ge=0, le=5)
    lure: float = param(2.0, "logit", "readiness to leave, for each point of dissatisfaction, among like offers", ge=0, le=5)
    snatch: float = param(3.0, "logit", "readiness of someone who responds to every deal to leave, for a price lower by all of it, among like offers", ge=0, le=20)

    @model_validator(mode="after")
    def _calendar(self):
        for number in self.promo_dates:
            if number < 101 or date_of(number) is None:
                raise ValueError(f"{number} is no date: write 618 for 18 June of every year, or 20250618 for one year")
        return self


SETTLES = True
COLUMNS = {
    "home": Column("u1", "1/256", "place among the users, those who shop elsewhere most readily first", daily=True),
    "poached": Column("u1", "times", "left for the rival"),
}
COUNTERS = {
    "compared": Counter("visits", "today of users who shop at the rival, too"),
    "poached": Counter("users", "left for the rival today (which only a simulator knows)"),
}
SHARED = {
    "open": Shared(0.0, "0/1", "the rival's festival runs"),
    "heat": Shared(0.0, "share", "of a festival's draw felt today"),
}
LAWS = {"users poached counted = times of all users": lambda total, own: total["poached"] == int(own["poached"].astype(int).sum())}


def constants(p: Parameters) -> dict[str, float]:
    """Between festivals, at equal prices: the share who like the rival better, and what is lost to it (log); and the weight of a gap in price."""
    there = exp(p.attractiveness)
    return {"liked": there / (1.0 + there), "away": log(1.0 + there), "by_price": p.homogeneity * p.price_weight * (1.0 - p.price)}


def draw(own, traits, p: Parameters) -> None:
    """How readily each user shops elsewhere."""
    own["home"] = traits.luck(HOME) * PLACES


def overnight(night: Night) -> None:
    """The rival's festival begins, runs and lingers. Nobody need wake: who sleeps through it is ready for its end (``headroom``)."""
    p, shared = night.parameters, night.shared
    was_open = shared["open"] > 0.0
    is_open = begun(p.promo_dates, p.promo_days, night.day, night.date) is not None
    if is_open:
        shared["heat"] = 1.0
    elif was_open:
        shared["heat"] = p.linger
    else:
        shared["heat"] *= half_life(p.linger_days)[1]
        if shared["heat"] < LEAST_HEAT:
            shared["heat"] = 0.0
    shared["open"] = float(is_open)


@rule("offer")
def poach(u, own, p, t, m):
    """Whoever shops at both is readier to leave where the rival is better liked, the more so the dissatisfied and, when it is cheaper, the deal-prone."""
    at_both = p.strength * (own.home < p.multi_homing * PLACES)
    gap = 1.0 - p.price * (1.0 - p.promo_depth * p.heat)
    liked, away = p.liked, p.away
    if (p.heat > 0.0 or p.by_price != 0.0) and at_both:
        there = exp(p.attractiveness + p.homogeneity * p.price_weight * gap * (1.0 + p.deal_lean * u.deal_proneness) + p.buzz * p.heat)
        liked, away = there / (1.0 + there), log(1.0 + there)
        if p.heat > 0.0:
            calm = p.away
            if p.by_price != 0.0:
                calm = log(1.0 + exp(p.attractiveness + p.by_price * (1.0 + p.deal_lean * u.deal_proneness)))
            t.headroom += at_both * p.stays_away * (away - calm)
    wish = p.switching * liked + p.lure * max(0.0, -u.satisfaction) + p.snatch * u.deal_proneness * max(0.0, gap)
    t.stay_pull -= at_both * p.homogeneity * wish
    t.by_rival += at_both * p.homogeneity * wish
    t.visit_pull -= at_both * p.stays_away * away


@rule("visit")
def compare(u, own, p, t, m):
    """On a visit an order here is weighed against one there; what is saved here counts the more, the better the rival is liked (``t.versus``)."""
    at_both = own.home < p.multi_homing * PLACES
    liked, away = p.liked, p.away
    if (p.heat > 0.0 or p.by_price != 0.0) and at_both:
        gap = 1.0 - p.price * (1.0 - p.promo_depth * p.heat)
        there = exp(p.attractiveness + p.homogeneity * p.price_weight * gap * (1.0 + p.deal_lean * u.deal_proneness) + p.buzz * p.heat)
        liked, away = there / (1.0 + there), log(1.0 + there)
    here = p.strength * at_both * (1.0 - p.stays_away)
    t.order_pull -= here * away
    t.versus += here * p.homogeneity * p.price_weight * (1.0 + p.deal_lean * u.deal_proneness) * liked
    m.compared += int(at_both)


@rule("close")
def count(u, own, p, t, m):
    """Those who left today because of the rival are counted."""
    if u.left == 2 and u.left_reason == RIVAL:
        own.poached += 1
        m.poached += 1
