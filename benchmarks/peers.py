"""The same work in other frameworks: python benchmarks/peers.py [--quick] [--workload incentives|customers|both]

Two workloads, each stated in words at the top of its `workload.py`, all numbers read from a shipped scenario:

    incentives   a shop's customers visit, order and leave; it sends them coupons and has membership levels (peer/incentives/workload.py,
                 scenarios/benchmarks/incentives.yaml). This is what the project is for
    customers    the same without coupons and levels, the plain BG/NBD (peer/customers/workload.py, scenarios/oracles/bgnbd.yaml)

Peers: Mesa (an object a user) and NumPy, each as it is usually written and tuned for the workload and no other, Starsim with and without
its common random numbers, mesa-frames; and this project on one thread and on two. Starsim and mesa-frames are installed into environments
of their own, which are thrown away afterwards (--environments keeps them); a peer that cannot be had is named with the reason.

First the results are compared, and without agreement no speed is shown (exit code 1). Then, from interleaved rounds, each run in a process
of its own: nanoseconds of a user's day (stepping only; of processor time, with two threads of time on the clock), seconds from the start
of Python to a small world's end, memory at its peak.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import fmean
from typing import Any

import measuring
from peer import agreement, environments
from peer.workloads import WORKLOADS, Workload

FULL = {"users": 1_000_000, "days": 90, "rounds": 5}
QUICK = {"users": 20_000, "days": 45, "rounds": 2}
AIMS = {"mesa": 60.0, "mesa-tuned": 60.0, "numpy": 4.0, "numpy-tuned": 4.0, "starsim": 4.0, "starsim-free": 4.0}
"""How many times as fast this project shall be, on one thread."""


@dataclass(frozen=True)
class Peer:
    """One way to do the work: its file, what its World is told beside the shop, and the package it needs beside the project's own."""

    label: str
    file: str
    options: dict[str, Any] = field(default_factory=dict)
    package: str = ""

    def of(self, work: Workload) -> dict[str, Any]:
        """The part of a request that says what is to be run; this project is told the scenario itself."""
        own = self.file == "this_project"
        options = {"scenario": work.scenario, **self.options} if own else self.options
        return {"workload": work.name, "peer": self.file if own else f"{work.name}.{self.file}", "options": options}


PEERS = {
    "this": Peer("this project", "this_project"),
    "this-2": Peer("this project, 2 threads", "this_project", {"threads": 2}),
    "mesa": Peer("Mesa", "mesa_objects"),
    "mesa-tuned": Peer("Mesa, tuned", "mesa_tuned"),
    "numpy": Peer("NumPy", "numpy_columns"),
    "numpy-tuned": Peer("NumPy, tuned", "numpy_tuned"),
    "starsim": Peer("Starsim", "starsim_module", {"crn": True}, "starsim"),
    "starsim-free": Peer("Starsim, crn off", "starsim_module", {"crn": False}, "starsim"),
    "mesa-frames": Peer("mesa-frames", "mesa_frames_table", {}, "mesa-frames"),
}
OWN = "this"


def interpreters(wanted: Sequence[str], folder: Path) -> tuple[dict[str, str], dict[str, str]]:
    """For each peer the Python that can run it; for those that cannot be had, why."""
    found: dict[str, str] = {}
    missing: dict[str, str] = {}
    for name in wanted:
        package = PEERS[name].package
        try:
            if package:
                measuring.say(f"an environment with {package} …")
            found[name] = environments.python_with(package, folder) if package else sys.executable
        except environments.NotInstalled as error:
            missing[name] = f"{package} could not be installed: {error}"
    return found, missing


def take_rounds(
    work: Workload, pythons: Mapping[str, str], missing: dict[str, str], users: int, days: int, rounds: int, cache: str
) -> dict[str, list[dict]]:
    """Each peer's first start, then interleaved rounds, each beginning with another peer; every run in a process of its own.

    A peer that fails moves to ``missing``.
    """
    taken: dict[str, list[dict]] = {name: [] for name in pythons}
    shop = asdict(work.shop)
    for number in range(-1, rounds):
        names = [name for name in pythons if name not in missing]
        turn = max(number, 0) % len(names)
        for name in names[turn:] + names[:turn]:
            peer = PEERS[name]
            # Before the rounds a small world, large enough that all that will be compiled is compiled and kept.
            size = {"users": users, "days": days} if number >= 0 else {"users": min(users, 20_000), "days": min(days, 30)}
            measuring.say(f"{work.name}, {f'round {number + 1} of {rounds}' if number >= 0 else 'first start'}: {peer.label} …")
            request = {"shop": shop, "seed": 1 + max(number, 0), **peer.of(work), **size}
            try:
                taken[name].append(measuring.apart(request, pythons[name], cache))
            except measuring.MeasurementFailed as error:
                missing[name] = f"failed: {error}"
    return {name: runs for name, runs in taken.items() if name not in missing}


