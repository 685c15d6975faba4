"""Abuse 羊毛党: some people are here for what is given away; checking accounts keeps them out, and some of the honest, too.

An abuser whose own account is given something for nothing (``t.bounty``: a gift, a head start, a reward) comes back with sham accounts for more of it,
the more readily the more it is worth against the trouble: with chance 1 − e^(−bounty/effort). Each sham account passes the check with chance 1 −
``verification`` and costs what was given; whoever is caught is barred. Abusers themselves visit little, order little and do not stay. The check
costs money, and honest people patience: fewer finish signing up, fewer visits become orders. All sizes but the share are assumptions; the
share and the loss are vendors' word (promotion abuse 1.2 % of turnover).
"""

from __future__ import annotations

from sim import budget
from sim.chance import admitted, chance, purpose
from sim.exact import exp
from sim.lever import Account, Column, Counter, LeverParameters
from sim.parameter import MONEY, minor_units, param
from sim.rule import rule

ABUSER, FARM, CHECK = (purpose(f"abuse.{n}") for n in ("abuser", "farm", "check"))
HONEST, AT_LARGE, BARRED = range(3)
VENDORS = "vendors: 1.2 % of turnover; abusers 1 to 5 % of users"


class Parameters(LeverParameters):
    share: float = param(0.02, "share", "of people who are here for what is given away", ge=0, le=1, source=VENDORS, grade="D")
    accounts: int = param(3, "accounts", "that an abuser tries to open for one thing given away", ge=0, le=200, source="so that a gift of 5.00 loses about 1.2 % of turnover (vendors)", grade="D")
    effort: float = param(3.00, MONEY, "worth of one sham account for which 63 % of the chances are taken", ge=0.01, le=10_000)
    verification: float = param(0.3, "share", "of sham accounts that are found out", ge=0, le=1, source="design")
    check_cost: float = param(0.02, MONEY, "of checking one account, where accounts are checked", ge=0, le=1_000, source="design")
    budget: float | None = budget.cap("most that sham accounts may be given in all; checking accounts is not capped")
    bar: bool = param(True, "-", "who is caught is barred from then on", source="design")
    friction_signup: float = param(0.10, "log", "honest sign-ups lost to the strictest check", ge=0, le=3)
    friction_order: float = param(0.10, "logit", "order decision of the honest, under the strictest check", ge=0, le=3)
    fewer_visits: float = param(0.5, "log-rate", "visits of abusers against others'", ge=0, le=5)
    fewer_orders: float = param(0.5, "logit", "order decision of abusers against others'", ge=0, le=5)
    disloyalty: float = param(1.0, "logit", "leaving after an order, of abusers against others'", ge=0, le=5)


HOLDS = True
COLUMNS = {"kind": Column("u1", "code", "0 honest, 1 abuser at large, 2 abuser who was barred", daily=True), **budget.DRAWN}
COUNTERS = {
    "tried": Counter("accounts", "sham accounts opened today"),
    "passed": Counter("accounts", "of them, that got what is given away"),
    "caught": Counter("accounts", "of them, found out"),
    "barred": Counter("users", "abusers barred today"),
    "checked": Counter("accounts", "checked today, sham and honest"),
}
ACCOUNTS = {
    "farmed": Account("cost", "given away to sham accounts", budgeted=True),
    "checks": Account("cost", "of checking accounts"),
}
SHARED = budget.GATE
LAWS = {
    "sham accounts tried = passed + caught": lambda total, own: total["tried"] == total["passed"] + total["caught"],
    "barred counted = barred users": lambda total, own: total["barred"] == int((own["kind"] == BARRED).sum()),
}


def draw(own, traits, p: Parameters) -> None:
    """Who is here for what is given away."""
    own["kind"] = traits.luck(ABUSER) < p.share
    traits.users["abuser"] |= own["kind"]


def constants(p: Parameters) -> dict[str, float]:
    """What the check costs: honest sign-ups, honest orders, and money, where there is one."""
    return {
        "finishing": exp(-p.strength * p.friction_signup * p.verification),
        "hesitation": p.strength * p.friction_order * p.verification,
        "check": minor_units(p.check_cost) if p.verification > 0 else 0,
        "checking": int(p.verification > 0),
    }


@rule("lead")
def check_in(u, own, p, t, m):
    """The check costs honest people patience."""
    if t.aimed and own.kind == HONEST:
        t.completion *= p.finishing


@rule("join")
def check_newcomer(u, own, p, t, m):
    """A new account is checked."""
    if t.aimed:
        m.checked += p.checking
        m.checks += p.check


@rule("offer")
def be_about(u, own, p, t, m):
    """Abusers visit less than others, and stay less."""
    if own.kind != HONEST:
        t.visit_pull -= p.strength * p.fewer_visits
        t.stay_pull -= p.strength * p.disloyalty


@rule("visit")
def look_around(u, own, p, t, m):
    """Abusers want little of what is for sale; the honest are asked who they are."""
    if own.kind != HONEST:
        t.order_pull -= p.strength * p.fewer_orders
    elif t.aimed:
        t.order_pull -= p.hesitation


@rule("close")
def farm(u, own, p, t, m):
    """What an abuser was given for nothing today sham accounts take again; those who are caught may be barred."""
    if t.bounty == 0 or own.kind != AT_LARGE or t.aimed == 0 or not admitted(p.gate, t.key, u.id, t.day):
        return
    if chance(t.key, u.id, t.day, FARM, 0) < 1.0 - exp(-t.bounty / p.effort):
        caught = 0
        for k in range(p.accounts):
            if chance(t.key, u.id, t.day, CHECK, k) < p.verification:
                caught += 1
        m.tried += p.accounts
        m.passed += p.accounts - caught
        m.caught += caught
        m.checked += p.accounts * p.checking
        m.checks += p.accounts * p.check
        m.farmed += (p.accounts - caught) * t.bounty
        if p.gate <= budget.ALL_BIDS:
            own.drawn = min(own.drawn + (p.accounts - caught) * t.bounty, budget.MOST)
        if caught > 0 and p.bar:
            own.kind = BARRED
            u.abuser = 0
            m.barred += 1
