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

from sim import budget, chance, compiled, counters, day, decay, exact, layout, population, quantile, rule, segment
from sim.chance import chances
from sim.compiled import JIT
from sim.engine import draws, gates, records, registers
from sim.engine import prefetch as fetching
from sim.engine.prefetch import prefetch
from sim.engine.registers import in_registers
from sim.exact import none_below
from sim.layout import LINE, daily_bytes, row_dtype
from sim.lever import Lever
from sim.lifecycle.activity import VISITS
from sim.rule import PHASES

CHUNK = 8_192
"""Users in a chunk: the unit of work, whatever the number of threads."""

BLOCK = 1_024
"""Users whose luck with visits is drawn at once; a chunk is a whole number of blocks."""


def steps(levers: Mapping[str, Lever], phase: str) -> list[tuple[Callable, str]]:
    """(rule, lever's name) of one phase, in the order of the levers' names."""
    return [(f, name) for name, lever in levers.items() for f in lever.rules if f.phase == phase]


def fingerprint(levers: Mapping[str, Lever]) -> str:
    """What the loop is made of: versions, the levers' names, and the content of every source; 16 hexadecimal digits."""
    made_of = (
        budget, chance, compiled, counters, day, decay, draws, exact, fetching, gates, layout, population, quantile, records, registers,
        rule, segment, sys.modules[__name__],
    )
    sources = {m.__name__: m for m in made_of}
    sources |= {name: module for name, module in sys.modules.items() if name.startswith("sim.lifecycle.")}
    sources |= {lever.module.__name__: lever.module for lever in levers.values()}
    content = hashlib.sha256(f"{numba.__version__} {sys.version} {CHUNK} {gates.PLACES} {list(levers)}".encode())
    for name in sorted(sources):
        content.update(inspect.getsource(sources[name]).encode())
    return content.hexdigest()[:16]


def plain_day(levers: Mapping[str, Lever], watch: Callable | None = None) -> Callable:
    """``sim.day.live`` with the levers' rules in place, in plain Python.

    ``watch(lever, rule, u, t, before)`` is called before and after each rule, of a lever or (lever "") of the lifecycle, so that a story
    can tell what it changed.
    """
    scope = dict(vars(day))
    if watch is not None:
        own = {n: f for n, f in scope.items() if getattr(f, "phase", None) == "lifecycle" and f.__module__ != day.__name__}
        scope |= {name: _watched(f, watch) for name, f in own.items()}
    scope |= {phase: _in_turn(steps(levers, phase), levers, watch) for phase in PHASES}
    scope |= _of_the_day(scope, lambda f: f)
    return scope["live"]


def _watched(f: Callable, watch: Callable) -> Callable:
    def rule(u, p, t, *rest):
        watch("", f, u, t, True)
        f(u, p, t, *rest)
        watch("", f, u, t, False)

    return rule


def compiled_loop(levers: Mapping[str, Lever]) -> Callable:
    """The loop over users, compiled, for any scenario whose levers are among these."""
    scope = {name: numba.njit(**JIT)(value) if getattr(value, "phase", None) else value for name, value in vars(day).items()}
    doors = {slot: gates.gate(list(levers), slot) for slot in levers}
    ahead = draws.asked_for([*(f for f, _ in steps(levers, "visit")), day.decide])
    scope["decide"] = numba.njit(**JIT)(draws.looking(day.decide, ahead))
    for phase in PHASES:
        known = ahead if phase == "visit" else []
        rules = [
            (_compiled_rule(draws.looking(f, known), levers[slot]), slot, levers[slot].holds, "aimed" in _names(f))
            for f, slot in steps(levers, phase)
        ]
        scope[phase] = _phase(rules, doors)
    if ahead:
        scope["visit"] = _after(draws.drawing(ahead), scope["visit"])
    scope["aim"] = gates.aim(list(levers))
    if not steps(levers, "dawn") + steps(levers, "dusk"):
        scope["look_ahead"] = _no_errands
    scope |= _of_the_day(scope, numba.njit(**JIT))
    memory = {"WIDTH": row_dtype(population.COLUMNS, levers).itemsize, "DAILY": daily_bytes(population.COLUMNS, levers)}
    parts = {"LIVE": scope["live"], "CLOSED": gates.closed(list(levers)), "ACTIVE": gates.active(list(levers)[: gates.PLACES])}
    loop = types.FunctionType(_loop.__code__, {**globals(), **memory, **parts}, "days")
    loop.__qualname__ = f"days_{fingerprint(levers)}"
    return numba.njit(cache=True, error_model="numpy", nogil=True)(loop)


