"""How a user's row lies in memory: what every day looks at first and together, the rest behind.

A day streams over all rows, and most days are quiet, so its time is the number of cache lines it touches. Daily columns, the
population's and every lever's, share the row's first lines; a lever still sees its own columns as one block, a view of the whole row.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from sim.lever import Column, Lever

LINE = 64
"""Bytes of a cache line."""

WIDEST = 8
"""Bytes of the widest number."""

GRAIN = 32
"""A row is a whole number of so many bytes: half a line, which costs no time that could be measured and saves an eighth of some rows."""


def row_dtype(columns: Mapping[str, Column], levers: Mapping[str, Lever]) -> np.dtype:
    """A user's row: the population's columns by name, and one block for each lever by name."""
    owned = [(("", name), c) for name, c in columns.items()]
    owned += [((lever, name), c) for lever in levers for name, c in levers[lever].columns.items()]
    place: dict[tuple[str, str], int] = {}
    end = 0
    for key, column in _in_order(owned):
        size = np.dtype(column.dtype).itemsize
        end = -(-end // size) * size
        place[key] = end
        end += size * max(column.size, 1)
    width = -(-end // GRAIN) * GRAIN
    parts = {"": dict(columns)} | {lever: levers[lever].columns for lever in levers}
    views = {lever: _view({(lever, n): c for n, c in part.items()}, place, width) for lever, part in parts.items()}
    fields = {name: (views[""].fields[name][0], views[""].fields[name][1]) for name in columns}
    fields |= {lever: (views[lever], 0) for lever in levers}
    return np.dtype(
        {
            "names": list(fields),
            "formats": [f for f, _ in fields.values()],
            "offsets": [at for _, at in fields.values()],
            "itemsize": width,
        }
    )


def _in_order(owned: list[tuple[tuple[str, str], Column]]) -> list[tuple[tuple[str, str], Column]]:
    """Daily columns first, then the others, both from the widest; small others fill what is left before the first of the widest."""
    owned = sorted(owned, key=lambda item: (not item[1].daily, -np.dtype(item[1].dtype).itemsize))
    daily, rest = [item for item in owned if item[1].daily], [item for item in owned if not item[1].daily]
    end = sum(_bytes(column) for _, column in daily)
    while end % WIDEST:
        fits = (k for k, (_, c) in enumerate(rest) if end % np.dtype(c.dtype).itemsize == 0 and _bytes(c) <= -end % WIDEST)
        chosen = next(fits, None)
        if chosen is None:
            break
        end += _bytes(rest[chosen][1])
        daily.append(rest.pop(chosen))
    return daily + rest


def _bytes(column: Column) -> int:
    return np.dtype(column.dtype).itemsize * max(column.size, 1)


def daily_bytes(columns: Mapping[str, Column], levers: Mapping[str, Lever]) -> int:
    """Bytes of a row, in whole cache lines, that hold the daily columns."""
    row = row_dtype(columns, levers)
    ends = [row.fields[name][1] + row.fields[name][0].itemsize for name, column in columns.items() if column.daily]
    for name, lever in levers.items():
        own = row.fields[name][0].fields
        ends += [own[n][1] + own[n][0].itemsize for n, column in lever.columns.items() if column.daily]
    return -(-max(ends) // LINE) * LINE


def _view(columns: dict[tuple[str, str], Column], place: Mapping[tuple[str, str], int], width: int) -> np.dtype:
    """One owner's columns as a view of the whole row (a spare byte where there is none)."""
    if not columns:
        return np.dtype({"names": ["spare"], "formats": ["u1"], "offsets": [0], "itemsize": width})
    return np.dtype(
        {
            "names": [name for _, name in columns],
            "formats": [(c.dtype, (c.size,)) if c.size else c.dtype for c in columns.values()],
            "offsets": [place[key] for key in columns],
            "itemsize": width,
        }
    )


def blank_rows(users: int, dtype: np.dtype) -> np.ndarray:
    """Rows of zeros that begin on a cache line; shape (users,)."""
    raw = np.zeros((users + 1) * dtype.itemsize, np.uint8)
    start = -raw.ctypes.data % LINE
    return raw[start : start + users * dtype.itemsize].view(dtype)