def check(work: Workload, taken: Mapping[str, list[dict]], users: int, days: int) -> bool:
    """Print how far the peers' results are apart; whether they agree."""
    wrong = agreement.exactly(work, seed=1)
    verdict = f"DIFFERENT in {', '.join(wrong)}." if wrong else "every number of every day is equal."
    print(f"NumPy, tuned, with this project's luck, {agreement.EXACT_USERS:,} users, {agreement.EXACT_DAYS} days: {verdict}\n")
    books = {name: [run["book"] for run in runs[1:]] for name, runs in taken.items()}
    found = agreement.differences(books, users, agreement.spreads(work, days), work.shop, OWN)
    most = agreement.bound(len(found))
    rows = []
    for name, runs in books.items():
        orders = fmean(sum(book["orders"]) / users for book in runs)
        worst = max((d for d in found if d.peer == name), key=lambda d: abs(d.errors), default=None)
        place = ("–", "–") if worst is None else (f"{worst.figure} by day {worst.day}", f"{worst.errors:+.1f}")
        rows.append((PEERS[name].label, f"{orders:.4f}", *place))
    measuring.show_table(("peer", f"orders a user by day {days}", "largest difference", "standard errors"), rows)
    for d in found:
        if d.peer == OWN:
            print(f"{d.figure}: {d.expected:.4f} a user by day {d.day}, here {d.here:.4f}")
    apart = [d for d in found if abs(d.errors) > most]
    for d in apart:
        where = f"{PEERS[d.peer].label}, {d.figure} by day {d.day}"
        print(f"DIFFERENT: {where}: {d.here:.5g}, expected {d.expected:.5g}, {d.errors:+.1f} standard errors")
    agree = not apart and not wrong
    verdict = "the peers agree" if agree else "NO AGREEMENT, so no speed is shown"
    print(f"{len(found)} comparisons, bound {most:.1f} standard errors: {verdict}.\n")
    return agree


def summaries(taken: Mapping[str, list[dict]], users: int) -> dict[str, dict[str, float]]:
    """Medians of the rounds; the first entry of each peer's runs is its first start."""
    out = {}
    for name, (first, *runs) in taken.items():
        times = user_days(name, runs)
        out[name] = {
            "ns": measuring.median(times), "ns_low": min(times), "ns_high": max(times),
            "first_start": first["start_s"], "start": measuring.median(run["start_s"] for run in runs),
            "build": measuring.median(run["build_s"] for run in runs),
            "peak_mb": measuring.median(run["peak_mb"] for run in runs),
            "bytes": measuring.median((run["peak_mb"] - run["base_mb"]) * 1e6 / users for run in runs),
        }
    return out


def versions(taken: Mapping[str, list[dict]]) -> dict[str, str]:
    """Versions of this project's packages; and of another environment's, in brackets behind the peer's own."""
    own = dict(taken[OWN][0]["versions"])
    for runs in taken.values():
        (first, version), *others = runs[0]["versions"].items()
        beside = ", ".join(f"{k} {v}" for k, v in others)
        own.setdefault(first, f"{version} (with {beside})" if beside else version)
    return own


def times_own(taken: Mapping[str, list[dict]], name: str) -> float:
    """How many times as long as this project: the median of the rounds' ratios."""
    theirs, own = (user_days(peer, taken[peer][1:]) for peer in (name, OWN))
    return measuring.median(a / b for a, b in zip(theirs, own, strict=True))


def user_days(name: str, runs: Sequence[dict]) -> list[float]:
    """Nanoseconds of a user's day in each run: of processor time, which a busy machine disturbs less; with threads on the clock."""
    clock = "wall_ns" if PEERS[name].options.get("threads", 1) > 1 else "cpu_ns"
    return [run[clock] for run in runs]


def show(work: Workload, taken: Mapping[str, list[dict]], missing: Mapping[str, str], users: int, days: int, out: Path) -> None:
    """The tables and the figure."""
    summary = summaries(taken, users)
    ratios = {name: times_own(taken, name) for name in summary}
    rows = [
        (
            PEERS[name].label, f"{s['ns']:.1f}", f"{s['ns_low']:.1f}–{s['ns_high']:.1f}", f"{ratios[name]:.2f}", f"{s['first_start']:.1f}",
            f"{s['start']:.1f}", f"{s['build']:.1f}", f"{s['peak_mb']:,.0f}", f"{s['bytes']:.0f}",
        )
        for name, s in summary.items()
    ]
    print(f"{work.name}: {users:,} users, {days} days, medians of {len(taken[OWN]) - 1} rounds")
    measuring.show_table(
        ("peer", "ns a user-day", "range", "× this project", "first start s", "start s", "people s", "peak MB", "bytes a user"), rows
    )
    for name, why in missing.items():
        print(f"{PEERS[name].label}: not measured. {why}")
    aims = []
    for name, aim in AIMS.items():
        got = ratios.get(name)
        aims.append((f"× {PEERS[name].label}", f"≥ {aim:.0f}", "–" if got is None else f"{got:.1f}", None if got is None else got >= aim))
    measuring.show_measures(aims)
    draw(work, summary, users, days, out)


