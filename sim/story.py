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
from sim.exact import exp, log, pulled
from sim.lifecycle.activity import VISITS
from sim.lifecycle.churn import PER_ORDER, PER_RENEWAL, PER_TIME
from sim.model import LifecycleModel
from sim.population import DAYS_A_WEEK, PROSPECT, REASONS, STAGES
from sim.segment import CHANNELS

PULLS = ("visit_pull", "order_pull", "stay_pull", "return_hazard", "cheaper", "basket_lift", "completion")
"""Fields of today in which contributions are told apart by who made them."""

OF_A_VISIT = ("order_pull", "cheaper", "basket_lift")

OWN = {
    "feel_habit": "habit", "feel_tired": "fatigue", "feel_curious": "curiosity", "weigh_price": "price", "weigh_experience": "experience",
    "weigh_first_deal": "first_deal", "feel_weary": "fatigue",
}
"""What the lifecycle's own rules put in, by the rule's name."""


@dataclass
class Leaving:
    """One decision to stay or to leave for good: its chance before and after all pulls, and who held the user by how much (logit).

    Where leaving is a clock that runs down (``per_time``), the chances are 0 and the pulls are logs of how much slower it ran.
    """

    chance_unpushed: float
    chance: float
    pulls: dict[str, float]
    left: bool


@dataclass
class Visit:
    """One visit: the chance to order before and after all pulls, who pulled how much (logit), and the order, if there was one.

    ``basket_pulls``: who made the order's basket larger (log). ``leaving``: the decision after the order, where there is one.
    """

    chance_unpushed: float
    chance: float
    pulls: dict[str, float]
    ordered: bool
    basket: int = 0
    paid: int = 0
    taken_off: dict[str, int] = field(default_factory=dict)
    failed: bool = False
    basket_pulls: dict[str, float] = field(default_factory=dict)
    leaving: Leaving | None = None


@dataclass
class Day:
    """One day of the user's. ``counts`` are what the levers counted or posted because of this user, by lever and name.

    ``reached``: of a prospect on the day of sign-up, the hazard of each channel. ``finishing``: who changed the chance to finish the
    sign-up (log). ``renewal``: a decision to stay that needed no order. ``return_hazards``: of who comes back, the chance of that day, by
    who called.
    """

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
    returned: bool = False
    stage_before: str = ""
    renewal: Leaving | None = None
    return_hazards: dict[str, float] = field(default_factory=dict)
    reached: dict[str, float] = field(default_factory=dict)
    finishing: dict[str, float] = field(default_factory=dict)

    @property
    def matters(self) -> bool:
        """Whether anything happened that a story would tell."""
        something = self.visits or self.counts or self.entered or self.departed or self.returned or self.renewal
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
        self.begin(None)

    def begin(self, core: Any) -> None:
        """A day begins; ``core``: the parameters of the lifecycle."""
        self.core = core
        self.by: dict[str, dict[str, float]] = {pull: {} for pull in PULLS}
        self.taken_off: dict[str, int] = {}
        self.visits: list[Visit] = []
        self.expected = (0.0, 0.0)
        self.renewal: Leaving | None = None
        self.reached: dict[str, float] = {}
        self.pushed: dict[str, float] = {}

    def __call__(self, lever: str, rule: Any, u: Any, t: Any, before: bool) -> None:
        name = rule.__name__
        if before:
            self.before = {pull: getattr(t, pull) for pull in PULLS} | {"saved": t.basket - t.due}
            return
        who = lever or OWN.get(name, "")
        for pull, by in self.by.items():
            change = _ratio(t.completion, self.before[pull]) if pull == "completion" else getattr(t, pull) - self.before[pull]
            if change and who and name != "weigh_price":
                by[who] = by.get(who, 0.0) + float(change)
        saved = t.basket - t.due - self.before["saved"]
        if lever and rule.phase == "pay" and saved:
            self.taken_off[lever] = self.taken_off.get(lever, 0) + int(saved)
        if not lever and (note := getattr(self, f"_{name}", None)) is not None:
            note(u, t)

    def _be_near(self, u: Any, t: Any) -> None:
        self.by["completion"] = {}

    def _be_reached(self, u: Any, t: Any) -> None:
        self.reached = {CHANNELS[k]: float(hazard) for k, hazard in enumerate(t.hazards) if hazard and k < len(CHANNELS)}

    def _feel_weary(self, u: Any, t: Any) -> None:
        self.pushed = dict(self.by["visit_pull"])

    def _wear_out(self, u: Any, t: Any) -> None:
        """Leaving that needs no order."""
        due = self.core.dropout == PER_RENEWAL and (t.day - u.entry_day) % self.core.period_days == 0
        if due or self.core.dropout == PER_TIME and u.left == 2:
            pulls = self._holding(self.core.satisfaction_stay * u.satisfaction)
            stay = t.stay_pull + self.core.satisfaction_stay * u.satisfaction
            chances = (u.leave_p, pulled(u.leave_p, -stay)) if due else (0.0, 0.0)
            self.renewal = Leaving(*chances, pulls, u.left == 2)

    def _plan_visits(self, u: Any, t: Any) -> None:
        usual = u.visit_rate * t.season * t.alive_share
        self.expected = (usual, usual * exp(min(t.visit_pull, 700.0)))

    def _weigh_price(self, u: Any, t: Any) -> None:
        """What each saving promised changes is its lever's, one after the other; the rest is how the list price feels."""
        pulls, saved = self.by["order_pull"], 0.0
        felt = self._price_felt(u, t, 0.0)
        if felt:
            pulls["price"] = felt
        for who, saving in self.by["cheaper"].items():
            more = self._price_felt(u, t, saved + saving) - self._price_felt(u, t, saved)
            pulls[who] = pulls.get(who, 0.0) + more
            saved += saving

    def _price_felt(self, u: Any, t: Any, cheaper: float) -> float:
        """The logit that a saving brings (``sim.lifecycle.conversion.weigh_price``)."""
        gap = u.reference_price - (1.0 - cheaper)
        return float((self.core.price_gain if gap > 0.0 else self.core.price_loss) * gap + t.versus * cheaper)

    def _decide(self, u: Any, t: Any) -> None:
        pulls = dict(self.by["order_pull"])
        if t.wish != t.order_pull:
            pulls["cupboard"] = float(t.wish - t.order_pull)
        unpushed = self.core.conversion
        self.visits.append(Visit(unpushed, pulled(unpushed, t.wish), pulls, bool(t.ordered), basket_pulls=dict(self.by["basket_lift"])))
        for pull in OF_A_VISIT:
            self.by[pull] = {}

    def _check_out(self, u: Any, t: Any) -> None:
        if not self.visits:  # the first order, on the day of entry
            self.visits.append(Visit(1.0, 1.0, {}, True))
        last = self.visits[-1]
        last.basket, last.paid, last.taken_off = t.basket, t.due, self.taken_off
        self.taken_off = {}

    def _experience(self, u: Any, t: Any) -> None:
        self.visits[-1].failed = bool(t.failed)

    def _leave_after_order(self, u: Any, t: Any) -> None:
        if self.core.dropout == PER_ORDER and (u.orders > 1 or self.core.first_order_leaves):
            pulls = self._holding(self.core.satisfaction_stay * u.satisfaction)
            for who, pull in [*self.pushed.items(), *self._of_this_order()]:  # such orders carry no extra chance to leave
                pulls[who] = pulls.get(who, 0.0) + self.core.own_orders_only * pull
            self.visits[-1].leaving = Leaving(u.leave_p, pulled(u.leave_p, -t.hold), _without_nothing(pulls), u.left == 2)

    def _of_this_order(self) -> list[tuple[str, float]]:
        pulls = self.visits[-1].pulls
        return [(who, pull) for who, pull in pulls.items() if who != "cupboard"]

    def _holding(self, experience: float) -> dict[str, float]:
        """Who holds the user today (logit of staying), experience so far included."""
        pulls = dict(self.by["stay_pull"])
        if experience:
            pulls["experience"] = pulls.get("experience", 0.0) + float(experience)
        return pulls


