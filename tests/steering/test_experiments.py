"""Experiments inside the world: who is treated, from when to when, and what is read out."""

from __future__ import annotations

import numpy as np
import pytest
from anything import differences
from scipy import stats
from steered import model, steered

from sim.chance import key_of
from sim.population import PROSPECT
from sim.segment import arm_bit
from sim.study.experiments import welch

COUPONS = {"every_days": 3, "audience": "everyone", "min_spend": 0.0, "attention": 20.0, "face_value": 20.0}
METRICS = ("buyers", "orders", "revenue", "margin")


def world(users: int = 400, days: int = 30, levers: dict | None = None, **experiment):
    plan = {"levers": ["coupons"], **experiment}
    return steered(levers or {"coupons": COUPONS}, users=users, days=days, experiments={"e": plan})


def treated(running, place: int = 0) -> np.ndarray:
    return (running.rows["groups"] & arm_bit(place, True)) != 0


def issued(running) -> np.ndarray:
    """How many coupons each user ever had, seen by the day of the newest."""
    return running.rows["coupons"]["sent_day"] >= 0


@pytest.mark.parametrize("share", [0.1, 0.5, 0.8])
def test_the_treated_are_the_share_asked_for(share):
    users = 20_000
    running = model(world(users=users, days=1, share=share))
    off = abs(treated(running).sum() - share * users) / np.sqrt(users * share * (1 - share))
    assert off < stats.norm.isf(5e-7)


def test_everybody_is_in_one_arm_and_only_the_treated_get_the_lever():
    running = model(world(days=20)).run()
    control = (running.rows["groups"] & arm_bit(0, False)) != 0
    assert (control ^ treated(running)).all()
    assert issued(running)[treated(running)].mean() > 0.9
    assert not issued(running)[control].any()


def test_arms_are_addressed_by_the_experiments_name_alone():
    alone = steered({"coupons": COUPONS}, experiments={"spring": {"levers": ["coupons"]}})
    among = steered({"coupons": COUPONS}, experiments={"a": {"levers": []}, "spring": {"levers": ["coupons"]}, "z": {"levers": []}})
    one, two = model(alone), model(among)
    assert (treated(one, 0) == treated(two, 1)).all()
    assert (treated(two, 0) != treated(two, 1)).mean() == pytest.approx(0.5, abs=0.15)


def test_clusters_are_whole_blocks_of_neighbours():
    running = model(world(users=1_000, days=1, by="cluster", cluster_size=25))
    arms = treated(running).reshape(40, 25)
    assert (arms == arms[:, :1]).all() and 5 < arms[:, 0].sum() < 35


def test_an_experiment_lasts_from_its_first_day_to_its_last_and_nobody_is_treated_outside():
    running = model(world(days=30, on="2025-03-11", until="2025-03-20")).run()
    daily = running.daily()["coupons_issued"]
    assert daily[:11].sum() == 0 and daily[11:21].sum() > 100 and daily[22:].sum() == 0


def test_by_period_everybody_is_treated_in_turn():
    running = model(world(days=41, by="period", period_days=7)).run()
    trial = running.steering.trials[0]
    stretches = [trial.treats(k) for k in range(6)]
    assert stretches == [stretches[0], not stretches[0]] * 3
    got = [running.daily()["coupons_issued"][7 * k + 2 : 7 * k + 7].sum() > 0 for k in range(6)]
    assert got == stretches


@pytest.mark.parametrize("share", [0.2, 0.5, 0.75])
def test_by_period_the_share_of_stretches_is_kept_and_luck_chooses_the_first(share):
    firsts = []
    for seed in range(60):
        trial = model(world(users=1, days=1, by="period", share=share), rng=seed).steering.trials[0]
        stretches = [trial.treats(k) for k in range(60)]
        assert sum(stretches) == round(60 * share)
        firsts.append(stretches[0])
    assert stats.binomtest(sum(firsts), 60, share).pvalue > 1e-6


