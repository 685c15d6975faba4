"""What a lever file contains, and how levers are found.

A lever is one module with a docstring (first line: the name in English and Chinese, and what it is) and

    Parameters   what a scenario may set (``LeverParameters``)
    COLUMNS      what the lever remembers about a user
    COUNTERS     what it counts, in whole numbers
    ACCOUNTS     where it posts money, in whole minor units
    SHARED       what it tells every user today; made from yesterday's totals by ``overnight``
    LAWS         sentences that hold on every day, with the function that checks them
    rules        functions marked ``@rule(phase)`` (see ``sim.rule``)

and, where needed, ``draw(own, traits, parameters)`` to fill columns at the start, ``overnight(night)`` to move shared state between
days, ``constants(parameters)``: numbers derived once for the rules, ``PRESETS``: named values where sources disagree, ``HOLDS = True``
where users hold something that stays theirs (then the rules run for everybody, and ask ``t.aimed`` before they give anything out),
``SETTLES = True`` where the rules say themselves what a visit without an order, or hearing friends, changes for the days to come (without
it users are awake on the day after a visit, and whenever a friend has posted),
``committed(total, parameters)`` where the lever has a budget and promises something before it posts it, and ``on_change(own, before,
after, day)`` where a change of parameters while the world runs must move what users remember (the day on which a message is due). A
shared number called ``reach_most`` is the most that the lever's ``reach`` rules add to anybody's hazard of being reached, one called
``lift_most`` the most that they add to anybody's pull on visits today without telling sleepers (``t.headroom``), one called
``gate`` lets users into the lever's budget (``sim.budget``), a constant called ``heard_most`` is the most that ``t.heard`` adds to
anybody's pull on visits. Plug-ins are found through the entry point group
``lifecycle.levers``: name = the lever's name, value = its module.
"""

from __future__ import annotations

import ast
import datetime
import importlib
import inspect
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from importlib.metadata import entry_points
from types import ModuleType
from typing import Any

import numpy as np

from sim.chance import chances
from sim.parameter import Parameters, param, record, specification
from sim.segment import NOBODY

ENTRY_POINTS = "lifecycle.levers"


class LeverParameters(Parameters):
    """What every lever has."""

    strength: float = param(
        1.0, "times", "multiplies what users perceive and learn from; not what is handed out or costs", ge=0, le=3, source="design"
    )
    active: bool = param(True, "-", "off: nothing more is handed out or acts; what users hold stays theirs", source="design")


@dataclass(frozen=True)
class Column:
    """One thing that is remembered about a user. ``daily``: looked at on every day, even a quiet one (``sim.engine.layout``)."""

    dtype: str
    unit: str
    meaning: str
    initial: float = 0
    size: int = 0
    daily: bool = False


@dataclass(frozen=True)
class Counter:
    """One thing a lever counts."""

    unit: str
    meaning: str


TOUCHED = {
    "orders_touched": Counter("orders", "of today on which it took something off"),
    "basket_touched": Counter("minor units", "worth of these orders before discounts"),
}
"""Counted by the engine for every lever with a discount: the orders that a dashboard would credit to it."""


@dataclass(frozen=True)
class Account:
    """Where a lever posts money: ``kind`` as in ``sim.ledger``. ``acquisition``: spent to win new users, so part of CAC. ``budgeted``:
    counts against the lever's budget."""

    kind: str
    meaning: str
    acquisition: bool = False
    budgeted: bool = False


@dataclass(frozen=True)
class Shared:
    """One number a lever tells every user today."""

    initial: float
    unit: str
    meaning: str


@dataclass(frozen=True)
class Preset:
    """Named values of a lever's parameters, where sources disagree or a strategy has a name. ``values`` by dotted parameter name."""

    meaning: str
    source: str
    values: Mapping[str, Any]
    grade: str = ""


@dataclass(frozen=True)
class Night:
    """What a lever's ``overnight`` sees.

    Its shared numbers (to change); yesterday's and all-time counts of its counters and accounts; the users' columns of this lever; all
    users'
    rows (to read); its parameters; the number and date of the day to come; the key of the run; the platform's counts of yesterday and of
    all
    days; the purse of a cap on all levers together, and what has been promised of its own budget tonight (``sim.budget``).
    """

    shared: dict[str, float]
    yesterday: dict[str, int]
    total: dict[str, int]
    own: np.ndarray
    users: np.ndarray
    parameters: Any
    day: int
    key: int
    date: datetime.date = datetime.date(2025, 1, 1)
    platform_yesterday: Mapping[str, int] = field(default_factory=dict)
    platform_total: Mapping[str, int] = field(default_factory=dict)
    purse: Any = None
    alarm: set[str] = field(default_factory=set)
    posted: dict[str, int] = field(default_factory=dict)
    promised: list[int] = field(default_factory=list)

    def post(self, account: str, amount: int) -> None:
        """Post minor units to an account of this lever, on the day to come: what costs the same however many users there are."""
        self.posted[account] = self.posted.get(account, 0) + int(amount)

    def wake_everybody(self) -> None:
        """Nobody sleeps tomorrow: what the lever shares pulls more than its rules told the sleepers to expect."""
        self.alarm.add("everybody")

    def luck(self, purpose: int) -> np.ndarray:
        """Everybody's addressed number for one purpose tomorrow; shape (users,)."""
        out = np.empty(len(self.users))
        chances(out, self.key, 0, self.day, purpose, 0)
        return out


