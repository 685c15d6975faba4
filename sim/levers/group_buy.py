"""Group buying 拼团 / 助力砍价: a lower price that unlocks once enough friends have joined within a window.

On the first visit of a day a user may open a deal, or join one that a friend has opened; few tell their friends. Each counts the friends who opened or
joined since; at ``friends`` of them the price is theirs for some days. A deal that strangers fill in time unlocks as well, as on platforms that list open groups.
Friends of friends are not counted. Users refer little to tip a deal, and the price does most of the work (Hu & Winer 2019); popularity makes
the deal more tempting (Luo 2014, direction). Whoever waits for a deal to unlock is less ready to pay the full price. Friends outside hear of it, too:
in a market (`entry: market`) a few sign up and are in the group; elsewhere nobody new comes.
"""

from __future__ import annotations

from sim import budget
from sim.chance import chance, day_luck, purpose
from sim.exact import log
from sim.lever import Account, Column, Counter, LeverParameters, Preset
from sim.parameter import param
from sim.rule import rule
from sim.segment import FRIENDS

START, TELL, FILL, WHEN = (purpose(f"group_buy.{n}") for n in ("start", "tell", "fill", "when"))
NONE, OPEN, UNLOCKED = range(3)
MOST_FRIENDS = 200
NOT_FILLED = 1 << 30


class Parameters(LeverParameters):
    friends: int = param(2, "friends", "who must join until the price unlocks (k)", ge=1, le=MOST_FRIENDS, source="design")
    window_days: int = param(2, "days", "within which they must; they hear of it on the next day", ge=1, le=90, source="design")
    discount: float = param(0.20, "share", "off the order, once unlocked", ge=0, le=1, source="design")
    budget: float | None = budget.cap("most that group prices may take off in all; whom it cannot pay for today finds the price sold out")
    use_days: int = param(3, "days", "for which an unlocked price holds", ge=1, le=90, source="design")
    open_rate: float = param(0.30, "share", "of users' days with a visit on which they open a deal", ge=0, le=1)
    tell_rate: float = param(0.20, "share", "of those who open one, who tell their friends", ge=0, le=1, source="Hu & Winer 2019: users refer little to tip a deal", grade="B")
    join_rate: float = param(0.25, "share", "of visits of the day on which a user has heard of a friend's deal, on which they join", ge=0, le=1)
    strangers: float = param(0.5, "share", "of deals that strangers fill within the window", ge=0, le=1)
    newcomer_rate: float = param(0.002, "share", "of prospects who sign up when they hear of one friend's deal", ge=0, le=0.9)
    call: float = param(0.20, "log-rate", "visits on the day on which a user hears of a friend's deal", ge=0, le=3)
    urgency: float = param(0.30, "log-rate", "visits while an unlocked price waits to be used", ge=0, le=3)
    popularity: float = param(0.10, "logit", "order at the unlocked price, for each friend in the group (three at most count)", ge=0, le=2, source="Luo 2014, direction", grade="C")
    hold_back: float = param(0.10, "logit", "order at the full price, while a deal is open", ge=0, le=5)


PRESETS = {
    "pintuan": Preset("拼团: two more buy, known or not", "practice", {"friends": 2, "window_days": 1, "discount": 0.2, "strangers": 0.8}, "D"),
    "kanjia": Preset(
        "助力砍价: five friends must help, nobody else can; the price falls by half", "practice",
        {"friends": 5, "window_days": 3, "discount": 0.5, "strangers": 0.0, "tell_rate": 0.8}, "D",
    ),
}
HOLDS = True
SETTLES = True
COLUMNS = {
    "until": Column("i4", "day", "last day of the open deal, or of the unlocked price"),
    "filled_day": Column("i4", "day", "on which strangers fill the deal", NOT_FILLED),
    "joined": Column("u1", "friends", "in the deal, as far as the user heard", daily=True),
    "state": Column("u1", "code", "0 none, 1 open, 2 unlocked", daily=True),
    **budget.DRAWN,
}
COUNTERS = {
    "opened": Counter("deals", "opened or joined today"),
    "told": Counter("users", "who told their friends today"),
    "newcomers": Counter("users", "who signed up today on a friend's deal"),
    "unlocked": Counter("deals", "unlocked today"),
    "used": Counter("deals", "used on an order today"),
    "lapsed": Counter("deals", "not filled, or not used, in time"),
}
ACCOUNTS = {"discount": Account("discount", "group prices", budgeted=True)}
SHARED = budget.GATE
LAWS = {
    "deals opened = used + lapsed + held": lambda total, own: total["opened"] == total["used"] + total["lapsed"] + int((own["state"] != NONE).sum()),
}


