"""Retention 留存: what an order teaches the user, for the next one."""

from __future__ import annotations

from sim.chance import chance, purpose
from sim.exact import exp, happens
from sim.population import LESSON, MOST_TAUGHT
from sim.rule import rule

FAILURE, BESIDE = purpose("retention.failure"), purpose("retention.failure_beside")


@rule("lifecycle")
def experience(u, p, t, m):
    """An order goes well or wrong; satisfaction follows, losses with more weight. S ← S + step·(e − S).

    Of a failure's hurt the share ``t.recovery`` is made good; recovery restores at most what was lost (de Matos, Henrique & Rossi 2007).
    """
    outcome = t.quality
    if t.failure > 0.0 and chance(t.key, u.id, t.day, BESIDE, t.visit) < t.failure:
        t.failed = 1
    if p.failure_rate > 0.0 and happens(chance(t.key, u.id, t.day, FAILURE, t.visit), p.failure_rate, t.failure_pull):
        t.failed = 1
    if t.failed:
        outcome = -1.0 + min(max(t.recovery, 0.0), 1.0)
        m.failures += 1
    step = p.satisfaction_step
    if outcome < u.satisfaction:
        step = min(step * p.loss_weight, 1.0)
    u.satisfaction += step * (outcome - u.satisfaction)


@rule("lifecycle")
def remember_price(u, p, t, m):
    """The reference price moves towards the price felt; part of an induced order was only bought early.

    R ← R + (1 − keep)·(price − R). Of an order made likelier by a log-lift L > 0, the share 1 − e^−L is the levers' doing, and
    ``borrowed_share`` of that is taken from the future (van Heerde, Leeflang & Wittink 2004: about a third of a bump). What a first deal
    taught is for good, so it borrows nothing.
    """
    if t.basket > 0:
        price = 1.0 - t.perceived_saving / t.basket
        u.reference_price += (1.0 - p.reference_keep) * (price - u.reference_price)
    lift = t.pushed + t.order_pull - u.lesson / LESSON
    if lift > 0.0:
        t.pantry += p.borrowed_share * (1.0 - exp(-lift))
        u.pantry = t.pantry


@rule("lifecycle")
def learn_from_first_deal(u, p, t, m):
    """The first order's deal teaches for good: by its share of the basket, as much as each lever that gave it says (``sim.first_deal``)."""
    if u.orders == 1 and t.lesson != 0.0:
        u.lesson = int(min(max(t.lesson / t.basket, -MOST_TAUGHT), MOST_TAUGHT) * LESSON)
