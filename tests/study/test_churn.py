"""Who lapses, as a platform would estimate it, and why users have really left: where the truth is known, and against other software."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from sim import LifecycleModel, Scenario, compare
from sim.measure import segments
from sim.panel import WATCHED, Panel, look_days
from sim.population import PROSPECT, REASONS
from sim.segment import CHANNELS, LIFE
from sim.study.churn import HAZARDS, Lines, features, hazards
from sim.study.hazard import complementary_log_log
from sim.study.metrics import segment_values
from sim.study.task import Task

SURE = stats.norm.isf(5e-7) / stats.norm.isf(0.025)
"""Half-widths of a 95 % interval beyond which the truth lies with a chance of 1e-6."""


def world(behaviour: dict, **more) -> Scenario:
    """A shop whose users order often, and are called churned after four weeks."""
    return Scenario.from_mapping(
        {
            "name": "Shop", "run": {"users": 4000, "days": 150, "replications": 2, "seed": 5},
            "population": {
                "entry": {"arrivals": {"per_day": 80}}, "order_rate": {"r": 2.0, "alpha_weeks": 4.0}, "visit_conversion": 0.3,
                "dropout": {"mode": "per_order", "a": 0.8, "b": 6.0, "first_order": True},
            },
            "platform": {"dormant_after_days": 14, "churned_after_days": 28}, "behaviour": behaviour, **more,
        }
    )  # fmt: skip


def estimated(plan: Scenario, replications: int = 2) -> pd.DataFrame:
    """The hazard ratios of a scenario, by feature and level."""
    lines = Lines()
    for replication in range(replications):
        lines.add(Task(plan, replication, tuple(sorted(plan.kinds.items()))).run())
    return hazards(plan.name, lines, plan).set_index(["feature", "level"])


def widened(row: pd.Series) -> tuple[float, float]:
    """The interval of a ratio that misses the truth with a chance of 1e-6."""
    middle, half = np.log(row["hazard_ratio"]), np.log(row["ci_high"] / row["ci_low"]) / 2
    return float(np.exp(middle - SURE * half)), float(np.exp(middle + SURE * half))


FAILING = {"failure_rate": 0.25, "satisfaction_order": 0.0}


@pytest.fixture(scope="module")
def driven() -> Scenario:
    """Failures are what drives people away."""
    return world({**FAILING, "satisfaction_stay": 4.0})


@pytest.fixture(scope="module")
def counts(driven) -> dict[str, np.ndarray]:
    return Task(driven, 0, ()).run()


# ---- where the truth is known


def test_where_failures_drive_people_away_their_ratio_is_above_one(driven):
    found = estimated(driven).loc["dissatisfied", ""]
    assert widened(found)[0] > 1.5 and found["verdict"] == "more"
    assert found["mean_lapsed"] > 1.5 * found["mean_stayed"]


def test_where_failures_leave_people_cold_the_interval_covers_one():
    low, high = widened(estimated(world({**FAILING, "satisfaction_stay": 0.0})).loc["dissatisfied", ""])
    assert low < 1 < high and high / low < 1.6


@pytest.mark.parametrize(("tiring", "above"), [(0.5, True), (0.0, False)])
def test_messages_have_a_ratio_above_one_where_they_tire_and_one_where_they_do_not(tiring, above):
    mail = {"messaging": {"email": {"per_week": 3, "opt_in": 0.5, "lift": 0.0, "opt_out": 0.0}}}
    low, high = widened(estimated(world({"fatigue_visit": tiring}, levers=mail)).loc["messages", ""])
    assert (low > 1) == above and (high > 1) and high / low < 1.2


def test_long_silence_and_rare_visits_are_its_signs(driven):
    found = estimated(driven)
    assert widened(found.loc["recency", ""])[0] > 1 > widened(found.loc["visit_days", ""])[1]


# ---- the panel


def test_a_panel_holds_whom_the_platform_does_not_call_churned_and_what_came_of_them(driven):
    model = LifecycleModel(driven, users=600)
    panel, seen = Panel(model), {}
    while model.day < model.days:
        model.step()
        panel.look(model)
        if model.day in look_days(150, 28):
            seen[model.day] = model.rows.copy()
    found = panel.counts(model)
    assert list(seen) == [10, 38, 66, 94, 122]
    start = 0
    for look, (day, rows) in enumerate(seen.items()):
        inside = rows[(rows["stage"] != PROSPECT) & (day - rows["last_seen"] < 28)]
        lines = slice(start, start + len(inside))
        assert (found["panel/look"][lines] == look).all() and found["panel/user"][lines].tolist() == inside["id"].tolist()
        assert (found["panel/orders"][lines] == inside["orders"]).all()
        unpacked = np.unpackbits(model.visited[day + 1 : day + 29], axis=1, bitorder="little")
        assert (found["panel/lapsed"][lines] == ~unpacked.any(axis=0)[inside["id"]]).all()
        start += len(inside)
    assert start == len(found["panel/user"]) > 1000 and 0.05 < found["panel/lapsed"].mean() < 0.6


def test_a_panel_watches_a_sample_of_bounded_size_of_the_same_users():
    plan = world({}).with_values({"run.users": 9000, "run.days": 57, "population.entry.arrivals.per_day": 9000.0})
    found = Task(plan, 0, ()).run()
    assert set(np.diff(np.unique(found["panel/user"]))) == {3} and len(np.unique(found["panel/user"])) == 3000 <= WATCHED


def test_a_run_too_short_to_see_a_lapse_has_no_ratios():
    plan = world({}).with_values({"run.days": 27})
    table = estimated(plan)
    assert table.empty and list(table.reset_index().columns[-3:]) == ["lines", "lapses", "users"]


# ---- the estimate


def test_the_ratios_and_their_errors_are_those_of_statsmodels(counts, driven):
    sm = pytest.importorskip("statsmodels.api", reason="statsmodels is not installed (extra: test)")
    seen = {name.removeprefix("panel/"): column for name, column in counts.items() if name.startswith("panel/")}
    y, user = seen["lapsed"].astype(bool), seen["user"]
    columns = [column for *_, column in features(seen, driven) if column.std() > 0]
    x = np.column_stack([np.ones(len(y)), *columns])
    fit = complementary_log_log(x, y, user)
    glm = sm.GLM(y.astype(float), x, family=sm.families.Binomial(sm.families.links.CLogLog()))
    other = glm.fit(cov_type="cluster", cov_kwds={"groups": user}, tol=1e-12)
    np.testing.assert_allclose(fit.beta, other.params, rtol=1e-6, atol=1e-8)
    np.testing.assert_allclose(np.sqrt(np.diag(fit.covariance)), other.bse, rtol=1e-5)


def test_a_ratio_is_found_again_from_made_up_lapses():
    rng = np.random.default_rng(1)
    x = np.column_stack([np.ones(40_000), rng.normal(size=40_000), rng.random(40_000) < 0.3])
    truth = np.array([-1.0, 0.5, -0.7])
    y = rng.random(40_000) < -np.expm1(-np.exp(x @ truth))
    fit = complementary_log_log(x, y, np.arange(40_000) // 2)
    assert (np.abs(fit.beta - truth) < 5 * np.sqrt(np.diag(fit.covariance))).all()
    assert np.sqrt(np.diag(fit.covariance)).max() < 0.03


def test_where_everybody_came_at_once_with_an_order_what_cannot_be_told_apart_is_left_out():
    plan = world({}).with_values({"run.users": 1500, "population.entry": {"cohort": {"over_days": 1}}})
    found = estimated(plan).reset_index()
    assert set(found["feature"]) >= {"recency", "orders"} and "tenure" not in set(found["feature"])
    assert found["contrast"].str.contains("against 1").sum() >= 3 and found["hazard_ratio"].between(0.01, 100).all()


def test_what_cannot_be_estimated_is_said_to_be_so():
    x = np.column_stack([np.ones(100), np.ones(100)])
    assert complementary_log_log(x, np.arange(100) % 2 == 0, np.arange(100)) is None
    apart = np.column_stack([np.ones(100), np.arange(100) < 50])
    assert complementary_log_log(apart, np.arange(100) < 50, np.arange(100)) is None


# ---- the reasons


def test_reasons_are_counted_of_all_who_left_in_the_segment_in_which_they_were_that_morning(driven, counts):
    model = LifecycleModel(driven).run()
    rows = model.rows
    gone = rows[rows["left"] == 1]
    assert counts["left/everyone"][0].tolist() == np.bincount(gone["left_reason"], minlength=len(REASONS)).tolist()
    days = [np.flatnonzero(np.unpackbits(model.visited, axis=1, bitorder="little")[:, user]) for user in gone["id"]]
    expected = np.zeros((len(LIFE), len(REASONS)), int)
    for user, own in zip(gone, days, strict=True):
        before = own[own < user["left_day"]]
        idle = user["left_day"] - (before.max() if len(before) else user["entry_day"])
        life = "churned" if idle >= 28 else "dormant" if idle >= 14 else None
        life = life or ("new" if user["left_day"] - user["entry_day"] <= 30 else "at_risk" if idle >= 14 else "active")
        expected[LIFE.index(life), user["left_reason"]] += 1
    assert counts["left/life_cycle"].tolist() == expected.tolist() and (expected.sum(axis=1) > 0).sum() >= 3
    silence = counts["left/silence"]
    assert silence[:, 1:].sum() == len(gone) and silence.sum() == counts["users/registered"]
    assert silence[1].sum() == (model.day - rows["last_seen"] >= 28).sum()


@pytest.fixture(scope="module")
def result(driven):
    return compare([driven, world({}, levers={"onboarding": {}})], users=800)


def test_bad_experience_is_a_reason_only_where_something_fails(result):
    everyone = result.reasons.query("group == 'everyone'").set_index(["scenario", "reason"])["share"]
    assert everyone["Shop", "bad experience"] > 0.1
    assert ("Shop (2)", "bad experience") not in everyone.index
    assert everyone.groupby("scenario").sum().to_numpy() == pytest.approx([1, 1])


@pytest.mark.parametrize("dropout", ["per_order", "per_time"])
def test_fatigue_is_a_reason_only_where_messages_are_felt_and_make_leaving_easier(dropout):
    mail = {"messaging": {"email": {"per_week": 7, "opt_in": 1.0, "lift": 0.0, "opt_out": 0.0}}}
    left = {}
    for sent in (True, False):
        for weary in (0.0, 0.3):
            plan = world({"fatigue_stay": weary}, levers=mail if sent else {}).with_values({"run.users": 1500})
            if dropout == "per_time":
                plan = plan.with_values({"population.dropout": {"mode": "per_time", "s": 2.0, "beta_weeks": 20.0}})
            rows = LifecycleModel(plan).run().rows
            left[sent, weary] = int(rows["left"].sum())
            tired = (rows["left_reason"] == REASONS.index("fatigue")).sum() / left[sent, weary]
            assert tired > 0.2 if sent and weary and dropout == "per_order" else tired == 0  # a clock that has run out gives no reason
    assert left[True, 0.3] > 1.2 * left[True, 0.0] and left[False, 0.3] == left[False, 0.0]


def test_the_frames_are_the_files(result, tmp_path):
    result.write_tables(tmp_path)
    for table in ("churn", "reasons"):
        read, frame = pd.read_csv(tmp_path / f"{table}.csv", keep_default_na=False), getattr(result, table)
        assert list(read.columns) == list(frame.columns) and len(read) == len(frame) > 5
    assert list(result.churn.columns) == list(HAZARDS) and set(result.churn["scenario"]) == {"Shop", "Shop (2)"}


# ---- what winning them has cost


def test_what_winning_its_users_cost_adds_up_over_the_segments_of_every_group(result):
    plan, counts = result.plans[1], result.runs[1][0]
    spent = int(counts["account/onboarding.discount"])
    found = segment_values(counts, plan)
    assert spent > 0
    for group in ("life_cycle", "value", "persona", "channel"):
        total = sum(v * found[g, s, "users"] for (g, s, m), v in found.items() if (g, m) == (group, "cac"))
        assert total == pytest.approx(spent)


def test_what_a_channel_cost_is_borne_by_those_it_won():
    market = {"entry": "market", "order_rate": {"r": 2.0, "alpha_weeks": 6.0}, "visit_conversion": 0.3}
    plan = Scenario.from_mapping(
        {
            "name": "m", "run": {"users": 1500, "days": 40, "replications": 1, "seed": 2}, "population": market,
            "market": {"bass": {"p_per_year": 2.0, "q_per_year": 0.0}},
            "levers": {"channels": {"ads": {"spend_per_day": 500.0}, "search": {"spend_per_day": 0.0}}},
        }
    )  # fmt: skip
    counts = Task(plan, 0, (("channels", "channels"),)).run()
    found = segment_values(counts, plan)
    users = {name: found.get(("channel", name, "users"), 0) for name in CHANNELS}
    assert users["ads"] > 10 and users["direct"] > 10
    of_others = sum(int(counts[f"account/channels.{n}"]) for n in ("content", "search", "partners", "offline") if not users[n])
    shared = of_others / sum(users.values())
    assert found["channel", "ads", "cac"] == pytest.approx(int(counts["account/channels.ads"]) / users["ads"] + shared)
    assert found["channel", "direct", "cac"] == pytest.approx(shared)
    model = LifecycleModel(plan).run()
    assert (segments(model)["channel"] == CHANNELS.index("ads")).sum() == users["ads"]
