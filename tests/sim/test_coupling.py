"""Traits that go together: the Gaussian copula of ``population.coupling``."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from sim.model import LifecycleModel
from sim.scenario import Scenario

USERS = 40_000
COLUMN = {"leave": "leave_p", "value": "usual_basket", "deals": "deal_proneness"}


def people(**coupling):
    """The rows of a world with these correlations, before anybody has lived a day after entry."""
    return LifecycleModel(Scenario.from_mapping({"name": "x", "population": {"coupling": coupling}}), users=USERS, days=1).rows


@pytest.mark.parametrize("trait", COLUMN)
@pytest.mark.parametrize("rho", [-0.6, 0.3, 0.9])
def test_a_correlation_couples_one_trait_with_the_order_rate_and_no_other(trait, rho):
    free, tied = people(), people(**{trait: rho})
    # Spearman's correlation of a Gaussian copula; 5.5 standard errors: false alarm under 1e-7
    expected = 6 / np.pi * np.arcsin(rho / 2)
    assert abs(stats.spearmanr(tied["visit_rate"], tied[COLUMN[trait]]).statistic - expected) < 5.5 / np.sqrt(USERS)
    for name in ("visit_rate", *COLUMN.values()):
        if name != COLUMN[trait]:
            assert (tied[name] == free[name]).all()


@pytest.mark.parametrize("trait", COLUMN)
def test_a_correlation_leaves_the_trait_distributed_as_before(trait):
    free, tied = people(), people(**{trait: 0.7})
    assert stats.ks_2samp(free[COLUMN[trait]], tied[COLUMN[trait]]).pvalue > 1e-6


def test_no_correlation_changes_no_bit():
    zero = people(leave=0.0, value=0.0, deals=0.0)
    free = people()
    assert all((zero[name] == free[name]).all() for name in ("visit_rate", *COLUMN.values()))
