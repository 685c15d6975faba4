"""User(mesa.Agent): a row of the population as an agent; a view, made when asked for, that holds nothing of its own."""

from __future__ import annotations

from typing import Any

import mesa

from sim.engine.driver import Row
from sim.population import COLUMNS, STAGES

CODES = {name: code for code, name in enumerate(STAGES)}


class User(mesa.Agent):
    """One user of a model: a row's columns as attributes (``sim.population.COLUMNS``), and each lever's under its name.

    ``stage`` is a name (``sim.population.STAGES``) and ``left`` true or false; ``user.coupons.held`` is what a lever
    remembers. Setting an attribute sets the column; it is not counted as something that happened, and nobody sleeps through the next
    day. Two views of one row are equal.
    """

    model: Any
    row: int

    def __init__(self, model: Any, row: int) -> None:
        # Mesa's own __init__ would enter the view as one more agent.
        own = self.__dict__
        own["model"], own["row"] = model, row

    @property
    def unique_id(self) -> int:
        """Mesa's number of the agent: the row's, from 1."""
        return self.row + 1

    def step(self) -> None:
        """Live the day that the model is living; raises ``RuntimeError`` where it is living none."""
        day = self.model.living
        if day is None:
            raise RuntimeError(
                "users live their days together: call model.step(), "
                'with driver="objects" to call each User.step() in turn'
            )
        day.live(self.row)

    def remove(self) -> None:
        """Refuse: ``TypeError``."""
        raise TypeError("users are part of the world and cannot be removed; one who goes away has left (user.left)")

    def __getattr__(self, name: str) -> Any:
        if name in self.model.levers:
            return LeverRow(self.model, name, self.row)
        raise AttributeError(f"a user has no {name!r}: choose from {', '.join((*COLUMNS, *self.model.levers))}")

    def __setattr__(self, name: str, value: Any) -> None:
        if name not in COLUMNS:
            raise AttributeError(
                f"a user keeps only what its columns hold, and none is {name!r}: choose from {', '.join(COLUMNS)}"
            )
        super().__setattr__(name, value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, User) and other.row == self.row and other.model is self.model

    def __hash__(self) -> int:
        return hash((id(self.model), self.row))

    def __reduce__(self) -> tuple:
        return type(self), (self.model, self.row)

    def __repr__(self) -> str:
        return (
            f"<{type(self).__name__} {self.row}: {self.stage}, orders {self.orders}, last seen on day {self.last_seen}>"
        )


class LeverRow(Row):
    """What a lever remembers about one user; who is written to does not sleep through the next day."""

    __slots__ = ("_model",)

    def __init__(self, model: Any, lever: str, row: int) -> None:
        super().__init__(model.rows[lever], row)
        object.__setattr__(self, "_model", model)

    def __setattr__(self, name: str, value: Any) -> None:
        super().__setattr__(name, value)
        self._model.wake_everybody()


def stage_code(name: Any) -> int:
    """The place of a stage in ``STAGES``; ``ValueError`` where there is none of that name."""
    if name not in CODES:
        raise ValueError(f"there is no stage {name!r}; choose from {', '.join(STAGES)}")
    return CODES[name]


def _attribute(name: str, meaning: str) -> property:
    def read(user: User) -> Any:
        return user.model.rows[name].item(user.row)

    def write(user: User, value: Any) -> None:
        user.model.rows[name][user.row] = value
        user.model.wake_everybody()

    return property(read, write, doc=meaning)


for _name, _column in COLUMNS.items():
    setattr(User, _name, _attribute(_name, f"{_column.meaning} [{_column.unit}]"))


def _read_stage(user: User) -> str:
    return STAGES[user.model.rows["stage"].item(user.row)]


def _write_stage(user: User, name: str) -> None:
    user.model.rows["stage"][user.row] = stage_code(name)
    user.model.wake_everybody()


def _read_left(user: User) -> bool:
    return user.model.rows["left"].item(user.row) != 0


def _write_left(user: User, value: bool) -> None:
    user.model.rows["left"][user.row] = bool(value)
    user.model.wake_everybody()


User.stage = property(_read_stage, _write_stage, doc=COLUMNS["stage"].meaning)
User.left = property(_read_left, _write_left, doc=COLUMNS["left"].meaning)
