"""Referral 邀请有礼 / 社交裂变: satisfied customers invite their friends; both sides are rewarded, and who came by a friend stays longer.

Whoever has ordered may invite on the first visit of a day, sooner for a reward and later after bad experiences. All friends hear of it on the next day; each
invitation is accepted with chance ``acceptance`` (hazard −log(1 − acceptance)), by prospects only: without a market (`entry: arrivals`, `cohort`)
invitations reach nobody. Referred users leave less readily (hazard ratio .82) and buy somewhat more at first, which wears off (Schmitt, Skiera & Van
den Bulte 2011). Whoever has won a friend leaves less and buys more: half of what Garnefeld et al. 2013 found (defection 19 → 7 % a year, revenue +11.4 %),
because their matched referrers were fonder of the firm before. A reward is owed from the day after it was earned, as credit for orders or
in cash; distribution 分销 pays a commission on the friend's orders instead. Abusers invite friends that do not exist; a check finds some
of them, and deters some of the honest. A budget is never overspent (``sim.budget``).
"""

from __future__ import annotations

from typing import Literal

from sim import budget
from sim.chance import chance, day_luck, purpose
from sim.decay import half_life, left_after
from sim.exact import exp, happens, log, pulled
from sim.lever import Account, Column, Counter, LeverParameters, Night, Preset, Shared
from sim.parameter import MINOR_PER_UNIT, MONEY, minor_units, param
from sim.rule import rule
from sim.segment import FRIENDS

BID, INVITE, SHAM, CHECK, ABUSER = (purpose(f"referral.{n}") for n in ("bid", "invite", "sham", "check", "abuser"))
CREDIT, CASH = range(2)
NEVER_THANKED = -100_000
SCHMITT = "Schmitt, Skiera & Van den Bulte 2011, a bank's 10,000 customers"
GARNEFELD = "Garnefeld et al. 2013, halved for self-selection"


class Parameters(LeverParameters):
    reward_sender: float = param(3.00, MONEY, "for the inviting user, for each friend who signs up", ge=0, le=10_000, source="design")
    reward_friend: float = param(3.00, MONEY, "for the friend who signs up", ge=0, le=10_000, source="design")
    reward_as: Literal["credit", "cash"] = param("credit", "-", "taken off the next orders, or paid out at once", source="design")
    commission: float = param(0.0, "share", "of what a referred user pays, paid to whoever invited (distribution)", ge=0, le=1, source="design")
    commission_days: int = param(365, "days", "since sign-up, in which a referred user's orders earn it", ge=0, le=3_660, source="design")
    budget: float | None = param(None, MONEY, "most that rewards and commissions may cost in all (none: no cap)", ge=0, le=1e12, source="design")
    invite_rate: float = param(0.05, "share", "of a customer's days with a visit on which friends are invited, without a reward", ge=0, le=1)
    invite_pull: float = param(0.40, "logit", "inviting, times log(1 + reward), commission on one usual order included", ge=0, le=5)
    satisfaction_pull: float = param(2.0, "logit", "inviting, for each point of satisfaction", ge=0, le=10)
    acceptance: float = param(0.03, "share", "of invitations that make a prospect begin to sign up, without a reward", ge=0, le=0.9)
    accept_pull: float = param(0.40, "logit", "accepting, times log(1 + reward)", ge=0, le=5)
    referred_stay: float = param(0.20, "logit", "staying, of referred users", ge=-1, le=2, source=SCHMITT + ": hazard ratio .82", grade="B")
    referred_basket: float = param(0.10, "log", "larger orders of referred users at first", ge=0, le=2, source=SCHMITT + ", direction", grade="C")
    fade_days: float = param(180.0, "days", "in which that halves", ge=0.1, le=3_650)
    sender_stay: float = param(0.57, "logit", "staying, of someone who has just won a friend", ge=0, le=3, source=GARNEFELD + ": logit of .19 less that of .07, halved", grade="B")
    sender_visit: float = param(0.054, "log-rate", "visits of someone who has just won a friend", ge=0, le=2, source=GARNEFELD + ": log 1.114, halved", grade="B")
    sender_days: float = param(365.0, "days", "in which both halve", ge=0.1, le=3_650)
    abuse_share: float = param(0.0, "share", "of people who would invite sham accounts, besides those of the lever abuse", ge=0, le=1, source="design")
    sham_effort: float = param(10.00, MONEY, "both rewards, at which an abuser invites a sham account on 63 % of the days with a visit", ge=0.01, le=10_000)
    verification: float = param(0.3, "share", "of sham accounts that are found out", ge=0, le=1, source="design")
    friction: float = param(0.3, "logit", "accepting, under the strictest check", ge=0, le=5)