def draw(work: Workload, summary: Mapping[str, dict[str, float]], users: int, days: int, out: Path) -> None:
    """Time and memory of each peer, a dot each, the quickest on top."""
    from analysis import style

    order = sorted(summary, key=lambda name: summary[name]["ns"], reverse=True)
    colours = [style.PALETTE[0] if name.startswith(OWN) else style.QUIET for name in order]
    panels = (("ns", "Nanoseconds of a user's day", "{:.1f}"), ("bytes", "Bytes of memory a user", "{:.0f}"))
    with measuring.picture(out, f"peers_{work.name}", 8.5, 0.36 * len(order) + 1.2, columns=2) as (figure, axes):
        for ax, (key, title, form) in zip(axes[0], panels, strict=True):
            values = [summary[name][key] for name in order]
            ax.scatter(values, range(len(order)), color=colours, s=42, zorder=2)
            ax.set_xscale("log")
            ax.set_xlim(min(values) / 2, max(values) * 4)
            measuring.plain_ticks(ax.xaxis)
            ax.grid(axis="x")
            ax.set_title(title, loc="left", fontsize=9.5)
            ax.set_yticks(range(len(order)), [PEERS[name].label for name in order] if ax is axes[0, 0] else [])
            for row, value in enumerate(values):
                ax.annotate(form.format(value), (value, row), xytext=(7, 0), textcoords="offset points", va="center", fontsize=9)
        title = f"The same work ({work.name}): {users:,} users, {days} days, one thread unless said"
        figure.suptitle(title, x=0.01, ha="left", fontsize=10.5)


def main() -> int:
    """Measure; 0 done, 1 the peers do not agree."""
    parser = measuring.arguments(__doc__, "peers")
    add = parser.add_argument
    add("--workload", choices=(*WORKLOADS, "both"), default=next(iter(WORKLOADS)), help="what is to be done (default: %(default)s)")
    add("--users", type=measuring.positive, default=None, metavar="N", help=f"people in the world (default: {FULL['users']:,})")
    add("--days", type=measuring.positive, default=None, metavar="N", help=f"days lived after day 0 (default: {FULL['days']})")
    add("--peers", default=",".join(PEERS), metavar="A,B", help="only these (default: %(default)s)")
    add("--environments", type=Path, default=None, metavar="DIR", help="keep the peers' environments here, use those that are there")
    given = parser.parse_args()
    size = {name: getattr(given, name) or value for name, value in (QUICK if given.quick else FULL).items()}
    names = [name.strip() for name in given.peers.split(",")]
    unknown = [name for name in names if name not in PEERS]
    if unknown:
        parser.error(f"there is no peer {unknown[0]!r}: choose from {', '.join(PEERS)}")
    names = list(dict.fromkeys([OWN, *names]))
    wanted = WORKLOADS.values() if given.workload == "both" else [WORKLOADS[given.workload]]
    with tempfile.TemporaryDirectory() as scratch:
        pythons, missing = interpreters(names, given.environments or Path(scratch) / "environments")
        agreed = [measure(work, pythons, dict(missing), size, str(Path(scratch) / "compiled"), given.out) for work in wanted]
    return 0 if all(agreed) else 1


def measure(work: Workload, pythons: Mapping[str, str], missing: dict[str, str], size: dict[str, int], cache: str, out: Path) -> bool:
    """Rounds of one workload, kept, compared and shown; whether the peers agree."""
    facts = measuring.machine()
    taken = take_rounds(work, pythons, missing, **size, cache=cache)
    packages = versions(taken)
    measuring.show_machine(facts, packages)
    rows = [
        {"workload": work.name, "peer": name, "round": number, **size, **{k: v for k, v in run.items() if k not in ("book", "versions")}}
        for name, runs in taken.items()
        for number, run in enumerate(runs)
    ]
    measuring.keep(out, f"peers_{work.name}", rows, facts, packages)
    agree = check(work, taken, size["users"], size["days"])
    if agree:
        show(work, taken, missing, size["users"], size["days"], out)
    return agree


if __name__ == "__main__":
    raise SystemExit(main())
