"""driver="objects", each User.step() in turn, gives bit for bit what driver="compiled" gives."""

from __future__ import annotations

import numpy as np
import pytest
from worlds import assert_same_lives, fields, scenario

from sim.engine.compose import CHUNK
from sim.lever import levers
from sim.model import LifecycleModel
from sim.user import User
from sim.userset import UserSet

EVERY_LEVER = {name: name for name in levers()}  # compiled in everywhere, so that all worlds share one loop
LIVELY = {"order_rate": {"r": 2.0, "alpha_weeks": 6.0}, "visit_conversion": 0.3, "newcomer": {"visit_lift": 1.0}}
HABITS = {"habit_lift": 0.5, "failure_rate": 0.2, "return_per_day": 0.02}

WORLDS = {
    "no lever": scenario(population=LIVELY),
    **{name: scenario(name, population=LIVELY, behaviour=HABITS) for name in levers()},
    "all levers": scenario(*levers(), population=LIVELY, behaviour=HABITS),
    "all levers, arrivals": scenario(
        *levers(), population={**LIVELY, "entry": {"arrivals": {"per_day": 15.0}}}, behaviour=HABITS
    ),
    "all levers, market": scenario(
        *levers(), population={**LIVELY, "entry": "market"}, market={"bass": {"p_per_year": 5.0}}
    ),
    "all levers, cohort weeks": scenario(*levers(), population={**LIVELY, "entry": {"cohort": {"over_days": 14}}}),
    **{
        f"all levers, {mode}": scenario(
            *levers(), population={**LIVELY, "dropout": {"mode": mode, "period_days": 7}}, behaviour=HABITS
        )
        for mode in ("per_time", "per_renewal", "none")
    },
    "all levers, lognormal": scenario(*levers(), population={**LIVELY, "spend": {"median": 20.0, "sigma": 1.0}}),
}


class BackToFront(LifecycleModel):
    """A model whose users live in the opposite order."""

    @property
    def agents(self):
        return UserSet(self, np.arange(len(self.rows))[::-1])


def lived(world, driver, made=LifecycleModel, **options):
    return made(world, driver=driver, kinds=EVERY_LEVER, list_orders=True, **options).run()


@pytest.mark.parametrize("name", WORLDS)
def test_objects_and_compiled_live_the_same_lives(name):
    compiled, objects = lived(WORLDS[name], "compiled"), lived(WORLDS[name], "objects")
    assert len(compiled.orders()) > 100
    assert_same_lives(compiled, objects)
    assert objects.broken_laws() == []


def test_the_order_in_which_users_live_does_not_matter():
    world = WORLDS["all levers"]
    assert_same_lives(lived(world, "objects"), lived(world, "objects", made=BackToFront))


def test_chunks_and_threads_do_not_matter():
    world = scenario(*levers(), users=CHUNK + 200, days=2, population=LIVELY)
    one, objects = lived(world, "compiled"), lived(world, "objects")
    assert_same_lives(one, objects)
    several = LifecycleModel(world, kinds=EVERY_LEVER, threads=2).run()
    for (name, a), (_, b) in zip(fields(several.rows), fields(one.rows), strict=True):
        assert a.tobytes() == b.tobytes(), name


def test_the_objects_driver_calls_step_of_each_user_once_a_day(monkeypatch):
    stepped = []
    step = User.step
    monkeypatch.setattr(User, "step", lambda user: (stepped.append(user.row), step(user)))
    model = LifecycleModel(scenario(users=20, days=5), driver="objects")
    model.step()
    assert stepped == [*range(20), *range(20)]


def test_a_day_that_fails_is_over(monkeypatch):
    model = LifecycleModel(scenario(users=20, days=5), driver="objects")
    with monkeypatch.context() as patched:
        patched.setattr(User, "step", lambda user: 1 // 0)
        with pytest.raises(ZeroDivisionError):
            model.step()
    assert model.living is None and model.day == 0


def test_an_unknown_driver_is_refused():
    with pytest.raises(ValueError, match="'fast'.*compiled, objects"):
        LifecycleModel(scenario(), driver="fast")
