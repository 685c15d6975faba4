"""Promotions 促销日历: flash sales and festivals (618, 双11) on dates, with a discount off every order and more people coming by.

On its days a festival brings visits (× ``demand``) and takes ``depth`` off every order, which tempts through the price (reference price: what is
bought cheaply makes full price dear afterwards). Part of the orders is only bought early: that is the lifecycle's pantry
(``behaviour.borrowed_share``; van Heerde, Leeflang & Wittink 2004: about a third of a bump is borrowed from other weeks). Before it, those who expect
it wait: order_pull − wait · (depth to come − depth today) · closeness · expected, closeness rising evenly from 0 to 1 in the last ``wait_days``,
expected = known + (1 − known)·n/(n + 1) after n orders at festivals (Zhang et al. 2020: whoever has used a deal learns to wait for the next).
With the defaults about a third of the bump is missing in the weeks around (measured: 36 to 39 %). Festivals that overlap are felt as the strongest of them. What is put off
is not kept in a list: the festival's lift contains it.
"""

from __future__ import annotations

import datetime
from typing import Annotated

from pydantic import Field, model_validator

from sim import budget, first_deal
from sim.dates import YEARLY, date_of
from sim.exact import log
from sim.lever import Account, Column, Counter, LeverParameters, Night, Shared
from sim.parameter import param
from sim.rule import rule

MOST = 12
Days = Annotated[int, Field(ge=1, le=92)]
Depth = Annotated[float, Field(ge=0, le=1)]
Demand = Annotated[float, Field(ge=1, le=20)]
FEATURE = "store sales of orange juice: a feature sells ×1.9"


class Parameters(LeverParameters):
    dates: tuple[int, ...] = param((618, 1111), "date", "first days: 618 is 18 June and 1111 11 November of every year, 20250520 one date only", at_most=MOST, source="design")
    lasts_days: tuple[Days, ...] = param((3,), "days", "length of each (one number: of all)", at_most=MOST, source="design")
    depth: tuple[Depth, ...] = param((0.20,), "share", "off every order at each (one number: at all)", at_most=MOST, source="design")
    budget: float | None = budget.cap("most that may be taken off orders in all")
    demand: tuple[Demand, ...] = param((1.9,), "times", "visits on the days of each against other days (one number: of all)", at_most=MOST, source=FEATURE, grade="C")
    wait: float = param(1.5, "logit", "order decision on the eve of a festival of full depth, of someone who expects it", ge=0, le=10)
    wait_days: int = param(7, "days", "before a festival in which users wait for it, more and more", ge=0, le=60)
    known: float = param(0.5, "share", "of that waiting by someone who never ordered at a festival", ge=0, le=1)
    first_deal: float = first_deal.param()

    @model_validator(mode="after")
    def _calendar(self):
        for number in self.dates:
            if number < 101 or date_of(number) is None:
                raise ValueError(f"{number} is no date: write 618 for 18 June of every year, or 20250618 for one year")
        for name in ("lasts_days", "depth", "demand"):
            count = len(getattr(self, name))
            if count not in (1, len(self.dates)):
                raise ValueError(f"{name} needs one number, or one for each of the {len(self.dates)} dates, not {count}")
        return self


SETTLES = True
PRESETS = first_deal.PRESETS
COLUMNS = {"orders": Column("i4", "orders", "placed at festivals so far"), **budget.DRAWN}
COUNTERS = {"orders": Counter("orders", "placed at a festival today")}
ACCOUNTS = {"discount": Account("discount", "off orders at festivals", budgeted=True)}
SHARED = {
    **budget.GATE,
    "open": Shared(0.0, "0/1", "a festival is on"),
    "pull": Shared(0.0, "log-rate", "visits today"),
    "lift_most": Shared(0.0, "log-rate", "visits of anybody today, at most"),
    "saving": Shared(0.0, "share", "off every order today"),
    "tension": Shared(0.0, "share", "depth to come, more than today's, times its closeness"),
}
LAWS = {"orders at festivals counted = those of all users": lambda total, own: total["orders"] == int(own["orders"].sum())}


def festivals(p: Parameters, date: datetime.date) -> list[tuple[int, int, float, float]]:
    """(days from ``date`` to the first day, length, depth, demand) of each festival of last year, this year and the next."""
    out = []
    for k, number in enumerate(p.dates):
        lasts, depth, demand = (v[k if len(v) > 1 else 0] for v in (p.lasts_days, p.depth, p.demand))
        years = (date.year - 1, date.year, date.year + 1) if number <= YEARLY else (date.year,)
        first_days = (date_of(number, year) for year in years)
        out += [((first - date).days, lasts, depth, demand) for first in first_days if first is not None]
    return out


def overnight(night: Night) -> None:
    """What is on tomorrow, and what is to come."""
    p, shared = night.parameters, night.shared
    around = festivals(p, night.date)
    today = [(depth, demand) for ahead, lasts, depth, demand in around if -lasts < ahead <= 0]
    off = max((depth for depth, _ in today), default=0.0)
    pull = log(max((demand for _, demand in today), default=1.0))
    coming = [(depth - off) * (p.wait_days + 1 - ahead) / p.wait_days for ahead, _, depth, _ in around if 0 < ahead <= p.wait_days]
    shared.update(open=float(bool(today)), pull=pull, lift_most=p.strength * pull, saving=off, tension=max([0.0, *coming]))


@rule("offer")
def call(u, own, p, t, m):
    """A festival brings people by."""
    t.visit_pull += p.strength * p.pull
    t.headroom -= p.strength * p.pull


@rule("visit")
def tempt(u, own, p, t, m):
    """A festival promises a lower price; shortly before one, those who expect it wait."""
    if p.saving > 0.0 and t.lot < p.gate:
        t.cheaper += p.strength * p.saving
    if p.tension > 0.0:
        expected = p.known + (1.0 - p.known) * own.orders / (own.orders + 1.0)
        t.order_pull -= p.strength * p.wait * p.tension * expected


@rule("pay")
def take_off(u, own, p, t, m):
    """A festival's discount is taken off the order."""
    if p.open > 0.0 and t.lot < p.gate:
        off = int(t.due * p.saving)
        t.due -= off
        t.perceived_saving += p.strength * off
        t.lesson += p.strength * p.first_deal * off
        own.orders += 1
        m.orders += 1
        if p.gate <= budget.ALL_BIDS:
            own.drawn = min(own.drawn + off, budget.MOST)
        m.discount += off
