"""The users: one structured array, a row each; what a row holds, and how its traits are drawn."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import special

from sim import quantile
from sim.chance import purpose, trait_luck
from sim.exact import exp
from sim.layout import blank_rows, row_dtype
from sim.lever import Column, Lever
from sim.parameter import MINOR_PER_UNIT
from sim.segment import CHANNELS, DIRECT, SOMEBODY, arm_bit, channel_bit, persona_bit

STAGES = ("prospect", "registered", "customer", "dormant", "churned")
PROSPECT, REGISTERED, CUSTOMER, DORMANT, CHURNED = range(5)
COPULA_BITS = 40
"""Bits kept of a number that went through a copula."""

NEVER = -1
"""A day that has not come: the first order of someone who has not ordered."""

DAYS_A_WEEK = 7

LESSON = 1000.0
"""What a first deal taught is remembered in thousandths of a logit, so that it takes two bytes of a row."""
MOST_TAUGHT = 30.0
"""Logit: a first deal teaches no more, either way; beyond that nothing would change."""

MOST_VISITS_A_DAY = 1_000
"""Nobody comes more often; visits beyond are cut."""
MOST_DRAWN = 32
"""Numbers that the engine may draw ahead for one visit."""
WITHIN_USER_LOG_SD = 0.84
"""Spread of one user's orders where spend is lognormal (evidence: within-user log-sd .84)."""

REASONS = ("", "nothing in particular", "bad experience", "rival", "contact", "price", "not renewed", "fatigue")
"""Why a user left, which only a simulator knows; by the code in ``left_reason``."""
NO_REASON, NOTHING, EXPERIENCE, RIVAL, CONTACT, PRICE, NOT_RENEWED, FATIGUE = range(len(REASONS))

COLUMNS = {
    "id": Column("i4", "-", "number of the user; addresses the user's luck"),
    "visit_rate": Column("f8", "visits/day", "how often the user visits when nothing pushes", daily=True),
    "leave_p": Column("f8", "probability", "leaves after a repeat order, or at a renewal, when nothing pushes"),
    "leave_clock": Column("f8", "days", "left of the unpushed life (dropout per_time)"),
    "mean_life": Column("f8", "days", "expected unpushed life (dropout per_time)"),
    "habit": Column("f8", "share", "how much visiting had become a habit at the last visit", 0, daily=True),
    "fatigue": Column("f8", "messages", "messages felt on the day of the newest", daily=True),
    "satisfaction": Column("f8", "-1 … 1", "experiences so far; 0 is as expected", daily=True),
    "reference_price": Column("f8", "share of list", "the price the user thinks normal", 1),
    "pantry": Column("f8", "orders", "bought early and not yet used, at the last order", daily=True),
    "usual_basket": Column("f8", "minor units", "mean of the user's baskets before discounts"),
    "deal_proneness": Column("f8", "share", "responds to a deal", daily=True),
    "spent": Column("i8", "minor units", "worth of all orders before discounts"),
    "paid": Column("i8", "minor units", "paid for all orders"),
    "goods": Column("i8", "minor units", "cost of the goods of all orders"),
    "groups": Column("i8", "bits", "persona, channel and experiments' arms (sim.segment)", SOMEBODY, daily=True),
    "entry_day": Column("i4", "day", "signs up", daily=True),
    "first_order_day": Column("i4", "day", "of the first order", NEVER),
    "last_seen": Column("i4", "day", "of the last visit", daily=True),
    "last_order_day": Column("i4", "day", "of the last order", NEVER, daily=True),
    "last_message": Column("i4", "day", "of the newest message", daily=True),
    "left_day": Column("i4", "day", "of leaving for good", NEVER),
    "orders": Column("i4", "orders", "placed so far", daily=True),
    "lesson": Column("i2", "logit/1000", "what the deal on the first order taught, in every later order decision"),
    "stage": Column("u1", "code", "place in STAGES, as the platform sees it", daily=True),
    "left": Column("u1", "0/1", "has left (which only a simulator knows)", daily=True),
    "left_reason": Column("u1", "code", "place in REASONS: why (which only a simulator knows)"),
    "persona": Column("u1", "code", "place among the scenario's personas"),
    "channel": Column("u1", "code", "place in CHANNELS: how the user was acquired", DIRECT),
    "consent": Column("u1", "0/1", "lets the platform use personal data", 1),
    "abuser": Column("u1", "0/1", "is here for what is given away"),
}

