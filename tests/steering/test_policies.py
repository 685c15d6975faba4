"""Policies: they fire when and only when the metric calls for it, and never past their limits."""

from __future__ import annotations

import numpy as np
import pytest
from anything import differences
from steered import model, steered, values

from sim.steering import metric

COUPONS = {"coupons": {"every_days": 7, "min_spend": 0.0, "attention": 5.0, "face_value": 5.0}}
ALWAYS = {"metric": "orders", "above": -1.0, "window_days": 1}


def one(levers: dict | None = None, days: int = 40, **policy):
    return steered(COUPONS if levers is None else levers, days=days, policies={"p": {"path": "levers.coupons.face_value", **policy}})


def fired(world, **options) -> list[tuple]:
    return [(f.day, f.before, f.after) for f in model(world, **options).run().steering.log]


def test_a_policy_acts_on_yesterdays_window_and_then_cools_down():
    assert fired(one(days=20, **{**ALWAYS, "window_days": 3}, add=1.0, cool_down_days=5)) == [
        (3, 5.0, 6.0), (8, 6.0, 7.0), (13, 7.0, 8.0), (18, 8.0, 9.0),
    ]


def test_a_policy_fires_when_and_only_when_the_mean_of_its_window_calls():
    world = one(metric="orders", below=12.0, window_days=4, add=0.01, cool_down_days=1)
    running = model(world).run()
    orders = running.daily()["orders"]
    called = [day for day in range(4, 41) if orders[day - 4 : day].mean() < 12.0]
    assert 5 < len(called) < 35
    assert [f.day for f in running.steering.log] == called
    assert [f.value for f in running.steering.log] == [orders[day - 4 : day].mean() for day in called]


def test_exactly_at_its_line_a_policy_rests():
    day_1 = float(model(one(days=1, metric="orders", above=1e9, add=1.0)).run().daily()["orders"][0])
    assert fired(one(days=1, metric="orders", above=day_1, window_days=1, add=1.0)) == []
    assert fired(one(days=1, metric="orders", above=day_1 - 1e-9, window_days=1, add=1.0)) == [(1, 5.0, 6.0)]


def test_what_a_policy_sets_holds_from_that_day_on():
    world = one(days=6, **{**ALWAYS, "window_days": 2}, add=1.5, cool_down_days=3)
    assert values(world, "coupons", "face_value") == [500, 500, 650, 650, 650, 800, 800]


def test_a_policy_never_passes_its_limits_and_rests_there():
    assert fired(one(days=20, **ALWAYS, times=2.0, most=12.0, cool_down_days=1)) == [(1, 5.0, 10.0), (2, 10.0, 12.0)]
    assert fired(one(days=20, **ALWAYS, add=-2.0, least=2.0, cool_down_days=1)) == [(1, 5.0, 3.0), (2, 3.0, 2.0)]


def test_a_policy_never_leaves_the_parameters_range_and_keeps_whole_numbers_whole():
    world = steered(COUPONS, days=20, policies={"p": {**ALWAYS, "path": "levers.coupons.wallet", "times": 1.7, "cool_down_days": 1}})
    assert fired(world) == [(1, 2.0, 3.0), (2, 3.0, 4.0)]


def test_a_policy_can_turn_a_lever_off():
    world = steered(COUPONS, policies={"p": {**ALWAYS, "window_days": 10, "path": "levers.coupons.active", "to": False}})
    running = model(world).run()
    assert [(f.day, f.before, f.after) for f in running.steering.log] == [(10, 1.0, 0.0)]
    issued = running.daily()["coupons_issued"]
    assert issued[:10].sum() > 0 and issued[11:].sum() == 0


def test_one_policy_raises_and_another_lowers_the_same_parameter_in_the_order_of_their_names():
    both = {
        "lower": {**ALWAYS, "path": "levers.coupons.face_value", "add": -1.0, "cool_down_days": 2},
        "raise": {**ALWAYS, "path": "levers.coupons.face_value", "times": 2.0, "cool_down_days": 2},
    }
    running = model(steered(COUPONS, days=3, policies=both)).run()
    assert [(f.day, f.policy, f.after) for f in running.steering.log] == [
        (1, "lower", 4.0), (1, "raise", 8.0), (3, "lower", 7.0), (3, "raise", 14.0),
    ]


