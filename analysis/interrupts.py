"""Signals: how a command is told to stop, and stops where nothing is lost."""

from __future__ import annotations

import signal
import sys
from typing import Any


def listen(now: dict[str, Any]) -> None:
    """Make SIGINT and SIGTERM interrupt this process, also where a library drops the exception: ``now`` remembers.

    While runs are under way nothing is raised, because threads and locks stand everywhere then: progress asks twice a second.
    """

    def interrupt(number: int, frame: object) -> None:
        now["interrupted"] = True
        if not now.get("asking"):
            raise KeyboardInterrupt

    def dropped(event: Any) -> None:
        if event.exc_type is not KeyboardInterrupt:  # LLVM's callbacks into Python cannot raise; the next progress does
            sys.__unraisablehook__(event)

    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:  # not where the caller had it ignored
        signal.signal(signal.SIGINT, interrupt)
    signal.signal(signal.SIGTERM, interrupt)
    sys.unraisablehook = dropped
