"""Promotions, membership, service, feedback, alliances and privacy move what their files say, as they say, and by about that size."""

from __future__ import annotations

import datetime

import numpy as np
import pytest
from lever_worlds import EVERY_LEVER, LIVELY, lived, per_user
from scipy import stats

from sim.lever import Night, levers
from sim.model import LifecycleModel
from sim.scenario import Scenario

REPLICATIONS = 10
UP, DOWN = 1, -1
FAILING = {"behaviour": {"failure_rate": 0.2}}
MARKET = {"population": {**LIVELY, "entry": "market"}, "market": {"bass": {"p_per_year": 3.0}}}


def pairs(measure, blocks, against=None, **options):
    """What a measure gives with the lever blocks less what it gives with the others, replication by replication."""
    both = [blocks, against or {}]
    worlds = ([lived(b, replication=k, **{"users": 2_000, **options}) for b in both] for k in range(REPLICATIONS))
    return np.array([measure(one) - measure(other) for one, other in worlds])


def assert_moves(direction, differences):
    differences = direction * np.asarray(differences)
    error = differences.std(ddof=1) / len(differences) ** 0.5
    by_chance = stats.t.sf(differences.mean() / error, len(differences) - 1)
    assert by_chance < 1e-6, f"{differences.mean():.4g} with a standard error of {error:.4g}"


def counter(name, days=slice(None)):
    return lambda model: float(model.daily()[name][days].sum()) / len(model.rows)


def mean(column):
    return lambda model: float(model.rows[column].mean())


def stayed(model):
    """Share of those who ordered that has not left."""
    ordered = model.rows["orders"] > 0
    return float((model.rows["left"][ordered] == 0).mean())


FESTIVAL, BEFORE = slice(34, 37), slice(27, 34)
"""Days of 618 in the lively world, and those of waiting."""

STRONG = {"exit_on": 30, "member_share": 1.0, "quality": 1.0, "benefit_visit": 0.3, "benefit_order": 0.3, "loss_weight": 3.0}
MOVES = {
    "a festival brings orders": (UP, counter("orders", FESTIVAL), {"promotions": {}}, {}, {}),
    "before it orders are put off": (DOWN, counter("orders", BEFORE), {"promotions": {"wait": 5.0}}, {}, {}),
    "a festival lowers the price thought normal": (DOWN, mean("reference_price"), {"promotions": {}}, {}, {}),
    "whoever has paid for a plan orders more": (
        UP,
        counter("orders"),
        {"membership": {"join_rate": 0.5, "trial_days": 0, "discount": 0.0, "commitment": 0.5}},
        {"membership": {"strength": 0.0}},
        {},
    ),
    "help after failures leaves people satisfied": (UP, mean("satisfaction"), {"service": {}}, {}, FAILING),
    "and makes them stay": (UP, stayed, {"service": {"complain": 1.0, "response_hours": 0.0, "ease": 0.0, "free_lift": 0.0}}, {}, FAILING),
    "a slow answer leaves them less satisfied": (
        DOWN,
        mean("satisfaction"),
        {"service": {"response_hours": 240.0, "ai_share": 0.0}},
        {"service": {"response_hours": 1.0, "ai_share": 0.0}},
        FAILING,
    ),
    "free returns bring orders": (UP, counter("orders"), {"service": {"ease": 0.3, "return_rate": 0.3}}, {}, {}),
    "a fee for returns drives returners away": (
        DOWN,
        counter("visits"),
        {"service": {"returns": "fee", "return_rate": 0.5}},
        {"service": {"returns": "fee", "return_rate": 0.5, "fee_hurt": 0.0}},
        {},
    ),
    "what users report gets repaired": (
        DOWN,
        counter("failures"),
        {"feedback": {"survey_rate": 1.0, "lag_days": 5.0, "fixable": 0.9, "asked_lift": 0.0}},
        {},
        FAILING,
    ),
    "being asked brings people by": (UP, counter("visits"), {"feedback": {"survey_rate": 1.0, "fixable": 0.0, "asked_lift": 0.3}}, {}, {}),
    "a partner brings its members": (UP, counter("new_users"), {"alliances": {"reach_per_day": 0.01}}, {}, MARKET),
    "shared benefits bring orders": (UP, counter("orders"), {"alliances": {"member_share": 1.0}}, {}, {}),
    "the partner's exit leaves fewer visits than if it had never come": (
        DOWN,
        counter("visits", slice(31, 60)),
        {"alliances": STRONG},
        {},
        {},
    ),
    "a breach costs orders": (DOWN, counter("orders", slice(30, 60)), {"privacy": {"breach_on": 30, "transparency": 0.0}}, {}, {}),
    "and drives people away": (
        DOWN,
        stayed,
        {"privacy": {"breach_on": 10, "transparency": 0.0, "breach_order": 0.0, "breach_stay": 1.5}},
        {},
        {},
    ),
    "openness about data is trusted": (UP, counter("orders"), {"privacy": {"transparency": 1.0, "open_trust": 0.3}}, {}, {}),
}
"""Sentence → direction, measure, with, against, world."""


