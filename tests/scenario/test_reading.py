"""The subset of YAML: what plain words mean, where things stand, what is refused."""

from __future__ import annotations

import os
import random

import pytest

from sim.scenario import ScenarioError, load_scenario
from sim.scenario.faults import Fault
from sim.scenario.read import read_bytes, read_file
from sim.scenario.source import plain, walk

SEED = """\
name: spring coupons
extends: parent.yaml
run: {users: 10000, days: 90, seed: 7}
population:
  entry: {arrivals: {per_day: 5.5}}
  dropout: {mode: per_order, own_orders_only: 0.5}
  spend: {median: 20, sigma: 0.5}
calendar:
  start: 2025-01-01
  months: [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2]
levers:
  spring: {kind: coupons, face_value: 8, thresholds: [50, 2.5e+1]}
  points:
description: |
  long text
  here
"""
TOKENS = [
    "&a ",
    "*a",
    "<<: *a",
    "!!set {a}",
    ".nan",
    "1e999",
    "9" * 5000,
    "012",
    "12:30",
    "yes",
    "~",
    "null",
    "\t",
    "\r",
    "\x00",
    "\ufeff",
    "\u202e",
    "\u00a0",
    "é",
    "[",
    "]",
    "{",
    "}",
    "[" * 600,
    "{a: " * 300,
    "- " * 800,
    "? ",
    ": ",
    "|",
    ">",
    "'",
    '"',
    "\\x",
    '"\\U00110000"',
    '"\\ud800"',
    "%YAML 9.9\n",
    "---\n",
    "...\n",
    "#",
    "\n\n",
    " " * 200,
    "k: 1\n" * 500,
    "a" * 3000,
    "../../../etc/passwd",
    "2024-02-30",
    "!!timestamp 'x'",
    "!!binary '*'",
    "=",
    "%",
    "@",
    "`",
    "true",
    "{}",
    "[]",
]


def value(text: str):
    reading = read_bytes(f"a: {text}\n".encode(), "f")
    assert reading.faults == []
    return plain(reading.node)["a"]


def faults(data: str | bytes) -> list[str]:
    reading = read_bytes(data.encode() if isinstance(data, str) else data, "f")
    return [f"{f.line}:{f.column} {f.path}: {f.message}" for f in reading.faults]


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("012", 12),
        ("0o14", 12),
        ("0x1F", 31),
        ("-3", -3),
        ("+3", 3),
        ("1e-3", 0.001),
        (".5", 0.5),
        ("1.", 1.0),
        ("1E3", 1000.0),
        ("no", "no"),
        ("on", "on"),
        ("y", "y"),
        ("12:30", "12:30"),
        ("1_000", "1_000"),
        ("true", True),
        ("False", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("2025-01-01", "2025-01-01"),
        ('"5"', "5"),
        ("'no'", "no"),
        ("新人礼包", "新人礼包"),
        ("[1, a]", [1, "a"]),
        ("{}", {}),
        ("999999999999999999", 10**18 - 1),
        ("=", "="),
    ],
)
def test_plain_words_have_the_meaning_of_yaml_1_2(text, meaning):
    found = value(text)
    assert found == meaning
    assert type(found) is type(meaning)


def test_every_key_and_value_knows_its_line_and_column():
    reading = read_bytes(b"a:\n  b: [1,\n      x]\n  c:  5\n", "f")
    places = {path: (node.key[1:], node.at[1:]) for path, node in walk(reading.node)}
    assert places[("a",)] == ((1, 1), (2, 3))
    assert places[("a", "b")] == ((2, 3), (2, 6))
    assert places[("a", "b", 1)] == ((3, 7), (3, 7))
    assert places[("a", "c")] == ((4, 3), (4, 7))


def test_a_byte_order_mark_at_the_start_is_harmless():
    assert faults(b"\xef\xbb\xbfa: 1\n") == []


def test_bytes_that_are_not_utf_8_are_refused_where_they_stand():
    assert faults(b"a: 1\nb: \xff\n") == ["2:4 (file): is not UTF-8 text from here on; save the file as UTF-8"]


def test_an_empty_file_is_a_fault():
    assert faults("") == ["1:1 (file): says nothing; give at least a name, or {}"]


def test_a_file_beyond_256_kib_is_refused_and_one_of_256_kib_is_read():
    assert faults("#" * 262_145)[0].startswith("1:1 (file): is larger than 256 KiB")
    assert faults("a: 1 #".ljust(262_144, "x")) == []


def test_sixteen_levels_are_read_and_seventeen_refused():
    assert faults("a: " + "[" * 15 + "]" * 15) == []
    assert "is nested more than 16 deep; " in faults("a: " + "[" * 16 + "]" * 16)[0]


