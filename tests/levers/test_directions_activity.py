"""Content and events move what their files say, in that direction and by about that size.

Worlds are paired as in ``test_lever_directions``.
"""

from __future__ import annotations

import datetime

import numpy as np
import pytest
from lever_worlds import FESTIVE, LIVELY, lived, per_user
from test_lever_directions import DOWN, UP, assert_moves, counter, orders_per_visit, pairs, stayed

from sim.lever import Night, levers
from sim.levers import content, events

PLAIN = {
    "population": {**LIVELY, "dropout": {"mode": "none"}, "visit_conversion": 0.04, "newcomer": {"visit_lift": 0.0}},
    "behaviour": {"borrowed_share": 0.0, "satisfaction_order": 0.0},
}
"""Nobody leaves, nothing is only bought early, nobody is newer than another."""
MIDSUMMER = (datetime.date(2025, 6, 20) - datetime.date.fromisoformat(FESTIVE)).days
DURING, BEFORE = slice(MIDSUMMER, MIDSUMMER + 3), slice(0, MIDSUMMER)
FEED = {"posts_per_day": 50.0, "quality": 1.0, "reader_share": 1.0, "lift": 0.5, "intent": 0.0}
CROWD = {"dates": [620], "reach": 1.0, "draw": 1.0}


def on(days, name):
    """A counter's sum over some days, for each user."""
    return lambda model: float(model.daily()[name][days].sum() / len(model.rows))


def tonight(lever, p, day, shared, yesterday=None, date=datetime.date(2025, 6, 20), users=10):
    own = np.zeros(users)
    return Night(shared, yesterday or {}, {}, own, own, p, day=day, key=7, date=date)


def beginning(lever):
    return {name: s.initial for name, s in lever.shared.items()}


# ---- content


def test_a_feed_brings_visits_and_hardly_any_orders():
    assert_moves(UP, pairs(counter("visits"), {"content": {}}))
    assert_moves(DOWN, pairs(orders_per_visit, {"content": {}}))


def test_a_full_feed_brings_visits_by_its_lift_and_no_orders_where_readers_do_not_buy():
    more = [per_user(lived({"content": FEED}, replication=k, users=3_000, **PLAIN), "visits") for k in range(4)]
    plain = [per_user(lived({}, replication=k, users=3_000, **PLAIN), "visits") for k in range(4)]
    # fullness reaches 50 / (50 / (1 − .8) + 2.5) … within days; the first days are empty
    assert np.log(np.sum(more) / np.sum(plain)) == pytest.approx(0.5 * 0.97, abs=0.04)
    orders = pairs(counter("orders"), {"content": FEED}, **PLAIN)
    usual = np.mean([per_user(lived({}, replication=k, users=3_000, **PLAIN), "orders") for k in range(4)])
    assert abs(orders.mean()) < 0.05 * usual


def test_where_readers_buy_as_usual_orders_grow_as_visits_do():
    buying = {"content": {**FEED, "intent": 1.0}}
    assert_moves(UP, pairs(counter("orders"), buying, {"content": FEED}, **PLAIN))


def test_each_further_post_brings_less():
    one, two, four = ({"content": {"posts_per_day": n, "lift": 1.0}} for n in (1.0, 2.0, 4.0))
    assert_moves(UP, pairs(counter("visits"), two, one))
    assert_moves(UP, 2 * pairs(counter("visits"), two, one) - pairs(counter("visits"), four, two))


def test_posts_age_and_the_feed_fills_up():
    p = content.Parameters(posts_per_day=2.0, quality=0.5, fresh_keep=0.5, half_posts=2.0)
    shared = beginning(levers()["content"])
    for day in range(1, 60):
        content.overnight(tonight(content, p, day, shared))
    assert shared["stock"] == pytest.approx(2.0)
    assert shared["fullness"] == pytest.approx(0.5)
    assert shared["fullness"] <= content.constants(p)["fullest"] == pytest.approx(0.5)


@pytest.mark.parametrize("posts, cost, days, paid", [(1.0, 20.0, 30, 60_000), (0.1, 0.25, 400, 1_000), (0.0, 20.0, 30, 0)])
def test_posts_are_paid_to_the_minor_unit_over_any_number_of_days(posts, cost, days, paid):
    p, shared, posted = content.Parameters(posts_per_day=posts, production_cost=cost), beginning(levers()["content"]), 0
    for day in range(1, days + 1):
        night = tonight(content, p, day, shared)
        content.overnight(night)
        posted += night.posted["production"]
    assert posted == paid


