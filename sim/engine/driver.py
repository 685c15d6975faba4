"""Two ways to let everybody live one day, to the same bits: the compiled loop, and one user after the other in plain Python."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from operator import itemgetter
from types import SimpleNamespace

import numpy as np

from sim.chance import chances
from sim.compiled import no_collection
from sim.engine import records
from sim.engine.compose import CHUNK, ROUNDED_UP, compiled_loop, plain_day
from sim.lever import Lever
from sim.lifecycle.activity import VISITS
from sim.population import TODAY

FIRST_LOG = 2 * CHUNK


class Row:
    """One row of a structured array as the rules see it: reading widens to int or float, writing narrows, as compiled.

    ``columns`` may be shared between the rows of one array (``columns_of``), which is faster than looking them up again.
    """

    __slots__ = ("_columns", "_at")

    def __init__(self, array: np.ndarray, at: int, columns: dict[str, tuple] | None = None) -> None:
        object.__setattr__(self, "_columns", columns_of(array) if columns is None else columns)
        object.__setattr__(self, "_at", at)

    def __getattr__(self, name: str):
        try:
            read = self._columns[name][0]
        except KeyError:
            raise AttributeError(f"there is no column {name!r}: choose from {', '.join(self._columns)}") from None
        return read(self._at)

    __getitem__ = __getattr__

    def __setattr__(self, name: str, value) -> None:
        try:
            column = self._columns[name][1]
        except KeyError:
            raise AttributeError(f"there is no column {name!r}: choose from {', '.join(self._columns)}") from None
        column[self._at] = value

    def __repr__(self) -> str:
        values = {name: read(self._at) for name, (read, _) in self._columns.items()}
        return f"<{', '.join(f'{k}={list(v) if isinstance(v, memoryview) else v}' for k, v in values.items())}>"


def columns_of(array: np.ndarray) -> dict[str, tuple]:
    """How each column of a structured array is read and where it is written: name → (function of the row number, column)."""
    return {name: (_reader(array[name]), array[name]) for name in array.dtype.names}


def _reader(column: np.ndarray) -> Callable:
    if column.dtype.names:
        inner = columns_of(column)
        return lambda at: Row(column, at, inner)
    if column.ndim > 1:  # a list a row: elements widen as scalars do
        return lambda at: memoryview(column[at])
    return column.item


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
    """One user's day in plain Python: ``live(u, ps, t, m)``, u a ``Row``, the others with attributes of the records' names."""
    return _day_for(tuple(levers), tuple(levers.values()))


def today_record(**known: float) -> np.ndarray:
    """Today before anybody has lived it; shape (1,), ``TODAY``."""
    out = np.zeros(1, TODAY)
    for name, value in known.items():
        out[name] = value
    return out


def live_compiled(state, today: np.ndarray, threads: int, pool: ThreadPoolExecutor | None) -> np.ndarray:
    """Everybody lives today, compiled, in chunks shared among threads; counters of shape (chunks,)."""
    chunks = -(-len(state.rows) // CHUNK)
    counters = np.zeros(chunks, state.counter_dtype)
    run = loop(state.levers)
    if state.log is not None:
        for chunk in range(chunks):
            _live_logged(state, run, today, counters, chunk)
        return counters
    silent, arrays = np.zeros(0, records.ORDER_LOG), _arrays(state)

    def work(first: int, last: int) -> None:
        run(*arrays, counters, state.policy, today, silent, first, last)

    if not getattr(run, "signatures", True):
        with no_collection():
            work(0, 0)

    if pool is None or chunks == 1:
        work(0, chunks)
        return counters
    cuts = [chunks * k // threads for k in range(threads + 1)]
    for done in [pool.submit(work, a, b) for a, b in zip(cuts, cuts[1:], strict=False) if b > a]:
        done.result()
    return counters


def _arrays(state) -> tuple:
    raw = state.rows.view(np.uint8).reshape(len(state.rows), state.rows.dtype.itemsize)
    news = state.heard.view(np.uint32).reshape(-1)
    return (
        state.rows, raw, state.visited, state.ordered, state.said, state.heard, news, state.inside,
        state.bound, state.calm, state.wake, state.whole,
    )


def _live_logged(state, run: Callable, today: np.ndarray, counters: np.ndarray, chunk: int) -> None:
    """One chunk lives today and its orders are listed; where the list is too short, the chunk lives again with a longer one."""
    part = slice(chunk * CHUNK, (chunk + 1) * CHUNK)
    moved = (state.rows, state.bound, state.calm, state.wake, state.whole)
    before = [array[part].copy() for array in moved]
    size = FIRST_LOG
    while True:
        log = np.zeros(size, records.ORDER_LOG)
        written = run(*_arrays(state), counters, state.policy, today, log, chunk, chunk + 1)
        if written <= size:
            state.log.append(log[:written])
            return
        for array, old in zip(moved, before, strict=True):
            array[part] = old
        counters[chunk] = np.zeros((), counters.dtype)
        size = 2 * written


def live_as_objects(state, today: np.ndarray, users) -> np.ndarray:
    """Everybody lives today through ``User.step()``, in any order; counters of shape (chunks,)."""
    state.living = PlainDay(state, today)
    try:
        users.do("step")
    finally:
        day, state.living = state.living, None
    return day.close()


class PlainDay:
    """One day in plain Python: each user's turn comes by ``live``, and ``close`` gives what the day counted. Nobody sleeps here.

    Nothing passes from one user's day to the next, so the order of the users has no effect on anything.
    """

    def __init__(self, state, today: np.ndarray) -> None:
        self._live = user_day(state.levers)
        self._state = state
        self._columns, self._policy, self._today = columns_of(state.rows), plain(state.policy), plain(today)
        day = self._day = self._today.day
        self._luck = np.empty(len(state.rows))
        chances(self._luck, self._today.key, 0, day, VISITS, 0)
        self._dtype = state.counter_dtype
        chunks = range(-(-len(state.rows) // CHUNK))
        self._counters = [blank_counters(self._dtype) for _ in chunks]
        self._orders: list[list[tuple]] = [[] for _ in chunks]

    def live(self, row: int) -> None:
        """One user lives today."""
        state, chunk = self._state, row // CHUNK
        t = SimpleNamespace(**vars(self._today))
        t.luck, t.inside = self._luck.item(row), state.inside.item(row)
        t.heard, t.invited, t.deals, t.thanked = state.heard[row].tolist()
        t.hazards = t.hazards.copy()
        self._live(Row(state.rows, row, self._columns), self._policy, t, self._counters[chunk])
        if t.visit > 0:
            state.visited[self._day, row >> 3] |= 1 << (row & 7)
            if t.orders > 0:
                state.ordered[self._day, row >> 3] |= 1 << (row & 7)
                self._orders[chunk] += [(row, t.day, int(t.amounts[k]), int(t.payments[k])) for k in range(t.orders)]
        state.said[row] = t.posted | t.invites << 1 | t.opens_deal << 2 | t.entered << 3 | t.accepted << 4
        state.bound[row], state.calm[row] = t.bound * ROUNDED_UP, t.calm * ROUNDED_UP
        state.wake[row], state.whole[row] = min(t.wake, t.errand), t.wake

    def close(self) -> np.ndarray:
        """The day's counters, shape (chunks,); its orders go to the list, where one is kept."""
        if self._state.log is not None:
            for lines in self._orders:
                lines.sort(key=itemgetter(0))
                self._state.log.append(np.array(lines, records.ORDER_LOG))
        out = np.zeros(len(self._counters), self._dtype)
        for chunk, counted in enumerate(self._counters):
            for block in self._dtype.names:
                for name, value in vars(getattr(counted, block)).items():
                    out[block][name][chunk] = value
        return out


def blank_counters(dtype: np.dtype) -> SimpleNamespace:
    """Counters at nothing, as attributes."""
    return SimpleNamespace(**{block: SimpleNamespace(**dict.fromkeys(dtype[block].names, 0)) for block in dtype.names})


def plain(record: np.ndarray) -> SimpleNamespace:
    """The numbers of a record of shape (1,) as attributes: scalars as Python numbers, lists as arrays."""
    values = {}
    for name in record.dtype.names:
        column = record[name]
        values[name] = plain(column) if column.dtype.names else column[0] if column.ndim > 1 else column.item()
    return SimpleNamespace(**values)
