"""The folder that holds a result: what its manifest says, and what is left there of an earlier study."""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sim.study import store
from sim.study.kept import WORK
from sim.study.result import Result

RESULT_FILE = re.compile(r"[a-z]+\.csv|(events|users)\.parquet|report\.html|plots/[\w-]+\.(png|svg)", re.ASCII)


def begin(folder: Path, result: Result) -> list[str]:
    """Say in the folder that a study is under way; returns the files that an earlier study left there."""
    for place in (folder, folder / "plots", folder / WORK):
        for left_over in [*place.glob(".*.tmp"), *place.glob(".*.part")]:  # of a run that was killed: the folder is ours alone
            with contextlib.suppress(OSError):
                left_over.unlink()
    earlier = _files_of(folder)
    write_manifest(folder, result.manifest | {"finished": False, "files": earlier, "elapsed_seconds": None})
    return earlier


def finish(folder: Path, result: Result, written: Sequence[Path], earlier: Sequence[str]) -> None:
    """Take away what an earlier study wrote and this one did not, and say that the study is finished."""
    for path in written:
        store.settle(path)
    files = sorted(path.relative_to(folder).as_posix() for path in written)
    for name in set(earlier) - set(files):
        (folder / name).unlink(missing_ok=True)
    write_manifest(folder, result.manifest | {"files": files})


def _files_of(folder: Path) -> list[str]:
    """The files named by the manifest of a folder; none where it cannot be read. Names that are no result's are left out."""
    try:
        files = json.loads((folder / "manifest.json").read_bytes())["files"]
    except (OSError, ValueError, KeyError, TypeError):
        return []
    return sorted(f for f in files if isinstance(f, str) and RESULT_FILE.fullmatch(f)) if isinstance(files, list) else []


def write_manifest(folder: Path, manifest: dict[str, Any]) -> None:
    """Write ``manifest.json``."""
    store.write_whole(folder / "manifest.json", (json.dumps(manifest, indent=1, ensure_ascii=False) + "\n").encode())
