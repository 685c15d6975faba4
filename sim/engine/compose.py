"""Rules → one user's day → one loop over users; compiled, or in plain Python for one user at a time.

numba's disk cache answers stale when a called function in another file changes. So the loop is named after the content of every source
it is made from, and its cache is right by construction: edit a rule, and the name changes.
"""

from __future__ import annotations

import hashlib
import inspect
import sys
import types
from collections.abc import Callable, Mapping

import numba
import numpy as np

from sim import chance, compiled, day, exact, layout, population, quantile, rule
from sim.chance import chances
from sim.engine import records
from sim.layout import LINE, daily_bytes, row_dtype
from sim.lever import Lever
from sim.lifecycle.activity import VISITS
from sim.rule import PHASES

JIT = {"error_model": "numpy", "nogil": True, "forceinline": True, "no_cpython_wrapper": True, "no_cfunc_wrapper": True}
"""How a part of the loop is compiled: into its caller, and for no other caller."""

CHUNK = 8_192
"""Users in a chunk: the unit of work, whatever the number of threads."""

BLOCK = 1_024
"""Users whose luck with visits is drawn at once; a chunk is a whole number of blocks."""


def steps(levers: Mapping[str, Lever], phase: str) -> list[tuple[Callable, str]]:
    """(rule, lever's name) of one phase, in the order of the levers' names."""
    return [(f, name) for name, lever in levers.items() for f in lever.rules if f.phase == phase]


def fingerprint(levers: Mapping[str, Lever]) -> str:
    """What the loop is made of: versions, the levers' names, and the content of every source; 16 hexadecimal digits."""
    sources = {m.__name__: m for m in (chance, compiled, day, exact, layout, population, quantile, records, rule, sys.modules[__name__])}
    sources |= {name: module for name, module in sys.modules.items() if name.startswith("sim.lifecycle.")}
    sources |= {lever.module.__name__: lever.module for lever in levers.values()}
    content = hashlib.sha256(f"{numba.__version__} {sys.version} {CHUNK} {list(levers)}".encode())
    for name in sorted(sources):
        content.update(inspect.getsource(sources[name]).encode())
    return content.hexdigest()[:16]


def plain_day(levers: Mapping[str, Lever]) -> Callable:
    """``sim.day.live`` with the levers' rules in place, in plain Python."""
    scope = {**vars(day), **{phase: _in_turn(steps(levers, phase)) for phase in PHASES}}
    return types.FunctionType(day.live.__code__, scope, "live")


def compiled_loop(levers: Mapping[str, Lever]) -> Callable:
    """The loop over users, compiled, for any scenario whose levers are among these."""
    scope = {name: numba.njit(**JIT)(value) if getattr(value, "phase", None) else value for name, value in vars(day).items()}
    for phase in PHASES:
        scope[phase] = _phase([(numba.njit(**JIT)(f), slot) for f, slot in steps(levers, phase)])
    one_day = numba.njit(**JIT)(types.FunctionType(day.live.__code__, scope, "live"))
    size = {"DAILY": daily_bytes(population.COLUMNS, levers), "WIDTH": row_dtype(population.COLUMNS, levers).itemsize}
    loop = types.FunctionType(_loop.__code__, {**globals(), "LIVE": one_day, **size}, "days")
    loop.__qualname__ = f"days_{fingerprint(levers)}"
    return numba.njit(cache=True, error_model="numpy", nogil=True)(loop)


LIVE: Callable
DAILY: int
WIDTH: int
"""Put in place for each set of levers by ``compiled_loop``: the composed day, and the bytes of a row."""


def _loop(rows, raw, visited, ordered, posted, heard, counters, policy, today, log, first, last):
    """Everybody of the chunks first … last−1 lives one day; marks of who visited, ordered and posted are kept.

    A block's rows are touched before they are lived: a bare loop waits for many cache lines at once, a life for one after the other.
    ``raw`` is the rows as bytes: of each row's WIDTH the first DAILY are needed every day, the rest on a visit.
    Orders are written to ``log`` where it has room for any; returns how many there were, also when the log was too short for them.
    """
    written = 0
    ps = policy[0]
    t = today[0]
    luck = np.empty(BLOCK, np.float64)
    for chunk in range(first, last):
        m = counters[chunk]
        end = min((chunk + 1) * CHUNK, len(rows))
        for start in range(chunk * CHUNK, end, BLOCK):
            chances(luck, t.key, start, t.day, VISITS, 0)
            stop = min(start + BLOCK, end)
            touched = 0
            for i in range(start, stop):
                for at in range(0, DAILY, LINE):
                    touched += raw[i, at]
                if luck[i - start] >= 1.0 - rows[i].visit_rate:
                    for at in range(DAILY, WIDTH, LINE):
                        touched += raw[i, at]
            t.touched = touched
            for i in range(start, stop):
                t.luck = luck[i - start]
                t.heard = heard[i]
                LIVE(rows[i], ps, t, m)
                if t.visit > 0:
                    visited[t.day, i >> 3] |= 1 << (i & 7)
                    if t.orders > 0:
                        ordered[t.day, i >> 3] |= 1 << (i & 7)
                        if len(log) > 0:
                            written = _list_orders(log, written, i, t)
                posted[i] = t.posted
    return written


@numba.njit(**JIT)
def _list_orders(log, written, user, t):
    for k in range(t.orders):
        if written < len(log):
            line = log[written]
            line.user = user
            line.day = t.day
            line.amount_minor = t.amounts[k]
            line.paid_minor = t.payments[k]
        written += 1
    return written


@numba.njit(**JIT)
def _nothing(u, ps, t, m):
    """A phase in which no lever acts."""


def _phase(rules: list[tuple[Callable, str]]) -> Callable:
    """The rules of a phase, one after the other, each with its lever's columns, parameters and counters, where its lever is on.

    Three at a time, because a third of the functions compile in a third of the time.
    """
    if not rules:
        return _nothing
    (f, fs), (g, gs), (h, hs) = (*rules[:3], *[(_skip, rules[0][1])] * (3 - len(rules)))[:3]
    rest = _phase(rules[3:])

    @numba.njit(**JIT)
    def phase(u, ps, t, m):
        if ps[fs].on:
            f(u, u[fs], ps[fs], t, m[fs])
        if ps[gs].on:
            g(u, u[gs], ps[gs], t, m[gs])
        if ps[hs].on:
            h(u, u[hs], ps[hs], t, m[hs])
        rest(u, ps, t, m)

    return phase


@numba.njit(**JIT)
def _skip(u, own, p, t, m):
    """No rule."""


def _in_turn(rules: list[tuple[Callable, str]]) -> Callable:
    def phase(u, ps, t, m):
        for f, slot in rules:
            p = getattr(ps, slot)
            if p.on:
                f(u, getattr(u, slot), p, t, getattr(m, slot))

    return phase
