"""The front door: python run.py VERB. Each verb loads what it needs and no more."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from analysis import beforehand
from analysis.click_words import translated
from analysis.interrupts import listen
from analysis.language import speaking, spoken
from analysis.options import Told, asked_language, command_line, explained, language, option, setting, shared, talking
from analysis.terminal import said

SCENARIOS = Path(__file__).parent / "scenarios"
BASELINE = "baseline.yaml"
FAILED, BAD_INPUT, INTERRUPTED = 1, 2, 130


class BadInput(Exception):
    """Something the user gave cannot be used; the text says what, where and what to do."""


class Verbs(Told, click.Group):
    """Verbs; one that does not exist is answered with the nearest that does."""

    command_class = Told

    def resolve_command(self, context: click.Context, arguments: list[str]) -> tuple:
        """The verb named by the first argument. Raises ``click.UsageError``."""
        word = arguments[0]
        if self.get_command(context, word) is not None:
            return super().resolve_command(context, arguments)
        import difflib

        near = difflib.get_close_matches(word, self.commands, 1)
        guess = f"simulate {word}" if word.endswith((".yaml", ".yml")) else near[0] if near else None
        hint = said("near", near=guess) if guess else said("verbs", names=", ".join(self.commands))
        context.fail(said("no verb", word=word, hint=hint))


@click.group(
    cls=Verbs,
    chinese="模拟平台用户的生命周期，比较写成 YAML 文件的各种方案。\n\n不写命令：以 baseline.yaml 为基准，比较 scenarios/ 中的全部场景。",
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
)
@shared
@click.pass_context
def cli(context: click.Context, **options) -> None:
    """Simulate the lifecycle of a platform's users under strategies written as YAML files.

    Without a verb: compare all scenarios in scenarios/ with baseline.yaml.
    """
    verb = context.invoked_subcommand
    if verb is not None:
        sources = {p.opts[0]: context.get_parameter_source(p.name) for p in context.command.params}
        given = " ".join(o for o, source in sources.items() if source is ParameterSource.COMMANDLINE)
        if given:
            raise BadInput(said("before the verb", options=given, verb=verb))
    else:
        files = sorted(SCENARIOS.glob("*.yaml"), key=lambda f: (f.name != BASELINE, f.name))
        if not files or files[0].name != BASELINE:
            raise BadInput(said("no baseline", file=SCENARIOS / BASELINE))
        study(files, "strategies", **options)


@cli.command(chinese="运行一个场景：多次重复，生成表格、图表和报告。")
@click.argument("scenario", type=click.Path(path_type=Path))
@shared
def simulate(scenario: Path, **options) -> None:
    """One scenario: replications, tables and plots."""
    study([scenario], scenario.stem, **options)


@cli.command(chinese="多个场景与第一个比较，用共同随机数配对。")
@click.argument("scenario", nargs=-1, required=True, type=click.Path(path_type=Path))
@option(
    "--baseline",
    type=click.Path(path_type=Path),
    metavar="FILE",
    english="Compare with this one (default: the first).",
    chinese="以此文件为基准（默认第一个）。",
)
@shared
def compare(scenario: Sequence[Path], baseline: Path | None, **options) -> None:
    """Several scenarios against the first, paired by common random numbers."""
    files = list(scenario)
    if baseline is not None:
        files = [baseline, *(f for f in files if f.resolve() != baseline.resolve())]
    study(files, "_vs_".join(f.stem for f in files[:3]), **options)


@cli.command(chinese="只检查文件；一次列出全部错误：文件:行:列: 路径: 说明。")
@click.argument("scenario", nargs=-1, required=True, type=click.Path(path_type=Path))
@setting()
@language()
def validate(scenario: Sequence[Path], settings: Sequence[str]) -> None:
    """Check files only; every fault at once, as file:line:column: path: message."""
    plans = load(scenario, settings, {})
    for path, plan in zip(scenario, plans, strict=True):
        click.echo(said("valid", file=path, name=plan.told("name", spoken())))


@cli.command(chinese="显示实际要运行的场景，含全部默认值。")
@click.argument("scenario", type=click.Path(path_type=Path))
@option("--origin", is_flag=True, english="Say which file and line set each value.", chinese="注明每个值由哪个文件的哪一行设定。")
@shared
def show(scenario: Path, origin: bool, settings: Sequence[str], as_json: bool, **options) -> None:
    """The resolved scenario, defaults included, as it would be run."""
    from sim.scenario import render_resolved

    plan = load([scenario], settings, overrides(options))[0]
    if as_json:
        click.echo(json.dumps(plan.resolved(), ensure_ascii=False, indent=1))
    else:
        click.echo(render_resolved(plan, origin=origin, default=said("default")), nl=False)


@cli.command(chinese="杠杆目录：每个参数的单位、范围、默认值和来源；也可查看场景文件的一节，如 population。")
@click.argument("name", required=False)
@option(
    "--json",
    "as_json",
    is_flag=True,
    english="Every parameter with unit, default, range, meaning and source.",
    chinese="以 JSON 输出每个参数的单位、默认值、范围、含义和来源。",
)
@language()
def levers(name: str | None, as_json: bool) -> None:
    """The catalogue of levers: parameters with unit, range, default and source; also of a block of a scenario, such as population."""
    from analysis.catalogue import catalogue, render, world

    table = catalogue() if name is None else catalogue() | world()
    if name is not None and name not in table:
        import difflib

        near = difflib.get_close_matches(name, table, 1)
        hint = said("near", near=near[0]) if near else said("choices", names=", ".join(table))
        raise BadInput(said("no lever", name=name, hint=hint))
    chosen = table if name is None else {name: table[name]}
    click.echo(json.dumps(chosen, ensure_ascii=False, indent=1) if as_json else render(chosen, whole=name is not None))


@cli.command(chinese="场景文件的 JSON Schema，供编辑器使用；说明文字按 --lang 给出。")
@language()
def schema() -> None:
    """JSON Schema of a scenario, for editors, with descriptions in the language asked for."""
    from sim.scenario import schema as scenario_schema

    click.echo(json.dumps(scenario_schema(lang=spoken()), ensure_ascii=False, indent=1))


@cli.command(chinese="一位用户的经历：逐日讲述收到了什么、做了什么、为什么；可与另一场景对照。")
@click.argument("scenario", type=click.Path(path_type=Path))
@option("--user", type=int, required=True, metavar="ID", english="Number of the user, from 0.", chinese="用户编号，从 0 开始。")
@option(
    "--against",
    type=click.Path(path_type=Path),
    metavar="OTHER",
    english="The same user in another scenario, too.",
    chinese="同时讲述同一用户在另一场景中的经历。",
)
@option(
    "--replication",
    type=click.IntRange(0),
    default=0,
    metavar="N",
    english="Which repetition (default: 0).",
    chinese="第几次重复（默认 0）。",
)
@shared
def life(scenario: Path, user: int, against: Path | None, replication: int, settings: Sequence[str], out: str | None, **options) -> None:
    """One user's life, day by day, with why; beside it the same user's life in another scenario."""
    from analysis.life import live, text, write

    files = [scenario, *([against] if against is not None else [])]
    folder = Path("results") / f"life_{scenario.stem}_{user}" if out is None else Path(out)
    also = [beforehand.unusable(out, folder), beforehand.undrawable()]
    plans = load(files, settings, overrides(options), also)
    least = min(plan.run.users for plan in plans)
    if not 0 <= user < least:
        raise BadInput(said("no user", user=user, last=least - 1))
    lives = live(plans, user, replication)
    written = write(plans, lives, folder)
    if not options["quiet"]:
        click.echo(text(plans, lives), nl=False)
        click.echo(said("written", files=", ".join(str(path) for path in written)), err=True)


@cli.command(chinese="用已知的事实检验模拟器：解析解、已发表的数据表、重演的实验；写出表格、图和一页报告。")
@click.argument("name", nargs=-1)
@option("--quick", is_flag=True, english="Fewer people, wider bands: a look in a minute.", chinese="人数更少、范围更宽：一分钟看个大概。")
@option("--docs", is_flag=True, english="Write docs/evidence.md, too.", chinese="同时写出 docs/evidence.md。")
@option("--out", metavar="DIR", english="Folder of the result.", chinese="结果文件夹。", default="results/evidence", show_default=True)
@option("--threads", type=click.IntRange(1, 1024), metavar="N", english="Default: all processors.", chinese="默认用全部处理器。")
@talking
def evidence(name: Sequence[str], quick: bool, docs: bool, out: str, threads: int | None, quiet: bool, as_json: bool) -> None:
    """Hold the simulator to what is known: oracles, published tables, replayed experiments."""
    from analysis.evidence.check import Scale
    from analysis.evidence.study import CHECKS, frame, markdown, run, told, write
    from analysis.terminal import Talk
    from sim.study.run import cores

    for one in name:
        if one not in CHECKS:
            raise BadInput(said("no check", name=one, names=", ".join(CHECKS)))
    folder = Path(out)
    complaints = list(filter(None, [beforehand.unusable(out, folder), beforehand.undrawable()]))
    if complaints:
        raise BadInput("\n".join(complaints))
    with Talk(quiet).progress() as tell:
        outcomes = run(name, Scale(quick, threads or cores()), tell)
    write(outcomes, folder)
    if docs:
        (SCENARIOS.parent / "docs" / "evidence.md").write_text(markdown(outcomes), encoding="utf-8")
    if as_json:
        click.echo(frame(outcomes).to_json(orient="records", force_ascii=False))
    elif not quiet:
        click.echo(told(outcomes))


@cli.command(chinese="核对结果文件夹：重新模拟一部分运行并逐位比较，由已保存的运行重新生成表格并逐字节比较。")
@click.argument("folder", type=click.Path(path_type=Path))
@option(
    "--share",
    type=click.FloatRange(0, 1, min_open=True),
    metavar="X",
    default=0.01,
    show_default=True,
    english="Share of the runs that are lived again, at least one.",
    chinese="重新模拟的运行所占比例，至少一次。",
)
@option("--seed", type=click.IntRange(0), metavar="N", default=0, show_default=True, english="Chooses them.", chinese="决定选哪些运行。")
@option("--threads", type=click.IntRange(1, 1024), metavar="N", english="Default: all processors.", chinese="默认用全部处理器。")
@talking
def verify(folder: Path, share: float, seed: int, threads: int | None, quiet: bool, as_json: bool) -> int:
    """Hold a result folder to its scenarios: some runs lived again and compared bit for bit, all tables made again."""
    from analysis.terminal import Talk
    from sim.study.export import NoParquet
    from sim.study.verify import NoResult
    from sim.study.verify import verify as verified

    try:
        with Talk(quiet).progress() as show_progress:
            found = verified(folder, share=share, seed=seed, threads=threads, progress=heeding(show_progress))
    except NoResult as error:
        raise BadInput(error.text(spoken())) from None
    except NoParquet:
        raise BadInput(said("no parquet")) from None
    if as_json:
        click.echo(json.dumps(found.as_json(), ensure_ascii=False, indent=1))
    elif not (quiet and found.equal):
        click.echo(found.text(spoken()))
    return 0 if found.equal else FAILED


def heeding(show_progress: Callable[[float, int, str], None]) -> Callable[[float, int, str], None]:
    """Progress that is shown, and that raises ``KeyboardInterrupt`` where an interrupt came (``listen``)."""
    now = click.get_current_context().obj or {}

    def progress(done: float, total: int, doing: str) -> None:
        if now.get("interrupted"):
            raise KeyboardInterrupt
        now["asking"] = doing == "simulating"
        show_progress(done, total, doing)

    return progress


def study(
    files: Sequence[Path], title: str, *, settings, out, export, form, threads, quiet, as_json, twin, shapley, uncertainty, budget,
    **options,
) -> None:
    """Run, write the folder, draw the pictures, and say what came out."""
    from analysis.terminal import Talk

    talk = Talk(quiet)
    folder = Path("results") / title if out is None else Path(out)
    also = [beforehand.unusable(out, folder), beforehand.undrawable(), beforehand.unwritable(export, form)]
    plans = load(files, settings, overrides(options), also)
    talk.begin(len(plans), plans[0].run.replications, folder, plans)
    from analysis.drawing import Studio
    from sim import compare as run_compare

    with talk.progress() as show_progress, closing(Studio(threads)) as studio:
        progress = studio.heeding(heeding(show_progress))

        result = run_compare(
            plans,
            threads=threads,
            folder=folder,
            list_orders="events" in export,
            list_users="users" in export,
            parquet=form == "parquet",
            twin=twin,
            shapley=shapley,
            uncertainty=uncertainty or 0,
            progress=progress,
            command=command_line(),
            draw=partial(studio.draw, budget=budget, progress=progress),
        )
    if as_json:
        summary = json.loads(result.summary.to_json(orient="records", double_precision=15))
        click.echo(json.dumps({"folder": str(folder), "summary": summary}, ensure_ascii=False, indent=1))
    elif not quiet:
        click.echo(talk.summary(result))
    talk.end(folder, result)


def load(files: Sequence[Path], settings: Sequence[str], values: dict, also: Sequence[str] = ()) -> list:
    """The scenarios, or all faults of all files at once, and what is ``also`` wrong."""
    from sim.scenario import ScenarioError, load_scenario

    plans, faults = [], []
    for file in files:
        try:
            plans.append(load_scenario(file, settings=settings, overrides=values))
        except ScenarioError as error:
            faults += error.faults
    complaints = [*([ScenarioError(faults).text(spoken())] if faults else []), *filter(None, also)]
    if complaints:
        raise BadInput("\n".join(complaints))
    return plans


def overrides(options: dict) -> dict[str, int]:
    """What options say instead of the scenario's run block."""
    return {f"run.{k}": options[k] for k in ("users", "days", "replications", "seed") if options.get(k) is not None}