@pytest.mark.parametrize("sentence", MOVES)
def test_direction(sentence):
    direction, measure, blocks, against, world = MOVES[sentence]
    assert_moves(direction, pairs(measure, blocks, against, **world))


# ---- promotions


def on_each_day(block, first, days):
    """What promotions share on each of the days from a date on."""
    lever = levers()["promotions"]
    p, shared, told = lever.Parameters(**block), {n: s.initial for n, s in lever.shared.items()}, []
    for k in range(days):
        night = Night(shared, {}, {}, np.zeros(1), np.zeros(1), p, day=k + 1, key=1, date=first + datetime.timedelta(days=k))
        lever.overnight(night)
        told.append((night.date, dict(shared)))
    return told


def test_named_festivals_come_every_year_and_own_dates_once():
    told = on_each_day({"dates": (618, 229, 20250520), "lasts_days": (2, 1, 1)}, datetime.date(2024, 1, 1), 1_461)
    open_ = [date.isoformat() for date, shared in told if shared["open"]]
    june = [f"{year}-06-{day}" for year in range(2024, 2028) for day in (18, 19)]
    assert open_ == sorted(["2024-02-29", "2025-05-20", *june])


def test_the_pull_of_a_festival_is_announced_on_its_days_only():
    told = on_each_day({"strength": 2.0}, datetime.date(2025, 1, 1), 365)
    days = {date.strftime("%m%d"): shared["lift_most"] for date, shared in told if shared["lift_most"]}
    assert list(days) == ["0618", "0619", "0620", "1111", "1112", "1113"]
    assert list(days.values()) == pytest.approx([2.0 * np.log(1.9)] * 6)


def test_of_festivals_that_overlap_the_strongest_is_felt_and_a_deeper_one_to_come_is_waited_for():
    block = {"dates": (601, 618), "lasts_days": (20, 3), "depth": (0.1, 0.3), "demand": (1.2, 3.0), "wait_days": 4}
    told = {date.day: shared for date, shared in on_each_day(block, datetime.date(2025, 6, 1), 30)}
    assert told[13]["tension"] == 0.0
    assert [told[day]["tension"] for day in (14, 15, 16, 17)] == pytest.approx([0.05, 0.10, 0.15, 0.20])
    assert [told[day]["saving"] for day in (17, 18, 20, 21)] == [0.1, 0.3, 0.3, 0.0]
    assert told[18]["tension"] == 0.0
    assert told[18]["pull"] == pytest.approx(np.log(3.0))


def steady(block, rate, days=200):
    """Orders a day of people who never leave, from 20 March 2025; what a low price teaches is left out, being no pull-forward."""
    world = Scenario.from_mapping(
        {
            "name": "Steady",
            "run": {"users": 20_000, "days": days, "seed": 3},
            "levers": {"promotions": block},
            "calendar": {"start": "2025-03-20"},
            "population": {"order_rate": rate, "dropout": {"mode": "none"}},
            "behaviour": {"price_loss": 0.0},
        }
    )
    return LifecycleModel(world, kinds=EVERY_LEVER).run().daily()["orders"].astype(float)


