"""One study at a time in a folder: a lock that ends with the process that holds it, however that ends."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO


class FolderInUse(OSError):
    """Another study is writing to this ``folder``."""

    def __init__(self, folder: Path) -> None:
        super().__init__(f"another study is writing to {folder}")
        self.folder = folder


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Hold the folder for the length of the block, making it where there is none. Raises ``FolderInUse``, ``OSError``."""
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / "lock", "a+b") as file:
        if not _take(file):
            raise FolderInUse(folder.parent)
        yield


def _take(file: IO[bytes]) -> bool:
    """Lock an open file; the system lets go of it when the file is closed or the process is gone."""
    try:
        import fcntl
    except ImportError:  # Windows
        import msvcrt

        try:
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return True  # a file system without locks: nobody can be kept out, and nobody is refused
    return True
