"""Processes of our own: started by their own command, not by ``multiprocessing``, so that a script without a main guard can use them."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any


def started(module: str, variables: dict[str, str] | None = None, **options: Any) -> subprocess.Popen:
    """A process that runs a module, asked through its input and answering through its output. Raises ``OSError``.

    ``variables`` of its environment beside ours; ``options`` are those of ``Popen``.
    """
    paths = os.pathsep.join(os.path.abspath(p) for p in sys.path)  # what can be imported here can be imported there
    return subprocess.Popen(
        [sys.executable, "-m", module],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, **(variables or {}), "PYTHONPATH": paths},
        start_new_session=os.name == "posix",  # an interrupt at the terminal is ours to hear
        **options,
    )
