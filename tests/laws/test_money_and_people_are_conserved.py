"""Law 4: money, points, coupons and people are whole numbers, and nothing is created or lost on any day."""

from __future__ import annotations

import numpy as np
from anything import EVERY_LEVER, blocks, few, scenario
from hypothesis import given
from hypothesis import strategies as st

from sim import ledger
from sim.model import LifecycleModel
from sim.population import STAGES

ENTRIES = st.sampled_from(["cohort", {"cohort": {"over_days": 9}}, {"arrivals": {"per_day": 30.0}}, "market"])


@few(30)
@given(blocks(), ENTRIES, st.floats(0.0, 1.0))
def test_the_books_balance_on_every_day_whatever_the_levers(pulled, entry, margin):
    population = {"order_rate": {"r": 2.0, "alpha_weeks": 3.0}, "visit_conversion": 0.3, "entry": entry}
    world = scenario(
        pulled,
        users=300,
        days=45,
        population=population,
        market={"bass": {"p_per_year": 5.0}},
        economics={"margin": margin},
    )
    model = LifecycleModel(world, kinds=EVERY_LEVER, list_orders=True)
    while True:
        assert model.broken_laws() == []
        books = ledger.balance(model.ledger(), ledger.accounts(model.levers))
        assert books["revenue"] == books["basket"] - books["discounts"] + books["fees"]
        assert books["contribution"] == books["revenue"] + books["income"] - books["goods"] - books["costs"]
        if model.day == model.days:
            break
        model.step()
    daily = model.daily()
    assert {column.dtype.kind for column in daily.values()} == {"i"}
    assert (sum(daily[stage] for stage in STAGES) == 300).all()
    assert (daily["registered"] >= 0).all() and (daily["prospect"] >= 0).all()
    assert (daily["orders"] == daily["first_orders"] + daily["repeat_orders"]).all()
    orders = model.orders()
    assert orders["amount_minor"].sum() == daily["basket"].sum()
    assert orders["paid_minor"].sum() == daily["revenue"].sum()
    assert (orders["paid_minor"] >= 0).all()
    assert np.maximum(orders["paid_minor"] - orders["amount_minor"], 0).sum() <= books["fees"]
    assert (np.bincount(orders["user"], minlength=300) == model.rows["orders"]).all()


@few(8)
@given(
    st.dictionaries(
        st.sampled_from(["basket", "a.discount", "b.discount", "c.cost", "cost_of_goods"]), st.integers(0, 10**12)
    )
)
def test_a_ledger_explains_itself_exactly_when_revenue_is_the_basket_less_discounts(amounts):
    kinds = {"basket": ("basket", ""), "revenue": ("revenue", ""), "cost_of_goods": ("goods", "")}
    kinds |= {k: (k.split(".")[1], "") for k in ("a.discount", "b.discount", "c.cost")}
    given_away = amounts.get("a.discount", 0) + amounts.get("b.discount", 0)
    amounts["revenue"] = amounts.get("basket", 0) - given_away
    ledger.check(amounts, kinds)
    books = ledger.balance(amounts, kinds)
    assert books["unexplained"] == 0
    assert books["contribution"] == amounts["revenue"] - amounts.get("cost_of_goods", 0) - amounts.get("c.cost", 0)
