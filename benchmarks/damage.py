"""Damage is noticed: python benchmarks/damage.py [--times N] [--json]

Kept runs of a small finished study are damaged at random, one file each time, as disks, copies and people do. Each damage must be
noticed, by ``verify``'s reading and by the same command, which lives that one run again and ends with the same bytes; nothing else is
lived again. Exit code 1 where one was missed.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
from collections import Counter
from pathlib import Path

from kill import Trial

from sim.study import store
from sim.study.api import compare
from sim.study.kept import WORK
from sim.study.task import Task

DAMAGES = ("bit", "byte", "zeros", "cut", "longer", "empty", "noise", "swapped blocks", "another run", "gone", "zero tail", "older")


def damaged(whole: bytes, kind: str, other: bytes, luck: random.Random) -> bytes:
    """A file's content after an accident of one kind; perhaps, by chance, as it was."""
    start = luck.randrange(len(whole))
    end = min(len(whole), start + luck.choice([1, 4, 64, 512]))
    head, part, tail = whole[:start], whole[start:end], whole[end:]
    return {
        "bit": lambda: head + bytes([part[0] ^ 1 << luck.randrange(8)]) + whole[start + 1 :],
        "byte": lambda: head + bytes([luck.randrange(256)]) + whole[start + 1 :],
        "zeros": lambda: head + bytes(len(part)) + tail,
        "cut": lambda: head,
        "longer": lambda: whole + luck.randbytes(luck.randrange(1, 99)),
        "empty": lambda: b"",
        "noise": lambda: luck.randbytes(len(whole)),
        "swapped blocks": lambda: tail + part + head,
        "another run": lambda: other,
        "zero tail": lambda: head + bytes(len(whole) - start),
        "older": lambda: store.MAGIC[:-1] + b"1" + whole[len(store.MAGIC) :],
    }[kind]()


def main() -> int:
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--times", type=int, default=400)
    ask.add_argument("--seed", type=int, default=1)
    ask.add_argument("--json", action="store_true")
    given = ask.parse_args()
    luck = random.Random(given.seed)
    tried, missed = Counter(), Counter()
    lived: list[Task] = []
    live = Task.run
    Task.run = lambda self, *arguments: lived.append(self) or live(self, *arguments)
    with tempfile.TemporaryDirectory(prefix="damage-") as place:
        trial = Trial(Path(place))
        study = {"folder": trial.result, "list_orders": True, "threads": 1}
        compare(trial.files, **study)
        trial.whole = trial.contents()
        files = sorted((trial.result / WORK).glob("*.run"))
        while sum(tried.values()) < given.times:
            kind = DAMAGES[sum(tried.values()) % len(DAMAGES)]
            victim, donor = luck.sample(files, 2)
            whole = victim.read_bytes()
            if kind == "gone":
                victim.unlink()
            else:
                after = damaged(whole, kind, donor.read_bytes(), luck)
                if after == whole:
                    continue
                victim.write_bytes(after)
            tried[kind] += 1
            try:
                store.check(victim)
                noticed = False
            except (store.DamagedFile, FileNotFoundError):
                noticed = True
            lived.clear()
            compare(trial.files, **study)
            noticed = noticed and len(lived) == 1 and victim.read_bytes() == whole and trial.contents() == trial.whole
            missed[kind] += not noticed
            victim.write_bytes(whole)
    wrong = +missed
    found = {"tried": sum(tried.values()), "noticed": sum(tried.values()) - sum(missed.values()), "missed": dict(wrong)}
    told = f"{found['noticed']} of {found['tried']} damages noticed and made good; missed: {dict(wrong)}"
    print(json.dumps(found) if given.json else told)
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
