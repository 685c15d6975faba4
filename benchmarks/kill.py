"""Nothing is lost: python benchmarks/kill.py [--random N] [--drawn N] [--full N] [--only ROUND …] [--json]

A small study is ended in the hardest way, begun again by the same command, and must then hold the same bytes as one that nobody disturbed.

    points     kill -9 at every labelled step of every file that is written (sim.study.store.STEPS): all of them
    random     kill -9 after a random time
    processes  the same, with runs lived in processes (a fifth as many)
    drawn      the same with the whole command line, figures and report included (some seconds each)
    full       a file cannot grow beyond a random size (RLIMIT_FSIZE)
    disk       a real small disk (tmpfs) on which there is too little room, where one can be mounted

Each study runs in a forked child of a process that has compiled the rules. Prints what was tried and what failed; exit code 1 where
anything failed.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from sim.study import run as study_run  # noqa: E402
from sim.study import store  # noqa: E402
from sim.study.api import compare  # noqa: E402

BASE = """\
name: Base
run: {users: 120, days: 40, replications: 2, seed: 3}
population: {entry: {arrivals: {per_day: 8}}, order_rate: {r: 2.0, alpha_weeks: 6.0}, visit_conversion: 0.3}
"""
COUPONS = "name: Coupons\nextends: base.yaml\nlevers: {coupons: {every_days: 7, min_spend: 0}}\n"
ROUNDS = ("points", "random", "processes", "drawn", "full", "disk")
FAILED, FULL = 1, 28
"""Exit codes of a child: a defect, and a disk without room."""


class Trial:
    """A folder of scenarios, and the study of them in forked children."""

    def __init__(self, place: Path) -> None:
        self.place = place
        (place / "base.yaml").write_text(BASE)
        (place / "coupons.yaml").write_text(COUPONS)
        self.files = [place / "base.yaml", place / "coupons.yaml"]
        self.result = place / "result"

    def study(self) -> None:
        compare(self.files, folder=self.result, list_orders=True, threads=2)

    def command(self) -> None:
        import run

        words = ["compare", *map(str, self.files), "--export", "events", "--quiet", "--out", str(self.result)]
        if run.execute(words) != 0:
            raise RuntimeError("the command failed")

    def child(self, what: Callable[[], None], before: Callable[[], None] = lambda: None) -> int:
        """Do it in a forked child; its process id."""
        sys.stdout.flush()
        child = os.fork()
        if child:
            return child
        code = 0
        try:
            before()
            what()
        except OSError as error:
            code = FULL if error.strerror in ("No space left on device", "File too large") else FAILED
        except BaseException as error:
            print(f"{type(error).__name__}: {error}", file=sys.stderr)
            code = FAILED
        os._exit(code)

    def end(self, child: int) -> int:
        """How a child ended: its exit code, −9 for a kill."""
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])

    def contents(self) -> dict[str, bytes]:
        """Every file of the result, the manifest without versions and seconds; raises ``ValueError`` for an unfinished one."""
        files = {p.relative_to(self.result).as_posix(): p.read_bytes() for p in self.result.rglob("*") if p.is_file()}
        manifest = json.loads(files.pop("manifest.json"))
        if manifest.pop("finished") is not True:
            raise ValueError("the study is unfinished")
        del manifest["elapsed_seconds"], manifest["versions"]
        return files | {"manifest.json": json.dumps(manifest).encode()}

    def halves(self) -> list[str]:
        """Files under their own name that are not whole."""
        broken = []
        for path in (p for p in self.result.rglob("*") if p.is_file() and not p.name.startswith(".") and p.name != "lock"):
            whole = self.whole.get(path.relative_to(self.result).as_posix())
            if path.suffix == ".run":
                try:
                    store.check(path)
                except store.DamagedFile:
                    broken.append(path.name)
            elif path.name == "manifest.json":
                json.loads(path.read_bytes())
            elif path.read_bytes() != whole:
                broken.append(path.name)
        return broken

    def undisturbed(self, what: Callable[[], None]) -> float:
        """Do it once without disturbance, remember what is then in the folder, and give the seconds it took."""
        began = time.monotonic()
        if self.end(self.child(what)) != 0:
            raise SystemExit("the undisturbed study failed")
        took = time.monotonic() - began
        self.whole = self.contents()
        return took

    def resumes(self, what: Callable[[], None]) -> str:
        """What is wrong with the folder as the disturbance left it, or after the same command; empty if nothing is."""
        if self.result.exists() and (broken := self.halves()):
            return f"half files: {broken}"
        if (code := self.end(self.child(what))) != 0:
            return f"the same command ended with {code}"
        now = self.contents()
        return "" if now == self.whole else f"other bytes: {sorted(n for n in {*now, *self.whole} if now.get(n) != self.whole.get(n))}"

    def clear(self) -> None:
        shutil.rmtree(self.result, ignore_errors=True)


def killed_at(wanted: int) -> Callable[[], None]:
    """Makes ``store`` kill its process at one labelled step."""

    def before() -> None:
        count = iter(range(1, sys.maxsize))

        def reached(step: str, path: Path) -> None:
            if next(count) == wanted:
                os.kill(os.getpid(), signal.SIGKILL)

        store.reached = reached

    return before


def points(trial: Trial) -> Iterator[tuple[str, str]]:
    """Kill at every labelled step: (which, what is wrong)."""

    def study() -> None:
        compare(trial.files[1:], folder=trial.result, replications=1, list_orders=True, threads=1)  # one thread: a number means one step

    trial.undisturbed(study)
    point = 0
    while True:
        point += 1
        trial.clear()
        code = trial.end(trial.child(study, killed_at(point)))
        if code == 0:
            return
        yield f"point {point}", trial.resumes(study) if code == -signal.SIGKILL else f"ended with {code} instead of a kill"


def at_random(trial: Trial, times: int, what: Callable[[], None], luck: random.Random) -> Iterator[tuple[str, str]]:
    """Kill after a random part of the time that the undisturbed study takes."""
    took = trial.undisturbed(what)
    for number in range(times):
        trial.clear()
        wait = luck.uniform(0, took)
        child = trial.child(what)
        time.sleep(wait)
        os.kill(child, signal.SIGKILL)
        trial.end(child)
        yield f"random {number + 1} after {wait:.3f} s", trial.resumes(what)


def full(trial: Trial, times: int, luck: random.Random) -> Iterator[tuple[str, str]]:
    """No file may be larger than a random size that some file of the study needs."""
    trial.undisturbed(trial.study)
    largest = max(map(len, trial.whole.values()))
    for number in range(times):
        trial.clear()
        size = luck.randrange(1, largest)

        def before(size: int = size) -> None:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))

        code = trial.end(trial.child(trial.study, before))
        yield f"full {number + 1}, {size:,} bytes a file", trial.resumes(trial.study) if code == FULL else f"ended with {code}"


@contextlib.contextmanager
def small_disk(place: Path, size: int) -> Iterator[bool]:
    """Mount a tmpfs of so many bytes; False where that is not allowed."""
    place.mkdir(parents=True, exist_ok=True)
    command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(place)]
    mounted = shutil.which("mount") is not None and subprocess.run(command, capture_output=True, check=False).returncode == 0
    try:
        yield mounted
    finally:
        if mounted:
            subprocess.run(["umount", str(place)], check=True)


def on_a_small_disk(trial: Trial) -> Iterator[tuple[str, str]]:
    """A real disk that is full before the study is done; what was finished on it is then continued on a larger one."""
    trial.undisturbed(trial.study)
    need = sum(len(content) for name, content in trial.whole.items())
    for share in (0.1, 0.3, 0.5, 0.7, 0.9):
        trial.clear()
        with small_disk(trial.result, int(need * share)) as mounted:
            if not mounted:
                return
            code = trial.end(trial.child(trial.study))
            left = trial.place / "left"
            shutil.copytree(trial.result, left)
        trial.clear()
        left.rename(trial.result)
        yield f"a disk of {share:.0%} of what is needed", trial.resumes(trial.study) if code == FULL else f"ended with {code}"


def main() -> int:
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--random", type=int, default=100)
    ask.add_argument("--drawn", type=int, default=0)
    ask.add_argument("--full", type=int, default=20)
    ask.add_argument("--only", nargs="+", choices=ROUNDS, default=ROUNDS)
    ask.add_argument("--seed", type=int, default=1)
    ask.add_argument("--json", action="store_true")
    given = ask.parse_args()
    luck = random.Random(given.seed)
    found: dict[str, dict[str, object]] = {}
    with tempfile.TemporaryDirectory(prefix="kill-") as place:
        trial = Trial(Path(place))
        compare(trial.files, users=20, days=2, replications=1, threads=1)  # compiles, before anything is forked

        def in_processes() -> None:
            study_run.WORTH_PROCESSES = 0.0
            trial.study()

        rounds = {
            "points": points(trial),
            "random": at_random(trial, given.random, trial.study, luck),
            "processes": at_random(trial, -(-given.random // 5), in_processes, luck),
            "drawn": at_random(trial, given.drawn, trial.command, luck) if given.drawn else (),
            "full": full(trial, given.full, luck),
            "disk": on_a_small_disk(trial),
        }
        for name in given.only:
            trials = rounds[name]
            began = time.monotonic()
            wrong, tried = {}, 0
            for which, problem in trials:
                tried += 1
                if problem:
                    wrong[which] = problem
            found[name] = {"tried": tried, "wrong": wrong, "seconds": round(time.monotonic() - began, 1)}
            trial.clear()
            if not given.json:
                print(f"{name:10s}{tried - len(wrong):4d} of {tried} end with the same bytes", *wrong.items(), sep="\n    ")
    if given.json:
        print(json.dumps(found))
    return int(any(one["wrong"] for one in found.values()))


if __name__ == "__main__":
    sys.exit(main())