def test_twenty_thousand_parts_are_read_and_one_more_refused():
    assert faults("a: [" + "1," * 19_997 + "]") == []
    assert "has more than 20,000 parts; " in faults("a: [" + "1," * 19_998 + "]")[0]


def test_reading_goes_on_after_a_fault():
    found = faults("a: .nan\nB: 1\na: 2\nc: *x\nd: !t 1\n")
    assert [line.split()[0] for line in found] == ["1:4", "2:1", "3:1", "4:4", "5:4"]


@pytest.mark.parametrize("name", ["a", "长"])
def test_a_tag_of_any_length_makes_no_long_fault(name):
    (found,) = read_bytes(f"name: !{name * 3_000}! 1\n".encode(), "x.yaml").faults
    assert found.line == 1 and len(found.message) < 500 and len(found.chinese) < 500


def test_a_folder_a_pipe_a_missing_and_an_unreadable_file_are_faults(tmp_path):
    os.mkfifo(tmp_path / "pipe.yaml")
    (tmp_path / "loop.yaml").symlink_to("loop.yaml")
    (tmp_path / "baseline.yaml").write_text("name: a\n")
    said = {n: read_file(tmp_path / n).faults[0] for n in ("", "pipe.yaml", "loop.yaml", "basline.yaml", "a\0b")}
    assert "is a folder" in said[""].message
    assert "not a regular file" in said["pipe.yaml"].message
    assert "cannot be read" in said["loop.yaml"].message
    assert "did you mean 'baseline.yaml'?" in said["basline.yaml"].message
    assert "is not a file name" in said["a\0b"].message


def test_a_link_to_a_file_is_read(tmp_path):
    (tmp_path / "real.yaml").write_text("name: a\n")
    (tmp_path / "link.yaml").symlink_to("real.yaml")
    assert plain(read_file(tmp_path / "link.yaml").node) == {"name": "a"}


def test_a_fault_prints_as_file_line_column_path_message():
    fault = Fault("a.yaml", 3, 7, "run.days", "is 0", "是 0")
    assert str(fault) == "a.yaml:3:7: run.days: is 0"
    assert fault.text("zh") == "a.yaml:3:7: run.days: 是 0"
    with pytest.raises(ValueError, match="choose one of en, zh"):
        fault.text("de")


def mutated(luck: random.Random, text: str) -> bytes:
    """A text with a few accidents."""
    for _ in range(luck.choice([1, 1, 2, 3, 6])):
        start = luck.randrange(len(text) + 1)
        end = min(len(text), start + luck.choice([1, 1, 2, 5, 40]))
        lines = text.split("\n")
        line = luck.randrange(len(lines))
        kind = luck.randrange(7)
        if kind == 0:
            text = text[:start] + luck.choice(TOKENS) + text[start:]
        elif kind == 1:
            text = text[:start] + text[end:]
        elif kind == 2:
            text = text[:start] + text[start:end] * luck.choice([2, 3, 50]) + text[end:]
        elif kind == 3:
            text = text[:start] + chr(luck.choice([luck.randrange(128), luck.randrange(0x11000)])) + text[end:]
        elif kind == 4:
            text = "\n".join([*lines[:line], lines[luck.randrange(len(lines))], *lines[line:]])
        elif kind == 5:
            text = "\n".join([*lines[:line], " " * luck.randrange(6) + lines[line].lstrip(), *lines[line + 1 :]])
        else:
            text = text[:start] + luck.choice(TOKENS) + text[end:]
    data = text.encode("utf-8", "surrogatepass")
    if luck.random() < 0.1 and data:
        at = luck.randrange(len(data))
        data = data[:at] + bytes([luck.randrange(256)]) + data[at + 1 :]
    return data


@pytest.mark.parametrize("seed", range(8))
def test_of_2000_damaged_files_each_is_read_or_refused_with_places(seed, write, catalogue):
    write("name: parent\nlevers: {points: {}}\n", "parent.yaml")
    luck = random.Random(seed)
    refused = 0
    for _ in range(250):
        path = write(mutated(luck, SEED), "damaged.yaml")
        try:
            load_scenario(path, catalogue=catalogue)
        except ScenarioError as error:
            refused += 1
            assert error.faults
            assert all(f.line >= 1 and f.column >= 1 and f.chinese for f in error.faults)
    assert 100 < refused < 250


def test_the_undamaged_file_is_read(write, catalogue):
    write("name: parent\nlevers: {points: {}}\n", "parent.yaml")
    assert load_scenario(write(SEED), catalogue=catalogue).kinds == {"spring": "coupons"}
