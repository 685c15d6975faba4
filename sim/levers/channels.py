"""Channels 引流渠道: content, search, ads, partners and offline media bring leads, each more dearly the more is spent on it.

A channel's leads a day saturate: leads = S·(1 − e^(−spend/κ)), so each further lead, and with it CAC, costs more (κ/S for the first one). They are
spread as a hazard over the prospects who are left, times each one's fit: the weight of the persona, and 1 ± targeting for the half who
order more often and the other half, which can be told only of those who consent (lever `privacy`). Mean fit is 1 where weights have mean 1; as the
fitting are used up it falls, and leads with it. Who has been acquired there may visit more or less, buy larger baskets, and stay longer.
Creatives can be tried against each other in one channel: each prospect always sees the same one of the two. Media are paid whoever comes; without
a market (`entry: market`) nobody does. Forms and effects are assumptions: published numbers of this kind are vendors' own.
"""

from __future__ import annotations

from typing import Literal

from pydantic import model_validator

from sim import budget
from sim.chance import chance, purpose
from sim.exact import exp, log
from sim.lever import Account, Column, Counter, LeverParameters, Night, Shared
from sim.parameter import MONEY, minor_units, param
from sim.parameter import Parameters as Block
from sim.population import ORDER_RATE
from sim.rule import rule
from sim.segment import ADS, CONTENT, OFFLINE, PARTNERS, SEARCH

CREATIVE = purpose("channels.creative")
NAMES = ("content", "search", "ads", "partners", "offline")
COUNT = len(NAMES)
PERSONAS = 16
NEARLY_ALL = 0.99
"""Share of the prospects left that a day's media reach at most."""


class Content(Block):
    """Content and seeding 内容种草."""

    spend_per_day: float = param(10.00, MONEY, "media spend", ge=0, le=1e7, source="design")
    saturation: float = param(12.0, "leads/day", "most leads that any spend brings (S)", ge=0, le=1e6)
    kappa: float = param(24.00, MONEY, "spend a day that brings 63 % of them (κ)", ge=0.01, le=1e7)
    persona_weights: tuple[float, ...] = param((), "times", "reach of each persona, in the order of their names; who is not listed has 1", at_most=PERSONAS)
    targeting: float = param(0.0, "share", "0: whoever; 1: of those who consent only the half who order more often", ge=0, le=1, source="design")
    quality: float = param(1.1, "times", "visit rate of people acquired here", ge=0.05, le=10)
    basket: float = param(1.0, "times", "usual basket of people acquired here", ge=0.05, le=10)
    stay: float = param(0.1, "logit", "staying, of people acquired here", ge=-3, le=3)

    @model_validator(mode="after")
    def _weights(self):
        if any(w < 0 for w in self.persona_weights):
            raise ValueError("persona_weights must be 0 or more")
        return self


class Search(Content):
    """Search 搜索 (SEO and SEM): few leads, who are looking for something."""

    spend_per_day: float = param(10.00, MONEY, "media spend", ge=0, le=1e7, source="design")
    saturation: float = param(8.0, "leads/day", "most leads that any spend brings (S)", ge=0, le=1e6)
    kappa: float = param(20.00, MONEY, "spend a day that brings 63 % of them (κ)", ge=0.01, le=1e7)
    quality: float = param(1.2, "times", "visit rate of people acquired here", ge=0.05, le=10)
    stay: float = param(0.0, "logit", "staying, of people acquired here", ge=-3, le=3)


class Ads(Content):
    """Paid ads 精准广告: many leads, less interested, who can be targeted."""

    spend_per_day: float = param(30.00, MONEY, "media spend", ge=0, le=1e7, source="design")
    saturation: float = param(30.0, "leads/day", "most leads that any spend brings (S)", ge=0, le=1e6)
    kappa: float = param(90.00, MONEY, "spend a day that brings 63 % of them (κ)", ge=0.01, le=1e7)
    targeting: float = param(0.3, "share", "0: whoever; 1: of those who consent only the half who order more often", ge=0, le=1, source="design")
    quality: float = param(0.8, "times", "visit rate of people acquired here", ge=0.05, le=10)
    stay: float = param(-0.1, "logit", "staying, of people acquired here", ge=-3, le=3)


