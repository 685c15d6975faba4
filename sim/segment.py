"""Segments 用户分层: whom a lever can be aimed at, as bits, one set of bits a user and day.

Each group is a partition: a user has exactly one bit of it. A lever is closed to the bits that its aim leaves out, so it acts on a user
whose bits are none of these. Bits of one user and day are made from yesterday's state only.

    life cycle   new, active, at_risk, dormant, churned     by age, idleness and stage
    value        high_value, ordinary                       by recency, frequency and money (RFM)
    channel      how the user was acquired                  ``CHANNELS``
    persona      what kind of person the user is            the scenario's ``personas``, in the order of their names
    experiments  treatment or control of each               the scenario's ``experiments``, in the order of their names
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

LIFE = ("new", "active", "at_risk", "dormant", "churned")
VALUE = ("high_value", "ordinary")
SEGMENTS = (*LIFE, *VALUE)
"""The segments by name, as ``for:`` gives them."""

CHANNELS = ("direct", "friends", "content", "search", "ads", "partners", "offline", "alliance")
"""How a user was acquired: on their own account, through friends, and through five paid channels or an ally."""
DIRECT, FRIENDS, CONTENT, SEARCH, ADS, PARTNERS, OFFLINE, ALLIANCE = range(len(CHANNELS))

SOMEBODY = 1
NEW, ACTIVE, AT_RISK, STILL, LOST = (1 << (1 + k) for k in range(5))
HIGH, ORDINARY = 1 << 6, 1 << 7
EVERY_SEGMENT = NEW | ACTIVE | AT_RISK | STILL | LOST | HIGH | ORDINARY
"""The bits of a user who cannot be placed: every aim at a segment leaves out one of them."""
FIRST_CHANNEL, FIRST_PERSONA, FIRST_ARM = 8, 16, 32
MOST_PERSONAS, MOST_EXPERIMENTS = 16, 15
NOBODY = -1
"""Closed to everybody: the lever is off."""


def channel_bit(channel: int) -> int:
    """The bit of an acquisition channel."""
    return 1 << (FIRST_CHANNEL + channel)


def persona_bit(persona: int) -> int:
    """The bit of a persona by its place."""
    return 1 << (FIRST_PERSONA + persona)


def arm_bit(experiment: int, treated: bool) -> int:
    """The bit of an experiment's arm by the experiment's place."""
    return 1 << (FIRST_ARM + 2 * experiment + (0 if treated else 1))


def closed(segments: Iterable[str], personas: Iterable[str], channels: Iterable[str], known_personas: Sequence[str]) -> int:
    """The bits that an aim leaves out; a group that is not named leaves out nobody."""
    segments, personas, channels = set(segments), set(personas), set(channels)
    out = 0
    for group, first in ((LIFE, 1), (VALUE, 6)):
        if segments & set(group):
            out |= sum(1 << (first + k) for k, name in enumerate(group) if name not in segments)
    if channels:
        out |= sum(channel_bit(k) for k, name in enumerate(CHANNELS) if name not in channels)
    if personas:
        out |= sum(persona_bit(k) for k, name in enumerate(known_personas) if name not in personas)
    return out
