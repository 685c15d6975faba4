"""Published experiments, replayed: each a scenario in ``scenarios/evidence`` with the study's sample size and the levers' default parameters.

What the study's setting fixes is written in the scenario. Worlds with and without are compared under the same luck, so a difference is the lever's; the bands
are those of the studies.
"""

from __future__ import annotations

import numpy as np

from analysis.evidence.check import REPLAY, Check, Row, Scale, shipped
from analysis.language import Both
from sim.model import LifecycleModel
from sim.scenario import Scenario
from sim.study.twin import balance

TWO_WEEKS = 14


def _world(name: str, scale: Scale, replication: int = 0, list_orders: bool = False, **values: object) -> LifecycleModel:
    """A replay's world on day 0, with its own number of people and days."""
    plan = shipped(f"evidence/{name}", **values)
    return LifecycleModel(plan, users=scale.people(plan.run.users), replication=replication, threads=scale.threads, list_orders=list_orders)


def _marks(model: LifecycleModel, diary: str) -> np.ndarray:
    """Who visited or ordered on which day; shape (days + 1, users)."""
    return np.unpackbits(getattr(model, diary), axis=1, bitorder="little")[:, : len(model.rows)].astype(bool)


def _contribution(model: LifecycleModel) -> int:
    counts = {f"account/{name}": np.array(amount) for name, amount in model.ledger().items()}
    return balance(counts, model.plan)["contribution"]


def _hillstrom(scale: Scale) -> list[Row]:
    """Each user's two weeks from the first e-mail on, against the same two weeks without."""
    with_it, without = _world("hillstrom", scale), _world("hillstrom", scale, levers__messaging__email__per_week=0.0)
    users, first = len(with_it.rows), np.full(len(with_it.rows), -1)
    while with_it.day < with_it.days:
        with_it.step()
        mailed = with_it.rows["messaging"]["last_day"]
        first = np.where((first < 0) & (mailed > 0), mailed, first)
    without.run()
    inside = (first >= 1) & (first + TWO_WEEKS - 1 <= with_it.days)
    shares = []
    for model in (with_it, without):
        seen = _marks(model, "visited").cumsum(axis=0)
        who = np.flatnonzero(inside)
        shares.append(float((seen[first[who] + TWO_WEEKS - 1, who] > seen[first[who] - 1, who]).mean()))
    third = 21_300  # customers in each of the study's three arms: two e-mails, and none
    error = 2.0 * float(np.sqrt(0.167 * 0.833 / (2 * third) + 0.106 * 0.894 / third))
    lift = shares[0] - shares[1]
    worth = [model.rows["spent"][model.rows["orders"] > 1] / model.rows["orders"][model.rows["orders"] > 1] / 100 for model in (with_it, without)]
    apart = 2.0 * float(np.hypot(*(w.std() / np.sqrt(len(w)) for w in worth)))
    mean = float(worth[1].mean())
    return [
        Row("visits in two weeks without e-mail", "share", 0.106, shares[1], 0.100, 0.112, users=users, note="fixed by the setting"),
        Row("visits more with one e-mail", "share", 0.061, lift, 0.061 - error, 0.061 + error, users=users,
            note="both e-mail arms together (women's .045, men's .077); two standard errors of the study"),
        Row("order size with e-mail", "money", mean, float(worth[0].mean()), mean - apart, mean + apart, users=users, note="unmoved"),
    ]


def _stamps(model: LifecycleModel, most: int) -> np.ndarray:
    """The day of each user's k-th order, k = 0 … most − 1; shape (users, most), −1 where there was none."""
    orders = np.sort(model.orders(), order=["user", "day"])
    first = np.searchsorted(orders["user"], orders["user"])
    number = np.arange(len(orders)) - first
    days = np.full((len(model.rows), most), -1)
    kept = number < most
    days[orders["user"][kept], number[kept]] = orders["day"][kept]
    return days


def _kivetz(scale: Scale) -> list[Row]:
    """The order on the day of entry is the first stamp, the tenth order fills the card."""
    model = _world("kivetz", scale, list_orders=True).run()
    plain = _world("kivetz", scale, list_orders=True, levers__points__strength=0.0).run()
    gaps = []
    for world in (model, plain):
        days = _stamps(world, 10)
        steps = np.diff(days[days[:, 9] >= 0], axis=1)
        # the order of entry stands at the end of its day, any other anywhere in its day: half a day less from the one to the other
        gaps.append((steps[:, 0].mean() - 0.5, steps[:, -1].mean(), steps.sum(axis=1).mean() - 0.5))
    speed_up = gaps[0][1] / gaps[0][0] - 1.0
    whole = gaps[0][2] / gaps[1][2] - 1.0
    return [
        Row("time between purchases, last step against first", "change", -0.20, float(speed_up), -0.25, -0.15, users=len(model.rows),
            note=f"the whole card: {100 * whole:+.0f} % here; 29.4 to 24.6 days (−16 %) in the study, so people hurry earlier than evenly"),
    ]


