"""The verbs that only read: validate, show, levers, schema, and help."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

import run
import sim.levers
from analysis.beforehand import ONE_AT_A_TIME
from sim.scenario import load_scenario

VERBS = ["simulate", "compare", "validate", "show", "levers", "schema", "verify"]
SHARED = ["users", "days", "replications", "seed", "threads", "out", "set", "export", "lang", "quiet", "json"]


@pytest.mark.parametrize(("given", "then"), [(None, "1"), ("3", "3")])
def test_numpy_multiplies_in_one_thread_unless_asked_otherwise(given, then, monkeypatch):
    for name in ONE_AT_A_TIME:
        monkeypatch.setenv(name, given or "")
        if given is None:
            monkeypatch.delenv(name)
    monkeypatch.setattr(run, "execute", lambda arguments, now: 0)
    monkeypatch.setattr(run, "listen", lambda now: None)
    with pytest.raises(SystemExit, match="0"):
        run.main()
    assert {os.environ[name] for name in ONE_AT_A_TIME} == {then}


def test_a_good_file_is_said_to_be_good(command):
    said = command("validate", "base.yaml", "loyal.yaml")
    assert (said.code, said.err) == (0, "")
    assert said.out == "base.yaml: ok (Base)\nloyal.yaml: ok (Loyal)\n"


def test_all_shipped_scenarios_are_good(command):
    files = sorted(str(p) for p in run.SCENARIOS.rglob("*.yaml"))
    said = command("validate", *files)
    assert said.code == 0
    assert len(said.out.splitlines()) == len(files) >= 14


def test_show_prints_what_would_be_run_and_its_output_is_a_scenario_again(command, folder):
    said = command("show", "loyal.yaml", "--users", "77", "--set", "levers.coupons.face_value=8")
    assert said.code == 0
    (folder / "again.yaml").write_text(said.out)
    again = load_scenario(folder / "again.yaml")
    assert (again.run.users, again.run.days) == (77, 40)
    assert again.levers["coupons"].face_value == 8.0
    assert again.behaviour.habit_lift == 0.6
    assert again.population.visit_conversion == 0.3
    expected = load_scenario("loyal.yaml", settings=["levers.coupons.face_value=8"], overrides={"run.users": 77})
    assert again.digest() == expected.digest()


def test_a_later_setting_wins_over_an_earlier_one_and_an_option_over_both(command):
    said = command("show", "base.yaml", "--set", "run.days=5", "--set", "run.days=6", "--set", "run.seed=4", "--seed", "8")
    assert "  days: 6\n" in said.out and "  seed: 8\n" in said.out


def test_origin_says_who_set_each_value(command):
    said = command("show", "loyal.yaml", "--origin", "--users", "77", "--set", "run.seed=4")
    lines = said.out.splitlines()
    assert "  users: 77  # --users" in lines
    assert "  days: 40  # base.yaml:2" in lines
    assert "  habit_lift: 0.6  # loyal.yaml:3" in lines
    assert any(line.startswith("  seed: 4  # --set") for line in lines)
    assert any(line.startswith("  habit_days: ") and "default" in line for line in lines)


def test_show_as_json_is_the_resolved_scenario(command):
    said = command("show", "loyal.yaml", "--json")
    assert json.loads(said.out) == json.loads(json.dumps(load_scenario("loyal.yaml").resolved()))


def test_levers_lists_every_lever_with_what_it_is(command):
    lines = command("levers").out.splitlines()
    names = sorted(file.stem for file in Path(sim.levers.__file__).parent.glob("[a-z]*.py"))
    assert [line.split()[0] for line in lines[: len(names)]] == names
    assert all(len(line) > 30 for line in lines[: len(names)])


def test_a_levers_page_says_unit_default_range_and_source_of_each_parameter(command):
    said = command("levers", "coupons")
    assert said.code == 0
    for part in ("levers.coupons", "face_value = 5", "0 to 10000", "Source: ", "(grade A)", "everyone, customers, idle"):
        assert part in " ".join(said.out.split())
    assert max(map(len, said.out.splitlines())) <= 120


def test_a_levers_named_values_are_listed_with_what_they_set_and_on_whose_evidence(command):
    said = command("levers", "site").out
    assert "preset: NAME" in said and "deloitte  {latency_order: 0.08, latency_basket: 0.088}" in said
    assert "preset: NAME" not in command("levers", "points").out
    found = json.loads(command("levers", "site", "--json").out)["site"]["presets"]["deloitte"]
    assert found["values"] == {"latency_order": 0.08, "latency_basket": 0.088} and found["grade"] == "C" and found["meaning"] and found["source"]
    assert "预设" in command("levers", "site", "--lang", "zh").out


def test_levers_as_json_has_the_fields_of_the_contract(command):
    table = json.loads(command("levers", "--json").out)
    assert list(table) == sorted(table) and len(table) >= 7
    for entry in table.values():
        assert entry["doc"] and entry["parameters"]
        for parameter in entry["parameters"].values():
            assert {"unit", "default", "minimum", "maximum", "meaning", "source"} <= set(parameter)
    assert table["points"]["parameters"]["strength"]["maximum"] == 3
    only = json.loads(command("levers", "points", "--json").out)
    assert only == {"points": table["points"]}


def test_schema_is_the_committed_one(command):
    committed = json.loads((run.SCENARIOS / "scenario.schema.json").read_text("utf-8"))
    assert json.loads(command("schema").out) == committed


def test_help_names_every_verb(command):
    said = command("--help")
    assert said.code == 0
    assert all(f"  {verb} " in said.out for verb in VERBS)
    assert command("-h").out == said.out


@pytest.mark.parametrize("verb", ["simulate", "compare"])
def test_simulate_and_compare_share_their_options(command, verb):
    said = command(verb, "--help")
    assert said.code == 0
    assert all(f"--{option} " in said.out or f"--{option}\n" in said.out for option in SHARED)
    assert ("--baseline " in said.out) == (verb == "compare")


def test_life_tells_a_users_days_and_draws_them(command, tmp_path):
    said = command("life", "base.yaml", "--user", "3", "--against", "loyal.yaml", "--out", str(tmp_path / "life"))
    assert "User 3 in" in said.out
    assert {path.suffix for path in (tmp_path / "life").rglob("*") if path.is_file()} == {".txt", ".png", ".svg"}


def test_life_of_a_user_who_does_not_exist_is_refused_with_the_range(command):
    said = command("life", "base.yaml", "--user", "100000")
    assert said.code == 2
    assert "--user: there is no user 100000" in said.err
