"""How fast and how large: python benchmarks/speed.py [--users N] [--days N]

Measures the world of scenarios/levers/all.yaml (all twenty-eight levers on; --scenario for another, such as
everything.yaml with its seven) on one thread:

    cold start    a fresh process without any compiled loop, to the end of day 1
    warm start    the same with the loop compiled before
    user-day      nanoseconds of processor time for one user's day, the smallest of several stretches
    bytes         of a user: row, diaries, friends, marks

Each figure is taken in a process of its own. Machines are noisy: compare figures of one run with each other, not with those of
another machine.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent
SCENARIOS = ROOT / "scenarios"


def start(scenario: str, users: int) -> dict[str, float]:
    """Seconds from the import to the end of day 1."""
    begin = time.perf_counter()
    from sim import LifecycleModel, load_scenario

    imported = time.perf_counter()
    model = LifecycleModel(load_scenario(SCENARIOS / scenario), users=users, days=2)
    drawn = time.perf_counter()
    model.step()
    return {"import": imported - begin, "draw_and_day_0": drawn - imported, "day_1": time.perf_counter() - drawn}


def user_day(scenario: str, users: int, days: int, threads: int) -> dict[str, float]:
    """Nanoseconds of a user's day, and bytes of a user. Everybody signs up within the first days, so all of them live."""
    from sim import LifecycleModel, load_scenario

    plan = load_scenario(SCENARIOS / scenario).with_values({"population.entry": {"arrivals": {"per_day": users / 2}}})
    model = LifecycleModel(plan, users=users, days=days, threads=threads)
    for _ in range(3):
        model.step()
    stretches = []
    clock = time.process_time if threads == 1 else time.perf_counter
    while model.day + 10 <= days:
        begin = clock()
        for _ in range(10):
            model.step()
        stretches.append((clock() - begin) / users / 10 * 1e9)
    parts = (model.rows, model.visited, model.ordered, model.said, model.heard, model.friends)
    parts += (model.bound, model.calm, model.wake, model.whole)
    return {
        "ns_first_stretch": stretches[0],
        "ns_median": sorted(stretches)[len(stretches) // 2],
        "ns_mean": sum(stretches) / len(stretches),
        "bytes_per_user": sum(part.nbytes for part in parts) / users,
        "visits_per_user_day": int(model.total["core"]["visits"][0]) / users / days,
    }


def apart(scenario: str, what: str, users: int, days: int, threads: int, cache: str) -> dict[str, float]:
    """One measurement in a process of its own, with its own folder of compiled loops."""
    asked = {"only": what, "scenario": scenario, "users": users, "days": days, "threads": threads}
    command = [sys.executable, __file__, *(str(word) for name, value in asked.items() for word in (f"--{name}", value))]
    environment = {**os.environ, "NUMBA_CACHE_DIR": cache, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--scenario", default="levers/all.yaml", help="a file under scenarios/ (default: %(default)s)")
    ask.add_argument("--users", type=int, default=1_000_000)
    ask.add_argument("--days", type=int, default=93)
    ask.add_argument("--threads", type=int, default=1)
    ask.add_argument("--only", choices=["start", "day"])
    given = ask.parse_args()
    if given.only:
        start_up = given.only == "start"
        rest = (given.users,) if start_up else (given.users, given.days, given.threads)
        measured = (start if start_up else user_day)(given.scenario, *rest)
        print(json.dumps(measured))
        return
    print(f"{platform.machine()}, {os.cpu_count()} processors, Python {platform.python_version()}, {given.users:,} users, {given.scenario}")
    with tempfile.TemporaryDirectory() as cache:
        for label, what, users in (("cold, 10 users", "start", 10), ("warm, 10 users", "start", 10), ("warm", "start", given.users)):
            figures = apart(given.scenario, what, users, given.days, 1, cache)
            print(f"{label:16s}", {k: round(v, 2) for k, v in figures.items()}, "seconds")
        for threads in sorted({1, given.threads}):
            figures = apart(given.scenario, "day", given.users, given.days, threads, cache)
            print(f"{threads} thread(s)     ", {k: round(v, 2) for k, v in figures.items()})


if __name__ == "__main__":
    main()
