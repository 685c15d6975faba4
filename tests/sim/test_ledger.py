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
        "revenue": 9_500,
        "goods": 7_000,
        "costs": 40,
        "contribution": 2_460,
        "unexplained": 0,
    }
    ledger.check(BOOKS, KINDS)


def test_one_minor_unit_that_nobody_can_explain_is_an_error():
    with pytest.raises(ledger.LedgerError, match="1 minor units"):
        ledger.check({**BOOKS, "revenue": 9_499}, KINDS)


def test_every_account_of_every_lever_is_a_discount_or_a_cost():
    table = ledger.accounts(levers())
    assert set(ledger.OWN_ACCOUNTS) < set(table)
    own = {name: kind for name, (kind, _) in table.items() if name not in ledger.OWN_ACCOUNTS}
    assert set(own.values()) == {"discount", "cost"}
    assert {name.split(".")[0] for name in own} == set(levers())
    assert all(meaning for _, meaning in table.values())