def constants(p: Parameters) -> dict[str, float]:
    """The hazard with which a prospect follows one friend's deal."""
    return {"hazard": -p.strength * log(1.0 - p.newcomer_rate)}


@rule("reach")
def be_told(u, own, p, t, m):
    """A prospect hears of yesterday's deals."""
    if t.deals > 0 and t.aimed:
        t.hazards[FRIENDS] += p.hazard * t.deals


@rule("join")
def come_along(u, own, p, t, m):
    """Who was reached through friends on a day with a deal is in the group."""
    if u.channel == FRIENDS and t.deals > 0 and t.aimed:
        own.state = OPEN
        own.joined = min(t.deals, MOST_FRIENDS)
        own.until = t.day + p.window_days + 1  # who joins on the last day is heard of a day later
        own.filled_day = NOT_FILLED
        t.opens_deal = 1
        m.opened += 1
        m.newcomers += 1


@rule("dawn")
def gather(u, own, p, t, m):
    """Friends who joined yesterday count; the price unlocks when they are enough, or strangers have filled the deal."""
    if own.state == OPEN:
        own.joined = min(own.joined + t.deals, MOST_FRIENDS)
        if own.joined >= p.friends or t.day >= own.filled_day:
            own.state = UNLOCKED
            own.until = t.day + p.use_days
            m.unlocked += 1
    if own.state == UNLOCKED:
        t.visit_pull += p.strength * p.urgency
    if t.deals > 0 and t.aimed:
        t.visit_pull += p.strength * p.call
        t.headroom -= p.strength * p.call


@rule("visit")
def gang_up(u, own, p, t, m):
    """On the day's first visit a user may open a deal or join a friend's; an unlocked price tempts, an open deal makes the full price dear."""
    rate = p.join_rate if t.deals > 0 else p.open_rate
    if own.state == NONE and t.visit == 0 and t.aimed and day_luck(u, t, START) < rate:
        own.state = OPEN
        own.joined = min(t.deals, MOST_FRIENDS)
        own.until = t.day + p.window_days + 1  # who joins on the last day is heard of a day later
        own.filled_day = NOT_FILLED
        m.opened += 1
        if chance(t.key, u.id, t.day, FILL, 0) < p.strangers:
            own.filled_day = t.day + 1 + int(chance(t.key, u.id, t.day, WHEN, 0) * p.window_days)
        if own.joined > 0 or day_luck(u, t, TELL) < p.tell_rate:
            t.opens_deal = 1
            m.told += 1
        if own.joined >= p.friends:
            own.state = UNLOCKED
            own.until = t.day + p.use_days
            t.errand = t.day + 1
            m.unlocked += 1
    if own.state == UNLOCKED and t.lot < p.gate:
        t.cheaper += p.strength * p.discount
        t.order_pull += p.strength * p.popularity * min(own.joined, 3)
    elif own.state == OPEN:
        t.order_pull -= p.strength * p.hold_back


@rule("pay")
def buy_together(u, own, p, t, m):
    """The group's price is taken off the order."""
    if own.state == UNLOCKED and t.lot < p.gate:
        off = int(t.due * p.discount)
        t.due -= off
        t.perceived_saving += p.strength * off
        own.state = NONE
        if p.gate <= budget.ALL_BIDS:
            own.drawn = min(own.drawn + off, budget.MOST)
        m.used += 1
        m.discount += off


@rule("dusk")
def wind_up(u, own, p, t, m):
    """A deal not filled in time, or a price not used in time, lapses."""
    if own.state != NONE and t.day >= own.until:
        own.state = NONE
        m.lapsed += 1
    if own.state != NONE:
        t.errand = min(t.errand, own.until)
        if own.state == OPEN and own.filled_day > t.day:
            t.errand = min(t.errand, own.filled_day)
