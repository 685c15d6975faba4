"""What a deal on the first order teaches: nothing unless asked for, more or fewer orders by its sign, and what two studies found by their presets."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from lever_worlds import EVERY_LEVER, lived
from scipy import stats

from sim.lever import levers
from sim.lifecycle.conversion import weigh_first_deal
from sim.lifecycle.retention import learn_from_first_deal, remember_price
from sim.model import LifecycleModel
from sim.scenario import load_scenario

DEPTH = Path(__file__).parents[2] / "scenarios" / "evidence" / "depth.yaml"
BEGIN, END = 212, 242
"""The month in which the replay's discount holds."""

GIVEN = {
    "onboarding": {"onboarding": {"gift": 10.0, "min_spend": 0, "seen": 1.0}},
    "signup": {"signup": {"gift": 10.0, "min_spend": 0, "seen": 1.0}},
    "coupons": {"coupons": {"percent": 0.4, "min_spend": 0, "audience": "everyone", "every_days": 5, "attention": 20}},
    "promotions": {"promotions": {"dates": [20250516], "lasts_days": [30], "depth": [0.4]}},
}
"""Each lever so that many first orders are cheaper by it."""


def taught(lever, first_deal, replication, **more):
    blocks = {name: {**block, **more, "first_deal": first_deal} for name, block in GIVEN[lever].items()}
    return lived(blocks, users=1_500, replication=replication)


def repeat_orders(model):
    return float(model.daily()["repeat_orders"].sum())


def test_the_first_order_teaches_by_the_share_of_its_basket_and_no_later_one_does():
    u = SimpleNamespace(orders=1, lesson=0)
    learn_from_first_deal(u, None, SimpleNamespace(lesson=-1.9 * 700, basket=2000), None)
    assert u.lesson == -665
    u.orders = 2
    learn_from_first_deal(u, None, SimpleNamespace(lesson=5000.0, basket=1000), None)
    assert u.lesson == -665


def test_what_it_taught_is_added_to_every_decision():
    t = SimpleNamespace(order_pull=0.25)
    weigh_first_deal(SimpleNamespace(lesson=-665), None, t)
    assert t.order_pull == pytest.approx(-0.415)


def test_orders_that_it_brings_are_not_only_bought_early():
    p = SimpleNamespace(reference_keep=1.0, borrowed_share=0.5)
    today = {"basket": 0, "pushed": 0.0, "pantry": 0.0}
    for lesson, pull in ((0, 0.0), (500, 0.5), (-500, -0.5)):
        t = SimpleNamespace(**today, order_pull=pull)
        remember_price(SimpleNamespace(lesson=lesson), p, t, None)
        assert t.pantry == 0.0
    t = SimpleNamespace(**today, order_pull=0.0)
    remember_price(SimpleNamespace(lesson=-500, pantry=0.0), p, t, None)
    assert t.pantry == pytest.approx(0.5 * (1 - np.exp(-0.5)))  # a lever pulled as hard as the lesson held back


@pytest.mark.parametrize("lever", GIVEN)
def test_nobody_learns_anything_unless_asked_for(lever):
    model = lived(GIVEN[lever], users=1_500)
    assert not model.rows["lesson"].any()
    assert model.ledger()[f"{lever}.discount"] > 0


@pytest.mark.parametrize("lever", GIVEN)
def test_without_strength_it_teaches_nothing(lever):
    assert not taught(lever, 5.0, 0, strength=0.0).rows["lesson"].any()


@pytest.mark.parametrize("lever", GIVEN)
def test_above_zero_a_first_deal_brings_later_orders_and_below_zero_it_costs_them(lever):
    found = np.array([[repeat_orders(taught(lever, x, k)) for x in (-2.0, 0.0, 2.0)] for k in range(8)])
    for gained in (found[:, 1] - found[:, 0], found[:, 2] - found[:, 1]):
        error = gained.std(ddof=1) / len(gained) ** 0.5
        assert stats.t.sf(gained.mean() / error, len(gained) - 1) < 1e-4, f"{gained.mean():.4g} ± {error:.4g}"


@pytest.mark.parametrize("lever", GIVEN)
def test_both_findings_are_presets_wherever_a_newcomer_may_get_a_deal(lever):
    up, down = (levers()[lever].presets[name].values["first_deal"] for name in ("anderson_simester", "lewis"))
    assert down < 0 < up


# ---- what two studies found


def replayed(preset, depth, replication):
    """Who had ordered on which day, and who had signed up without ordering before the month of the discount."""
    scenario = load_scenario(DEPTH, [f"levers.promotions.preset={preset}", f"levers.promotions.depth=[{depth}]"])
    model = LifecycleModel(scenario, kinds=EVERY_LEVER, replication=replication).run()
    marks = np.unpackbits(model.ordered, axis=1, bitorder="little")[:, : len(model.rows)].astype(bool)
    return marks, (model.rows["entry_day"] < BEGIN) & ~marks[:BEGIN].any(axis=0)


def test_after_a_deeper_discount_newcomers_order_22_percent_more_later_as_anderson_and_simester_found():
    def later(depth):
        worlds = (replayed("anderson_simester", depth, k) for k in range(2))
        return sum(marks[END:, new].sum() for marks, new in worlds)

    assert later(0.6) / later(0.3) - 1 == pytest.approx(0.22, abs=0.02)


def test_who_began_with_35_percent_off_is_worth_half_afterwards_as_lewis_found():
    def later_orders_of_each(depth):
        orders = people = 0
        for k in range(2):
            marks, new = replayed("lewis", depth, k)
            began = new & marks[BEGIN:END].any(axis=0)
            orders, people = orders + marks[END:, began].sum(), people + began.sum()
        return orders / people

    assert later_orders_of_each(0.35) / later_orders_of_each(0.0) == pytest.approx(0.5, abs=0.03)
