"""Assortment 商品丰富度/品质/价格: how many wishes the shop can fill, how good the goods are, and what they cost against the rival's.

Against the usual shop (``usual_variety``, quality 0, price index 1), where effect and cost are nothing, the defaults describe one that can
fill 60 instead of 50 of 100 wishes with somewhat better goods at the same prices. A visit whose wish can be filled though it usually could
not has a logit higher by ``variety_order``; ``fit`` says how many wishes of each persona are filled, where personas differ. Quality is how
orders that do not fail are felt (``t.quality``), so it sells on the orders after. A price index below 1 is taken off every order, above 1
it is added: the reference price gets used to it (``behaviour.price_gain``, ``price_loss``), the comparison with the rival (``rival_order``)
does not wear off; together they give the own-price elasticity of about −2.5 that scanner data show. Wider and better ranges cost a share of
the basket.
"""

from __future__ import annotations

from pydantic import model_validator

from sim.chance import purpose, visit_luck
from sim.lever import Account, Counter, LeverParameters, Preset
from sim.parameter import param
from sim.rule import rule
from sim.segment import MOST_PERSONAS

WISH = purpose("assortment.wish")


class Parameters(LeverParameters):
    variety: float = param(0.60, "share", "of wishes that the shop can fill", ge=0, le=1, source="design")
    fit: tuple[float, ...] = param((), "share", "of wishes of each persona, in the order of their names (none: `variety` for all)", at_most=MOST_PERSONAS, source="design")
    usual_variety: float = param(0.50, "share", "that users are used to: no effect", ge=0, le=1)
    variety_order: float = param(0.70, "logit", "order decision, wish filled against not", ge=0, le=3)
    variety_cost: float = param(0.10, "share of basket", "for a range that fills all wishes against none", ge=0, le=1, source="design")
    quality: float = param(0.10, "points", "how an order is felt: −1 bad, 0 as expected, 1 perfect", ge=-1, le=1, source="design")
    quality_cost: float = param(0.10, "share of basket", "for perfect goods against those expected", ge=0, le=1, source="design")
    price_index: float = param(1.0, "times", "own prices against list, which is the rival's", ge=0, le=3, source="design")
    rival_order: float = param(0.50, "logit", "order decision, for prices below the rival's by all of them", ge=0, le=10, source="with behaviour.price_gain: own-price elasticities −2.4 … −2.9", grade="B")

    @model_validator(mode="after")
    def _shares(self):
        if any(not 0 <= share <= 1 for share in self.fit):
            raise ValueError("fit needs shares between 0 and 1")
        return self


SETTLES = True
COUNTERS = {
    "filled": Counter("visits", "today whose wish the shop could fill"),
    "missed": Counter("visits", "today whose wish it could not"),
}
ACCOUNTS = {
    "price_cut": Account("discount", "prices below list"),
    "price_rise": Account("fee", "prices above list"),
    "range": Account("cost", "a range wider than usual"),
    "better_goods": Account("cost", "goods better than expected"),
}
LAWS = {"no price is at once above and below list": lambda total, own: total["price_cut"] >= 0 and total["price_rise"] >= 0}
PRESETS = {
    "every_wish_counts": Preset(
        "who does not find what is wanted never takes something else", "arithmetic, where half of the wishes are filled",
        {"variety_order": 1.1}, "D",
    ),
    "choice_overload": Preset(
        "more choice sells no more", "Scheibehenne, Greifeneder & Todd 2010, mean of 50 experiments", {"variety_order": 0.0}, "B",
    ),
}


def constants(p: Parameters) -> dict:
    """Wishes filled for each persona, known or not; and the price's share below or above list."""
    fits = [*p.fit, *[p.variety] * MOST_PERSONAS][:MOST_PERSONAS]
    return {"filled": tuple(float(x) for x in fits), "off": max(1.0 - p.price_index, 0.0), "on_top": max(p.price_index - 1.0, 0.0)}


@rule("visit")
def show_goods(u, own, p, t, m):
    """The shop has what is wanted, or not, and it is cheaper or dearer than elsewhere."""
    luck = visit_luck(u, t, WISH)
    filled, usually_filled = int(luck < p.filled[u.persona]), int(luck < p.usual_variety)
    t.order_pull += p.strength * p.variety_order * (filled - usually_filled)
    m.filled += filled
    m.missed += 1 - filled
    saving = 1.0 - p.price_index
    t.cheaper += p.strength * saving
    t.order_pull += p.strength * p.rival_order * saving


@rule("pay")
def price(u, own, p, t, m):
    """What the prices differ from list is taken off or added; good goods please."""
    off = min(int(t.basket * p.off + 0.5), t.due)
    extra = int(t.basket * p.on_top + 0.5)
    t.due += extra - off
    t.perceived_saving += p.strength * (off - extra)
    m.price_cut += off
    m.price_rise += extra
    t.quality += p.strength * p.quality


@rule("reward")
def buy_in(u, own, p, t, m):
    """A wider range and better goods cost a share of what was ordered."""
    m.range += int(t.basket * (p.variety_cost * (p.filled[u.persona] - p.usual_variety)))
    m.better_goods += int(t.basket * (p.quality_cost * p.quality))
