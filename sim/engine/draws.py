"""Draws ahead: the numbers that a visit will ask for are drawn at once, because a processor draws four as quickly as one.

A rule says ``visit_luck(u, t, PURPOSE)`` for a number that most visits ask for. In the compiled loop that is a look at ``t.drawn``, which
was filled before the visit with the same numbers from the same addresses; where a visit asks for two, a second visit's two are among them.
Nobody's life knows the difference: plain Python draws where the rule says so.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterable
from types import FunctionType
from typing import Any

import numba
import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from sim.chance import BUMP_0, BUMP_1, MASK, MULTIPLY_0, MULTIPLY_1, ROUNDS, STEP, chance, day_luck, visit_luck
from sim.compiled import JIT
from sim.population import MOST_DRAWN

AT_ONCE = 4
"""Numbers that a processor draws together."""

WORTH_IT = 6
"""With fewer to be drawn, but for a pair, each is drawn where it is asked for: not every visit asks for all."""

PAIR = 2
"""Numbers a visit, of which a vector holds those of the next visit, too."""

LUCK = {"visit_luck": visit_luck, "day_luck": day_luck}
"""What rules call."""

Address = tuple[int, str]
"""A purpose, and the name of the function that asks for it."""

SPARE = (0, "")
"""A place of a vector that nobody asks for."""

HALF, WORD = ir.IntType(32), ir.IntType(64)
WORDS, FRACTIONS = ir.VectorType(WORD, AT_ONCE), ir.VectorType(ir.DoubleType(), AT_ONCE)
BUMPS = int(BUMP_0), int(BUMP_1)


def asked_for(rules: Iterable[Callable]) -> list[Address]:
    """What these rules ask for by ``visit_luck``, then by ``day_luck``, each in whole vectors; none where so few gain nothing."""
    addresses = list(dict.fromkeys(address for f in rules for address in _purposes(f)))
    every_visit, first_visit = ([a for a in addresses if a[1] == name] for name in LUCK)
    if len(addresses) < WORTH_IT:
        return every_visit if len(every_visit) == PAIR and not first_visit else []
    return (_in_vectors(every_visit) + _in_vectors(first_visit))[:MOST_DRAWN]


def _in_vectors(addresses: list[Address]) -> list[Address]:
    return addresses + [SPARE] * (-len(addresses) % AT_ONCE)


def _visits(addresses: list[Address]) -> int:
    """Visits whose numbers are drawn together."""
    return AT_ONCE // PAIR if len(addresses) == PAIR else 1


def drawing(addresses: list[Address]) -> Callable:
    """``draw(u, t)``: fill ``t.drawn`` with the numbers at these addresses, those of the day on the first visit only."""
    visits = _visits(addresses)
    vectors = [addresses[at : at + AT_ONCE] for at in range(0, len(addresses), AT_ONCE)]
    every_visit = [p for vector in vectors for p, _ in vector if vector[0][1] == "visit_luck"]
    fill = _filling([(p, later) for later in range(visits) for p in every_visit], 0)
    fill_first = _filling([(p, 0) for p, _ in addresses[len(every_visit) :]], len(every_visit))

    @numba.njit(**JIT)
    def draw(u, t):
        if t.visit == 0:
            fill_first(t.drawn, t.key, u.id, t.day, 0)
        if t.visit & (visits - 1) == 0:
            fill(t.drawn, t.key, u.id, t.day, t.visit)

    return draw


def _filling(lanes: list[tuple[int, int]], start: int) -> Callable:
    """``fill(out, key, user, day, k)``: ``sim.chance.chance`` at each purpose and k + later into out[start], …, ``AT_ONCE`` in a vector.

    Written in LLVM's own words, because LLVM finds the vectors in a loop by itself only sometimes.
    """

    @intrinsic
    def fill(typing, out, key, user, day, k):
        def generate(context, builder, signature, arguments):
            data = context.make_array(signature.args[0])(context, builder, arguments[0]).data
            key, user, day, k = (builder.zext(builder.trunc(a, HALF), WORD) for a in arguments[1:])
            high_key = builder.lshr(arguments[1], WORD(32))
            groups = range(0, len(lanes), AT_ONCE)
            words = []
            for at in groups:
                purposes, later = (_constant(list(each)) for each in zip(*lanes[at : at + AT_ONCE], strict=True))
                words.append([_same(builder, user), _same(builder, day), purposes, builder.add(_same(builder, k), later)])
            keys = [key, high_key]
            for _ in range(ROUNDS):
                low, high = (_same(builder, half) for half in keys)
                words = [_round(builder, *four, low, high) for four in words]
                keys = [builder.and_(builder.add(half, WORD(bump)), WORD(MASK)) for half, bump in zip(keys, BUMPS, strict=True)]
            for at, (first, second, _, _) in zip(groups, words, strict=True):
                bits = builder.or_(builder.shl(first, _constant([21] * AT_ONCE)), builder.lshr(second, _constant([11] * AT_ONCE)))
                numbers = builder.fmul(builder.uitofp(bits, FRACTIONS), FRACTIONS([STEP] * AT_ONCE))
                place = builder.bitcast(builder.gep(data, [WORD(start + at)]), FRACTIONS.as_pointer())
                builder.store(numbers, place, align=8)
            return context.get_dummy_value()

        return types.void(out, *[types.int64] * 4), generate

    return fill


def _round(builder: Any, c0: Any, c1: Any, c2: Any, c3: Any, low: Any, high: Any) -> list:
    """One round of Philox-4x32 (``sim.chance``) for ``AT_ONCE`` counters."""
    half, mask = _constant([32] * AT_ONCE), _constant([MASK] * AT_ONCE)
    a = builder.mul(c0, _constant([int(MULTIPLY_0)] * AT_ONCE))
    b = builder.mul(c2, _constant([int(MULTIPLY_1)] * AT_ONCE))
    return [
        builder.xor(builder.xor(builder.lshr(b, half), c1), low), builder.and_(b, mask),
        builder.xor(builder.xor(builder.lshr(a, half), c3), high), builder.and_(a, mask),
    ]


def _same(builder: Any, value: Any) -> Any:
    """A vector of one value."""
    one = builder.insert_element(ir.Constant(WORDS, ir.Undefined), value, HALF(0))
    return builder.shuffle_vector(one, ir.Constant(WORDS, ir.Undefined), ir.Constant(ir.VectorType(HALF, AT_ONCE), [0] * AT_ONCE))


def _constant(values: list[int]) -> Any:
    return ir.Constant(WORDS, values)


def looking(f: Callable, addresses: list[Address]) -> Callable:
    """The rule, to be compiled, with a look at ``t.drawn`` for each number that is drawn ahead; the others are drawn where they stand."""
    if not set(LUCK) & set(f.__code__.co_names):
        return f
    lucks = {name: _look([(k, p) for k, (p, n) in enumerate(addresses) if n == name], name, _visits(addresses)) for name in LUCK}
    made = FunctionType(f.__code__, {**f.__globals__, **lucks}, f.__name__, f.__defaults__, f.__closure__)
    made.__module__, made.phase = f.__module__, f.phase
    return made


def _look(known: list[tuple[int, int]], name: str, visits: int) -> Callable:
    """``visit_luck`` or ``day_luck`` of compiled rules: one question for each number drawn ahead, all but one of which LLVM answers."""
    if not known:
        return numba.njit(**JIT)(FunctionType(LUCK[name].__code__, {"chance": chance}, name))
    place, mine = known[0]
    rest = _look(known[1:], name, visits)

    @numba.njit(**JIT)
    def luck(u, t, purpose):
        if purpose == mine:
            return t.drawn[np.uint64(place + (t.visit & (visits - 1)) * PAIR)]
        return rest(u, t, purpose)

    return luck


def _purposes(f: Callable) -> list[Address]:
    """The numbers that a rule asks for by ``visit_luck`` and ``day_luck``; none where its source is not to be had."""
    try:
        source = textwrap.dedent(inspect.getsource(f))
    except (OSError, TypeError):
        return []
    calls = [n for n in ast.walk(ast.parse(source)) if isinstance(n, ast.Call) and isinstance(n.func, ast.Name) and n.func.id in LUCK]
    return [(f.__globals__[call.args[2].id], call.func.id) for call in calls]