def _endowed(scale: Scale) -> list[Row]:
    shares = []
    for values in ({}, {"levers__points__reward_points": 100, "levers__points__welcome": 20}):
        model = _world("endowed", scale, **values).run()
        shares.append(float((model.rows["orders"] >= 8).mean()))
    error = 2.0 * np.sqrt(0.34 * 0.66 / 150 + 0.19 * 0.81 / 150)
    return [
        Row("cards completed without a head start", "share", 0.19, shares[0], 0.19 - 0.03, 0.19 + 0.03, users=20_000, note="fixed by the setting"),
        Row("cards completed more with two of ten stamps given", "share", 0.15, shares[1] - shares[0], 0.15 - error, 0.15 + error, users=20_000,
            note="two standard errors of the study, 150 cards an arm"),
    ]


def _depth(scale: Scale) -> list[Row]:
    """Established: had ordered before the month of the catalogue; first-time: had not. Orders in the month, and in the year and a half after it."""
    begin, end = 212, 242
    orders = {}
    for depth in (0.30, 0.60):
        model = _world("depth", scale, levers__promotions__depth=[depth]).run()
        marks = _marks(model, "ordered")
        before = marks[:begin].any(axis=0)
        entered = model.rows["entry_day"] < begin
        for name, who in (("established", before), ("first-time", entered & ~before)):
            now, later = marks[begin:end, who].sum(), marks[end:, who].sum()
            orders[name, depth] = (int(now), int(later))
    both = {d: sum(orders[n, d][0] for n in ("established", "first-time")) for d in (0.30, 0.60)}
    far = 10.0
    rows = [Row("orders in the month of the catalogue, deep against shallow", "change", 0.58, both[0.60] / both[0.30] - 1.0, 0.0, far, note="sign")]
    for name, says, low, high in (("established", -0.12, -far, 0.0), ("first-time", 0.22, 0.0, far)):
        gives = orders[name, 0.60][1] / orders[name, 0.30][1] - 1.0
        rows.append(Row(f"later orders of {name} customers, deep against shallow", "change", says, gives, low, high, note="sign"))
    return rows


def _bump(scale: Scale) -> list[Row]:
    """Bump: extra orders in the promotion's week. Borrowed: orders missing in the weeks after. Cross-brand: of the bump, what a world without a rival lacks."""
    begin, end, after = 90, 97, 200
    extra = {}
    for rival in (True, False):
        values = {} if rival else {"levers__competition__strength": 0.0}
        daily = [_world("bump", scale, **values, levers__promotions__active=on).run().daily()["orders"] for on in (True, False)]
        base = daily[1]
        extra[rival] = (daily[0][begin:end].sum() - base[begin:end].sum(), base[end:after].sum() - daily[0][end:after].sum(), base[begin:end].sum())
    bump, missing, _ = extra[True]
    alone = extra[False][0] / extra[False][2] * extra[True][2]
    borrowed, switched = missing / bump, 1.0 - alone / bump
    parts = {"from other weeks": borrowed, "from the rival": switched, "new": 1.0 - borrowed - switched}
    return [Row(f"share of the bump {name}", "share", 1 / 3, float(part), 1 / 3 - 0.10, 1 / 3 + 0.10) for name, part in parts.items()]


def _email_count(scale: Scale) -> list[Row]:
    counts = (1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 16)
    profit = {}
    for n in counts:
        runs = [_contribution(_world("email_count", scale, r, levers__messaging__email__per_week=n * 12 / 52.18).run()) for r in range(2)]
        profit[n] = float(np.mean(runs))
    best = max(profit, key=lambda n: profit[n])
    none = float(np.mean([_contribution(_world("email_count", scale, r, levers__messaging__email__per_week=0.0).run()) for r in range(2)]))
    rows = [Row("e-mails a month at which profit is highest", "e-mails/month", 7.0, float(best), 6.0, 8.0)]
    for n, says in ((4, -0.32), (10, -0.16)):
        gives = (profit[n] - profit[best]) / (profit[best] - none)
        rows.append(Row(f"what e-mails bring at {n} a month, against the best", "change", says, gives, -1.0, 0.0, note="sign; the study's figure is of all profit"))
    return rows


def _ascarza(scale: Scale) -> list[Row]:
    churn = []
    for values in ({}, {"levers__save__active": False}):
        model = _world("ascarza", scale, **values).run()
        churn.append(float(model.rows["left"].mean()))
    return [
        Row("churn in three months without contact", "share", 0.06, churn[1], 0.05, 0.07, note="fixed by the setting"),
        Row("churn more with contact", "share", 0.04, churn[0] - churn[1], 0.0, 1.0, note="sign; 6 to 10 % in the study"),
    ]


