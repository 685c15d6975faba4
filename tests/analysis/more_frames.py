"""Made-up rows of the tables that not every study has, to draw figures from: every strategy has levers, channels and experiments."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
from frames import Frames, tables

from analysis.plots.flows import STACK
from sim.segment import CHANNELS, LIFE, VALUE
from sim.study import cashflow, experiments, frames, journey, shapley, twin

LEVERS = ("onboarding", "coupons", "points", "tiers", "community", "messaging", "winback", "a_lever_under_a_long_name_of_its_own")
PERSONAS = ("bargain hunters who compare every price", "regulars", "gift buyers")
GROUPS = {"life_cycle": LIFE, "value": VALUE, "persona": PERSONAS, "channel": CHANNELS[:5]}


def full(count: int, **options) -> Frames:
    """`frames.tables` with all other tables, too."""
    made = tables(count, **options)
    rng = np.random.default_rng(7)
    levers = {name: LEVERS[: 1 if k % 3 else k + 1] for k, name in enumerate(made.scenarios) if k}
    parts = {"segments": _segments(made, rng), "flows": _flows(made, rng), "funnel": _funnel(made, rng), "cashflow": _cashflow(made, rng)}
    if levers:
        parts |= {"uplift": _uplift(levers, rng), "shapley": _shapley(levers, rng)}
    return replace(made, **parts, experiments=_experiments(made, rng), policies=_policies(made))


def _ends(value: float, half: float) -> tuple[float, float, float]:
    return value, value - half, value + half


def _segments(made: Frames, rng) -> pd.DataFrame:
    levels = {"users": ("users", 3000), "ordered_last_30": ("share", 0.2), "repurchase_rate": ("share", 0.4), "aov": ("minor units", 4000)}
    levels |= {"cac": ("minor units", 90), "ltv_to_date": ("minor units", 2600), "contribution": ("minor units", 500_000)}
    nothing = (np.nan,) * 3
    lines = []
    for name in made.scenarios:
        for group, segments in GROUPS.items():
            for segment in segments:
                for metric, (unit, level) in levels.items():
                    delta = level * rng.normal(0, 0.1)
                    paired = nothing if name == made.baseline else _ends(delta, abs(level) * 0.08)
                    lines.append((name, group, segment, metric, unit, *_ends(level + delta, level * 0.05), *paired))
    return pd.DataFrame(lines, columns=list(frames.SEGMENT_COLUMNS))


def _flows(made: Frames, rng) -> pd.DataFrame:
    days = [0, 122, 243, 365]
    lines = []
    for name in made.scenarios:
        stock = np.array([0, 500, 0, 0, 9500], float)
        for first, last in zip(days, days[1:], strict=False):
            share = rng.dirichlet([4, 1, 2, 2, 1.5], size=len(STACK))
            moved = stock[:, None] * share
            lines += [
                (name, first, last, STACK[a], STACK[b], *_ends(moved[a, b], 10))
                for a in range(len(STACK)) for b in range(len(STACK)) if moved[a, b]
            ]  # fmt: skip
            stock = moved.sum(axis=0)
    return pd.DataFrame(lines, columns=list(journey.FLOW_COLUMNS))


def _funnel(made: Frames, rng) -> pd.DataFrame:
    lines = []
    for name in made.scenarios:
        for k, channel in enumerate(CHANNELS):
            reached = 123_456 / (k + 1)
            steps = (reached if k > 1 else np.nan, reached * 0.8, reached * 0.2, reached * 0.05)
            cost = _ends(rng.uniform(200, 2000), 60) if k > 1 else (np.nan,) * 3
            lines.append((name, channel, *steps, 0 if k < 2 else reached * 400, *cost))
    return pd.DataFrame(lines, columns=list(journey.FUNNEL_COLUMNS))


def _cashflow(made: Frames, rng) -> pd.DataFrame:
    day = np.arange(366)
    parts = []
    for k, name in enumerate(made.scenarios):
        coming = 400_000 * (1 - np.exp(-day / 40)) * rng.uniform(0.9, 1.1) * (1 + 0.1 * np.sin(day))
        spent = 30_000.0 * k + 0 * day
        earned = -400.0 * k * np.exp(-day / 100) + day * 6 - (2500 if k == 3 else 0)
        columns = dict.fromkeys(cashflow.FLOWS, coming) | {
            "goods_minor": coming * 0.7,
            "lever_cost_minor": spent,
            "discount_minor": spent / 2,
        }
        columns |= {"acquisition_minor": spent / 4, "contribution_minor": coming * 0.3 - spent}
        columns |= {"earned_minor": earned, "earned_ci_low": earned - 60, "earned_ci_high": earned + 60}
        parts.append(pd.DataFrame({"scenario": name, "day": day, **columns}))
    return pd.concat(parts, ignore_index=True)


def _uplift(levers: dict[str, tuple[str, ...]], rng) -> pd.DataFrame:
    lines = []
    for name, own in levers.items():
        for k, lever in enumerate(own):
            true, touched = rng.normal(300, 400), 2500.0 / (k + 1)
            line = dict.fromkeys(twin.COLUMNS, 0.0) | {
                "scenario": name,
                "lever": lever,
                "group": "all",
                "segment": "all",
                "users": 20_000.0,
            }
            line |= {"persuadable": 900.0, "sleeping_dog": 120.0, "sure_thing": 5000.0, "lost_cause": 13_980.0, "touched_orders": touched}
            line |= {"true_orders": true, "true_orders_ci_low": true - 90, "true_orders_ci_high": true + 90}
            margin = rng.normal(0, 3e6)
            line |= {"true_margin_minor": margin, "true_margin_ci_low": margin - 1e6, "true_margin_ci_high": margin + 1e6}
            line |= {"naive_margin_minor": 5e6 / (k + 1), "cost_minor": 2e6, "true_cost_minor": 2.6e6}
            lines += [line, line | {"group": "persona", "segment": "regulars", "users": 9000.0}]
    return pd.DataFrame(lines, columns=list(twin.COLUMNS))


def _shapley(levers: dict[str, tuple[str, ...]], rng) -> pd.DataFrame:
    lines = []
    for name, own in levers.items():
        for outcome, size in (("contribution_minor", 3e6), ("orders", 1500)):
            for lever in own:
                lines.append((name, lever, outcome, *_ends(rng.normal(0, size), size / 3), 0.1, 2 ** len(own), "exact"))
    return pd.DataFrame(lines, columns=list(shapley.COLUMNS))


def _experiments(made: Frames, rng) -> pd.DataFrame:
    lines = []
    for name in made.scenarios[:3]:
        for experiment, by in (("mail", "user"), ("circles_of_friends_who_meet_on_sundays", "cluster"), ("weeks", "period")):
            for metric, unit in (("buyers", "share"), ("orders", "orders"), ("revenue", "minor units"), ("margin", "minor units")):
                for r in range(int(made.manifest["replications"])):
                    read, true = rng.normal(0.05, 0.03), 0.04 + rng.normal(0, 0.003)
                    lines.append((
                        name, experiment, by, metric, unit, r, 1234, 1266, 1234, 1266, 0.4 + read, 0.4, *_ends(read, 0.05), 0.03,
                        0.44, 0.4, true, 0.04, 0.035, 0.045,
                    ))  # fmt: skip
    return pd.DataFrame(lines, columns=list(experiments.COLUMNS))


def _policies(made: Frames) -> pd.DataFrame:
    columns = ["scenario", "replication", "day", "date", "policy", "metric", "value", "parameter", "before", "after"]
    path = "levers.messaging.email.per_week"
    lines = [
        (name, r, 14 * k, f"2025-01-{k + 1:02d}", "more", "opt_out_rate", 0.004, path, float(k), k + 1.0)
        for name in made.scenarios[-1:] for r in range(2) for k in range(3)
    ]  # fmt: skip
    return pd.DataFrame(lines, columns=columns)
