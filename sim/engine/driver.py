"""Two ways to let everybody live one day, to the same bits: the compiled loop, and one user after the other in plain Python."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from types import SimpleNamespace

import numpy as np

from sim.engine import records
from sim.engine.compose import CHUNK, compiled_loop, plain_day
from sim.lever import Lever
from sim.population import TODAY

FIRST_LOG = 2 * CHUNK


class Row:
    """One row of a structured array as the rules see it: reading widens to int or float, writing narrows, as compiled."""

    __slots__ = ("_array", "_at")

    def __init__(self, array: np.ndarray, at: int) -> None:
        object.__setattr__(self, "_array", array)
        object.__setattr__(self, "_at", at)

    def __getattr__(self, name: str):
        try:
            column = self._array[name]
        except ValueError:
            raise AttributeError(name) from None
        if column.dtype.names:
            return Row(column, self._at)
        value = column[self._at]
        return value if column.ndim > 1 else value.item()

    __getitem__ = __getattr__

    def __setattr__(self, name: str, value) -> None:
        self._array[name][self._at] = value


@lru_cache(maxsize=32)
def _loop_for(names: tuple[str, ...], levers: tuple[Lever, ...]) -> Callable:
    return compiled_loop(dict(zip(names, levers, strict=True)))


@lru_cache(maxsize=32)
def _day_for(names: tuple[str, ...], levers: tuple[Lever, ...]) -> Callable:
    return plain_day(dict(zip(names, levers, strict=True)))


def loop(levers: Mapping[str, Lever]) -> Callable:
    """The compiled loop for these levers; the same one for the same levers."""
    return _loop_for(tuple(levers), tuple(levers.values()))


def user_day(levers: Mapping[str, Lever]) -> Callable:
    """One user's day in plain Python: ``live(u, ps, t, m, log)``."""
    return _day_for(tuple(levers), tuple(levers.values()))


def blank_counters(dtype: np.dtype) -> SimpleNamespace:
    """Counters for one user's day in plain Python."""
    return SimpleNamespace(**{b: SimpleNamespace(**dict.fromkeys(dtype[b].names, 0)) for b in dtype.names})


def add_counters(counters: np.ndarray, counted: SimpleNamespace) -> None:
    """Add what one user's day counted to the counters of the user's chunk."""
    for block in counters.dtype.names:
        for name, value in vars(getattr(counted, block)).items():
            counters[block][name] += value


def today_record(key: int, day: int, season: float, reach: float) -> np.ndarray:
    """Today before anybody has lived it; shape (1,), ``TODAY``."""
    out = np.zeros(1, TODAY)
    out["key"], out["day"], out["season"], out["reach"] = key, day, season, reach
    return out


def live_compiled(state, today: np.ndarray, threads: int, pool: ThreadPoolExecutor | None) -> np.ndarray:
    """Everybody lives today, compiled, in chunks shared among threads; counters of shape (chunks,)."""
    chunks = -(-len(state.rows) // CHUNK)
    counters = np.zeros(chunks, records.counter_dtype(state.levers))
    run = loop(state.levers)
    if state.log is not None:
        for chunk in range(chunks):
            _live_logged(state, run, today, counters, chunk)
        return counters
    silent = np.zeros(0, records.ORDER_LOG)

    def work(first: int, last: int) -> None:
        run(state.rows, state.visited, state.ordered, state.posted, counters, state.policy, today.copy(), silent, first, last)

    if pool is None or chunks == 1:
        work(0, chunks)
        return counters
    cuts = [chunks * k // threads for k in range(threads + 1)]
    for done in [pool.submit(work, a, b) for a, b in zip(cuts, cuts[1:], strict=False) if b > a]:
        done.result()
    return counters


def _live_logged(state, run: Callable, today: np.ndarray, counters: np.ndarray, chunk: int) -> None:
    """One chunk lives today and its orders are listed; where the list is too short, the chunk lives again with a longer one."""
    part = slice(chunk * CHUNK, (chunk + 1) * CHUNK)
    before = state.rows[part].copy()
    size = FIRST_LOG
    while True:
        log = np.zeros(size, records.ORDER_LOG)
        run(state.rows, state.visited, state.ordered, state.posted, counters, state.policy, today.copy(), log, chunk, chunk + 1)
        written = int(counters["core"]["logged"][chunk])
        if written <= size:
            state.log.append(log[:written])
            return
        state.rows[part] = before
        counters[chunk] = np.zeros((), counters.dtype)
        size = 2 * written


def live_as_objects(state, today: np.ndarray, users) -> np.ndarray:
    """Everybody lives today through ``User.step()``; counters of shape (chunks,)."""
    chunks = -(-len(state.rows) // CHUNK)
    counters = np.zeros(chunks, records.counter_dtype(state.levers))
    for user in users:
        counted = user.live(today)
        add_counters(counters[user.row // CHUNK : user.row // CHUNK + 1], counted)
    return counters
