"""Progress: lines where stderr is a file, a bar where it is a terminal, and the same words in both languages."""

from __future__ import annotations

import io
import re
import string
import sys
from pathlib import Path

import pytest

from analysis import terminal
from analysis.language import speaking
from analysis.terminal import WORDS, Left, Talk
from sim import Scenario


def test_both_languages_say_the_same_things_with_the_same_blanks():
    for key, both in WORDS.items():
        blanks = [{name for _, name, _, _ in string.Formatter().parse(text) if name is not None} for text in (both.en, both.zh)]
        assert blanks[0] == blanks[1] and both.en != both.zh, key


def test_without_a_terminal_each_new_step_is_a_line_at_once(capsys):
    talk = Talk(quiet=False)
    talk.begin(2, 3, Path("o"))
    with talk.progress() as progress:
        progress(0, 6, "compiling")
        progress(0, 6, "simulating")
        progress(1, 1, "drawing")
    assert capsys.readouterr().err.splitlines() == [
        "2 scenario(s) × 3 replication(s) → o",
        "compiling the rules (once)",
        "simulating 0/6",
        "drawing plots and report",
    ]


def test_without_a_terminal_a_long_step_says_how_far_it_is_now_and_then(capsys, monkeypatch):
    now = [0.0]
    monkeypatch.setattr(terminal.time, "monotonic", lambda: now[0])
    with Talk(quiet=False).progress() as progress:
        for done in range(6):
            now[0] = done
            progress(done, 6, "simulating")
    assert capsys.readouterr().err.splitlines() == [
        "simulating 0/6", "simulating 2/6, about 4 s left", "simulating 4/6, about 2 s left",
    ]  # fmt: skip


def test_the_longer_it_takes_the_rarer_the_lines(capsys, monkeypatch):
    now = [0.0]
    monkeypatch.setattr(terminal.time, "monotonic", lambda: now[0])
    with Talk(quiet=False).progress() as progress:
        for second in range(36_000):
            now[0] = second
            progress(second / 100, 1_000, "simulating")
    said = capsys.readouterr().err.splitlines()
    assert 60 < len(said) < 220 and said[-1].endswith("h left")


@pytest.mark.parametrize(
    ("language", "seconds", "words"),
    [("en", 30, "about 30 s left"), ("en", 600, "about 10 min left"), ("zh", 36_000, "剩余约 10.0 小时"), ("zh", 89, "剩余约 89 秒")],
)
def test_the_time_left_follows_from_the_pace_since_the_step_began(monkeypatch, language, seconds, words):
    now = [100.0]
    monkeypatch.setattr(terminal.time, "monotonic", lambda: now[0])
    left = Left()
    with speaking(language):
        assert left.told(7, 10, "simulating") == ""  # seven were kept from before and say nothing of the pace
        now[0] = 100.0 + seconds
        assert left.told(8.5, 10, "simulating") == words
        assert left.told(10, 10, "simulating") == "" and left.told(3, 9, "drawing") == ""


def test_checks_named_one_by_one_share_one_pace(monkeypatch, capsys):
    now = [0.0]
    monkeypatch.setattr(terminal.time, "monotonic", lambda: now[0])
    with Talk(quiet=False).progress() as progress:
        for done, title in enumerate(("NBD", "sBG", "Bass")):
            now[0] = 10.0 * done
            progress(done, 3, title)
        progress(3, 3, "")  # the end needs no line
    assert capsys.readouterr().err.splitlines() == ["NBD 0/3", "sBG 1/3, about 20 s left", "Bass 2/3, about 10 s left"]


def test_on_a_terminal_there_is_a_bar_that_leaves_nothing_behind(monkeypatch):
    class Screen(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    screen = Screen()
    monkeypatch.setattr(sys, "stderr", screen)
    with speaking("zh"), Talk(quiet=False).progress() as progress:
        progress(0, 6, "compiling")
        progress(4, 6, "simulating")
    plain = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", screen.getvalue())
    assert "正在模拟" in plain and "4/6" in plain
    assert screen.getvalue().rstrip().endswith("\x1b[2K")  # the last line is wiped


def test_quiet_shows_no_progress(capsys):
    talk = Talk(quiet=True)
    talk.begin(1, 1, Path("o"))
    with talk.progress() as progress:
        progress(0, 6, "simulating")
    assert capsys.readouterr().err == ""


def test_a_budget_for_all_levers_names_those_that_it_does_not_cap(capsys):
    def begun(**levers) -> str:
        plan = Scenario.from_mapping({"name": "Thrift", "economics": {"incentive_budget": 300.0}, "levers": levers})
        Talk(quiet=False).begin(1, 1, Path("o"), [plan])
        return capsys.readouterr().err

    told = begun(community={}, onboarding={}, delivery={})
    assert "Thrift: economics.incentive_budget caps community, onboarding; it does not cap" in told
    assert told.rstrip().endswith("run the shop: community.moderation, delivery.carrier")
    assert "incentive_budget" not in begun(coupons={}, tiers={})
    with speaking("zh"):
        assert "不限制经营本身的成本：delivery.carrier" in begun(coupons={}, delivery={})
