"""What is not known about parameters: their ranges, the sets drawn, luck told from parameters, and what a result hangs on."""

from __future__ import annotations

import json

import numpy as np
import pytest
from scipy import stats

from sim import compare, load_scenario
from sim.engine.records import core_policy
from sim.lever import levers
from sim.parameter import param, record, specification
from sim.scenario import Scenario
from sim.study import ranges
from sim.study.kept import WORK
from sim.study.nested import Sets
from sim.study.ranges import EDGE, FACTORS, published
from sim.study.sets import ParameterSets, places
from sim.study.sources import sources
from sim.study.tornado import tornado
from sim.study.uncertainty import TABLES
from sim.study.verify import verify

SETS = 6


def with_every_lever() -> Scenario:
    """A scenario with each lever at its defaults."""
    return Scenario.from_mapping({"population": {"entry": "market"}, "levers": {name: {} for name in levers()}})


# ---- ranges


def test_every_number_with_a_source_has_a_range_around_it_within_its_bounds():
    scenario = with_every_lever()
    found = ranges.ranges(scenario)
    switched_off = {"population.dropout.s", "population.dropout.beta_weeks", "market.bass.friends_share"}
    for line in sources(scenario):
        sourced = not line["is_assumption"] and line["value"].replace(".", "").isdigit() and float(line["value"]) != 0
        assert not sourced or line["parameter"] in found or line["parameter"] in switched_off, line
    for one in found.values():
        assert one.low <= one.first <= one.high and one.low < one.high, one
        assert one.minimum is None or one.low >= one.minimum, one
        assert one.maximum is None or one.high <= one.maximum, one


def test_published_ranges_are_those_of_parameters_that_exist_and_of_their_defaults():
    facts = {f"{name}.{p}": s for name, lever in levers().items() for p, s in specification(lever.module.Parameters).items()}
    for name, block in (("population", Scenario.from_mapping({}).population), ("behaviour", Scenario.from_mapping({}).behaviour)):
        facts |= {f"{name}.{p}": s for p, s in specification(type(block)).items()}
    facts["population.dropout.a"]["default"], facts["population.dropout.b"]["default"] = 0.793, 2.426  # of per_order
    facts["population.spend.median"]["default"], facts["population.spend.sigma"]["default"] = 26.73, 0.738  # of CDNOW, where set
    assert {name: float(row["value"]) for name, row in published().items()} == {name: facts[name]["default"] for name in published()}


def test_a_drawn_value_has_its_median_in_force_and_an_end_at_either_normal_score():
    for one in ranges.ranges(with_every_lever()).values():
        assert one.at(0.0) == one.value
        if not isinstance(one.value, int | tuple) and one.unit != "money":
            assert (one.at(-EDGE), one.at(EDGE)) == pytest.approx((one.low, one.high), rel=1e-4)
        drawn = [one.at(score) for score in (-3.5, 3.5)]
        for value in (v for d in drawn for v in (d if isinstance(d, tuple) else (d,))):
            assert (one.minimum is None or value >= one.minimum) and (one.maximum is None or value <= one.maximum)


def test_without_a_published_range_the_grade_decides_and_a_share_moves_in_odds():
    found = ranges.ranges(Scenario.from_mapping({"levers": {"coupons": {}}}))
    lift, fade, rest = (found[f"levers.coupons.{name}"] for name in ("exposure_lift", "fade", "rest_days"))
    assert (lift.low, lift.high) == pytest.approx((0.207 / FACTORS["A"], 0.207 * FACTORS["A"]))
    odds = 0.6 / 0.4
    assert fade.low == pytest.approx(odds / FACTORS["C"] / (1 + odds / FACTORS["C"]), rel=1e-5)
    assert (rest.low, rest.high) == (7.0, 28.0)  # an assumption: half to double
    keep = ranges.ranges(Scenario.from_mapping({"levers": {"messaging": {}}}))["levers.messaging.keep"]
    assert (keep.low, keep.high) == pytest.approx((4 / 1.5 / (1 + 4 / 1.5), 6 / 7), rel=1e-5)  # .8, grade B; permitted up to .999