def execute(arguments: Sequence[str], now: dict[str, Any] | None = None) -> int:
    """Run one command line, in the language it asks for; its exit code: 0 done, 1 failed, 2 bad input, 130 interrupted.

    ``now`` is what a command shares with the signals that may come (``listen``).
    """
    with speaking(asked_language(arguments)):
        return _execute(arguments, {} if now is None else now)


def _execute(arguments: Sequence[str], now: dict[str, Any]) -> int:
    try:
        name = Path(sys.argv[0]).name
        code = cli.main(list(arguments), prog_name=name, standalone_mode=False, obj=now)
        return code if isinstance(code, int) else 0
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except click.ClickException as error:
        complaint = io.StringIO()
        explained(error).show(complaint)
        click.echo(translated(complaint.getvalue()), err=True, nl=False)
        return BAD_INPUT
    except BadInput as error:
        click.echo(str(error), err=True)
        return BAD_INPUT
    except (KeyboardInterrupt, click.Abort):
        click.echo(said("interrupted"), err=True)
        return INTERRUPTED
    except MemoryError:
        click.echo(said("memory"), err=True)
    except OSError as error:
        click.echo(failure(error), err=True)
    return FAILED


def failure(error: OSError) -> str:
    """One line on why a run could not go on."""
    from sim.study.lock import FolderInUse

    if isinstance(error, FolderInUse):
        return said("in use", folder=error.folder)
    return said("failed", why=f"{error.strerror or error}{f': {error.filename}' if error.filename else ''}")


def main() -> None:
    """Run the command line of this process."""
    beforehand.one_at_a_time()
    now: dict[str, Any] = {}
    listen(now)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    sys.exit(execute(sys.argv[1:], now))


if __name__ == "__main__":
    main()