SCRATCH = (
    ("visit_pull", "f8", "log-rate: pull on today's visits"),
    ("pushed", "f8", "log-rate: the levers' part of that pull"),
    ("headroom", "f8", "log-rate: by how much that pull can rise before the user is awake again"),
    ("passing", "f8", "log-rate: dawn's part of both"),
    ("quiet", "i8", "0/1: errands are all that can happen today"),
    ("order_pull", "f8", "logit: pull on the order of this visit"),
    ("wish", "f8", "logit: all that pulls on the order of this visit"),
    ("stay_pull", "f8", "logit: pull on staying"),
    ("hold", "f8", "logit: all that pulled on staying when leaving was last decided"),
    ("by_rival", "f8", "logit: the part of leaving that a rival answers for"),
    ("by_contact", "f8", "logit: the part of leaving that being contacted answers for"),
    ("return_hazard", "f8", "1/day: of coming back, offered by the levers"),
    ("cheaper", "f8", "share: relative saving promised at this visit; below 0 where it is dearer"),
    ("versus", "f8", "logit: an order is likelier by so much for a price lower by all of it, where prices are compared with a rival's"),
    ("messages", "f8", "messages received today, weighted"),
    ("alive_share", "f8", "share of the day before leaving"),
    ("visits", "i8", "planned today"),
    ("visit", "i8", "this visit's number, then visits made"),
    ("orders", "i8", "placed today so far"),
    ("ordered", "i8", "0/1: this visit ordered"),
    ("basket", "i8", "minor units: this order before discounts"),
    ("due", "i8", "minor units: of it still to pay"),
    ("perceived_saving", "f8", "minor units: felt on this order"),
    ("lesson", "f8", "logit × minor units: what the savings on this order teach, where it is the first; to be divided by the basket"),
    ("basket_lift", "f8", "log: lift of this visit's basket"),
    ("failure", "f8", "probability: that this order goes wrong, beside the world's own"),
    ("failure_pull", "f8", "logit: pull on the world's own failures"),
    ("recovery", "f8", "share: of a failure's hurt that is made good"),
    ("quality", "f8", "-1 … 1: how an order that does not fail is felt"),
    ("failed", "i8", "0/1: this order went wrong"),
    ("bounty", "i8", "minor units: to be had today by an account that is not meant"),
    ("posted", "i8", "0/1: posted today, which friends hear tomorrow"),
    ("invites", "i8", "0/1: invited friends today"),
    ("opens_deal", "i8", "0/1: opened or joined a group deal today"),
    ("accepted", "i8", "0/1: signed up today on a friend's invitation"),
    ("entered", "i8", "0/1: signed up today"),
    ("returned", "i8", "0/1: came back today after having left"),
    ("channel", "i8", "place in CHANNELS: by which a prospect was reached today; below 0: by none"),
    ("completion", "f8", "share: of sign-ups begun that are finished"),
    ("hazards", ("f8", (len(CHANNELS),)), "1/day: of being reached, by channel"),
)
"""What the day has brought one user so far; set to nothing when the user wakes."""

GIVEN = (
    ("key", "i8", "of seed and replication"),
    ("day", "i8", "today"),
    ("season", "f8", "index: demand today"),
    ("reach", "f8", "1/day: Bass's hazard of a prospect today, without friends"),
    ("friends_reach", "f8", "1/day: the same for each share of friends who are inside"),
    ("most_reached", "f8", "1/day: no prospect without an invitation has more today"),
    ("everybody", "i8", "0/1: nobody sleeps today"),
    ("gated", "i8", "0/1: a budget with a gate holds today (``sim.budget``)"),
    ("restless", "i8", "0/1: a lever is on that needs whoever visited, or heard friends, awake (``Lever.settles``)"),
    ("lifting", "f8", "times: what levers share makes the rate of anybody's visits at most so much higher today"),
    ("hearing", "f8", "times: the rate of visits of who hears friends today is at most so much higher"),
    ("lot", "f8", "the user's number of the day: below a lever's gate, its budget is open to the user (0 where no gate holds)"),
    ("luck", "f8", "the user's chance for visits, or a prospect's for being reached"),
    ("heard", "i8", "friends who posted yesterday"),
    ("invited", "i8", "friends who invited yesterday"),
    ("deals", "i8", "friends who opened or joined a group deal yesterday"),
    ("thanked", "i8", "friends who signed up yesterday on this user's invitation"),
    ("inside", "f8", "share of friends who have signed up"),
    ("idle", "i8", "days since the last visit"),
    ("age", "i8", "days since sign-up"),
    ("habit", "f8", "share: habit this morning"),
    ("fatigue", "f8", "messages: fatigue this morning"),
    ("pantry", "f8", "orders: in the cupboard now"),
    ("who", "i8", "bits: the user's segments this morning (sim.segment)"),
    ("open", "i8", "bits: levers open to the user today, in their order"),
    ("active", "i8", "bits: levers that are active today"),
    ("closed", "i8", "bits of users to whom one of them is closed"),
    ("aimed", "i8", "0/1: this lever is aimed at the user today"),
    ("calm", "f8", "visits/day: the user's rate is no more than this, without what passes (season 1)"),
    ("whole", "i8", "day: before which only errands and visits can happen, as known when the user went to sleep"),
    ("bound", "f8", "visits/day: while the user sleeps the rate is no more (season 1)"),
    ("wake", "i8", "day: the next whole one, on which everything is looked at"),
    ("errand", "i8", "day: on which dawn or dusk has something to do again"),
)
"""What rules may read of today."""

