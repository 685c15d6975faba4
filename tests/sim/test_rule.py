"""Marking functions as rules."""

from __future__ import annotations

import pytest
from numba import njit

from sim.rule import PHASES, plain, rule


@pytest.mark.parametrize("phase", [*PHASES, "lifecycle"])
def test_a_rule_knows_its_phase_and_runs_as_written_and_compiled(phase):
    def double(x):
        return 2 * x

    made = rule(phase)(double)
    assert made.phase == phase
    assert plain(made) is double
    assert plain(double) is double

    @njit
    def loop(x):  # a rule is compiled into a caller; only as written can Python call it
        return made(x)

    assert loop(21) == plain(made)(21) == 42


def test_an_unknown_phase_is_refused_with_the_known_ones():
    with pytest.raises(ValueError, match="'evening' is no phase.*offer, visit, pay, reward, close"):
        rule("evening")