def test_on_a_day_on_which_the_schedule_moves_a_parameter_the_policy_starts_from_there():
    world = steered(
        COUPONS, days=6,
        schedule={"s": {"path": "levers.coupons.face_value", "to": 20, "on": "2025-03-05"}},
        policies={"p": {**ALWAYS, "path": "levers.coupons.face_value", "add": 1.0, "cool_down_days": 2}},
    )
    assert values(world, "coupons", "face_value") == [500, 600, 600, 700, 2000, 2100, 2100]


def test_a_rate_with_nothing_to_divide_by_does_not_call():
    assert fired(one(metric="new_user_conversion", below=5.0, window_days=3, add=1.0, cool_down_days=1, days=8)) == [(3, 5.0, 6.0)]


def test_every_rate_is_the_ratio_of_its_sums():
    levers = {**COUPONS, "messaging": {"email": {"per_week": 7.0, "opt_out": 0.05}}}
    people = {"entry": {"arrivals": {"per_day": 10}}, "visit_conversion": 0.3, "order_rate": {"r": 2.0, "alpha_weeks": 6.0}}
    act = {"above": -1.0, "window_days": 10, "path": "levers.coupons.expiry_days", "add": 1, "cool_down_days": 400}
    found = {}
    for name in metric.RATES:
        running = model(steered(levers, population=people, policies={"p": {"metric": name, **act}})).run()
        found[name] = running.steering.log[0].value
    d = {k: v[:10] for k, v in running.daily().items()}
    registered = running.daily()["new_users"].cumsum()[:10]
    expected = {
        "active_share": d["active_users"].sum() / registered.sum(),
        "churned_share": d["churned"].sum() / registered.sum(),
        "new_user_conversion": d["first_orders"].sum() / d["new_users"].sum(),
        "visit_conversion": d["orders"].sum() / d["visits"].sum(),
        "repeat_share": d["repeat_orders"].sum() / d["orders"].sum(),
        "failure_share": d["failures"].sum() / d["orders"].sum(),
        "incentive_cost_share": (d["coupons_discount"].sum() + d["messaging_sending"].sum()) / d["revenue"].sum(),
        "opt_out_rate": d["messaging_opt_outs"].sum() / d["messaging_email_sent"].sum(),
    }
    assert found == pytest.approx(expected, abs=1e-15)
    assert expected["incentive_cost_share"] > 0 and expected["opt_out_rate"] > 0


def test_every_column_of_a_day_can_be_a_metric():
    running = model(steered(COUPONS, days=12)).run()
    levers = {"coupons": running.levers["coupons"]}
    for name in metric.known(levers):
        if name in metric.RATES:
            continue
        world = one(days=12, metric=name, above=-1e18, window_days=5, to=5.01, cool_down_days=400)
        log = model(world).run().steering.log
        raw = name.removesuffix("_minor")
        daily = model(world).run().daily()
        daily["registered_ever"] = daily["new_users"].cumsum()
        assert log[0].value == daily[raw][:5].mean(), name


@pytest.mark.parametrize("options", [{"driver": "objects"}, {"threads": 3}])
def test_policies_do_the_same_on_any_driver_and_any_number_of_threads(options):
    policies = {
        "more": {"metric": "active_share", "below": 0.3, "path": "levers.messaging.email.per_week", "add": 1, "most": 5},
        "less": {"metric": "incentive_cost_share", "above": 0.01, "window_days": 5, "path": "levers.coupons.face_value", "times": 0.7},
        "fewer": {"metric": "orders", "below": 30, "window_days": 3, "path": "behaviour.failure_rate", "times": 0.5, "cool_down_days": 4},
    }
    world = steered({**COUPONS, "messaging": {}}, users=150, policies=policies)
    first, second = (model(world, list_orders=True, **o).run() for o in ({}, options))
    assert differences(first, second) == []
    assert first.steering.log == second.steering.log
    assert {f.policy for f in first.steering.log} == set(policies)


def test_a_policy_reads_no_day_before_it_is_over():
    world = one(metric="orders", above=-1.0, window_days=1, add=0.01, cool_down_days=1)
    running = model(world).run()
    orders = running.daily()["orders"]
    assert [f.value for f in running.steering.log] == [float(orders[f.day - 1]) for f in running.steering.log]
    assert len(running.steering.log) == 40 and len(np.unique(orders)) > 5
