"""One user's life, day by day, with why: what was received, what was decided, and what each lever and each habit of the user's put into it.

The world is lived compiled; the user's own day is lived once more in plain Python from the same row, with every rule watched. Both must
end with the
same bits, and the story says so itself: it raises where they do not.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from sim.chance import chance
from sim.engine.compose import plain_day
from sim.engine.driver import Row, blank_counters, columns_of, plain
from sim.exact import exp, pulled
from sim.lifecycle.activity import VISITS
from sim.model import LifecycleModel
from sim.population import DAYS_A_WEEK, PROSPECT, REASONS, STAGES
from sim.segment import CHANNELS

PULLS = ("visit_pull", "order_pull", "stay_pull", "return_hazard", "cheaper", "basket_lift")
"""Fields of today in which contributions are told apart by who made them."""

OWN = {
    "feel_habit": "habit", "feel_tired": "fatigue", "feel_curious": "curiosity", "weigh_price": "price", "weigh_experience": "experience",
}
"""What the lifecycle's own rules put in, by the rule's name."""


@dataclass
class Visit:
    """One visit: the chance to order before and after all pulls, who pulled how much (logit), and the order, if there was one."""

    chance_unpushed: float
    chance: float
    pulls: dict[str, float]
    ordered: bool
    basket: int = 0
    paid: int = 0
    taken_off: dict[str, int] = field(default_factory=dict)
    failed: bool = False


@dataclass
class Day:
    """One day of the user's. ``counts`` are what the levers counted or posted because of this user, by lever and name."""

    day: int
    stage: str
    left: bool
    visits_expected_unpushed: float
    visits_expected: float
    visit_pulls: dict[str, float]
    visits: list[Visit]
    counts: dict[str, dict[str, int]]
    entered: str = ""
    departed: str = ""
    leave_chance_unpushed: float = 0.0
    leave_chance: float = 0.0
    returned: bool = False
    stage_before: str = ""

    @property
    def matters(self) -> bool:
        """Whether anything happened that a story would tell."""
        something = self.visits or self.counts or self.entered or self.departed or self.returned
        return bool(something) or self.stage != self.stage_before


@dataclass
class Life:
    """A user's life in one scenario. ``money`` in minor units: worth of orders, paid, discounts and costs by lever's account."""

    scenario: str
    user: int
    start: datetime.date
    currency: str
    traits: dict[str, float | str]
    days: list[Day]

    @property
    def telling(self) -> list[Day]:
        """The days that mattered."""
        return [day for day in self.days if day.matters]

    @property
    def orders(self) -> list[tuple[int, Visit]]:
        """Every order with its day."""
        return [(day.day, visit) for day in self.days for visit in day.visits if visit.ordered]


class _Watcher:
    """Notes what each rule puts into today's pulls."""

    def __init__(self) -> None:
        self.before: dict[str, float] = {}
        self.begin()

    def begin(self) -> None:
        self.visit_pulls: dict[str, float] = {}
        self.order_pulls: dict[str, float] = {}
        self.taken_off: dict[str, int] = {}
        self.visits: list[Visit] = []
        self.expected = (0.0, 0.0)
        self.leaving = (0.0, 0.0)
        self.reason = 0

    def __call__(self, lever: str, rule: Any, u: Any, t: Any, before: bool) -> None:
        name = rule.__name__
        if before:
            self.before = {pull: getattr(t, pull) for pull in PULLS} | {"saved": t.basket - t.due}
            return
        who = lever or OWN.get(name, "")
        for field_name, into in (("visit_pull", self.visit_pulls), ("order_pull", self.order_pulls)):
            change = getattr(t, field_name) - self.before[field_name]
            if change and who:
                into[who] = into.get(who, 0.0) + float(change)
        saved = t.basket - t.due - self.before["saved"]
        if lever and rule.phase == "pay" and saved:
            self.taken_off[lever] = self.taken_off.get(lever, 0) + int(saved)
        if name == "plan_visits" and not lever:
            usual = u.visit_rate * t.season * t.alive_share
            self.expected = (usual, usual * exp(min(t.visit_pull, 700.0)))
        elif name == "decide" and not lever:
            pulls = dict(self.order_pulls)
            if t.wish != t.order_pull:
                pulls["cupboard"] = float(t.wish - t.order_pull)
            unpushed = self.conversion
            self.visits.append(Visit(unpushed, pulled(unpushed, t.wish), pulls, bool(t.ordered)))
            self.order_pulls = {}
        elif name == "check_out" and not lever:
            last = self.visits[-1] if self.visits else None
            if last is None:  # the first order, on the day of entry
                last = Visit(1.0, 1.0, {}, True)
                self.visits.append(last)
            last.basket, last.paid, last.taken_off = t.basket, t.due, self.taken_off
            self.taken_off = {}
        elif name == "experience" and not lever:
            self.visits[-1].failed = bool(t.failed)
        elif name == "leave_after_order" and not lever and self.can_leave:
            self.leaving = (u.leave_p, pulled(u.leave_p, -t.hold))


