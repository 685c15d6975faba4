"""Bad input: exit code 2, every fault once with its place, nothing written, no traceback."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import run

BAD = """\
name: Bad
behaviour: {habit_lift: much, foo: 1}
levers:
  coupon: {face_value: 3}
"""
PLACE = re.compile(r"^[^:\n]+:\d+:\d+: \S+: .+$")


def unchanged(folder: Path, *more: str) -> bool:
    return sorted(p.name for p in folder.iterdir()) == sorted({"base.yaml", "loyal.yaml", *more})


@pytest.mark.parametrize("verb", ["simulate", "compare", "validate", "show"])
def test_every_fault_of_a_file_is_listed_with_its_place(command, folder, verb):
    (folder / "bad.yaml").write_text(BAD)
    said = command(verb, "bad.yaml")
    assert (said.code, said.out) == (2, "")
    lines = said.err.splitlines()
    assert [line.split(": ")[:2] for line in lines] == [
        ["bad.yaml:2:25", "behaviour.habit_lift"],
        ["bad.yaml:2:31", "behaviour.foo"],
        ["bad.yaml:4:3", "levers.coupon"],
    ]
    assert "did you mean 'coupons'?" in lines[2]
    assert unchanged(folder, "bad.yaml")


def test_the_faults_of_all_files_options_and_settings_come_at_once_and_each_once(command, folder):
    (folder / "bad.yaml").write_text(BAD)
    (folder / "child.yaml").write_text("extends: bad.yaml\nrun: {users: many}\n")
    files = ("bad.yaml", "child.yaml", "nowhere.yaml", "bad.yaml")
    said = command("compare", *files, "--days", "-3", "--set", "run.seed=x", "--set", "nothing", "--out", "base.yaml/x")
    lines = said.err.splitlines()
    assert said.code == 2
    assert len(lines) == len(set(lines)) == 3 + 1 + 1 + 3 + 1
    assert all(PLACE.match(line) for line in lines[:-1])
    for start in (
        "bad.yaml:2:25: behaviour.habit_lift: ",
        "child.yaml:2:14: run.users: is the word 'many'",
        "nowhere.yaml:1:1: (file): there is no such file",
        "--days:1:1: run.days: is -3; a whole number of days from 1 ",
        "--set:1:10: run.seed: is the word 'x'",
        "--set:2:1: (file): 'nothing' is not PATH=VALUE",
        "--out: base.yaml",
    ):
        assert sum(line.startswith(start) for line in lines) == 1, start
    assert unchanged(folder, "bad.yaml", "child.yaml")


@pytest.mark.parametrize("option", ["--users", "--days", "--replications"])
@pytest.mark.parametrize("value", ["0", "-1", "999999999999"])
def test_a_number_outside_its_range_is_refused(command, folder, option, value):
    said = command("simulate", "base.yaml", option, value)
    assert said.code == 2
    assert said.err.startswith(f"{option}:1:1: run.{option[2:]}: is {value}; a whole number of ")
    assert unchanged(folder)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--users", "many"], "'many' is not a valid integer"),
        (["--users", "1.5"], "'1.5' is not a valid integer"),
        (["--threads", "0"], "0 is not in the range"),
        (["--lang", "fr"], "'fr' is not one of"),
        (["--export", "orders"], "'orders' is not"),
        (["--user", "3"], "No such option"),
        (["--out"], "requires an argument"),
    ],
)
def test_a_malformed_option_is_a_usage_error(command, folder, arguments, says):
    said = command("simulate", "base.yaml", *arguments)
    assert (said.code, said.out) == (2, "")
    assert says in said.err
    assert unchanged(folder)


def test_the_seed_may_not_be_negative(command):
    said = command("simulate", "base.yaml", "--seed", "-1")
    assert said.code == 2 and said.err.startswith("--seed:1:1: run.seed: is -1; ")


@pytest.mark.parametrize(
    ("setting", "says"),
    [
        ("levers.coupons", "--set:1:1: (file): 'levers.coupons' is not PATH=VALUE"),
        ("=3", "--set:1:1: (file): '' is not a path"),
        ("run.users=", "--set:1:11: run.users: nothing stands after ="),
        ("levers.coupons.fase_value=3", "--set:1:1: levers.coupons.fase_value: unknown key 'fase_value'; did you mean"),
        ("run.users=[1", "--set:1:"),
        ("run.users.x=1", "--set:1:1: run.users.x: cannot be set"),
    ],
)
def test_a_malformed_setting_is_said_with_its_place(command, folder, setting, says):
    said = command("simulate", "base.yaml", "--set", setting)
    assert said.code == 2
    assert said.err.startswith(says)
    assert unchanged(folder)


@pytest.mark.parametrize(
    ("verb", "says"),
    [
        ("simulat", "did you mean 'simulate'?"),
        ("validat", "did you mean 'validate'?"),
        ("frobnicate", "choose from simulate, compare, validate, show, levers, schema"),
        ("base.yaml", "did you mean 'simulate base.yaml'?"),
    ],
)
def test_an_unknown_verb_is_answered_with_a_suggestion(command, folder, verb, says):
    said = command(verb)
    assert said.code == 2
    assert f"there is no verb '{verb}'; {says}" in said.err
    assert unchanged(folder)


def test_options_before_the_verb_are_refused_rather_than_forgotten(command, folder):
    said = command("--users", "5", "--json", "simulate", "base.yaml")
    assert said.code == 2
    assert said.err == "--users --json: write options after the verb, as in: python run.py simulate --users --json …\n"
    assert unchanged(folder)


@pytest.mark.parametrize("verb", ["simulate", "compare", "validate", "show"])
def test_a_verb_without_its_file_is_a_usage_error(command, verb):
    said = command(verb)
    assert said.code == 2 and "Missing argument" in said.err


def test_a_folder_or_a_missing_file_is_no_scenario(command, folder):
    (folder / "inner").mkdir()
    said = command("compare", "inner", "inner/base.yaml")
    assert said.code == 2
    assert [line.split(": ")[0] for line in said.err.splitlines()] == ["inner:1:1", "inner/base.yaml:1:1"]
    assert "is a folder" in said.err


def test_a_baseline_that_is_missing_is_a_fault(command, folder):
    said = command("compare", "base.yaml", "--baseline", "none.yaml")
    assert said.code == 2 and said.err.startswith("none.yaml:1:1: ")


@pytest.mark.parametrize("out", ["base.yaml", "base.yaml/below", ""])
def test_an_out_that_is_no_folder_is_refused_before_anything_runs(command, folder, out):
    said = command("simulate", "base.yaml", "--out", out)
    assert said.code == 2 and said.err.startswith("--out: ") and len(said.err.splitlines()) == 1
    assert unchanged(folder)


def test_an_out_whose_name_is_too_long_is_refused(command, folder):
    said = command("simulate", "base.yaml", "--out", "x" * 300)
    assert said.code == 2 and said.err.startswith("--out: xxx")
    assert unchanged(folder)


def test_an_out_that_may_not_be_written_to_is_refused(command, folder, monkeypatch):
    # Whoever runs the tests may be root, whom no permission stops.
    monkeypatch.setattr(os, "access", lambda path, mode: Path(path) != Path("."))
    said = command("simulate", "base.yaml", "--out", "deep/down")
    assert said.code == 2 and said.err == "--out: . cannot be written to; name another folder\n"
    assert unchanged(folder)


def test_an_unknown_lever_is_answered_with_the_nearest(command):
    assert command("levers", "poinst").err == "there is no lever 'poinst'; did you mean 'points'?\n"
    assert command("levers", "xyzzy").err.startswith("there is no lever 'xyzzy'; there are abuse, alliances, ")
    assert command("levers", "poinst").code == 2


def test_a_checkout_without_a_baseline_is_said(command, folder, monkeypatch):
    monkeypatch.setattr(run, "SCENARIOS", folder / "empty")
    said = command()
    assert said.code == 2 and "baseline.yaml: run this from a checkout" in said.err


def test_faults_and_messages_are_in_chinese_where_asked(command, folder):
    (folder / "bad.yaml").write_text(BAD)
    said = command("validate", "bad.yaml", "--lang", "zh")
    assert said.code == 2
    assert all(re.search("[\u4e00-\u9fff]", line.split(": ", 2)[2]) for line in said.err.splitlines())
    assert re.search("[\u4e00-\u9fff]", command("simulate", "base.yaml", "--out", "base.yaml", "--lang", "zh").err)
    assert re.search("[\u4e00-\u9fff]", command("levers", "poinst", "--lang", "zh").err)
    assert command("validate", "base.yaml", "--lang", "zh").out == "base.yaml: 没有问题（Base）\n"


def test_a_bad_file_ends_a_process_with_code_2_and_no_traceback(folder):
    (folder / "bad.yaml").write_text(BAD)
    program = Path(run.__file__)
    done = subprocess.run(
        [sys.executable, program, "simulate", "bad.yaml", "--users", "0"], capture_output=True, text=True, cwd=folder
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.splitlines()) == 4 and "Traceback" not in done.stderr
    assert unchanged(folder, "bad.yaml")


@pytest.mark.parametrize(
    "words, english, chinese",
    [
        (["life", "baseline.yaml"], "Missing option '--user'. Number of the user, from 0.", "缺少 '--user'。用户编号，从 0 开始。"),
        (["simulate"], "such as scenarios/baseline.yaml", "例如 scenarios/baseline.yaml"),
        (["verify"], "such as results/strategies", "例如 results/strategies"),
    ],
)
def test_a_complaint_about_something_missing_says_what_to_give(command, words, english, chinese):
    assert english in command(*words).err
    assert chinese in command(*words, "--lang", "zh").err