PRESETS = {
    "bank": Preset("25.00 in cash for the inviting side only", SCHMITT, {"reward_sender": 25.0, "reward_friend": 0.0, "reward_as": "cash"}, "B"),
    "distribution": Preset("分销: no reward, a tenth of what the friend pays in a year", "practice", {"reward_sender": 0.0, "reward_friend": 0.0, "commission": 0.1}, "D"),
}
HOLDS = True
SETTLES = True
COLUMNS = {
    "credit": Column("i8", "minor units", "of rewards not spent yet"),
    "thanked_day": Column("i4", "day", "on which a friend was last won", NEVER_THANKED, daily=True),
    "earned": Column("i4", "rewards", "of a sender, that wait to be granted"),
    "sham": Column("i4", "rewards", "for sham accounts, that wait to be granted"),
    "own_reward": Column("u1", "0/1", "of a friend, that waits to be granted"),
    "due": Column("u1", "0/1", "a reward waits to be granted", daily=True),
    "referred": Column("u1", "0/1", "signed up on a friend's invitation", daily=True),
    **budget.DRAWN,
}
COUNTERS = {
    "invited": Counter("users", "who invited their friends today"),
    "heard": Counter("invitations", "heard by prospects today"),
    "referred": Counter("users", "signed up today on a friend's invitation"),
    "claimed": Counter("rewards", "earned today, shams included"),
    "granted": Counter("rewards", "granted today, shams included"),
    "refused": Counter("rewards", "for which the budget had no money today"),
    "owed": Counter("minor units", "granted today to those it was meant for"),
    "sham": Counter("accounts", "sham accounts that passed today"),
    "caught": Counter("accounts", "sham accounts found out today"),
}
ACCOUNTS = {
    "discount": Account("discount", "credit spent on orders", budgeted=True),
    "cash": Account("cost", "rewards paid out", budgeted=True),
    "commission": Account("cost", "on referred users' orders", budgeted=True),
    "fraud": Account("cost", "rewards for sham accounts, both sides", budgeted=True),
}
SHARED = {**budget.GATE, "threshold": Shared(budget.ALL_BIDS, "0 … 1", "bids below it are granted today")}
LAWS = {
    "rewards owed = spent + paid out + open": lambda total, own: total["owed"] == total["discount"] + total["cash"] + int(own["credit"].sum()),
    "rewards earned = granted + refused + waiting": lambda total, own: (
        total["claimed"] == total["granted"] + total["refused"] + int(own["earned"].sum() + own["sham"].sum() + own["own_reward"].astype(int).sum())
    ),
    "referred counted = referred users": lambda total, own: total["referred"] == int(own["referred"].astype(int).sum()),
}


def draw(own, traits, p: Parameters) -> None:
    """Who would invite sham accounts."""
    traits.users["abuser"] |= traits.luck(ABUSER) < p.abuse_share


def constants(p: Parameters) -> dict:
    """What an invitation is worth, and how readily it is accepted."""
    both = minor_units(p.reward_sender) + minor_units(p.reward_friend)
    accepted = pulled(p.acceptance, p.strength * (p.accept_pull * log(1.0 + p.reward_friend) - p.friction * p.verification))
    return {
        "reward_pull": p.invite_pull * log(1.0 + p.reward_sender),
        "hazard": -p.strength * log(1.0 - min(accepted, 0.999)),
        "sham_chance": 1.0 - exp(-both / minor_units(p.sham_effort)),
        "wearing_off": half_life(p.fade_days),
        "fading": half_life(p.sender_days),
    }


def highest_cost(p: Parameters) -> int:
    """The most that one grant can cost, in minor units: both sides' rewards, for a sham account."""
    return minor_units(p.reward_sender) + minor_units(p.reward_friend)


def committed(total, p: Parameters) -> int:
    """Minor units of rewards granted, spent or not, and of commissions."""
    return total["owed"] + total["fraud"] + total["commission"]


