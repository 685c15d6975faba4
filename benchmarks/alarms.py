"""Do intervals keep their promise? python benchmarks/alarms.py [--studies N] [--quick] [--docs] [--out DIR]

A thousand small studies of worlds in which the truth is known:

    two arms     the same scenario twice, with different luck: no effect, so 5 % of the studies may show one
    levels       the interval of each metric: 95 % must hold the truth
    paired       a coupon against none, the same luck: 95 % of the intervals of the difference must hold the true difference, and those
                 of the return on incentives the true return
    experiments  A/A tests inside the world, by user, cluster and period: 5 % of the p-values may lie below .05

Truth is a closed form where there is one, else the mean of all other studies (some 5,000 runs). Of 1,000 studies, luck alone moves a
rate of 5 % by .7 points; within 5 ± 2.3 % (coverage 92.7 to 97.3 %) means within 3.3 of these. Prints a table, writes alarms.csv and, with
--docs, docs/intervals.md; exit code 1 where a rate lies outside.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from analysis.evidence.closed_forms import bgnbd_mean  # noqa: E402
from sim.scenario import Scenario  # noqa: E402
from sim.study import frames  # noqa: E402
from sim.study.experiments import Readouts  # noqa: E402
from sim.study.interval import ratio  # noqa: E402
from sim.study.tally import Tally  # noqa: E402
from sim.study.task import Task  # noqa: E402

STUDIES, QUICK = 1_000, 100
USERS, DAYS, REPLICATIONS = 400, 60, 5
NOMINAL, BAND = 0.05, 0.023
ELSEWHERE = 1_000_000
"""Added to a seed for luck that no other study has."""

CONSTANT = 1e-12
DOC = ROOT / "docs" / "intervals.md"


def world(users: int, days: int, **more: object) -> Scenario:
    """The BG/NBD of CDNOW: everybody orders on day 0; no lever unless one is given."""
    return Scenario.from_mapping({"name": "world", "run": {"users": users, "days": days}, **more})


COUPONS = {"levers": {"coupons": {"every_days": 7, "min_spend": 0.0}}}
TRIALS = {
    "population": {"entry": {"arrivals": {"per_day": 20}}},
    "experiments": {
        "user": {"levers": [], "by": "user"},
        "cluster": {"levers": [], "by": "cluster", "cluster_size": 10},
        "period": {"levers": [], "by": "period", "period_days": 2},
    }
}


@dataclass
class Promise:
    """What one kind of interval promises of one metric: how often it was wrong, of how many studies."""

    kind: str
    metric: str
    wrong: list[bool] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """The share of studies in which it was wrong."""
        return float(np.mean(self.wrong))

    @property
    def kept(self) -> bool:
        """Whether the rate lies within the band, which is as much wider as there are fewer studies than ``STUDIES``."""
        return abs(self.rate - NOMINAL) <= BAND * max(1.0, np.sqrt(STUDIES / len(self.wrong)))


def closed(users: int, days: int) -> dict[str, float]:
    """Metrics of ``world`` with a closed form: BG/NBD orders, gamma-gamma baskets."""
    plan = world(users, days)
    rate, leave, spend = plan.population.order_rate, plan.population.dropout, plan.population.spend
    orders = 1.0 + bgnbd_mean(days / 7.0, rate.r, rate.alpha_weeks, leave.a, leave.b)
    basket = 100.0 * spend.p * spend.v / (spend.q - 1.0)
    revenue = orders * basket
    return {"orders_per_user": orders, "revenue_per_user": revenue, "contribution_per_user": plan.economics.margin * revenue}


def studies(count: int, users: int, days: int, replications: int) -> Iterator[tuple[Tally, Tally, Tally]]:
    """Study by study the runs of a world, of the same world with other luck, and of coupons with the luck of the first."""
    plain, coupons = world(users, days), world(users, days, **COUPONS)
    for seed in range(count):
        arms = (plain, seed), (plain, ELSEWHERE + seed), (coupons, seed)
        yield tuple(_runs(plan.with_values({"run.seed": luck}), replications) for plan, luck in arms)


def _runs(plan: Scenario, replications: int) -> Tally:
    tally, kinds = Tally(plan), tuple(plan.kinds.items())
    for replication in range(replications):
        tally.add(Task(plan, replication, kinds).run())
    return tally


def compared(count: int, users: int, days: int, replications: int) -> list[Promise]:
    """Two arms without an effect, levels, paired differences and returns."""
    shown: dict[str, list[bool]] = {}
    intervals: dict[tuple[str, str], list[tuple[float, float, float]]] = {}
    extra: list[tuple[np.ndarray, np.ndarray]] = []
    for done, (one, other, coupons) in enumerate(studies(count, users, days, replications), 1):
        table = frames.summary(["one", "other"], [one, other]).set_index(["scenario", "metric"])
        for metric, line in table.loc["other"].iterrows():
            if line["verdict"] in ("more", "less", "not distinguishable") and metric != "roi":
                shown.setdefault(metric, []).append(line["verdict"] != "not distinguishable")
        for metric, line in table.loc["one"].iterrows():
            intervals.setdefault(("levels", metric), []).append((line["mean"], line["ci_low"], line["ci_high"]))
        paired = frames.summary(["one", "coupons"], [one, coupons]).set_index(["scenario", "metric"]).loc["coupons"]
        for metric, line in paired.iterrows():
            if metric != "roi":
                intervals.setdefault(("paired", metric), []).append((line["delta"], line["delta_ci_low"], line["delta_ci_high"]))
        extra.append(tuple(coupons.known()[m] - one.known()[m] for m in ("contribution_per_user", "incentive_cost_per_user")))
        _tell(done, count)
    known = closed(users, days)
    found = [Promise("two arms", metric, wrong) for metric, wrong in shown.items() if len(wrong) == count]
    for (kind, metric), rows in intervals.items():
        mean, low, high = np.array(rows).T
        if len(rows) == count and np.ptp(mean) > CONSTANT:
            truth = known.get(metric) if kind == "levels" else None
            others = (mean.sum() - mean) / (count - 1) if truth is None else truth
            wide = high > low  # replications that all agree give no interval, and are called not distinguishable
            found.append(Promise(kind, metric, list(((others < low) | (high < others))[wide])))
    return [*found, _returns(extra)]


def _returns(extra: Sequence[tuple[np.ndarray, np.ndarray]]) -> Promise:
    """Whether the intervals of the return on incentives hold it: extra contribution by extra cost, over all studies."""
    above, below = (np.concatenate(column) for column in zip(*extra, strict=True))
    truth = above.mean() / below.mean()
    found = [ratio(*pair) for pair in extra]
    return Promise("paired", "roi", [not low <= truth <= high for value, low, high in found if value == value])


def trials(count: int, users: int, days: int) -> list[Promise]:
    """A/A tests inside the world: how often the platform's read-out shows an effect."""
    plan = world(users, days, **TRIALS)
    wrong: dict[tuple[str, str], list[bool]] = {}
    for seed in range(count):
        luck = plan.with_values({"run.seed": seed})
        readouts = Readouts("world", luck)
        readouts.add(Task(luck, 0, ()).run())
        for line in readouts.frame({}).itertuples():
            if line.p_value == line.p_value:
                wrong.setdefault((line.by, line.metric), []).append(line.p_value < NOMINAL)
        _tell(seed + 1, count)
    return [Promise(f"experiments by {by}", metric, found) for (by, metric), found in wrong.items() if 2 * len(found) > count]


