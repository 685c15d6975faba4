"""Made-up tables of who lapses and why users leave, for the scenarios of other made-up tables."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sim.study.churn import CONTRASTS, HAZARDS, ORDERS
from sim.study.reasons import REASON_COLUMNS

LEVELS = {
    "orders": [name for name, _ in ORDERS[1:]],
    "channel": ["friends", "ads", "offline"],
    "persona": ["somebody with a rather long name who buys", "saver"],
}
HELD_AGAINST = {"orders": "none", "channel": "direct", "persona": "ordinary people who come by"}
REASONS = {"nothing in particular": 0.6, "bad experience": 0.2, "rival": 0.1, "contact": 0.06, "price": 0.03, "not renewed": 0.005, "fatigue": 0.005}


def with_leaving(frames, reasons=REASONS):
    """These tables with `churn` and `reasons`."""
    rng = np.random.default_rng(3)
    rows = []
    for name in frames.scenarios:
        for feature, contrast in CONTRASTS.items():
            for level in LEVELS.get(feature, [""]):
                middle, half = rng.normal(0, 0.5), rng.uniform(0.02, 0.6)
                ratio, low, high = np.exp([middle, middle - half, middle + half])
                said = "more" if low > 1 else "less" if high < 1 else "not distinguishable"
                told = contrast.format(reference=HELD_AGAINST.get(feature, ""))
                rows.append((name, feature, level, told, ratio, low, high, said, 1.0, 2.0, 30_000, 9_000, 12_000))
    frames.churn = pd.DataFrame(rows, columns=list(HAZARDS))
    rows = []
    for k, name in enumerate(frames.scenarios):
        groups = [("everyone", "everyone"), *(("life_cycle", s) for s in ("new", "active", "at_risk", "dormant", "churned"))]
        for group, segment in [*groups, ("value", "high_value"), ("value", "ordinary"), ("channel", "direct"), ("channel", "ads")]:
            for reason, share in reasons.items():
                rows.append((name, group, segment, reason, 2000 * share + k, 0.0, 0.0, share, share - 0.01, share + 0.01))
        rows += [(name, "silence", "silent", "still here", 9000.0, 0.0, 0.0, 0.8, 0.79, 0.81)]
    frames.reasons = pd.DataFrame(rows, columns=list(REASON_COLUMNS))
    return frames
