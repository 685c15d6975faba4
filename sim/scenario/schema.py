"""What a scenario file says, block by block. Levers bring their own blocks (``sim.lever``)."""

from __future__ import annotations

import datetime
from typing import Literal

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from sim.parameter import Parameters, param

CDNOW = "Fader, Hardie & Lee 2005, CDNOW, Table 2"


class Run(Parameters):
    """How much is simulated."""

    users: int = param(10_000, "users", "people in the world", ge=1, le=50_000_000, source="design")
    days: int = param(365, "days", "days lived after day 0", ge=1, le=3_660, source="design")
    replications: int = param(10, "runs", "independent repetitions, for the intervals", ge=1, le=100_000, source="design")
    seed: int = param(1, "-", "names the luck of this study; the same seed gives the same bytes", ge=0, le=10**18 - 1, source="design")


class Cohort(Parameters):
    """Everybody makes a first order on the day of entry."""

    over_days: int = param(1, "days", "entry days 0 … n−1, one of them for each user", ge=1, le=3_660, source="design")
    weights: tuple[float, ...] | None = param(
        None, "share", "relative numbers entering in equal parts of over_days (none: evenly)", at_most=400, source="design"
    )


class Arrivals(Parameters):
    """New sign-ups day by day, until everybody in the world has signed up."""

    per_day: float = param(50.0, "users/day", "new sign-ups a day, from day 0", gt=0, le=1e7, source="design")


class Entry(Parameters):
    """How users come: exactly one of the three."""

    cohort: Cohort | None = None
    arrivals: Arrivals | None = None
    market: Literal["bass"] | None = Field(None, description="prospects are reached by Bass diffusion (block `market`)", json_schema_extra={"unit": "-", "source": "design", "grade": ""})

    @model_validator(mode="before")
    @classmethod
    def _word(cls, value):
        if value == "cohort":
            return {"cohort": Cohort()}
        if value == "arrivals":
            return {"arrivals": Arrivals()}
        if value == "market":
            return {"market": "bass"}
        if isinstance(value, dict) and set(value) == {"market"} and value["market"] is None:
            return {"market": "bass"}
        return value

    @model_validator(mode="after")
    def _one(self):
        given = [k for k in ("cohort", "arrivals", "market") if getattr(self, k) is not None]
        if len(given) != 1:
            raise PydanticCustomError("one_entry", "choose one of cohort, arrivals: {per_day: N}, market")
        return self


class OrderRate(Parameters):
    """How often users order when nothing pushes: λ ~ Gamma(r, rate α), in orders a week."""

    r: float = param(0.243, "-", "shape of the order rates across users", gt=0, le=100, source=CDNOW, grade="A")
    alpha_weeks: float = param(4.414, "weeks", "rate parameter; mean orders a week = r/α", ge=0.01, le=10_000, source=CDNOW, grade="A")


class Dropout(Parameters):
    """How users leave for good when nothing pushes."""

    mode: Literal["per_order", "per_time", "per_renewal", "none"] = param(
        "per_order", "-", "after a repeat order (BG/NBD), at any time (Pareto/NBD), at renewal dates (sBG), or never",
        source=CDNOW, grade="A",
    )
    a: float | None = param(None, "-", "Beta(a, b) of the chance to leave (per_order .793, per_renewal .668)", gt=0, le=1_000, source=CDNOW, grade="A")
    b: float | None = param(None, "-", "Beta(a, b) of the chance to leave (per_order 2.426, per_renewal 3.806)", gt=0, le=1_000, source=CDNOW, grade="A")
    s: float = param(0.606, "-", "per_time: shape of the leaving rates, Gamma(s, β)", gt=0, le=100, source="Fader, Hardie & Lee 2005, Pareto/NBD on CDNOW", grade="A")
    beta_weeks: float = param(11.669, "weeks", "per_time: rate parameter of the leaving rates", ge=0.01, le=10_000, source="Fader, Hardie & Lee 2005, Pareto/NBD on CDNOW", grade="A")
    period_days: int = param(30, "days", "per_renewal: days between renewal dates", ge=1, le=3_660, source="design")
    first_order: bool = param(False, "-", "per_order: the first order, too, can be the last (MBG/NBD)", source="Batislam, Denizel & Filiztekin 2007", grade="B")
    own_orders_only: float = param(
        1.0, "share",
        "share of a lever's lift that carries no extra chance to leave; 0 is the literal BG/NBD, in which whatever makes "
        "people order more often makes them leave sooner",
        ge=0, le=1,
    )

    @model_validator(mode="after")
    def _published(self):
        published = {"per_renewal": (0.668, 3.806)}.get(self.mode, (0.793, 2.426))
        for name, value in zip("ab", published, strict=True):
            if getattr(self, name) is None:
                object.__setattr__(self, name, value)
        return self


