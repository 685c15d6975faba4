"""The table of segments at the end of a run: each user in one segment of each group, and sums that come out."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from sim import LifecycleModel, Scenario, compare
from sim.engine.driver import Row
from sim.engine.records import core_policy
from sim.lifecycle.waking import know
from sim.measure import EVERYONE, names_of, segments
from sim.population import PROSPECT
from sim.segment import CHANNELS, HIGH, LIFE, NEW, VALUE
from sim.study import frames
from sim.study.tally import Tally

WORLD = {
    "name": "Segments",
    "run": {"users": 400, "days": 80, "replications": 3, "seed": 8},
    "population": {
        "entry": {"arrivals": {"per_day": 5}}, "order_rate": {"r": 0.6, "alpha_weeks": 4.0}, "visit_conversion": 0.3,
        "newcomer": {"visit_lift": 1.0},
    },
    "platform": {"dormant_after_days": 20, "churned_after_days": 45},
    "segments": {"new_days": 9, "at_risk_days": 8, "high_value_orders": 2, "high_value_spend": 60.0, "high_value_days": 30},
    "personas": {"saver": {"share": 1, "basket_times": 0.5}, "spender": {"share": 2, "basket_times": 2.0}},
    "levers": {"coupons": {"every_days": 7, "min_spend": 0, "attention": 5.0, "for": ["new"]}},
}  # fmt: skip


@pytest.fixture(scope="module")
def plan() -> Scenario:
    return Scenario.from_mapping(WORLD)


@pytest.fixture(scope="module")
def model(plan) -> LifecycleModel:
    return LifecycleModel(plan, replication=0).run()


@pytest.fixture(scope="module")
def result(plan, tmp_path_factory):
    return compare([plan], folder=tmp_path_factory.mktemp("segments"), list_orders=True, threads=2)


def table(result) -> dict[tuple[str, str, str], float]:
    return result.segments.set_index(["group", "segment", "metric"])["mean"].to_dict()


def test_the_segments_at_the_end_are_those_that_an_aimed_lever_would_see_tomorrow(model):
    codes = segments(model)
    policy = core_policy(model.plan)
    p = SimpleNamespace(**{name: policy[name].item() for name in policy.dtype.names if policy[name].size == 1})
    seen = set()
    for i in range(len(model.rows)):
        u = Row(model.rows, i)
        if u.stage == PROSPECT:
            assert [codes[g][i] for g in codes] == [-1] * 4
            continue
        t = SimpleNamespace(day=model.day + 1, who=0, idle=model.day + 1 - u.last_seen, age=model.day + 1 - u.entry_day)
        know(u, p, t)
        assert t.who & (31 * NEW) == NEW << codes["life_cycle"][i]
        assert t.who & (3 * HIGH) == HIGH << codes["value"][i]
        assert (codes["persona"][i], codes["channel"][i]) == (u.persona, u.channel)
        seen |= {LIFE[codes["life_cycle"][i]], VALUE[codes["value"][i]]}
    assert seen == {*LIFE, *VALUE}


def test_every_group_divides_all_users_and_all_their_orders_and_money(result):
    found, runs = table(result), 3
    daily = result.daily
    last = daily[daily["day"] == 80]
    whole = {
        "users": last["registered_ever"].sum() / runs,
        "orders": daily["orders"].sum() / runs,
        "revenue": daily["revenue_minor"].sum() / runs,
        "contribution": (daily["revenue_minor"] - daily["cost_of_goods_minor"]).sum() / runs,
    }
    for group in ("life_cycle", "value", "persona", "channel"):
        for metric, value in whole.items():
            parts = [v for (g, _, m), v in found.items() if (g, m) == (group, metric)]
            assert sum(parts) == pytest.approx(value, rel=1e-12), (group, metric)


def test_a_personas_numbers_are_those_of_its_orders(result, plan):
    events = result.events
    for persona in plan.personas:
        own = events[events["persona"] == persona]
        assert table(result)["persona", persona, "orders"] == len(own) / 3
        assert table(result)["persona", persona, "revenue"] == own["paid_minor"].sum() / 3
        each = own.groupby("replication")["paid_minor"].mean()
        assert table(result)["persona", persona, "aov"] == pytest.approx(each.mean(), rel=1e-12)
        counts = own.groupby(["replication", "user"]).size()
        repeat = [(counts[r] >= 2).mean() for r in range(3)]
        assert table(result)["persona", persona, "repurchase_rate"] == pytest.approx(np.mean(repeat), rel=1e-12)
    assert table(result)["persona", "spender", "aov"] > 2 * table(result)["persona", "saver", "aov"]


def test_value_to_date_is_the_contribution_of_each_user(result):
    per_run = LifecycleModel(result.plans[0], replication=0).run()
    codes = segments(per_run)["value"]
    rows = per_run.rows[codes == VALUE.index("high_value")]
    first = frames.segments("a", one_run(result))
    value = first.set_index(["group", "segment", "metric"])["mean"]["value", "high_value", "ltv_to_date"]
    assert value == pytest.approx((rows["paid"] - rows["goods"]).sum() / len(rows), rel=1e-12)


def one_run(result) -> Tally:
    tally = Tally(result.plans[0])
    tally.add(result.runs[0][0])
    return tally


def test_a_segment_that_nobody_was_in_is_left_out(result):
    assert set(result.segments.query("group == 'channel'")["segment"]) == {"direct"}
    assert result.segments["mean"].notna().all()


def test_every_segment_has_an_interval_of_its_replications(result):
    lines = result.segments
    assert ((lines["ci_low"] <= lines["mean"]) & (lines["mean"] <= lines["ci_high"])).all()
    one = frames.segments("a", one_run(result))
    assert one["ci_low"].isna().all()


def test_events_know_channel_and_persona_of_their_user(result, model, plan):
    events = result.events.query("replication == 0")
    names = np.array(names_of("persona", plan))
    assert (events["persona"].to_numpy() == names[model.rows["persona"][events["user"]]]).all()
    assert set(events["channel"]) == {"direct"} and set(events["persona"]) == {"saver", "spender"}


def test_channels_are_the_ones_by_which_users_came():
    world = {"name": "m", "run": {"users": 300, "days": 60, "replications": 1, "seed": 2}}
    world |= {"population": {"entry": "market", "order_rate": {"r": 2.0, "alpha_weeks": 6.0}, "visit_conversion": 0.3}}
    world |= {"market": {"bass": {"p_per_year": 3.0, "q_per_year": 20.0, "friends_share": 0.9}}}
    result = compare([Scenario.from_mapping(world)], list_orders=True)
    events, model = result.events, LifecycleModel(result.plans[0]).run()
    assert (events["channel"].to_numpy() == np.array(CHANNELS)[model.rows["channel"][events["user"]]]).all()
    assert set(events["channel"]) == {"direct", "friends"} and set(events["persona"]) == {EVERYONE}
    lines = result.segments.query("group == 'channel' and metric == 'users'").set_index("segment")["mean"]
    counted = np.bincount(model.rows["channel"][model.rows["stage"] != PROSPECT], minlength=len(CHANNELS))
    assert lines.to_dict() == {name: n for name, n in zip(CHANNELS, counted, strict=True) if n}
