"""Marking functions as rules."""

from __future__ import annotations

import pytest

from sim.rule import PHASES, rule


@pytest.mark.parametrize("phase", [*PHASES, "lifecycle"])
def test_a_rule_knows_its_phase_and_stays_the_function_it_was(phase):
    def double(x):
        return 2 * x

    made = rule(phase)(double)
    assert made is double
    assert made.phase == phase
    assert made(21) == 42


def test_an_unknown_phase_is_refused_with_the_known_ones():
    with pytest.raises(ValueError, match="'evening' is no phase.*offer, visit, pay, reward, close"):
        rule("evening")


@pytest.mark.parametrize("phase", [p for p in PHASES if p != "dawn"])
def test_who_returns_is_decided_after_dawn_and_no_later_rule_may_have_a_say(phase):
    def tempt(u, own, p, t, m):
        t.return_hazard += p.strength

    with pytest.raises(ValueError, match=f"tempt uses t.return_hazard in '{phase}'.*in 'dawn'"):
        rule(phase)(tempt)
    assert rule("dawn")(tempt).phase == "dawn"
