"""Options, and help in both languages: what every verb of the command line shares."""

from __future__ import annotations

import itertools
import math
import re
import sys
from collections.abc import Callable, Sequence
from typing import Any

import click

from analysis.click_words import translated
from analysis.language import LANGUAGES, Both, say

SETS = 64
"""Parameter sets of ``--uncertainty`` without a number."""


NUMBER = re.compile(r"[-+]?\d+")


class Told(click.Command):
    """A command with help in both languages: its docstring in English, ``chinese`` in Chinese."""

    def __init__(self, *arguments: Any, chinese: str = "", **options: Any) -> None:
        self.chinese = chinese
        super().__init__(*arguments, **options)

    @property
    def help(self) -> str | None:
        """The help in the language spoken."""
        return say(self.english, self.chinese) if self.english else None

    @help.setter
    def help(self, text: str | None) -> None:
        self.english = text

    def parse_args(self, context: click.Context, args: list[str]) -> list[str]:
        """The command line taken apart; an option that may stand without its number gets it where no number follows."""
        bare = {name: one.bare for one in self.params if isinstance(one, Option) and one.bare is not None for name in one.opts}
        words = [
            f"{word}={bare[word]}" if word in bare and not NUMBER.fullmatch(following) else word
            for word, following in itertools.pairwise([*args, ""])
        ]
        return super().parse_args(context, words)

    def get_help(self, context: click.Context) -> str:
        """The help page; click's own words in it are translated."""
        return translated(super().get_help(context))


class Option(click.Option):
    """An option whose help is said in both languages; ``bare`` is its number where it stands without one."""

    def __init__(self, *arguments: Any, told: Both, bare: int | None = None, **options: Any) -> None:
        self.told, self.bare = told, bare
        super().__init__(*arguments, help=told.en, **options)

    def get_help_record(self, context: click.Context) -> tuple[str, str] | None:
        """The option's line of the help page, in the language spoken."""
        self.help = str(self.told)
        return super().get_help_record(context)


EXAMPLES = {"scenario": "scenarios/baseline.yaml", "folder": "results/strategies"}
"""What an argument may be, by its name."""


def explained(error: click.ClickException) -> click.ClickException:
    """A complaint; one about something missing says what to give."""
    if isinstance(error, click.MissingParameter) and error.param is not None and not error.message:
        example = EXAMPLES.get(error.param.name or "", "")
        if isinstance(error.param, Option):
            error.message = str(error.param.told)
        elif example:
            error.message = say(f"Give one, such as {example}.", f"请给出一个，例如 {example}。")
    return error


def option(*names: str, english: str, chinese: str, **settings: Any) -> Callable:
    """An option with its help in both languages."""
    return click.option(*names, cls=Option, told=Both(english, chinese), **settings)


def _a_number(context: click.Context, parameter: click.Parameter, value: float | None) -> float | None:
    """Refuse `nan`, which is in every range."""
    if value is not None and math.isnan(value):
        raise click.BadParameter(say("'nan' is not a number: give an amount of money.", "'nan' 不是数：请给出金额。"))
    return value