def test_a_feed_switched_off_costs_nothing_more_and_dries_up():
    p, shared = content.Parameters(active=False), {**beginning(levers()["content"]), "stock": 5.0}
    night = tonight(content, p, 9, shared)
    content.overnight(night)
    assert night.posted == {"production": 0}
    assert shared["stock"] == pytest.approx(4.0)


def test_a_feed_is_never_fuller_than_sleepers_are_told():
    p, shared = content.Parameters(posts_per_day=3.0), beginning(levers()["content"])
    fullest, full = content.constants(p)["fullest"], []
    for day in range(1, 200):
        content.overnight(tonight(content, p, day, shared))
        full.append(shared["fullness"])
    assert max(full) <= fullest * (1 + 1e-12)
    assert full[-1] == pytest.approx(fullest)


# ---- events


def test_an_event_brings_visits_on_its_days():
    assert_moves(UP, pairs(on(DURING, "visits"), {"events": CROWD}))


def test_an_event_brings_visits_by_its_draw_and_few_orders():
    def total(name, blocks):
        return np.sum([on(DURING, name)(lived(blocks, replication=k, users=3_000, **PLAIN)) for k in range(8)])

    visits, orders = ([total(name, blocks) for blocks in ({"events": CROWD}, {})] for name in ("visits", "orders"))
    # those who signed up during the event were not told: 40 of the 2,240 there on an average day
    assert np.log(visits[0] / visits[1]) == pytest.approx(1.0, abs=0.1)
    assert np.log(orders[0] / orders[1]) < 0.5


def test_nothing_happens_before_the_day():
    one, other = (lived(blocks, users=3_000) for blocks in ({"events": CROWD}, {}))
    assert (one.visited[BEFORE] == other.visited[BEFORE]).all()
    assert one.daily()["events_attended"][BEFORE].sum() == one.daily()["events_hosting"][BEFORE].sum() == 0


def test_having_been_there_makes_people_stay():
    bound = {"dates": [525], "draw": 0.0, "reach": 1.0, "glow": 2.0}
    assert_moves(UP, pairs(stayed, {"events": bound}, {"events": {**bound, "glow": 0.0}}))


def test_attendees_who_post_are_heard_by_their_friends():
    around = {"community": {"poster_rate": 0.0, "lurker_rate": 0.0, "content_lift": 0.0, "trust_lift": 0.0, "contagion_visit": 1.0}}
    silent, loud = ({**around, "events": {**CROWD, "post_share": share}} for share in (0.0, 1.0))
    assert_moves(UP, pairs(counter("visits"), loud, silent))


@pytest.mark.parametrize("places", [1, 50, 700])
def test_no_more_attend_than_there_are_places(places):
    for k in range(4):
        model = lived({"events": {**CROWD, "draw": 5.0, "size": places}}, replication=k, users=3_000)
        attended = model.daily()["events_attended"].sum()
        assert attended <= places
        assert attended >= 0.5 * places or places == 1


def test_an_event_is_paid_for_once():
    model = lived({"events": {"dates": [620, 20250601], "days": [5], "lasts_days": 4, "cost": 300.00}}, users=500)
    assert np.flatnonzero(model.daily()["events_hosting"]).tolist() == [5, 17, MIDSUMMER]
    assert model.ledger()["events.hosting"] == 90_000


def test_of_two_events_at_once_the_newer_one_is_on():
    p, shared = events.Parameters(dates=(618, 620), lasts_days=5), beginning(levers()["events"])
    seen = []
    for day in range(1, 12):
        date = datetime.date(2025, 6, 16) + datetime.timedelta(days=day)
        events.overnight(tonight(events, p, day, shared, date=date))
        seen.append((shared["open"], shared["first_day"]))
    assert seen == [(0.0, -10_000.0)] + [(1.0, 2.0)] * 2 + [(1.0, 4.0)] * 5 + [(0.0, 4.0)] * 3


@pytest.mark.parametrize("wrong", [{"dates": (230,)}, {"dates": (5,)}, {"dates": (20250230,)}, {"days": (-1,)}])
def test_a_day_that_does_not_exist_is_refused(wrong):
    with pytest.raises(ValueError, match="is no date|count from 0"):
        events.Parameters(**wrong)
