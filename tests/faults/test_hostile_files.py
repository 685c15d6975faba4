"""Files that nobody means well with: mutated at random, as large as the limits allow, leading out by links; and no code from data."""

from __future__ import annotations

import ast
import cProfile
import importlib.util
import pstats
import random
import sys
from pathlib import Path
from types import ModuleType

import pytest
import yaml

import sim
from sim.scenario import ScenarioError, load_scenario, read
from sim.scenario.events import Events
from sim.scenario.messages import MESSAGES
from sim.scenario.read import read_bytes
from sim.scenario.simple import simple_events

ROOT = Path(sim.__file__).parents[1]


def script(name: str) -> ModuleType:
    """A benchmark script as a module."""
    spec = importlib.util.spec_from_file_location(name, ROOT / "benchmarks" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


mutate = script("mutate")


# ---- mutated files


@pytest.mark.parametrize("seed", range(8))
def test_of_2000_mutated_files_each_is_read_or_refused_with_place_and_hint(seed, tmp_path):
    found = mutate.Found()
    for (path, what), _ in zip(mutate.mutants(tmp_path, 1_000 + seed), range(250), strict=False):
        found.take(path, what)
    assert found.wrong == []
    assert found.read["refused"] > 100 and sum(found.read.values()) == 250


EXTREMES = mutate.extremes()
HEAVIEST = [k for k in EXTREMES if k.startswith(("10,000 unknown keys of", "3,000 levers with a wrong n", "levers by the", "20,000 tags"))]


def extreme(folder: Path, what: str) -> Path:
    path = folder / "extreme.yaml"
    path.write_bytes(EXTREMES[what].encode()[: mutate.MOST_FILE])
    return path


def test_the_worst_that_the_limits_allow_is_read_or_refused_with_place_and_hint(tmp_path):
    found = mutate.Found()
    for what in EXTREMES:
        found.take(extreme(tmp_path, what), what)
    assert found.wrong == []


@pytest.mark.parametrize("what", HEAVIEST)
def test_the_heaviest_takes_little_memory_and_a_bounded_number_of_calls(what, tmp_path):
    """Calls, because no other process can make more of them; ``benchmarks/mutate.py`` takes the time, and the memory of all."""
    path, found = extreme(tmp_path, what), mutate.Found()
    found.take(path, what, weigh=True)
    assert found.largest[0] <= 64 * 2**20
    profile = cProfile.Profile()
    profile.enable()
    found.take(path, what)
    profile.disable()
    assert pstats.Stats(profile).total_calls < 3_000_000


def test_a_file_with_endless_faults_stops_with_a_sentence(tmp_path):
    path = tmp_path / "a.yaml"
    path.write_text("a: [" + "!t 1," * 9_000 + "]")
    with pytest.raises(ScenarioError) as caught:
        load_scenario(path)
    assert len(caught.value.faults) == 5_001
    assert caught.value.faults[-1].message == "has 5,000 faults up to here; correct those first" or any(
        fault.message.startswith("has 5,000 faults") for fault in caught.value.faults
    )


def test_a_word_of_thousands_of_letters_is_cut_in_the_message(tmp_path):
    path = tmp_path / "a.yaml"
    path.write_text("levers: {spring: {kind: " + "c" * 9_000 + "}}")
    with pytest.raises(ScenarioError) as caught:
        load_scenario(path)
    assert len(str(caught.value)) < 1_000 and "ccc…'; there are " in str(caught.value)


def test_a_long_list_of_names_is_cut_in_the_message(tmp_path):
    path = tmp_path / "a.yaml"
    levers = "".join(f"  k{k}: {{kind: coupons}}\n" for k in range(500))
    path.write_text("levers:\n" + levers + "experiments: {e: {levers: [zzzzzzzzzzzz]}}\n")
    with pytest.raises(ScenarioError) as caught:
        load_scenario(path)
    assert "… (500)" in str(caught.value) and len(str(caught.value)) < 2_000


def test_a_suggestion_is_still_given_after_a_file_of_ten_thousand_wrong_names(tmp_path):
    (tmp_path / "many.yaml").write_text("".join(f"usars{k}: 1\n" for k in range(9_000)))
    (tmp_path / "one.yaml").write_text("run: {usars: 1}\n")
    with pytest.raises(ScenarioError):
        load_scenario(tmp_path / "many.yaml")
    with pytest.raises(ScenarioError, match="did you mean 'users'?"):
        load_scenario(tmp_path / "one.yaml")


def test_every_message_says_what_to_do_in_both_languages():
    for name, (english, chinese) in MESSAGES.items():
        if name != "rule":  # says what a validator says
            assert mutate.HINT.search(english.replace("{instead}", "; ")), name
            assert any(word in chinese for word in ("；", "应", "例如")), name


# ---- the faster reader


def events(reader: type, text: str) -> list[object]:
    """What a reader makes of a text: its events with their places, and the error at the end."""
    told: list[object] = []
    try:
        loader = reader(text)
        while loader.check_event():
            event = loader.get_event()
            marks = [(mark.index, mark.line, mark.column) for mark in (event.start_mark, event.end_mark)]
            told.append((type(event), marks, {k: v for k, v in vars(event).items() if not k.endswith("_mark")}))
    except Exception as problem:
        told.append((type(problem), str(problem)))
    return told


@pytest.mark.parametrize("seed", range(2))
def test_events_are_those_of_pyyaml_in_every_detail(seed, tmp_path):
    files = mutate.mutants(tmp_path, seed)
    for _ in range(120):
        path, what = next(files)
        text = path.read_bytes().decode("utf-8", "replace")
        assert events(Events, text) == events(yaml.SafeLoader, text), what


@pytest.mark.parametrize(
    "text",
    [
        "a: b\nc: d",
        "a: b\n\nc: d\n", "a: b\n  c\nd: e\n", "a: b # x\n", "a:\n- 1\n- 2\nb: 3\n", "a:\n  - 1\n  -\n  - x: 1\n    y: 2\n",
        "- a\n--- \n- b\n...\n", "a\n...\n", "a: [1,2 , 3,\n4]\n", "{a: b,c: d,e}\n", "a: 1\n\tb: 2\n", "a: x:y\nb: x: y\n",
        "a: b\r\nc: d\r\n",
        "a:\n b:\n  c: d\n e: f\ng: h\n", "a: b\u2028c: d\n", "\ufeffa: b\n", "a: 1\n#c\nb: 2\n", "a: 1\n  # c\nb: 2\n", "? a\n: b\n",
        "a: b\n-c\n",
        "k: v\n .\n", "a.b: c_d\n", "[a, b: c, {d: e}]", "a: - b\n", "a: [x\n]\n", "x\n", "", "\n", "a: b\n ...\n", "a: b\n--- c\n",
    ],
)  # fmt: skip
def test_events_are_those_of_pyyaml_where_words_end(text):
    assert events(Events, text) == events(yaml.SafeLoader, text)


SIMPLE = ["k:", "b:", "- ", "-", "#c", "a_1:", "A-x:", "a b:"]
VALUES = [
    "", "", " 1", " a b", " 'q'", " [1, a]", " {a: 1, b: [x,],}", " {a: 1, b: {c: d e}}", " [ 1 , 2 ]", " {}", " x  y ", " # c", " 1 # c",
    " {a}", " [a: b]", " [1,,2]", " {a: }", " 'a''b'", " [-1, -x]", " ['a' , \"b\"]", " {a: 'b',c: \"d\"}", " [[],[{}]]", " [a]]", " [[a]",
    " {a: 1]", " [a, b]x", " {a: 1, a: 2}", " .nan", " " + "[" * 20 + "]" * 20, " &x 1", " 1: 2", " - 1", " 中",
]  # fmt: skip


def nearly_simple(luck: random.Random) -> str:
    """A few lines of which most are simple."""
    lines, indent = [], 0
    for _ in range(luck.randrange(1, 8)):
        indent = max(0, indent + luck.choice([-4, -2, 0, 0, 0, 1, 2, 2]))
        lines.append(luck.choice(["", " " * indent + luck.choice(SIMPLE) + luck.choice(VALUES)]))
        if luck.random() < 0.1:
            lines.append(luck.choice(["t: |", "t: >-", "name: 'a", "k: a", "  b", "'", "  b: c", "s: [1,", "  2]", "...", "---", "%Y", "- x", "? a"]))
    return "\n".join(lines) + luck.choice(["", "\n"])


def test_a_simple_file_is_read_by_the_short_way_as_by_the_long_one(monkeypatch):
    luck = random.Random(5)
    texts = [*(nearly_simple(luck) for _ in range(4_000)), *(path.read_text("utf-8") for path in sorted((ROOT / "scenarios").glob("*.yaml")))]
    texts += ["a: [" + "1, " * 30_000 + "]", "a: [" + "[], " * 30_000 + "x:", "k: 1\n" * 30_000, "a: [" + "1, " * 20_300 + "'" + "b" * 9_000]
    short = [simple_events(text, 100_000) is not None for text in texts]
    assert 300 < sum(short) < len(texts) - 300
    found = [read_bytes(text.encode(), "a.yaml") for text in texts]
    monkeypatch.setattr(read, "simple_events", lambda text, most: None)
    for text, one in zip(texts, found, strict=True):
        assert one == read_bytes(text.encode(), "a.yaml"), text[:400]


# ---- links


WAYS = ["a link to a file", "a link to a folder", "a link to a link", "an absolute link", "the scenario itself a link"]


@pytest.mark.parametrize("way", WAYS)
def test_no_link_leads_out_of_the_tree(tmp_path, way):
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "secret.yaml").write_text("name: secret\nrun: {users: 3}\n")
    tree = tmp_path / "tree"
    tree.mkdir()
    scenario = tree / "a.yaml"
    scenario.write_text("extends: in.yaml\n")
    if way == "a link to a file":
        (tree / "in.yaml").symlink_to("../outside/secret.yaml")
    elif way == "a link to a folder":
        (tree / "in").symlink_to("../outside")
        scenario.write_text("extends: in/secret.yaml\n")
    elif way == "a link to a link":
        (tree / "in.yaml").symlink_to("between.yaml")
        (tree / "between.yaml").symlink_to("../outside/secret.yaml")
    elif way == "an absolute link":
        (tree / "in.yaml").symlink_to(tmp_path / "outside" / "secret.yaml")
    else:  # its tree is where it really lies, not where the link does
        (tmp_path / "real").mkdir()
        (tmp_path / "real" / "a.yaml").write_text("extends: ../outside/secret.yaml\n")
        scenario.unlink()
        scenario.symlink_to("../real/a.yaml")
    with pytest.raises(ScenarioError, match="leads to '.*', outside the folder"):
        load_scenario(scenario)


