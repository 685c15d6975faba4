"""The front door: python run.py VERB. Each verb loads what it needs and no more."""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import click

SCENARIOS = Path(__file__).parent / "scenarios"
BASELINE = "baseline.yaml"
FAILED, BAD_INPUT, INTERRUPTED = 1, 2, 130


class BadInput(Exception):
    """Something the user gave cannot be used; the text says what, where and what to do."""


def shared(command: Callable) -> Callable:
    """The options of ``simulate`` and ``compare``."""
    options = [
        click.option("--users", type=int, metavar="N", help="People in the world."),
        click.option("--days", type=int, metavar="N", help="Days lived after day 0."),
        click.option("--replications", type=int, metavar="N", help="Independent repetitions."),
        click.option("--seed", type=int, metavar="N", help="Names the luck; the same seed gives the same bytes."),
        click.option("--threads", type=click.IntRange(1, 1024), metavar="N", help="Default: all processors. The result does not depend on it."),
        click.option("--out", type=click.Path(path_type=Path), metavar="DIR", help="Folder of the result (default: results/…)."),
        click.option("--set", "settings", multiple=True, metavar="PATH=VALUE", help="Set one value, such as levers.coupons.face_value=8; repeatable."),
        click.option("--export", type=click.Choice(["events"]), help="events: one row per order, in events.csv."),
        *talk_options(),
    ]
    for option in reversed(options):
        command = option(command)
    return command


def talk_options() -> list[Callable]:
    return [
        click.option("--lang", type=click.Choice(["en", "zh"]), default="en", show_default=True, help="Language of messages."),
        click.option("--quiet", is_flag=True, help="Say nothing but errors."),
        click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON."),
    ]