TODAY = np.dtype(
    [
        *((name, kind) if isinstance(kind, str) else (name, *kind) for name, kind, _ in (*GIVEN, *SCRATCH)),
        ("amounts", "i8", (MOST_VISITS_A_DAY,)), ("payments", "i8", (MOST_VISITS_A_DAY,)), ("drawn", "f8", (MOST_DRAWN,)),
    ]
)
"""Today: the calendar, what the engine tells of the user, and what the day has brought the user so far; basket and payment of each
order."""

FAR = 1 << 30
"""A day that never comes."""

ORDER_RATE, LEAVE, LIFETIME, VALUE = (purpose(f"trait.{n}") for n in ("order_rate", "leave", "lifetime", "value"))
DEALS, ENTRY, PERSONA = purpose("trait.deal_proneness"), purpose("trait.entry"), purpose("trait.persona")
ARM = purpose("experiment.arm")


@dataclass(frozen=True)
class Traits:
    """What ``draw`` of a lever may look at: the key of the run, the rows and the number of people."""

    key: int
    users: np.ndarray

    def luck(self, purpose_number: int, k: int = 0) -> np.ndarray:
        """The users' luck for one trait; shape (users,)."""
        return trait_luck(self.key, len(self.users), purpose_number, k)

    def luck_coupled(self, purpose_number: int, correlation: float) -> np.ndarray:
        """The users' luck for one trait that goes with their luck of the order rate: a Gaussian copula; shape (users,).

        z = ρ·z_rate + √(1 − ρ²)·z_own with z = Φ⁻¹(luck), and back; rounded to 40 bits, so that scipy's last bits reach nobody's life.
        Without correlation it is ``luck``, to the bit.
        """
        own = self.luck(purpose_number)
        if correlation == 0.0:
            return own
        smallest = 2.0**-COPULA_BITS
        z_rate, z_own = (special.ndtri(np.clip(u, smallest, 1.0 - smallest)) for u in (self.luck(ORDER_RATE), own))
        mixed = special.ndtr(correlation * z_rate + np.sqrt(1.0 - correlation**2) * z_own)
        return np.minimum(np.round(mixed * 2.0**COPULA_BITS), 2.0**COPULA_BITS - 1) * smallest


def draw_population(scenario: Any, levers: dict[str, Lever], key: int, users: int) -> np.ndarray:
    """The users of one run before day 0; shape (users,), one row each."""
    rows = blank_rows(users, row_dtype(COLUMNS, levers))
    for name, column in COLUMNS.items():
        if column.initial:
            rows[name] = column.initial
    rows["id"] = np.arange(users)
    who = Traits(key, rows)
    p = scenario.population
    _draw_personas(rows, scenario.personas, who)
    kinds = list(scenario.personas.values()) or [None]
    for k, persona in enumerate(kinds):
        _draw_traits(rows, p, persona, who, rows["persona"] == k if len(kinds) > 1 else slice(None))
    rows["entry_day"] = entry_days(p.entry, who)
    _draw_arms(rows, scenario.experiments, who)
    for name, lever in levers.items():
        own = rows[name]
        for column_name, column in lever.columns.items():
            if column.initial:
                own[column_name] = column.initial
        if lever.draw is not None and name in scenario.levers:
            lever.draw(own, who, scenario.levers[name])
    return rows


def _draw_personas(rows: np.ndarray, personas: Mapping[str, Any], who: Traits) -> None:
    """What kind of person each user is: a share of the users of each kind."""
    if personas:
        ends = np.cumsum([persona.share for persona in personas.values()])
        rows["persona"] = np.minimum(np.searchsorted(ends / ends[-1], who.luck(PERSONA), side="right"), len(personas) - 1)
    bits = np.array([persona_bit(k) for k in range(max(len(personas), 1))])
    rows["groups"] = SOMEBODY | channel_bit(DIRECT) | bits[rows["persona"]]