def _names(f: Callable) -> set[str]:
    """What a function and those of its file that it calls name."""
    known, to_read = set(), [f]
    while to_read:
        names = set(to_read.pop().__code__.co_names) - known
        known |= names
        to_read += [g for n in names if isinstance(g := f.__globals__.get(n), types.FunctionType)]
    return known


def _compiled_rule(f: Callable, lever: Lever) -> Callable:
    """A rule, compiled; one that may take something off an order counts the orders on which it did."""
    compiled_rule = numba.njit(**JIT)(f)
    if f.phase != "pay" or not lever.discounts:
        return compiled_rule
    return numba.njit(**JIT)(_counting(compiled_rule))


def _counting(f: Callable) -> Callable:
    def counted(u, own, p, t, m):
        saved = t.basket - t.due
        f(u, own, p, t, m)
        if t.basket - t.due > saved:
            m.orders_touched += 1
            m.basket_touched += t.basket

    return counted


def _of_the_day(scope: dict, made: Callable) -> dict[str, Callable]:
    """The functions of ``sim.day`` itself, which see the levers' rules in ``scope`` and each other."""
    own = {name: f for name, f in vars(day).items() if isinstance(f, types.FunctionType) and f.__module__ == day.__name__}
    rules = {name: f for name, f in own.items() if getattr(f, "phase", None)}
    for name, f in rules.items():
        scope[name] = made(types.FunctionType(f.__code__, scope, name))
    return {name: scope[name] for name in rules}


LIVE: Callable
CLOSED: Callable
ACTIVE: Callable
WIDTH: int
DAILY: int
"""Put in place for each set of levers by ``compiled_loop``: the composed day, to whom levers are closed, which are active, the bytes of a
row, and those that a quiet day looks at."""


AHEAD = 8
"""Users between asking for a row and living it: long enough to fetch a few lines, short enough that the caches keep them."""

ROUNDED_UP = 1.0 + 2.0**-22
"""Bounds are kept in single precision, and none of them lower than it was."""

BY_LUCK = np.uint8(2)
"""Who stirs because the luck may bring a visit; 1: for any other reason, 0: nobody."""

POSTS_HEARD, ANY_NEWS = np.uint32(0xFF), np.uint32(0xFFFFFFFF)
"""The bits of ``news`` that say how many friends posted; whoever heard no more than that is woken only by a likelier visit."""


def _loop(rows, raw, visited, ordered, said, heard, news, inside, bound, calm, wake, whole, counters, policy, today, log, first, last):
    """Everybody of the chunks first … last−1 lives one day or sleeps through it; who visited, ordered and said something is marked.

    A block's luck with visits is drawn first. Whoever cannot visit with that luck (``bound``), has nothing due (``wake``) and has heard
    nothing (``news``: ``heard`` as one number) sleeps on. The others' rows are fetched while those before them live, and what only a whole
    day needs only where it is one, so the processor need not wait for them. ``raw`` is the rows as bytes, WIDTH each. Orders are written to
    ``log`` where it has room for any; returns how many there were, also when the log was too short for them.
    """
    written = 0
    ps = policy[0]
    t = in_registers(today[0])
    t.closed = CLOSED(ps)
    t.active = ACTIVE(ps)
    luck = np.empty(BLOCK, np.float64)
    stirs = np.empty(BLOCK, np.uint8)
    awake = np.empty(BLOCK + 2 * AHEAD + 1, np.int64)
    season = t.season * t.lifting
    everybody = t.everybody != 0
    told = ANY_NEWS if t.restless else ANY_NEWS & ~POSTS_HEARD
    came, bought = visited[t.day], ordered[t.day]
    for chunk in range(first, last):
        m = counters[chunk]
        end = min((chunk + 1) * CHUNK, len(rows))
        for start in range(chunk * CHUNK, end, BLOCK):
            chances(luck, t.key, start, t.day, VISITS, 0)
            stop = min(start + BLOCK, end)
            part = slice(start, stop)
            _who_stirs(stirs, luck, bound[part], wake[part], news[part], t.day, season, t.most_reached, t.hearing, told, everybody)
            count = 0
            for i in range(start, stop):
                awake[count] = i
                count += stirs[i - start] != 0
            awake[count : count + 2 * AHEAD] = start  # behind the last there is nothing to fetch, and asking for it does no harm
            for k in range(2 * AHEAD):
                _fetch(raw, awake[k], 0, DAILY)
            for k in range(AHEAD):
                _fetch(raw, awake[k], DAILY, WIDTH)
            for k in range(count):
                i, soon = awake[k], awake[k + AHEAD]
                _fetch(raw, awake[k + 2 * AHEAD], 0, DAILY)
                needed = (stirs[np.uint64(soon - start)] == BY_LUCK) | (whole[np.uint64(soon)] <= t.day)
                # Asking for what is here costs less than a branch nobody can predict.
                _fetch(raw, i + (soon - i) * needed, DAILY, WIDTH)
                at, place = np.uint64(i), np.uint64(i - start)  # without a sign, so that no one asks whether it counts from the end
                by_luck = stirs[place] == BY_LUCK
                t.luck = luck[place]
                t.heard = heard[at, 0]
                t.invited = heard[at, 1]
                t.deals = heard[at, 2]
                t.thanked = heard[at, 3]
                t.inside = inside[at]
                t.calm = calm[at]
                t.whole = whole[at] * (not by_luck)
                LIVE(rows[at], ps, t, m)
                bound[at] = t.bound * ROUNDED_UP
                calm[at] = t.calm * ROUNDED_UP
                wake[at] = min(t.wake, t.errand)
                whole[at] = t.wake
                came[np.uint64(i >> 3)] |= (t.visit > 0) << (i & 7)
                if t.orders > 0:
                    bought[np.uint64(i >> 3)] |= 1 << (i & 7)
                    if len(log) > 0:
                        written = _list_orders(log, written, i, t)
                said[at] = t.posted | t.invites << 1 | t.opens_deal << 2 | t.entered << 3 | t.accepted << 4
    return written