def read(running) -> dict[str, np.ndarray]:
    return running.steering.trials[0].read(running)


def by_hand(running, first: int, last: int) -> np.ndarray:
    """Orders, revenue and margin of every user from day to day, from the list of orders; shape (users, 4)."""
    lines = running.orders()
    lines = lines[(lines["day"] >= first) & (lines["day"] <= last)]
    out = np.zeros((len(running.rows), 4))
    margin = running.plan.economics.margin
    for line in lines:
        goods = line["amount_minor"] - int(line["amount_minor"] * margin + 0.5)
        out[line["user"]] += (0, 1, line["paid_minor"], line["paid_minor"] - goods)
    out[:, 0] = out[:, 1] > 0
    return out


def test_the_read_out_by_user_is_what_can_be_computed_from_the_orders():
    running = model(world(days=30, on="2025-03-06", until="2025-03-25"), list_orders=True).run()
    table, arm = by_hand(running, 5, 24), treated(running)
    found = read(running)
    for place, chosen in enumerate((arm, ~arm)):
        assert found["users"][place] == chosen.sum()
        assert (found["arms"][place, :, 0] == chosen.sum()).all()
        assert found["arms"][place, :, 1] == pytest.approx(table[chosen].mean(axis=0), rel=1e-12)
        assert found["arms"][place, :, 2] == pytest.approx(table[chosen].var(axis=0, ddof=1), rel=1e-9)
    assert found["everybody"] == pytest.approx(table.mean(axis=0), rel=1e-12)
    for k in range(4):
        difference, low, high, p = welch(*found["arms"][:, k])
        test = stats.ttest_ind(table[arm, k], table[~arm, k], equal_var=False)
        interval = test.confidence_interval(0.95)
        assert (difference, p) == pytest.approx((table[arm, k].mean() - table[~arm, k].mean(), test.pvalue), rel=1e-9)
        assert (low, high) == pytest.approx((interval.low, interval.high), rel=1e-9)


def test_the_read_out_of_a_first_day_counts_its_orders():
    running = model(world(days=10), list_orders=True).run()
    assert read(running)["everybody"] == pytest.approx(by_hand(running, 0, 10).mean(axis=0), rel=1e-12)


def test_the_read_out_by_cluster_is_that_of_cluster_means():
    running = model(world(users=430, by="cluster", cluster_size=20), list_orders=True).run()
    table, arm = by_hand(running, 0, 30), treated(running)
    cluster = np.arange(430) // 20
    means = np.array([table[cluster == c].mean(axis=0) for c in range(22)])
    which = np.array([arm[cluster == c][0] for c in range(22)])
    for place, chosen in enumerate((which, ~which)):
        assert (read(running)["arms"][place, :, 0] == chosen.sum()).all()
        assert read(running)["arms"][place, :, 1] == pytest.approx(means[chosen].mean(axis=0), rel=1e-12)
        assert read(running)["arms"][place, :, 2] == pytest.approx(means[chosen].var(axis=0, ddof=1), rel=1e-9)
    assert read(running)["users"].tolist() == [arm.sum(), (~arm).sum()]


def test_the_read_out_by_period_is_that_of_whole_stretches():
    running = model(world(days=38, by="period", period_days=7, on="2025-03-03"), list_orders=True).run()
    rows = np.array([by_hand(running, 2 + 7 * k, 8 + 7 * k).mean(axis=0) for k in range(5)])
    which = np.array([running.steering.trials[0].treats(k) for k in range(5)])
    found = read(running)
    for place, chosen in enumerate((which, ~which)):
        assert (found["arms"][place, :, 0] == chosen.sum()).all()
        assert found["arms"][place, :, 1] == pytest.approx(rows[chosen].mean(axis=0), rel=1e-12)
    assert found["everybody"] == pytest.approx(rows.mean(axis=0), rel=1e-12)


