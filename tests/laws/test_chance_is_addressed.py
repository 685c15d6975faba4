"""Law 1: a random number depends on its address alone, so who computes it, when and beside whom does not matter."""

from __future__ import annotations

from anything import blocks, columns, differences, few, lived, lives, scenario, unlimited
from hypothesis import given
from hypothesis import strategies as st

from sim.engine.compose import CHUNK
from sim.lever import levers

ALONE = tuple(name for name in levers() if name not in ("community", "feedback", "group_buy", "referral"))
"""Levers whose users hear nothing of each other, as long as there is no budget to share."""


@few(3)
@given(blocks())
def test_any_number_of_threads_lives_the_same_lives_across_chunks(pulled):
    world = scenario(pulled, users=2 * CHUNK + 77, days=4)
    one, two, three = (lived(world, threads=n, list_orders=False) for n in (1, 2, 3))
    assert differences(one, two) == []
    assert differences(one, three) == []


@few(15)
@given(blocks(), st.sampled_from(["per_order", "per_time", "per_renewal", "none"]))
def test_one_user_at_a_time_and_the_compiled_loop_agree_whatever_the_levers(pulled, mode):
    population = {
        "order_rate": {"r": 2.0, "alpha_weeks": 3.0},
        "visit_conversion": 0.3,
        "dropout": {"mode": mode, "period_days": 7},
    }
    world = scenario(pulled, users=60, days=14, population=population)
    assert differences(lived(world), lived(world, driver="objects")) == []


@few(10)
@given(blocks(*ALONE), st.sampled_from(["cohort", {"arrivals": {"per_day": 20.0}}]))
def test_one_more_user_changes_nobody_elses_life(pulled, entry):
    unlimited(pulled)
    population = {"order_rate": {"r": 2.0, "alpha_weeks": 6.0}, "visit_conversion": 0.3, "entry": entry}
    few_, more = (lived(scenario(pulled, users=n, population=population)) for n in (300, 301))
    assert lives(few_) == lives(more, slice(0, 300))
    for name, column in columns(few_.rows):
        assert column.tolist() == dict(columns(more.rows))[name][:300].tolist(), name


@few(6)
@given(blocks())
def test_a_user_has_the_same_traits_in_every_scenario(pulled):
    plain_, other = lived(scenario(), days=0), lived(scenario(pulled), days=0)
    one, two = lives(plain_), lives(other)
    del one["consent"], two["consent"]  # a choice made at sign-up, not a trait
    assert one == two


def test_other_seeds_and_replications_are_other_luck():
    worlds = [
        lived(scenario(seed=5)),
        lived(scenario(seed=6)),
        lived(scenario(seed=5), replication=1),
        lived(scenario(seed=6), replication=1),
    ]
    assert len({w.key for w in worlds}) == 4
    assert len({w.orders()["amount_minor"].tobytes() for w in worlds}) == 4
