"""With levers off the simulator is the NBD, the BG/NBD, the MBG/NBD and the Pareto/NBD: means and distributions of
repeat orders.

Each case is a world: scenario, parameters, users, and the weeks at which it is looked at. Users are so many that 3
standard errors are at most 1 %; the standard errors come from the closed forms' own variances. The first cases of each
model have the published parameters, the others lie around them and far out.
"""

import numpy as np
import pytest
from judge import hold, hold_counts, model_of, oracle

from analysis.evidence import closed_forms as exact

MODELS = {
    "nbd": ("oracles/nbd", exact.nbd_mean, exact.nbd_pmf, ("order_rate__r", "order_rate__alpha_weeks")),
    "bgnbd": (
        "oracles/bgnbd", exact.bgnbd_mean, exact.bgnbd_pmf,
        ("order_rate__r", "order_rate__alpha_weeks", "dropout__a", "dropout__b"),
    ),
    "mbgnbd": (
        "oracles/bgnbd", exact.mbgnbd_mean, exact.mbgnbd_pmf,
        ("order_rate__r", "order_rate__alpha_weeks", "dropout__a", "dropout__b"),
    ),
    "pareto_nbd": (
        "oracles/pareto_nbd", exact.pareto_nbd_mean, exact.pareto_nbd_pmf,
        ("order_rate__r", "order_rate__alpha_weeks", "dropout__s", "dropout__beta_weeks"),
    ),
}

CASES = [
    ("nbd", (0.385, 12.07), 1_000_000, (4, 13)),
    ("nbd", (0.385, 12.07), 350_000, (26, 39, 78)),
    ("nbd", (2.0, 8.0), 150_000, (4, 13, 26)),
    ("nbd", (0.2, 1.5), 640_000, (4, 13)),  # a few buy nearly everything
    ("nbd", (10.0, 5.0), 120_000, (4, 13)),  # two orders a week, several a day
    ("nbd", (30.0, 90.0), 80_000, (4, 13, 39)),  # nearly a plain Poisson process
    ("bgnbd", (0.243, 4.414, 0.793, 2.426), 760_000, (4, 13)),
    ("bgnbd", (0.243, 4.414, 0.793, 2.426), 460_000, (26, 39, 78)),
    ("bgnbd", (0.5, 2.0, 0.3, 5.0), 270_000, (4, 13, 26)),
    ("bgnbd", (2.0, 4.0, 2.5, 1.5), 400_000, (4, 13, 26)),  # most leave at once
    ("bgnbd", (0.8, 1.0, 0.2, 0.6), 250_000, (4, 13, 26)),  # either at once or hardly ever
    ("bgnbd", (5.0, 10.0, 0.05, 0.4), 80_000, (4, 13, 26)),  # U-shaped far out
    ("bgnbd", (0.3, 1.0, 3.0, 12.0), 330_000, (4, 13)),
    ("mbgnbd", (0.525, 6.183, 0.891, 1.614), 420_000, (13, 26)),
    ("pareto_nbd", (0.553, 10.578, 0.606, 11.669), 700_000, (4, 13)),
    ("pareto_nbd", (0.553, 10.578, 0.606, 11.669), 400_000, (26, 39, 78)),
    ("pareto_nbd", (1.5, 3.0, 2.5, 20.0), 210_000, (4, 13, 26)),
    ("pareto_nbd", (0.4, 1.0, 0.3, 2.0), 360_000, (4, 13)),
    ("pareto_nbd", (4.0, 8.0, 0.8, 1.0), 260_000, (4, 13)),  # half are gone within days
    ("pareto_nbd", (0.8, 5.0, 1.4, 60.0), 270_000, (4, 13, 26)),
]
MOST_ORDERS = 40


def case_name(case: tuple) -> str:
    """What pytest calls a case."""
    return "-".join([case[0], *map(str, case[1]), f"week{case[3][-1]}"])


@pytest.mark.parametrize("case", CASES, ids=case_name)
def test_repeat_orders_have_the_mean_and_the_distribution_of_the_closed_form(case):
    name, parameters, users, weeks = case
    file, mean, pmf, names = MODELS[name]
    values = dict(zip(names, parameters, strict=True)) | ({"dropout__first_order": True} if name == "mbgnbd" else {})
    model = model_of(oracle(file, **values), users, 7 * weeks[-1])
    found, truth, error, alive = [], [], [], []
    for week in weeks:
        while model.day < 7 * week:
            model.step()
        repeats = model.rows["orders"] - 1
        found.append(repeats.mean())
        truth.append(mean(week, *parameters))
        error.append(np.sqrt(exact.moments(pmf, week, *parameters)[1] / users))
        alive.append(1 - model.rows["left"].mean())
        chances = pmf(np.arange(MOST_ORDERS), week, *parameters)
        counts = np.bincount(np.minimum(repeats, MOST_ORDERS), minlength=MOST_ORDERS + 1)
        hold_counts(counts, np.append(chances, 1 - chances.sum()), f"repeat orders by week {week}")
    hold(found, truth, error, f"mean repeat orders by weeks {weeks}")
    if name == "pareto_nbd":
        stays = np.array([exact.pareto_alive(week, *parameters[2:]) for week in weeks])
        hold(alive, stays, np.sqrt(stays * (1 - stays) / users), f"share not gone by weeks {weeks}")
    if name == "nbd":
        assert set(alive) == {1.0}


@pytest.mark.parametrize("case", CASES, ids=case_name)
def test_the_closed_forms_agree_with_each_other(case):
    name, parameters, _, weeks = case
    _, mean, pmf, _ = MODELS[name]
    for week in weeks:
        assert exact.moments(pmf, week, *parameters)[0] == pytest.approx(mean(week, *parameters), rel=1e-6)
    if name == "pareto_nbd":
        assert exact.pareto_integral(13, *parameters) == pytest.approx(mean(13, *parameters), rel=1e-9)