class _Teller:
    """Lives the user's day once more, watched, before the world lives it, and checks afterwards that both are the same."""

    def __init__(self, user: int) -> None:
        self.user, self.watcher, self.days = user, _Watcher(), []
        self.live: Any = None
        self.row: np.ndarray | None = None

    def __call__(self, model: LifecycleModel, today: np.ndarray) -> None:
        if self.live is None:
            if not 0 <= self.user < len(model.rows):
                raise IndexError(f"there is no user {self.user}: this world has the users 0 to {len(model.rows) - 1}")
            self.live = plain_day(model.levers, self.watcher)
        user, watcher = self.user, self.watcher
        self.row = _bytes_of(model, user).copy().view(model.rows.dtype)
        u, policy, t = Row(self.row, 0, columns_of(self.row)), plain(model.policy), plain(today)
        t.luck, t.inside = chance(t.key, user, t.day, VISITS, 0), model.inside.item(user)
        t.heard, t.invited, t.deals, t.thanked = model.heard[user].tolist()
        m = blank_counters(model.counter_dtype)
        watcher.begin()
        watcher.conversion = policy.core.conversion
        watcher.can_leave = policy.core.dropout == 0
        stage = u.stage
        self.live(u, policy, t, m)
        self.days.append(self._day(u, t, m, stage, model))

    def _day(self, u: Any, t: Any, m: Any, stage: int, model: LifecycleModel) -> Day:
        watcher = self.watcher
        counts = {name: {k: v for k, v in vars(getattr(m, name)).items() if v} for name in model.levers}
        return Day(
            day=t.day, stage=STAGES[u.stage], left=bool(u.left), stage_before=STAGES[stage],
            visits_expected_unpushed=watcher.expected[0], visits_expected=watcher.expected[1], visit_pulls=dict(watcher.visit_pulls),
            visits=watcher.visits, counts={name: found for name, found in counts.items() if found},
            entered=CHANNELS[u.channel] if t.entered else "",
            departed=REASONS[u.left_reason] if u.left and u.left_day == t.day and stage != PROSPECT else "",
            leave_chance_unpushed=watcher.leaving[0], leave_chance=watcher.leaving[1], returned=bool(t.returned),
        )

    def check(self, model: LifecycleModel) -> None:
        """Raise ``AssertionError`` where the watched day ended otherwise than the world's."""
        if self.row is not None and _bytes_of(model, self.user).tobytes() != self.row.view(np.uint8).tobytes():
            raise AssertionError(f"the story of user {self.user} departs from the life on day {self.days[-1].day}: a defect of the engine")


def _bytes_of(model: LifecycleModel, user: int) -> np.ndarray:
    """A user's row as bytes, padding included."""
    return model.rows.view(np.uint8).reshape(len(model.rows), -1)[user]


def life(scenario: Any, user: int, *, replication: int = 0, users: int | None = None, days: int | None = None) -> Life:
    """The life of one user of a scenario's world. Raises ``IndexError`` where the world has no such user."""
    teller = _Teller(user)
    model = LifecycleModel(scenario, users=users, days=days, replication=replication, before_day=teller, after_day=teller.check).run()
    row = model.rows[user]
    traits: dict[str, float | str] = {
        "visits_per_week": float(row["visit_rate"]) * DAYS_A_WEEK,
        "usual_basket_minor": float(row["usual_basket"]),
        "leaves_after_order": float(row["leave_p"]),
        "deal_proneness": float(row["deal_proneness"]),
        "persona": list(model.plan.personas)[row["persona"]] if model.plan.personas else "",
    }
    plan = model.plan
    return Life(plan.name, user, plan.calendar.start, plan.economics.currency, traits, teller.days)


def parting(one: Life, other: Life) -> int | None:
    """The first day on which two lives of the same user differ in what the user does, gets or is; None: never."""
    for a, b in zip(one.days, other.days, strict=False):
        if _deeds(a) != _deeds(b):
            return a.day
    return None


def _deeds(day: Day) -> tuple:
    orders = [(v.ordered, v.basket, v.paid) for v in day.visits]
    return day.stage, day.left, orders, day.counts, day.entered, day.departed, day.returned