def _ratio(after: float, before: float) -> float:
    """The log of how much larger a chance became; 0 where there was, or is, none."""
    return float(log(after / before)) if after > 0.0 and before > 0.0 else 0.0


def _without_nothing(pulls: dict[str, float]) -> dict[str, float]:
    return {who: pull for who, pull in pulls.items() if pull}


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
        if self.days and self.days[-1].day == today["day"][0]:
            self.days.pop()  # a budget made the day be lived again
        self.row = _bytes_of(model, user).copy().view(model.rows.dtype)
        u, policy, t = Row(self.row, 0, columns_of(self.row)), plain(model.policy), plain(today)
        t.luck, t.inside = chance(t.key, user, t.day, VISITS, 0), model.inside.item(user)
        t.heard, t.invited, t.deals, t.thanked = model.heard[user].tolist()
        m = blank_counters(model.counter_dtype)
        watcher.begin(policy.core)
        stage = u.stage
        self.live(u, policy, t, m)
        self.days.append(self._day(u, policy, t, m, stage, model))

    def _day(self, u: Any, policy: Any, t: Any, m: Any, stage: int, model: LifecycleModel) -> Day:
        watcher = self.watcher
        counts = {name: {k: v for k, v in vars(getattr(m, name)).items() if v} for name in model.levers}
        return Day(
            day=t.day, stage=STAGES[u.stage], left=bool(u.left), stage_before=STAGES[stage],
            visits_expected_unpushed=watcher.expected[0], visits_expected=watcher.expected[1], visit_pulls=dict(watcher.by["visit_pull"]),
            visits=watcher.visits, counts={name: found for name, found in counts.items() if found},
            entered=CHANNELS[u.channel] if t.entered else "",
            departed=REASONS[u.left_reason] if u.left and u.left_day == t.day and stage != PROSPECT else "",
            returned=bool(t.returned), renewal=watcher.renewal,
            return_hazards={"unasked": float(policy.core.return_per_day), **watcher.by["return_hazard"]} if t.returned else {},
            reached=watcher.reached if t.entered else {}, finishing=watcher.by["completion"] if t.entered else {},
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