def test_a_value_that_the_scenario_changes_has_no_published_range_any_more():
    found = ranges.ranges(Scenario.from_mapping({"behaviour": {"loss_weight": 3.0}}))["behaviour.loss_weight"]
    assert (found.low, found.high, found.grade) == (1.5, 5.0, "")  # half to double, kept under the declared maximum


def test_what_is_off_or_known_to_the_platform_is_not_drawn():
    found = ranges.ranges(Scenario.from_mapping({"population": {"dropout": {"mode": "per_time"}}}))
    assert not [p for p in found if p.startswith("economics.")]
    assert {"population.dropout.s", "population.dropout.beta_weeks"} < set(found)
    assert not {"population.dropout.a", "behaviour.habit_lift", "behaviour.failure_rate"} & set(found)


def test_a_parameter_may_bring_its_own_range():
    assert param(1.0, "-", "meaning", plausible=(0.5, 3.0)).json_schema_extra["plausible"] == (0.5, 3.0)


# ---- sets


def test_a_set_is_the_same_however_many_there_are():
    assert places(7, "a.b", 90)[:21].tolist() == places(7, "a.b", 21).tolist()
    assert places(7, "a.b", 16).tolist() != places(8, "a.b", 16).tolist()


@pytest.mark.parametrize("count", [16, 32, 64])
def test_sets_fill_every_part_of_a_range_once(count):
    assert sorted((places(3, "x", count) * count).astype(int)) == list(range(count))


def test_parameters_do_not_go_together():
    x = np.column_stack([places(1, f"p{k}", 64) for k in range(60)])
    r = np.corrcoef(x.T)[np.triu_indices(60, 1)]
    assert np.abs(r).max() < 0.62  # 1,770 pairs: above it once in a million studies, were they drawn independently
    assert r.std() == pytest.approx(1 / np.sqrt(63), rel=0.15)


def test_all_scenarios_get_the_same_numbers_whatever_else_is_compared(scenarios):
    base, coupons = (load_scenario(path) for path in scenarios)
    both, one = ParameterSets([base, coupons], 5), ParameterSets([coupons], 5)
    for k in range(5):
        assert both.worlds[k][0].population == both.worlds[k][1].population == one.worlds[k][0].population
        assert both.worlds[k][1].levers == one.worlds[k][0].levers
    assert len({world[0].digest() for world in both.worlds}) == 5


def test_numbers_that_do_not_go_together_are_drawn_nearer(scenarios, monkeypatch):
    coupons = load_scenario(scenarios[1])
    far = ParameterSets([coupons], 3)
    least = min(abs(float(score[1])) for score in far.scores.values())
    real = Scenario.with_values
    monkeypatch.setattr(
        Scenario, "with_values", lambda self, values: real(self, values | ({"run.users": 0} if values["levers.coupons.attention"] > 2.5 else {}))
    )
    near = ParameterSets([coupons], 3)
    assert all(world[0].levers["coupons"].attention <= 2.5 for world in near.worlds)
    for p, score in far.scores.items():
        assert all(abs(n) <= abs(f) for n, f in zip(near.scores[p], score, strict=True))
    assert least > 0


# ---- luck and parameters


def take_apart(y):
    """Numbers of the shape (sets, replications) taken apart."""
    runs = y.shape[1]
    return Sets(y.mean(axis=1), y.var(axis=1, ddof=1) if runs > 1 else np.full(len(y), np.nan), runs).take_apart()


def test_luck_and_parameters_are_told_apart():
    rng, parameters, luck, found = np.random.default_rng(5), 2.0, 3.0, []
    for _ in range(2_000):
        y = rng.normal(0, parameters, (12, 1)) + rng.normal(0, luck, (12, 4))
        parts = take_apart(y)
        found.append((y.mean(axis=1).var(ddof=1) - parts.sampling_variance, parts.sampling_variance))
    between, within = np.mean(found, axis=0)
    assert between == pytest.approx(parameters**2, rel=0.1)  # five standard errors
    assert within == pytest.approx(luck**2 / 4, rel=0.02)


def test_without_parameter_uncertainty_the_sets_are_drawn_in_to_their_mean():
    y = np.array([[1.0, 3.0], [3.0, 1.0], [1.5, 2.5]])
    parts = take_apart(y)
    assert parts.parameter_variance == 0.0
    assert parts.truths == pytest.approx([2.0, 2.0, 2.0])


