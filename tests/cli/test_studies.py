"""simulate and compare from the command line: what is written, what is said, how it ends."""

from __future__ import annotations

import errno
import json
import os
import re
import signal
import subprocess
import sys
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest

import run
from analysis import interrupts, options
from sim.study.api import alone
from sim.study.kept import WORK

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")


def contents(folder: Path) -> dict[str, bytes]:
    """Every file's bytes, without kept runs and the manifest's versions and seconds."""
    files = {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}
    manifest = json.loads(files.pop("manifest.json"))
    assert manifest.pop("finished") is True
    del manifest["elapsed_seconds"], manifest["versions"]
    return {n: b for n, b in files.items() if not n.startswith(WORK)} | {"manifest": json.dumps(manifest).encode()}


@pytest.fixture
def interrupting(monkeypatch):
    """``with interrupting(doing)``: a command is interrupted when it begins doing this."""
    from analysis.terminal import Talk

    @contextmanager
    def interrupting(word: str):
        def lines(self):
            def tell(done: int, total: int, doing: str) -> None:
                if doing == word and (doing != "simulating" or done > 0):
                    raise KeyboardInterrupt

            return tell

        with monkeypatch.context() as patch:
            patch.setattr(Talk, "_lines", lines)
            yield

    return interrupting


@pytest.fixture
def two_figures(monkeypatch) -> None:
    """Draw two figures instead of nine: that each has the same bytes every time is tested where they are drawn."""
    from analysis.plots import numbered

    monkeypatch.setattr("analysis.plots.numbered", lambda *given: dict(list(numbered(*given).items())[:2]))


# ---- what is written


def test_a_whole_folder_has_the_same_bytes_for_any_folder_and_number_of_threads(command, folder, two_figures, monkeypatch):
    monkeypatch.setattr("analysis.drawing.cores", lambda: 2)  # with one thread all is drawn here, with two in two processes
    first = command("compare", "base.yaml", "loyal.yaml", "--export", "events", "--out", "one", "--threads", "1")
    second = command("compare", "base.yaml", "loyal.yaml", "--export", "events", "--threads=2", "--quiet", "--out=deep/two")
    assert (first.code, second.code) == (0, 0)
    one, two = contents(folder / "one"), contents(folder / "deep" / "two")
    assert sorted(one) == sorted(two)
    assert [name for name in one if one[name] != two[name]] == []
    tables = {f"{n}.csv" for n in ("summary", "retention", "daily", "cohorts", "ledger", "events")}
    assert tables | {"report.html", "manifest"} <= set(one)
    drawn = {Path(n).stem for n in one if n.startswith("plots/")}
    assert len(drawn) == 2
    assert all(f"plots/{n}.{kind}" in one for n in drawn for kind in ("png", "svg"))
    assert b"python run.py compare base.yaml loyal.yaml --export events" in one["report.html"]
    assert not [p for p in folder.rglob(".*") if p.is_file()]


def test_without_out_the_result_goes_to_results(command, folder, undrawn):
    assert command("simulate", "base.yaml", "--quiet").code == 0
    assert command("compare", "base.yaml", "loyal.yaml", "--quiet").code == 0
    assert sorted(p.name for p in (folder / "results").iterdir()) == ["base", "base_vs_loyal"]


def test_without_a_verb_all_scenarios_of_the_folder_are_compared_baseline_first(command, folder, undrawn, monkeypatch):
    (folder / "here").mkdir()
    for name, text in (("baseline", "name: Zero"), ("a", "name: A\nextends: baseline.yaml")):
        (folder / "here" / f"{name}.yaml").write_text(f"{text}\n")
    monkeypatch.setattr(run, "SCENARIOS", folder / "here")
    assert command("--users", "20", "--days", "3", "--replications", "2", "--out", "all").code == 0
    manifest = json.loads((folder / "all" / "manifest.json").read_text("utf-8"))
    assert list(manifest["scenarios"]) == ["Zero", "A"] and manifest["baseline"] == "Zero"


def test_the_baseline_may_be_named(command, folder, undrawn):
    command("compare", "base.yaml", "loyal.yaml", "--baseline", "loyal.yaml", "--users", "9", "--days", "3", "--out", "o")
    manifest = json.loads((folder / "o" / "manifest.json").read_text("utf-8"))
    assert list(manifest["scenarios"]) == ["Loyal", "Base"]


