"""--export and --format from the command line: which files are written, and what is refused before anything runs."""

from __future__ import annotations

import importlib.util
import json

import pytest

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")
SMALL = ("--users", "40", "--days", "12", "--replications", "2", "--quiet", "--out", "o")


def exported(folder) -> set[str]:
    return {p.name for p in (folder / "o").glob("*.*") if p.stem in ("events", "users")}


def test_both_may_be_exported_and_what_is_no_longer_asked_for_goes_away(command, folder, undrawn):
    assert command("simulate", "base.yaml", *SMALL, "--export", "users", "--export", "events").code == 0
    assert exported(folder) == {"events.csv", "users.csv"}
    assert json.loads((folder / "o" / "manifest.json").read_text("utf-8"))["asked"]["users"] is True
    assert command("verify", "o", "--share", "1").code == 0
    assert command("simulate", "base.yaml", *SMALL, "--export", "users").code == 0
    assert exported(folder) == {"users.csv"}


@pytest.mark.skipif(importlib.util.find_spec("pyarrow") is None, reason="pyarrow is not installed (extra: parquet)")
def test_parquet_stands_in_place_of_csv_and_is_verified(command, folder, undrawn):
    assert command("simulate", "base.yaml", *SMALL, "--export", "users", "--export", "events", "--format", "parquet").code == 0
    assert exported(folder) == {"events.parquet", "users.parquet"}
    said = command("verify", "o")
    assert said.code == 0 and "users.parquet made again" in said.out
    assert command("simulate", "base.yaml", *SMALL).code == 0
    assert exported(folder) == set()


@pytest.mark.parametrize(("lang", "words"), [("en", "needs pyarrow, which is not installed"), ("zh", "需要 pyarrow，当前未安装")])
def test_without_pyarrow_parquet_is_refused_with_the_way_out(command, folder, monkeypatch, lang, words):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    monkeypatch.setattr("analysis.beforehand.undrawable", lambda: "")
    said = command("simulate", "base.yaml", *SMALL, "--export", "users", "--format", "parquet", "--lang", lang)
    assert said.code == 2 and words in said.err and "lifecycle-simulator[parquet]" in said.err
    assert not (folder / "o").exists()


def test_a_format_without_an_export_is_refused(command, folder):
    said = command("simulate", "base.yaml", *SMALL, "--format", "csv")
    assert said.code == 2 and "add --export events or --export users" in said.err and not (folder / "o").exists()