def test_where_luck_is_all_the_mean_itself_is_not_sure():
    y = np.random.default_rng(4).normal(0.5, 3.0, (24, 2))
    parts = take_apart(y)
    low, high = parts.quantiles((0.025, 0.975))
    assert low < 0 < high and 0.5 < parts.above_zero() < 0.999
    assert (low + high) / 2 == pytest.approx(float(parts.mean), abs=1.0)


def test_where_parameters_are_all_quantiles_and_signs_are_those_of_the_sets():
    truth = np.random.default_rng(6).normal(1.0, 1.0, (400, 1))
    parts = take_apart(truth + np.random.default_rng(7).normal(0, 1e-3, (400, 3)))
    assert parts.quantiles((0.025, 0.975)) == pytest.approx(np.quantile(truth, (0.025, 0.975)), abs=0.02)
    assert parts.quantiles((0.5,)) == pytest.approx(np.median(truth), abs=1e-3)
    assert parts.above_zero() == pytest.approx(float((truth > 0).mean()), abs=0.01)


def test_one_replication_cannot_tell_luck_from_parameters():
    parts = take_apart(np.array([[1.0], [2.0], [4.0]]))
    assert np.isnan(parts.sampling) and np.isnan(parts.parameter_variance)
    assert parts.truths.tolist() == [1.0, 2.0, 4.0]


# ---- what it hangs on


def test_the_parameter_that_matters_is_named_first_with_the_reach_it_has():
    scores = {f"p{k}": stats.norm.ppf(places(2, f"p{k}", 64)) for k in range(80)}
    y = 1.0 + 3.0 * scores["p7"] - 1.5 * scores["p30"] + np.random.default_rng(1).normal(0, 0.3, 64)
    lines = tornado(y, scores)
    assert [line["parameter"] for line in lines[:2]] == ["p7", "p30"]
    assert [line["sure"] for line in lines[:2]] == ["yes", "yes"]
    assert (lines[0]["at_low"], lines[0]["at_high"]) == pytest.approx((1 - EDGE * 3, 1 + EDGE * 3), abs=0.5)
    assert lines[1]["at_low"] > lines[1]["at_high"]
    assert lines[0]["share"] == pytest.approx(0.8, abs=0.1)
    assert lines[0]["explained"] > 0.95


def test_where_effects_multiply_the_ends_do_too():
    scores = {f"p{k}": stats.norm.ppf(places(2, f"p{k}", 64)) for k in range(10)}
    line = tornado(-np.exp(0.5 * scores["p3"]), scores)[0]
    assert (line["at_low"], line["middle"], line["at_high"]) == pytest.approx((-np.exp(-0.5 * EDGE), -1.0, -np.exp(0.5 * EDGE)), rel=1e-6)


def test_a_suspect_is_no_certainty_and_comes_after_it():
    scores = {f"p{k}": stats.norm.ppf(places(6, f"p{k}", 64)) for k in range(60)}
    y = 3.0 * scores["p1"] + 0.9 * scores["p2"] + np.random.default_rng(8).normal(0, 2.0, 64)
    sure = [line["sure"] for line in tornado(y, scores)]
    assert sure[0] == "yes" and "no" in sure and sure == sorted(sure, key=["yes", "no", ""].index)


def test_luck_is_seldom_read_as_a_cause():
    scores = {f"p{k}": stats.norm.ppf(places(4, f"p{k}", 32)) for k in range(50)}
    rng = np.random.default_rng(3)
    alarms = sum(tornado(rng.normal(size=32), scores)[0]["sure"] == "yes" for _ in range(200))
    assert alarms <= stats.binom.isf(1e-6, 200, 0.05)


def test_of_few_sets_nothing_is_said():
    lines = tornado(np.arange(5.0), {"p": np.arange(5.0)})
    assert np.isnan(lines[0]["share"]) and np.isnan(lines[0]["rank_correlation"])


# ---- a study


@pytest.fixture(scope="module")
def study(scenarios, tmp_path_factory):
    """A small study with uncertainty, and its folder."""
    folder = tmp_path_factory.mktemp("uncertain") / "whole"
    return compare(scenarios, uncertainty=SETS, folder=folder), folder


def tables(folder):
    return {table: (folder / f"{table}.csv").read_bytes() for table in TABLES}