def test_options_and_settings_decide_what_is_run(command, folder, undrawn):
    size = ("--users", "21", "--days", "9", "--replications", "3", "--seed", "8")
    command("simulate", "base.yaml", *size, "--set", "population.visit_conversion=0.5", "--out", "o")
    manifest = json.loads((folder / "o" / "manifest.json").read_text("utf-8"))
    assert [manifest[k] for k in ("users", "days", "replications", "seed")] == [21, 9, 3, 8]
    assert manifest["scenarios"]["Base"]["resolved"]["population"]["visit_conversion"] == 0.5
    assert manifest["command"][:4] == ["python", "run.py", "simulate", "base.yaml"]
    assert "--out" not in manifest["command"] and "--set" in manifest["command"]


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (["compare", "a.yaml", "--out", "x", "--threads", "2", "b.yaml"], ["compare", "a.yaml", "b.yaml"]),
        (["--out=x", "--lang=zh", "--quiet", "--json", "--threads=1"], []),
        (["simulate", "a.yaml", "--set", "x=1", "--users", "5"], ["simulate", "a.yaml", "--set", "x=1", "--users", "5"]),
    ],
)
def test_the_recorded_command_has_only_what_decides_the_numbers(given, kept):
    assert options.command_line(given) == ["python", "run.py", *kept]


# ---- what is said


def test_results_go_to_stdout_and_talk_to_stderr(command, undrawn):
    said = command("compare", "base.yaml", "loyal.yaml", "--out", "o")
    assert said.code == 0
    assert "Base" in said.out and "Loyal" in said.out and "Orders per user" in said.out
    assert "in brackets: difference against Base; ≈ not distinguishable" in said.out
    lines = said.err.splitlines()
    assert lines[0] == "2 scenario(s) × 2 replication(s) → o"
    assert "simulating 0/4" in lines and "drawing plots and report" in lines
    assert re.fullmatch(r"Done in \d+ s\. Report: o/report\.html", lines[-1])


def test_quiet_says_nothing(command, folder, undrawn):
    said = command("simulate", "base.yaml", "--quiet", "--out", "o")
    assert (said.code, said.out, said.err) == (0, "", "")
    assert (folder / "o" / "summary.csv").exists()


@pytest.mark.parametrize("quiet", [[], ["--quiet"]])
def test_json_prints_the_summary_and_nothing_else_to_stdout(command, folder, undrawn, quiet):
    said = command("compare", "base.yaml", "loyal.yaml", "--json", "--out", "o", *quiet)
    printed = json.loads(said.out)
    assert printed["folder"] == "o"
    rows = {(line["scenario"], line["metric"]): line for line in printed["summary"]}
    assert rows["Base", "orders_per_user"]["delta"] is None
    written = (folder / "o" / "summary.csv").read_text("utf-8")
    value = rows["Loyal", "orders_per_user"]
    assert f"Loyal,orders_per_user,orders,{value['mean']:.12g}," in written
    assert f",{value['delta']:.12g}," in written


def test_chinese_talk_is_chinese(command, undrawn):
    said = command("compare", "base.yaml", "loyal.yaml", "--lang", "zh", "--out", "o")
    assert "方案" in said.out and "相对 Base；" not in said.out and "差异不显著" in said.out
    assert said.err.startswith("2 个方案 × 2 次重复 → o\n") and "正在模拟" in said.err and "完成，用时" in said.err


def test_scenarios_with_other_people_are_in_the_tables_and_named_as_not_drawn(command, folder, undrawn):
    (folder / "other.yaml").write_text("extends: base.yaml\nname: Others\npopulation: {visit_conversion: 0.2}\n")
    said = command("compare", "base.yaml", "loyal.yaml", "other.yaml", "--out", "o")
    assert said.code == 0
    assert "not in the figures, because its people are not the baseline's: Others" in said.err
    assert "Others," in (folder / "o" / "summary.csv").read_text("utf-8")


def test_a_shorter_baseline_is_compared_on_what_it_has(command, undrawn, folder):
    (folder / "short.yaml").write_text("extends: base.yaml\nname: Short\nrun: {days: 5}\n")
    said = command("compare", "short.yaml", "base.yaml", "--out", "o")
    assert said.code == 0 and "Short" in said.out


def test_two_users_two_days_and_one_replication_are_enough(command, folder):
    size = ("--days", "2", "--replications", "1", "--users", "2")
    said = command("compare", "base.yaml", "loyal.yaml", *size, "--out", "o")
    assert said.code == 0
    assert (folder / "o" / "report.html").exists()
    assert "nan" not in said.out


# ---- how it ends


