"""Accounts and their sums."""

from __future__ import annotations

import pytest

from sim import ledger
from sim.lever import levers

KINDS = {
    "basket": ("basket", ""),
    "revenue": ("revenue", ""),
    "cost_of_goods": ("goods", ""),
    "coupons.discount": ("discount", ""),
    "winback.contact": ("cost", ""),
}
BOOKS = {"basket": 10_000, "revenue": 9_500, "cost_of_goods": 7_000, "coupons.discount": 500, "winback.contact": 40}


def test_contribution_is_what_customers_paid_less_goods_and_costs():
    sums = ledger.balance(BOOKS, KINDS)
    assert sums == {
        "basket": 10_000,
        "discounts": 500,
        "fees": 0,
        "revenue": 9_500,
        "income": 0,
        "goods": 7_000,
        "costs": 40,
        "contribution": 2_460,
        "unexplained": 0,
    }
    ledger.check(BOOKS, KINDS)


def test_fees_raise_what_customers_pay_and_income_comes_beside_it():
    kinds = {**KINDS, "checkout.delivery": ("fee", ""), "membership.fee": ("income", "")}
    amounts = {**BOOKS, "revenue": 9_800, "checkout.delivery": 300, "membership.fee": 1_000}
    sums = ledger.balance(amounts, kinds)
    assert (sums["fees"], sums["income"], sums["unexplained"]) == (300, 1_000, 0)
    assert sums["contribution"] == 9_800 + 1_000 - 7_000 - 40
    with pytest.raises(ledger.LedgerError, match="300 minor units"):
        ledger.check({**amounts, "revenue": 9_500}, kinds)


def test_one_minor_unit_that_nobody_can_explain_is_an_error():
    with pytest.raises(ledger.LedgerError, match="1 minor units"):
        ledger.check({**BOOKS, "revenue": 9_499}, KINDS)


def test_every_account_of_every_lever_is_of_a_known_kind():
    table = ledger.accounts(levers())
    assert set(ledger.OWN_ACCOUNTS) < set(table)
    own = {name: kind for name, (kind, _) in table.items() if name not in ledger.OWN_ACCOUNTS}
    assert {"discount", "cost"} <= set(own.values()) <= {"discount", "fee", "income", "cost"}
    assert {name.split(".")[0] for name in own} == {name for name, lever in levers().items() if lever.accounts}
    assert all(meaning for _, meaning in table.values())
