"""Retention 留存: what an order teaches the user, for the next one."""

from __future__ import annotations

from sim.chance import chance, purpose
from sim.exact import exp
from sim.rule import rule

FAILURE = purpose("retention.failure")


@rule("lifecycle")
def experience(u, p, t, m):
    """An order goes well or wrong; satisfaction follows, losses with more weight. S ← S + step·(e − S)."""
    outcome = 0.0
    if p.failure_rate > 0.0 and chance(t.key, u.id, t.day, FAILURE, t.visit) < p.failure_rate:
        outcome = -1.0
        m.failures += 1
    step = p.satisfaction_step
    if outcome < u.satisfaction:
        step = min(step * p.loss_weight, 1.0)
    u.satisfaction += step * (outcome - u.satisfaction)


@rule("lifecycle")
def remember_price(u, p, t, m):
    """The reference price moves towards the price felt; part of an induced order was only bought early.

    R ← R + (1 − keep)·(price − R). Of an order made likelier by a log-lift L > 0, the share 1 − e^−L is the levers' doing, and
    ``borrowed_share`` of that is taken from the future (van Heerde, Leeflang & Wittink 2004: about a third of a bump).
    """
    if t.basket > 0:
        price = 1.0 - t.perceived_saving / t.basket
        u.reference_price += (1.0 - p.reference_keep) * (price - u.reference_price)
    lift = t.visit_pull + t.order_pull
    if lift > 0.0:
        u.pantry += p.borrowed_share * (1.0 - exp(-lift))
