"""Hostile scenario files: python benchmarks/mutate.py [--files N] [--seconds S] [--json]

Mutates every shipped scenario and every bad file of the tests at random, and reads the results. Each must be accepted, or refused with
file, line, column, path and a hint, in English and Chinese; any other exception is a defect. Then reads files made to be as slow and as
large as the limits of scenario files allow. Prints how many were read, the slowest in seconds of processor time, and the most memory that
one took (measured on a part of them). Exit code 1 where a file let another exception out, gave a fault without place or hint, or took more
than 0.25 s or 64 MB.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import sys
import tempfile
import time
import tracemalloc
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))

from sim.scenario import ScenarioError, load_scenario  # noqa: E402

MOST_SECONDS, MOST_BYTES, MOST_FILE = 0.25, 64 * 2**20, 262_144
HINT = re.compile(r"; |expected|such as|choose|must be|needs|write|did you mean", re.ASCII)
PIECES = [
    "&a ", "*a", "<<: *a", "!!set {a}", "!!python/object/apply:os.system [id]", ".nan", "-.inf", "1e999", "9" * 400, "012", "0x1F", "12:30",
    "yes", "~", "null", "\t", "\r", "\x00", "\ufeff", "\u202e", "\u00a0", "\u200b", "é", "新", "[", "]", "{", "}", "[" * 30, "{a: " * 20,
    "- " * 40, "? ", ": ", "|\n", ">-\n", "'", '"', "\\x", '"\\U00110000"', '"\\ud800"', "%YAML 9.9\n", "---\n", "...\n", "#", "\n\n",
    " " * 200, "k: 1\n" * 60, "a" * 3000, "../../../etc/passwd", "extends: ", "2024-02-30", "true", "{}", "[]", "-1", "0", "1e-300", "0.5",
    "kind: coupons", "for: {segments: [new]}", "preset: ", "levers:\n", "personas:\n", "strength: 4", ", ", "\\", "`", "@", "=", "%",
]  # fmt: skip
"""What is put into files."""


def corpus() -> list[str]:
    """The files that are mutated: as many good ones, some several times, as bad ones."""
    bad = [path.read_bytes().decode("utf-8", "replace") for path in sorted((ROOT / "tests" / "faults" / "bad").glob("*.yaml"))]
    good = [path.read_text("utf-8") for path in sorted((ROOT / "scenarios").rglob("*.yaml"))]
    return bad + good * max(1, len(bad) // len(good))


def mutated(luck: random.Random, text: str, other: str) -> bytes:
    """A text after one to six accidents; ``other`` lends lines."""
    for _ in range(luck.choice([1, 1, 2, 3, 6])):
        start = luck.randrange(len(text) + 1)
        end = min(len(text), start + luck.choice([1, 1, 2, 5, 40, 400]))
        lines = text.split("\n")
        line = luck.randrange(len(lines))
        kind = luck.randrange(9)
        if kind == 0:
            text = text[:start] + luck.choice(PIECES) + text[start:]
        elif kind == 1:
            text = text[:start] + text[end:]
        elif kind == 2:
            text = text[:start] + text[start:end] * luck.choice([2, 3, 50]) + text[end:]
        elif kind == 3:
            text = text[:start] + chr(luck.choice([luck.randrange(128), luck.randrange(0x11000)])) + text[end:]
        elif kind == 4:
            text = "\n".join([*lines[:line], luck.choice(other.split("\n")), *lines[line:]])
        elif kind == 5:
            text = "\n".join([*lines[:line], " " * luck.randrange(9) + lines[line].lstrip(), *lines[line + 1 :]])
        elif kind == 6:
            text = text[:start] + luck.choice(PIECES) + text[end:]
        elif kind == 7:  # another value behind a key
            text = "\n".join([*lines[:line], re.sub(r":[^:]*$", lambda _: ": " + luck.choice(PIECES), lines[line]), *lines[line + 1 :]])
        else:
            text = "\n".join(luck.sample(lines, len(lines))) if luck.random() < 0.1 else text[:start] + text[start:][::-1]
    data = text.encode("utf-8", "surrogatepass")
    if luck.random() < 0.1 and data:
        at = luck.randrange(len(data))
        data = data[:at] + bytes([luck.randrange(256)]) + data[at + 1 :]
    return data


def extremes() -> dict[str, str]:
    """Files as slow and as large as the limits allow, and a little more."""

    def each(start: str, form: Callable[[int], str], count: int) -> str:
        return start + "".join(form(k) for k in range(count))

    made = {
        "a list of 20,000 numbers": "calendar: {months: [" + "1," * 19_990 + "]}",
        "a list of 20,000 quoted words": "a: [" + "'x'," * 19_990 + "]",
        "20,000 empty lists": "a: [" + "[]," * 19_990 + "]",
        "a list of 130,000 numbers": "a: [" + "1," * 130_000 + "]",
        "20,000 lines of a list": each("a:\n", lambda k: "  - 1\n", 19_990),
        "10,000 unknown keys": each("", lambda k: f"k{k}: 1\n", 9_990),
        "10,000 unknown keys of a block": each("run:\n", lambda k: f"  user{k}: 1\n", 9_990),
        "10,000 unknown levers": each("levers:\n", lambda k: f"  coupon{k}: 1\n", 9_990),
        "5,000 levers": each("levers:\n", lambda k: f"  k{k}: {{kind: coupons}}\n", 4_990),
        "3,000 levers with a wrong key": each("levers:\n", lambda k: f"  k{k}: {{kind: coupons, face_valu: 3}}\n", 3_300),
        "3,000 levers with a wrong number": each("levers:\n", lambda k: f"  k{k}: {{kind: coupons, face_value: -3}}\n", 3_300),
        "2,000 wrong aims and presets": each("levers:\n", lambda k: f"  k{k}: {{kind: coupons, preset: x, for: {{personas: [z]}}}}\n", 999),
        "a preset that is a tree": "levers: {coupons: {preset: [" + "[1]," * 9_000 + "]}}",
        "6,000 changes without content": each("schedule:\n", lambda k: f"  k{k}: {{}}\n", 6_600),
        "6,000 policies without content": each("policies:\n", lambda k: f"  k{k}: {{}}\n", 6_600),
        "6,000 personas": each("personas:\n", lambda k: f"  k{k}: {{}}\n", 6_600),
        "2,500 experiments with unknown levers": each("experiments:\n", lambda k: f"  k{k}: {{levers: [a, b]}}\n", 2_800),
        "levers by the thousand and experiments with others": each("levers:\n", lambda k: f"  k{k}: {{kind: coupons}}\n", 2_500)
        + each("experiments:\n", lambda k: f"  e{k}: {{levers: [k_{k}, l{k}]}}\n", 1_400),
        "20,000 tags": "a: [" + "!t 1," * 19_990 + "]",
        "20,000 anchors": "a: [" + "&a 1," * 19_990 + "]",
        "20,000 aliases": "a: [" + "*a," * 19_990 + "]",
        "20,000 numbers that are none": "a: [" + ".nan," * 19_990 + "]",
        "10,000 equal keys": "a: 1\n" * 9_990,
        "30,000 keys": each("", lambda k: f"k{k}: 1\n", 25_000),
        "10,000 unknown keys of a block and a folded text": each("run:\n", lambda k: f"  user{k}: 1\n", 9_980) + "name: >\n  a\n  b\n",
        "3,000 wrong numbers and a Chinese name": "name: 一家店！\n"
        + each("levers:\n", lambda k: f"  k{k}: {{kind: coupons, face_value: -3}}  # 错\n", 3_300),
        "10,000 keys in capitals": each("", lambda k: f"K{k}-x: 1\n", 9_990),
        "9,000 keys with a question mark": "? a\n: 1\n" * 9_000,
        "keys of 1,000 letters": each("", lambda k: "k" * 1000 + f"{k}: 1\n", 250),
        "a lever of 200,000 letters": "levers: {spring: {kind: " + "coupons" * 30_000 + "}}",
        "a text of 260,000 letters": 'name: "' + "x" * 262_000 + '"',
        "a text of 130,000 words": "name: " + "x " * 130_000,
        "a text of 65,000 lines": "name: |\n" + "  x\n" * 65_000,
        "a text of 65,000 escapes": 'name: "' + "\\x41" * 65_000 + '"',
        "65,000 comments": "# c\n" * 65_000 + "name: a",
        "260,000 empty lines": "\n" * 262_000 + "name: a",
        "30,000 directives": "%FOO 1\n" * 30_000 + "---\nname: a",
        "60,000 documents": "---\n" * 60_000,
        "depth": "a: " + "[" * 250_000,
        "invisible letters": "name: " + "\u200b" * 80_000,
        "a number of 260,000 digits": "run: {users: " + "9" * 262_000 + "}",
        "260,000 bytes of noise": random.Random(1).randbytes(262_000).decode("latin-1"),
    }  # fmt: skip
    return made


@dataclass
class Found:
    """What came of reading files."""

    read: Counter = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    slowest: tuple[float, str] = (0.0, "")
    largest: tuple[int, str] = (0, "")

    def take(self, path: Path, what: str, weigh: bool = False) -> None:
        """Read one file and note what came of it; with ``weigh`` its memory instead of its time."""
        if weigh:
            tracemalloc.start()
        begin = time.process_time()
        try:
            load_scenario(path)
            self.read["accepted"] += 1
            problem = ""
        except ScenarioError as error:
            self.read["refused"] += 1
            problem = without_place_or_hint(error, path)
        except Exception as error:  # what must not happen
            problem = f"{type(error).__name__}: {error}"[:300]
        took = time.process_time() - begin
        if weigh:
            self.largest = max(self.largest, (tracemalloc.get_traced_memory()[1], what))
            tracemalloc.stop()
        else:
            self.slowest = max(self.slowest, (took, what))
        if problem:
            self.wrong.append(f"{what}: {problem}")


def without_place_or_hint(error: ScenarioError, path: Path) -> str:
    """What a refusal lacks; empty if nothing."""
    if not error.faults:
        return "no fault"
    lines = path.read_bytes().count(b"\n") + path.read_bytes().count(b"\r") + 400_000 * (b"\xe2\x80\xa8" in path.read_bytes()) + 2
    for fault in error.faults[:50]:
        if not (fault.file and fault.line >= 1 and fault.column >= 1 and fault.path and fault.message and fault.chinese):
            return f"a fault without place or words: {fault}"
        if fault.file == str(path) and fault.line > lines:
            return f"a line that the file does not have: {fault}"
        if not HINT.search(fault.message):
            return f"a fault without a hint: {fault}"
        if len(fault.message) > 2_000:
            return f"a fault of {len(fault.message)} letters"
    return ""


def mutants(place: Path, seed: int) -> Iterator[tuple[Path, str]]:
    """Mutated files without end, each written to the same path."""
    luck, texts = random.Random(seed), corpus()
    for path in (ROOT / "scenarios").glob("*.yaml"):  # what ``extends`` may name
        (place / path.name).write_bytes(path.read_bytes())
    number = 0
    while True:
        number += 1
        path = place / "mutant.yaml"
        path.write_bytes(mutated(luck, luck.choice(texts), luck.choice(texts)))
        yield path, f"mutant {number} of seed {seed}"


def main() -> int:
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--files", type=int, default=200_000)
    ask.add_argument("--seconds", type=float, default=float("inf"), help="stop after so many seconds")
    ask.add_argument("--seed", type=int, default=1)
    ask.add_argument("--json", action="store_true")
    given = ask.parse_args()
    found, hard = Found(), Found()
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="mutate-") as folder:
        place = Path(folder)
        load_scenario(ROOT / "scenarios" / "baseline.yaml")  # loads what reading needs
        for number, (path, what) in enumerate(mutants(place, given.seed), 1):
            found.take(path, what)
            if number % 100 == 0:
                found.take(path, what, weigh=True)
            if number >= given.files or time.monotonic() - began > given.seconds:
                break
        path = place / "extreme.yaml"
        for what, text in extremes().items():
            path.write_bytes(text.encode()[:MOST_FILE])
            for weigh in (False, False, True):
                hard.take(path, what, weigh)
    seconds = time.monotonic() - began
    told = {
        name: {
            "read": dict(one.read), "wrong": one.wrong[:20], "slowest_seconds": round(one.slowest[0], 3), "slowest": one.slowest[1],
            "most_megabytes": round(one.largest[0] / 2**20, 1), "largest": one.largest[1],
        }
        for name, one in (("mutants", found), ("extremes", hard))
    }  # fmt: skip
    if given.json:
        print(json.dumps(told | {"seconds": round(seconds, 1)}))
    else:
        for name, one in told.items():
            print(f"{name}: {one['read']}, {len(one['wrong'])} wrong; slowest {one['slowest_seconds']} s ({one['slowest']}), "
                  f"most memory {one['most_megabytes']} MB ({one['largest']})", *one["wrong"], sep="\n    ")  # fmt: skip
        print(f"{seconds:.0f} s")
    over = max(found.slowest, hard.slowest)[0] > MOST_SECONDS or max(found.largest, hard.largest)[0] > MOST_BYTES
    return int(over or bool(found.wrong or hard.wrong))


if __name__ == "__main__":
    sys.exit(main())