def overnight(night: Night) -> None:
    """Grant as many of the waiting rewards, one a user, as the budgets can bear."""
    p = night.parameters
    night.shared["threshold"] = budget.grant(night, lambda: night.own["due"] != 0, BID, p.budget, committed(night.total, p), highest_cost(p))


@rule("reach")
def be_invited(u, own, p, t, m):
    """A prospect hears yesterday's invitations."""
    if t.invited > 0 and t.aimed:
        t.hazards[FRIENDS] += p.hazard * t.invited
        m.heard += t.invited


@rule("join")
def accept(u, own, p, t, m):
    """Who was reached through friends on a day with an invitation has signed up on it, and has earned the friend's reward."""
    if u.channel == FRIENDS and t.invited > 0 and t.aimed:
        t.accepted = 1
        own.referred = 1
        m.referred += 1
        own.own_reward = 1
        own.due = 1
        m.claimed += 1


@rule("offer")
def settle(u, own, p, t, m):
    """A reward waiting is granted or refused, one a day; news of a friend won earns the next one; ties to friends keep both sides."""
    if own.due:
        if p.threshold >= budget.ALL_BIDS or chance(t.key, u.id, t.day, BID, 0) < p.threshold:
            m.granted += 1
            if own.sham > 0:
                m.fraud += p.reward_sender + p.reward_friend
            else:
                reward = p.reward_sender
                if own.own_reward:
                    reward = p.reward_friend
                    t.bounty += reward
                m.owed += reward
                if p.reward_as == CASH:
                    m.cash += reward
                else:
                    own.credit += reward
        else:
            m.refused += 1
        if own.sham > 0:
            own.sham -= 1
        elif own.own_reward:
            own.own_reward = 0
        else:
            own.earned -= 1
        own.due = own.sham > 0 or own.earned > 0 or own.own_reward > 0
    if t.thanked > 0:
        own.thanked_day = t.day
        if t.aimed:
            own.earned += t.thanked
            own.due = 1
            m.claimed += t.thanked
    if own.referred:
        t.stay_pull += p.strength * p.referred_stay
    if own.thanked_day >= 0:
        left = p.strength * left_after(p.fading, t.day - own.thanked_day)
        t.visit_pull += left * p.sender_visit
        t.stay_pull += left * p.sender_stay


@rule("visit")
def invite(u, own, p, t, m):
    """Credit promises a lower price; on the day's first visit a customer may invite friends, and an abuser friends who do not exist."""
    if own.credit > 0:
        t.cheaper += p.strength * min(own.credit / u.usual_basket, 1.0)
    if own.referred:
        t.basket_lift += p.strength * p.referred_basket * left_after(p.wearing_off, t.age)
    if t.visit > 0 or t.aimed == 0:
        return
    if u.orders > 0:
        pull = p.reward_pull
        if p.commission > 0.0:
            pull = p.invite_pull * log(1.0 + (p.reward_sender + p.commission * u.usual_basket) / MINOR_PER_UNIT)
        pull += p.satisfaction_pull * u.satisfaction
        if happens(day_luck(u, t, INVITE), p.invite_rate, p.strength * pull):
            t.invites = 1
            m.invited += 1
    if u.abuser and chance(t.key, u.id, t.day, SHAM, 0) < p.sham_chance:
        if chance(t.key, u.id, t.day, CHECK, 0) < p.verification:
            m.caught += 1
        else:
            own.sham += 1
            own.due = 1
            m.sham += 1
            m.claimed += 1


@rule("pay")
def spend(u, own, p, t, m):
    """Credit is taken off the order."""
    if own.credit > 0:
        off = min(own.credit, t.due)
        t.due -= off
        t.perceived_saving += p.strength * off
        own.credit -= off
        m.discount += off


@rule("reward")
def pay_commission(u, own, p, t, m):
    """A referred user's order earns the inviting user a commission."""
    if own.referred and t.day - u.entry_day <= p.commission_days and t.lot < p.gate:
        m.commission += int(t.due * p.commission)
        if p.gate <= budget.ALL_BIDS:
            own.drawn = min(own.drawn + int(t.due * p.commission), budget.MOST)


@rule("close")
def wait(u, own, p, t, m):
    """A reward waiting is granted or refused tomorrow."""
    if own.due:
        t.wake = t.day + 1
