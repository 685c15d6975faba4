"""Marking functions as rules."""

from __future__ import annotations

import pytest

from sim.rule import PHASES, plain, rule


@pytest.mark.parametrize("phase", [*PHASES, "lifecycle"])
def test_a_rule_knows_its_phase_and_still_runs_as_written(phase):
    def double(x):
        return 2 * x

    made = rule(phase)(double)
    assert made.phase == phase
    assert plain(made)(21) == 42
    assert plain(made) is double
    assert plain(double) is double


def test_an_unknown_phase_is_refused_with_the_known_ones():
    with pytest.raises(ValueError, match="'evening' is no phase.*offer, visit, pay, reward, close"):
        rule("evening")