def _referral(scale: Scale) -> list[Row]:
    """Users who signed up in the first year, by how they came; value and staying over the year after their sign-up."""
    model = _world("referral", scale).run()
    rows = model.rows
    marks = _marks(model, "ordered")
    early = (rows["entry_day"] <= model.days - 365) & (rows["stage"] > 0)
    referred = rows["referral"]["referred"] > 0
    year = np.array([marks[rows["entry_day"][u] : rows["entry_day"][u] + 365, u].sum() if early[u] else 0 for u in range(len(rows))])
    worth = np.where(rows["orders"] > 0, rows["spent"] / np.maximum(rows["orders"], 1), 0) * year
    gone = (rows["left_day"] >= 0) & (rows["left_day"] < rows["entry_day"] + 365)
    value = [float(worth[early & mask].mean()) for mask in (referred, ~referred)]
    # leaving comes after orders, so the hazard is taken by order
    hazard = [float(gone[early & mask].sum() / year[early & mask].sum()) for mask in (referred, ~referred)]
    return [
        Row("value of a referred user in the first year, against the others", "change", 0.16, value[0] / value[1] - 1.0, 0.0, 10.0,
            users=int(early.sum()), note="at least +16 % in the study; sign and more"),
        Row("hazard of leaving, referred against others", "ratio", 0.82, hazard[0] / hazard[1], 0.70, 0.94, users=int(early.sum())),
    ]


def _seal(scale: Scale) -> list[Row]:
    odds = []
    for seals in (1, 0):
        daily = _world("seal", scale, levers__trust__seals=seals).run().daily()
        first, visits = daily["first_orders"].sum(), daily["trust_newcomers"].sum()
        odds.append(first / (visits - first))
    ratio = float(odds[0] / odds[1])
    return [Row("odds that a newcomer orders, with a seal against without", "ratio", 1.14, ratio, 1.10, 1.18)]


def _redemption(scale: Scale) -> list[Row]:
    """By fifth of the window: a coupon is used when it leaves the wallet before its last day."""
    model = _world("redemption", scale)
    own, window = model.rows["coupons"], 35
    fifths = np.zeros(5)
    held, sent = own["held"].copy(), own["sent_day"].copy()
    while model.day < model.days:
        used_before = int(model.total["coupons"]["used"][0])
        model.step()
        at_once = (held == 0) & (own["held"] == 0) & (own["sent_day"] == model.day)
        age = model.day - sent
        those = (held > 0) & (own["held"] == 0) & (age < window)
        np.add.at(fifths, np.minimum(age[those] * 5 // window, 4), 1)
        fifths[0] += at_once.sum()
        # what was used on the very last day left the wallet together with what expired
        fifths[4] += int(model.total["coupons"]["used"][0]) - used_before - int(those.sum()) - int(at_once.sum())
        held, sent = own["held"].copy(), own["sent_day"].copy()
    share = 100.0 * fifths / max(fifths.sum(), 1)
    says = (37, 30, 16, 8, 9)
    return [
        Row(f"redeemed in fifth {k + 1} of the window", "%", float(s), float(g), s - 5.0, s + 5.0, x=float(k + 1), users=len(model.rows))
        for k, (s, g) in enumerate(zip(says, share, strict=True))
    ]


def scenario_of(check: str) -> Scenario:
    """The scenario of a replay."""
    return shipped(f"evidence/{check}")


CHECKS = [
    Check("hillstrom", REPLAY, Both("One e-mail brings visits, not larger orders", "一封邮件带来访问，不改变客单价"), "MineThatData, Hillstrom 2008, 64,000 customers", "A", _hillstrom),
    Check("kivetz", REPLAY, Both("The nearer the reward, the faster the next purchase", "越接近奖励，购买越快"), "Kivetz, Urminsky & Zheng 2006", "B", _kivetz),
    Check("endowed", REPLAY, Both("A head start makes people finish", "赠送的起步积分让更多人集满"), "Nunes & Drèze 2006", "A", _endowed),
    Check("depth", REPLAY, Both("Deep discounts: more now, other customers later", "深度折扣：当下更多，日后因人而异"), "Anderson & Simester 2004", "A", _depth,
          explained="In the model a first order teaches nothing but its price: a deeper discount brings first orders forward and lowers the price that seems normal, so first-time customers do not buy more later, as they did in the field."),
    Check("bump", REPLAY, Both("A promotion's bump, in thirds", "促销增量的三个来源"), "van Heerde, Leeflang & Wittink 2004", "B", _bump),
    Check("email_count", REPLAY, Both("Six to eight e-mails a month", "每月六到八封邮件"), "Zhang, Kumar & Cosguner 2017", "B", _email_count),
    Check("ascarza", REPLAY, Both("A contact can wake sleeping dogs", "主动联系可能唤醒沉睡的流失"), "Ascarza, Iyengar & Schleicher 2016, 65,000 customers", "A", _ascarza),
    Check("referral", REPLAY, Both("Referred users are worth more and stay longer", "被推荐的用户更有价值、留得更久"), "Schmitt, Skiera & Van den Bulte 2011", "B", _referral),
    Check("seal", REPLAY, Both("A trust seal", "信任标识"), "Özpolat & Jank 2015, 288,169 transactions", "A", _seal),
    Check("redemption", REPLAY, Both("Coupons are used early in their window", "优惠券多在前期使用"), "The Complete Journey", "C", _redemption,
          explained="Whoever responds to deals uses a coupon at the next purchase, so the first fifth comes out high and the second low; in the data something delays people for a few days."),
]
