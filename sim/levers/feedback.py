"""Feedback 用户反馈: some orders are followed by a survey; what is reported gets repaired, so later orders fail less.

Of r reports acted on per 1,000 orders (both over the last weeks) the platform knows r/(r + half_reports) of its faults; repairs follow with a lag, repaired' =
repaired + (known − repaired)/lag_days, and take the share repaired · fixable off the world's failures (failure_pull + ln(1 − that)). Respondents are not everyone: the
logit of answering rises with how well or badly the user feels served, so the reported mean is not the true one; both are counted, and shared. Being asked is
itself felt: it changes behaviour for months (Dholakia & Morwitz 2002); their size, three times the purchases, is far above the default here.
"""

from __future__ import annotations

from sim import budget
from sim.chance import admitted, chance, purpose
from sim.decay import half_life, left_after
from sim.exact import happens, log
from sim.lever import Account, Column, Counter, LeverParameters, Night, Shared
from sim.parameter import MONEY, param
from sim.rule import rule

ASK, ANSWER, ACT = (purpose(f"feedback.{n}") for n in ("ask", "answer", "act"))
RECENT = 0.95
"""Of the reports and orders that count, left on the next day."""
DHOLAKIA = "Dholakia & Morwitz 2002, direction"


class Parameters(LeverParameters):
    survey_rate: float = param(0.30, "share", "of orders followed by a survey", ge=0, le=1, source="design")
    rest_days: int = param(30, "days", "between two surveys of one user", ge=0, le=3_650, source="design")
    survey_cost: float = param(0.05, MONEY, "of one survey", ge=0, le=1_000, source="design")
    answers: float = param(0.10, "share", "of surveys answered by someone who feels served as expected", ge=0, le=0.99)
    pleased_answers: float = param(1.0, "logit", "answering, for each point of satisfaction above 0", ge=0, le=10)
    hurt_answers: float = param(2.0, "logit", "answering, for each point of satisfaction below 0", ge=0, le=10)
    action_rate: float = param(0.5, "share", "of reported failures that the platform acts on", ge=0, le=1, source="design")
    action_cost: float = param(5.00, MONEY, "of acting on one", ge=0, le=1e6, source="design")
    budget: float | None = budget.cap("most that surveys and acting on reports may cost in all")
    half_reports: float = param(1.0, "reports/1,000 orders", "acted on, at which half of all faults are known", ge=0.001, le=1_000)
    lag_days: float = param(30.0, "days", "until 63 % of what is known has been repaired", ge=1, le=3_650)
    fixable: float = param(0.5, "share", "of failures that repairs can prevent", ge=0, le=0.99)
    asked_lift: float = param(0.05, "log-rate", "visits after having been asked", ge=0, le=1.1, source=f"{DHOLAKIA}; the size is assumed", grade="B")
    asked_days: float = param(90.0, "days", "in which that halves", ge=1, le=3_650, source=f"{DHOLAKIA}: seen for a year", grade="B")


HOLDS = True
COLUMNS = {
    "asked_day": Column("i4", "day", "of the newest survey", -10_000, daily=True),
    "surveys": Column("i4", "surveys", "received so far", daily=True),
    **budget.DRAWN,
}
COUNTERS = {
    "asked": Counter("surveys", "sent today"),
    "answered": Counter("surveys", "answered today"),
    "reports": Counter("reports", "of failures today"),
    "acted": Counter("reports", "acted on, of today's"),
    "orders": Counter("orders", "today, whether or not asked about"),
    "reported_points": Counter("points", "satisfaction (0 … 100) summed over today's answers"),
    "true_points": Counter("points", "satisfaction (0 … 100) summed over today's orders"),
}
ACCOUNTS = {
    "surveys": Account("cost", "of surveys", budgeted=True),
    "repairs": Account("cost", "of acting on reports", budgeted=True),
}
SHARED = {
    **budget.GATE,
    "recent_acted": Shared(0.0, "reports", "acted on lately"),
    "recent_orders": Shared(0.0, "orders", "lately"),
    "repaired": Shared(0.0, "share", "of the faults, so far"),
    "prevented": Shared(0.0, "logit", "of failures today, below 0"),
    "reported_score": Shared(0.0, "0 … 100", "mean satisfaction of those who answered"),
    "true_score": Shared(0.0, "0 … 100", "mean satisfaction of all who ordered"),
}
LAWS = {
    "surveys sent = those of all users": lambda total, own: total["asked"] == int(own["surveys"].sum()),
    "no more is acted on than reported, nor reported than answered, nor answered than asked": lambda total, own: (
        total["acted"] <= total["reports"] <= total["answered"] <= total["asked"] <= total["orders"]
    ),
}


def constants(p: Parameters) -> dict:
    """How having been asked fades."""
    return {"asked_powers": half_life(p.asked_days)}


def overnight(night: Night) -> None:
    """Yesterday's reports add to what is known; repairs follow with a lag."""
    p, shared, total = night.parameters, night.shared, night.total
    shared["recent_acted"] = RECENT * shared["recent_acted"] + night.yesterday["acted"]
    shared["recent_orders"] = RECENT * shared["recent_orders"] + night.yesterday["orders"]
    rate = 1_000.0 * shared["recent_acted"] / max(shared["recent_orders"], 1.0)
    shared["repaired"] += (rate / (rate + p.half_reports) - shared["repaired"]) / p.lag_days
    shared["prevented"] = log(1.0 - p.fixable * shared["repaired"])
    shared["reported_score"] = total["reported_points"] / max(total["answered"], 1)
    shared["true_score"] = total["true_points"] / max(total["orders"], 1)


@rule("offer")
def care(u, own, p, t, m):
    """Whoever was asked feels looked after for a while."""
    if own.surveys > 0:
        t.visit_pull += p.strength * p.asked_lift * left_after(p.asked_powers, t.day - 1 - own.asked_day)


@rule("pay")
def prevent(u, own, p, t, m):
    """What has been repaired goes wrong no more."""
    t.failure_pull += p.strength * p.prevented


@rule("reward")
def ask(u, own, p, t, m):
    """Some are asked after an order; the pleased answer more often, and the hurt most often."""
    points = int(50.0 * (u.satisfaction + 1.0) + 0.5)
    m.orders += 1
    m.true_points += points
    if t.aimed == 0 or t.day - own.asked_day < p.rest_days or not admitted(p.gate, t.key, u.id, t.day):
        return
    if chance(t.key, u.id, t.day, ASK, t.visit) < p.survey_rate:
        own.asked_day = t.day
        own.surveys += 1
        m.asked += 1
        m.surveys += p.survey_cost
        if p.gate <= budget.ALL_BIDS:
            own.drawn = min(own.drawn + p.survey_cost, budget.MOST)
        pull = p.pleased_answers * u.satisfaction
        if u.satisfaction < 0.0:
            pull = -p.hurt_answers * u.satisfaction
        if happens(chance(t.key, u.id, t.day, ANSWER, t.visit), p.answers, pull):
            m.answered += 1
            m.reported_points += points
            if t.failed:
                m.reports += 1
                if chance(t.key, u.id, t.day, ACT, t.visit) < p.action_rate:
                    m.acted += 1
                    m.repairs += p.action_cost
                    if p.gate <= budget.ALL_BIDS:
                        own.drawn = min(own.drawn + p.action_cost, budget.MOST)