@pytest.mark.parametrize("rate", [{"r": 2.0, "alpha_weeks": 8.0}, {"r": 0.243, "alpha_weeks": 4.414}])
def test_about_a_third_of_a_festivals_bump_is_borrowed_from_other_weeks(rate):
    first = 90
    more = steady({"dates": [618]}, rate) - steady({"dates": []}, rate)
    bump = more[first : first + 3].sum()
    borrowed = -(more[:first].sum() + more[first + 3 :].sum()) / bump
    assert borrowed == pytest.approx(1 / 3, abs=0.10)  # van Heerde, Leeflang & Wittink 2004
    assert more[:first].sum() < 0 and more[first + 3 :].sum() < 0


def test_who_bought_at_a_festival_waits_for_the_next_one_more():
    block = {"dates": [601, 618], "wait": 5.0, "known": 0.0, "depth": [0.5], "wait_days": 10}
    never, once = [{"promotions": {**block, "dates": dates}} for dates in ([618], [601, 618])]
    forgetful = {"promotions": {**block, "wait": 0.0, "dates": [601, 618]}}
    before = counter("orders", slice(24, 34))
    assert_moves(DOWN, pairs(before, once, forgetful, users=3_000))
    assert (pairs(before, never, {"promotions": {**block, "wait": 0.0, "dates": [618]}}) == 0).all()


# ---- membership


def test_members_buy_far_more_than_others_though_the_plan_changes_nothing():
    rows = lived({"membership": {"strength": 0.0}}, users=20_000, days=120).rows
    members = rows["membership"]["tried"] > 0
    assert members.sum() > 300
    assert rows["orders"][members].mean() > 3 * rows["orders"][~members].mean()


def test_who_comes_more_often_joins_more_often():
    rows = lived({"membership": {"min_orders": 0}}, users=20_000).rows
    heavy = rows["visit_rate"] > np.median(rows["visit_rate"])
    joined = rows["membership"]["tried"] > 0
    assert joined[heavy].mean() > 5 * joined[~heavy].mean()


def test_two_thirds_of_a_paid_plans_effect_are_not_economic():
    """Everybody joins at once; log-lifts of orders with benefits only, and with having paid as well (Iyengar, Park & Yu 2022)."""
    world = {
        "population": {"order_rate": {"r": 5.0, "alpha_weeks": 10.0}, "dropout": {"mode": "none"}, "visit_conversion": 0.1},
        "behaviour": {},
    }
    plan = {"join_rate": 0.99, "selection": 0.0, "fee_drag": 0.0, "trial_days": 0, "renewal_a": 0.01, "renewal_b": 1000.0}
    kinds = [{"strength": 0.0}, {"commitment": 0.0}, {}]
    orders = [per_user(lived({"membership": {**plan, **kind}}, users=20_000, days=120, **world), "orders") for kind in kinds]
    economic, all_of_it = np.log(orders[1] / orders[0]), np.log(orders[2] / orders[0])
    assert 1 - economic / all_of_it == pytest.approx(2 / 3, abs=0.10)


def test_satisfied_members_renew_and_dissatisfied_ones_cancel():
    block = {"join_rate": 0.5, "min_orders": 0, "trial_days": 0, "period_days": 10, "renewal_a": 1.0, "renewal_b": 2.0}
    against = {"membership": {**block, "satisfied": 0.0}}
    assert_moves(UP, pairs(counter("membership_cancelled"), {"membership": {**block, "satisfied": 5.0}}, against, users=4_000, **FAILING))


# ---- service, feedback


def test_recovery_never_makes_a_failure_better_than_none():
    best = {"service": {"complain": 1.0, "response_hours": 0.0, "restores": 1.0, "strength": 3.0, "ease": 0.0, "free_lift": 0.0}}
    model = lived(best, **FAILING)
    assert model.daily()["failures"].sum() > 100
    assert (model.rows["satisfaction"] <= 0.0).all()


def test_a_return_costs_the_platform_what_was_paid_and_the_carriage_less_what_the_goods_are_worth():
    books = lived({"service": {"return_rate": 0.5, "handling": 3.0, "goods_back": 0.5}}).ledger()
    returned = lived({"service": {"return_rate": 0.5}}).daily()["service_returned"].sum()
    assert returned > 100
    assert books["service.handling"] == 300 * returned
    assert books["service.goods_back"] == pytest.approx(books["service.refunds"] / 2, abs=int(returned))


