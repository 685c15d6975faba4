"""Moves between stages, channels and money by day: sums that must come out."""

from __future__ import annotations

import numpy as np
import pytest

from sim import Scenario, compare
from sim.measure import flows, snapshot_days
from sim.population import STAGES
from sim.segment import CHANNELS as SEGMENTS
from sim.study.winning import EVERYBODY, spent_to_win

BASE = {
    "name": "Base", "run": {"users": 600, "days": 61, "replications": 3, "seed": 5},
    "population": {"entry": "market", "order_rate": {"r": 2.0, "alpha_weeks": 4.0}, "visit_conversion": 0.3},
    "market": {"bass": {"p_per_year": 1.0, "q_per_year": 3.0, "friends_share": 0.5}},
    "platform": {"dormant_after_days": 10, "churned_after_days": 25},
}  # fmt: skip
CHANNELS = BASE | {"name": "Channels", "levers": {"channels": {}}}


@pytest.fixture(scope="module")
def result():
    return compare([Scenario.from_mapping(BASE), Scenario.from_mapping(CHANNELS)], threads=2)


def test_snapshots_are_taken_at_the_ends_and_at_the_thirds():
    assert snapshot_days(365) == [0, 121, 243, 365]
    assert (snapshot_days(2), snapshot_days(1), snapshot_days(0)) == ([0, 1, 2], [0, 1], [0])


def test_moves_are_counted_from_stage_to_stage():
    stages = {0: np.array([0, 0, 1, 2], "u1"), 4: np.array([0, 1, 1, 3], "u1"), 9: np.array([1, 2, 1, 2], "u1")}
    found = flows(stages)
    assert found["flows/days"].tolist() == [0, 4, 9] and found["flows/users"].shape == (2, 5, 5)
    assert {tuple(place): 1 for place in np.argwhere(found["flows/users"][0])} == {(0, 0): 1, (0, 1): 1, (1, 1): 1, (2, 3): 1}
    assert found["flows/users"][1][1, 1] == 1 and found["flows/users"].sum() == 8


def test_the_stages_of_every_snapshot_are_the_stock_of_that_day(result):
    daily = result.daily.groupby(["scenario", "day"])[list(STAGES)].mean()
    days = snapshot_days(61)
    for scenario in result.scenarios:
        own = result.flows[result.flows["scenario"] == scenario]
        assert sorted({*own["from_day"], *own["to_day"]}) == days == [0, 20, 40, 61]
        for column, when, shown in (("from_stage", "from_day", days[:-1]), ("to_stage", "to_day", days[1:])):
            stock = own.groupby([when, column])["users"].sum()
            for day in shown:
                for stage in STAGES:
                    assert stock.get((day, stage), 0) == pytest.approx(daily.loc[(scenario, day), stage])


def test_the_channels_bring_everybody_and_cost_what_the_books_say(result):
    registered = result.summary.query("metric == 'registered'").set_index("scenario")["mean"]
    users = result.funnel.groupby("scenario")[["registered", "first_order"]].sum()
    assert users["registered"].tolist() == pytest.approx([registered[s] for s in users.index])
    own = result.funnel[result.funnel["scenario"] == "Channels"].set_index("channel")
    assert {"direct", "friends", "content", "search", "ads", "partners", "offline"} == set(own.index)
    books = result.ledger.query("scenario == 'Channels'").groupby("account")["amount_minor"].mean()
    for channel in ("content", "search", "ads", "partners", "offline"):
        assert own.at[channel, "cost_minor"] == pytest.approx(books[f"channels.{channel}"]) and own.at[channel, "cost_minor"] > 0
        assert own.at[channel, "cac_ci_low"] < own.at[channel, "cac_minor"] < own.at[channel, "cac_ci_high"]
    assert own.loc[["direct", "friends"], "cost_minor"].tolist() == [0, 0] and own.loc[["direct", "friends"], "cac_minor"].isna().all()
    assert (own["reached"] >= own["registered"]).all() and (own["registered"] >= own["first_order"]).all()
    assert (own["first_order"] >= own["second_order"]).all()


def test_an_account_belongs_to_the_channel_that_its_lever_brings():
    levers = {"media": {"kind": "channels"}, "friends_bring": {"kind": "referral"}, "gift": {"kind": "onboarding"}}
    found = spent_to_win(Scenario.from_mapping(BASE | {"levers": levers}))
    names = {account: "everybody" if channel == EVERYBODY else SEGMENTS[channel] for account, channel in found.items()}
    assert names["media.ads"] == "ads" and names["friends_bring.cash"] == "friends" and names["gift.discount"] == "everybody"


def test_cac_counts_all_that_was_spent_to_win_users(result):
    books = result.ledger.query("scenario == 'Channels'").groupby("account")["amount_minor"].sum()
    media = sum(books[f"channels.{channel}"] for channel in ("content", "search", "ads", "partners", "offline"))
    found = result.summary.set_index(["scenario", "metric"])["mean"]
    runs = [tally.known() for tally in result._tallies]
    assert found["Base", "cac"] == 0 and found["Channels", "cac"] * 3 == pytest.approx(runs[1]["cac"].sum())
    assert (runs[1]["cac"] * runs[1]["registered"]).sum() == pytest.approx(media) and media > 0
    assert result.cashflow.query("scenario == 'Channels'")["acquisition_minor"].sum() * 3 == pytest.approx(media)


def test_the_days_add_up_to_the_books_and_to_the_contribution_of_the_summary(result):
    books = result.ledger.groupby(["scenario", "account"])["amount_minor"].sum() / 3
    contribution = result.summary.query("metric == 'contribution_per_user'").set_index("scenario")
    for scenario, own in result.cashflow.groupby("scenario"):
        assert own["day"].tolist() == list(range(62))
        assert own["income_minor"].sum() == pytest.approx(books[scenario, "revenue"])
        assert own["goods_minor"].sum() == pytest.approx(books[scenario, "cost_of_goods"])
        left = own["income_minor"] - own["goods_minor"] - own["lever_cost_minor"]
        assert own["contribution_minor"].to_numpy() == pytest.approx(left.to_numpy())
        last = own.iloc[-1]
        expected = contribution.loc[scenario, ["mean", "ci_low", "ci_high"]].tolist()
        assert last[["earned_minor", "earned_ci_low", "earned_ci_high"]].tolist() == pytest.approx(expected)


def test_what_customers_are_let_off_is_not_income(scenarios):
    result = compare(scenarios, users=120, days=40, replications=2, threads=1)
    books = result.ledger.query("scenario == 'Coupons, often'").groupby("account")["amount_minor"].sum() / 2
    own = result.cashflow[result.cashflow["scenario"] == "Coupons, often"]
    assert own["discount_minor"].sum() == pytest.approx(books["coupons.discount"]) and own["discount_minor"].sum() > 0
    assert own["income_minor"].sum() == pytest.approx(books["basket"] - books["coupons.discount"])


def test_the_difference_of_a_segment_is_paired(result):
    lines = result.segments.set_index(["scenario", "group", "segment", "metric"])
    base, own = (tally.segments["value", "ordinary", "ltv_to_date"] for tally in result._tallies)
    each = np.array(own) - np.array(base)
    found = lines.loc[("Channels", "value", "ordinary", "ltv_to_date")]
    assert found["delta"] == pytest.approx(each.mean())
    assert found["delta_ci_high"] - found["delta"] == pytest.approx(4.302652729911275 * each.std(ddof=1) / np.sqrt(3))
    assert result.segments.loc[result.segments["scenario"] == "Base", "delta"].isna().all()
