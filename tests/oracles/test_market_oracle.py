"""With nobody paid to join, the market fills up as in Bass (1969)."""

import numpy as np
import pytest
from judge import FALSE_ALARM, THREADS, oracle
from scipy import stats

from analysis.evidence import closed_forms as exact
from sim.model import LifecycleModel

SEEDS = 10


def shares(p: float, q: float, users: int, days: list[int]) -> np.ndarray:
    """Share of the market reached by each day; shape (SEEDS, days)."""
    scenario = oracle("oracles/bass").with_values({"market.bass.p_per_year": p, "market.bass.q_per_year": q})
    out = []
    for seed in range(1, SEEDS + 1):
        model = LifecycleModel(scenario, users=users, days=days[-1], rng=seed, threads=THREADS).run()
        reached = model.daily()["new_users"].cumsum()
        assert reached[0] == 0
        assert reached[-1] == np.sum(model.rows["stage"] > 0)
        out.append(reached[days] / users)
    return np.array(out)


CASES = [
    # p and q a year, users, days. A market 100 times as fast passes through the same shares in a 100th of the time.
    ((3.0, 38.0), 200_000, (11, 18, 29, 37)),
    ((0.3, 3.8), 25_000, (183, 292, 365)),
    ((20.0, 0.0), 100_000, (2, 10, 30)),  # nobody imitates
    ((1.0, 40.0), 150_000, (29, 40, 50)),  # nearly everybody does
]


@pytest.mark.parametrize(("rates", "users", "days"), CASES)
def test_the_share_reached_is_that_of_bass(rates, users, days):
    found = shares(*rates, users, list(days))
    truth = exact.bass_share(np.array(days) / 365, *rates)
    # Errors come from the seeds: imitation carries early luck on, so no formula is at hand.
    error = found.std(axis=0, ddof=1) / np.sqrt(SEEDS)
    t = (found.mean(axis=0) - truth) / error
    limit = stats.t.isf(FALSE_ALARM / 2 / len(days), SEEDS - 1)
    assert np.max(np.abs(t)) < limit, f"wrong beyond chance, t = {t.round(1)}"
    assert np.max(np.abs(t)) <= 3, f"beyond 3 standard errors, t = {t.round(2)}"
    assert np.max(np.abs(found.mean(axis=0) / truth - 1)) <= 0.01, f"off by {(found.mean(axis=0) / truth - 1).round(4)}"


def test_the_shipped_scenario_fills_the_market_as_published():
    scenario = oracle("oracles/bass")
    bass = scenario.market.bass
    found = shares(bass.p_per_year, bass.q_per_year, 2_000, [365, 1095, 1825, 2920, 3650])
    published = np.array([0.0358, 0.1505, 0.3312, 0.6517, 0.8128])
    t = (found.mean(axis=0) - published) / (found.std(axis=0, ddof=1) / np.sqrt(SEEDS))
    assert np.max(np.abs(t)) <= 3, t
    assert exact.bass_share(np.array([1, 3, 5, 8, 10]), 0.03, 0.38) == pytest.approx(published, abs=5e-5)
