"""A frame as the text of a CSV file."""

from __future__ import annotations

import csv
import io
import math

import pandas as pd

DIGITS = 12
"""Significant digits of a number in a table: fewer than the noise of the last bits."""


def as_csv(frame: pd.DataFrame, header: bool = True) -> bytes:
    """A frame as CSV: UTF-8, decimal point, no index, nothing for a missing number, 12 significant digits."""
    columns = []
    for name in frame.columns:
        values = frame[name].tolist()
        if frame[name].dtype.kind == "f":
            values = ["" if math.isnan(v) else f"{v:.{DIGITS}g}" for v in values]
        columns.append(values)
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    if header:
        writer.writerow(frame.columns)
    writer.writerows(zip(*columns, strict=True))
    return text.getvalue().encode()