def test_every_table_is_written_and_named_in_the_manifest(study):
    result, folder = study
    assert set(tables(folder)) == set(TABLES)
    assert {f"{table}.csv" for table in TABLES} < set(json.loads((folder / "manifest.json").read_bytes())["files"])
    assert result.asked["uncertainty"] == SETS


def test_the_shares_add_up_and_the_mean_lies_among_the_sets(study):
    frame = study[0].uncertainty.frames["uncertainty"]
    told = frame[frame["parameter_share"].notna()]
    assert len(told) > 30
    assert (told["parameter_share"] + told["sampling_share"]).to_numpy() == pytest.approx(1.0)
    assert (told["parameter_low"] <= told["mean"]).all() and (told["mean"] <= told["parameter_high"]).all()


def test_differences_are_paired_within_each_set(scenarios):
    same = load_scenario(scenarios[1]).with_values({"name": "Nothing", "levers.coupons.strength": 0, "levers.coupons.face_value": 0.01})
    base = load_scenario(scenarios[0])
    frame = compare([base, same], uncertainty=3, days=30).uncertainty.frames["uncertainty"]
    line = frame[(frame["quantity"] == "difference") & (frame["metric"] == "visits_per_user")].iloc[0]
    assert (line["mean"], line["parameter_low"], line["parameter_high"]) == (0.0, 0.0, 0.0)


def test_the_same_bytes_come_on_one_thread_and_after_an_interruption(study, scenarios, tmp_path):
    class Enough(Exception):
        pass

    def stop(done, total, doing):
        if doing == "simulating" and total == (1 + SETS) * 4 and done >= 13:
            raise Enough

    folder = tmp_path / "interrupted"
    with pytest.raises(Enough):
        compare(scenarios, uncertainty=SETS, folder=folder, threads=1, progress=stop)
    kept = {p.name: p.stat().st_mtime_ns for p in (folder / WORK).glob("*.run")}
    assert len(kept) >= 9 and not (folder / "uncertainty.csv").exists()
    compare(scenarios, uncertainty=SETS, folder=folder, threads=1)
    assert {p.name: p.stat().st_mtime_ns for p in (folder / WORK).glob("*.run") if p.name in kept} == kept
    assert tables(folder) == tables(study[1])


def test_more_sets_live_only_the_new_ones(study, scenarios, tmp_path):
    lived = []
    compare(scenarios, uncertainty=2, folder=tmp_path / "more")
    compare(
        scenarios, uncertainty=3, folder=tmp_path / "more",
        progress=lambda done, total, doing: lived.append((done, total)) if doing == "simulating" else None,
    )  # fmt: skip
    assert (12, 16) in lived and all(done == 4 or done >= 12 for done, _ in lived)


def test_verify_makes_the_tables_again_and_notices_a_changed_one(study):
    folder = study[1]
    assert verify(folder).equal
    own = (folder / "tornado.csv").read_bytes()
    (folder / "tornado.csv").write_bytes(own.replace(b"Coupons", b"Coupon5", 1))
    found = verify(folder)
    (folder / "tornado.csv").write_bytes(own)
    assert found.tables["uncertainty"] and not found.tables["tornado"]


def test_sets_differ_in_data_only_so_the_compiled_loop_serves_them_all(scenarios):
    drawn = ParameterSets([load_scenario(path) for path in scenarios], 3)
    worlds = [world for worlds in drawn.worlds for world in worlds]
    assert len({core_policy(world).dtype for world in worlds}) == 1
    assert len({record(world.levers["coupons"]).dtype for world in worlds if world.levers}) == 1


def test_a_market_in_which_nearly_nobody_signs_up_has_its_tables(tmp_path):
    market = Scenario.from_mapping({"name": "M", "run": {"users": 20, "days": 5, "replications": 2}, "population": {"entry": "market"}})
    found = compare([market], uncertainty=2, folder=tmp_path / "market").uncertainty.frames
    assert len(found["uncertainty"]) > 0 and found["fan"].empty
    assert (tmp_path / "market" / "fan.csv").read_text().startswith("scenario,quantity,definition")


def test_one_set_is_refused(scenarios):
    with pytest.raises(ValueError, match="at least 2"):
        compare(scenarios, uncertainty=1)
