"""Save and competition move what their files say, in that direction and by about that size; so do the shipped scenarios beside them.

Worlds are paired as in ``test_lever_directions``.
"""

from __future__ import annotations

import datetime
from functools import cache

import numpy as np
import pytest
from lever_worlds import EVERY_LEVER, FESTIVE, LIVELY, lived, per_user, scenario
from test_lever_directions import DOWN, SHIPPED, UP, assert_moves, counter, orders_per_visit, pairs, stayed

from sim.lever import Night, levers
from sim.levers import competition
from sim.model import LifecycleModel
from sim.population import CONTACT, RIVAL
from sim.scenario import load_scenario

FAILING = {"behaviour": {"failure_rate": 0.2}}
CONTRACT = {
    "population": {**LIVELY, "entry": "cohort", "dropout": {"mode": "per_renewal", "period_days": 30, "a": 2.0, "b": 96.0}},
    "behaviour": {"satisfaction_stay": 0.0},
}
"""Monthly contracts of which 6 of 100 are not renewed within three months, as in the trial of Ascarza, Iyengar & Schleicher 2016."""
EVERYBODY = {"idle_days": 1, "min_orders": 0, "every_days": 3_650, "remind": 0.0}


def left(model):
    return float(model.rows["left"].mean())


def because(reason):
    return lambda model: float((model.rows["left_reason"] == reason).mean())


# ---- save


def churn(block):
    """Share that has left after three months, of 36,000 contracts."""
    blocks = {"save": block} if block else {}
    return np.mean([left(lived(blocks, users=12_000, days=91, replication=k, **CONTRACT)) for k in range(3)])


def test_contacting_everybody_turns_six_per_cent_of_churn_into_about_ten():
    without, with_ = churn(None), churn(EVERYBODY)
    assert without == pytest.approx(0.06, abs=0.005)
    assert with_ == pytest.approx(0.10, abs=0.01)


def test_by_response_fewer_leave_than_without_any_contact_and_by_risk_more():
    kind = {"idle_days": 1, "min_orders": 0, "remind": 0.0, "every_days": 20, "spread": 2.0, "accuracy": 0.9}
    by_risk = pairs(left, {"save": kind}, days=91, **CONTRACT)
    by_response = pairs(left, {"save": {**kind, "rule": "uplift"}}, days=91, **CONTRACT)
    assert_moves(UP, by_risk)
    assert_moves(DOWN, by_response)


def test_a_platform_that_sees_better_whom_to_contact_saves_more():
    kind = {"rule": "uplift", "min_orders": 0, "remind": 0.0, "every_days": 20, "response": 0.0}
    sharp, blind = ({"save": {**kind, "accuracy": accuracy}} for accuracy in (1.0, 0.1))
    assert_moves(DOWN, pairs(left, sharp, blind, days=91, **CONTRACT))


def test_contacts_by_risk_make_customers_leave_who_would_have_stayed():
    block = {"save": {"idle_days": 3, "every_days": 30}}
    assert_moves(DOWN, pairs(stayed, block))
    assert_moves(UP, pairs(because(CONTACT), block))


def test_contacts_remind():
    assert_moves(UP, pairs(counter("visits"), {"save": {"idle_days": 3, "response": 0.0, "spread": 0.0, "remind": 1.0}}))


def test_an_offer_with_the_contact_keeps_more_and_costs_discounts():
    bare, kind = ({"save": {"idle_days": 3, "every_days": 30, "offer": offer, "offer_stay": 5.0}} for offer in (0.0, 15.0))
    assert_moves(UP, pairs(stayed, kind, bare))
    assert_moves(UP, pairs(lambda model: model.ledger()["save.discount"], kind, bare))


@pytest.mark.parametrize("budget", [0.0, 37.77, 400.0])
@pytest.mark.parametrize("offer", [0.0, 5.0])
def test_the_budget_is_never_overspent_nor_could_it_be(budget, offer):
    block = {"idle_days": 2, "every_days": 5, "contacts": 20, "offer": offer, "min_spend": 0.0, "seen": 1.0, "budget": budget}
    model = LifecycleModel(scenario({"save": block}), kinds=EVERY_LEVER)
    while model.day < model.days:
        model.step()
        total = {k: int(model.total["save"][k][0]) for k in model.total["save"].dtype.names}
        still_open = total["offered"] - total["used"] - total["expired"]
        assert total["contact"] + total["discount"] + still_open * offer * 100 <= budget * 100
    assert budget == 0.0 or total["contact"] + total["discount"] > 0.5 * min(budget, 100.0) * 100


# ---- competition

SEASON = (datetime.date(2025, 6, 18) - datetime.date.fromisoformat(FESTIVE)).days
FESTIVAL, AFTER = slice(SEASON, SEASON + 5), slice(SEASON + 5, SEASON + 12)
ALIKE = {"homogeneity": 1.0, "multi_homing": 1.0}


def on(days, name):
    return lambda model: float(model.daily()[name][days].sum() / len(model.rows))


def test_a_rival_takes_visits_and_orders():
    assert_moves(DOWN, pairs(counter("visits"), {"competition": {}}))
    assert_moves(DOWN, pairs(counter("orders"), {"competition": {}}))
    assert_moves(DOWN, pairs(orders_per_visit, {"competition": {}}))


@pytest.mark.parametrize("stays_away", [0.0, 0.5, 1.0])
def test_a_rival_as_good_as_we_are_takes_half_of_what_those_who_look_would_have_ordered(stays_away):
    even = {"attractiveness": 0.0, "multi_homing": 1.0, "homogeneity": 0.0, "promo_dates": [], "stays_away": stays_away}
    world = {"population": {**LIVELY, "dropout": {"mode": "none"}, "visit_conversion": 0.04}, "behaviour": {"borrowed_share": 0.0}}
    shared_, alone = (
        np.sum([per_user(lived(blocks, replication=k, users=3_000, **world), "orders") for k in range(4)])
        for blocks in ({"competition": even}, {})
    )
    assert shared_ / alone == pytest.approx(0.5, abs=0.05)


