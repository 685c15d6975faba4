"""Orders and users one by one, as CSV or Parquet: written block by block, so that no study lies in memory."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, Any

import numpy as np
import pandas as pd

from sim.measure import names_of
from sim.population import REASONS, STAGES
from sim.scenario import Scenario
from sim.segment import CHANNELS, LIFE, VALUE
from sim.study.frames import BLOCK
from sim.study.metrics import Counts

EXPORTS = ("events", "users")
FORMATS = ("csv", "parquet")

USERS = (
    "scenario", "replication", "user", "persona", "channel", "day_joined", "first_order_day", "last_order_day", "last_seen_day", "orders",
    "basket_minor", "revenue_minor", "goods_minor", "stage", "life_cycle", "value", "lapsed_day", "left_day", "left_reason",
)  # fmt: skip
"""Columns of ``users``, a row for each user who signed up, as of the last day. Seen by a platform: persona, channel, days, ``orders``,
their worth before discounts, what was paid and what the goods cost, ``stage`` and segments, and ``lapsed_day``, on which the user was
first not seen for ``churned_after_days``. Known to the simulator only: ``left_day`` and ``left_reason``, of leaving for good. A day that
has not come is missing."""


class NoParquet(Exception):
    """Parquet was asked for, and pyarrow is not installed."""

    def __init__(self) -> None:
        super().__init__("Parquet needs pyarrow: pip install 'lifecycle-simulator[parquet]', or pip install pyarrow")


def need_parquet() -> None:
    """Raises ``NoParquet`` where Parquet cannot be written."""
    if importlib.util.find_spec("pyarrow") is None:
        raise NoParquet


def users(name: str, replication: int, counts: Counts, scenario: Scenario) -> Iterator[pd.DataFrame]:
    """One run's rows of ``users``; at least one frame, of at most ``BLOCK`` rows. Raises ``KeyError`` where users were not listed."""
    told = {"persona": names_of("persona", scenario), "channel": CHANNELS, "stage": STAGES, "life_cycle": LIFE, "value": VALUE}
    told["left_reason"] = REASONS
    called = {"day_joined": "entry_day", "last_seen_day": "last_seen"}
    called |= {"basket_minor": "spent", "revenue_minor": "paid", "goods_minor": "goods"}
    size = len(counts["roster/user"])
    for first in range(0, max(size, 1), BLOCK):
        part: dict[str, Any] = {"scenario": name, "replication": replication}
        for column in USERS[2:]:
            values = counts[f"roster/{called.get(column, column)}"][first : first + BLOCK]
            if column in told:
                part[column] = np.array(told[column])[values]
            elif column in ("first_order_day", "last_order_day", "lapsed_day", "left_day"):
                part[column] = np.where(values < 0, np.nan, values)
            else:
                part[column] = values.astype(np.int64)
        yield pd.DataFrame(part, columns=list(USERS))


class Parquet:
    """A Parquet file that grows by frames, each a row group; the first one's types hold for all."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file, self._writer = file, None

    def add(self, frame: pd.DataFrame) -> None:
        """Write some more rows."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        table = _table(pa, frame)
        if self._writer is None:
            self._writer = pq.ParquetWriter(self._file, table.schema)
        self._writer.write_table(table)

    def close(self) -> None:
        """Write what stands at the end of such a file."""
        if self._writer is not None:
            self._writer.close()


def holds(path: Path, frames: Iterable[pd.DataFrame]) -> bool:
    """Whether a Parquet file holds these frames, each in a row group of its own, and nothing else."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    if not path.is_file():
        return False
    try:
        file, group = pq.ParquetFile(path), 0
        for frame in frames:
            if group >= file.num_row_groups or not file.read_row_group(group).equals(_table(pa, frame)):
                return False
            group += 1
    except pa.ArrowException:
        return False
    return group == file.num_row_groups


def _table(pa: Any, frame: pd.DataFrame) -> Any:
    """A frame as Arrow: text as text, whole numbers as int64, fractions as double; a missing number is null."""
    kinds = {"i": pa.int64(), "u": pa.int64(), "f": pa.float64()}
    columns = []
    for name in frame.columns:
        kind = kinds.get(frame[name].dtype.kind, pa.string())
        columns.append(pa.array(frame[name].to_numpy() if kind != pa.string() else frame[name].tolist(), kind, from_pandas=True))
    return pa.table(dict(zip(frame.columns, columns, strict=True)))
