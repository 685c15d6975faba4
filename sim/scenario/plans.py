"""What a scenario plans by name beside its levers: personas, dated changes, policies that react, experiments; and whom a lever is aimed
at."""

from __future__ import annotations

import datetime
from typing import Any, Literal

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from sim.parameter import Parameters, param
from sim.scenario.schema import Beta, OrderRate
from sim.segment import CHANNELS, SEGMENTS

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


def _text(meaning: str) -> Any:
    """A name that a scenario must give."""
    return Field(..., description=meaning, min_length=1, max_length=200, json_schema_extra={"unit": "-", "source": "design", "grade": ""})


def _date(meaning: str, required: bool = False) -> Any:
    """A calendar date, in the years that a calendar may have."""
    first, last = datetime.date(1970, 1, 1), datetime.date(2209, 12, 31)
    return Field(... if required else None, description=meaning, ge=first, le=last, json_schema_extra={"unit": "date", "source": "design", "grade": ""})


REPEATS = {"weekly": 7, "monthly": 28, "yearly": 365}
"""How long a change may last that comes again, in days."""


class Change(Parameters):
    """A parameter changes on a date, at once or day by day, for good or until another date, once or again and again."""

    path: str = _text("the parameter, such as levers.coupons.face_value")
    to: float | bool | str = Field(..., description="its new value", json_schema_extra={"unit": "the parameter's", "source": "design", "grade": ""})
    on: datetime.date = _date("the first day of the change", required=True)
    ramp_days: int = param(0, "days", "in which a number moves there evenly: on the first day the old value, so many days later the new one", ge=0, le=3_660, source="design")
    until: datetime.date | None = _date("the last day on which it holds; then the old value returns (none: for good)")
    repeat: Literal["never", "weekly", "monthly", "yearly"] = param("never", "-", "the same again, every week, month or year from `on`", source="design")

    @model_validator(mode="after")
    def _in_order(self):
        if self.until is not None and self.until < self.on:
            raise PydanticCustomError("schedule_order", "until must not be before on")
        lasts = None if self.until is None else (self.until - self.on).days
        if lasts is not None and self.ramp_days > lasts:
            raise PydanticCustomError("schedule_ramp", "ramp_days must end by until")
        if self.repeat != "never" and lasts is None:
            raise PydanticCustomError("schedule_again", "what repeats must end first: give until")
        if self.repeat != "never" and lasts >= REPEATS[self.repeat]:
            words = {"days": REPEATS[self.repeat], "repeat": self.repeat}
            raise PydanticCustomError("schedule_length", "what repeats {repeat} may last {days} days at most, on and until included", words)
        return self


class Policy(Parameters):
    """A parameter reacts to a measured number: measure, decide, act, measure again."""

    metric: str = _text("a column of daily.csv, or one of the rates")
    window_days: int = param(7, "days", "over which it is averaged, up to yesterday", ge=1, le=366, source="design")
    above: float | None = param(None, "the metric's", "act when the metric is above", source="design")
    below: float | None = param(None, "the metric's", "act when the metric is below", source="design")
    path: str = _text("the parameter that is changed")
    add: float | None = param(None, "the parameter's", "added at each action", source="design")
    times: float | None = param(None, "times", "multiplied by at each action", ge=0, le=100, source="design")
    to: float | bool | None = Field(None, description="set to", json_schema_extra={"unit": "the parameter's", "source": "design", "grade": ""})
    least: float | None = param(None, "the parameter's", "never brought below", source="design")
    most: float | None = param(None, "the parameter's", "never brought above", source="design")
    cool_down_days: int = param(7, "days", "from one action to the next, at least", ge=1, le=3_660, source="design")

    @model_validator(mode="after")
    def _one_of_each(self):
        if (self.above is None) == (self.below is None):
            raise PydanticCustomError("policy_when", "give one of above, below")
        if sum(v is not None for v in (self.add, self.times, self.to)) != 1:
            raise PydanticCustomError("policy_act", "give one of add, times, to")
        if self.least is not None and self.most is not None and self.least > self.most:
            raise PydanticCustomError("policy_limits", "least must not be above most")
        return self


class Experiment(Parameters):
    """Levers that only the treated get, while the experiment lasts; before it and after it nobody does."""

    levers: tuple[str, ...] = param(..., "-", "instances of levers that only the treated get (none: an A/A test)", at_most=SOME, source="design")
    by: Literal["user", "cluster", "period"] = param("user", "-", "what is assigned to an arm: a user, a cluster of friends, or a stretch of days", source="design")
    share: float = param(0.5, "share", "treated", ge=0, le=1, source="design")
    cluster_size: int = param(100, "users", "neighbours on the ring of friends in a cluster", ge=2, le=1_000_000, source="design")
    period_days: int = param(14, "days", "in a stretch", ge=1, le=366, source="design")
    on: datetime.date | None = _date("the first day (none: the run's first)")
    until: datetime.date | None = _date("the last day (none: the run's last)")

    @model_validator(mode="after")
    def _in_order(self):
        if self.on is not None and self.until is not None and self.until < self.on:
            raise PydanticCustomError("schedule_order", "until must not be before on")
        return self


SECTIONS: dict[str, type[Parameters]] = {"personas": Persona, "schedule": Change, "policies": Policy, "experiments": Experiment}
"""Mappings by name at the top of a scenario."""

SECTION_MEANING = {
    "personas": "kinds of people, by name",
    "schedule": "dated changes of parameters, by name",
    "policies": "reactions to measured numbers, by name",
    "experiments": "levers that only part of the users get, by name",
}
