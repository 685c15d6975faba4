"""Make sim/study/data/importance.csv anew: python benchmarks/importance.py [LEVER …]

Each lever in the world that shows it (scenarios/NAME.yaml or scenarios/levers/NAME.yaml), every assumption of that world at either end of
its range, one at a time, the same people with the same luck with and without the lever. Takes some minutes. To be run after a change of
a rule or a default; with names, only those levers' rows are made anew.
"""

from __future__ import annotations

import argparse
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from sim import load_scenario
from sim.lever import levers
from sim.study import importance
from sim.study.run import cores

SCENARIOS = Path(__file__).parent.parent / "scenarios"


def world(lever: str) -> str:
    """The file that shows a lever, under scenarios/."""
    return next(name for name in (f"{lever}.yaml", f"levers/{lever}.yaml") if (SCENARIOS / name).exists())


def of(lever: str) -> list[importance.Ends]:
    """The rows of one lever."""
    return list(importance.measured(load_scenario(SCENARIOS / world(lever)), lever, world(lever)))


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("lever", nargs="*")
    chosen = ask.parse_args().lever or list(levers())
    kept = [line for line in importance.known() if line.lever not in chosen] if importance.TABLE.exists() else []
    with ProcessPoolExecutor(cores()) as pool:
        for lever, lines in zip(chosen, pool.map(of, chosen), strict=True):
            most = max(lines, key=lambda line: line.swing)
            ends = f"{most.gain_at_low:+.1f} … {most.gain_at_high:+.1f}"
            print(f"{lever:16} {len(lines):3} assumptions; most: {most.parameter} {ends}", flush=True)
            kept += lines
            importance.write(kept)


if __name__ == "__main__":
    main()