class Partners(Content):
    """Key opinion leaders and partners KOL 合作推广."""

    spend_per_day: float = param(15.00, MONEY, "media spend", ge=0, le=1e7, source="design")
    saturation: float = param(15.0, "leads/day", "most leads that any spend brings (S)", ge=0, le=1e6)
    kappa: float = param(60.00, MONEY, "spend a day that brings 63 % of them (κ)", ge=0.01, le=1e7)
    quality: float = param(1.0, "times", "visit rate of people acquired here", ge=0.05, le=10)
    basket: float = param(1.1, "times", "usual basket of people acquired here", ge=0.05, le=10)
    stay: float = param(0.0, "logit", "staying, of people acquired here", ge=-3, le=3)


class Offline(Content):
    """Offline 线下 (OMO): stalls, stores and events near home."""

    spend_per_day: float = param(10.00, MONEY, "media spend", ge=0, le=1e7, source="design")
    saturation: float = param(5.0, "leads/day", "most leads that any spend brings (S)", ge=0, le=1e6)
    kappa: float = param(40.00, MONEY, "spend a day that brings 63 % of them (κ)", ge=0.01, le=1e7)
    quality: float = param(1.0, "times", "visit rate of people acquired here", ge=0.05, le=10)
    stay: float = param(0.2, "logit", "staying, of people acquired here", ge=-3, le=3)


class Creatives(Block):
    """Two creatives side by side in one channel (A/B)."""

    channel: Literal["content", "search", "ads", "partners", "offline"] = param("ads", "-", "in which channel", source="design")
    share_b: float = param(0.5, "share", "of prospects who see creative B, the others A", ge=0, le=1, source="design")
    pull_a: float = param(0.0, "log", "leads of creative A against the channel's usual ones", ge=-3, le=3)
    pull_b: float = param(0.0, "log", "leads of creative B against the channel's usual ones", ge=-3, le=3)


class Parameters(LeverParameters):
    content: Content = Content()
    search: Search = Search()
    ads: Ads = Ads()
    partners: Partners = Partners()
    offline: Offline = Offline()
    creatives: Creatives = Creatives()
    budget: float | None = budget.cap("most that media may cost in all; a day's media are bought whole, or not")


COLUMNS = {
    "source": Column("u1", "code", "0 nobody's, 1 … 5: acquired by content, search, ads, partners, offline", daily=True),
    "promising": Column("u1", "0/1", "of the half of their kind who order more often"),
}
COUNTERS = {
    **{f"{n}_leads": Counter("users", f"reached by {n} today, signed up or not") for n in NAMES},
    **{f"{n}_signups": Counter("users", f"acquired by {n} today") for n in NAMES},
    **{f"creative_{x}_leads": Counter("users", f"reached by creative {x.upper()} today") for x in "ab"},
    **{f"creative_{x}_signups": Counter("users", f"acquired by creative {x.upper()} today") for x in "ab"},
}
ACCOUNTS = {n: Account("cost", f"media: {n}", budgeted=True) for n in NAMES}
SHARED = {
    "each": Shared(0.0, "1/lead", "hazard of a prospect for each lead a day that a channel brings"),
    "reach_most": Shared(0.0, "1/day", "nobody's hazard by all channels is above this"),
}
LAWS = {
    "sign-ups counted = people acquired, channel by channel": lambda total, own: all(
        total[f"{n}_signups"] == int((own["source"] == k + 1).sum()) for k, n in enumerate(NAMES)
    ),
}


def draw(own, traits, p: Parameters) -> None:
    """Who is of the half of their kind who order more often."""
    own["promising"] = traits.luck(ORDER_RATE) > 0.5


def leads_per_day(channel: Content) -> float:
    """Leads a day at the channel's spend, as long as the mean fit is 1."""
    return channel.saturation * (1.0 - exp(-channel.spend_per_day / channel.kappa))


def channels_of(p: Parameters) -> tuple[Content, ...]:
    """The five channels in the order of their names here."""
    return tuple(getattr(p, n) for n in NAMES)


def weights(channel: Content) -> tuple[float, ...]:
    """A weight for each persona that there can be."""
    return (*channel.persona_weights, *[1.0] * (PERSONAS - len(channel.persona_weights)))


