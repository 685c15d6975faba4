"""Files that are either whole or not there, and that know when they were damaged."""

from __future__ import annotations

import hashlib
import io
import os
import zipfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np

MAGIC = b"LIFECYC1"


class DamagedFile(Exception):
    """A file of ours whose content is not what was written."""


def write_whole(path: Path, content: bytes) -> None:
    """Replace ``path`` by ``content``: temporary file, fsync, rename, fsync of the folder. Raises ``OSError``."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with open(beside, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
    if os.name == "posix":
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def save(path: Path, arrays: Mapping[str, np.ndarray]) -> None:
    """Keep arrays by name in one file with a checksum; the same arrays give the same bytes."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name in sorted(arrays):
            raw = io.BytesIO()
            np.lib.format.write_array(raw, np.ascontiguousarray(arrays[name]).reshape(np.shape(arrays[name])), allow_pickle=False)
            archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), raw.getvalue(), zipfile.ZIP_DEFLATED)
    content = packed.getvalue()
    write_whole(path, MAGIC + hashlib.sha256(content).digest() + content)


def load(path: Path) -> dict[str, np.ndarray]:
    """The arrays of a file written by ``save``. Raises ``DamagedFile``, and ``FileNotFoundError``."""
    content = path.read_bytes()
    if content[:8] != MAGIC or hashlib.sha256(content[40:]).digest() != content[8:40]:
        raise DamagedFile(f"{path} is damaged")
    with zipfile.ZipFile(io.BytesIO(content[40:])) as archive:
        return {
            name: np.lib.format.read_array(io.BytesIO(archive.read(name)), allow_pickle=False) for name in archive.namelist()
        }
