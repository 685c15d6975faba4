"""Pitfalls: eight ways to read a right number wrongly, each a world in which the truth is known.

Where the source's number follows from a formula, the band is around it; where it depends on a population that the source does not
describe, the world's own settings are said and the band is wide; where only the direction is known, the band is open.
"""

from __future__ import annotations

import math

import numpy as np
from scipy import stats

from analysis.evidence.check import PITFALL, Check, Row, Scale, lived, mean_and_error, shipped
from analysis.language import Both
from sim import ledger
from sim.model import LifecycleModel
from sim.scenario import Scenario
from sim.segment import CHANNELS

EVER = math.inf
PRICE = 40.0


def _many(scenario: Scenario, scale: Scale, least: int = 0) -> list[LifecycleModel]:
    """Every replication at the size the scenario's file gives; a quick run has fewer users, but so many at least."""
    return [lived(scenario, scale, max(scale.people(scenario.run.users), least), scenario.run.days, r) for r in range(scenario.run.replications)]


def _row(quantity: str, unit: str, says: float, values: list[float] | np.ndarray, low: float, high: float, models: list[LifecycleModel], **more) -> Row:
    """A number over replications; the band is wider by half its 99 % interval."""
    mean, error = mean_and_error(values)
    wider = float(stats.t.ppf(0.995, len(values) - 1)) * error
    return Row(quantity, unit, says, mean, low - wider, high + wider, error, users=len(models[0].rows), replications=len(models), **more)


def _sign(quantity: str, unit: str, values: list[float] | np.ndarray, models: list[LifecycleModel], positive: bool, note: str = "") -> Row:
    """A number of which only the direction is known: its 99 % interval must lie on that side of 0."""
    mean, error = mean_and_error(values)
    least = float(stats.t.ppf(0.995, len(values) - 1)) * error
    low, high = (least, EVER) if positive else (-EVER, -least)
    return Row(quantity, unit, math.nan, mean, low, high, error, users=len(models[0].rows), replications=len(models), note=note or ("above 0" if positive else "below 0"))


def contribution(model: LifecycleModel) -> float:
    """Revenue less cost of goods and what the levers cost, in money for each person of the world."""
    return ledger.balance(model.ledger(), ledger.accounts(model.levers))["contribution"] / 100 / len(model.rows)


def _ordered_by(model: LifecycleModel, first: int, last: int) -> np.ndarray:
    """Days with an order of each user, from one day to another, both included; shape (users,)."""
    users = len(model.rows)
    return sum((np.unpackbits(model.ordered[day], count=users, bitorder="little").astype(np.int32) for day in range(first, last + 1)), np.zeros(users, np.int32))


# ---- 1


def _rising_retention(scale: Scale) -> list[Row]:
    models = _many(shipped("pitfalls/rising_retention"), scale)
    left = np.array([1.0 - np.concatenate([[0], model.daily()["departed"][30::30]])[:13] / len(model.rows) for model in models])
    says = np.cumprod([1.0, *((3.806 + t) / (0.668 + 3.806 + t) for t in range(12))])
    rows = []
    for year in (1, 2, 3, 4, 12):
        kept = left[:, year] / left[:, year - 1]
        rows.append(_row(f"renewal rate, year {year}", "share", says[year] / says[year - 1], kept, says[year] / says[year - 1] - 1e-3, says[year] / says[year - 1] + 1e-3, models))
    rows.append(_row("left after 12 years, first rate carried forward", "share", 0.144, left[:, 1] ** 12, 0.144 - 2e-3, 0.144 + 2e-3, models))
    rows.append(_row("left after 12 years", "share", 0.379, left[:, 12], 0.379 - 1e-3, 0.379 + 1e-3, models))
    return rows


# ---- 2


