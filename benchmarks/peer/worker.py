"""Runs one world in this process and prints what it took, as JSON: started by ``measuring.Started``, not by hand.

The request, one line of JSON on the standard input: ``peer`` (a module here), ``workload`` and its ``shop`` (or neither), ``users``,
``days``, ``seed``, ``options`` (further arguments of its World), ``pin`` (a processor), ``wait`` (say ready once the world is built, and
wait for a line).
"""

from __future__ import annotations

import importlib
import importlib.metadata
import json
import os
import resource
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
WARM_USERS, WARM_DAYS = 5_000, 3
"""A small world first: large enough that every peer compiles what it will need (Starsim does from 2,000 users on)."""


def peak_mb() -> float:
    """The most memory this process has held so far, in MB (10⁶ bytes)."""
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
    except OSError:
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return most / 1e6 if sys.platform == "darwin" else most * 1024 / 1e6
    # Not ru_maxrss: on Linux it begins with the parent's, from before this program was loaded.
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) * 1024 / 1e6


def measure(request: dict) -> dict:
    """Import, a small world, then the world that is asked for."""
    if request.get("pin") is not None:
        os.sched_setaffinity(0, {request["pin"]})
    begin = time.perf_counter()
    peer = importlib.import_module(f"peer.{request['peer']}")
    imported = time.perf_counter()
    shop = None
    if request.get("shop"):
        shop = importlib.import_module(f"peer.{request['workload']}.workload").Shop(**request["shop"])
    options = request.get("options") or {}
    small = peer.World(shop, WARM_USERS, WARM_DAYS, 1, **options)
    small.run()
    del small
    ready, base = time.time(), peak_mb()
    built = time.perf_counter()
    world = peer.World(shop, request["users"], request["days"], request["seed"], **options)
    built = time.perf_counter() - built
    if request.get("wait"):
        print("ready", flush=True)
        sys.stdin.readline()
    wall, processor = time.perf_counter(), time.process_time()
    world.run()
    wall, processor = time.perf_counter() - wall, time.process_time() - processor
    user_days = request["users"] * request["days"]
    return {
        "start_s": ready - request["spawned"],
        "import_s": imported - begin,
        "build_s": built,
        "run_s": wall,
        "wall_ns": wall / user_days * 1e9,
        "cpu_ns": processor / user_days * 1e9,
        "base_mb": base,
        "peak_mb": peak_mb(),
        "versions": {name: importlib.metadata.version(name) for name in peer.PACKAGES},
        "book": world.book() if shop else None,
    }


if __name__ == "__main__":
    # The folder's own parent, so that `peer.…` is found and nothing here hides a package.
    sys.path[0] = str(HERE.parent)
    print(json.dumps(measure(json.loads(sys.stdin.readline()))))
