"""UserSet: Mesa's AgentSet, answered from columns. A view of a user is made only where a function wants to see one."""

from __future__ import annotations

import builtins
import math
from collections.abc import Callable, Iterable, Iterator
from random import Random
from typing import Any

import numpy as np
from mesa.agent import AgentSet

try:
    from mesa.agentset import GroupBy
except ImportError:  # Mesa before 3.5
    from mesa.agent import GroupBy

from sim.population import COLUMNS, STAGES
from sim.user import User, stage_code

EVERYBODY = float("inf")


class UserSet(AgentSet):
    """Users of one model in some order: everybody (``rows`` None), or a selection.

    A selection can be changed as any AgentSet. The set of everybody cannot gain or lose users; where Mesa would change
    a set in place, it becomes a selection, and the model keeps everybody.
    """

    def __init__(self, model: Any, rows: np.ndarray | None = None) -> None:
        self.model = model
        self._rows = rows
        self._members: set[int] | None = None

    @property
    def random(self) -> Random:
        """The model's generator, which no user's life draws from."""
        return self.model.random

    @property
    def rows(self) -> np.ndarray:
        """Numbers of the users in the order of the set; shape (users,)."""
        return np.arange(len(self.model.rows)) if self._rows is None else self._rows

    def array(self, name: str) -> np.ndarray:
        """One column as the model stores it (stages as codes), ``lever.column`` for a lever's.

        For the set of everybody it is the model's own memory (call ``model.wake_everybody()`` after writing there), for a selection a copy.
        """
        column = self._known(name)
        return column if self._rows is None else column[self._rows]

    # ---- as a collection

    def __len__(self) -> int:
        return len(self.model.rows) if self._rows is None else len(self._rows)

    def __iter__(self) -> Iterator[User]:
        model = self.model
        for row in range(len(self)) if self._rows is None else self._rows.tolist():
            yield User(model, row)

    def __contains__(self, user: object) -> bool:
        if not isinstance(user, User) or user.model is not self.model:
            return False
        if self._rows is None:
            return 0 <= user.row < len(self)
        if self._members is None:
            self._members = set(self._rows.tolist())
        return user.row in self._members

    def __getitem__(self, item: int | slice) -> User | list[User]:
        if isinstance(item, slice):
            return [User(self.model, row) for row in self.rows[item].tolist()]
        return User(self.model, range(len(self))[item] if self._rows is None else self._rows[item].item())

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {len(self)} users>"

    def to_list(self) -> list[User]:
        return list(self)

    def copy(self) -> UserSet:
        return self._with(self.rows.copy())

    __copy__ = copy

    def add(self, user: User) -> None:
        self._must_be_a_selection()
        if user not in self:
            if not isinstance(user, User) or user.model is not self.model:
                raise TypeError(f"{user!r} is no user of this model")
            self._take(np.append(self._rows, user.row))

    def discard(self, user: User) -> None:
        self._must_be_a_selection()
        if user in self:
            self._take(self._rows[self._rows != user.row])

    def remove(self, user: User) -> None:
        self._must_be_a_selection()
        if user not in self:
            raise KeyError(user)
        self.discard(user)

    def __getstate__(self) -> dict:
        return {"model": self.model, "rows": self._rows}

    def __setstate__(self, state: dict) -> None:
        self.__init__(state["model"], state["rows"])

    # ---- choosing and ordering

    def select(
        self,
        filter_func: Callable[[User], bool] | np.ndarray | None = None,
        at_most: int | float = EVERYBODY,
        inplace: bool = False,
        agent_type: type | None = None,
    ) -> UserSet:
        """Users for whom ``filter_func`` is true, or where a boolean array of the set's length is; else as in Mesa."""
        rows = self.rows
        if isinstance(at_most, float) and at_most <= 1.0:
            at_most = int(len(rows) * at_most)
        most = None if at_most == EVERYBODY else max(0, math.ceil(at_most))
        if agent_type is not None and not issubclass(User, agent_type):
            rows = rows[:0]
        elif isinstance(filter_func, np.ndarray):
            rows = rows[_mask(filter_func, len(rows))]
        elif filter_func is not None:
            rows = self._filtered(filter_func, most)
        return self._give(rows[:most], inplace)

    def _filtered(self, wanted: Callable[[User], bool], most: int | None) -> np.ndarray:
        found: list[int] = []
        for user in self:
            if most is not None and len(found) >= most:
                break
            if wanted(user):
                found.append(user.row)
        return np.array(found, np.int64)

    def shuffle(self, inplace: bool = False) -> UserSet:
        order = self.rows.tolist()
        self.random.shuffle(order)
        return self._give(np.array(order, np.int64), inplace)

    def sort(self, key: Callable[[User], Any] | str, ascending: bool = False, inplace: bool = False) -> UserSet:
        values = self._values(key) if isinstance(key, str) else None
        if values is None:
            reader = key if callable(key) else lambda user: getattr(user, key)
            rows = [user.row for user in sorted(self, key=reader, reverse=not ascending)]
            return self._give(np.array(rows, np.int64), inplace)
        if ascending:
            order = np.argsort(values, kind="stable")
        else:  # equal users keep their order, as with Python's sorted(reverse=True)
            order = len(values) - 1 - np.argsort(values[::-1], kind="stable")[::-1]
        return self._give(self.rows[order], inplace)

    def groupby(self, by: Callable[[User], Any] | str, result_type: str = "agentset") -> GroupBy:
        values = self._values(by) if isinstance(by, str) else None
        rows = self.rows
        groups: dict[Any, np.ndarray]
        if values is None:
            reader = by if callable(by) else lambda user: getattr(user, by)
            lists: dict[Any, list[int]] = {}
            for user in self:
                lists.setdefault(reader(user), []).append(user.row)
            groups = {key: np.array(some, np.int64) for key, some in lists.items()}
        else:
            keys, first, inverse = np.unique(values, return_index=True, return_inverse=True)
            parts = np.split(
                rows[np.argsort(inverse, kind="stable")], np.cumsum(np.bincount(inverse, minlength=len(keys)))[:-1]
            )
            # Mesa gives groups in the order in which they first appear.
            groups = {keys[k].item(): parts[k] for k in np.argsort(first)}
        if result_type == "agentset":
            return UserGroups({key: self._with(some) for key, some in groups.items()})
        return GroupBy({key: self._with(some).to_list() for key, some in groups.items()})

    # ---- values

    def get(self, attr_names: str | list[str], handle_missing: str = "error", default_value: Any = None) -> list:
        """Values by user, as Mesa gives them; ``lever.column`` names a lever's."""
        if handle_missing not in ("error", "default"):
            raise ValueError(f"Unknown handle_missing option: {handle_missing}, should be one of 'error' or 'default'")
        if isinstance(attr_names, str):
            return self._list(attr_names, handle_missing, default_value)
        columns = [self._list(name, handle_missing, default_value) for name in attr_names]
        return [list(values) for values in zip(*columns, strict=True)] if columns else [[] for _ in range(len(self))]

    def agg(self, attribute: str, func: Callable | Iterable[Callable]) -> Any:
        values = self._values(attribute)
        if values is None:
            values = self.get(attribute)
        return _aggregate(values, func) if callable(func) else [_aggregate(values, f) for f in func]

    def set(self, attr_name: str, value: Any) -> UserSet:
        column = self._known(attr_name)
        value = stage_code(value) if attr_name == "stage" else bool(value) if attr_name == "left" else value
        column[slice(None) if self._rows is None else self._rows] = value
        self.model.wake_everybody()
        return self

    # ---- calls

    def do(self, method: str | Callable, *args: Any, **kwargs: Any) -> UserSet:
        self.map(method, *args, **kwargs)
        return self

    def shuffle_do(self, method: str | Callable, *args: Any, **kwargs: Any) -> UserSet:
        self.shuffle().do(method, *args, **kwargs)
        return self

    def map(self, method: str | Callable, *args: Any, **kwargs: Any) -> list:
        if isinstance(method, str):
            return [getattr(user, method)(*args, **kwargs) for user in self]
        return [method(user, *args, **kwargs) for user in self]

    # ---- inside

    def _column(self, name: str) -> np.ndarray | None:
        rows = self.model.rows
        if name in COLUMNS:
            return rows[name]
        lever, _, own = name.partition(".")
        if own and lever in self.model.levers and own in rows.dtype[lever].names:
            return rows[lever][own]
        return None

    def _known(self, name: str) -> np.ndarray:
        column = self._column(name)
        if column is None:
            levers = self.model.levers.items()
            names = [*COLUMNS, *(f"{lever}.{own}" for lever, module in levers for own in module.columns)]
            raise AttributeError(f"there is no column {name!r}: choose from {', '.join(names)}")
        return column

    def _values(self, name: str) -> np.ndarray | None:
        """A column as a user shows it: i8, f8, bool, or names of stages; None where there is no such column."""
        if name == "unique_id":
            return self.rows + 1
        if self._column(name) is None:
            return None
        column = self.array(name)
        if name == "stage":
            return np.array(STAGES)[column]
        if name == "left":
            return column != 0
        return column.astype(np.float64 if column.dtype.kind == "f" else np.int64) if column.ndim == 1 else None

    def _list(self, name: str, handle_missing: str, default: Any) -> list:
        values = self._values(name)
        if values is not None:
            return values.tolist()
        if self._column(name) is not None:
            return list(self.array(name).copy())
        if handle_missing == "error":
            return [getattr(user, name) for user in self]
        return [getattr(user, name, default) for user in self]

    def _with(self, rows: np.ndarray) -> UserSet:
        return UserSet(self.model, rows)

    def _give(self, rows: np.ndarray, inplace: bool) -> UserSet:
        return self._take(rows) if inplace else self._with(rows)

    def _take(self, rows: np.ndarray) -> UserSet:
        self._rows, self._members = rows, None
        return self

    def _update(self, users: Iterable[User]) -> UserSet:
        return self._take(np.array(list(dict.fromkeys(user.row for user in users)), np.int64))

    def _from_iterable(self, users: Iterable[User]) -> UserSet:
        """What ``|``, ``&``, ``-`` and ``^`` give."""
        return self._with(np.zeros(0, np.int64))._update(users)

    def _must_be_a_selection(self) -> None:
        if self._rows is None:
            raise TypeError(
                "users are part of the world: model.agents gains and loses none; "
                "change a copy of it (model.agents.copy())"
            )


class UserGroups(GroupBy):
    """Mesa's GroupBy over sets of users."""

    def agg(self, attr_name: str, func: Callable) -> dict[Any, Any]:
        """What ``func`` makes of an attribute in each group."""
        return {key: group.agg(attr_name, func) for key, group in self.groups.items()}


def _mask(mask: np.ndarray, size: int) -> np.ndarray:
    if mask.dtype != bool or mask.shape != (size,):
        raise ValueError(f"a mask is a boolean array of shape ({size},), not {mask.dtype} of {mask.shape}")
    return mask


def _aggregate(values: np.ndarray | list, func: Callable) -> Any:
    """``func`` of a list of the values, as Mesa does it; the same answer without the list where that is possible."""
    if isinstance(values, list):
        return func(values)
    if func is builtins.len:
        return len(values)
    if values.size and values.dtype.kind in "ibf":
        if func in (builtins.min, builtins.max):
            return (values.min() if func is builtins.min else values.max()).item()
        if func is builtins.sum and values.dtype.kind != "f":  # Python adds floats in another order than NumPy
            return int(values.sum())
    if isinstance(func, np.ufunc) or (getattr(func, "__module__", None) or "").partition(".")[0] == "numpy":
        return func(values)
    return func(values.tolist())
