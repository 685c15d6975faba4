"""The same work in other frameworks: python benchmarks/peers.py [--quick]

The workload, the lifecycle without levers, in words (it is scenarios/oracles/bgnbd.yaml, and all numbers are read from there):

    A shop has N customers, who differ. Each has a rate of visits, Gamma(r, 1) scaled so that N customers order as CDNOW's did; a chance to
    leave after an order, Beta(a, b); and a usual basket, p·v divided by Gamma(q, 1).
    On day 0 everybody visits and orders. On each day after it a customer who has not left
      visits     a Poisson number of times with the own rate;
      orders     on each visit, one after the other, with the chance c; the order is worth the usual basket times Gamma(p, 1)/p, rounded
                 to whole minor units;
      leaves     after each order with the own chance, for good; the visits still planned for that day do not happen.
    At the end of a day the shop writes down how many were active, visits, orders, revenue, how many have left for good, and how many
    customers it sees as dormant (not seen for 30 days), churned (left, or not seen for 90), or neither.

Peers: plain Mesa (an object a user), NumPy as it is usually written, NumPy tuned for this workload and no other, Starsim with and without
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
from typing import Any

import measuring
from peer import agreement, environments
from peer.this_project import shop_of

SCENARIO = str(measuring.ROOT / "scenarios" / "oracles" / "bgnbd.yaml")
FULL = {"users": 1_000_000, "days": 90, "rounds": 5}
QUICK = {"users": 20_000, "days": 45, "rounds": 2}
AIMS = {"mesa": 60.0, "numpy": 4.0, "numpy-tuned": 4.0, "starsim": 4.0, "starsim-free": 4.0}
"""How many times as fast this project shall be, on one thread."""


@dataclass(frozen=True)
class Peer:
    """One way to do the work: its file in ``peer``, what its World is told, and the package that it needs beside the project's own."""

    label: str
    file: str
    options: dict[str, Any] = field(default_factory=dict)
    package: str = ""


PEERS = {
    "this": Peer("this project", "this_project", {"scenario": SCENARIO}),
    "this-2": Peer("this project, 2 threads", "this_project", {"scenario": SCENARIO, "threads": 2}),
    "mesa": Peer("plain Mesa", "mesa_objects"),
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
    pythons: Mapping[str, str], missing: dict[str, str], shop: dict, users: int, days: int, rounds: int, cache: str
) -> dict[str, list[dict]]:
    """Each peer's first start, then interleaved rounds, each beginning with another peer; every run in a process of its own.

    A peer that fails moves to ``missing``.
    """
    taken: dict[str, list[dict]] = {name: [] for name in pythons}
    for number in range(-1, rounds):
        names = [name for name in pythons if name not in missing]
        turn = max(number, 0) % len(names)
        for name in names[turn:] + names[:turn]:
            peer = PEERS[name]
            # Before the rounds a small world, large enough that all that will be compiled is compiled and kept.
            size = {"users": users, "days": days} if number >= 0 else {"users": min(users, 20_000), "days": min(days, 30)}
            measuring.say(f"round {number + 1} of {rounds}: {peer.label} …" if number >= 0 else f"first start: {peer.label} …")
            request = {"peer": peer.file, "shop": shop, "seed": 1 + max(number, 0), "options": peer.options, **size}
            try:
                taken[name].append(measuring.apart(request, pythons[name], cache))
            except measuring.MeasurementFailed as error:
                missing[name] = f"failed: {error}"
    return {name: runs for name, runs in taken.items() if name not in missing}


def check(taken: Mapping[str, list[dict]], users: int, days: int, shop: Any) -> bool:
    """Print how far the peers' results are apart; whether they agree."""
    wrong = agreement.exactly(shop, SCENARIO, seed=1)
    verdict = f"DIFFERENT in {', '.join(wrong)}." if wrong else "every number of every day is equal."
    print(f"NumPy, tuned, with this project's luck, {agreement.EXACT_USERS:,} users, {agreement.EXACT_DAYS} days: {verdict}\n")
    books = {name: [run["book"] for run in runs[1:]] for name, runs in taken.items()}
    found = agreement.differences(books, users, agreement.spreads(SCENARIO, days), shop, OWN)
    most = agreement.bound(len(found))
    rows = []
    for name in books:
        worst = max((d for d in found if d.peer == name), key=lambda d: abs(d.errors))
        closed = max((d for d in found if d.peer == name and "closed" in d.figure), key=lambda d: d.day)
        place = f"{worst.figure} on day {worst.day}"
        rows.append((PEERS[name].label, f"{closed.here:.4f}", f"{closed.expected:.4f}", place, f"{worst.errors:+.1f}"))
    measuring.show_table(("peer", f"orders a user by day {days}", "closed form", "largest difference", "standard errors"), rows)
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


def show(taken: Mapping[str, list[dict]], missing: Mapping[str, str], users: int, days: int, out: Path) -> None:
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
    print(f"{users:,} users, {days} days, medians of {len(taken[OWN]) - 1} rounds")
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
    draw(summary, users, days, out)


def draw(summary: Mapping[str, dict[str, float]], users: int, days: int, out: Path) -> None:
    """Time and memory of each peer, a dot each, the quickest on top."""
    from analysis import style

    order = sorted(summary, key=lambda name: summary[name]["ns"], reverse=True)
    colours = [style.PALETTE[0] if name.startswith(OWN) else style.QUIET for name in order]
    panels = (("ns", "Nanoseconds of a user's day", "{:.1f}"), ("bytes", "Bytes of memory a user", "{:.0f}"))
    with measuring.picture(out, "peers", 8.5, 0.36 * len(order) + 1.2, columns=2) as (figure, axes):
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
        figure.suptitle(f"The same work: {users:,} users, {days} days, one thread unless said", x=0.01, ha="left", fontsize=10.5)


def main() -> int:
    """Measure; 0 done, 1 the peers do not agree."""
    parser = measuring.arguments(__doc__, "peers")
    add = parser.add_argument
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
    shop, facts = shop_of(SCENARIO), measuring.machine()
    with tempfile.TemporaryDirectory() as scratch:
        pythons, missing = interpreters(names, given.environments or Path(scratch) / "environments")
        taken = take_rounds(pythons, missing, asdict(shop), **size, cache=str(Path(scratch) / "compiled"))
    packages = versions(taken)
    measuring.show_machine(facts, packages)
    rows = [
        {"peer": name, "round": number, **size, **{k: v for k, v in run.items() if k not in ("book", "versions")}}
        for name, runs in taken.items()
        for number, run in enumerate(runs)
    ]
    measuring.keep(given.out, "peers", rows, facts, packages)
    if not check(taken, size["users"], size["days"], shop):
        return 1
    show(taken, missing, size["users"], size["days"], given.out)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