@pytest.mark.parametrize("when", ["compiling", "simulating", "writing", "drawing"])
def test_an_interrupt_ends_with_130_and_the_same_command_continues(command, folder, undrawn, interrupting, when):
    line = ("compare", "base.yaml", "loyal.yaml", "--replications", "3")
    assert command(*line, "--out", "whole").code == 0
    with interrupting(when):
        said = command(*line, "--out", "halted")
    assert said.code == 130
    assert said.err.splitlines()[-1] == "Interrupted. Finished runs are kept; the same command continues."
    assert json.loads((folder / "halted" / "manifest.json").read_text("utf-8"))["finished"] is False
    assert command(*line, "--out", "halted").code == 0
    assert contents(folder / "halted") == contents(folder / "whole")


def test_a_real_interrupt_stops_a_long_run_and_keeps_what_was_finished(folder):
    line = [sys.executable, str(run.__file__), "simulate", "base.yaml", "--days", "3000", "--replications", "5000"]
    as_in_a_terminal = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)  # a shell's background job would ignore it
    with subprocess.Popen(
        [*line, "--out", "o", "--threads", "2"], cwd=folder, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        preexec_fn=as_in_a_terminal,
    ) as process:  # fmt: skip
        said = ""
        for text in process.stderr:
            said += text
            if re.search(r"simulating [1-9]", text):
                process.send_signal(signal.SIGINT)
                break
        out, rest = process.communicate()
    assert process.returncode == 130
    assert out == "" and "Traceback" not in said + rest
    assert rest.splitlines()[-1] == "Interrupted. Finished runs are kept; the same command continues."
    assert len(list((folder / "o" / WORK).glob("*.run"))) >= 1
    assert not list((folder / "o").rglob(".*.tmp"))


def test_an_interrupt_while_runs_are_under_way_waits_for_the_next_progress(monkeypatch):
    previous = [signal.getsignal(s) for s in (signal.SIGINT, signal.SIGTERM)]
    monkeypatch.setattr(sys, "unraisablehook", sys.unraisablehook)
    now: dict = {}
    try:
        signal.signal(signal.SIGINT, signal.default_int_handler)  # whoever started the tests may have had it ignored
        interrupts.listen(now)
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
        now |= {"interrupted": False, "asking": True}
        signal.raise_signal(signal.SIGTERM)
        assert now["interrupted"] is True
    finally:
        for number, handler in zip((signal.SIGINT, signal.SIGTERM), previous, strict=True):
            signal.signal(number, handler)


def test_an_interrupt_that_a_library_dropped_is_heard_at_the_next_progress(folder, capsys):
    code = run.execute(["simulate", "base.yaml", "--out", "o"], {"interrupted": True})
    assert code == 130 and "Interrupted." in capsys.readouterr().err


def test_a_full_disk_ends_with_1_and_one_clear_line(command, undrawn, monkeypatch):
    def full(step, path):
        if path.suffix == ".run":
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))

    monkeypatch.setattr("sim.study.store.reached", full)
    said = command("simulate", "base.yaml", "--quiet", "--out", "o")
    assert said.code == 1
    assert re.fullmatch(
        r"failed: No space left on device: \S+\.run\. Finished runs are kept; the same command continues\.\n", said.err
    )


def test_too_little_memory_ends_with_1_and_one_clear_line(command, monkeypatch):
    def greedy(*arguments, **options):
        raise MemoryError

    monkeypatch.setattr("sim.study.run.warm_up", greedy)
    said = command("simulate", "base.yaml", "--quiet", "--out", "o")
    assert said.code == 1 and said.err.startswith("failed: not enough memory; ") and len(said.err.splitlines()) == 1


def test_a_folder_in_use_ends_with_1_and_says_so(command, folder):
    with alone(folder / "o" / WORK):
        said = command("simulate", "base.yaml", "--quiet", "--out", "o")
    assert said.code == 1
    assert said.err == "failed: another run is writing to o; wait for it, or name another folder with --out.\n"
    assert not (folder / "o" / "manifest.json").exists()


def test_failures_are_said_in_chinese_where_asked(command, folder, undrawn, interrupting):
    with alone(folder / "o" / WORK):
        assert command("simulate", "base.yaml", "--out", "o", "--lang", "zh").err.endswith("用 --out 指定其他文件夹。\n")
    with interrupting("drawing"):
        assert command("simulate", "base.yaml", "--out", "o", "--lang", "zh").err.splitlines()[-1].startswith("已中断。")
