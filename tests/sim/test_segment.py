"""Whom a lever is aimed at, in bits."""

from __future__ import annotations

import pytest

from sim import segment
from sim.segment import CHANNELS, LIFE, SEGMENTS, VALUE


def test_an_aim_that_names_nothing_closes_to_nobody():
    assert segment.closed((), (), (), ["a", "b"]) == 0


def test_a_lever_that_is_off_is_closed_to_everybody():
    assert segment.SOMEBODY & segment.NOBODY


@pytest.mark.parametrize("name", SEGMENTS)
def test_an_aim_at_one_segment_is_open_to_it_and_closed_to_the_rest_of_its_group(name):
    group, first = (LIFE, 1) if name in LIFE else (VALUE, 6)
    bits = segment.closed([name], (), (), [])
    for k, other in enumerate(group):
        assert bool(bits >> (first + k) & 1) == (other != name)
    assert bits == sum(1 << (first + k) for k, other in enumerate(group) if other != name)


def test_groups_are_joined_by_and_names_of_a_group_by_or():
    bits = segment.closed(["new", "high_value"], ["b"], ["search", "ads"], ["a", "b"])

    def acts(life, value, persona, channel):
        who = segment.SOMEBODY | life | value | segment.persona_bit(persona) | segment.channel_bit(channel)
        return not who & bits

    assert acts(segment.NEW, segment.HIGH, 1, segment.ADS)
    assert acts(segment.NEW, segment.HIGH, 1, segment.SEARCH)
    assert not acts(segment.ACTIVE, segment.HIGH, 1, segment.ADS)
    assert not acts(segment.NEW, segment.ORDINARY, 1, segment.ADS)
    assert not acts(segment.NEW, segment.HIGH, 0, segment.ADS)
    assert not acts(segment.NEW, segment.HIGH, 1, segment.DIRECT)


def test_no_two_bits_meet():
    bits = [segment.SOMEBODY, segment.NEW, segment.ACTIVE, segment.AT_RISK, segment.STILL, segment.LOST, segment.HIGH, segment.ORDINARY]
    bits += [segment.channel_bit(k) for k in range(len(CHANNELS))]
    bits += [segment.persona_bit(k) for k in range(segment.MOST_PERSONAS)]
    bits += [segment.arm_bit(k, treated) for k in range(segment.MOST_EXPERIMENTS) for treated in (True, False)]
    assert len(set(bits)) == len(bits)
    assert max(bits) < 2**62
    assert all(b & (b - 1) == 0 for b in bits)