def _cannibalisation(scale: Scale) -> list[Row]:
    plan = shipped("pitfalls/cannibalisation")
    deep = plan.with_values({"levers.coupons.percent": 0.20, "behaviour.price_gain": 2.5})  # the same lift of .5 on the logit
    buyers = {name: _buyers(world, scale) for name, world in (("without", plan.without("coupons")), ("ten", plan), ("twenty", deep))}
    models = buyers["ten"][0]
    without, ten, twenty = (buyers[name][1] for name in buyers)
    margin = plan.economics.margin
    share, naive = 1.0 - without / ten, ten * PRICE * (margin - 0.10)
    return [
        _row("buyers without a coupon", "per 1,000 users", 33.0, without, 32.0, 34.0, models),
        _row("redemptions that the coupon brings", "share", 0.36, share, 0.34, 0.38, models),
        _row("profit that a dashboard shows at 10 % off", "per 1,000 users", 413.0, naive, 393.0, 433.0, models),
        _row("true profit at 10 % off", "per 1,000 users", 17.0, naive - without * PRICE * margin, 2.0, 32.0, models),
        _row("true profit at 20 % off", "per 1,000 users", -190.0, twenty * PRICE * (margin - 0.20) - without * PRICE * margin, -205.0, -175.0, models),
        _row("break-even depth", "share", margin * 0.36, margin * share, margin * 0.34, margin * 0.38, models),
    ]


def _buyers(scenario: Scenario, scale: Scale) -> tuple[list[LifecycleModel], np.ndarray]:
    models = _many(scenario, scale)
    return models, np.array([1000.0 * (model.rows["orders"] > 0).mean() for model in models])


# ---- 3


def _pull_forward(scale: Scale) -> list[Row]:
    plan = shipped("pitfalls/pull_forward")
    on, off = _many(plan, scale, 5_000), _many(plan.without("promotions"), scale, 5_000)
    extra = np.array([(a.daily()["orders"] - b.daily()["orders"]).cumsum() for a, b in zip(on, off, strict=True)])
    end, true = 36, extra[:, -1]  # day 36 is the promotion's last
    too_good = 1.0 - true / extra[:, end]
    return [
        _sign("extra orders on its days", "orders", extra[:, end], on, True),
        _row("of them missing later, two cycles and more on", "share", 1 / 3, too_good, 0.25, 0.42, on, note="a third of the bump is borrowed"),
        _row("still missing when measured for half a cycle", "share", 0.0, 1.0 - extra[:, end + 1] / extra[:, end], -0.06, 0.06, on, note="the next morning nothing is known of it"),
    ]


# ---- 4


def _self_selection(scale: Scale) -> list[Row]:
    plan = shipped("pitfalls/self_selection")
    on, off = _many(plan, scale), _many(plan.without("membership"), scale)
    ratio, true, change = [], [], []
    for a, b in zip(on, off, strict=True):
        member = a.rows["membership"]["state"] > 0
        late = _ordered_by(a, 183, 365)
        ratio.append(late[member].mean() / late[~member].mean())
        true.append(late[member].mean() / _ordered_by(b, 183, 365)[member].mean() - 1.0)
        change.append(_before_after(b))
    return [
        _row("orders of a member against another's", "times", 6.9, ratio, 4.5, 9.5, on, note="the ratio hangs on who joins"),
        _row("truth: what membership does to a member's orders", "share", 0.10, true, 0.07, 0.13, on),
        _row("change after a busy month, with nothing done", "share", -0.41, change, -0.56, -0.26, off, note="two orders or more in a month"),
    ]


def _before_after(model: LifecycleModel) -> float:
    """Change of orders from one month to the next of those who bought at least twice in the first."""
    before, after = _ordered_by(model, 183, 212), _ordered_by(model, 213, 242)
    busy = before >= 2
    return float(after[busy].sum() / before[busy].sum() - 1.0)


# ---- 5


def _regression(scale: Scale) -> list[Row]:
    models = _many(shipped("pitfalls/regression_to_the_mean"), scale)
    rows = []
    for name, days in (("a year", 364), ("a month", 30)):
        says = 1.0 / (1.0 + 4.414 / (days / 7.0))
        slopes = [_slope(_ordered_by(m, 1, days), _ordered_by(m, days + 1, 2 * days)) for m in models]
        rows.append(_row(f"of a difference over {name}, seen again in the next", "share", says, slopes, says - 0.03, says + 0.03, models))
    first, second = (np.array([_ordered_by(m, *days).mean() for m in models]) for days in ((1, 364), (365, 728)))
    rows.append(_row("all customers, second year against the first", "times", 1.0, second / first, 0.98, 1.02, models))
    return rows


