"""Law 5: a user's day reads that user's row, yesterday's totals and friends' marks of yesterday; nothing else."""

from __future__ import annotations

import numpy as np
from anything import EVERY_LEVER, blocks, diary, differences, few, lived, lives, scenario, unlimited
from hypothesis import given
from hypothesis import strategies as st

from sim import network
from sim.lever import levers
from sim.model import LifecycleModel
from sim.userset import UserSet

ALONE = tuple(name for name in levers() if name not in ("community", "feedback", "group_buy", "referral"))
"""Levers through which nobody hears of anybody."""


class InAnyOrder(LifecycleModel):
    """A model whose users live in another order on every day."""

    @property
    def agents(self):
        return UserSet(self, np.random.default_rng(self.day + 1).permutation(len(self.rows)))


@few(6)
@given(blocks())
def test_the_order_in_which_users_live_does_not_matter_whatever_the_levers(pulled):
    world = scenario(pulled, users=40, days=12)
    shuffled = InAnyOrder(world, kinds=EVERY_LEVER, driver="objects", list_orders=True).run()
    assert differences(lived(world), shuffled) == []


@few(15)
@given(blocks(*ALONE), st.integers(0, 199))
def test_a_changed_stranger_changes_no_other_life(pulled, stranger):
    unlimited(pulled)
    model, other = (LifecycleModel(scenario(pulled, users=200), kinds=EVERY_LEVER, list_orders=True) for _ in range(2))
    row = other.rows[stranger : stranger + 1]
    row["visit_rate"], row["usual_basket"], row["leave_p"] = 5.0, 900.0, 0.0
    row["points"]["balance"] = row["points"]["buckets"][:, 0] = 500
    for each in (model, other):
        each.run()
    visits, others = (diary(each, "visited")[:, stranger] for each in (model, other))
    assert (visits != others).any() or model.rows["spent"][stranger] != other.rows["spent"][stranger]
    for before, after in ((0, stranger), (stranger + 1, 200)):
        assert lives(model, slice(before, after)) == lives(other, slice(before, after))


def test_news_of_a_post_reaches_friends_on_the_next_day_and_nobody_else():
    quiet = {"poster_rate": 0.0, "lurker_rate": 0.0, "contagion_visit": 2.0, "content_lift": 0.0, "trust_lift": 0.0}
    model, other = (
        LifecycleModel(scenario({"community": quiet}, users=500), kinds=EVERY_LEVER, list_orders=True) for _ in range(2)
    )
    other.said[7] = network.POSTED
    for each in (model, other):
        each.step()
    friends = model.friends.of(7)
    assert other.heard[friends, 0].all() and other.heard.sum() == len(friends)
    strangers = np.setdiff1d(np.arange(500), friends)
    assert (model.rows[strangers]["last_seen"] == other.rows[strangers]["last_seen"]).all()
    assert (model.rows[friends]["last_seen"] <= other.rows[friends]["last_seen"]).all()
    assert (model.visited[1] != other.visited[1]).any()
