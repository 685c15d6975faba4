"""How a row lies in memory."""

from __future__ import annotations

import numpy as np

from sim.layout import LINE, blank_rows, row_dtype
from sim.lever import levers
from sim.population import COLUMNS


def places(dtype: np.dtype) -> dict[str, tuple[int, int]]:
    """First and last byte of each plain column of a row."""
    out = {}
    for name in dtype.names:
        part, at = dtype.fields[name][:2]
        inner = places(part) if part.names else {"": (0, part.itemsize - 1)}
        out |= {f"{name}.{k}".strip("."): (at + a, at + b) for k, (a, b) in inner.items()}
    return out


ROW = row_dtype(COLUMNS, levers())
DAILY = [name for name, c in COLUMNS.items() if c.daily] + [
    f"{lever}.{name}" for lever, what in levers().items() for name, c in what.columns.items() if c.daily
]


def test_no_two_columns_share_a_byte():
    taken = np.zeros(ROW.itemsize, int)
    for first, last in (spot for name, spot in places(ROW).items() if not name.endswith(".spare")):
        taken[first : last + 1] += 1
    assert taken.max() == 1


def test_what_is_looked_at_every_day_comes_first():
    spots = places(ROW)
    others = [name for name in spots if name not in DAILY and "spare" not in name]
    assert max(spots[name][1] for name in DAILY) < min(spots[name][0] for name in others)


def test_rows_begin_on_cache_lines_and_columns_on_multiples_of_their_size():
    rows = blank_rows(37, ROW)
    assert rows.shape == (37,)
    assert rows.ctypes.data % LINE == 0 and ROW.itemsize % LINE == 0
    for name, (first, _) in places(ROW).items():
        part = ROW
        for step in name.split("."):
            part = part.fields[step][0]
        assert first % part.base.itemsize == 0, name


def test_a_levers_block_is_a_view_of_the_whole_row():
    rows = blank_rows(5, ROW)
    rows["coupons"]["held"][3] = 2
    assert rows["coupons"]["held"].tolist() == [0, 0, 0, 2, 0]
    assert rows["id"].sum() == rows["points"]["balance"].sum() == rows["orders"].sum() == 0