class Spend(Parameters):
    """What an order is worth before discounts: gamma-gamma, or lognormal where ``median`` and ``sigma`` are given."""

    p: float = param(6.25, "-", "gamma-gamma: shape of order values of one user", gt=0.05, le=1_000, source="Fader, Hardie & Lee 2005 (RFM and CLV), CDNOW", grade="A")
    q: float = param(3.744, "-", "gamma-gamma: shape across users", gt=1.01, le=1_000, source="Fader, Hardie & Lee 2005 (RFM and CLV), CDNOW", grade="A")
    v: float = param(15.44, "money", "gamma-gamma: scale; mean order p·v/(q−1)", gt=0, le=1e7, source="Fader, Hardie & Lee 2005 (RFM and CLV), CDNOW", grade="A")
    median: float | None = param(None, "money", "lognormal: median order", gt=0, le=1e7, source="CDNOW: 26.73", grade="A")
    sigma: float | None = param(None, "log", "lognormal: spread of all orders; of one user .84 (or this, if smaller)", ge=0, le=3, source="CDNOW: .738", grade="A")

    @model_validator(mode="after")
    def _both(self):
        if (self.median is None) != (self.sigma is None):
            raise PydanticCustomError("lognormal_pair", "a lognormal spend needs both median and sigma")
        return self


class Beta(Parameters):
    """Shares spread over users as Beta(a, b)."""

    a: float = param(0.386, "-", "first shape", gt=0, le=1_000, source="The Complete Journey, household coupon use", grade="C")
    b: float = param(3.088, "-", "second shape", gt=0, le=1_000, source="The Complete Journey, household coupon use", grade="C")


class Newcomer(Parameters):
    """The interest of someone who has just signed up and not yet ordered. Zero in the oracles."""

    visit_lift: float = param(0.0, "log-rate", "added to the visit rate on the day of sign-up", ge=0, le=10)
    fade_days: float = param(10.0, "days", "days in which that interest halves", gt=0, le=365)


class Friends(Parameters):
    """Whom a user can hear from: a small-world graph (Watts & Strogatz 1998)."""

    degree: int = param(8, "friends", "mean number of friends", ge=0, le=64)
    rewire: float = param(0.1, "share", "friendships that lead anywhere instead of next door", ge=0, le=1, source="Watts & Strogatz 1998", grade="D")


class Coupling(Parameters):
    """How a user's traits go with the order rate: correlations of a Gaussian copula. Zero, independence, is itself an assumption."""

    leave: float = param(0.0, "correlation", "of the readiness to leave with the order rate", gt=-1, lt=1)
    value: float = param(0.0, "correlation", "of the usual basket with the order rate", gt=-1, lt=1)
    deals: float = param(0.0, "correlation", "of deal-proneness with the order rate", gt=-1, lt=1)


class Population(Parameters):
    """Who the users are before any lever acts."""

    entry: Entry = Field(default_factory=lambda: Entry(cohort=Cohort()))
    order_rate: OrderRate = OrderRate()
    dropout: Dropout = Dropout()
    spend: Spend = Spend()
    visit_conversion: float = param(0.037, "orders/visit", "orders per visit when nothing pushes", gt=0, le=1, source="visit to order 3.73 %", grade="C")
    deal_proneness: Beta = Beta()
    coupling: Coupling = Coupling()
    newcomer: Newcomer = Newcomer()
    friends: Friends = Friends()


class Bass(Parameters):
    """Diffusion through a market (Bass 1969)."""

    p_per_year: float = param(0.03, "1/year", "innovation: reached without friends", ge=0, le=50, source="Bass 1969, mean of studies", grade="B")
    q_per_year: float = param(0.38, "1/year", "imitation: reached through those who already joined", ge=0, le=50, source="Bass 1969, mean of studies", grade="B")
    friends_share: float = param(0.0, "share", "g: of imitation that comes from a prospect's own friends instead of from everybody", ge=0, le=1)
    marketing: float = param(1.0, "times", "M(t): innovation today against its usual size; may be scheduled", ge=0, le=100, source="Bass, Krishnan & Jain 1994", grade="B")


class Market(Parameters):
    """The people not yet reached (entry: market)."""

    bass: Bass = Bass()