@numba.njit(**JIT)
def _fetch(raw, row, first, last):
    """Ask for these bytes of a row."""
    for at in range(first, last, LINE):
        prefetch(raw, row, at)


@numba.njit(**JIT)
def _who_stirs(out, luck, bound, wake, news, day, season, reached, hearing, told, everybody):
    """Who of a block cannot sleep through today, and whether it is for luck: a loop without branches, of which a processor takes several
    users at once."""
    for k in range(len(bound)):
        most = bound[k] * season if bound[k] >= 0.0 else reached
        most = most * hearing if news[k] & POSTS_HEARD else most
        awake = (wake[k] <= day) | ((news[k] & told) != 0) | everybody
        out[k] = BY_LUCK if luck[k] >= none_below(most) else np.uint8(awake)


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
def _no_errands(u, p, t):
    """Where no lever has any, no day is quiet and nothing passes."""
    t.passing = 0.0


@numba.njit(**JIT)
def _nothing(u, ps, t, m):
    """A phase in which no lever acts."""


def _phase(rules: list[tuple[Callable, str, bool, bool]], doors: Mapping[str, Callable]) -> Callable:
    """The rules of a phase, one after the other, each with its lever's columns, parameters and counters.

    A lever acts on whom it is not closed to (``sim.segment``); one that holds something for users acts on everybody while it is on, and is
    told whether it is aimed at this one, if it asks. Three at a time, because a third of the functions compile in a third of the time.
    """
    if not rules:
        return _nothing
    (f, fs, fh, fa), (g, gs, gh, ga), (h, hs, hh, ha) = (*rules[:3], *[(_skip, rules[0][1], False, False)] * (3 - len(rules)))[:3]
    for_f, for_g, for_h = doors[fs], doors[gs], doors[hs]
    rest = _phase(rules[3:], doors)

    @numba.njit(**JIT)
    def phase(u, ps, t, m):
        aimed = for_f(ps, t)
        if aimed or (fh and ps[fs].on):
            if fa:
                t.aimed = aimed
            f(u, u[fs], ps[fs], t, m[fs])
        aimed = for_g(ps, t)
        if aimed or (gh and ps[gs].on):
            if ga:
                t.aimed = aimed
            g(u, u[gs], ps[gs], t, m[gs])
        aimed = for_h(ps, t)
        if aimed or (hh and ps[hs].on):
            if ha:
                t.aimed = aimed
            h(u, u[hs], ps[hs], t, m[hs])
        rest(u, ps, t, m)

    return phase


def _after(draw: Callable, phase: Callable) -> Callable:
    @numba.njit(**JIT)
    def visit(u, ps, t, m):
        draw(u, t)
        phase(u, ps, t, m)

    return visit


@numba.njit(**JIT)
def _skip(u, own, p, t, m):
    """No rule."""


def _in_turn(rules: list[tuple[Callable, str]], levers: Mapping[str, Lever], watch: Callable | None) -> Callable:
    rules = [(_counting(f) if f.phase == "pay" and levers[slot].discounts else f, slot, f) for f, slot in rules]

    def phase(u, ps, t, m):
        for f, slot, rule_as_written in rules:
            p = getattr(ps, slot)
            t.aimed = int((t.who & p.closed) == 0)
            if t.aimed or (levers[slot].holds and p.on):
                if watch is not None:
                    watch(slot, rule_as_written, u, t, True)
                f(u, getattr(u, slot), p, t, getattr(m, slot))
                if watch is not None:
                    watch(slot, rule_as_written, u, t, False)

    return phase