def arm_address(experiment: str) -> int:
    """The number that tells one experiment's luck from another's."""
    return zlib.crc32(experiment.encode())


def _draw_arms(rows: np.ndarray, experiments: Mapping[str, Any], who: Traits) -> None:
    """Who is treated in each experiment: users, or clusters of them (neighbours on the ring of friends), by the experiment's own luck."""
    for place, (name, experiment) in enumerate(experiments.items()):
        if experiment.by != "period":
            unit = rows["id"] // (experiment.cluster_size if experiment.by == "cluster" else 1)
            treated = who.luck(ARM, arm_address(name))[unit] < experiment.share
            rows["groups"] |= np.where(treated, arm_bit(place, True), arm_bit(place, False))


def _draw_traits(rows: np.ndarray, p: Any, persona: Any, who: Traits, chosen: Any) -> None:
    """The traits of the users of one persona, from its own distributions where it has any; the same luck whatever the persona."""
    order_rate = getattr(persona, "order_rate", None) or p.order_rate
    per_day = quantile.gamma(order_rate.r, order_rate.alpha_weeks * DAYS_A_WEEK * p.visit_conversion)
    rows["visit_rate"][chosen] = quantile.quantiles(per_day, who.luck(ORDER_RATE))[chosen]
    deals = getattr(persona, "deal_proneness", None) or p.deal_proneness
    rows["deal_proneness"][chosen] = quantile.quantiles(quantile.beta(deals.a, deals.b), who.luck_coupled(DEALS, p.coupling.deals))[chosen]
    times = 1.0 if persona is None else persona.basket_times
    rows["usual_basket"][chosen] = (_usual_baskets(p.spend, who.luck_coupled(VALUE, p.coupling.value)) * times)[chosen]
    dropout = p.dropout
    leave = getattr(persona, "leave", None) or dropout
    if dropout.mode in ("per_order", "per_renewal"):
        readiness = quantile.beta(leave.a, leave.b)
        rows["leave_p"][chosen] = quantile.quantiles(readiness, who.luck_coupled(LEAVE, p.coupling.leave))[chosen]
    if dropout.mode == "per_time":
        luck = who.luck_coupled(LEAVE, p.coupling.leave)
        per_day = quantile.quantiles(quantile.gamma(dropout.s, dropout.beta_weeks * DAYS_A_WEEK), luck)[chosen]
        spent = quantile.quantiles(quantile.exponential(), who.luck(LIFETIME))[chosen]
        rows["mean_life"][chosen] = 1.0 / np.maximum(per_day, 1e-30)
        rows["leave_clock"][chosen] = spent * rows["mean_life"][chosen]


def _usual_baskets(spend: Any, luck: np.ndarray) -> np.ndarray:
    if spend.median is None:
        return quantile.quantiles(quantile.inverse_gamma(spend.q, spend.v), luck) * (spend.p * MINOR_PER_UNIT)
    between = max(spend.sigma**2 - WITHIN_USER_LOG_SD**2, 0.0) ** 0.5
    table = np.array([exp(between * z) for z in quantile.normal()])
    within = min(spend.sigma, WITHIN_USER_LOG_SD)
    return quantile.quantiles(table, luck) * (spend.median * MINOR_PER_UNIT * exp(within**2 / 2.0))


def basket_table(spend: Any) -> quantile.Table:
    """What one order is worth against its user's usual basket, with mean 1: Gamma(p)/p, or lognormal."""
    if spend.median is None:
        return quantile.gamma(spend.p, spend.p)
    within = min(spend.sigma, WITHIN_USER_LOG_SD)
    return np.array([exp(within * z - within**2 / 2.0) for z in quantile.normal()])


def entry_days(entry: Any, who: Traits) -> np.ndarray:
    """The day on which each user comes; shape (users,)."""
    users = len(who.users)
    if entry.cohort is not None:
        over, weights = entry.cohort.over_days, entry.cohort.weights
        luck = who.luck(ENTRY)
        if weights is None:
            return (luck * over).astype(np.int32)
        ends = np.cumsum(weights) / np.sum(weights)
        part = np.minimum(np.searchsorted(ends, luck, side="right"), len(weights) - 1)
        starts = np.concatenate([[0.0], ends[:-1]])
        inside = (luck - starts[part]) / (ends[part] - starts[part])
        return np.minimum(((part + inside) * over / len(weights)).astype(np.int32), over - 1)
    if entry.arrivals is not None:
        return (np.arange(users) / entry.arrivals.per_day).astype(np.int32)
    return np.full(users, np.iinfo(np.int32).max, np.int32)
