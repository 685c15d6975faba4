"""Made-up but plausible result tables, with effects that are known, to draw figures and reports from."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

LONG = (
    "Baseline",
    "New-user gift pack with a first-order discount and a guided tour",
    "Coupons for dormant and at-risk users, weekly, capped budget",
    "Points",
    "Tiers with gold and platinum benefits",
    "Community, messaging and win-back together",
    "Messaging",
    "Coupons and tiers at the same cost as points alone",
)
CHINESE = (
    "基准方案",
    "新人礼包与首单优惠",
    "优惠券：沉睡用户定向发放",
    "积分",
    "会员等级（金卡与白金卡权益）",
    "社区、推送与召回组合",
    "推送",
    "优惠券与会员等级（同等成本）",
)
# Retention effect in points at day 90, and incentive cost and contribution per user in minor units.
EFFECTS = (
    (0.0, 0, 0),
    (1.9, 310, 40),
    (3.1, 520, -190),
    (0.1, 120, -8),
    (2.2, 240, 130),
    (4.2, 660, 60),
    (-1.4, 30, -95),
    (0.2, 410, 6),
)
ACCOUNTS = pd.DataFrame(
    [
        ("basket", "basket", "orders before discounts"),
        ("revenue", "revenue", "what customers paid"),
        ("cost_of_goods", "goods", "what the goods cost"),
        ("coupons.discount", "discount", "face value redeemed"),
        ("tiers.member_discount", "discount", "level discount"),
        ("messaging.sends", "cost", "cost of messages"),
        ("points.redeemed", "cost", "points paid out"),
    ],
    columns=["account", "kind", "meaning"],
)


@dataclass
class Frames:
    """The attributes that `analysis.result.Tables` asks for."""

    summary: pd.DataFrame
    retention: pd.DataFrame
    daily: pd.DataFrame
    cohorts: pd.DataFrame
    ledger: pd.DataFrame
    accounts: pd.DataFrame
    assumptions: pd.DataFrame
    scenarios: list[str]
    baseline: str
    manifest: dict[str, Any]
    questions: dict[str, tuple[str, str, str]] = field(default_factory=dict)
    segments: pd.DataFrame | None = None
    flows: pd.DataFrame | None = None
    funnel: pd.DataFrame | None = None
    cashflow: pd.DataFrame | None = None
    uplift: pd.DataFrame | None = None
    shapley: pd.DataFrame | None = None
    experiments: pd.DataFrame | None = None
    policies: pd.DataFrame | None = None
    """What not every study has; `more_frames.full` fills it in."""


def tables(
    count: int = 8,
    chinese: bool = False,
    days: int = 365,
    replications: int = 20,
    effects=EFFECTS,
    names=None,
    one_cohort: bool = False,
) -> Frames:
    """Tables of `count` scenarios; `effects` gives points of retention, cost and contribution for each."""
    rng = np.random.default_rng(5)
    scenarios = list(names or (CHINESE if chinese else LONG))[:count]
    effects = effects[: len(scenarios)]
    users = 20_000
    return Frames(
        summary=_summary(scenarios, effects, replications, rng),
        retention=_retention(scenarios, effects, days, users),
        daily=_daily(scenarios, effects, days, replications, users, rng),
        cohorts=_cohorts(scenarios, effects, 1 if one_cohort else days // 7 - 1, days // 7, users, rng),
        ledger=_ledger(scenarios, effects, replications, users, rng),
        accounts=ACCOUNTS,
        assumptions=_assumptions(scenarios),
        scenarios=scenarios,
        baseline=scenarios[0],
        manifest={
            "scenarios": {
                name: {"sha256": f"{i:064x}", "resolved": {"economics": {"currency": "CNY"}, "platform": {"churned_after_days": 90}}}
                for i, name in enumerate(scenarios)
            },
            "seed": 1,
            "users": users,
            "days": days,
            "replications": replications,
            "finished": True,
            "command": ["python", "run.py", "compare", "scenarios/baseline.yaml", "scenarios/coupons.yaml"],
            "versions": {"python": "3.11.9", "mesa": "3.3.1", "numpy": "2.4.6"},
        },
        questions={name: ("Does it pay?", "", f"What {name} does.") for name in scenarios},
    )


def _revenue(cost: float, gain: float) -> float:
    """Revenue per user that leaves 2210 + gain after goods (70 %) and the 30 % of the cost that are not discounts."""
    return (2210 + gain + 0.3 * cost) / 0.3


def _summary(scenarios, effects, replications, rng) -> pd.DataFrame:
    rows = []
    for name, (points, cost, gain) in zip(scenarios, effects, strict=True):
        truth = {
            "bracket_30_30_order": ("share", 0.412 + points / 90, 0.004, points / 90),
            "bracket_30_90_order": ("share", 0.312 + points / 100, 0.004, points / 100),
            "rolling_90_order": ("share", 0.204 + points / 120, 0.004, points / 120),
            "orders_per_user": ("orders", 2.41 + points / 30, 0.02, points / 30),
            "revenue_per_user": ("money", _revenue(cost, gain), 60, _revenue(cost, gain) - _revenue(0, 0)),
            "aov": ("money", 3510 - cost / 20, 15, -cost / 20),
            "repurchase_rate": ("share", 0.388 + points / 150, 0.004, points / 150),
            "active_share_end": ("share", 0.142 + points / 200, 0.003, points / 200),
            "contribution_per_user": ("money", 2210 + gain, 30, gain),
            "incentive_cost_per_user": ("money", cost, 6 if cost else 0, cost),
            "ltv": ("money", 2180 + gain, 30, gain),
        }
        for metric, (unit, mean, half, delta) in truth.items():
            half_delta = half * 0.9
            first = name == scenarios[0]
            noise = 0 if first else rng.normal(0, half_delta / 6)
            blank = replications < 2
            rows.append(
                (
                    name,
                    metric,
                    unit,
                    mean + noise,
                    np.nan if blank else mean + noise - half,
                    np.nan if blank else mean + noise + half,
                    0.0 if first else delta + noise,
                    np.nan if blank else 0.0 if first else delta + noise - half_delta,
                    np.nan if blank else 0.0 if first else delta + noise + half_delta,
                )
            )
    return pd.DataFrame(
        rows,
        columns=["scenario", "metric", "unit", "mean", "ci_low", "ci_high", "delta", "delta_ci_low", "delta_ci_high"],
    )


def _retention(scenarios, effects, days, users) -> pd.DataFrame:
    ages = np.arange(0, days + 1)
    frames = []
    curves = [
        *((d, e) for d in ("exact_day", "bracket_30", "rolling") for e in ("visit", "order")),
        *(("survival", e) for e in ("visit", "order", "departure")),
    ]
    for name, (points, _, _) in zip(scenarios, effects, strict=True):
        for definition, event in curves:
            age = ages[::30] if definition == "bracket_30" else ages
            level = 0.30 + points / 100 * 1.1 + (0.12 if event == "visit" else 0)
            shape = {
                "exact_day": 0.06 * level / (1 + age / 25) ** 0.55,
                "bracket_30": 0.55 * level / (1 + age / 60) ** 0.45,
                "rolling": (0.25 + level) / (1 + age / 40) ** 0.42 * np.clip(1 - (age / days) ** 6, 0, 1),
                "survival": 1
                / (1 + np.clip(age - (0 if event == "departure" else 90), 0, None) / 70) ** (0.75 - points / 20),
            }[definition]
            mean = np.where(age == 0, 1.0, shape) if definition != "bracket_30" else shape
            half = 0.004 + 0.006 * np.sqrt(age / days)
            frames.append(
                pd.DataFrame(
                    {
                        "scenario": name,
                        "definition": definition,
                        "event": event,
                        "start": "registration",
                        "age_days": age,
                        "mean": mean,
                        "ci_low": np.clip(mean - half, 0, 1),
                        "ci_high": np.clip(mean + half, 0, 1),
                        "at_risk": (users * (mean if definition == "survival" else 1 - 0.2 * age / days)).astype(int),
                    }
                )
            )
    return pd.concat(frames, ignore_index=True)


def _daily(scenarios, effects, days, replications, users, rng) -> pd.DataFrame:
    day = np.arange(days + 1)
    frames = []
    luck = rng.normal(0, 0.004, replications)
    for name, (points, _, _) in zip(scenarios, effects, strict=True):
        for replication in range(replications):
            ever = (users * (0.2 + 0.8 * day / days)).astype(int)
            customer = 0.14 + points / 200 + 0.5 * np.exp(-day / 45) + luck[replication] + rng.normal(0, 0.0015)
            registered = 0.08 + 0.1 * np.exp(-day / 30)
            churned = (1 - registered - customer) * np.clip((day - 90) / 120, 0, 0.8)
            stock = {"registered": registered, "customer": customer, "churned": churned}
            whole = {k: (v * ever).astype(int) for k, v in stock.items()}
            dormant = ever - sum(whole.values())
            frames.append(
                pd.DataFrame(
                    {
                        "scenario": name,
                        "replication": replication,
                        "day": day,
                        "prospect": 0,
                        **whole,
                        "dormant": dormant,
                        "registered_ever": ever,
                        "new_users": np.diff(ever, prepend=0),
                        "active_users": ever // 9,
                        "orders": ever // 60,
                        "repeat_orders": ever // 80,
                        "revenue_minor": ever * 50,
                    }
                )
            )
    return pd.concat(frames, ignore_index=True)


def _cohorts(scenarios, effects, cohorts, weeks, users, rng) -> pd.DataFrame:
    rows = []
    for name, (points, _, _) in zip(scenarios, effects, strict=True):
        for cohort in range(cohorts):
            size = int(users / cohorts * rng.uniform(0.8, 1.2)) * 20
            for age in range(weeks - cohort):
                ordered = size if age == 0 else rng.binomial(size, (0.09 + points / 300) / (1 + age / 6) ** 0.5)
                rows.append((name, cohort, size, age, min(size, int(ordered * 1.9)), ordered))
    return pd.DataFrame(rows, columns=["scenario", "cohort", "size", "age_weeks", "active", "ordered"])


def _ledger(scenarios, effects, replications, users, rng) -> pd.DataFrame:
    rows = []
    luck = rng.normal(0, 30, replications)
    for number, (name, (_, cost, gain)) in enumerate(zip(scenarios, effects, strict=True)):
        for replication in range(replications):
            revenue = int(users * (_revenue(cost, gain) + luck[replication]))
            parts = {
                "coupons.discount": 0.5,
                "tiers.member_discount": 0.2,
                "messaging.sends": 0.05,
                "points.redeemed": 0.25,
            }
            given = (
                {account: int(users * cost * part) for account, part in parts.items()}
                if number
                else dict.fromkeys(parts, 0)
            )
            basket = revenue + given["coupons.discount"] + given["tiers.member_discount"]
            amounts = {"basket": basket, "revenue": revenue, "cost_of_goods": int(revenue * 0.7), **given}
            rows += [(name, replication, account, amount) for account, amount in amounts.items()]
    return pd.DataFrame(rows, columns=["scenario", "replication", "account", "amount_minor"])


def _assumptions(scenarios) -> pd.DataFrame:
    grades = ["A", "B", "B", "C", "D", ""]
    rows = [
        (name, f"levers.x.p{i}", f"0.{k}", "assumption" if not grade else f"Author 20{i:02d}", grade, not grade)
        for k, name in enumerate(scenarios)
        for i, grade in enumerate(grades * (k + 1))
    ]
    return pd.DataFrame(rows, columns=["scenario", "parameter", "value", "source", "grade", "is_assumption"])


def differences(summary_rows: dict[str, np.ndarray], baseline: str, metric: str) -> pd.DataFrame:
    """Summary rows of one metric from values per replication: means, Student-t intervals, paired differences."""

    def interval(values):
        half = stats.t.ppf(0.975, len(values) - 1) * values.std(ddof=1) / np.sqrt(len(values))
        return values.mean(), values.mean() - half, values.mean() + half

    rows = [
        (name, metric, "share", *interval(values), *interval(values - summary_rows[baseline]))
        for name, values in summary_rows.items()
    ]
    return pd.DataFrame(
        rows,
        columns=["scenario", "metric", "unit", "mean", "ci_low", "ci_high", "delta", "delta_ci_low", "delta_ci_high"],
    )
