"""What a user's day costs as worlds grow: python benchmarks/scale.py [--quick] [--parts users,days] [--workload incentives|customers]

    users     from 10,000 to 10,000,000 people, 90 days; with it memory, and 10 million people in one run
    days      from 30 to 730 days
    levers    from none to all, added seven at a time
    threads   one, two; and two processes, each held on a processor of its own, which is what the machine can give
    drivers   the compiled loop against each User.step() in turn, same rules
    start     `import sim` and `python run.py --help`, with everything compiled that can be

Two worlds: one of the peers' workloads (`incentives`, coupons and levels, or `customers`, no levers; see peers.py) and all levers
(scenarios/levers/all.yaml, where everybody signs up within two days, so that everybody lives). Levers are added seven at a time to
scenarios/baseline.yaml, everybody there within two days. Each measurement is taken in a process of its own, rounds are interleaved,
medians are shown. Nanoseconds are of processor time, for threads and processes of time on the clock; of stepping only. Memory is that of
the whole process at its peak.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import measuring
from peer.workloads import SCENARIOS, WORKLOADS

from sim import load_scenario

ALL, SOME = "all levers", "some levers"
FILES = {ALL: "levers/all.yaml", SOME: "baseline.yaml"} | {name: work.file for name, work in WORKLOADS.items()}
LEVERS = tuple(load_scenario(SCENARIOS / FILES[ALL]).levers)
"""In the order in which they are added."""
PARTS = ("users", "days", "levers", "threads", "drivers", "start")
OBJECT_USERS = 2_000


@dataclass(frozen=True)
class Case:
    """One measurement: a world of a size, and how it is run."""

    part: str
    world: str
    users: int
    days: int
    levers: int = 0
    threads: int = 1
    processes: int = 1
    driver: str = "compiled"

    @property
    def request(self) -> dict[str, Any]:
        """What the worker is asked for."""
        values: dict[str, Any] = {}
        if self.world not in WORKLOADS:
            values["population.entry"] = {"arrivals": {"per_day": self.users / 2}}
        if self.world == SOME:
            values |= {f"levers.{name}": {} for name in LEVERS[: self.levers]}
        options = {"scenario": str(SCENARIOS / FILES[self.world]), "values": values, "threads": self.threads, "driver": self.driver}
        return {"peer": "this_project", "users": self.users, "days": self.days, "options": options}


def cases(parts: Sequence[str], workload: str, quick: bool) -> list[Case]:
    """All measurements of a round."""
    sizes, spans = ((10_000, 100_000), (30, 90)) if quick else ((10_000, 100_000, 1_000_000, 10_000_000), (30, 90, 365, 730))
    middle, days = (20_000, 30) if quick else (200_000, 90)
    large = sizes[-1] if quick else 1_000_000
    worlds = ((workload, len(load_scenario(WORKLOADS[workload].scenario).levers)), (ALL, len(LEVERS)))
    out = []
    for part in parts:
        if part == "users":
            out += [Case(part, world, users, days, levers) for users in sizes for world, levers in worlds]
        if part == "days":
            out += [Case(part, world, middle, span, levers) for span in spans for world, levers in worlds]
        if part == "levers":
            counts = range(0, len(LEVERS) + 1, len(LEVERS) if quick else 7)
            out += [Case(part, SOME, middle, days, count) for count in counts]
        if part == "threads":
            ways = ((1, 1), (2, 1), (1, 2))
            out += [Case(part, world, large, days, lv, threads, n) for world, lv in worlds for threads, n in ways]
        if part == "drivers":
            out += [Case(part, ALL, large, days, len(LEVERS)), Case(part, ALL, OBJECT_USERS, days, len(LEVERS), driver="objects")]
    return out


def take(case: Case, seed: int, cache: str) -> dict[str, float]:
    """One measurement. Of two processes: the slower one, memory of both."""
    request = {**case.request, "seed": seed}
    if case.part == "threads" and case.threads == 1:
        processors = _processors()[: case.processes]
        started = [measuring.Started({**request, "pin": pin, "wait": True}, cache=cache) for pin in processors]
        for worker in started:
            worker.wait_until_ready()
        for worker in started:
            worker.go()
        answers = [worker.answer() for worker in started]
    else:
        answers = [measuring.apart(request, cache=cache)]
    kept = {name: max(answer[name] for answer in answers) for name in ("wall_ns", "cpu_ns", "build_s", "base_mb")}
    return kept | {"peak_mb": sum(answer["peak_mb"] for answer in answers)}


def _processors() -> list[int]:
    """The processors this process may use; empty where the system cannot say, and then nothing can be held on one."""
    return sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []


def possible(case: Case) -> bool:
    """Whether this machine can take the measurement: threads and pinned processes need as many processors."""
    return case.part != "threads" or len(_processors()) >= max(case.threads, case.processes)


def measure(wanted: Sequence[Case], rounds: int) -> list[dict[str, Any]]:
    """Interleaved rounds; one row for each round and case."""
    rows = []
    with tempfile.TemporaryDirectory() as cache:
        for world, levers in dict.fromkeys((case.world, case.levers) for case in wanted):
            measuring.say(f"compiling: {world}, {levers} …")
            take(Case("users", world, 2_000, 3, levers), 1, cache)
        for number in range(1, rounds + 1):
            for case in wanted:
                measuring.say(f"round {number} of {rounds}: {case.part}, {case.world}, {case.users:,} users, {case.days} days …")
                rows.append({"round": number, **asdict(case), **take(case, number, cache)})
    return rows


class Medians:
    """The medians over rounds, by case."""

    def __init__(self, rows: Sequence[dict[str, Any]], wanted: Sequence[Case]) -> None:
        self.cases = list(wanted)
        self._rows = rows

    def of(self, case: Case, what: str) -> float:
        """One number of one case."""
        return measuring.median(row[what] for row in self._rows if all(row[k] == v for k, v in asdict(case).items()))

    def find(self, **wanted: Any) -> list[Case]:
        """Cases with these values, in order."""
        return [case for case in self.cases if all(getattr(case, k) == v for k, v in wanted.items())]

    def ratio(self, above: Sequence[Case], below: Sequence[Case], what: str) -> float | None:
        """One number of one case by that of another one; None where either was not measured."""
        return self.of(above[0], what) / self.of(below[0], what) if above and below else None


def tables(medians: Medians, rounds: int) -> None:
    """A table for each part."""
    for part in dict.fromkeys(case.part for case in medians.cases):
        clock = "wall_ns" if part == "threads" else "cpu_ns"
        rows = [
            (
                case.world, f"{case.users:,}", case.days, case.levers, case.threads, case.processes, case.driver,
                f"{medians.of(case, clock):,.1f}", f"{medians.of(case, 'build_s'):.1f}", f"{medians.of(case, 'peak_mb'):,.0f}",
            )
            for case in medians.find(part=part)
        ]
        unit = "ns on the clock" if part == "threads" else "ns"
        print(f"{part}: medians of {rounds} rounds")
        header = ("world", "users", "days", "levers", "threads", "processes", "driver", f"{unit} a user-day", "people s", "peak MB")
        measuring.show_table(header, rows)


def aims(medians: Medians, workload: str, started: dict[str, float]) -> list[tuple[str, str, str, bool | None]]:
    """What was aimed at and what came out."""

    def line(what: str, aim: str, value: float | None, form: str, reached: Any) -> tuple[str, str, str, bool | None]:
        return (what, aim, "–", None) if value is None else (what, aim, form.format(value), reached(value))

    def one(what: str, **wanted: Any) -> float | None:
        found = medians.find(**wanted)
        return medians.of(found[0], what) if found else None

    hundred_thousand, ten_million = (medians.find(part="users", world=workload, users=n) for n in (100_000, 10_000_000))
    compiled, objects = (medians.find(part="drivers", driver=name) for name in ("compiled", "objects"))
    all_levers = one("cpu_ns", part="users", world=ALL, users=1_000_000)
    largest = one("peak_mb", part="users", world=workload, users=10_000_000)
    growth = medians.ratio(ten_million, hundred_thousand, "cpu_ns")
    out = [
        line("all levers, 1,000,000 users, one thread, ns", "≤ 40", all_levers, "{:.0f}", lambda v: v <= 40),
        line("all levers, objects by compiled", "≥ 200", medians.ratio(objects, compiled, "cpu_ns"), "{:.0f}", lambda v: v >= 200),
        line(f"{workload}, 10,000,000 users × 90 days, MB", "< 3,000", largest, "{:,.0f}", lambda v: v < 3_000),
        line(f"{workload}, a user-day at 10⁷ by one at 10⁵ users", "≤ 1.3", growth, "{:.2f}", lambda v: v <= 1.3),
    ]
    for world in (workload, ALL):
        alone, two, pair = (medians.find(part="threads", world=world, threads=t, processes=p) for t, p in ((1, 1), (2, 1), (1, 2)))
        machine = medians.ratio(alone, pair, "wall_ns")
        gives = 0.0 if machine is None else 2 * machine
        enough = gives >= 1.8
        name = f"{world}, two threads by one, where two pinned processes reach 1.8 (here {gives:.2f})"
        gain = medians.ratio(alone, two, "wall_ns")
        out.append(line(name, "≥ 1.6", gain, "{:.2f}", lambda v, enough=enough: v >= 1.6 if enough else None))
    out.append(line("import sim with LifecycleModel, warm, s", "≤ 1", started.get("import sim"), "{:.2f}", lambda v: v <= 1))
    out.append(line("python run.py --help, s", "≤ 0.5", started.get("run.py --help"), "{:.2f}", lambda v: v <= 0.5))
    return out


def draw(medians: Medians, out: Path) -> None:
    """Users, days, levers, threads: nanoseconds of a user's day."""
    from analysis import style

    colour = {ALL: style.PALETTE[1], SOME: style.PALETTE[1]} | dict.fromkeys(WORKLOADS, style.PALETTE[0])
    titles = {"users": "Users", "days": "Days", "levers": "Levers on", "threads": "Threads and processes, on the clock"}
    panels = {part: title for part, title in titles.items() if medians.find(part=part)}
    if not panels:
        return
    columns, rows = min(len(panels), 2), -(-len(panels) // 2)
    with measuring.picture(out, "scale", 4.25 * columns, 2.6 * rows + 0.4, rows=rows, columns=columns) as (figure, axes):
        for ax in axes.flat[len(panels) :]:
            ax.set_axis_off()
        for ax, (part, title) in zip(axes.flat, panels.items(), strict=False):
            found = medians.find(part=part)
            ax.set_title(title, loc="left", fontsize=9.5)
            for world in dict.fromkeys(case.world for case in found):
                mine = [case for case in found if case.world == world]
                clock = "wall_ns" if part == "threads" else "cpu_ns"
                values = [medians.of(case, clock) / case.processes for case in mine]
                places = range(len(mine)) if part == "threads" else [getattr(case, part) for case in mine]
                marker = "o" if part != "threads" else "D"
                ax.plot(places, values, color=colour[world], marker=marker, linestyle="none" if part == "threads" else "solid", label=world)
                for place, value in zip(places, values, strict=True):
                    ax.annotate(f"{value:.0f}", (place, value), xytext=(0, 6), textcoords="offset points", ha="center", fontsize=8)
            if part in ("users", "days"):
                ax.set_xscale("log")
                ax.set_xticks(sorted({getattr(case, part) for case in found}))
                measuring.plain_ticks(ax.xaxis)
            if part == "threads":
                ax.set_xticks(range(3), ["one thread", "two threads", "two processes"])
                ax.set_xlim(-0.4, 2.4)
            ax.set_ylim(0, 1.2 * max([*ax.dataLim.get_points()[:, 1].tolist(), 1.0]))
        axes[0, 0].legend(frameon=False, fontsize=8.5)
        figure.suptitle("Nanoseconds of a user's day", x=0.01, ha="left", fontsize=10.5)


def main() -> int:
    """Measure; 0 done."""
    parser = measuring.arguments(__doc__, "scale")
    parser.add_argument("--parts", default=",".join(PARTS), metavar="A,B", help="only these (default: %(default)s)")
    parser.add_argument("--workload", choices=WORKLOADS, default=next(iter(WORKLOADS)), help="beside all levers (default: %(default)s)")
    given = parser.parse_args()
    parts = [part.strip() for part in given.parts.split(",")]
    unknown = [part for part in parts if part not in PARTS]
    if unknown:
        parser.error(f"there is no part {unknown[0]!r}: choose from {', '.join(PARTS)}")
    rounds = given.rounds or (1 if given.quick else 3)
    facts, packages = measuring.machine(), measuring.versions(("numpy", "numba", "mesa"))
    every = cases(parts, given.workload, given.quick)
    wanted = [case for case in every if possible(case)]
    rows = measure(wanted, rounds)
    started = {}
    if "start" in parts:
        started["import sim"] = measuring.seconds([sys.executable, "-c", "import sim; sim.LifecycleModel"], 5)
        started["run.py --help"] = measuring.seconds([sys.executable, "run.py", "--help"], 5)
    measuring.show_machine(facts, packages)
    measuring.keep(given.out, "scale", rows, facts, packages)
    medians = Medians(rows, wanted)
    tables(medians, rounds)
    if len(wanted) < len(every):
        print("Threads and pinned processes could not be measured: this system gives one processor, or cannot hold a process on one.\n")
    measuring.show_measures(aims(medians, given.workload, started))
    draw(medians, given.out)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
