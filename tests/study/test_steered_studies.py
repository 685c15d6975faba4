"""Policies and experiments in results: their tables, the worlds behind an experiment, and what is kept of them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from sim import LifecycleModel, Scenario, compare
from sim.study.experiments import COLUMNS
from sim.study.run import study_tasks
from sim.study.task import Task
from sim.study.text import as_csv
from sim.study.verify import verify

WORLD = {
    "run": {"users": 240, "days": 30, "replications": 3, "seed": 5},
    "population": {"order_rate": {"r": 2.0, "alpha_weeks": 6.0}, "visit_conversion": 0.3},
    "levers": {"coupons": {"every_days": 5, "min_spend": 0, "attention": 10.0}, "messaging": {}},
}
STEERED = {
    **WORLD,
    "name": "Steered",
    "policies": {"p": {"metric": "orders", "below": 20, "path": "levers.coupons.face_value", "add": 1.0, "most": 9.0}},
    "experiments": {"mail": {"levers": ["messaging"], "on": "2025-01-05"}, "ring": {"levers": [], "by": "cluster", "cluster_size": 20}},
}


@pytest.fixture(scope="module")
def plans() -> list[Scenario]:
    return [Scenario.from_mapping({**WORLD, "name": "Plain"}), Scenario.from_mapping(STEERED)]


@pytest.fixture(scope="module")
def folder(plans, tmp_path_factory):
    out = tmp_path_factory.mktemp("steered")
    compare(plans, folder=out, threads=2)
    return out


@pytest.fixture(scope="module")
def result(plans, folder):
    return compare(plans, folder=folder)


def test_the_tables_are_written_where_a_scenario_has_policies_or_experiments(plans, folder, tmp_path):
    assert {"policies.csv", "experiments.csv", "segments.csv"} <= {p.name for p in folder.iterdir()}
    compare(plans[:1], folder=tmp_path / "plain", replications=1)
    assert not {"policies.csv", "experiments.csv"} & {p.name for p in (tmp_path / "plain").iterdir()}


def test_the_frames_of_a_result_are_its_files(result, folder):
    for name in ("policies", "experiments", "segments"):
        assert as_csv(getattr(result, name)) == (folder / f"{name}.csv").read_bytes()


def test_a_plain_study_has_empty_tables_with_their_columns(plans):
    plain = compare(plans[:1], replications=1)
    assert plain.policies.empty and plain.experiments.empty
    assert plain.experiments.columns.tolist() == list(COLUMNS)
    assert plain.policies.columns.tolist()[:6] == ["scenario", "replication", "day", "date", "policy", "metric"]


def test_the_log_of_policies_is_what_they_did(result, plans):
    table = result.policies
    for replication in range(3):
        model = LifecycleModel(plans[1], replication=replication).run()
        mine = table[table["replication"] == replication]
        logged = [(f.day, f.policy, f.value, f.before, f.after) for f in model.steering.log]
        assert len(logged) > 1
        assert list(mine[["day", "policy", "value", "before", "after"]].itertuples(index=False, name=None)) == logged
        assert set(mine["parameter"]) == {"levers.coupons.face_value"} and set(mine["metric"]) == {"orders"}
        assert (pd.to_datetime(mine["date"]) - pd.Timestamp("2025-01-01")).dt.days.tolist() == mine["day"].tolist()


def test_a_policy_that_never_acts_leaves_a_table_of_its_columns_alone(plans, tmp_path):
    quiet = plans[1].with_values({"policies.p.below": -1.0, "experiments": None})
    compare([quiet], folder=tmp_path / "quiet", replications=1)
    assert (tmp_path / "quiet" / "policies.csv").read_text() == (
        "scenario,replication,day,date,policy,metric,value,parameter,before,after\n"
    )


def truth(plan: Scenario, name: str, share: float, replication: int) -> np.ndarray:
    """The read-out over everybody of a world in which this share is treated, lived here."""
    model = LifecycleModel(plan.with_values({f"experiments.{name}.share": share}), replication=replication).run()
    return next(t for t in model.steering.trials if t.name == name).read(model)["everybody"]


def test_the_truth_is_all_treated_against_nobody_in_the_same_luck(result, plans):
    for name in ("mail", "ring"):
        lines = result.experiments.query("experiment == @name").set_index(["metric", "replication"])
        differences = []
        for replication in range(3):
            on, off = (truth(plans[1], name, share, replication) for share in (1.0, 0.0))
            differences.append(on - off)
            for k, metric in enumerate(("buyers", "orders", "revenue", "margin")):
                line = lines.loc[metric, replication]
                assert (line["all_on"], line["all_off"], line["truth"]) == pytest.approx((on[k], off[k], on[k] - off[k]), rel=1e-12)
        half = stats.t.ppf(0.975, 2) * np.std(differences, axis=0, ddof=1) / np.sqrt(3)
        for k, metric in enumerate(("buyers", "orders", "revenue", "margin")):
            line = lines.loc[metric, 0]
            assert line["truth_mean"] == pytest.approx(np.mean(differences, axis=0)[k], abs=1e-12)
            assert line["truth_ci_high"] - line["truth_mean"] == pytest.approx(half[k], abs=1e-9)


def test_the_truth_of_an_a_a_test_is_nothing(result):
    ring = result.experiments.query("experiment == 'ring'")
    assert (ring["truth"] == 0).all() and (ring["difference"] != 0).any()


def test_the_read_out_is_that_of_the_experiments_own_world(result, plans):
    model = LifecycleModel(plans[1], replication=1).run()
    arms = model.steering.trials[0].read(model)["arms"]
    line = result.experiments.query("experiment == 'mail' and replication == 1 and metric == 'orders'").iloc[0]
    assert (line["treated"], line["control"]) == pytest.approx((arms[0, 1, 1], arms[1, 1, 1]), rel=1e-12)
    assert line["difference"] == pytest.approx(line["treated"] - line["control"], rel=1e-12)
    assert line["users_treated"] + line["users_control"] == 240
    assert line["ci_low"] < line["difference"] < line["ci_high"] and 0 < line["p_value"] < 1


def test_the_worlds_behind_experiments_are_kept_and_not_lived_again(plans, folder, monkeypatch):
    lived = []
    monkeypatch.setattr(Task, "run", lambda *arguments: lived.append(arguments))
    compare(plans, folder=folder)
    assert lived == []
    names, truths, tasks = study_tasks(plans, 3, False)
    assert [len(row) for row in names] == [3, 3] and truths[0] == {}
    assert {k: [len(row) for row in rows] for k, rows in truths[1].items()} == {"mail": [3, 3], "ring": [3, 3]}
    # An A/A test treats nobody with anything, but its arms are others: all worlds are told apart.
    assert len(tasks) == 3 + 3 + 12


def test_threads_and_processes_change_no_byte_of_a_steered_study(plans, folder, tmp_path, monkeypatch):
    monkeypatch.setattr("sim.study.run.WORTH_PROCESSES", 0.0)
    compare(plans, folder=tmp_path / "apart", threads=2)
    for name in ("summary", "daily", "policies", "experiments", "segments", "ledger"):
        assert (tmp_path / "apart" / f"{name}.csv").read_bytes() == (folder / f"{name}.csv").read_bytes(), name


def test_a_steered_folder_can_be_verified(folder):
    found = verify(folder, share=0.2)
    assert found.equal and found.tables["experiments"] and found.tables["policies"]


def test_a_damaged_table_of_experiments_is_found(plans, tmp_path):
    compare(plans[1:], folder=tmp_path / "bad", replications=1)
    table = tmp_path / "bad" / "experiments.csv"
    table.write_bytes(table.read_bytes().replace(b"mail", b"post", 1))
    assert not verify(tmp_path / "bad", share=0.01).tables["experiments"]


def test_a_lever_taken_away_takes_along_what_moves_or_measures_it(plans):
    world = Scenario.from_mapping(
        {
            **STEERED,
            "schedule": {
                "a": {"path": "levers.messaging.email.per_week", "to": 2, "on": "2025-01-10"},
                "b": {"path": "levers.coupons.face_value", "to": 2, "on": "2025-01-10"},
            },
            "policies": {
                "m": {"metric": "opt_out_rate", "above": 0.1, "path": "levers.coupons.face_value", "add": 1.0},
                "n": {"metric": "orders", "above": 10, "path": "levers.messaging.active", "to": False},
                "o": {"metric": "orders", "above": 10, "path": "levers.coupons.active", "to": False},
            },
            "experiments": {"e": {"levers": ["messaging", "coupons"]}, "f": {"levers": ["messaging"]}},
        }
    ).without("messaging")
    assert (list(world.levers), list(world.schedule), list(world.policies)) == (["coupons"], ["b"], ["o"])
    assert {name: e.levers for name, e in world.experiments.items()} == {"e": ("coupons",), "f": ()}


def test_twins_of_a_steered_scenario_can_be_lived(plans):
    result = compare(plans[1:], replications=2, users=100, days=12, twin=True)
    assert set(result.uplift["lever"]) == {"coupons", "messaging"}
