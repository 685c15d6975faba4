"""What is held fixed of every world: whole-number totals to read, and digests of every bit to compare.

``python tests/golden/lives.py "why the numbers moved"`` writes totals.json anew and adds the reason to REASONS.md.
"""

from __future__ import annotations

import datetime
import hashlib
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np

from sim.lever import levers
from sim.model import LifecycleModel

HERE = Path(__file__).parent
SCENARIOS = HERE.parents[1] / "scenarios"
TOTALS, REASONS = HERE / "totals.json", HERE / "REASONS.md"
USERS, DAYS, SEED = 500, 60, 1
WORLDS = (
    "baseline", "onboarding", "coupons", "points", "tiers", "community", "messaging", "winback", "everything", "cdnow",
    "oracles/nbd", "oracles/bgnbd", "oracles/pareto_nbd", "oracles/sbg", "oracles/bass",
)
FLOATS = ("visit_rate", "leave_p", "leave_clock", "usual_basket", "habit", "fatigue", "satisfaction", "reference_price", "pantry")
NAMED = ("visits", "active_users", "orders", "repeat_orders", "failures", "basket", "revenue", "cost_of_goods")


def totals(world: str, **options: Any) -> dict[str, Any]:
    """One world's numbers: totals of all days, stocks of the last, the ledger, and digests of its days and users.

    What is counted for levers that a world does not use is left out, so that a new lever moves no number.
    """
    model = LifecycleModel(
        SCENARIOS / f"{world}.yaml", users=USERS, days=DAYS, rng=SEED, kinds={name: name for name in levers()}, **options
    ).run()
    daily = model.daily()
    used = model.plan.levers
    out: dict[str, Any] = {name: int(daily[name].sum()) for name in NAMED}
    out |= {stage: int(daily[stage][-1]) for stage in ("registered", "customer", "dormant", "churned", "departed")}
    out |= {account: amount for account, amount in model.ledger().items() if account.split(".")[0] in used}
    unused = {f"{lever}_{name}" for lever in model.levers.keys() - used.keys() for name in model.total.dtype[lever].names}
    out["days"] = digest(np.stack([daily[name] for name in sorted(daily.keys() - unused)]).astype("<i8"))
    out["users"] = digest(np.stack([model.rows[name] for name in FLOATS]).astype("<f8"))
    return out


def digest(numbers: np.ndarray) -> str:
    """Sixteen hexadecimal digits that stand for every bit of an array."""
    return hashlib.sha256(numbers.tobytes()).hexdigest()[:16]


def text() -> str:
    """totals.json as it would be written now."""
    return json.dumps({world: totals(world) for world in WORLDS}, indent=1) + "\n"


def content_digest(content: str) -> str:
    """The digest by which REASONS.md names a version of totals.json."""
    return hashlib.sha256(content.encode()).hexdigest()[:16]


def write(reason: str) -> None:
    """Write totals.json, and why it changed."""
    content = text()
    TOTALS.write_text(content, encoding="utf-8")
    with REASONS.open("a", encoding="utf-8") as file:
        file.write(f"- {datetime.date.today()} `{content_digest(content)}` {reason}\n")


if __name__ == "__main__":
    if len(sys.argv) != 2 or not sys.argv[1].strip():
        sys.exit('give the reason: python tests/golden/lives.py "why the numbers moved"')
    write(sys.argv[1].strip())