def constants(p: Parameters) -> dict:
    """The channels side by side: leads a day, weights of personas (one channel after the other), targeting and qualities."""
    channels = channels_of(p)
    tried = NAMES.index(p.creatives.channel)
    return {
        "leads": tuple(leads_per_day(c) for c in channels),
        "weights": tuple(w for c in channels for w in weights(c)),
        "targeting": tuple(c.targeting for c in channels),
        "more_visits": tuple(exp(p.strength * log(c.quality)) for c in channels),
        "more_basket": tuple(exp(p.strength * log(c.basket)) for c in channels),
        "stays": tuple(c.stay for c in channels),
        "times_a": exp(p.strength * p.creatives.pull_a),
        "times_b": exp(p.strength * p.creatives.pull_b),
        "tried": tried,
    }


def overnight(night: Night) -> None:
    """Media are paid; today's leads L of all channels are shared among the N prospects left, so that with a fit of 1 L of them are reached.

    Σ hazards = −log(1 − L/N), each channel's in proportion to its leads.
    """
    p, shared = night.parameters, night.shared
    shared["each"] = shared["reach_most"] = 0.0
    if not p.active:
        return
    if not budget.bought(night, p.budget, ACCOUNTS, sum(minor_units(channel.spend_per_day) for channel in channels_of(p))):
        return
    for name, channel in zip(NAMES, channels_of(p), strict=True):
        night.post(name, minor_units(channel.spend_per_day))
    leads = [leads_per_day(c) for c in channels_of(p)]
    prospects = len(night.users) + night.platform_total["prospect"]
    if prospects > 0 and sum(leads) > 0.0:
        each = -log(1.0 - min(sum(leads) / prospects, NEARLY_ALL)) / sum(leads)
        fits = [max(weights(c)) * (1.0 + c.targeting) for c in channels_of(p)]
        creative = exp(p.strength * max(p.creatives.pull_a, p.creatives.pull_b, 0.0))
        shared["each"] = each
        shared["reach_most"] = p.strength * each * creative * sum(n * fit for n, fit in zip(leads, fits, strict=True))


@rule("reach")
def advertise(u, own, p, t, m):
    """Each channel's leads of today fall on the prospects who are left, more on those who fit."""
    for k in range(COUNT):
        fit = p.weights[k * PERSONAS + u.persona]
        if u.consent:
            fit *= 1.0 + p.targeting[k] * (2.0 * own.promising - 1.0)
        if k == p.tried:
            if chance(t.key, u.id, 0, CREATIVE, 0) < p.creatives.share_b:
                fit *= p.times_b
            else:
                fit *= p.times_a
        t.hazards[CONTENT + k] += p.strength * p.each * p.leads[k] * fit


@rule("lead")
def count_lead(u, own, p, t, m):
    """A lead is counted for its channel and creative."""
    k = t.channel - CONTENT
    if k < 0 or k >= COUNT or p.leads[k] == 0.0:
        return
    if t.channel == CONTENT:
        m.content_leads += 1
    elif t.channel == SEARCH:
        m.search_leads += 1
    elif t.channel == ADS:
        m.ads_leads += 1
    elif t.channel == PARTNERS:
        m.partners_leads += 1
    elif t.channel == OFFLINE:
        m.offline_leads += 1
    if k == p.tried:
        if chance(t.key, u.id, 0, CREATIVE, 0) < p.creatives.share_b:
            m.creative_b_leads += 1
        else:
            m.creative_a_leads += 1


@rule("join")
def acquire(u, own, p, t, m):
    """Whoever was acquired by a channel is as good a user as its quality says."""
    k = u.channel - CONTENT
    if k < 0 or k >= COUNT or p.leads[k] == 0.0:
        return
    own.source = k + 1
    u.visit_rate *= p.more_visits[k]
    u.usual_basket *= p.more_basket[k]
    if own.source == 1:
        m.content_signups += 1
    elif own.source == 2:
        m.search_signups += 1
    elif own.source == 3:
        m.ads_signups += 1
    elif own.source == 4:
        m.partners_signups += 1
    elif own.source == 5:
        m.offline_signups += 1
    if k == p.tried:
        if chance(t.key, u.id, 0, CREATIVE, 0) < p.creatives.share_b:
            m.creative_b_signups += 1
        else:
            m.creative_a_signups += 1


@rule("offer")
def stay_on(u, own, p, t, m):
    """Some channels' people stay longer than others'."""
    if own.source > 0:
        t.stay_pull += p.strength * p.stays[own.source - 1]