def test_only_who_has_signed_up_is_counted():
    plan = {"entry": {"arrivals": {"per_day": 5}}, "visit_conversion": 0.3, "order_rate": {"r": 2.0, "alpha_weeks": 6.0}}
    running = model(steered({"coupons": COUPONS}, users=400, days=20, population=plan, experiments={"e": {"levers": ["coupons"]}})).run()
    inside = running.rows["stage"] != PROSPECT
    assert read(running)["users"].tolist() == [(inside & treated(running)).sum(), (inside & ~treated(running)).sum()]
    assert inside.sum() == 105


def test_an_experiment_that_has_not_begun_has_nothing_to_read():
    found = read(model(world(days=30, on="2025-03-21")))
    assert found["users"].tolist() == [0, 0] and np.isnan(found["everybody"]).all()
    assert np.isnan(welch(*found["arms"][:, 0])).all()


def test_arms_without_spread_have_a_difference_and_no_interval():
    assert welch((10, 1.0, 0.0), (10, 0.5, 0.0))[0] == 0.5
    assert np.isnan(welch((10, 1.0, 0.0), (10, 0.5, 0.0))[1:]).all()
    assert np.isnan(welch((1, 1.0, np.nan), (10, 0.5, 0.2))[1:]).all()


@pytest.mark.parametrize("by", ["user", "cluster"])
def test_an_a_a_test_shows_something_no_more_often_than_its_rate_of_false_alarms(by):
    runs, alarms = 120, np.zeros(4)
    for replication in range(runs):
        running = model(aa(by), replication=replication)
        found = read(running.run())
        alarms += [welch(*found["arms"][:, k])[3] < 0.05 for k in range(4)]
    assert (alarms <= stats.binom.isf(2.5e-7, runs, 0.05)).all()
    assert alarms.sum() > 0


def aa(by: str):
    return steered({"coupons": COUPONS}, users=300, days=12, experiments={"e": {"levers": [], "by": by, "cluster_size": 6}})


def test_an_a_b_test_of_a_lever_that_acts_shows_it():
    found = read(model(world(users=2_000, days=30)).run())
    difference, low, _, p = welch(*found["arms"][:, 1])
    assert difference > 0 and low > 0 and p < 1e-6


def test_an_a_a_test_changes_no_bit_of_any_life():
    plain = model(steered({"coupons": COUPONS}, days=20), list_orders=True).run()
    tested = model(steered({"coupons": COUPONS}, days=20, experiments={"e": {"levers": []}}), list_orders=True).run()
    assert [d for d in differences(plain, tested) if d != "column groups"] == []


@pytest.mark.parametrize("options", [{"driver": "objects"}, {"threads": 3}])
def test_experiments_are_the_same_on_any_driver_and_any_number_of_threads(options):
    plans = {
        "u": {"levers": ["coupons"], "on": "2025-03-05"},
        "c": {"levers": ["messaging"], "by": "cluster", "cluster_size": 10, "until": "2025-03-20"},
        "p": {"levers": ["points"], "by": "period", "period_days": 5},
    }
    plan = steered({"coupons": COUPONS, "messaging": {}, "points": {}}, users=120, days=30, experiments=plans)
    first, second = (model(plan, list_orders=True, **o).run() for o in ({}, options))
    assert differences(first, second) == []
    for one, other in zip(first.steering.trials, second.steering.trials, strict=True):
        for what, found in one.read(first).items():
            np.testing.assert_array_equal(found, other.read(second)[what])


def test_the_same_user_is_in_the_same_arm_in_every_scenario_of_a_replication():
    other = steered({"coupons": COUPONS, "messaging": {}}, users=400, experiments={"e": {"levers": ["messaging"]}})
    one, two = model(world(), replication=3), model(other, replication=3)
    assert one.key == two.key == key_of(11, 3)
    assert (treated(one) == treated(two)).all()
