"""Where nothing else acts, the members who still pay after t renewals are the sBG's share B(a, b + t)/B(a, b) (Fader & Hardie 2007)."""

import numpy as np
import pytest
from judge import THREADS, hold, hold_counts

from analysis.evidence import closed_forms as exact
from sim.model import LifecycleModel
from sim.scenario import Scenario

PERIOD, LAST_JOIN = 5, 5
EAGER = {"join_rate": 0.99, "min_orders": 0, "selection": 0.0, "fee_drag": 0.0, "again_days": 3_650, "period_days": PERIOD}
BUSY = {"order_rate": {"r": 10.0, "alpha_weeks": 2.0}, "visit_conversion": 0.2, "dropout": {"mode": "none"}, "friends": {"degree": 0}}


def members(users, dates, **block):
    """Those who joined in the first days, after ``dates`` renewal dates and more of each: state and periods paid."""
    world = Scenario.from_mapping(
        {"name": "Members", "run": {"users": users, "seed": 1}, "population": BUSY, "levers": {"membership": {**EAGER, **block}}}
    )
    model = LifecycleModel(world, days=LAST_JOIN + (dates + 1) * PERIOD + block.get("trial_days", 0), threads=THREADS).run()
    assert model.broken_laws() == []
    own = model.rows["membership"]
    joined_late = model.daily()["membership_joined"][LAST_JOIN + 1 :].sum()
    assert joined_late < 0.0001 * users
    return own


@pytest.mark.parametrize(("a", "b", "users"), [(0.072, 0.728, 200_000), (0.668, 3.806, 200_000), (0.704, 1.182, 400_000)])
def test_members_over_renewals_are_the_sbg(a, b, users):
    dates = 8
    own = members(users, dates, trial_days=0, renewal_a=a, renewal_b=b)
    paid = own["periods"][own["periods"] > 0]
    number = len(paid)
    stays = np.array([(paid > t).mean() for t in range(dates + 1)])  # still paying after t renewal dates
    truth = exact.sbg_survival(np.arange(dates + 1), a, b)
    hold(stays[1:], truth[1:], np.sqrt(truth * (1 - truth) / number)[1:], f"members after 1 … {dates} renewals")
    cancelled = np.bincount(np.minimum(paid, dates + 1), minlength=dates + 2)[1:]
    hold_counts(cancelled, np.append(-np.diff(truth), truth[-1]))


def test_of_trials_73_of_100_are_paid_for_and_those_renew_as_published():
    """Prime-like: trial to paid 73 %, then 91 % and 96 % renew."""
    own = members(200_000, 3, trial_days=4)
    tried = own["tried"] > 0
    periods = own["periods"][tried]
    paid = (periods > 0).mean()
    hold(paid, 0.73, (0.73 * 0.27 / tried.sum()) ** 0.5, "trials paid for")
    first, second = (periods > 1).sum() / (periods > 0).sum(), (periods > 2).sum() / (periods > 1).sum()
    hold([first, second], [0.728 / 0.8, 1.728 / 1.8], [0.0008, 0.0006], "renewals")
    assert [round(100 * first), round(100 * second)] == [91, 96]
