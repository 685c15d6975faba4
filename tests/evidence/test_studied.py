"""Studies of one size: pooled over many, and what a single one reads."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from analysis.evidence.check import Row, Scale
from analysis.evidence.figure import _placed, amount, bounds, one_study
from analysis.evidence.studied import in_arms, replicate
from analysis.evidence.study import CHECKS
from analysis.language import speaking

TRUTH, PEOPLE, WORLDS = 0.10, 4_000, 200


def coins(r: int):
    """A world in which a tenth of the people say yes, and the treatment makes every second of the others do so, too."""
    luck = np.random.default_rng(r).random((2, PEOPLE))
    off = luck[:1] < TRUTH
    return in_arms(off | (luck[1:] < 0.5), off, np.arange(PEOPLE) < PEOPLE // 2)


def lift(counts) -> list[float]:
    (n, yes), (n0, yes0) = counts
    return [yes / n - yes0 / n0]


@pytest.fixture(scope="module")
def found():
    return replicate(Scale(threads=2), WORLDS, PEOPLE, coins, lift)


def test_worlds_pooled_give_the_truth_and_one_study_scatters_as_two_arms_do(found):
    truth = (1 - TRUTH) / 2
    assert found.pooled[0] == pytest.approx(truth, abs=5 * found.error[0]) and found.error[0] < 0.001
    with_it = TRUTH + truth
    alone = math.sqrt((with_it * (1 - with_it) + TRUTH * (1 - TRUTH)) / (PEOPLE // 2))
    # the scatter of 200 studies is within 30 % of the textbook's: a false alarm in 10^8
    assert found.alone[:, 0].std(ddof=1) == pytest.approx(alone, rel=0.3)


def test_the_interval_of_one_study_holds_95_of_100_further_ones(found):
    row = found.row(0, "lift", "share", 0.45, 0.40, 0.50)
    assert row.users == PEOPLE and row.replications == WORLDS and row.inside
    later = [lift(coins(r)[1])[0] for r in range(1_000, 3_000)]
    hits = sum(row.one_low <= reading <= row.one_high for reading in later)
    # the interval is itself an estimate: its ends move by a tenth of their distance at most
    least, most = (stats.norm.cdf(z) - stats.norm.cdf(-z) for z in (1.7, 2.3))
    assert least < hits / len(later) < most
    assert row.one_inside == pytest.approx(np.mean((found.alone[:, 0] >= 0.40) & (found.alone[:, 0] <= 0.50)))


def test_the_order_of_worlds_does_not_hang_on_threads(found):
    one = replicate(Scale(threads=1), WORLDS, PEOPLE, coins, lift)
    assert np.array_equal(one.alone, found.alone) and np.array_equal(one.pooled, found.pooled)


def test_a_size_that_is_not_published_gives_no_interval():
    row = replicate(Scale(), 3, PEOPLE, lambda r: (coins(r)[0], None), lift).row(0, "lift", "share", 0.45, 0.40, 0.50)
    assert math.isnan(row.one_low) and math.isnan(row.one_inside) and one_study(row) == "–"


def test_a_quick_replay_keeps_the_size_of_its_study():
    cards, more = CHECKS["endowed"].run(Scale(quick=True, threads=2))
    assert (cards.users, more.users, more.replications) == (300, 300, 25)
    assert more.one_high - more.one_low > 8 * more.standard_error > 0
    assert more.one_low < more.gives < more.one_high


def test_a_band_open_to_one_side_is_told_and_drawn_by_its_closed_end():
    miss = Row("later orders", "change", 0.22, -0.06, 0.0, math.inf)
    assert bounds(miss) == "above 0" and _placed(miss, 0.0) == -1 and _placed(miss, miss.gives) < -1 < _placed(miss, miss.says)
    below = Row("later orders", "change", -0.12, -0.10, -math.inf, 0.0)
    assert bounds(below) == "below 0" and _placed(below, 0.0) == 1 > _placed(below, below.gives) > _placed(below, below.says)
    closed = Row("lift", "share", 0.06, 0.05, 0.05, 0.07, replications=8, one_low=0.04, one_high=0.06, one_inside=0.5)
    assert bounds(closed) == "0.05 … 0.07" and _placed(closed, 0.05) == pytest.approx(-1) and _placed(closed, 0.06) == pytest.approx(0)
    assert one_study(closed) == "0.04 … 0.06; 4 of 8 in the band"
    with speaking("zh"):
        assert bounds(miss) == "大于 0" and one_study(closed) == "0.04 … 0.06；8 个中有 4 个在范围内"


def test_numbers_are_told_as_a_board_reads_them():
    assert [amount(*pair) for pair in ((0.1057, "share"), (-0.2, "change"), (0.54, "change"), (5625.4, "orders"), (math.nan, "share"))] == [
        "10.6 %", "−20 %", "+54 %", "5,625", "–",
    ]
