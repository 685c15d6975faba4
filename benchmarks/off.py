"""What a lever costs that is off: python benchmarks/off.py [--users N] [--days N] [LEVER …]

The world of scenarios/everything.yaml (seven levers) against the same world with one lever more that is written and not active
(`active: false`); both are lived in turns in one process, a day of one and a day of the other, and the median of the ratios of their
days is told. A lever that no scenario of a study names is not compiled and costs nothing; it is not measured here.
"""

from __future__ import annotations

import argparse
import statistics
import time
from pathlib import Path

from sim import LifecycleModel, load_scenario
from sim.lever import levers

WORLD = Path(__file__).parent.parent / "scenarios" / "everything.yaml"
SETTLE = 20
"""Days before the first that counts."""


def ratio(lever: str, users: int, days: int) -> float:
    """The time of a user's day with the lever off by the time without it: the median over the days."""
    plan = load_scenario(WORLD).with_values({"population.entry": {"arrivals": {"per_day": users / 2}}})
    beside = plan.with_values({f"levers.{lever}.active": False})
    worlds = [LifecycleModel(p, users=users, days=SETTLE + days + 1) for p in (plan, beside)]
    for world in worlds:
        for _ in range(SETTLE):
            world.step()
    ratios = []
    for day in range(days):
        spent = {}
        for k in (0, 1) if day % 2 else (1, 0):
            begin = time.process_time()
            worlds[k].step()
            spent[k] = time.process_time() - begin
        ratios.append(spent[1] / spent[0])
    return statistics.median(ratios)


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--users", type=int, default=200_000)
    ask.add_argument("--days", type=int, default=60)
    ask.add_argument("lever", nargs="*", help="which (default: all that the world does not have)")
    asked = ask.parse_args()
    names = asked.lever or [name for name in levers() if name not in load_scenario(WORLD).levers]
    found = {}
    for name in names:
        found[name] = ratio(name, asked.users, asked.days)
        print(f"{name:16} {100 * (found[name] - 1):+5.1f} %", flush=True)
    print(f"{'median':16} {100 * (statistics.median(found.values()) - 1):+5.1f} %, most {100 * (max(found.values()) - 1):+.1f} %")


if __name__ == "__main__":
    main()
