"""Conversion 转化: a visit becomes an order, and what the order is worth."""

from __future__ import annotations

from sim.chance import chance, purpose, visit_luck
from sim.exact import exp, happens
from sim.population import LESSON, NEVER
from sim.quantile import quantile
from sim.rule import rule

ORDER, BASKET = purpose("conversion.order"), purpose("conversion.basket")
LARGEST_BASKET = 1e12
"""Minor units; keeps a wild tail inside whole numbers."""


@rule("lifecycle")
def weigh_price(u, p, t):
    """The price promised against the reference price: a gain, or a loss, which weighs more; and against a rival's price."""
    gap = u.reference_price - (1.0 - t.cheaper)
    t.order_pull += gap * (p.price_gain if gap > 0.0 else p.price_loss)
    t.order_pull += t.versus * t.cheaper


@rule("lifecycle")
def weigh_experience(u, p, t):
    """Who is satisfied orders more readily."""
    t.order_pull += p.satisfaction_order * u.satisfaction


@rule("lifecycle")
def weigh_first_deal(u, p, t):
    """Who began with a deal orders more readily ever after, or less (``sim.first_deal``)."""
    if u.lesson != 0:
        t.order_pull += u.lesson / LESSON


@rule("lifecycle")
def decide(u, p, t, m):
    """Order on this visit with the chance whose logit is logit(c) + pulls.

    What was bought early and is still in the cupboard takes away from it: a stock of I orders takes I future orders away.
    """
    t.wish = t.order_pull
    if t.pantry > 0.0:
        t.wish -= t.pantry / (u.visit_rate * p.conversion * p.pantry_days)
    t.ordered = 1 if happens(visit_luck(u, t, ORDER), p.conversion, t.wish) else 0


@rule("lifecycle")
def fill_basket(u, p, t, m):
    """The order's worth before discounts: a quantile of the spend distribution, in whole minor units."""
    worth = u.usual_basket * quantile(p.basket, chance(t.key, u.id, t.day, BASKET, t.visit))
    if t.basket_lift != 0.0:
        worth *= exp(t.basket_lift)
    t.basket = int(min(worth, LARGEST_BASKET) + 0.5)
    t.due = t.basket
    t.perceived_saving = 0.0
    t.lesson = 0.0
    t.failure = 0.0
    t.failure_pull = 0.0
    t.recovery = 0.0
    t.quality = 0.0
    t.failed = 0


@rule("lifecycle")
def check_out(u, p, t, m):
    """Pay what is due and enter the order in the books."""
    t.orders += 1
    u.orders += 1
    u.spent += t.basket
    u.last_order_day = t.day
    u.pantry = t.pantry
    if u.first_order_day == NEVER:
        u.first_order_day = t.day
        m.first_orders += 1
    else:
        m.repeat_orders += 1
    m.orders += 1
    m.basket += t.basket
    m.revenue += t.due
    goods = t.basket - int(t.basket * p.margin + 0.5)
    m.cost_of_goods += goods
    u.paid += t.due
    u.goods += goods