def test_while_a_rivals_festival_runs_orders_fall_and_come_only_partly_back():
    festive, plain = ({"competition": {**ALIKE, "promo_dates": dates, "linger": 0.6}} for dates in ([618], []))
    during, after = (pairs(on(days, "orders"), festive, plain) for days in (FESTIVAL, AFTER))
    assert_moves(DOWN, during)
    assert_moves(DOWN, after)
    assert_moves(UP, after / 7 - during / 5)


def test_a_festival_that_nobody_remembers_is_over_when_it_is_over():
    world = {
        "population": {**LIVELY, "dropout": {"mode": "none"}},
        "behaviour": {"borrowed_share": 0.0, "habit_lift": 0.0, "satisfaction_order": 0.0},
    }
    worlds = ({"competition": {**ALIKE, "promo_dates": dates, "linger": 0.0}} for dates in ([618], []))
    one, other = (lived(blocks, users=3_000, **world).daily()["visits"] for blocks in worlds)
    assert one[FESTIVAL].sum() < other[FESTIVAL].sum()
    assert one[: SEASON].tolist() == other[: SEASON].tolist()
    assert one[AFTER].sum() == pytest.approx(other[AFTER].sum(), rel=0.05)


def test_the_more_alike_the_offers_the_more_leave_for_the_rival():
    alike, unlike = ({"competition": {"homogeneity": h, "promo_dates": []}} for h in (1.0, 0.0))
    assert_moves(DOWN, pairs(stayed, alike, unlike))
    assert_moves(UP, pairs(because(RIVAL), alike, unlike))


def test_the_dissatisfied_leave_for_the_rival():
    luring, not_ = ({"competition": {**ALIKE, "switching": 0.0, "snatch": 0.0, "lure": lure}} for lure in (5.0, 0.0))
    assert_moves(DOWN, pairs(stayed, luring, not_, **FAILING))


def test_a_cheaper_rival_snatches_the_deal_prone():
    cheap = {"competition": {**ALIKE, "price": 0.6, "switching": 0.0, "lure": 0.0, "snatch": 10.0, "promo_dates": []}}

    def of_those_who_left_for_it(model):
        poached = model.rows["competition"]["poached"] > 0
        return float(model.rows["deal_proneness"][poached].mean() - model.rows["deal_proneness"].mean())

    assert_moves(UP, [of_those_who_left_for_it(lived(cheap, replication=k, users=3_000)) for k in range(14)])


def test_a_festivals_draw_lingers_and_halves_in_its_time():
    p = competition.Parameters(promo_dates=(618,), promo_days=2, linger=0.4, linger_days=3.0)
    shared = {name: s.initial for name, s in levers()["competition"].shared.items()}
    heat = []
    for day in range(1, 10):
        date = datetime.date(2025, 6, 16) + datetime.timedelta(days=day)
        night = Night(shared, {}, {}, np.zeros(1), np.zeros(1), p, day=day, key=7, date=date)
        competition.overnight(night)
        assert not night.alarm
        heat.append(shared["heat"])
    assert heat == pytest.approx([0, 1, 1, 0.4, 0.4 / 2 ** (1 / 3), 0.4 / 2 ** (2 / 3), 0.2, 0.2 / 2 ** (1 / 3), 0.2 / 2 ** (2 / 3)])


def test_a_festival_on_a_day_that_does_not_exist_is_refused():
    with pytest.raises(ValueError, match="230 is no date"):
        competition.Parameters(promo_dates=(230,))


# ---- the shipped scenarios


@cache
def shipped(name, replication):
    return LifecycleModel(load_scenario(SHIPPED / f"{name}.yaml"), kinds=EVERY_LEVER, replication=replication).run()


def against_the_baseline(name, measure, replications=8):
    return np.array([measure(shipped(f"levers/{name}", k)) - measure(shipped("baseline", k)) for k in range(replications)])


def test_saving_by_risk_makes_more_leave_and_by_response_fewer():
    assert_moves(UP, against_the_baseline("save", left))
    assert_moves(DOWN, against_the_baseline("save_by_response", left, 18))
    risk, response = (shipped(f"levers/{name}", 0).daily() for name in ("save", "save_by_response"))
    assert response["save_contacted"].sum() < 0.5 * risk["save_contacted"].sum()
    assert response["save_welcome"].sum() / response["save_contacted"].sum() > 2 * risk["save_welcome"].sum() / risk["save_contacted"].sum()


def test_a_rival_takes_a_seventh_of_the_orders_and_a_quarter_at_its_festivals():
    lost = {}
    for name, days in (("year", slice(None)), ("festivals", [*range(168, 173), *range(314, 319)])):
        ours, alone = (sum(shipped(s, k).daily()["orders"][days].sum() for k in range(8)) for s in ("levers/competition", "baseline"))
        lost[name] = 1 - ours / alone
    assert lost["year"] == pytest.approx(0.14, abs=0.02)
    assert lost["festivals"] == pytest.approx(0.28, abs=0.06)


@pytest.mark.parametrize("name, visits, orders", [("content", 0.16, 0.02), ("events", 0.034, 0.01)])
def test_a_feed_and_events_bring_visits_and_few_orders(name, visits, orders):
    for counted, share in (("visits", visits), ("orders", orders)):
        more = against_the_baseline(name, counter(counted), 5).mean()
        usual = np.mean([per_user(shipped("baseline", k), counted) for k in range(5)])
        assert more / usual == pytest.approx(share, abs=0.012)
