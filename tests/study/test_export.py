"""Orders and users one by one: what the rows say, as CSV and as Parquet."""

from __future__ import annotations

import importlib.util
import shutil

import numpy as np
import pandas as pd
import pytest

from sim import LifecycleModel, compare
from sim.population import PROSPECT, REASONS, STAGES
from sim.study import export
from sim.study.result import Result
from sim.study.verify import verify

pyarrow = pytest.mark.skipif(importlib.util.find_spec("pyarrow") is None, reason="pyarrow is not installed (extra: parquet)")


@pytest.fixture(scope="module")
def result(scenarios, tmp_path_factory) -> Result:
    return compare(scenarios, folder=tmp_path_factory.mktemp("listed"), list_orders=True, list_users=True)


@pytest.fixture(scope="module")
def parquet(scenarios, tmp_path_factory):
    """A folder with both exports as Parquet."""
    pytest.importorskip("pyarrow", reason="pyarrow is not installed (extra: parquet)")
    folder = tmp_path_factory.mktemp("parquet")
    compare(scenarios, folder=folder, list_orders=True, list_users=True, parquet=True)
    return folder


def test_everybody_who_signed_up_has_a_row_that_says_how_the_model_ended(result):
    model = LifecycleModel(result.plans[0], replication=1).run()
    rows = model.rows[model.rows["stage"] != PROSPECT]
    users = result.users.query("scenario == 'Base' and replication == 1")
    assert tuple(users.columns) == export.USERS and users["user"].tolist() == rows["id"].tolist()
    for column, own in (
        ("day_joined", "entry_day"), ("last_seen_day", "last_seen"), ("orders", "orders"), ("revenue_minor", "paid"), ("basket_minor", "spent"),
        ("goods_minor", "goods"),
    ):  # fmt: skip
        assert users[column].tolist() == rows[own].tolist(), column
    assert users["stage"].tolist() == [STAGES[k] for k in rows["stage"]]
    assert users["left_reason"].tolist() == [REASONS[k] for k in rows["left_reason"]]
    left = rows["left"] == 1
    assert left.sum() > 10 and users["left_day"].isna().tolist() == (~left).tolist()
    assert users["left_day"].dropna().tolist() == rows["left_day"][left].tolist()
    assert users["first_order_day"].isna().tolist() == (rows["orders"] == 0).tolist()


def test_users_and_their_orders_agree(result):
    spent = result.events.groupby(["scenario", "replication", "user"])["paid_minor"].agg(["size", "sum"])
    users = result.users.set_index(["scenario", "replication", "user"])
    buyers = users[users["orders"] > 0]
    assert buyers.index.equals(spent.index)
    assert (buyers["orders"] == spent["size"]).all() and (buyers["revenue_minor"] == spent["sum"]).all()


def test_the_day_of_the_first_lapse_is_the_one_that_survival_counts(scenarios):
    result = compare(scenarios[:1], list_users=True, days=200, users=120)
    for replication, users in result.users.groupby("replication"):
        ages = (users["lapsed_day"] - users["day_joined"]).dropna().astype(int)
        counted = result.runs[0][replication]["lapsed/visit/registration"]
        assert np.bincount(ages, minlength=201).tolist() == counted.tolist() and counted.sum() > 5


def test_the_files_hold_the_frames(result, tmp_path):
    written = result.write_tables(tmp_path, with_events=True, with_users=True)
    assert {"events.csv", "users.csv"} <= {path.name for path in written}
    for table in export.EXPORTS:
        days = dict.fromkeys(("lapsed_day", "left_day", "first_order_day", "last_order_day"), "")
        read = pd.read_csv(tmp_path / f"{table}.csv", keep_default_na=False, na_values=days)
        pd.testing.assert_frame_equal(read, getattr(result, table), check_dtype=False)


def test_a_run_without_lists_has_neither(scenarios):
    plain = compare(scenarios[:1], users=30, days=9, replications=1)
    for table in export.EXPORTS:
        with pytest.raises(KeyError):
            getattr(plain, table)


@pyarrow
def test_parquet_holds_the_same_rows_and_no_csv_stands_beside_it(parquet, result):
    assert not (parquet / "events.csv").exists() and not (parquet / "users.csv").exists() and (parquet / "summary.csv").exists()
    for table in export.EXPORTS:
        read = pd.read_parquet(parquet / f"{table}.parquet")
        pd.testing.assert_frame_equal(read, getattr(result, table), check_dtype=False)


@pyarrow
def test_parquet_is_verified_and_an_edit_is_found(parquet, scenarios, tmp_path):
    found = verify(parquet)
    assert found.equal and found.tables["events.parquet"] and found.tables["users.parquet"]
    other = shutil.copytree(parquet, tmp_path / "edited")
    users = pd.read_parquet(other / "users.parquet")
    users.loc[3, "orders"] += 1
    users.to_parquet(other / "users.parquet")
    found = verify(other)
    assert not found.equal and "users.parquet is not what follows" in found.text()


@pyarrow
def test_parquet_is_written_in_pieces(parquet, monkeypatch, scenarios, tmp_path):
    import pyarrow.parquet as pq

    monkeypatch.setattr(export, "BLOCK", 100)
    again = compare(scenarios[:1], folder=tmp_path, list_users=True, parquet=True)
    file = pq.ParquetFile(tmp_path / "users.parquet")
    assert file.num_row_groups == 6 and file.metadata.num_rows == len(again.users) == 480


def test_without_pyarrow_parquet_is_refused_before_anything_runs(scenarios, tmp_path, monkeypatch):
    monkeypatch.setattr(export.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(export.NoParquet, match=r"pip install 'lifecycle-simulator\[parquet\]'"):
        compare(scenarios, folder=tmp_path / "o", list_users=True, parquet=True)
    assert not (tmp_path / "o").exists()
