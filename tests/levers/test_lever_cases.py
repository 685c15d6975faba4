"""Every lever's worked examples: ``cases/<lever>.yaml``, readable by someone who does not code.

A case runs one rule on one user. ``given`` is what a scenario says of the lever; ``user``, ``own`` (what the lever
remembers), ``today`` and ``shared`` say what is not as it is for a new user at whom the lever is aimed; days since sign-up and since the
last visit follow from the day unless they are given. ``then`` says what must be so afterwards, and ``counts`` gives every counter and
account that moved.
"""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import yaml

from sim.lever import Night, levers
from sim.population import COLUMNS, FAR, TODAY

FILES = sorted((Path(__file__).parent / "cases").glob("*.yaml"))
CASES = [(f.stem, case) for f in FILES for case in yaml.safe_load(f.read_text(encoding="utf-8"))]
PARTS = {"name", "rule", "given", "user", "own", "today", "shared", "then", "counts"}


def fresh(columns, changes):
    """A new user's columns, some of them changed; names that do not exist are refused."""
    values = {n: [c.initial] * c.size if c.size else c.initial for n, c in columns.items()}
    return SimpleNamespace(**known(values, changes))


def known(values, changes):
    unknown = set(changes) - set(values)
    assert not unknown, f"there is no {unknown}"
    return {**values, **changes}


def policy(lever, given, shared):
    record = lever.policy(lever.Parameters.model_validate(tuples(given)))
    for name, value in known({n: s.initial for n, s in lever.shared.items()}, shared).items():
        record[name] = value
    return attributes(record)


def tuples(value):
    """Lists as tuples, as the reader of scenarios gives them."""
    if isinstance(value, dict):
        return {k: tuples(v) for k, v in value.items()}
    return tuple(value) if isinstance(value, list) else value


def attributes(record):
    """The numbers of a record of one line as a rule sees them."""
    columns = {name: record[name] for name in record.dtype.names}
    plain = {n: attributes(c) if c.dtype.names else c[0] if c.ndim > 1 else c.item() for n, c in columns.items()}
    return SimpleNamespace(**plain)


def morning(u, changes):
    """What the engine tells a rule of today, where the case says nothing else."""
    day = changes.get("day", 0)
    unless_given = {"aimed": 1, "wake": FAR, "errand": FAR, "idle": day - u.last_seen, "age": day - u.entry_day}
    return SimpleNamespace(**known({**dict.fromkeys(TODAY.names, 0), **unless_given}, changes))


@pytest.mark.parametrize("name, case", CASES, ids=[f"{lever}: {case['name']}" for lever, case in CASES])
def test_worked_example(name, case):
    assert set(case) <= PARTS
    lever = levers()[name]
    u = fresh(COLUMNS, case.get("user", {}))
    own = fresh(lever.columns, case.get("own", {}))
    t = morning(u, case.get("today", {}))
    m = SimpleNamespace(**dict.fromkeys((*lever.counters, *lever.accounts), 0))
    getattr(lever.module, case["rule"])(u, own, policy(lever, case.get("given", {}), case.get("shared", {})), t, m)
    for part, holder in (("own", own), ("today", t), ("user", u)):
        for column, value in case.get("then", {}).get(part, {}).items():
            assert getattr(holder, column) == pytest.approx(value, abs=1e-4), f"{part}.{column}"
    assert {k: v for k, v in vars(m).items() if v} == case.get("counts", {})


@pytest.mark.parametrize("name", [f.stem for f in FILES])
def test_every_rule_of_a_lever_has_a_worked_example(name):
    shown = {case["rule"] for lever, case in CASES if lever == name}
    assert {f.__name__ for f in levers()[name].rules} <= shown


def test_every_shipped_lever_has_worked_examples():
    shipped = {n for n, lever in levers().items() if lever.module.__name__.startswith("sim.levers.")}
    assert shipped == {f.stem for f in FILES}


def test_the_calendar_of_points_turns_a_bucket_each_twelfth_of_their_life():
    points = levers()["points"]
    shared = {"bucket": 0.0, "turn": 0.0}
    night = SimpleNamespace(shared=shared, parameters=points.Parameters(expiry_days=120), day=0)
    seen = []
    for night.day in range(1, 135):
        points.overnight(night)
        seen.append((shared["bucket"], shared["turn"]))
    assert [day for day, (_, turn) in enumerate(seen, 1) if turn] == list(range(10, 135, 10))
    assert [int(bucket) for bucket, turn in seen if turn] == [*range(1, 13), 0]


def test_posts_age_and_full_stocks_saturate():
    community = levers()["community"]
    p = community.Parameters(fresh_keep=0.5, half_stock=0.2)
    shared = {**{name: s.initial for name, s in community.shared.items()}, "stock": 0.4}
    night = Night(shared, yesterday={"posts": 20}, total={}, own=np.zeros(100), users=np.zeros(100), parameters=p, day=3, key=1)
    community.overnight(night)
    assert shared["stock"] == pytest.approx(0.4)
    assert shared["fullness"] == pytest.approx(2 / 3)