def test_a_device_or_a_pipe_is_not_read(tmp_path):
    (tmp_path / "a.yaml").write_text("extends: zero.yaml\n")
    (tmp_path / "zero.yaml").symlink_to("/dev/zero")
    with pytest.raises(ScenarioError, match="outside the folder"):
        load_scenario(tmp_path / "a.yaml")
    with pytest.raises(ScenarioError, match="is not a regular file"):
        load_scenario(tmp_path / "zero.yaml")


# ---- no code from data

FORBIDDEN = {
    "eval", "exec", "compile", "__import__", "execfile", "input",
    "pickle.load", "pickle.loads", "pickle.Unpickler", "marshal.load", "marshal.loads", "shelve.open", "dill.load", "dill.loads",
    "joblib.load", "pandas.read_pickle", "pd.read_pickle", "yaml.load", "yaml.load_all", "yaml.unsafe_load", "yaml.full_load",
    "os.system", "os.popen", "runpy.run_path", "runpy.run_module", "ctypes.CDLL", "numpy.load",
}  # fmt: skip
"""Calls that make code of data, or may."""

IMPORTS_BY_NAME = {
    "sim/lever.py": "levers are found by name among the package's own modules and installed entry points",
    "sim/__init__.py": "the public names are loaded when first asked for, from a fixed table",
}
"""Files that may import a module whose name is computed, and why."""


