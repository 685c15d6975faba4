"""What Mesa sees of the model: its agents, its data collector, its copies. The same on every Mesa from 3.3.1."""

from __future__ import annotations

from functools import partial
from typing import Any

import mesa

from sim.population import STAGES
from sim.user import User
from sim.userset import UserSet


class MesaSurface(mesa.Model):
    """A mesa.Model whose agents are the rows of ``rows`` and whose scenario is ``plan``."""

    plan: Any
    rows: Any

    @property
    def scenario(self) -> Any:
        """The scenario this model lives."""
        return self.plan

    @scenario.setter
    def scenario(self, value: Any) -> None:
        self._mesa_scenario = value  # Mesa ≥ 3.5 makes one of its own to keep the seed

    @property
    def agents(self) -> UserSet:
        """All people of the world, as Mesa's AgentSet."""
        return UserSet(self)

    @property
    def agents_by_type(self) -> dict[type, UserSet]:
        """All people under their one type."""
        return {User: self.agents}

    @property
    def agent_types(self) -> list[type]:
        """The one type of agent there is."""
        return [User]

    def user(self, row: int) -> User:
        """One user, by number."""
        return self.agents[row]

    def register_agent(self, agent: mesa.Agent) -> None:
        """Refuse: ``TypeError``, for ``agents`` would not show it."""
        raise TypeError(
            f"the people of this world are its rows: {type(agent).__name__} cannot be added (set users= to have more)"
        )

    def collect_by_default(self) -> None:
        """Have ``datacollector`` collect after each day, until it is replaced by another one."""
        self.datacollector = self._own_collector = mesa.DataCollector(model_reporters=reporters())

    def collect(self) -> None:
        """Collect today where the collector is the model's own; whoever brings another decides when it collects."""
        if self.datacollector is self._own_collector:
            self.datacollector.collect(self)

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_pool": None, "morning": None}  # threads and a spare copy stay behind; the next day makes new ones


def reporters() -> dict[str, Any]:
    """What the model's own collector keeps of a day: stocks, today's counts, totals so far."""
    # Functions, not lambdas: a model is pickled with its collector.
    out: dict[str, Any] = {"day": _day}
    out |= {name: partial(_stock, name=name) for name in (*STAGES, "departed")}
    out |= {name: partial(_today, name=name) for name in ("new_users", "active_users", "orders")}
    out |= {"revenue_minor": partial(_today, name="revenue")}
    out |= {"registered_ever": partial(_so_far, name="new_users"), "total_orders": partial(_so_far, name="orders")}
    return out | {"total_revenue_minor": partial(_so_far, name="revenue")}


def _day(model: Any) -> int:
    return model.day


def _today(model: Any, name: str) -> int:
    return int(model.history[-1]["core"][name][0])


def _so_far(model: Any, name: str) -> int:
    return int(model.total["core"][name][0])


def _stock(model: Any, name: str) -> int:
    return _so_far(model, name) + (len(model.rows) if name == STAGES[0] else 0)