@dataclass(frozen=True)
class Lever:
    """One lever, as its module describes it."""

    name: str
    module: ModuleType

    def __reduce__(self) -> tuple:
        return _lever, (self.name, self.module.__name__)

    @property
    def doc(self) -> str:
        return (self.module.__doc__ or "").strip()

    @property
    def Parameters(self) -> type[LeverParameters]:  # noqa: N802 - the class itself
        return self.module.Parameters

    @property
    def columns(self) -> dict[str, Column]:
        return getattr(self.module, "COLUMNS", {})

    @property
    def counters(self) -> dict[str, Counter]:
        return getattr(self.module, "COUNTERS", {})

    @property
    def accounts(self) -> dict[str, Account]:
        return getattr(self.module, "ACCOUNTS", {})

    @property
    def shared(self) -> dict[str, Shared]:
        return getattr(self.module, "SHARED", {})

    @property
    def laws(self) -> dict[str, Callable]:
        return getattr(self.module, "LAWS", {})

    @property
    def draw(self) -> Callable | None:
        return getattr(self.module, "draw", None)

    @property
    def on_change(self) -> Callable | None:
        """``on_change(own, before, after, day)``: what users remember that must move when parameters change before ``day``."""
        return getattr(self.module, "on_change", None)

    @cached_property
    def drawn_once(self) -> frozenset[str]:
        """Names of parameters that only ``draw`` reads: traits that are settled before day 0."""
        try:
            tree = ast.parse(inspect.getsource(self.module))
        except (OSError, TypeError):
            return frozenset()
        drawn: set[str] = set()
        elsewhere: set[str] = set()
        for part in tree.body:
            if isinstance(part, ast.FunctionDef):
                read = {n.attr for n in ast.walk(part) if isinstance(n, ast.Attribute)}
                read |= {n.value for n in ast.walk(part) if isinstance(n, ast.Constant) and isinstance(n.value, str)}
                (drawn if part.name == "draw" else elsewhere).update(read)
        own = {name.rpartition(".")[2] for name in specification(self.Parameters)}
        return frozenset(own & (drawn - elsewhere))

    @property
    def presets(self) -> dict[str, Preset]:
        return getattr(self.module, "PRESETS", {})

    @property
    def holds(self) -> bool:
        """Whether the lever holds something for users that stays theirs when it is no longer aimed at them."""
        return getattr(self.module, "HOLDS", False)

    @property
    def settles(self) -> bool:
        """Whether nobody need be awake for the lever after a visit without an order, or on hearing friends, unless its rules say so
        (``t.wake``, ``t.headroom``, ``heard_most``)."""
        return getattr(self.module, "SETTLES", False)

    @property
    def committed(self) -> Callable | None:
        """``committed(total, parameters)``: minor units spent and still promised, of a lever with a budget; unless the file says otherwise,
        what was posted to the accounts that count against it."""
        return getattr(self.module, "committed", self._spent if self.budgeted else None)

    @cached_property
    def budgeted(self) -> list[str]:
        """The accounts that count against the lever's budget."""
        return [name for name, account in self.accounts.items() if account.budgeted]

    def _spent(self, total: Mapping[str, int], parameters: Any) -> int:
        return sum(total[name] for name in self.budgeted)

    @property
    def overnight(self) -> Callable | None:
        return getattr(self.module, "overnight", None)

    @cached_property
    def rules(self) -> list:
        """The lever's rules in the order in which its file gives them."""
        return [f for f in vars(self.module).values() if getattr(f, "phase", None) and f.__module__ == self.module.__name__]

    @property
    def discounts(self) -> bool:
        """Whether the lever takes something off orders, which the engine then counts."""
        return any(account.kind == "discount" for account in self.accounts.values())

    @property
    def counted(self) -> dict[str, Counter]:
        """What is counted of the lever: its own counters, and the orders on which it took something off."""
        return {**self.counters, **(TOUCHED if self.discounts else {})}

    def counter_dtype(self) -> np.dtype:
        return np.dtype([(k, "i8") for k in (*self.counted, *self.accounts)] or [("spare", "i8")])

    def policy(self, parameters: LeverParameters | None, closed: int = 0, was_on: bool = False) -> np.ndarray:
        """The numbers the rules read: ``on``, ``closed`` (bits of users it is not aimed at), the parameters, derived constants, and what
        is shared today. It is on from the day on which it is first active, because users may hold something of it from then on."""
        values = record(parameters if parameters is not None else self.Parameters())
        active = parameters is not None and parameters.active
        extra: dict[str, Any] = {"on": int(active or was_on)}
        extra["closed"] = closed if active else NOBODY
        constants = getattr(self.module, "constants", None)
        if constants is not None:
            extra |= constants(parameters if parameters is not None else self.Parameters())
        extra |= {k: float(s.initial) for k, s in self.shared.items()}
        out = np.zeros(1, np.dtype([*(_field(k, v) for k, v in extra.items()), *_fields(values.dtype)]))
        for k, v in extra.items():
            out[k] = v
        for k in values.dtype.names:
            out[k] = values[k]
        return out


def _field(name: str, value: Any) -> tuple:
    if isinstance(value, tuple):
        return (name, "f8", (len(value),))
    return (name, "i8" if isinstance(value, int) else "f8")


def _lever(name: str, module: str) -> Lever:
    return Lever(name, importlib.import_module(module))


def _fields(dtype: np.dtype) -> list[tuple]:
    return [(k, dtype[k]) for k in dtype.names]


@lru_cache(maxsize=1)
def levers() -> dict[str, Lever]:
    """Every lever by name: the shipped ones in the order of their names, then installed plug-ins."""
    from sim import levers as package

    found = {m.name: f"{package.__name__}.{m.name}" for m in pkgutil.iter_modules(package.__path__)}
    for point in entry_points(group=ENTRY_POINTS):
        if point.name in found and found[point.name] != point.value:
            raise ValueError(f"two levers are called {point.name!r}: {found[point.name]} and {point.value}")
        found[point.name] = point.value
    return {name: Lever(name, importlib.import_module(module)) for name, module in sorted(found.items())}
