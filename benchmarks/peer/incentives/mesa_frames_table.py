"""The workload `incentives` in mesa-frames: the users are one Polars table, a day is expressions on its columns.

The model's own NumPy generator draws, as in mesa-frames' examples. Those who come are taken out of the table for their visits, one after
the other, with the columns that visits need; those who bought are put back in their rows at the end of the day.
"""

from __future__ import annotations

import numpy as np
import polars as pl
from mesa_frames import AgentSetPolars, ModelDF

from peer.incentives.workload import BOOK, Shop

PACKAGES = ("mesa_frames", "polars", "numpy")
LONG_AGO = -10_000
NO_GOAL = 2.0**60
"""For the highest level: never near."""


def pulled(p: pl.Expr | float, pull: pl.Expr) -> pl.Expr:
    """The chance whose logit is logit(p) + pull."""
    return p / (p + (1.0 - p) * (-pull).exp())


class Users(AgentSetPolars):
    """The customers."""

    def __init__(self, model: Model, shop: Shop, users: int) -> None:
        super().__init__(model)
        draw = model.random
        self.shop = shop
        self.wallet = [f"expires_{place}" for place in range(shop.wallet)]
        self.moves = ("reference", "orders", "held", *self.wallet, "spent", "level", "grace", "review_day", "left")
        self.needs = ("leave_p", "usual_basket", "deal_proneness", *self.moves)
        self.goals = pl.lit(pl.Series([*shop.thresholds, NO_GOAL], dtype=pl.Float64))
        self.discounts = pl.lit(pl.Series([0.0, *shop.discounts]))
        self += pl.DataFrame(
            {
                "unique_id": np.arange(users, dtype=np.int64),
                "visit_rate": draw.standard_gamma(shop.r, users) * shop.visits_per_day,
                "leave_p": draw.beta(shop.a, shop.b, users),
                "usual_basket": shop.basket_scale / draw.standard_gamma(shop.q, users),
                "deal_proneness": draw.beta(shop.deal_a, shop.deal_b, users),
                "reference": np.ones(users),
                "orders": np.ones(users, np.int32),
                "last_seen": np.zeros(users, np.int32),
                "left": np.zeros(users, bool),
                "next_coupon": np.maximum(draw.integers(1, shop.every_days + 1, users, np.int32), 2),
                "sent_day": np.full(users, LONG_AGO, np.int32),
                "news": np.zeros(users),
                "held": np.zeros(users, np.int32),
                **{place: np.zeros(users, np.int32) for place in self.wallet},
                "spent": np.zeros(users, np.int64),
                "level": np.zeros(users, np.int32),
                "sting": np.zeros(users),
                "grace": np.zeros(users, bool),
                "review_day": np.full(users, shop.window_days, np.int32),
            }
        )

    def first_day(self) -> None:
        """Everybody makes an order."""
        self.page = dict.fromkeys(BOOK, 0) | dict.fromkeys(("active_users", "visits", "orders"), len(self.agents))
        users = self.climb(self.with_baskets(self.agents.lazy(), len(self.agents)).rename({"worth": "paid"})).collect()
        self.count(users)
        self.agents = users.select(self.agents.columns)
        self.write(0)

    def step(self) -> None:
        """Everybody lives a day."""
        self.page = dict.fromkeys(BOOK, 0)
        self.send_coupons()
        self.visit()
        self.close()
        self.write(self.model.day)

    def send_coupons(self) -> None:
        """Whoever is due, has room and was seen not too long ago gets one."""
        shop, day = self.shop, self.model.day
        due = pl.col("due")
        self.agents = self.agents.with_columns(
            due=(pl.col("next_coupon") <= day) & (pl.col("held") < shop.wallet) & (day - 1 - pl.col("last_seen") < shop.sunset_days)
        ).with_columns(
            *(
                pl.when(due & (pl.col("held") == place)).then(pl.lit(day + shop.expiry_days, pl.Int32)).otherwise(name).alias(name)
                for place, name in enumerate(self.wallet)
            ),
            held=pl.col("held") + due,
            news=pl.when(due).then(1.0 - (-(day - pl.col("sent_day")) / shop.rest_days).exp()).otherwise("news"),
            sent_day=pl.when(due).then(pl.lit(day, pl.Int32)).otherwise("sent_day"),
            next_coupon=pl.when(due).then(pl.lit(day + shop.every_days, pl.Int32)).otherwise("next_coupon"),
        )
        self.page["coupons_issued"] = int(self.agents["due"].sum())
        self.agents = self.agents.drop("due")

    def pull_to_visit(self) -> pl.Expr:
        """The pull this morning: level, levels lost, new coupon, next level."""
        shop = self.shop
        new = self.model.day - pl.col("sent_day") < shop.exposure_days
        goal = self.goals.gather(pl.col("level"))
        far = (goal - pl.col("spent")) / (goal * shop.push_zone)
        near = (far < 1.0) & (pl.col("spent") > 0)
        return (
            shop.status_visit * pl.col("level") - pl.col("sting")
            + pl.when(new).then(shop.exposure_lift * pl.col("news")).otherwise(0.0)
            + pl.when(near).then(shop.push * (1.0 - far)).otherwise(0.0)
        )

    def visit(self) -> None:
        """Visits, taken one by one, for all who have another one at once; then the visitors' rows are written back."""
        morning = self.agents.select(pull=self.pull_to_visit(), rate="visit_rate", here=~pl.col("left"))
        rate = morning.select(pl.col("rate") * pl.col("pull").exp() * pl.col("here")).to_series().to_numpy()
        planned = self.model.random.poisson(rate)
        rows = np.flatnonzero(planned)
        if not len(rows):
            return
        acting = self.agents.select(self.needs)[rows].with_columns(
            pull=morning["pull"].gather(rows), row=pl.Series(rows), planned=pl.Series(planned[rows]),
            stay=self.shop.status_stay * pl.col("level"),
        )
        changed = []
        self.page["active_users"] = len(rows)
        while len(acting):
            self.page["visits"] += len(acting)
            acting = self.decide(acting)
            another = pl.col("planned") > 0
            buyers = self.buy(acting.filter("bought"))
            changed.append(buyers)
            rest = acting.filter(~pl.col("bought") & another)
            acting = pl.concat([rest, buyers.filter(~pl.col("left") & another).select(rest.columns)])
        today = pl.concat(changed)
        columns = [self.agents[name].scatter(today["row"], today[name]) for name in self.moves]
        seen = self.agents["last_seen"].scatter(rows, self.model.day)
        self.agents = self.agents.with_columns(*columns, seen)

    def decide(self, acting: pl.DataFrame) -> pl.DataFrame:
        """One visit of each of them: who notices a coupon, the pull to order, and who orders."""
        shop, draw, count = self.shop, self.model.random, len(acting)
        age = 1.0 - (pl.col(self.wallet[0]) - self.model.day) / shop.expiry_days
        thinks = pl.col("deal_proneness") * shop.attention * (1.0 - shop.fade * age)
        promised = pl.min_horizontal(shop.face_value / pl.col("usual_basket"), 1.0)
        saving = pl.when("noticed").then(promised).otherwise(0.0) + self.discounts.gather(pl.col("level"))
        gap, luck = pl.col("reference") - (1.0 - saving), pl.lit(pl.Series(draw.random(count)))
        return (
            acting.lazy()
            .with_columns(noticed=(pl.col("held") > 0) & (pl.lit(pl.Series(draw.random(count))) < thinks), planned=pl.col("planned") - 1)
            .with_columns(gap=gap)
            .with_columns(order_pull=pl.col("gap") * pl.when(pl.col("gap") > 0.0).then(shop.price_gain).otherwise(shop.price_loss))
            .with_columns(bought=luck < pulled(shop.conversion, pl.col("order_pull")))
            .collect()
        )

    def buy(self, buyers: pl.DataFrame) -> pl.DataFrame:
        """These users' orders: filled up, discounted, paid, remembered; perhaps the last."""
        shop, draw, use = self.shop, self.model.random, pl.col("use")
        fill, leave = (pl.lit(pl.Series(draw.random(len(buyers)))) for _ in range(2))
        fills = pl.col("noticed") & (pl.col("worth") < shop.min_spend) & (fill < shop.top_up)
        price = pl.col("paid") / pl.max_horizontal("worth", 1)
        effects = pl.col("stay") + shop.own_orders_only * (pl.col("pull") + pl.col("order_pull"))
        paid = (
            self.with_baskets(buyers.lazy(), len(buyers))
            .with_columns(worth=pl.when(fills).then(shop.min_spend).otherwise("worth"))
            .with_columns(use=pl.col("noticed") & (pl.col("worth") >= shop.min_spend))
            .with_columns(off=shop.face_value * use)
            .with_columns(cut=((pl.col("worth") - pl.col("off")) * self.discounts.gather(pl.col("level"))).cast(pl.Int64))
            .with_columns(paid=pl.col("worth") - pl.col("off") - pl.col("cut"))
            .with_columns(
                *self.without_oldest(use),
                reference=pl.col("reference") + (1.0 - shop.reference_keep) * (price - pl.col("reference")),
                orders=pl.col("orders") + 1,
                left=leave < pulled(pl.col("leave_p"), -effects),
            )
        )
        buyers = self.climb(paid).collect()
        self.page["orders"] += len(buyers)
        self.page["coupons_used"] += int(buyers["use"].sum())
        self.page["coupons_discount"] += int(buyers["off"].sum())
        self.page["tiers_discount"] += int(buyers["cut"].sum())
        self.count(buyers)
        return buyers

    def without_oldest(self, gone: pl.Expr) -> list[pl.Expr]:
        """The wallet without its oldest coupon where that is gone."""
        places = zip(self.wallet, self.wallet[1:], strict=False)
        return [pl.col("held") - gone, *(pl.when(gone).then(newer).otherwise(older).alias(older) for older, newer in places)]

    def with_baskets(self, buyers: pl.LazyFrame, count: int) -> pl.LazyFrame:
        """What each of these orders is worth, in minor units, in the column ``worth``."""
        p = self.shop.p
        drawn = pl.lit(pl.Series(self.model.random.standard_gamma(p, count) / p))
        return buyers.with_columns(worth=(pl.col("usual_basket") * drawn + 0.5).cast(pl.Int64))

    def climb(self, buyers: pl.LazyFrame) -> pl.LazyFrame:
        """What was paid counts, and lifts those who passed a threshold."""
        up = pl.col("gained") > 0
        review = pl.lit(self.model.day + self.shop.window_days, pl.Int32)
        return (
            buyers.with_columns(spent=pl.col("spent") + pl.col("paid"))
            .with_columns(gained=pl.max_horizontal(self.earned() - pl.col("level"), 0))
            .with_columns(
                level=pl.col("level") + pl.col("gained"),
                grace=pl.col("grace") & ~up,
                review_day=pl.when(up).then(review).otherwise("review_day"),
            )
        )

    def count(self, buyers: pl.DataFrame) -> None:
        """What was paid, and levels gained by it, into the day's page."""
        self.page["revenue"] += int(buyers["paid"].sum())
        self.page["tiers_promoted"] += int(buyers["gained"].sum())

    def earned(self) -> pl.Expr:
        """The level that was paid for in the window."""
        return pl.sum_horizontal((pl.col("spent") >= amount).cast(pl.Int32) for amount in self.shop.thresholds)

    def close(self) -> None:
        """Coupons whose last day it was expire, what hurts fades, and levels are reviewed."""
        shop, day = self.shop, self.model.day
        over = pl.col("over")
        self.agents = self.agents.with_columns(over=(pl.col("held") > 0) & (pl.col(self.wallet[0]) <= day)).with_columns(
            *self.without_oldest(over),
            sting=pl.col("sting") * 0.5 ** (1.0 / shop.sting_days),
        )
        self.page["coupons_expired"] = int(self.agents["over"].sum())
        self.agents = self.agents.drop("over")
        rows = (self.agents["review_day"] == day).arg_true()
        if len(rows):
            self.review(rows)

    def review(self, rows: pl.Series) -> None:
        """The level is what was earned in the window, after grace; then the reviewed rows are written back."""
        shop, day = self.shop, self.model.day
        names = ("sting", "level", "grace", "spent", "review_day")
        kept, lost = pl.col("kept"), pl.col("lost")
        users = (
            self.agents.select(names)[rows]
            .with_columns(lost=pl.col("level") - self.earned())
            .with_columns(kept=(lost > 0) & ~pl.col("grace"))
            .with_columns(lost=lost * ~kept)
            .with_columns(
                sting=pl.col("sting") + shop.loss_weight * shop.status_visit * lost,
                level=pl.col("level") - lost,
                grace=kept,
                spent=pl.col("spent") * kept,
                review_day=day + pl.when(kept).then(pl.lit(shop.grace_days, pl.Int32)).otherwise(pl.lit(shop.window_days, pl.Int32)),
            )
        )
        self.page["tiers_demoted"] = int(users["lost"].sum())
        self.page["tiers_reviewed"] = int((~users["kept"]).sum())
        self.agents = self.agents.with_columns(*(self.agents[name].scatter(rows, users[name]) for name in names))

    def write(self, day: int) -> None:
        """A page of the book: the day's counts, and the stocks by stage."""
        churned = pl.col("left") | (day - pl.col("last_seen") >= self.shop.churned_after_days)
        dormant = ~churned & (day - pl.col("last_seen") >= self.shop.dormant_after_days)
        out, sleeping, left = self.agents.select(out=churned.sum(), sleeping=dormant.sum(), gone=pl.col("left").sum()).row(0)
        stocks = {"customer": len(self.agents) - out - sleeping, "dormant": sleeping, "churned": out, "departed": left}
        self.model.pages.append(self.page | stocks)


class Model(ModelDF):
    """The shop."""

    def __init__(self, shop: Shop, users: int, seed: int) -> None:
        super().__init__(seed)
        self.day, self.pages = 0, []
        self.users = Users(self, shop, users)
        self.agents += self.users
        self.agents.do("first_day")

    def step(self) -> None:
        """Everybody lives a day."""
        self.day += 1
        self.agents.step()


class World:
    """The model, run."""

    def __init__(self, shop: Shop, users: int, days: int, seed: int) -> None:
        self.model, self.days, self.levels = Model(shop, users, seed), days, 1 + len(shop.thresholds)

    def run(self) -> None:
        for _ in range(self.days):
            self.model.step()

    def book(self) -> dict[str, list[int]]:
        (users,) = self.model.agents.agents
        levels = np.bincount(users.agents["level"].to_numpy(), minlength=self.levels)
        return {name: [int(page[name]) for page in self.model.pages] for name in BOOK} | {"levels": levels.tolist()}
