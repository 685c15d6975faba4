"""Scheduled changes, to the day, as the rules of a running world read them."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
from anything import columns, differences
from steered import model, steered, values

from sim.lever import levers
from sim.story import life

WEEKLY = {"coupons": {"every_days": 7, "min_spend": 0.0, "attention": 5.0, "face_value": 5.0}}


def plan(path: str, to, on: str, **more) -> dict:
    return {"a": {"path": path, "to": to, "on": on, **more}}


def test_a_parameter_changes_on_the_very_day():
    world = steered(WEEKLY, days=12, schedule=plan("levers.coupons.face_value", 10, "2025-03-06"))
    assert values(world, "coupons", "face_value") == [500] * 5 + [1000] * 8


def test_a_change_until_a_date_is_over_on_the_day_after():
    world = steered(WEEKLY, days=8, schedule=plan("levers.coupons.face_value", 10, "2025-03-03", until="2025-03-05"))
    assert values(world, "coupons", "face_value") == [500, 500, 1000, 1000, 1000, 500, 500, 500, 500]


def test_a_ramp_moves_evenly_in_minor_units():
    world = steered(WEEKLY, days=6, schedule=plan("levers.coupons.face_value", 6, "2025-03-02", ramp_days=3))
    assert values(world, "coupons", "face_value") == [500, 500, 533, 567, 600, 600, 600]


def test_a_whole_number_stays_whole_on_a_ramp():
    world = steered(WEEKLY, days=6, schedule=plan("levers.coupons.every_days", 14, "2025-03-01", ramp_days=4))
    assert values(world, "coupons", "every_days") == [7, 9, 11, 12, 14, 14, 14]
    assert type(model(world).steering._value("levers.coupons.every_days")) is int


def test_a_change_dated_before_the_run_holds_from_day_0():
    world = steered(WEEKLY, days=2, schedule=plan("levers.coupons.face_value", 10, "2024-12-24"))
    assert values(world, "coupons", "face_value") == [1000] * 3


def test_a_weekly_change_comes_and_goes():
    weekend = plan("levers.coupons.face_value", 9, "2025-03-01", until="2025-03-02", repeat="weekly")
    assert values(steered(WEEKLY, days=9, schedule=weekend), "coupons", "face_value") == [900] * 2 + [500] * 5 + [900] * 2 + [500]


def test_a_lever_can_be_opened_on_a_date():
    world = steered({"coupons": {**WEEKLY["coupons"], "active": False}}, schedule=plan("levers.coupons.active", True, "2025-03-11"))
    issued = model(world).run().daily()["coupons_issued"]
    assert issued[:11].sum() == 0 and issued[11:].sum() > 100


def test_the_margin_changes_on_the_very_day():
    world = steered(days=20, schedule=plan("economics.margin", 0.5, "2025-03-11"))
    daily = model(world).run().daily()
    share = daily["cost_of_goods"] / np.maximum(daily["basket"], 1)
    assert share[:10] == pytest.approx(np.full(10, 0.7), abs=1e-3)
    assert share[10:] == pytest.approx(np.full(11, 0.5), abs=1e-3)


def test_marketing_in_a_market_changes_on_the_very_day():
    world = steered(
        users=2_000, days=30, population={"entry": "market"}, market={"bass": {"p_per_year": 2.0, "q_per_year": 0.0}},
        schedule=plan("market.bass.marketing", 0, "2025-03-11"),
    )
    came = model(world).run().daily()["new_users"]
    assert (came[1:10] > 0).all() and came[10:].sum() == 0


def test_before_a_change_nobody_differs_by_a_bit_and_after_it_somebody_does():
    world = steered({"messaging": {}}, schedule=plan("behaviour.failure_rate", 0.9, "2025-03-21"))
    plain, changed = (model(w) for w in (steered({"messaging": {}}), world))
    for _ in range(19):
        plain.step(), changed.step()
    assert differences(plain, changed) == []
    plain.step(), changed.step()
    assert differences(plain, changed) != []


def test_a_change_that_holds_all_the_time_is_that_parameter_to_the_bit():
    late = steered(WEEKLY, schedule=plan("levers.coupons.face_value", 8, "2025-03-01"))
    early = steered({"coupons": {**WEEKLY["coupons"], "face_value": 8.0}})
    assert differences(model(late).run(), model(early).run()) == []


@pytest.mark.parametrize("driver", ["compiled", "objects"])
def test_a_message_rhythm_may_begin_where_there_was_none_and_end_again(driver):
    quiet = {"messaging": {"email": {"per_week": 0.0, "opt_in": 1.0}}}
    world = steered(quiet, users=100, days=30, schedule=plan("levers.messaging.email.per_week", 7, "2025-03-11", until="2025-03-20"))
    sent = model(world, driver=driver).run().daily()["messaging_email_sent"]
    assert sent[:10].sum() == 0 and (sent[11:20] > 60).all() and sent[20:].sum() == 0


def test_a_schedule_is_a_pure_function_of_its_world_on_any_driver_and_any_number_of_threads():
    world = steered(
        {"coupons": WEEKLY["coupons"], "messaging": {}, "points": {}}, users=120, days=30,
        schedule={
            "a": {"path": "levers.coupons.face_value", "to": 9, "on": "2025-03-05", "ramp_days": 9},
            "b": {"path": "levers.messaging.email.per_week", "to": 4, "on": "2025-03-08", "until": "2025-03-09", "repeat": "weekly"},
            "c": {"path": "behaviour.habit_lift", "to": 1.5, "on": "2025-03-15"},
            "d": {"path": "levers.points.active", "to": False, "on": "2025-03-20"},
        },
    )
    one, three, slow = (model(world, list_orders=True, **o).run() for o in ({}, {"threads": 3}, {"driver": "objects"}))
    assert differences(one, three) == [] and differences(one, slow) == []
    assert [b.tobytes() for _, b in columns(one.policy)] == [b.tobytes() for _, b in columns(slow.policy)]


def test_what_only_the_beginning_reads_is_known_for_every_lever():
    assert "opt_in" in levers()["messaging"].drawn_once
    assert "poster_share" in levers()["community"].drawn_once
    assert not levers()["coupons"].drawn_once


def test_the_life_of_a_user_whose_rhythm_changes_is_told_without_departing_from_it():
    changes = {
        "mail": {"path": "levers.messaging.email.per_week", "to": 5, "on": "2025-03-08"},
        "habit": {"path": "behaviour.habit_lift", "to": 1.0, "on": "2025-03-15", "ramp_days": 10},
    }
    world = steered({"messaging": {}}, users=50, schedule=changes, experiments={"e": {"levers": ["messaging"], "on": "2025-03-04"}})
    for user in range(12):
        assert len(life(world, user).days) == 41


def test_a_steered_model_that_was_pickled_in_the_middle_goes_on_as_if_nothing_had_been():
    world = steered(
        {"coupons": WEEKLY["coupons"], "messaging": {}}, users=80,
        schedule=plan("levers.coupons.face_value", 9, "2025-03-12", ramp_days=10),
        policies={"p": {"metric": "orders", "below": 50, "path": "levers.messaging.email.per_week", "add": 1, "cool_down_days": 6}},
        experiments={"e": {"levers": ["messaging"], "on": "2025-03-06", "until": "2025-03-30"}},
    )
    whole, half = model(world), model(world)
    for _ in range(20):
        half.step()
    other = pickle.loads(pickle.dumps(half)).run()
    assert differences(whole.run(), other) == []
    assert whole.steering.log == other.steering.log and len(other.steering.log) > 3
    assert (whole.steering.trials[0].read(whole)["arms"] == other.steering.trials[0].read(other)["arms"]).all()
