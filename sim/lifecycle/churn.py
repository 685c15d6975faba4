"""Churn 流失: leaving for good, coming back, and the stage a platform can see."""

from __future__ import annotations

from sim.chance import chance, purpose
from sim.exact import exp, happens, log
from sim.population import (
    CHURNED,
    CONTACT,
    CUSTOMER,
    DORMANT,
    EXPERIENCE,
    FATIGUE,
    NEVER,
    NO_REASON,
    NOT_RENEWED,
    NOTHING,
    PRICE,
    REGISTERED,
    RIVAL,
)
from sim.rule import rule

LEAVE, RENEW = purpose("churn.leave"), purpose("churn.renew")
RETURN, SECOND_LIFE = purpose("churn.return"), purpose("churn.second_life")
PER_ORDER, PER_TIME, PER_RENEWAL = range(3)
"""Modes of dropout, in the order in which the scenario's choices stand."""


@rule("lifecycle")
def be_called_back(u, p, t):
    """Whether someone who left returns today: the unasked hazard and what the levers offer. Where there is any, tomorrow asks again."""
    hazard = p.return_per_day + t.return_hazard
    if hazard > 0.0:
        t.returned = chance(t.key, u.id, t.day, RETURN, 0) < hazard
        t.errand = t.day + 1


@rule("lifecycle")
def come_back(u, p, t, m):
    """Someone who left returns."""
    u.left = 0
    u.left_day = NEVER
    u.left_reason = NO_REASON
    if p.dropout == PER_TIME:
        u.leave_clock = -log(1.0 - chance(t.key, u.id, t.day, SECOND_LIFE, 0)) * u.mean_life
    m.departed -= 1
    m.returned += 1


@rule("lifecycle")
def feel_weary(u, p, t):
    """Messages still felt make it easier to leave."""
    t.stay_pull -= p.fatigue_stay * t.fatigue


@rule("lifecycle")
def wear_out(u, p, t, m):
    """Leaving that needs no order: the clock of ``per_time`` runs down, or a ``per_renewal`` date is not renewed.

    The clock holds the days left of an exponential life, drawn once; pulls slow it. On its last day a user lives the share
    of the day that is left, so the law is the continuous one (Pareto/NBD) without a bias of daily steps. A renewal date comes before that
    day's visits (sBG: the k-th date is day k·period after entry).
    """
    t.alive_share = 1.0
    if p.dropout == PER_TIME:
        stay = t.stay_pull + p.satisfaction_stay * u.satisfaction
        used = 1.0
        if stay != 0.0:
            used = exp(-stay)
        if u.leave_clock < used:
            t.alive_share = u.leave_clock / used
            u.left = 2
            u.left_reason = NOTHING
        u.leave_clock -= used
    elif p.dropout == PER_RENEWAL:
        age = t.day - u.entry_day
        if age % p.period_days == 0:
            stay = t.stay_pull + p.satisfaction_stay * u.satisfaction
            if happens(chance(t.key, u.id, t.day, RENEW, 0), u.leave_p, -stay):
                t.alive_share = 0.0
                u.left = 2
                u.left_reason = NOT_RENEWED


@rule("lifecycle")
def leave_after_order(u, p, t, m):
    """After a repeat order (MBG/NBD: any order) leave with the chance whose logit is logit(p) − effects.

    An order that the levers made likelier by a log-lift L carries, to the share ``own_orders_only``, no extra chance to leave:
    without that, whatever makes people order more often would make them leave sooner (docs/decisions.md).
    """
    if p.dropout == PER_ORDER and (u.orders > 1 or p.first_order_leaves):
        effects = t.stay_pull + p.satisfaction_stay * u.satisfaction + p.own_orders_only * (t.pushed + t.order_pull)
        t.hold = effects
        luck = chance(t.key, u.id, t.day, LEAVE, t.visit)
        if happens(luck, u.leave_p, -effects):
            u.left = 2
            u.left_reason = NOTHING
            if luck >= u.leave_p:  # would have stayed: the heaviest of what pushed is the reason
                hurt = -p.satisfaction_stay * u.satisfaction
                dear = p.price_loss * (1.0 - t.cheaper - u.reference_price)
                weary = p.fatigue_stay * t.fatigue
                u.left_reason = PRICE
                if hurt >= max(dear, t.by_rival, t.by_contact, weary):
                    u.left_reason = EXPERIENCE
                elif t.by_rival >= max(dear, t.by_contact, weary):
                    u.left_reason = RIVAL
                elif t.by_contact >= max(dear, weary):
                    u.left_reason = CONTACT
                elif weary >= dear:
                    u.left_reason = FATIGUE


@rule("lifecycle")
def settle_stage(u, p, t, m):
    """The stage as the platform sees it at the end of the day, and the stocks by stage."""
    if u.left == 2:
        u.left = 1
        u.left_day = t.day
        m.departed += 1
    if t.visit > 0:
        u.last_seen = t.day
        m.active_users += 1
        m.visits += t.visit
    idle = t.day - u.last_seen
    stage = REGISTERED
    if u.left or idle >= p.churned_after_days:
        stage = CHURNED
    elif idle >= p.dormant_after_days:
        stage = DORMANT
    elif u.orders > 0:
        stage = CUSTOMER
    if stage != u.stage:
        m.registered += (stage == REGISTERED) - (u.stage == REGISTERED)
        m.customer += (stage == CUSTOMER) - (u.stage == CUSTOMER)
        m.dormant += (stage == DORMANT) - (u.stage == DORMANT)
        m.churned += (stage == CHURNED) - (u.stage == CHURNED)
        u.stage = stage
