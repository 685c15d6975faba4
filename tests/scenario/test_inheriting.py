"""``extends``: what a child changes, what it keeps, and where it may not look."""

from __future__ import annotations

import pytest

from sim.scenario import ScenarioError, load_scenario


@pytest.fixture
def load(write, catalogue):
    """``load(child, parent)``: the child of a parent file."""

    def load(child: str, parent: str = "", **more):
        write(parent or "{}", "parent.yaml")
        return load_scenario(write(f"extends: parent.yaml\n{child}", "child.yaml"), catalogue=catalogue, **more)

    return load


def refusal(path, catalogue) -> str:
    with pytest.raises(ScenarioError) as caught:
        load_scenario(path, catalogue=catalogue)
    return str(caught.value)


def test_mappings_merge_and_the_child_wins(load):
    scenario = load("run: {days: 9}", "run: {users: 5, days: 7}")
    assert (scenario.run.users, scenario.run.days) == (5, 9)


def test_a_list_replaces_a_list(load):
    scenario = load("levers: {coupons: {thresholds: [1]}}", "levers: {coupons: {thresholds: [2, 3], face_value: 4}}")
    assert scenario.levers["coupons"].thresholds == (1.0,)
    assert scenario.levers["coupons"].face_value == 4.0


def test_null_brings_back_the_default(load):
    assert load("run: {days: null}", "run: {days: 7}").run.days == 365
    assert load("run: null", "run: {days: 7}").run.days == 365


def test_null_switches_a_lever_off(load):
    assert list(load("levers: {points: null}", "levers: {points: {}, coupons: {}}").levers) == ["coupons"]
    assert load("levers: null", "levers: {points: {}}").levers == {}


def test_null_removes_an_instance_that_a_parent_named(load):
    assert load("levers: {spring: null}", "levers: {spring: {kind: coupons}}").levers == {}


def test_a_grandchild_starts_afresh_below_a_removal(write, catalogue):
    write("levers: {coupons: {face_value: 9}}", "a.yaml")
    write("extends: a.yaml\nlevers: {coupons: null}", "b.yaml")
    path = write("extends: b.yaml\nlevers: {coupons: {expiry_days: 3}}", "c.yaml")
    coupons = load_scenario(path, catalogue=catalogue).levers["coupons"]
    assert (coupons.face_value, coupons.expiry_days) == (5.0, 3)


def test_another_entry_replaces_the_parents_wholly(load):
    entry = load(
        "population: {entry: {arrivals: {per_day: 3}}}", "population: {entry: {cohort: {over_days: 84}}}"
    ).population.entry
    assert entry.cohort is None
    assert entry.arrivals.per_day == 3.0
    assert load("population: {entry: cohort}", "population: {entry: market}").population.entry.cohort.over_days == 1


def test_the_same_entry_merges(load):
    parent = "population: {entry: {cohort: {over_days: 84, weights: [1, 2]}}}"
    cohort = load("population: {entry: {cohort: {over_days: 7}}}", parent).population.entry.cohort
    assert (cohort.over_days, cohort.weights) == (7, (1.0, 2.0))


def test_an_entry_without_details_is_its_word(load):
    assert load("population: {entry: {arrivals: }}").population.entry.arrivals.per_day == 50.0


def test_a_lognormal_spend_drops_the_parents_gamma_gamma_and_the_other_way_round(load):
    scenario = load("population: {spend: {median: 20, sigma: 0.5}}", "population: {spend: {p: 5, q: 4}}")
    assert ("population", "spend", "p") not in scenario.origins
    assert (scenario.population.spend.p, scenario.population.spend.median) == (6.25, 20.0)
    spend = load("population: {spend: {p: 5}}", "population: {spend: {median: 20, sigma: 0.5}}").population.spend
    assert (spend.p, spend.median, spend.sigma) == (5.0, None, None)


def test_another_kind_replaces_the_parents_block(load):
    scenario = load("levers: {spring: {kind: points}}", "levers: {spring: {kind: coupons, face_value: 3}}")
    assert scenario.kinds == {"spring": "points"}


def test_texts_are_not_inherited(load):
    scenario = load("run: {days: 3}", "name: parent\nquestion: why?")
    assert (scenario.name, scenario.question) == ("child", "")