class Behaviour(Parameters):
    """What users learn from their own days. Each term is zero as long as no lever acts, but for habit and experience,
    whose weights are zero unless a scenario sets them."""

    habit_lift: float = param(0.0, "log-rate", "visit rate of a full habit against none", ge=0, le=3)
    habit_days: float = param(66.0, "days", "days of smoothing of the habit", ge=1, le=1_000, source="Lally et al. 2010", grade="C")
    failure_rate: float = param(0.0, "share", "orders that go wrong (late, broken, wrong)", ge=0, le=1)
    satisfaction_step: float = param(0.25, "share", "weight of the newest experience", ge=0, le=1)
    loss_weight: float = param(2.0, "times", "a bad experience against a good one", ge=1, le=5, source="Kahneman & Tversky 1979: about 2", grade="B")
    satisfaction_order: float = param(0.5, "logit", "order decision, for each point of satisfaction (scale −1 … 1)", ge=0, le=5)
    satisfaction_stay: float = param(1.0, "logit", "staying after an order, for each point of satisfaction", ge=0, le=5)
    fatigue_keep: float = param(0.9, "share/day", "fatigue left on the next day", ge=0, lt=1)
    fatigue_visit: float = param(0.02, "log-rate/message", "visit rate lost for each message still felt", ge=0, le=1, source="fitted so that profit peaks at 6–8 messages a month (Zhang, Kumar & Cosguner 2017)", grade="B")
    fatigue_stay: float = param(0.0, "logit/message", "readiness to leave after an order, for each message still felt", ge=0, le=1)
    reference_keep: float = param(0.85, "share/order", "old reference price kept at each order", ge=0, lt=1, source="reference-price studies: .6–.9", grade="C")
    price_gain: float = param(2.0, "logit", "order decision, for a price below the reference by all of it", ge=0, le=10, source="own-price elasticities −2.4 … −2.9", grade="B")
    price_loss: float = param(3.0, "logit", "order decision, for a price above the reference by all of it", ge=0, le=15, source="loss against gain 1.5–2", grade="C")
    borrowed_share: float = param(0.333, "share", "part of a lever's extra orders that is only bought earlier", ge=0, le=1, source="van Heerde, Leeflang & Wittink 2004", grade="B")
    pantry_days: float = param(30.0, "days", "days in which a stock bought early is used up", ge=1, le=365)
    return_per_day: float = param(0.0, "1/day", "chance that someone who left comes back unasked", ge=0, le=1)


class Platform(Parameters):
    """What the platform can see, and from when on it says so."""

    dormant_after_days: int = param(30, "days", "not seen for so long: dormant", ge=1, le=3_660, source="design")
    churned_after_days: int = param(90, "days", "not seen for so long: churned", ge=2, le=3_660, source="design")

    @model_validator(mode="after")
    def _order(self):
        if self.churned_after_days <= self.dormant_after_days:
            raise PydanticCustomError("stage_order", "churned_after_days must be more than dormant_after_days")
        return self


class Segments(Parameters):
    """Where the segments begin that levers can be aimed at (``for:``)."""

    new_days: int = param(30, "days", "since sign-up, up to which a user is new", ge=0, le=3_660, source="design")
    at_risk_days: int = param(14, "days", "not seen for so long, but not yet dormant: at risk", ge=1, le=3_660, source="design")
    high_value_orders: int = param(3, "orders", "high value: placed at least so many", ge=0, le=100_000, source="design")
    high_value_spend: float = param(100.00, "money", "and ordered for at least so much in all, before discounts", ge=0, le=1e9, source="design")
    high_value_days: int = param(90, "days", "and the last order is not older", ge=0, le=3_660, source="design")


class Economics(Parameters):
    """What an order leaves, and what later money is worth today."""

    currency: str = Field("CNY", description="name of the currency, for tables and plots", min_length=1, max_length=8, json_schema_extra={"unit": "-", "source": "design", "grade": ""})
    margin: float = param(0.30, "share", "of the basket before discounts left after the cost of goods", ge=0, le=1)
    incentive_budget: float | None = param(None, "money", "most that all levers with a budget may spend together (none: no cap)", ge=0, le=1e12, source="design")
    discount_rate_per_year: float = param(0.10, "1/year", "for the present value of later money", ge=0, le=1)


class Calendar(Parameters):
    """Demand by season; each index is scaled to mean 1."""

    start: datetime.date = Field(
        datetime.date(2025, 1, 1), description="date of day 0", ge=datetime.date(1970, 1, 1), le=datetime.date(2199, 12, 31),
        json_schema_extra={"unit": "date", "source": "design", "grade": ""},
    )
    months: tuple[float, ...] = param((1.0,) * 12, "index", "demand in January … December", at_most=12, source="design")
    weekdays: tuple[float, ...] = param((1.0,) * 7, "index", "demand on Monday … Sunday", at_most=7, source="design")

    @model_validator(mode="after")
    def _full(self):
        for name, size in (("months", 12), ("weekdays", 7)):
            values = getattr(self, name)
            if len(values) != size:
                words = {"name": name, "size": size, "count": len(values)}
                raise PydanticCustomError("index_length", "{name} needs {size} numbers, not {count}", words)
            if min(values) < 0 or sum(values) <= 0:
                raise PydanticCustomError("index_sum", "{name}: an index is 0 or more, and not all are 0; 1 is expected of a usual day or month", {"name": name})
        return self