def test_those_who_answer_are_not_everyone():
    daily = lived({"feedback": {"survey_rate": 1.0, "rest_days": 0}}, users=10_000, **FAILING).daily()
    reported = daily["feedback_reported_points"].sum() / daily["feedback_answered"].sum()
    true = daily["feedback_true_points"].sum() / daily["feedback_orders"].sum()
    assert reported < true - 2.0


def test_repairs_follow_reports_with_a_lag():
    block = {"survey_rate": 1.0, "rest_days": 0, "action_rate": 1.0, "lag_days": 30.0, "half_reports": 0.001, "fixable": 0.5}
    lever = levers()["feedback"]
    shared, p = {n: s.initial for n, s in lever.shared.items()}, lever.Parameters(**block)
    repaired = []
    for day in range(1, 91):
        yesterday = {"acted": 5, "orders": 100}
        lever.overnight(
            Night(
                shared, yesterday, {"answered": 0, "orders": 0, "reported_points": 0, "true_points": 0}, np.zeros(1), np.zeros(1), p, day, 1
            )
        )
        repaired.append(shared["repaired"])
    assert repaired[29] == pytest.approx(1 - np.exp(-1), abs=0.02)
    assert shared["prevented"] == pytest.approx(np.log(1 - 0.5 * repaired[-1]))


# ---- alliances, privacy


def test_members_of_a_worse_partner_are_fewer_and_order_less():
    worlds = [
        lived(
            {"alliances": {"member_share": 1.0, "reach_per_day": 0.01, "quality": q, "benefit_order": 0.0, "benefit_visit": 0.0}},
            users=20_000,
            **MARKET,
        )
        for q in (1.0, 0.4)
    ]
    brought, orders = [], []
    for model in worlds:
        mine = model.rows["alliances"]["brought"] > 0
        brought.append(int(mine.sum()))
        orders.append(float(model.rows["orders"][mine].mean() / np.minimum(60 - model.rows["entry_day"][mine], 60).mean()))
    assert brought[0] > 1.5 * brought[1] > 1_000
    assert orders[0] > 1.3 * orders[1]


def test_a_partner_may_leave_on_a_date_or_by_chance_and_leaves_once():
    dated = lived({"alliances": {"exit_on": 20250604, "member_share": 1.0}}).daily()["alliances_orders"]
    assert dated[:20].sum() > 0 and dated[20:].sum() == 0
    assert lived({"alliances": {"exit_on": 20, "member_share": 1.0}}).daily()["alliances_orders"].tolist() == dated.tolist()
    chancy = [
        lived({"alliances": {"exit_per_day": 0.05, "member_share": 1.0}}, replication=k).daily()["alliances_orders"] for k in range(10)
    ]
    assert len({int(np.flatnonzero(orders > 0).max(initial=0)) for orders in chancy}) > 5


def test_without_consent_no_offer_aimed_at_a_segment_arrives():
    aimed = {"coupons": {"every_days": 7, "audience": "everyone", "for": ["active", "new"]}}
    shares = [
        lived({**aimed, "privacy": {"default": "opt_in", "opt_in_share": share, "transparency": 0.0, "open_trust": 0.0}}, users=4_000)
        for share in (1.0, 0.5, 0.0)
    ]
    sent = [int(model.daily()["coupons_issued"].sum()) for model in shares]
    assert sent[2] == 0
    assert sent[1] == pytest.approx(sent[0] / 2, rel=0.1)


def test_privacy_by_default_limits_who_is_exposed_and_what_it_costs():
    breach = {"breach_on": 40, "withdraw": 0.0}
    opt_in, opt_out = (lived({"privacy": {"default": d, **breach}}, users=4_000) for d in ("opt_in", "opt_out"))
    assert 0 < opt_in.ledger()["privacy.fines"] < 0.6 * opt_out.ledger()["privacy.fines"]
    assert opt_in.daily()["privacy_exposed"].nonzero()[0].tolist() == [40]
