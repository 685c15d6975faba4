"""What a scenario plans by name beside its levers: personas, dated changes, policies that react, experiments; and whom a lever is aimed
at."""

from __future__ import annotations

import datetime
from typing import Literal

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from sim.parameter import Parameters, param
from sim.scenario.schema import Beta, OrderRate
from sim.segment import CHANNELS, SEGMENTS

DATE = {"unit": "date", "source": "design", "grade": ""}
SOME = 40
"""Names in a list, at most."""


class Aim(Parameters):
    """Whom a lever is aimed at: users who are in one of the segments, and of one of the personas, and from one of the channels, that are
    named."""

    segments: tuple[Literal[SEGMENTS], ...] = param((), "-", "new, active, at_risk, dormant, churned; high_value, ordinary (none: everybody)", at_most=SOME, source="design")
    personas: tuple[str, ...] = param((), "-", "names of the scenario's personas (none: everybody)", at_most=SOME, source="design")
    channels: tuple[Literal[CHANNELS], ...] = param((), "-", "how the user was acquired (none: everybody)", at_most=SOME, source="design")

    @property
    def names_segments(self) -> bool:
        """Whether a user's segments must be known."""
        return bool(self.segments)


class Persona(Parameters):
    """A kind of person. What is not given here is as in `population`."""

    share: float = param(..., "parts", "of the people, relative to the other personas", gt=0, le=1e6)
    order_rate: OrderRate | None = None
    leave: Beta | None = None
    deal_proneness: Beta | None = None
    basket_times: float = param(1.0, "times", "usual basket against the population's", gt=0, le=100)


class Change(Parameters):
    """A parameter changes on a date."""

    path: str = Field(..., description="the parameter, such as levers.coupons.face_value", min_length=1, max_length=200, json_schema_extra={"unit": "-", "source": "design", "grade": ""})
    to: float | bool | str = Field(..., description="its new value", json_schema_extra={"unit": "-", "source": "design", "grade": ""})
    on: datetime.date = Field(..., description="the first day on which it holds", json_schema_extra=DATE)
    ramp_days: int = param(0, "days", "in which a number moves there evenly", ge=0, le=3_660, source="design")
    until: datetime.date | None = Field(None, description="the last day on which it holds; then the old value returns", json_schema_extra=DATE)
    repeat: Literal["never", "weekly", "monthly", "yearly"] = param("never", "-", "the same again", source="design")


class Policy(Parameters):
    """A parameter reacts to a measured number: measure, decide, act, measure again."""

    metric: str = Field(..., description="a column of daily.csv, or one of the rates", min_length=1, max_length=200, json_schema_extra={"unit": "-", "source": "design", "grade": ""})
    window_days: int = param(7, "days", "over which it is averaged", ge=1, le=366, source="design")
    above: float | None = param(None, "the metric's", "act when the metric is above", source="design")
    below: float | None = param(None, "the metric's", "act when the metric is below", source="design")
    path: str = Field(..., description="the parameter that is changed", min_length=1, max_length=200, json_schema_extra={"unit": "-", "source": "design", "grade": ""})
    add: float | None = param(None, "the parameter's", "added at each action", source="design")
    times: float | None = param(None, "times", "multiplied by at each action", ge=0, le=100, source="design")
    to: float | None = param(None, "the parameter's", "set to", source="design")
    least: float | None = param(None, "the parameter's", "never below", source="design")
    most: float | None = param(None, "the parameter's", "never above", source="design")
    cool_down_days: int = param(7, "days", "between two actions", ge=1, le=3_660, source="design")

    @model_validator(mode="after")
    def _one_of_each(self):
        if (self.above is None) == (self.below is None):
            raise PydanticCustomError("policy_when", "give one of above, below")
        if sum(v is not None for v in (self.add, self.times, self.to)) != 1:
            raise PydanticCustomError("policy_act", "give one of add, times, to")
        return self


class Experiment(Parameters):
    """Levers that only the treated get."""

    levers: tuple[str, ...] = param(..., "-", "instances of levers that only the treated get", at_most=SOME, source="design")
    by: Literal["user", "cluster", "period"] = param("user", "-", "what is assigned to an arm: a user, a cluster of friends, or a stretch of days", source="design")
    share: float = param(0.5, "share", "treated", ge=0.01, le=0.99, source="design")
    cluster_size: int = param(100, "users", "neighbours in a cluster", ge=2, le=1_000_000, source="design")
    period_days: int = param(14, "days", "in a stretch", ge=1, le=366, source="design")


SECTIONS: dict[str, type[Parameters]] = {"personas": Persona, "schedule": Change, "policies": Policy, "experiments": Experiment}
"""Mappings by name at the top of a scenario."""

SECTION_MEANING = {
    "personas": "kinds of people, by name",
    "schedule": "dated changes of parameters, by name",
    "policies": "reactions to measured numbers, by name",
    "experiments": "levers that only part of the users get, by name",
}
