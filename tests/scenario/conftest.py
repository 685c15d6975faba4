"""Two levers and a folder for scenario files, independent of the shipped levers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from sim.lever import Lever, LeverParameters
from sim.parameter import param


class Coupons(LeverParameters):
    """Coupons for the tests."""

    face_value: float = param(5.0, "money", "what a coupon takes off", ge=0)
    expiry_days: int = param(14, "days", "days until it expires", ge=1, le=365)
    thresholds: tuple[float, ...] = param((100.0,), "money", "baskets that get one", at_most=4)


class Points(LeverParameters):
    """Points for the tests."""

    earn: float = param(1.0, "points", "per unit of currency", ge=0, le=100)
    whom: str = param("all", "-", "who collects")


@pytest.fixture(scope="session")
def catalogue() -> dict[str, Lever]:
    return {
        "coupons": Lever("coupons", SimpleNamespace(Parameters=Coupons, __doc__="Coupons 优惠券")),
        "points": Lever("points", SimpleNamespace(Parameters=Points, __doc__="Points 积分")),
    }


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """``write(text, name)`` writes a scenario file and gives its path."""

    def write(text: str | bytes, name: str = "a.yaml") -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return path

    return write