def _slope(x: np.ndarray, y: np.ndarray) -> float:
    """Of the regression of y on x."""
    return float(np.cov(x, y)[0, 1] / x.var(ddof=1))


# ---- 6


def _survivorship(scale: Scale) -> list[Row]:
    models = _many(shipped("pitfalls/survivorship"), scale, 40_000)
    per_active = np.array([[m.daily()["orders"][30 * k + 1 : 30 * k + 31].sum() / (_ordered_by(m, 30 * k + 1, 30 * k + 30) > 0).sum() for k in range(18)] for m in models])
    return [
        _row("orders per active customer, month 1", "orders", 1.35, per_active[:, 0], 1.30, 1.40, models),
        _row("orders per active customer, month 17", "orders", 1.26, per_active[:, 16], 1.21, 1.31, models),
        _sign("change in 17 months", "orders", per_active[:, 16] - per_active[:, 0], models, False),
    ]


# ---- 7


def _interference(scale: Scale) -> list[Row]:
    plan = shipped("pitfalls/interference")
    people = scale.people(plan.run.users)
    coupons = 4_000 * people // plan.run.users
    plan = plan.with_values({"economics.incentive_budget": coupons * 10.0})
    name = "experiments.served_first.share"
    test, everybody, nobody = (_many(plan.with_values({name: share}), scale) for share in (0.5, 1.0, 0.0))
    read = [m.steering.trials[0].read(m)["arms"][:, 0, 1] for m in test]
    truth = [100.0 * ((a.rows["orders"] > 0).mean() - (b.rows["orders"] > 0).mean()) for a, b in zip(everybody, nobody, strict=True)]
    return [
        _row("coupons given out, everybody served first", "coupons", coupons, [m.daily()["first_issued"].sum() + m.daily()["second_issued"].sum() for m in everybody], coupons, coupons, test),
        _row("coupons given out, nobody served first", "coupons", coupons, [m.daily()["first_issued"].sum() + m.daily()["second_issued"].sum() for m in nobody], coupons, coupons, test),
        _row("difference that the A/B test reads", "points", 1.7, [100.0 * (treated - control) for treated, control in read], 1.2, 2.2, test),
        _row("truth: everybody against nobody", "points", 0.0, truth, -0.1, 0.1, test),
    ]


# ---- 8


def _simpson(scale: Scale) -> list[Row]:
    before, after = (_many(shipped(f"pitfalls/{name}"), scale, 20_000) for name in ("simpson_before", "simpson"))
    rows = []
    for channel in ("content", "search", "ads"):
        code = CHANNELS.index(channel)
        gain = [100.0 * (_converted(a, code) - _converted(b, code)) for a, b in zip(after, before, strict=True)]
        rows.append(_sign(f"conversion by {channel}, after less before", "points", gain, after, True))
    total = [100.0 * (_converted(a) - _converted(b)) for a, b in zip(after, before, strict=True)]
    return [*rows, _sign("conversion of all, after less before", "points", total, after, False)]


def _converted(model: LifecycleModel, channel: int | None = None) -> float:
    """Of those who signed up (by one channel) in the first 90 days, the share who have ordered within 30 days of it."""
    rows = model.rows
    there = (rows["entry_day"] <= 90) & (rows["stage"] > 0)
    if channel is not None:
        there &= rows["channel"] == channel
    first = rows["first_order_day"]
    return float(((first >= 0) & (first - rows["entry_day"] <= 30))[there].mean())


def _goodhart(scale: Scale) -> list[Row]:
    plan = shipped("pitfalls/goodhart")
    on, off = _many(plan, scale, 4_000), _many(plan.without("points"), scale, 4_000)
    back = [[np.mean([_visits_on(m, 7)]) for m in models] for models in (on, off)]
    owed = [m.daily()["points_issued"].sum() / len(m.rows) / 100 for m in on]
    return [
        _sign("day-7 retention by visit, with less without", "points", 100.0 * (np.array(back[0]) - np.array(back[1])), on, True, "the target is met"),
        _sign("contribution", "money/user", [contribution(a) - contribution(b) for a, b in zip(on, off, strict=True)], on, False, "the guard-rail is not"),
        _sign("points given out", "money/user", owed, on, True, "a liability until spent or expired"),
    ]


