"""The tables that figures are drawn from as bytes, to hand them to a process of our own: lines of JSON and raw numbers, never code."""

from __future__ import annotations

import json
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd

from analysis.result import Tables

FRAMES = (
    "summary", "retention", "daily", "cohorts", "ledger", "accounts", "segments", "flows", "funnel", "cashflow", "churn", "reasons",
    "uplift", "shapley", "experiments",
)  # fmt: skip
"""Tables that figures are drawn from."""
DAILY = ("scenario", "replication", "day", "registered_ever", "registered", "customer", "dormant", "churned")
"""Columns of the largest table, as far as a figure asks for them."""
WORDS = (str, int, float, bool, type(None))
"""What may stand in a column that is not of numbers; JSON gives each of it back as it is."""


class Unfit(Exception):
    """A table holds what cannot be handed over bit for bit."""


def packed(tables: Tables) -> bytes:
    """All that figures need of a result. Raises ``Unfit``."""
    numbers: list[bytes] = []
    frames = {name: frame for name in FRAMES if (frame := getattr(tables, name, None)) is not None}
    if not frames["daily"].empty:
        frames["daily"] = frames["daily"][list(DAILY)]
    said: dict[str, Any] = {"scenarios": list(tables.scenarios), "baseline": tables.baseline, "manifest": dict(tables.manifest)}
    doubt = getattr(tables, "uncertainty", None)
    if doubt is not None:
        said["uncertainty"] = {"sets": doubt.sets, "replications": doubt.replications}
        said["uncertain frames"] = {name: _frame(frame, numbers) for name, frame in doubt.frames.items()}
    said["frames"] = {name: _frame(frame, numbers) for name, frame in frames.items()}
    try:
        head = json.dumps(said).encode()
    except TypeError as error:
        raise Unfit(str(error)) from None
    return head + b"\n" + b"".join(numbers)


def _frame(frame: pd.DataFrame, numbers: list[bytes]) -> list:
    """A frame's index and columns as [name, kind, …]; numbers go to the end of ``numbers``."""
    if frame.index.dtype.kind not in "iu" or not frame.columns.is_unique:
        raise Unfit("rows are not numbered")
    return [["", *_numbers(frame.index.to_numpy(), numbers)], *([str(name), *_column(frame[name], numbers)] for name in frame.columns)]


def _numbers(values: np.ndarray, numbers: list[bytes]) -> list:
    numbers.append(np.ascontiguousarray(values).tobytes())
    return ["numbers", values.dtype.str, len(values)]


def _column(column: pd.Series, numbers: list[bytes]) -> list:
    if isinstance(column.dtype, np.dtype) and column.dtype.kind in "iufb":
        return _numbers(column.to_numpy(), numbers)
    kind = str(column.dtype)
    if kind not in ("object", "str"):
        raise Unfit(f"a column is of {kind}")
    values = column.tolist()
    if not all(type(value) in WORDS for value in values):
        raise Unfit("a column holds other things than words and numbers")
    if not all(type(value) is str for value in values):
        return ["words", kind, values]
    # Names come again and again: each stands once.
    places, names = pd.factorize(column.to_numpy(object))
    return ["names", kind, list(names), *_numbers(places.astype(np.int32), numbers)[1:]]


def unpacked(parcel: bytes) -> Tables:
    """The tables again, equal to the last bit in all that figures ask for."""
    head, _, rest = parcel.partition(b"\n")
    said = json.loads(head)
    at = 0

    def take(kind: str, count: int) -> np.ndarray:
        nonlocal at
        found = np.frombuffer(rest, np.dtype(kind), count, at)
        at += found.nbytes
        return found.copy()  # of its own, and so writable

    tables = SimpleNamespace(scenarios=said["scenarios"], baseline=said["baseline"], manifest=said["manifest"], uncertainty=None)
    if "uncertainty" in said:
        frames = {name: _unpacked(columns, take) for name, columns in said["uncertain frames"].items()}
        tables.uncertainty = SimpleNamespace(**said["uncertainty"], frames=frames)
    for name, columns in said["frames"].items():
        setattr(tables, name, _unpacked(columns, take))
    return tables


def _unpacked(columns: list, take: Callable[[str, int], np.ndarray]) -> pd.DataFrame:
    index, *rest = columns
    rows = take(*index[2:])
    return pd.DataFrame({name: _values(kind, told, take) for name, kind, *told in rest}, index=pd.Index(rows))


def _values(kind: str, told: list, take: Callable[[str, int], np.ndarray]) -> Any:
    if kind == "numbers":
        return take(*told)
    if kind == "words":
        dtype, values = told
        return pd.array(values, dtype=dtype) if dtype == "str" else np.array([*values, None], dtype=object)[:-1]
    dtype, names, *places = told
    words = np.array([*names, None], dtype=object)[take(*places)]
    return pd.array(words, dtype=dtype) if dtype == "str" else words
