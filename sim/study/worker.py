"""Runs lived in processes of their own, for worlds so small that threads would wait for Python's lock.

A worker is told its runs as lines of JSON, keeps each in its file and answers with a line; nothing else passes between the two. It is
started by its own command, not by ``multiprocessing``, so that a script without a main guard can use it. When its input ends it stops.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from queue import SimpleQueue

from sim.child import started
from sim.study import store
from sim.study.task import Stopped, Task

PATIENCE = 20.0
"""Seconds that a worker is given to end by itself."""


class WorkerDied(OSError):
    """A worker process ended in the middle of a run: killed, or out of memory."""


class UnknownRun(Exception):
    """A worker understands by the task another run than we do, such as with a lever that only this process has."""


class Worker:
    """One worker process, seen from the study."""

    def __init__(self) -> None:
        self._process = started("sim.study.worker", text=True, encoding="utf-8")

    def live(self, task: Task, file: Path, durable: bool) -> None:
        """Let one run be lived and kept. Raises ``WorkerDied``, ``UnknownRun``, ``OSError``; ``RuntimeError`` for a defect in the run."""
        ask = {
            "scenario": task.scenario.resolved(), "replication": task.replication, "kinds": task.kinds, "list_orders": task.list_orders,
            "people": task.people, "list_users": task.list_users,
            "name": task.key(), "file": os.path.abspath(file), "durable": durable,
        }  # fmt: skip
        with suppress(BrokenPipeError, ValueError):  # it has died, or was closed
            self._process.stdin.write(json.dumps(ask) + "\n")
            self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            code = self._process.wait()
            how = f"was ended by signal {-code}" if code < 0 else f"ended with code {code}"
            raise WorkerDied(f"a worker process {how} in the middle of a run")
        answer = json.loads(line)
        if "errno" in answer:
            raise OSError(*answer["errno"])
        if "defect" in answer:
            raise RuntimeError(answer["defect"])
        if not answer["done"]:
            raise UnknownRun

    def close(self) -> None:
        """Tell the worker that nothing more comes; it leaves off what it is doing. Does not wait."""
        with suppress(OSError):
            self._process.stdin.close()

    def join(self) -> None:
        """Wait until a closed worker has ended; end it where it does not."""
        try:
            self._process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()


def main() -> None:
    """Live runs until the input ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # whatever prints does not print into the answers
    asked: SimpleQueue[str | None] = SimpleQueue()
    stop = threading.Event()
    threading.Thread(target=_listen, args=(asked, stop), daemon=True).start()
    while (line := asked.get()) is not None:
        try:
            answer = _live(json.loads(line), stop)
        except Stopped:
            return
        except OSError as error:
            answer = {"errno": [error.errno, error.strerror or str(error), error.filename and str(error.filename)]}
        except Exception as error:  # the study raises it
            answer = {"defect": f"{type(error).__name__}: {error}"}
        with suppress(BrokenPipeError):
            print(json.dumps(answer), file=answers, flush=True)


def _listen(asked: SimpleQueue[str | None], stop: threading.Event) -> None:
    for line in sys.stdin:
        asked.put(line)
    stop.set()
    asked.put(None)


def _live(ask: dict, stop: threading.Event) -> dict:
    scenario = _scenario(json.dumps(ask["scenario"]))
    kinds = tuple((name, kind) for name, kind in ask["kinds"])
    task = Task(scenario, ask["replication"], kinds, ask["list_orders"], ask["people"], ask["list_users"])
    if task.key() != ask["name"]:
        return {"done": False}
    store.save(Path(ask["file"]), task.run(1, stop), ask["durable"])
    return {"done": True}


@lru_cache(maxsize=4)
def _scenario(text: str):
    from sim.scenario import Scenario

    return Scenario.from_mapping(json.loads(text))


if __name__ == "__main__":
    main()
