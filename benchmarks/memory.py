"""Memory and speed of studies: python benchmarks/memory.py [--users N] [--days N] [--large] [--json]

Studies of more and more runs, each in a process of its own: the most memory its process ever took, the seconds until its tables stood,
and the size of what it keeps. Memory must not grow with the number of replications, and with scenarios only as their tables do.
``--large`` ends with 100 scenarios × 100 replications. Then one study lived by one worker, by threads and by processes: how runs are
best shared (``sim.study.run.SMALL_RUN``).
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SIZES = ((1, 10), (1, 100), (1, 400), (10, 40), (40, 10))
LARGE = (100, 100)
WORLDS = (300, 1_000, 3_000, 10_000, 30_000)


def study(scenarios: int, replications: int, users: int, days: int) -> dict[str, float]:
    """One study with a folder: megabytes at most, seconds, megabytes kept."""
    from sim import compare, load_scenario

    base = load_scenario(ROOT / "scenarios" / "coupons.yaml")
    plans = [base.with_values({"name": f"S{k}", "levers.coupons.face_value": 1.0 + k / 10}) for k in range(scenarios)]
    with tempfile.TemporaryDirectory(prefix="memory-") as folder:
        compare([base], users=users, days=days, replications=1, threads=1)  # what every study needs, whatever its size
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        began = time.perf_counter()
        result = compare(plans, users=users, days=days, replications=replications, folder=folder)
        seconds = time.perf_counter() - began
        written = time.perf_counter()
        result.write_tables(Path(folder))
        tables = time.perf_counter() - written
        kept = sum(path.stat().st_size for path in Path(folder).rglob("*") if path.is_file()) / 2**20
    children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {
        "runs": scenarios * replications, "most_mb": round(most), "more_than_one_run_mb": round(most - before),
        "largest_worker_mb": round(children), "seconds": round(seconds, 1), "tables_seconds": round(tables, 1), "kept_mb": round(kept, 1),
    }  # fmt: skip


def shared(users: int, days: int, runs: int) -> dict[str, float]:
    """Milliseconds a run, lived by one worker, by as many threads as there are processors, and by as many processes."""
    from sim import load_scenario
    from sim.study import run

    plan = load_scenario(ROOT / "scenarios" / "everything.yaml", overrides={"run.users": users, "run.days": days})
    run.warm_up(run.Task(plan, 0, run.common_kinds([plan])))
    out: dict[str, float] = {}
    for name, threads, worth in (("one", 1, float("inf")), ("threads", run.cores(), float("inf")), ("processes", run.cores(), 0.0)):
        run.WORTH_PROCESSES, run.SMALL_RUN = worth, 10**9
        began = time.perf_counter()
        run.run_study([plan], runs, threads=threads)
        out[name] = round((time.perf_counter() - began) / runs * 1000, 1)
    return {"users": users, "runs": runs, **out}


def apart(*arguments: object) -> dict[str, float]:
    """One measurement in a process of its own."""
    line = [sys.executable, __file__, "--only", *map(str, arguments)]
    done = subprocess.run(line, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--users", type=int, default=300)
    ask.add_argument("--days", type=int, default=60)
    ask.add_argument("--large", action="store_true")
    ask.add_argument("--json", action="store_true")
    ask.add_argument("--only", nargs="+")
    given = ask.parse_args()
    if given.only:
        what, *numbers = given.only
        print(json.dumps({"study": study, "shared": shared}[what](*map(int, numbers))))
        return
    machine = f"{platform.machine()}, {os.cpu_count()} processors, Python {platform.python_version()}"
    studies = {}
    for scenarios, replications in (*SIZES, *([LARGE] if given.large else [])):
        studies[f"{scenarios} × {replications}"] = apart("study", scenarios, replications, given.users, given.days)
        if not given.json:
            print(f"{scenarios:4d} × {replications:<4d}", studies[f"{scenarios} × {replications}"], flush=True)
    ways = []
    for users in WORLDS:
        ways.append(apart("shared", users, 365, max(16, 60_000 // users)))
        if not given.json:
            print(ways[-1], flush=True)
    print(json.dumps({"machine": machine, "studies": studies, "shared": ways}) if given.json else machine)


if __name__ == "__main__":
    main()
