"""Every file in ``bad/`` says in its first lines what is wrong with it.

``# expect LINE:COLUMN path: beginning of the message``, one line a fault.
"""

from __future__ import annotations

import re
from pathlib import Path
from types import SimpleNamespace

import pytest

from sim.lever import Lever, LeverParameters
from sim.parameter import param
from sim.scenario import ScenarioError, load_scenario

FILES = sorted((Path(__file__).parent / "bad").glob("*.yaml"))


class Coupons(LeverParameters):
    """Coupons for these files."""

    face_value: float = param(5.0, "money", "what a coupon takes off", ge=0)


CATALOGUE = {
    "coupons": Lever("coupons", SimpleNamespace(Parameters=Coupons)),
    "points": Lever("points", SimpleNamespace(Parameters=LeverParameters)),
}


def said_in(path: Path) -> str:
    """The file as text, also where its bytes are none."""
    raw = path.read_bytes()
    return raw.decode("utf-16" if raw.startswith(b"\xff\xfe") else "utf-8", "replace")


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
def test_every_fault_of_a_bad_file_is_reported_at_its_place_and_no_other(path):
    expected = re.findall(r"^# expect (.*)$", said_in(path), re.M)
    assert expected
    with pytest.raises(ScenarioError) as caught:
        load_scenario(path, catalogue=CATALOGUE)
    found = [f"{f.line}:{f.column} {f.path}: {f.message}" for f in caught.value.faults]
    assert len(found) == len(expected), found
    for said, wanted in zip(sorted(found), sorted(expected), strict=True):
        assert said.startswith(wanted)


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
def test_every_fault_of_a_bad_file_is_also_said_in_chinese(path):
    with pytest.raises(ScenarioError) as caught:
        load_scenario(path, catalogue=CATALOGUE)
    for fault in caught.value.faults:
        message = fault.text("zh").removeprefix(f"{fault.file}:{fault.line}:{fault.column}: {fault.path}: ")
        assert re.search("[\u4e00-\u9fff]", message), message


def test_there_are_many_bad_files():
    assert len(FILES) >= 110
