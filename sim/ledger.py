"""Accounts in whole minor units: what they are, what was posted, and the sums that must come out.

The platform's own accounts are ``basket`` (orders before discounts), ``revenue`` (what customers paid) and ``cost_of_goods``; every lever
brings its own, named ``lever.account``, each a ``discount`` (lowers what customers pay for an order), a ``fee`` (raises it), an ``income``
(paid
outside orders, such as a membership) or a ``cost``. Whatever the order of users,

    revenue      = basket − all discounts + all fees
    contribution = revenue + all income − cost_of_goods − all costs
"""

from __future__ import annotations

from collections.abc import Mapping

from sim.lever import Lever

OWN_ACCOUNTS = {
    "basket": ("basket", "orders before discounts"),
    "revenue": ("revenue", "what customers paid"),
    "cost_of_goods": ("goods", "what the goods cost"),
}


class LedgerError(ArithmeticError):
    """The books do not balance: a defect of a rule, never of a scenario."""


def accounts(levers: Mapping[str, Lever]) -> dict[str, tuple[str, str]]:
    """Every account by name: (kind, meaning). Kinds: basket, revenue, goods, discount, fee, income, cost."""
    table = dict(OWN_ACCOUNTS)
    for name, lever in levers.items():
        table |= {f"{name}.{k}": (a.kind, a.meaning) for k, a in lever.accounts.items()}
    return table


def acquisition(levers: Mapping[str, Lever]) -> list[str]:
    """The accounts that were spent to win new users."""
    return [f"{name}.{k}" for name, lever in levers.items() for k, a in lever.accounts.items() if a.acquisition]


def balance(amounts: Mapping[str, int], kinds: Mapping[str, tuple[str, str]]) -> dict[str, int]:
    """The sums of a ledger: basket, discounts, fees, revenue, income, goods, costs, contribution, and what is left unexplained (0)."""
    total = dict.fromkeys(("basket", "revenue", "goods", "discount", "fee", "income", "cost"), 0)
    for name, amount in amounts.items():
        total[kinds[name][0]] += int(amount)
    return {
        "basket": total["basket"],
        "discounts": total["discount"],
        "fees": total["fee"],
        "revenue": total["revenue"],
        "income": total["income"],
        "goods": total["goods"],
        "costs": total["cost"],
        "contribution": total["revenue"] + total["income"] - total["goods"] - total["cost"],
        "unexplained": total["basket"] - total["discount"] + total["fee"] - total["revenue"],
    }


def check(amounts: Mapping[str, int], kinds: Mapping[str, tuple[str, str]]) -> None:
    """Raise ``LedgerError`` unless revenue = basket − discounts + fees, to the minor unit."""
    off = balance(amounts, kinds)["unexplained"]
    if off:
        raise LedgerError(f"{off} minor units of discounts, fees and revenue are unexplained")