def shared(command: Callable) -> Callable:
    """The options of ``simulate`` and ``compare``."""
    whole = {"type": int, "metavar": "N"}
    options = [
        option("--users", **whole, english="People in the world.", chinese="模拟的总人数。"),
        option("--days", **whole, english="Days lived after day 0.", chinese="第 0 天之后模拟的天数。"),
        option("--replications", **whole, english="Independent repetitions.", chinese="独立重复的次数。"),
        option(
            "--seed",
            **whole,
            english="Names the luck; the same seed gives the same bytes.",
            chinese="随机种子；种子相同，结果逐字节相同。",
        ),
        option(
            "--threads",
            type=click.IntRange(1, 1024),
            metavar="N",
            english="Default: all processors. Changes no result.",
            chinese="线程数，默认用全部处理器，不影响结果。",
        ),
        option("--out", metavar="DIR", english="Folder of the result (default: results/…).", chinese="结果文件夹（默认 results/…）。"),
        setting(),
        option(
            "--twin/--no-twin",
            default=True,
            show_default=True,
            english="Live every life without each lever, too: uplift.csv.",
            chinese="同时模拟去掉每个杠杆的同一批用户：uplift.csv。",
        ),
        option(
            "--shapley",
            is_flag=True,
            english="Share the gain out among the levers: shapley.csv (up to 64 worlds a replication).",
            chinese="把收益分摊到各个杠杆：shapley.csv（每次重复最多 64 个世界）。",
        ),
        option(
            "--uncertainty",
            type=click.IntRange(2, 2_000),
            metavar="[N]",
            bare=SETS,
            english=f"Carry what is not known about the parameters through N sets of them ({SETS}), each with all replications.",
            chinese=f"参数不确定性：抽取 N 组参数（默认 {SETS}），每组完整重复模拟，把参数不确定性与随机波动分开。",
        ),
        option(
            "--export",
            type=click.Choice(["events", "users"]),
            multiple=True,
            english="events: one row per order, in events.csv; users: one row per user, in users.csv. Repeatable.",
            chinese="events：每笔订单一行，写入 events.csv；users：每位用户一行，写入 users.csv。可同时使用。",
        ),
        option(
            "--format",
            "form",
            type=click.Choice(["csv", "parquet"]),
            english="What --export writes: csv (default), or parquet, which needs pyarrow.",
            chinese="--export 的文件格式：csv（默认）或 parquet（需要 pyarrow）。",
        ),
        option(
            "--budget",
            type=click.FloatRange(min=0, min_open=True, max=1e12),
            callback=_a_number,
            metavar="MONEY",
            english="Draw this budget of incentives (whole run) in the figure of cost and retention (default: economics.incentive_budget).",
            chinese="在成本—留存图中画出激励预算线（整个模拟期）；默认取 economics.incentive_budget。",
        ),
        *talk_options(),
    ]
    for one in reversed(options):
        command = one(command)
    return command


def setting() -> Callable:
    """``--set``."""
    return option(
        "--set",
        "settings",
        multiple=True,
        metavar="PATH=VALUE",
        english="Set one value, such as levers.coupons.face_value=8; repeatable.",
        chinese="改一个值，例如 levers.coupons.face_value=8；可重复使用。",
    )


def language() -> Callable:
    """``--lang``: seen before anything else is (``asked_language``), so that complaints, too, are in this language."""
    return option(
        "--lang",
        type=click.Choice(LANGUAGES),
        default="en",
        show_default=True,
        expose_value=False,
        english="Language of messages, figures and report.",
        chinese="提示、图表和报告的语言。",
    )


def talk_options() -> list[Callable]:
    """What is said, and how."""
    return [
        language(),
        option("--quiet", is_flag=True, english="Say nothing but errors.", chinese="只输出错误信息。"),
        option("--json", "as_json", is_flag=True, english="Print the summary as JSON.", chinese="以 JSON 输出汇总。"),
    ]


def talking(command: Callable) -> Callable:
    """The options of every verb that says something: language, quiet, JSON."""
    for one in reversed(talk_options()):
        command = one(command)
    return command


def asked_language(arguments: Sequence[str]) -> str:
    """The language that a command line asks for; English where it asks for none, or for one that there is not."""
    values = [word.removeprefix("--lang=") for word in arguments if word.startswith("--lang=")]
    values += [following for word, following in itertools.pairwise(arguments) if word == "--lang"]
    return next((value for value in reversed(values) if value in LANGUAGES), "en")


def command_line(arguments: Sequence[str] | None = None) -> list[str]:
    """The command that gives this result: without what decides only where it goes, how fast it comes and what is said."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    kept = ["python", "run.py"]
    while words:
        word = words.pop(0)
        if word in ("--out", "--threads", "--lang"):
            words = words[1:]
        elif word not in ("--quiet", "--json") and not word.startswith(("--out=", "--threads=", "--lang=")):
            kept.append(word)
    return kept
