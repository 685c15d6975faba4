"""What a comparison costs after its runs are lived: analysis, figures and report of 8 scenarios × 20 replications.

The runs are lived first and kept. Then the same comparison is asked for again, in a process of its own: it reads the kept runs, makes every
table, the counterfactuals, every figure as PNG and SVG, and the report. Measured is processor time (so a busy machine changes little), in
all and by part; the aim is under 15 seconds. Last, figures and report once more as a study draws them, in one process and in as many as it
takes here: seconds on the clock, which a busy machine does change.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import measuring

from analysis import beforehand

NAMES = ("baseline", "onboarding", "coupons", "points", "tiers", "community", "messaging", "winback")
AIM = 15.0
PACKAGES = ("lifecycle-simulator", "numpy", "pandas", "scipy", "matplotlib", "jinja2")


def study(folder: Path, users: int, replications: int, draw: Callable | None = None) -> Any:
    """The comparison, in a folder that keeps its runs."""
    from sim import compare

    files = [measuring.ROOT / "scenarios" / f"{name}.yaml" for name in NAMES]
    return compare(files, folder=folder, users=users, replications=replications, twin=True, draw=draw)


def measured(folder: Path, users: int, replications: int) -> dict[str, float]:
    """Processor seconds of everything after the runs, and of its parts."""
    import sim.study.api  # noqa: F401 - loading the simulator is no part of the analysis

    taken: dict[str, float] = {}

    @contextmanager
    def timed(part: str) -> Any:
        begin = time.process_time()
        yield
        taken[part] = time.process_time() - begin

    def draw(result: Any, place: Path) -> list[Path]:
        with timed("figures: loading matplotlib"):
            from analysis.plots import pictures, write_plots
            from analysis.report import write_report
        drawn = result.comparable()
        with timed("figures: findings"):
            made = pictures(drawn)
        taken["figures, number"] = len(made)
        for picture in made:
            with timed(f"figure {picture.name}"):
                written = picture.files
                assert written.svg
        with timed("figures: files"):
            paths = write_plots(made, place)
        with timed("report"):
            return [*paths, write_report(drawn, made, place)]

    with timed("all"):
        study(folder, users, replications, draw)
    return taken


def on_the_clock(folder: Path, users: int, replications: int, threads: int | None) -> float:
    """Seconds of drawing and report as a study does them, the other processes ready, as they are after the tables were written."""
    from analysis.drawing import Studio

    taken: list[float] = []

    def draw(result: Any, place: Path) -> list[Path]:
        begin = time.perf_counter()
        written = studio.draw(result, place, None, lambda done, total, doing: None)
        taken.append(time.perf_counter() - begin)
        return written

    with closing(Studio(threads)) as studio:
        studio.open()
        study(folder, users, replications, draw)
    return taken[0]


def main() -> None:
    ask = measuring.arguments(__doc__, "report")
    ask.add_argument("--users", type=measuring.positive, default=10_000, help="people a world (default: %(default)s)")
    ask.add_argument("--replications", type=measuring.positive, default=20, metavar="N", help="(default: %(default)s)")
    ask.add_argument("--only", type=Path, help=argparse.SUPPRESS)
    ask.add_argument("--clock", type=int, help=argparse.SUPPRESS)
    given = ask.parse_args()
    users, replications = (1_000, 4) if given.quick else (given.users, given.replications)
    if given.only and given.clock is not None:
        print(on_the_clock(given.only, users, replications, given.clock or None))
        return
    if given.only:
        print(json.dumps(measured(given.only, users, replications)))
        return
    facts, packages = measuring.machine(), measuring.versions(PACKAGES)
    measuring.show_machine(facts, packages)
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        measuring.say(f"living {len(NAMES)} scenarios × {replications} replications")
        study(Path(folder), users, replications)
        for number in range(given.rounds or (1 if given.quick else 3)):
            measuring.say(f"round {number + 1}")
            options = ["--users", str(users), "--replications", str(replications), "--only", folder]
            row = {"round": number, **json.loads(asked(options))}
            for name, clock in (("clock: one process", "1"), ("clock: several processes", "0")):
                row[name] = float(asked([*options, "--clock", clock]))
            rows.append(row)
    middle = {name: measuring.median(row[name] for row in rows) for name in rows[0] if name != "round"}
    figures = sum(taken for name, taken in middle.items() if name.startswith("figure "))
    drawing = sum(taken for name, taken in middle.items() if name.startswith("figure") and name != "figures, number")
    rest = middle["all"] - drawing - middle["report"]
    slowest = max((name for name in middle if name.startswith("figure ")), key=middle.get)
    lines = [
        ("reading the runs, tables, counterfactuals", rest), ("loading matplotlib", middle["figures: loading matplotlib"]),
        ("findings", middle["figures: findings"]), (f"{middle['figures, number']:.0f} figures, PNG and SVG", figures),
        (f"of them {slowest.removeprefix('figure ')}", middle[slowest]), ("report", middle["report"]),
    ]  # fmt: skip
    measuring.show_table(("part", "processor seconds"), [(part, f"{taken:.2f}") for part, taken in lines])
    clock = [(name.removeprefix("clock: "), f"{middle[name]:.1f}") for name in middle if name.startswith("clock")]
    measuring.show_table(("figures and report in", "seconds on the clock"), clock)
    measuring.show_measures([("analysis, figures and report", f"< {AIM:.0f} s", f"{middle['all']:.1f} s", middle["all"] < AIM)])
    measuring.keep(given.out, "report", rows, facts, packages)


def asked(options: list[str]) -> str:
    """The last line that this program says in a process of its own, set up as the command line is. Raises ``MeasurementFailed``."""
    beforehand.one_at_a_time()
    done = subprocess.run([sys.executable, __file__, *options], capture_output=True, text=True)
    if done.returncode:
        raise measuring.MeasurementFailed(done.stderr.strip().splitlines()[-1])
    return done.stdout.splitlines()[-1]


if __name__ == "__main__":
    main()
