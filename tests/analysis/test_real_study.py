"""Figures and report of a real, small study: what they say is what was counted."""

import re
from pathlib import Path

import pytest

from analysis import finding, metrics, uncertain
from analysis.language import speaking
from analysis.plots import pictures
from analysis.plots.waterfall import steps
from analysis.report.build import render
from analysis.report.hangs import beforehand
from sim import compare
from sim.ledger import balance
from sim.study.importance import known

SCENARIOS = Path(__file__).parents[2] / "scenarios"


@pytest.fixture(scope="module")
def real():
    """All seven levers against the baseline, small."""
    files = [SCENARIOS / "baseline.yaml", SCENARIOS / "everything.yaml"]
    return compare(files, users=600, days=130, replications=3, threads=1)


def test_every_metric_of_a_summary_has_a_definition_in_both_languages(real):
    for name in real.summary["metric"].unique():
        row = finding.metric_of(real, name)
        assert row.formula and row.caveat and row.gain and row.loss, name
        for words in (row.label, row.formula, row.caveat):
            assert words.zh != words.en and re.search("[\u4e00-\u9fff]", words.zh), name


def test_every_defined_metric_is_in_a_summary(real):
    assert {m.name for m in metrics.METRICS} <= set(real.summary["metric"])


def test_the_report_names_the_assumptions_that_its_levers_gain_hung_on_most(real):
    (line,) = beforehand(real)
    assert line.scenario == real.scenarios[1] and len(line.parameters) == 5
    assumed = set(real.assumptions.query("scenario == @line.scenario and is_assumption")["parameter"])
    swings = []
    for parameter, told in line.parameters:
        lever = told.split(":")[0]
        row = next(r for r in known() if r.lever == lever and r.parameter in (parameter, parameter.removeprefix("levers.")))
        swings.append(row.swing)
        assert parameter in assumed and f"{uncertain.number(row.low)}, " in told and "a user at" in told
    acting = {name for name in real.plans[1].levers}
    assert swings == sorted(swings, reverse=True) and swings[0] == max(
        r.swing for r in known() if r.lever in acting and (f"levers.{r.parameter}" in assumed or r.parameter in assumed)
    )
    page = render(real, [])
    assert "measured beforehand" in page and line.parameters[0][1] in page
    with speaking("zh"):
        assert "人均" in beforehand(real)[0].parameters[0][1] and "事先的测量" in render(real, [])


def test_the_waterfall_adds_up_to_the_ledger(real):
    kinds = {row.account: (row.kind, row.meaning) for row in real.accounts.itertuples()}
    for scenario, flow in steps(real, real.scenarios).items():
        own = real.ledger[real.ledger["scenario"] == scenario]
        books = balance(own.groupby("account")["amount_minor"].sum().to_dict(), kinds)
        users = real.summary.query("scenario == @scenario and metric == 'registered'")["mean"].iloc[0] * 3
        level = {step.label: step.end for step in flow if step.level}
        assert books["unexplained"] == 0 and books["basket"] > 0
        assert level["Basket before discounts"] == pytest.approx(books["basket"] / users, abs=1e-9)
        assert level["Revenue"] == pytest.approx(books["revenue"] / users, abs=1e-9)
        assert level["Contribution"] == pytest.approx(books["contribution"] / users, abs=1e-9)
        # Every bar begins where the one before it ends.
        for before, step in zip(flow, flow[1:], strict=False):
            assert (step.end if step.level else step.start) == pytest.approx(before.end, abs=1e-9), step.label
        summed = finding.readings(real, "contribution_per_user")[scenario].mean
        assert level["Contribution"] == pytest.approx(summed, abs=1e-9)


def test_a_bracket_is_the_thirty_days_that_end_on_its_age():
    result = compare([SCENARIOS / "baseline.yaml"], users=400, days=100, replications=1, threads=1, list_orders=True)
    counts = result.runs[0][0]
    # 50 sign up a day: user k on day k // 50, so that all 400 are followed for 90 days.
    ages = result.events.assign(age=result.events["day"] - result.events["user"] // 50)
    inside = ages[(ages["age"] >= 61) & (ages["age"] <= 90)]
    assert counts["bracket_30/order/registration"][90] == inside["user"].nunique()
    assert counts["rolling/order/registration"][90] == ages[ages["age"] >= 90]["user"].nunique()
    mean = finding.readings(result, "bracket_30_90_order")[result.baseline].mean
    assert mean == pytest.approx(inside["user"].nunique() / 400)


def test_titles_and_curves_speak_of_the_same_start():
    alone = compare([SCENARIOS / "baseline.yaml"], users=400, days=100, replications=2, threads=1)
    told = {p.name: p for p in pictures(alone)}["retention_bracket_30_order"]
    curve = alone.retention.query("definition == 'bracket_30' and event == 'order' and start == 'registration'")
    level = curve.set_index("age_days").at[90, "mean"]
    assert told.finding.startswith(f"{level * 100:.1f}\u00a0% of users order in days 61–90")
    assert "day of registration" in told.note


def test_the_report_counts_the_assumptions_of_the_manifest(real):
    from analysis.report.answer import assumption_counts

    for scenario, counts in assumption_counts(real):
        recorded = real.manifest["scenarios"][scenario]["assumptions"]
        assert counts[-1] == recorded["assumptions"] and sum(counts) == recorded["parameters"]
        assert counts[:4] == [recorded[f"grade_{g}"] for g in "ABCD"]


def test_the_report_tells_each_scenarios_question_and_recorded_finding(real):
    html = render(real, pictures(real)[:1])
    for plan in real.plans:
        assert plan.question[:40] in html and plan.finding[:40] in html