def _tell(done: int, count: int) -> None:
    if done % 100 == 0 or done == count:
        print(f"{done} of {count}", file=sys.stderr, flush=True)


def table(promises: Sequence[Promise]) -> pd.DataFrame:
    """A line for each promise."""
    lines = [(p.kind, p.metric, len(p.wrong), p.rate, p.kept) for p in promises]
    return pd.DataFrame(lines, columns=["kind", "metric", "studies", "wrong", "kept"])


def main() -> int:
    """Run the studies and print what came out."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--studies", type=int, default=STUDIES)
    parser.add_argument("--quick", action="store_true", help=f"{QUICK} studies, a minute; the band is wider")
    parser.add_argument("--docs", action="store_true", help="write docs/intervals.md")
    parser.add_argument("--read", action="store_true", help="do not run: read alarms.csv of an earlier run")
    parser.add_argument("--out", type=Path, default=Path("results/alarms"))
    asked = parser.parse_args()
    count = QUICK if asked.quick else asked.studies
    if asked.read:
        found = pd.read_csv(asked.out / "alarms.csv")
    else:
        found = table([*trials(count, USERS, DAYS), *compared(count, USERS, DAYS, REPLICATIONS)])
        asked.out.mkdir(parents=True, exist_ok=True)
        found.to_csv(asked.out / "alarms.csv", index=False)
    print(found.to_string(index=False, formatters={"wrong": "{:.3f}".format}))
    if asked.docs:
        DOC.write_text(page(found), encoding="utf-8")
    for line in found[~found["kept"]].itertuples():
        print(f"outside: {line.kind}, {line.metric}: {line.wrong:.3f}")
    return 0 if found["kept"].all() else 1


KINDS = {
    "experiments by user": ("A/A tests by user", "shows an effect (p < .05)"),
    "experiments by cluster": ("A/A tests by cluster of ten friends", "shows an effect (p < .05)"),
    "experiments by period": ("A/A tests by period of two days", "shows an effect (p < .05)"),
    "two arms": ("Two arms without any difference, other luck", "shows an effect"),
    "levels": ("Intervals of levels", "interval misses the truth"),
    "paired": ("Intervals of paired differences, coupons against none", "interval misses the truth"),
}
"""What each kind is called, and what goes wrong."""


def page(found: pd.DataFrame) -> str:
    """``docs/intervals.md``."""
    lines = []
    for kind, (called, fault) in KINDS.items():
        rows = found[found["kind"] == kind]
        lines += [f"## {called}", "", f"| metric | {fault} | |", "| --- | ---: | --- |"]
        for row in rows.itertuples():
            lines.append(f"| `{row.metric}` | {100 * row.wrong:.1f} % | {'inside' if row.kept else '**outside**'} |")
        lines.append("")
    rates = 100 * found["wrong"]
    return PAGE.format(
        count=f"{found['studies'].min():,}", users=USERS, days=DAYS, replications=REPLICATIONS, judged=len(found),
        kept=int(found["kept"].sum()), low=f"{rates.min():.1f}", high=f"{rates.max():.1f}", mean=f"{rates.mean():.1f}",
        tables="\n".join(lines),
    )  # fmt: skip


PAGE = """\
# Do intervals keep their promise?

