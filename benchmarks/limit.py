"""How near to what the machine can do: python benchmarks/limit.py [--quick]

Whoever lives users one by one and day by day must, for each user and day, at least read and write the user's row and draw one random
number. The limit measured here is that and nothing else: one cache line (64 bytes) read and written, and one Philox-4x32-10 number drawn
and compared with the row's rate, in plain loops compiled by numba (the numbers of 1,024 users are drawn first, several at a time). Against
it, in interleaved rounds and each in a process of its own, stands this project: the peers' workloads (`customers`, no levers, and
`incentives`, coupons and levels; see peers.py) and the world of all levers (scenarios/levers/all.yaml, everybody signed up within two
days), on one thread. A real day does
more than the limit; one that skips whom nothing happens to may also do less.

Nanoseconds are of processor time, of stepping only.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import measuring
import numpy as np
from peer.workloads import WORKLOADS

EVERYTHING = str(measuring.ROOT / "scenarios" / "levers" / "all.yaml")
FULL = {"users": 1_000_000, "days": 90, "rounds": 5}
QUICK = {"users": 50_000, "days": 30, "rounds": 2}
AIM = 6.0
LINE = 8
"""Numbers of eight bytes in a cache line."""
BLOCK = 1_024
RATE, VISITS, LUCK = range(3)
"""Places in a row of what is read and what is written."""
KNOWN = (0x6627E8D5, 0xE169C58D)
"""First two words of Philox-4x32-10 at counter 0 and key 0 (Salmon et al. 2011, known-answer test of Random123)."""


def kernels() -> tuple[Any, Any, Any]:
    """Compiled: both; drawing only; streaming only. Each takes (rows, key, day) and returns visits."""
    import numba

    low, word = np.uint64(0xFFFFFFFF), np.uint64(32)
    m0, m1, b0, b1 = np.uint64(0xD2511F53), np.uint64(0xCD9E8D57), np.uint64(0x9E3779B9), np.uint64(0xBB67AE85)
    s21, s11 = np.uint64(21), np.uint64(11)

    @numba.njit(forceinline=True)
    def philox(user, day, key):
        c0, c1, c2, c3 = np.uint64(user), np.uint64(day), np.uint64(0), np.uint64(0)
        k0, k1 = np.uint64(key) & low, np.uint64(key) >> word
        for _ in range(10):
            a, b = m0 * c0, m1 * c2
            c0, c1, c2, c3 = (b >> word) ^ c1 ^ k0, b & low, (a >> word) ^ c3 ^ k1, a & low
            k0, k1 = (k0 + b0) & low, (k1 + b1) & low
        return c0, c1

    @numba.njit(forceinline=True)
    def draw(out, first, day, key):
        for i in range(len(out)):
            c0, c1 = philox(first + i, day, key)
            out[i] = np.float64((c0 << s21) | (c1 >> s11)) * 2.0**-53

    @numba.njit(forceinline=True)
    def live(rows, luck):
        visits = 0
        for i in range(len(rows)):
            row = rows[i]
            came = luck[i] < row[RATE]
            row[VISITS] += came
            row[LUCK] = luck[i]
            visits += came
        return visits

    @numba.njit(nogil=True)
    def both(rows, key, day):
        luck, visits = np.empty(BLOCK), 0
        for start in range(0, len(rows), BLOCK):
            part = rows[start : start + BLOCK]
            draw(luck[: len(part)], start, day, key)
            visits += live(part, luck)
        return visits

    @numba.njit(nogil=True)
    def drawing(rows, key, day):
        luck, visits = np.empty(BLOCK), 0
        for start in range(0, len(rows), BLOCK):
            draw(luck, start, day, key)
            visits += luck[0] < 0.5
        return visits

    @numba.njit(nogil=True)
    def streaming(rows, key, day):
        luck, visits = np.full(BLOCK, 1.0 / (day + 1)), 0
        for start in range(0, len(rows), BLOCK):
            visits += live(rows[start : start + BLOCK], luck)
        return visits

    @numba.njit
    def first_words():
        return philox(0, 0, 0)

    if tuple(int(w) for w in first_words()) != KNOWN:
        raise measuring.MeasurementFailed("this Philox does not give the published numbers")
    return both, drawing, streaming


def blank_rows(users: int) -> np.ndarray:
    """Rows that begin on a cache line, with rates of about a fifth; shape (users, 8)."""
    raw = np.zeros((users + 1) * LINE)
    start = -raw.ctypes.data % 64 // 8
    rows = raw[start : start + users * LINE].reshape(users, LINE)
    rows[:, RATE] = np.random.default_rng(1).random(users) * 0.4
    return rows


def stream(users: int, days: int) -> dict[str, float]:
    """Nanoseconds of a user-day of each of the three loops."""
    out = {}
    for name, loop in zip(("limit", "drawing", "streaming"), kernels(), strict=True):
        rows = blank_rows(users)
        loop(rows[:BLOCK], 7, 0)
        begin = time.process_time()
        for day in range(1, days + 1):
            loop(rows, 7, day)
        out[name] = (time.process_time() - begin) / users / days * 1e9
    return out


def stream_apart(users: int, days: int) -> dict[str, float]:
    """``stream`` in a process of its own."""
    command = [sys.executable, __file__, "--stream", str(users), str(days)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise measuring.MeasurementFailed((done.stderr.strip().splitlines() or ["no answer"])[-1])
    return json.loads(done.stdout)


def worlds(users: int) -> dict[str, dict[str, Any]]:
    """What this project lives: name → options of its World."""
    at_once = {"population.entry": {"arrivals": {"per_day": users / 2}}}
    peers = {name: {"scenario": work.scenario} for name, work in reversed(WORKLOADS.items())}
    return peers | {"all levers": {"scenario": EVERYTHING, "values": at_once}}


def measure(users: int, days: int, rounds: int) -> list[dict[str, Any]]:
    """Interleaved rounds; one row for each round and loop or world."""
    rows = []
    with tempfile.TemporaryDirectory() as cache:
        for number in range(rounds):
            measuring.say(f"round {number + 1} of {rounds} …")
            taken = stream_apart(users, days)
            for name, options in worlds(users).items():
                request = {"peer": "this_project", "users": users, "days": days, "seed": 1 + number, "options": options}
                taken[name] = measuring.apart(request, cache=cache)["cpu_ns"]
            rows += [{"round": number + 1, "users": users, "days": days, "what": what, "cpu_ns": ns} for what, ns in taken.items()]
    return rows


LABELS = {
    "drawing": "one Philox number alone", "streaming": "one cache line alone", "limit": "the limit: both",
    "customers": "this project, customers (no levers)", "incentives": "this project, incentives (two levers)",
    "all levers": "this project, all levers",
}


def draw(medians: dict[str, float], users: int, days: int, out: Path) -> None:
    """A bar each, from the parts of the limit to this project."""
    from analysis import style

    order = list(reversed(LABELS))
    with measuring.picture(out, "limit", 7.5, 2.7) as (figure, axes):
        ax = axes[0, 0]
        colours = [style.QUIET if what in ("drawing", "streaming", "limit") else style.PALETTE[0] for what in order]
        ax.barh([LABELS[what] for what in order], [medians[what] for what in order], color=colours, height=0.6)
        for row, what in enumerate(order):
            times = "" if what in ("drawing", "streaming", "limit") else f"   {medians[what] / medians['limit']:.1f} × the limit"
            ax.annotate(
                f"{medians[what]:.1f}{times}", (medians[what], row), xytext=(4, 0), textcoords="offset points", va="center", fontsize=9
            )
        ax.set_xlim(0, max(medians.values()) * 1.45)
        ax.set_title(f"Nanoseconds of a user's day, one thread, {users:,} users, {days} days", loc="left", fontsize=10.5)


def main() -> int:
    """Measure; 0 done."""
    parser = measuring.arguments(__doc__, "limit")
    parser.add_argument("--users", type=measuring.positive, default=None, metavar="N", help=f"rows (default: {FULL['users']:,})")
    parser.add_argument("--days", type=measuring.positive, default=None, metavar="N", help=f"passes over them (default: {FULL['days']})")
    given = parser.parse_args()
    size = {name: getattr(given, name) or value for name, value in (QUICK if given.quick else FULL).items()}
    facts, packages = measuring.machine(), measuring.versions(("numpy", "numba", "mesa"))
    rows = measure(**size)
    measuring.show_machine(facts, packages)
    measuring.keep(given.out, "limit", rows, facts, packages)
    each = {what: [row["cpu_ns"] for row in rows if row["what"] == what] for what in LABELS}
    medians = {what: measuring.median(values) for what, values in each.items()}
    ratio = {w: measuring.median(a / b for a, b in zip(each[w], each["limit"], strict=True)) for w in LABELS}
    print(f"{size['users']:,} users, {size['days']} days, one thread, medians of {size['rounds']} rounds")
    table = [(LABELS[w], f"{medians[w]:.2f}", f"{min(each[w]):.2f}–{max(each[w]):.2f}", f"{ratio[w]:.1f}") for w in LABELS]
    measuring.show_table(("what", "ns a user-day", "range", "× limit"), table)
    aims = [(f"{name}, × the limit", f"≤ {AIM:.0f}", f"{ratio[name]:.1f}", ratio[name] <= AIM) for name in WORKLOADS]
    measuring.show_measures(aims)
    draw(medians, size["users"], size["days"], given.out)
    return 0


if __name__ == "__main__":
    if sys.argv[1:2] == ["--stream"]:
        print(json.dumps(stream(int(sys.argv[2]), int(sys.argv[3]))))
    else:
        raise SystemExit(main())
