"""Privacy 隐私合规: who lets the platform use personal data, and what a breach does to trust.

Everybody is asked at sign-up. Under opt-in (privacy by default) only those who say yes consent, under opt-out all who do not object; other levers
read ``u.consent``: without it a user is not known well enough to be aimed at by segment, nor recommended to. A breach, on a day named or with a chance a day,
costs trust: order_pull − breach_order and stay_pull − breach_stay, halving every ``trust_days``; less for users of whom nothing was kept. Some withdraw their consent,
and there is a fine for each user whose data got out. Openness about data (``transparency``) raises trust a little.
"""

from __future__ import annotations

from typing import Literal

from pydantic import model_validator

from sim.chance import chance, purpose
from sim.dates import is_day_or_date, is_on
from sim.decay import half_life, left_after
from sim.exact import LN2, exp
from sim.lever import Account, Column, Counter, LeverParameters, Night, Preset, Shared
from sim.parameter import MONEY, param
from sim.rule import rule

CONSENT, BREACH, WITHDRAW = (purpose(f"privacy.{n}") for n in ("consent", "breach", "withdraw"))
REFUSED, AGREED = 1, 2


class Parameters(LeverParameters):
    default: Literal["opt_in", "opt_out"] = param("opt_in", "-", "data are used only after a yes (privacy by default), or until a no", source="design")
    opt_in_share: float = param(0.40, "share", "who consent where they must say yes", ge=0, le=1)
    opt_out_share: float = param(0.90, "share", "who consent where they must say no", ge=0, le=1)
    transparency: float = param(0.5, "share", "0 small print, 1 as open as can be", ge=0, le=1, source="design")
    open_trust: float = param(0.05, "logit", "order decision, with full transparency", ge=0, le=1)
    open_consent: float = param(0.20, "share", "of refusals that full transparency turns into consent", ge=0, le=1)
    running_cost: float = param(0.02, MONEY, "of asking and keeping records, for a user", ge=0, le=1_000, source="design")
    breach_on: int = param(0, "day or date", "data get out: 120 is a day of the run, 20250901 a date, 0 never", ge=0, le=21_991_231, source="design")
    breach_per_day: float = param(0.0, "1/day", "chance that data get out", ge=0, le=1)
    breach_order: float = param(0.50, "logit", "order decision less, right after a breach", ge=0, le=10)
    breach_stay: float = param(0.50, "logit", "staying less, right after a breach", ge=0, le=10)
    trust_days: float = param(60.0, "days", "in which that halves", ge=0.1, le=3_650)
    spared: float = param(0.50, "share", "of that hurt spared to users who do not consent", ge=0, le=1)
    withdraw: float = param(0.10, "share", "of those who consent who withdraw at a breach", ge=0, le=1)
    fine: float = param(1.00, MONEY, "for each user inside whose data get out", ge=0, le=100_000, source="design")

    @model_validator(mode="after")
    def _dates(self):
        if not is_day_or_date(self.breach_on):
            raise ValueError(f"breach_on: {self.breach_on} is neither a day of the run, such as 120, nor a date, such as 20250901")
        return self


SETTLES = True
PRESETS = {
    "by_default": Preset("privacy by default: opt-in, full transparency", "design", {"default": "opt_in", "transparency": 1.0}),
    "small_print": Preset("data are used until a no, which is well hidden", "design", {"default": "opt_out", "transparency": 0.0}),
}
COLUMNS = {"choice": Column("u1", "code", "0 not asked, 1 no, 2 yes")}
COUNTERS = {
    "asked": Counter("users", "asked today"),
    "agreed": Counter("users", "who consent, of today's"),
    "withdrew": Counter("users", "who withdrew their consent today"),
    "exposed": Counter("users", "whose data got out today"),
}
ACCOUNTS = {
    "running": Account("cost", "of asking and keeping records"),
    "fines": Account("cost", "after breaches"),
}
SHARED = {
    "hurt": Shared(0.0, "times", "of a breach's hurt, on the day of the newest"),
    "breach_day": Shared(-1.0, "day", "of the newest breach; -1: none yet"),
}
LAWS = {"consents given − withdrawn = held": lambda total, own: total["agreed"] - total["withdrew"] == int((own["choice"] == AGREED).sum())}


def constants(p: Parameters) -> dict:
    """The share who refuse, and how trust comes back."""
    share = p.opt_in_share if p.default == "opt_in" else p.opt_out_share
    return {"refusing": (1.0 - share) * (1.0 - p.open_consent * p.transparency), "trust_powers": half_life(p.trust_days)}


def overnight(night: Night) -> None:
    """Data may get out; everybody hears of it on that day. A breach adds to what is left of the hurt of those before it."""
    p, shared = night.parameters, night.shared
    if is_on(p.breach_on, night.day, night.date) or chance(night.key, 0, night.day, BREACH, 0) < p.breach_per_day:
        shared["hurt"] = 1.0 + shared["hurt"] * exp(-LN2 * (night.day - shared["breach_day"]) / p.trust_days)
        shared["breach_day"] = float(night.day)
        night.wake_everybody()


@rule("reach")
def be_unknown(u, own, p, t, m):
    """Whoever would refuse has refused elsewhere, too: media cannot be targeted at them."""
    u.consent = 1
    if chance(t.key, u.id, -1, CONSENT, 0) < p.strength * p.refusing:
        u.consent = 0


@rule("join")
def ask(u, own, p, t, m):
    """At sign-up everybody is asked, or told, and some refuse."""
    own.choice = AGREED
    u.consent = 1
    if chance(t.key, u.id, -1, CONSENT, 0) < p.strength * p.refusing:
        own.choice = REFUSED
        u.consent = 0
    else:
        m.agreed += 1
    m.asked += 1
    m.running += p.running_cost


@rule("offer")
def expose(u, own, p, t, m):
    """On the day of a breach those whose data were kept are exposed, and some withdraw; for some time nobody trusts the platform as before."""
    if p.hurt > 0.0:
        since = t.day - int(p.breach_day)
        t.stay_pull -= p.strength * p.breach_stay * p.hurt * left_after(p.trust_powers, since) * (1.0 - p.spared * (1 - u.consent))
        if since == 0 and u.consent:
            m.exposed += 1
            m.fines += p.fine
            if own.choice == AGREED and chance(t.key, u.id, t.day, WITHDRAW, 0) < p.strength * p.withdraw:
                own.choice = REFUSED
                u.consent = 0
                t.wake = t.day + 1  # other levers' aims change
                m.withdrew += 1


@rule("visit")
def trust(u, own, p, t, m):
    """Openness is trusted a little; a breach is remembered."""
    t.order_pull += p.strength * p.open_trust * p.transparency
    if p.hurt > 0.0:
        left = p.hurt * left_after(p.trust_powers, t.day - int(p.breach_day))
        t.order_pull -= p.strength * p.breach_order * left * (1.0 - p.spared * (1 - u.consent))