@click.group(invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@shared
@click.pass_context
def cli(context: click.Context, **options) -> None:
    """Simulate the lifecycle of a platform's users under strategies written as YAML files.

    Without a verb: compare all scenarios in scenarios/ with baseline.yaml.
    """
    if context.invoked_subcommand is None:
        files = sorted(SCENARIOS.glob("*.yaml"), key=lambda f: (f.name != BASELINE, f.name))
        if not files or files[0].name != BASELINE:
            raise BadInput(f"there is no {SCENARIOS / BASELINE}: run this from a checkout, or name scenarios: python run.py compare A.yaml B.yaml")
        study(files, "strategies", **options)


@cli.command()
@click.argument("scenario", type=click.Path(path_type=Path))
@shared
def simulate(scenario: Path, **options) -> None:
    """One scenario: replications, tables and plots."""
    study([scenario], scenario.stem, **options)


@cli.command()
@click.argument("scenario", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--baseline", type=click.Path(path_type=Path), metavar="FILE", help="Compare with this one (default: the first).")
@shared
def compare(scenario: Sequence[Path], baseline: Path | None, **options) -> None:
    """Several scenarios against the first, paired by common random numbers."""
    files = list(scenario)
    if baseline is not None:
        files = [baseline, *(f for f in files if f.resolve() != baseline.resolve())]
    study(files, "_vs_".join(f.stem for f in files[:3]), **options)


@cli.command()
@click.argument("scenario", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--set", "settings", multiple=True, metavar="PATH=VALUE")
@click.option("--lang", type=click.Choice(["en", "zh"]), default="en")
def validate(scenario: Sequence[Path], settings: Sequence[str], lang: str) -> None:
    """Check files only; every fault at once, as file:line:column: path: message."""
    plans = load(scenario, settings, {}, lang)
    for path, plan in zip(scenario, plans, strict=True):
        click.echo(f"{path}: {'没有问题' if lang == 'zh' else 'ok'} ({plan.name})")


@cli.command()
@click.argument("scenario", type=click.Path(path_type=Path))
@click.option("--origin", is_flag=True, help="Say which file and line set each value.")
@shared
def show(scenario: Path, origin: bool, settings: Sequence[str], lang: str, as_json: bool, **options) -> None:
    """The resolved scenario, defaults included, as it would be run."""
    from sim.scenario import render_resolved

    plan = load([scenario], settings, overrides(options), lang)[0]
    if as_json:
        click.echo(json.dumps(plan.resolved(), ensure_ascii=False, indent=1))
    else:
        click.echo(render_resolved(plan, origin=origin), nl=False)


@cli.command()
@click.argument("name", required=False)
@click.option("--json", "as_json", is_flag=True, help="Every parameter with unit, default, range, meaning and source.")
def levers(name: str | None, as_json: bool) -> None:
    """The catalogue of levers: parameters with unit, range, default and source."""
    from analysis.catalogue import catalogue, render

    table = catalogue()
    if name is not None and name not in table:
        import difflib

        near = difflib.get_close_matches(name, table, 1)
        hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(table)}"
        raise BadInput(f"there is no lever {name!r}; {hint}")
    chosen = table if name is None else {name: table[name]}
    click.echo(json.dumps(chosen, ensure_ascii=False, indent=1) if as_json else render(chosen, whole=name is not None))


@cli.command()
def schema() -> None:
    """JSON Schema of a scenario, for editors."""
    from sim.scenario import schema as scenario_schema

    click.echo(json.dumps(scenario_schema(), ensure_ascii=False, indent=1))


def study(files: Sequence[Path], title: str, *, settings, out, export, threads, lang, quiet, as_json, **options) -> None:
    """Run, write the folder, draw the pictures, and say what came out."""
    from analysis.terminal import Talk

    talk = Talk(lang, quiet)
    plans = load(files, settings, overrides(options), lang)
    folder = out or Path("results") / title
    check_folder(folder)
    talk.begin(len(plans), plans[0].run.replications, folder)
    from sim import compare as run_compare

    with talk.progress() as progress:
        result = run_compare(
            plans, threads=threads, folder=folder, list_orders=export == "events", progress=progress, command=command_line()
        )
        progress(1, 1, "drawing")
        from analysis.plots import write_plots
        from analysis.report import write_report

        drawn = result.comparable()
        write_plots(drawn, folder)
        write_report(drawn, folder)
    if as_json:
        click.echo(json.dumps({"folder": str(folder), "summary": json.loads(result.summary.to_json(orient="records"))}, ensure_ascii=False, indent=1))
    elif not quiet:
        click.echo(talk.summary(result))
    talk.end(folder, result)


def load(files: Sequence[Path], settings: Sequence[str], values: dict, lang: str) -> list:
    """The scenarios, or all faults of all files at once."""
    from sim.scenario import ScenarioError, load_scenario

    plans, faults = [], []
    for file in files:
        try:
            plans.append(load_scenario(file, settings=settings, overrides=values))
        except ScenarioError as error:
            faults += [f for f in error.faults if f not in faults]
    if faults:
        raise BadInput("\n".join(ScenarioError(faults).text(lang).splitlines()))
    return plans


def overrides(options: dict) -> dict[str, int]:
    return {f"run.{k}": options[k] for k in ("users", "days", "replications", "seed") if options.get(k) is not None}


def check_folder(folder: Path) -> None:
    """Refuse a result folder that is a file, or that nothing can be written to, before anything runs."""
    import os

    if folder.exists() and not folder.is_dir():
        raise BadInput(f"--out: {folder} is a file; name a folder")
    near = folder
    while not near.exists():
        near = near.parent
    if not near.is_dir() or not os.access(near, os.W_OK):
        raise BadInput(f"--out: {near} cannot be written to; name another folder")


def command_line() -> list[str]:
    return ["python", "run.py", *sys.argv[1:]]


def main() -> None:
    """Run the command line; exit codes 0 done, 1 failed, 2 bad input, 130 interrupted."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    try:
        code = cli.main(prog_name="run.py", standalone_mode=False)
    except click.exceptions.Exit as stop:
        code = stop.exit_code
    except click.ClickException as error:
        error.show()
        code = BAD_INPUT
    except BadInput as error:
        click.echo(str(error), err=True)
        code = BAD_INPUT
    except (KeyboardInterrupt, click.Abort):
        click.echo("\nInterrupted. Finished runs are kept; the same command continues.", err=True)
        code = INTERRUPTED
    except BrokenPipeError:
        sys.stderr.close()
        code = 0
    except OSError as error:
        click.echo(f"failed: {error.strerror or error}{f': {error.filename}' if error.filename else ''}. Finished runs are kept; the same command continues.", err=True)
        code = FAILED
    sys.exit(code if isinstance(code, int) else 0)


if __name__ == "__main__":
    main()
