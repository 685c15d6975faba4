"""Files that are either whole or not there, and that know when they were damaged."""

from __future__ import annotations

import hashlib
import json
import math
import os
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import numpy as np

MAGIC = b"LIFECYC2"
HEAD = len(MAGIC) + hashlib.sha256().digest_size

STEPS = ("begin", "opened", "half", "written", "synced", "renamed", "durable")
"""What happens to a file that is written, in this order; ``reached`` is told at each."""


def reached(step: str, path: Path) -> None:
    """Told at each of ``STEPS``. It does nothing: tests put a kill or a full disk in its place."""


class DamagedFile(Exception):
    """A file of ours whose content is not what was written."""


@contextmanager
def written_whole(path: Path, durable: bool = True) -> Iterator[IO[bytes]]:
    """Write ``path`` in the block, as a temporary file beside it; at the end fsync, rename, fsync of the folder. Raises ``OSError``.

    Whatever happens inside, ``path`` is the old file or the new one, never a part. Without ``durable`` nothing is synced: for files
    that need not outlive the machine.
    """
    make_folder(path.parent)
    beside = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    reached("begin", path)
    try:
        with open(beside, "wb") as file:
            reached("opened", path)
            yield file
            file.flush()
            reached("written", path)
            if durable:
                os.fsync(file.fileno())
        reached("synced", path)
        os.replace(beside, path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
    reached("renamed", path)
    if durable:
        _sync_folder(path.parent)
    reached("durable", path)


def write_whole(path: Path, content: bytes, durable: bool = True) -> None:
    """Replace ``path`` by ``content``, as ``written_whole``."""
    with written_whole(path, durable) as file:
        half = len(content) // 2
        file.write(content[:half])
        file.flush()
        reached("half", path)
        file.write(content[half:])


def make_folder(folder: Path) -> None:
    """Make a folder and those above it that are missing, so that they outlive a crash, too. Raises ``OSError``."""
    if not folder.is_dir():
        make_folder(folder.parent)
        folder.mkdir(exist_ok=True)
        _sync_folder(folder.parent)


def settle(path: Path) -> None:
    """Make sure that a file written by somebody else is on the disk. Raises ``OSError``."""
    with open(path, "rb") as file:
        os.fsync(file.fileno())
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    if os.name == "posix":
        opened = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)


def save(path: Path, arrays: Mapping[str, np.ndarray], durable: bool = True) -> None:
    """Keep arrays by name in one file with a checksum of its name and content; the same arrays give the same bytes. Raises ``OSError``."""
    kept = {name: np.ascontiguousarray(arrays[name]) for name in sorted(arrays)}
    shapes = {name: [array.dtype.str, np.shape(arrays[name])] for name, array in kept.items()}
    content = zlib.compress(b"\n".join([json.dumps(shapes).encode(), b"".join(array.tobytes() for array in kept.values())]), 1)
    write_whole(path, MAGIC + _checksum(path, content) + content, durable)


def check(path: Path) -> None:
    """Raises ``DamagedFile`` where a file is not what ``save`` wrote under this name, ``FileNotFoundError``, ``OSError``."""
    _content(path)


def load(path: Path) -> dict[str, np.ndarray]:
    """The arrays of a file written by ``save``, not to be changed. Raises ``DamagedFile``, ``FileNotFoundError``, ``OSError``."""
    shapes, _, numbers = zlib.decompress(_content(path)).partition(b"\n")
    out, at = {}, 0
    for name, (dtype, shape) in json.loads(shapes).items():
        count = math.prod(shape)
        out[name] = np.frombuffer(numbers, dtype, count, at).reshape(shape)
        at += out[name].nbytes
    return out


def _content(path: Path) -> bytes:
    whole = path.read_bytes()
    if whole[: len(MAGIC)] != MAGIC or _checksum(path, whole[HEAD:]) != whole[len(MAGIC) : HEAD]:
        raise DamagedFile(f"{path} is damaged")
    return whole[HEAD:]


def _checksum(path: Path, content: bytes) -> bytes:
    """Of the name, too: a whole file under another run's name is damage."""
    return hashlib.sha256(path.name.encode() + b"\0" + content).digest()