Made by `python benchmarks/alarms.py --docs`; not edited by hand.

An interval of 95 % that holds the truth in 80 % of studies is worse than none. So {count} small studies of worlds whose truth is known
({users} users, {days} days, {replications} replications; the BG/NBD of CDNOW) were run and read as a reader would read them. A rate of 5 %
moves by .7 points by luck alone; what must hold is 5 ± 2.3 %, which is the same as a coverage of 92.7 to 97.3 %.

**{kept} of {judged} rates lie inside**; the lowest is {low} %, the highest {high} %, the mean {mean} %.

- *A/A tests*: an experiment without a lever inside the world (new users sign up for the first 20 days), read with Welch's t over users,
  clusters or stretches of days, as in `experiments.csv`.
- *Two arms*: the same scenario under two seeds, read as `summary.csv` is. Under one seed a scenario that changes nothing (any lever at
  `strength: 0` that costs nothing) differs by exactly 0 and can raise no alarm; other luck makes it a test of the interval.
- *Levels* are held to closed forms where there are any (orders: BG/NBD; revenue and contribution: with gamma-gamma baskets), else to the
  mean of all other studies.
- *Paired differences*: a weekly coupon against none, the same people and luck; truth is the mean of all other studies. `roi` is the ratio
  of extra contribution to extra cost, with its delta-method interval.

Metrics that do not vary between runs of these worlds (everybody registers, nothing is paid back) are left out.

**What it does not say.** A difference that a handful of users make is not normal, and no t-interval holds it well. In worlds of 150 users,
30 days and 3 replications most studies see no difference at all in who orders on day 30 itself, though there is one: all replications
agree, and an interval without width is none. Such studies do not count here; figures and report call their difference equal or *not
distinguishable*, never an effect. More users help, more replications less.

{tables}"""


if __name__ == "__main__":
    sys.exit(main())
