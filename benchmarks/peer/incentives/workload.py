"""The workload `incentives`: a shop that sends coupons and has membership levels. Only the standard library: peers may live in an
environment of their own.

In words (all numbers are in scenarios/benchmarks/incentives.yaml; ``Shop`` below names them):

    A shop has N customers, who differ: in the rate of visits, Gamma(r, 1) scaled so that N customers order as CDNOW's did; in the chance
    to leave after an order, Beta(a, b); in the usual basket, p·v divided by Gamma(q, 1); in deal-proneness, Beta(deal_a, deal_b); and in
    the day from which a first coupon may come, 1 + a whole number below every_days, each as likely. Money is whole minor units.

    On day 0 everybody visits and orders: nothing is taken off and nobody leaves, but the order counts for the level. On each day after
    it, for everybody, also for those who have left, because the shop does not know:

    In the morning, from day 2 on, a coupon arrives, if the day from which it may has come, fewer than `wallet` are held, and the last
    visit was less than sunset_days before yesterday. It is good until expiry_days from now, and the next may come every_days from now.
    Its news is 1 − e^(−d / rest_days), where d days have passed since the one before; 1 for the first.

    A customer who has not left is pulled to visit (a log-rate) by the sum of
      coupon     exposure_lift · news of the newest one, on the exposure_days days that begin with its arrival;
      level      status_visit · level, minus what still hurts of levels lost, which halves every sting_days (whole on the day after the
                 loss);
      goal       push · (1 − f), where f = (goal − spent) / (push_zone · goal) is below 1: goal is the threshold of the next level, spent
                 what was paid within the window, which must be more than nothing;
    and to stay (a logit) by status_stay · level; both as things stand in the morning. Visits of the day are Poisson, own rate · e^pull.
    On each visit, one after the other, the customer
      notices    the oldest coupon held, with the chance deal-proneness · attention · (1 − fade · share of its days gone by);
      weighs     the saving promised: face_value by usual basket (1 at most) of a coupon noticed, plus the level's discount. The price it
                 leaves, 1 − saving, is compared with the reference price (at first 1): below it, the pull to order is price_gain times
                 the difference; above it, price_loss times the difference, which is then negative;
      orders     with the chance whose logit is logit(c) + that pull. The order is worth the usual basket times Gamma(p, 1)/p, rounded to
                 whole minor units. If a coupon was noticed and the order is worth less than min_spend, it is filled up to that with the
                 chance top_up; if it is worth that much, the oldest coupon is used and its face_value taken off. Then the level's share
                 of what is due, rounded down, is taken off. The rest is paid;
      learns     the reference price moves the share 1 − reference_keep of the way to the price felt, 1 − all taken off / worth;
      climbs     what was paid counts as spent; whoever has thereby spent the threshold of a higher level or more has it at once,
                 and then the next review is window_days from now, without grace;
      leaves     for good with the chance whose logit is logit(own chance) − (pull to stay + own_orders_only · (pull to visit + pull to
                 order)); the visits still planned for that day do not happen.

    In the evening, coupons whose last day it was expire. Reviews are on day window_days after the first order, and then as they are set:
    if what was spent in the window earns less than the level held, and there is no grace yet, the level is kept and the next review is
    grace_days from now. Otherwise the level is the one earned (for each level lost, loss_weight · status_visit is added to what still
    hurts), spent begins at nothing again, grace ends, and the next review is window_days from now.

    At the end of a day the shop writes down how many were active, visits, orders, revenue (what was paid), how many have left for good,
    how many customers it sees as dormant (not seen for 30 days), churned (left, or not seen for 90), or neither; coupons sent, used,
    expired and what they took off; levels gained and lost, reviews ended (those that gave grace are not), and what levels took off. At
    the end of all days it counts who is at which level.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from peer.customers import workload as customers

BOOK = (
    *customers.BOOK,
    "coupons_issued", "coupons_used", "coupons_expired", "coupons_discount",
    "tiers_promoted", "tiers_demoted", "tiers_reviewed", "tiers_discount",
)
"""What is written down each day: counts of the day (money in minor units) but for the four stocks by stage."""


@dataclass(frozen=True)
class Shop(customers.Shop):
    """The numbers of the workload, read from the shipped scenario; money in minor units."""

    COLUMNS: ClassVar = BOOK

    deal_a: float
    deal_b: float
    """Beta(a, b) of deal-proneness."""
    own_orders_only: float
    price_gain: float
    price_loss: float
    reference_keep: float
    face_value: int
    min_spend: int
    """At least ``face_value``."""
    expiry_days: int
    every_days: int
    sunset_days: int
    wallet: int
    exposure_lift: float
    exposure_days: int
    rest_days: float
    attention: float
    fade: float
    top_up: float
    thresholds: tuple[int, ...]
    discounts: tuple[float, ...]
    window_days: int
    grace_days: int
    """At least 1."""
    status_visit: float
    status_stay: float
    push: float
    push_zone: float
    loss_weight: float
    sting_days: float