def _visits_on(model: LifecycleModel, age: int) -> float:
    """Share of users with a visit on the day of that age, of those followed so long."""
    users, came, followed = len(model.rows), 0, 0
    entry = model.rows["entry_day"]
    for day in range(age, model.days + 1):
        those = entry == day - age
        followed += int(those.sum())
        came += int(np.unpackbits(model.visited[day], count=users, bitorder="little").astype(bool)[those].sum())
    return came / followed


def _targeting(scale: Scale) -> list[Row]:
    risk, response = shipped("pitfalls/targeting_risk"), shipped("pitfalls/targeting_response")
    by_risk, by_response, nobody = (_many(plan, scale, 4_000) for plan in (risk, response, risk.without("save")))
    gone = [np.array([100.0 * (m.rows["left"] > 0).mean() for m in models]) for models in (by_risk, by_response, nobody)]
    return [
        _sign("gone for good, contacted by risk less nobody contacted", "points", gone[0] - gone[2], by_risk, True, "it wakes sleeping dogs"),
        _sign("gone for good, contacted by response less by risk", "points", gone[1] - gone[0], by_risk, False),
        _sign("contribution, contacted by risk less nobody contacted", "money/user", [contribution(a) - contribution(b) for a, b in zip(by_risk, nobody, strict=True)], by_risk, False),
    ]


SEEN = "Arithmetic on published parameters"
CHECKS = [
    Check("rising_retention", PITFALL, Both("Retention rises though nobody grows loyal", "留存率逐年上升，却没有人变得更忠诚"), "Fader & Hardie 2007, High End", "A", _rising_retention,
          setting="scenarios/pitfalls/rising_retention.yaml; 30 days stand for a year."),
    Check("cannibalisation", PITFALL, Both("Who would have bought anyway", "本来就会买的人"), SEEN, "D", _cannibalisation,
          setting="scenarios/pitfalls/cannibalisation.yaml; users differ in how often they come by (r = 1), which the source leaves open."),
    Check("pull_forward", PITFALL, Both("A promotion measured too early looks too good", "促销测得太早，看起来太好"), "van Heerde, Leeflang & Wittink 2004", "B", _pull_forward,
          setting="scenarios/pitfalls/pull_forward.yaml; customers order every four weeks or so."),
    Check("self_selection", PITFALL, Both("Members buy more, and would have", "会员买得多，但他们本来就买得多"), SEEN, "D", _self_selection,
          setting="scenarios/pitfalls/self_selection.yaml; the rule by which members join is this world's own."),
    Check("regression_to_the_mean", PITFALL, Both("The best month is followed by a worse one", "回归均值：最好的一个月之后总会变差"), "NBD of CDNOW: 1/(1 + α/T)", "A", _regression,
          setting="scenarios/pitfalls/regression_to_the_mean.yaml; nobody leaves or changes."),
    Check("survivorship", PITFALL, Both("The survivors buy more slowly", "幸存者买得更慢"), "BG/NBD of CDNOW", "A", _survivorship, setting="scenarios/pitfalls/survivorship.yaml."),
    Check("interference", PITFALL, Both("The A/B test that lied", "会骗人的 A/B 测试"), SEEN, "D", _interference,
          setting="scenarios/pitfalls/interference.yaml; the treated are served first."),
    Check("simpson", PITFALL, Both("Every channel better, the total worse", "辛普森悖论：每个渠道都变好，总体却变差"), "Simpson 1951", "D", _simpson,
          setting="scenarios/pitfalls/simpson.yaml against simpson_before.yaml."),
    Check("goodhart", PITFALL, Both("A target met, a shop harmed", "古德哈特定律：指标达成，生意受损"), "Goodhart 1975", "D", _goodhart, setting="scenarios/pitfalls/goodhart.yaml."),
    Check("targeting_risk", PITFALL, Both("Contacting those at risk raises churn", "联系高风险用户反而增加流失"), "Ascarza 2018", "A", _targeting,
          setting="scenarios/pitfalls/targeting_risk.yaml and targeting_response.yaml."),
]