def sources() -> list[Path]:
    own = [path for folder in ("sim", "analysis") for path in sorted((ROOT / folder).rglob("*.py"))]
    return own + sorted(ROOT.glob("run*.py"))


def calls(path: Path) -> list[tuple[str, ast.Call]]:
    """Every call in a file: dotted name of what is called, and the call."""
    found = []
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call):
            found.append((ast.unparse(node.func), node))
    return found


@pytest.mark.parametrize("path", sources(), ids=lambda p: p.relative_to(ROOT).as_posix())
def test_no_source_makes_code_of_data(path):
    name = path.relative_to(ROOT).as_posix()
    for called, node in calls(path):
        assert called not in FORBIDDEN, f"{name}:{node.lineno}: {called}"
        assert not any(k.arg == "allow_pickle" and ast.unparse(k.value) != "False" for k in node.keywords)
        assert not any(k.arg == "shell" for k in node.keywords), f"{name}:{node.lineno}: a shell"
        if called.endswith("import_module") and not (node.args and isinstance(node.args[0], ast.Constant)):
            assert name in IMPORTS_BY_NAME, f"{name}:{node.lineno}: imports a module by a computed name"
        if called in ("np.load", "numpy.load"):
            assert any(k.arg == "allow_pickle" for k in node.keywords), f"{name}:{node.lineno}: numpy.load"


def test_the_check_for_code_from_data_sees_it(tmp_path):
    bad = tmp_path / "bad.py"
    bad.write_text("import pickle\nexec('1')\npickle.loads(b'')\neval('2')\n")
    assert {called for called, _ in calls(bad)} & FORBIDDEN == {"exec", "pickle.loads", "eval"}


def test_the_linter_looks_for_code_from_data_too():
    import tomllib

    rules = set(tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["ruff"]["lint"]["select"])
    assert {"S102", "S301", "S307", "S506"} <= rules
