"""The tables of a result folder: their columns, and what must hold between their numbers."""

from __future__ import annotations

import csv
import json
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sim import LifecycleModel, Scenario, compare
from sim.study.result import distinct_names
from sim.study.text import as_csv

COLUMNS = {
    "summary": "scenario,metric,unit,mean,ci_low,ci_high,delta,delta_ci_low,delta_ci_high",
    "retention": "scenario,definition,event,start,age_days,mean,ci_low,ci_high,at_risk",
    "daily": "scenario,replication,day,prospect,registered,customer,dormant,churned,"
    "registered_ever,new_users,active_users,orders,repeat_orders,revenue_minor",
    "cohorts": "scenario,cohort,size,age_weeks,active,ordered",
    "ledger": "scenario,replication,account,amount_minor",
    "events": "scenario,replication,user,day,amount_minor,paid_minor,channel,persona",
}
STAGES = ["prospect", "registered", "customer", "dormant", "churned"]


@pytest.fixture(scope="module")
def folder(scenarios, tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("result")
    compare(scenarios, folder=out, list_orders=True, threads=2)
    return out


@pytest.fixture(scope="module")
def tables(folder) -> dict[str, pd.DataFrame]:
    return {name: pd.read_csv(folder / f"{name}.csv") for name in COLUMNS}


@pytest.mark.parametrize("name", COLUMNS)
def test_a_table_begins_with_the_columns_of_the_contract_in_that_order(tables, name):
    expected = COLUMNS[name].split(",")
    assert tables[name].columns[: len(expected)].tolist() == expected


@pytest.mark.parametrize("name", COLUMNS)
def test_a_table_is_plain_csv(folder, name):
    raw = (folder / f"{name}.csv").read_bytes()
    assert not raw.startswith(b"\xef\xbb\xbf") and b"\r" not in raw and raw.endswith(b"\n")
    lines = list(csv.reader(raw.decode("utf-8").splitlines()))
    assert len(lines) > 1 and {len(line) for line in lines} == {len(lines[0])}
    assert "nan" not in raw.decode() and "inf" not in raw.decode()


def test_money_columns_hold_whole_minor_units(tables):
    money = [table[c] for table in tables.values() for c in table.columns if c.endswith("_minor")]
    assert len(money) >= 6
    assert all(column.dtype.kind == "i" for column in money)


def test_every_replication_has_a_row_for_each_day_from_day_0(tables):
    for _, days in tables["daily"].groupby(["scenario", "replication"]):
        assert days["day"].tolist() == list(range(71))
    assert tables["daily"].groupby("scenario")["replication"].unique().map(list).tolist() == [[0, 1], [0, 1]]


def test_everybody_is_in_one_stage_on_every_day(tables):
    daily = tables["daily"]
    assert (daily[STAGES].sum(axis=1) == 240).all()
    assert (daily["prospect"] + daily["registered_ever"] == 240).all()


def test_who_has_registered_stays_registered(tables):
    for _, days in tables["daily"].groupby(["scenario", "replication"]):
        assert days["registered_ever"].is_monotonic_increasing
        assert days["registered_ever"].tolist() == days["new_users"].cumsum().tolist()


def test_there_is_one_event_for_each_order_and_they_add_up_to_the_books(tables):
    events, daily, ledger = tables["events"], tables["daily"], tables["ledger"]
    assert daily["orders"].sum() == len(events) > 500
    per_day = events.groupby(["scenario", "replication", "day"]).size()
    counted = daily.set_index(["scenario", "replication", "day"])["orders"]
    assert per_day.equals(counted[counted > 0])
    books = ledger.pivot(index=["scenario", "replication"], columns="account", values="amount_minor")
    paid = events.groupby(["scenario", "replication"])[["amount_minor", "paid_minor"]].sum()
    assert (books["basket"] == paid["amount_minor"]).all()
    assert (books["revenue"] == paid["paid_minor"]).all()
    assert (books["basket"] - books["coupons.discount"] == books["revenue"]).all()
    assert books.loc["Coupons, often", "coupons.discount"].min() > 0
    assert (books.loc["Base", "coupons.discount"] == 0).all()


def test_the_ledger_is_the_sum_of_the_days(tables):
    daily = tables["daily"].groupby(["scenario", "replication"]).sum()
    accounts = {"revenue": "revenue_minor", "coupons.discount": "coupons_discount_minor"}
    for account, column in accounts.items():
        lines = tables["ledger"].set_index(["account", "scenario", "replication"])["amount_minor"].loc[account]
        assert lines.equals(daily[column].rename("amount_minor"))


def test_retention_is_a_share_inside_its_interval(tables):
    table = tables["retention"]
    assert set(table["definition"]) == {"exact_day", "bracket_30", "rolling", "survival"}
    assert set(table["event"]) == {"visit", "order", "departure"}
    assert set(table.loc[table["event"] == "departure", "definition"]) == {"survival"}
    assert set(table["start"]) == {"registration", "first_order"}
    assert table["mean"].between(0, 1).all()
    assert ((table["ci_low"] <= table["mean"]) & (table["mean"] <= table["ci_high"])).all()
    assert (table["at_risk"] > 0).all()


def test_the_difference_is_the_mean_of_the_differences_of_each_replication(tables):
    daily = tables["daily"].groupby(["scenario", "replication"])[["orders", "new_users"]].sum()
    each = daily["orders"] / daily["new_users"]
    differences = each["Coupons, often"] - each["Base"]
    line = tables["summary"].set_index(["scenario", "metric"]).loc[("Coupons, often", "orders_per_user")]
    half = 12.706204736432095 * differences.std() / np.sqrt(2)
    assert line["mean"] == pytest.approx(each["Coupons, often"].mean())
    assert line["delta"] == pytest.approx(differences.mean())
    assert line["delta_ci_low"] == pytest.approx(differences.mean() - half)
    assert line["delta_ci_high"] == pytest.approx(differences.mean() + half)


def test_the_baseline_has_no_difference(tables):
    baseline = tables["summary"].query("scenario == 'Base'")
    assert len(baseline) > 10
    assert baseline[["delta", "delta_ci_low", "delta_ci_high", "verdict"]].isna().all(axis=None)


def test_the_manifest_says_what_was_run(folder):
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    assert manifest["finished"] is True
    assert [manifest[k] for k in ("seed", "replications", "users", "days")] == [3, 2, 240, 70]
    assert list(manifest["scenarios"]) == ["Base", "Coupons, often"]
    for entry in manifest["scenarios"].values():
        assert Scenario.from_mapping(entry["resolved"]).digest() == entry["sha256"]
        assert len(entry["sha256"]) == 64
    assert manifest["scenarios"]["Coupons, often"]["resolved"]["levers"]["coupons"]["every_days"] == 7
    assert {"python", "mesa", "numpy", "numba", "scipy", "pandas"} <= set(manifest["versions"])
    assert manifest["elapsed_seconds"] > 0


def test_the_frames_of_a_result_are_its_files(scenarios, folder):
    result = compare(scenarios, folder=folder, list_orders=True)
    for name in COLUMNS:
        assert as_csv(getattr(result, name)) == (folder / f"{name}.csv").read_bytes()


def test_numbers_are_written_with_twelve_digits_and_a_missing_one_as_nothing():
    frame = pd.DataFrame({"a": [1 / 3, float("nan"), 2.0], "b": ["x,y", 'q"', "中"], "c": [1, 2, 3]})
    assert as_csv(frame).decode() == 'a,b,c\n0.333333333333,"x,y",1\n,"q""",2\n2,中,3\n'


def test_scenarios_of_one_name_are_told_apart():
    some = [Scenario.from_mapping({"name": n}) for n in ("A", "B", "A", "A")]
    assert distinct_names(some) == ["A", "B", "A (2)", "A (3)"]


def test_very_short_studies_have_tables_too(scenarios):
    result = compare(scenarios, days=1, users=3, replications=1)
    assert set(result.retention["definition"]) == {"exact_day", "rolling", "survival"}
    assert result.summary["ci_low"].isna().all()
    assert set(result.summary["verdict"]) <= {"", "not distinguishable"}
    assert result.cohorts.empty


def test_a_metric_that_some_replication_lacks_is_left_out(scenarios):
    # Nobody is followed for 30 days in the second world, so its summary has no retention at that age.
    short = [scenarios[0], Scenario.from_mapping({"name": "Short", "run": {"days": 10, "users": 50}})]
    summary = compare(short, replications=1).summary
    metrics = summary.groupby("scenario")["metric"].agg(set)
    assert "rolling_30_order" in metrics["Base"] and "rolling_30_order" not in metrics["Short"]


def test_one_name_may_mean_different_levers_in_two_scenarios(monkeypatch):
    for module in ("run", "task"):  # in plain Python, which spares compiling loops for this test alone
        monkeypatch.setattr(f"sim.study.{module}.LifecycleModel", partial(LifecycleModel, driver="objects"))
    world = {"run": {"users": 60, "days": 20, "replications": 1}, "population": {"visit_conversion": 0.5}}
    plans = [
        Scenario.from_mapping({"name": kind, "levers": {"promo": {"kind": kind}}, **world})
        for kind in ("coupons", "onboarding")
    ]
    result = compare(plans)
    assert {"promo_issued", "promo_granted"} <= set(result.daily.columns)
    assert result.daily.groupby("scenario")["promo_granted"].sum()["coupons"] == 0
    assert result.daily.notna().all(axis=None)
