"""What the README shows works, and what it lists is what there is."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import click
import pytest

import run
from sim.lever import levers
from sim.scenario import load_scenario

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAPERS = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "docs/model.md", "docs/decisions.md")]
RUNS = ("simulate", "compare")


def blocks(language: str) -> list[str]:
    """The README's code blocks of one language."""
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


COMMANDS = [line for block in blocks("sh") for line in block.splitlines() if line.startswith("python run.py")]


@pytest.fixture
def place(tmp_path):
    """A folder with the shipped scenarios and those that the README writes."""
    shutil.copytree(ROOT / "scenarios", tmp_path / "scenarios")
    for block in blocks("yaml"):
        name = re.match(r"# (scenarios/\w+\.yaml)\n", block)[1]
        (tmp_path / name).write_text(block, encoding="utf-8")
    return tmp_path


SMALL = ["--users", "60", "--days", "20", "--replications", "2"]
"""The size at which what the README simulates is simulated here; of an option given twice the last holds."""


@pytest.mark.parametrize("line", COMMANDS)
def test_each_command_runs_and_prints(line, place, monkeypatch, capsys):
    monkeypatch.chdir(place)
    for part in ("open", "draw"):  # figures have tests of their own
        monkeypatch.setattr(f"analysis.drawing.Studio.{part}", lambda *given, **options: [])
    verb, *rest = shlex.split(line)[2:]
    if verb in RUNS:
        rest += SMALL + (["--uncertainty", "2"] if "--uncertainty" in rest else [])
    run.cli.main([verb, *rest], standalone_mode=False)
    said = capsys.readouterr().out
    assert said.strip()
    if verb in RUNS:  # a line for each strategy
        names = [load_scenario(word).name for word in rest if word.endswith(".yaml")]
        assert all(name.split()[0] in said for name in names)


def test_a_command_with_a_fault_would_be_noticed(place, monkeypatch):
    monkeypatch.chdir(place)
    with pytest.raises(run.BadInput):
        run.cli.main(["show", "scenarios/coupons.yaml", "--set", "levers.coupons.face_valu=8"], standalone_mode=False)
    with pytest.raises(click.UsageError):
        run.cli.main(["show", "scenarios/coupons.yaml", "--user", "5"], standalone_mode=False)


@pytest.mark.parametrize("number", range(len(blocks("python"))))
def test_each_python_snippet_runs_and_prints(number, place):
    snippet = place / "snippet.py"
    snippet.write_text(blocks("python")[number], encoding="utf-8")
    path = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    done = subprocess.run(
        [sys.executable, "-W", "ignore", snippet.name], cwd=place, env={**os.environ, "PYTHONPATH": path}, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()


def test_the_two_commands_stand_there_to_the_letter():
    assert blocks("sh")[0].splitlines() == [
        "python3 -m venv .venv && .venv/bin/pip install -q -e .          && .venv/bin/python run.py",
        "python3 -m venv .venv && .venv/bin/pip install -q -e '.[test]'  && .venv/bin/python -m pytest",
    ]


def test_the_checks_take_the_test_command_from_the_readme():
    pattern = re.search(r"grep -m1 '(.*)' README.md", (ROOT / ".ci" / "run").read_text(encoding="utf-8"))[1]
    found = [line for line in README.splitlines() if re.match(pattern, line)]
    assert found == [blocks("sh")[0].splitlines()[1]]


def test_every_shipped_scenario_is_listed_with_its_question():
    files = sorted((ROOT / "scenarios").glob("*.yaml"), key=lambda file: (file.name != "baseline.yaml", file.name))
    expected = [f"| [`{f.stem}`](scenarios/{f.name}) | {' '.join(load_scenario(f).question.split())} |" for f in files]
    assert [line for line in README.splitlines() if line.startswith("| [`") and "](scenarios/" in line] == expected
    for oracle in (ROOT / "scenarios" / "oracles").glob("*.yaml"):
        assert f"`{oracle.stem}`" in README


def test_every_lever_is_listed_with_what_it_is():
    expected = [f"| [`{name}`](docs/levers/{name}.md) | {lever.doc.splitlines()[0]} |" for name, lever in levers().items()]
    assert [line for line in README.splitlines() if "](docs/levers/" in line] == expected


@pytest.mark.parametrize("paper", PAPERS, ids=lambda path: path.name)
def test_links_inside_the_project_lead_somewhere(paper):
    for target in re.findall(r"\]\(([^)#\s]+)\)", paper.read_text(encoding="utf-8")):
        if not target.startswith("https://"):
            assert (paper.parent / target).exists(), target


def test_the_picture_is_small():
    assert 10_000 < (ROOT / "docs" / "images" / "strategies.png").stat().st_size < 200_000
