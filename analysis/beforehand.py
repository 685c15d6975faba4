"""What would keep a command from ending well, seen before anything runs, so that no work is lost to it."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Sequence
from pathlib import Path

from analysis.language import spoken
from analysis.terminal import said


def unusable(out: str | None, folder: Path) -> str:
    """Why nothing can be written to a result folder (asked for as ``out``); empty where it can."""
    if out == "":
        return said("out is empty")
    try:
        if folder.exists() and not folder.is_dir():
            return said("out is a file", folder=folder)
        near = folder
        while not near.exists():
            near = near.parent
        if not near.is_dir() or not os.access(near, os.W_OK | os.X_OK):
            return said("out is locked", folder=near)
    except (OSError, ValueError) as error:
        return said("out is no name", folder=folder, why=getattr(error, "strerror", None) or error)
    return ""


def unwritable(export: Sequence[str], form: str | None) -> str:
    """Why what is to be exported cannot be written; empty where it can."""
    if form is not None and not export:
        return said("no export", form=form)
    return said("no parquet") if form == "parquet" and importlib.util.find_spec("pyarrow") is None else ""


def undrawable() -> str:
    """Why figures cannot be drawn in the language spoken; empty where they can."""
    if spoken() == "en":
        return ""
    from analysis.style import FONT_HINT, wide_font

    return "" if wide_font() else said("no font", hint=FONT_HINT)


ONE_AT_A_TIME = ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
"""What says in how many threads NumPy multiplies matrices."""


def one_at_a_time() -> None:
    """Let NumPy multiply matrices in one thread, unless the user has said otherwise. To be called before NumPy is loaded.

    Its threads wait for each other by spinning, beside ours, and gain nothing on matrices as small as here. No number depends on them.
    """
    for name in ONE_AT_A_TIME:
        os.environ.setdefault(name, "1")
