"""Small scenarios to study."""

from __future__ import annotations

from pathlib import Path

import pytest

BASE = """\
name: Base
run: {users: 240, days: 70, replications: 2, seed: 3}
population:
  entry: {arrivals: {per_day: 8}}
  order_rate: {r: 2.0, alpha_weeks: 6.0}
  visit_conversion: 0.3
behaviour: {failure_rate: 0.1, return_per_day: 0.02}
"""
COUPONS = """\
name: Coupons, often
extends: base.yaml
levers: {coupons: {every_days: 7, min_spend: 0}}
"""


@pytest.fixture(scope="session")
def scenarios(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Two scenario files: without levers, and with coupons."""
    folder = tmp_path_factory.mktemp("strategies")
    (folder / "base.yaml").write_text(BASE)
    (folder / "coupons.yaml").write_text(COUPONS)
    return [folder / "base.yaml", folder / "coupons.yaml"]
