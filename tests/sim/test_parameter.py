"""From a declaration of parameters to a record of numbers."""

from __future__ import annotations

from typing import Literal

import pytest
from pydantic import ValidationError

from sim.lever import levers
from sim.parameter import ASSUMPTION, MONEY, NOT_SET, Parameters, leaves, minor_units, param, record, specification
from sim.scenario import check


class Inner(Parameters):
    cost: float = param(0.05, MONEY, "per message", ge=0, le=100)


class Block(Parameters):
    value: float = param(1.25, MONEY, "of a gift", ge=0, le=9, source="a paper", grade="A")
    cap: float | None = param(None, MONEY, "in all", ge=0)
    share: float = param(1, "share", "of users", ge=0, le=1)
    days: int = param(14, "days", "until it ends", ge=1, lt=365)
    steps: tuple[float, ...] = param((1.0, 2.5), MONEY, "of the ladder", at_most=4)
    whom: Literal["all", "some"] = param("some", "-", "who gets one")
    inner: Inner = Inner()


def test_money_becomes_whole_minor_units_and_lists_know_their_length():
    numbers = record(Block())[0]
    assert numbers["value"] == 125 and numbers.dtype["value"] == "i8"
    assert numbers["steps"].tolist() == [100, 250, 0, 0] and numbers["steps_count"] == 2
    assert numbers["cap"] == NOT_SET
    assert numbers["whom"] == 1
    assert numbers["days"] == 14 and numbers.dtype["days"] == "i8"
    assert numbers["inner"]["cost"] == 5


def test_a_fraction_written_as_a_whole_number_stays_a_fraction():
    assert record(Block()).dtype["share"] == "f8"


@pytest.mark.parametrize("amount, minor", [(0.0, 0), (0.005, 1), (1.0, 100), (0.29, 29), (1e6, 10**8), (-0.005, -1)])
def test_half_a_minor_unit_is_rounded_away_from_zero(amount, minor):
    assert minor_units(amount) == minor


@pytest.mark.parametrize(
    "wrong", [{"days": 0}, {"days": 365}, {"days": 1.5}, {"share": 1.1}, {"steps": (1.0,) * 5}, {"typo": 1}]
)
def test_what_is_out_of_range_or_unknown_is_refused(wrong):
    with pytest.raises(ValidationError):
        Block(**wrong)


def test_the_specification_says_unit_range_default_and_source():
    table = specification(Block)
    assert table["value"] == {
        "unit": MONEY, "default": 1.25, "minimum": 0, "maximum": 9,
        "meaning": "of a gift", "source": "a paper", "grade": "A",
    }  # fmt: skip
    assert table["days"]["minimum"] == 1 and table["days"]["maximum"] == 365
    assert table["days"]["source"] == ASSUMPTION
    assert table["whom"]["choices"] == ["all", "some"]
    assert table["steps"]["default"] == [1.0, 2.5]
    assert list(table) == [name for name, _, _ in leaves(Block())]


@pytest.mark.parametrize("block", [*(lever.Parameters for lever in levers().values()), *check.BLOCKS.values()])
def test_every_parameter_that_ships_has_a_unit_a_meaning_a_source_and_a_permitted_default(block):
    for name, entry in specification(block).items():
        if name in ("entry.market", "currency", "start"):
            continue
        assert entry["unit"] and entry["meaning"] and entry["source"], name
        assert entry["grade"] in ("", "A", "B", "C", "D"), name
        default = entry["default"]
        if isinstance(default, int | float) and not isinstance(default, bool):
            assert entry["minimum"] is not None and entry["maximum"] is not None, name
            assert entry["minimum"] <= default <= entry["maximum"], name
