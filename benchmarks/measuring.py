"""What the benchmark scripts share: the machine, one measurement in a process of its own, medians, tables, CSV files, figures.

Machines are noisy and differ. So each measurement is taken in a process of its own, several rounds are interleaved, medians are
compared within one run of a script only, and the machine is written beside the numbers.
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import importlib.metadata
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(1, str(ROOT))  # so that the scripts work in a checkout that is not installed
WORKER = Path(__file__).resolve().parent / "peer" / "worker.py"
ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS", "POLARS_MAX_THREADS")
"""Libraries that would start threads of their own are told to use one, as the project does unless it is asked for more."""


class MeasurementFailed(RuntimeError):
    """A worker ended without an answer; the message is the last of what it said."""


def machine() -> dict[str, str]:
    """Processor, cores, memory, system, Python, and how busy the machine is before the measurement."""
    return {
        "processor": _processor(),
        "cores": str(os.cpu_count()),
        "memory": _memory(),
        "system": f"{platform.system()} {platform.machine()}",
        "Python": platform.python_version(),
        "load before": f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "unknown",
    }


def _processor() -> str:
    """The processor as the system calls it, with family and model where the name alone says little (virtual machines)."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    facts = {name.strip(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    if "model name" not in facts:
        return platform.processor() or platform.machine()
    return f"{facts['model name']} (family {facts.get('cpu family', '?')}, model {facts.get('model', '?')})"


def _memory() -> str:
    try:
        return f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.0f} GiB"
    except (AttributeError, ValueError, OSError):
        return "unknown"


def versions(names: Iterable[str]) -> dict[str, str]:
    """Installed versions of these distributions; those that are not installed are left out."""
    found = {}
    for name in names:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


# ---- one measurement in a process of its own


class Started:
    """A worker that has been given its request: ``answer()`` waits for the result, ``go()`` lets it pass the line it waits at."""

    def __init__(self, request: Mapping[str, Any], python: str = sys.executable, cache: str | None = None) -> None:
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "MPLBACKEND": "Agg", **dict.fromkeys(ONE_THREAD, "1")}
        if cache is not None:
            environment["NUMBA_CACHE_DIR"] = cache
        self._process = subprocess.Popen(
            [python, str(WORKER)], env=environment, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        self._say({**request, "spawned": time.time()})

    def _say(self, message: Any) -> None:
        self._process.stdin.write(json.dumps(message) + "\n")
        self._process.stdin.flush()

    def wait_until_ready(self) -> None:
        """Until the world is built; only for a request with ``wait``."""
        if "ready" not in self._process.stdout.readline():
            self.answer()

    def go(self) -> None:
        """Begin."""
        self._say("go")

    def answer(self) -> dict[str, Any]:
        """The result; raises MeasurementFailed with the last of what the worker said."""
        out, said = self._process.communicate()
        if self._process.returncode != 0 or not out.strip():
            last = said.strip().splitlines() or [f"ended with code {self._process.returncode}"]
            raise MeasurementFailed(last[-1])
        return json.loads(out.strip().splitlines()[-1])


def apart(request: Mapping[str, Any], python: str = sys.executable, cache: str | None = None) -> dict[str, Any]:
    """The worker's answer to one request."""
    return Started(request, python, cache).answer()


def seconds(command: Sequence[str], times: int) -> float:
    """Median seconds of a command from start to end, after one run that fills the caches. Raises MeasurementFailed."""
    taken = []
    for _ in range(times + 1):
        begin = time.perf_counter()
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
        taken.append(time.perf_counter() - begin)
        if done.returncode != 0:
            raise MeasurementFailed(f"{' '.join(command)}: {done.stderr.strip().splitlines()[-1:]}")
    return statistics.median(taken[1:])


def median(values: Iterable[float]) -> float:
    """The middle value."""
    return statistics.median(values)


# ---- what is shown and kept


def say(text: str) -> None:
    """A line about what is going on, on the standard error."""
    print(text, file=sys.stderr, flush=True)


def arguments(text: str, out: str) -> argparse.ArgumentParser:
    """The options every script has; ``text`` is its docstring."""
    parser = argparse.ArgumentParser(description=text, formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("--quick", action="store_true", help="a minute's version: small worlds, few rounds; it shows that all works, not how fast")
    add("--rounds", type=positive, default=None, metavar="N", help="interleaved repetitions; medians are shown")
    add("--out", type=Path, default=ROOT / "results" / out, metavar="DIR", help="where CSV and figure go (default: %(default)s)")
    return parser


def positive(text: str) -> int:
    """A whole number from 1; for argparse."""
    try:
        value = int(text.replace("_", ""))
    except ValueError:
        value = 0
    if value < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1")
    return value


def show_machine(facts: Mapping[str, str], packages: Mapping[str, str]) -> None:
    """One line for the machine and one for the versions."""
    print(", ".join(f"{name} {value}" for name, value in facts.items()))
    print(", ".join(f"{name} {version}" for name, version in packages.items()) + "\n")


def show_table(header: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """A table as text that is also Markdown, so that it can be copied into a page."""
    cells = [[str(cell) for cell in row] for row in [header, *rows]]
    widths = [max(len(row[k]) for row in cells) for k in range(len(header))]
    lines = ["| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |" for row in cells]
    lines.insert(1, "| " + " | ".join("-" * width for width in widths) + " |")
    print("\n".join(lines) + "\n")


def show_measures(measures: Sequence[tuple[str, str, str, bool | None]]) -> None:
    """What was aimed at and what came out: (what, aim, measured, reached; None where that cannot be said)."""
    word = {True: "reached", False: "MISSED", None: "not said"}
    show_table(("measure", "aim", "measured", ""), [(what, aim, got, word[reached]) for what, aim, got, reached in measures])


def keep(out: Path, name: str, rows: Sequence[Mapping[str, Any]], facts: Mapping[str, str], packages: Mapping[str, str]) -> None:
    """Write ``name.csv`` (every single measurement) and ``name.machine.json`` beside it."""
    out.mkdir(parents=True, exist_ok=True)
    columns = list(dict.fromkeys(column for row in rows for column in row))
    with (out / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, columns)
        writer.writeheader()
        writer.writerows(rows)
    told = {"machine": dict(facts), "versions": dict(packages)}
    (out / f"{name}.machine.json").write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")
    print(f"{out / name}.csv")


@contextlib.contextmanager
def picture(out: Path, name: str, width: float, height: float, rows: int = 1, columns: int = 1):
    """A figure in the house's style, ``width`` by ``height`` inches: gives figure and axes, writes ``name.png`` at the end."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    from analysis import style

    with style.applied():
        figure, axes = plt.subplots(rows, columns, figsize=(width, height), squeeze=False, layout="constrained")
        yield figure, axes
        figure.savefig(out / f"{name}.png", metadata={"Software": None})
        plt.close(figure)
    print(f"{out / name}.png")


def plain_ticks(axis: Any) -> None:
    """Whole decimal numbers on a logarithmic axis; the house's style draws no formulas."""
    from matplotlib.ticker import FuncFormatter, NullFormatter

    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.10g}"))
    axis.set_minor_formatter(NullFormatter())