def test_every_value_knows_the_file_and_line_that_set_it(load, tmp_path):
    scenario = load(
        "run:\n  days: 9", "run: {users: 5, days: 7}", settings=["run.seed=4"], overrides={"run.replications": 2}
    )
    at = {path[-1]: (origin.file, origin.line, origin.column) for path, origin in scenario.origins.items()}
    assert at["days"] == (str(tmp_path / "child.yaml"), 3, 9)
    assert at["users"] == (str(tmp_path / "parent.yaml"), 1, 14)
    assert at["seed"] == ("--set", 1, 10)
    assert at["replications"][0] == "--replications"
    assert ("platform",) not in scenario.origins


def test_faults_of_child_and_parent_are_reported_together_each_in_its_file(load, tmp_path):
    with pytest.raises(ScenarioError) as caught:
        load("run: {days: 0}", "run: {users: 0}\nname: 5")
    assert [(f.file, f.line, f.path) for f in caught.value.faults] == [
        (str(tmp_path / "child.yaml"), 2, "run.days"),
        (str(tmp_path / "parent.yaml"), 1, "run.users"),
        (str(tmp_path / "parent.yaml"), 2, "name"),
    ]


def test_the_parent_is_read_even_if_the_child_breaks_off(load):
    with pytest.raises(ScenarioError) as caught:
        load("run: {days: [", "run: {users: .nan}")
    assert [f.file.rsplit("/")[-1] for f in caught.value.faults] == ["child.yaml", "parent.yaml"]


def test_a_circle_is_refused_and_spelt_out(write, catalogue):
    write("extends: b.yaml", "a.yaml")
    write("extends: c.yaml", "b.yaml")
    said = refusal(write("extends: b.yaml", "c.yaml"), catalogue)
    assert "b.yaml:1:10: extends: goes in a circle: c.yaml → b.yaml → c.yaml" in said


def test_five_parents_are_read_and_six_refused(write, catalogue):
    write("run: {users: 77}", "f0.yaml")
    for k in range(1, 7):
        write(f"extends: f{k - 1}.yaml", f"f{k}.yaml")
    folder = write("{}", "other.yaml").parent
    assert load_scenario(folder / "f5.yaml", catalogue=catalogue).run.users == 77
    assert "f1.yaml:1:10: extends: is more than 5 files deep" in refusal(folder / "f6.yaml", catalogue)


@pytest.mark.parametrize(
    "name",
    [
        "../secret.yaml",
        "sub/../../secret.yaml",
        "/etc/passwd",
        "C:\\\\secret.yaml",
        "link.yaml",
        "up/secret.yaml",
        "~/x",
    ],
)
def test_no_extends_leads_out_of_the_tree(name, write, catalogue):
    write("name: secret", "secret.yaml")
    path = write(f'extends: "{name}"', "tree/a.yaml")
    write("{}", "tree/sub/b.yaml")
    (path.parent / "link.yaml").symlink_to("../secret.yaml")
    (path.parent / "up").symlink_to("..")
    said = refusal(path, catalogue)
    assert "a.yaml:1:10: extends: leads to" in said or "a.yaml:1:10: extends: is not relative" in said


def test_the_tree_is_the_folder_called_scenarios(write, catalogue):
    write("run: {users: 7}", "scenarios/baseline.yaml")
    path = write("extends: ../baseline.yaml", "scenarios/oracles/a.yaml")
    assert load_scenario(path, catalogue=catalogue).run.users == 7
    write("{}", "outside.yaml")
    assert "outside the folder 'scenarios'" in refusal(
        write("extends: ../../outside.yaml", "scenarios/oracles/b.yaml"), catalogue
    )


def test_a_link_inside_the_tree_is_followed(write, catalogue):
    path = write("extends: link.yaml", "a.yaml")
    write("run: {users: 7}", "real.yaml")
    (path.parent / "link.yaml").symlink_to("real.yaml")
    assert load_scenario(path, catalogue=catalogue).run.users == 7


def test_a_removal_of_something_unknown_is_a_fault(load):
    with pytest.raises(ScenarioError, match="unknown lever 'cuopons'; did you mean 'coupons'"):
        load("levers: {cuopons: null}", "levers: {coupons: {}}")
