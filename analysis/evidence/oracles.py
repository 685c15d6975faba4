"""The oracles: with all levers off the simulator is a known model, at published parameters and at random ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from scipy import special

from analysis.evidence import closed_forms as exact
from analysis.evidence.check import ORACLE, Check, Row, Scale, gate, lived, shipped
from analysis.language import Both
from sim.model import LifecycleModel

NO_FRIENDS = {"population__friends__degree": 0}
RANDOM_SETS = 3
"""Random parameter sets of each model, drawn once with a fixed seed; the last has the most users needed."""

ORDERS = ("population__order_rate__r", "population__order_rate__alpha_weeks")
LEAVES = ("population__dropout__a", "population__dropout__b")
WEARS = ("population__dropout__s", "population__dropout__beta_weeks")
PRECISION = 0.0033
"""Relative standard error asked for, so that three of them are one per cent."""


def _orders(file: str, names: tuple[str, ...], mean: Callable, pmf: Callable, sets: list[tuple], weeks: tuple[int, ...]) -> Callable:
    def run(scale: Scale) -> list[Row]:
        rows = []
        for parameters in sets:
            spread = [exact.moments(pmf, week, *parameters) for week in weeks]
            need = max(variance / (PRECISION * m) ** 2 for m, variance in spread)
            users = scale.people(int(np.ceil(need / 10_000)) * 10_000)
            plan = shipped(file, **dict(zip(names, parameters, strict=True)), **NO_FRIENDS)
            model = LifecycleModel(plan, users=users, days=7 * weeks[-1], threads=scale.threads)
            for week, (_, variance) in zip(weeks, spread, strict=True):
                while model.day < 7 * week:
                    model.step()
                found = float((model.rows["orders"] - 1).mean())
                what = f"repeat orders by week {week}, {parameters}"
                rows.append(gate(scale, what, "orders/user", mean(week, *parameters), found, float(np.sqrt(variance / users)), users=users))
        return rows

    return run


def _random(*ranges: tuple[float, float], seed: int, keep: Callable[[tuple], bool] = lambda p: True) -> list[tuple]:
    """Parameter sets, evenly spread over the logarithms of ranges; the same every time."""
    luck = np.random.Generator(np.random.Philox(seed))
    found: list[tuple] = []
    while len(found) < RANDOM_SETS:
        one = tuple(float(np.round(np.exp(luck.uniform(np.log(low), np.log(high))), 3)) for low, high in ranges)
        if keep(one):
            found.append(one)
    return found


NBD = [(0.385, 12.07), *_random((0.3, 3.0), (3.0, 15.0), seed=11)]
BGNBD = [(0.243, 4.414, 0.793, 2.426), *_random((0.4, 3.0), (2.0, 8.0), (0.2, 0.9), (1.0, 6.0), seed=12)]
PARETO = [(0.553, 10.578, 0.606, 11.669), *_random((0.5, 3.0), (2.0, 10.0), (0.3, 0.9), (4.0, 40.0), seed=13)]
SBG = {"Regular": (0.704, 1.182), "High End": (0.668, 3.806), "Prime-like": (0.072, 0.728)}
SBG_RANDOM = {f"random {p}": p for p in _random((0.3, 3.0), (0.8, 8.0), seed=14)}
BASS = {(0.03, 0.38): (3, 5, 8, 10)} | dict.fromkeys(_random((0.05, 0.3), (0.6, 2.0), seed=15), (1, 2, 3))
"""p, q, and the years at which is looked."""
BASS_SEEDS = 10


def _sbg(scale: Scale) -> list[Row]:
    rows = []
    for name, (a, b) in {**SBG, **SBG_RANDOM}.items():
        dates, period = 8, 7
        users = scale.people(400_000)
        values = dict(zip(LEAVES, (a, b), strict=True)) | {"population__dropout__period_days": period, **NO_FRIENDS}
        model = lived(shipped("oracles/sbg", **values), scale, users, (dates + 1) * period - 1)
        stays = 1.0 - model.daily()["departed"][period - 1 :: period] / users
        for k in (1, 2, 4, dates):
            truth = float(exact.sbg_survival(k, a, b))
            error = float(np.sqrt(truth * (1 - truth) / users))
            rows.append(gate(scale, f"{name}: still there after renewal {k}", "share", truth, float(stays[k]), error, users=users))
    return rows


def _bass(scale: Scale) -> list[Row]:
    rows = []
    users, seeds = scale.people(60_000), BASS_SEEDS
    for (p, q), years in BASS.items():
        values = {"market__bass__p_per_year": p, "market__bass__q_per_year": q, **NO_FRIENDS}
        plan = shipped("oracles/bass", **values)
        runs = [lived(plan, scale, users, 365 * years[-1], replication=r).daily()["new_users"].cumsum() for r in range(seeds)]
        shares = np.array(runs)[:, [365 * year for year in years]] / users
        for k, year in enumerate(years):
            truth = float(exact.bass_share(year, p, q))
            error = float(shares[:, k].std(ddof=1) / np.sqrt(seeds))
            what = f"reached by the end of year {year}, p {p}, q {q}"
            rows.append(gate(scale, what, "share", truth, float(shares[:, k].mean()), error, users=users, replications=seeds))
    return rows


def _spend(scale: Scale) -> list[Row]:
    rows = []
    for p, q, v in [(6.25, 3.744, 15.44), *_random((2.0, 8.0), (4.5, 8.0), (10.0, 40.0), seed=16)]:
        users = scale.people(1_500_000 if q < 4 else 600_000)
        values = {"population__spend__p": p, "population__spend__q": q, "population__spend__v": v, **NO_FRIENDS}
        model = lived(shipped("oracles/nbd", **values), scale, users, 1)
        worth = model.rows["spent"] / model.rows["orders"] / 100.0
        truth, error = p * v / (q - 1), float(worth.std() / np.sqrt(users))
        rows.append(gate(scale, f"mean order, {(p, q, v)}", "money", truth, float(worth.mean()), error, users=users))
    return rows


def _redemption(scale: Scale) -> Iterator[Row]:
    for a, b in [(0.386, 3.088), *_random((0.3, 3.0), (1.0, 6.0), seed=17)]:
        users = scale.people(400_000)
        values = {"population__deal_proneness__a": a, "population__deal_proneness__b": b, **NO_FRIENDS}
        model = LifecycleModel(shipped("oracles/nbd", **values), users=users, days=1)
        luck = np.random.Generator(np.random.Philox(18)).random((5, users))
        none = (luck >= model.rows["deal_proneness"]).all(axis=0)
        truth = float(np.exp(special.betaln(a, b + 5) - special.betaln(a, b)))
        error = float(np.sqrt(truth * (1 - truth) / users))
        yield gate(scale, f"none of 5 offers taken, Beta{(a, b)}", "share", truth, float(none.mean()), error, users=users)


CHECKS = [
    Check("nbd", ORACLE, Both("NBD: orders when nobody leaves", "NBD：无人流失时的订单数"), "Ehrenberg 1959; Fader, Hardie & Lee 2005", "A",
          _orders("oracles/nbd", ORDERS, exact.nbd_mean, exact.nbd_pmf, NBD, (13, 39, 78))),
    Check("bgnbd", ORACLE, Both("BG/NBD: users may leave after an order", "BG/NBD：下单后可能流失"), "Fader, Hardie & Lee 2005, eq. 9", "A",
          _orders("oracles/bgnbd", (*ORDERS, *LEAVES), exact.bgnbd_mean, exact.bgnbd_pmf, BGNBD, (13, 39, 78))),
    Check("pareto_nbd", ORACLE, Both("Pareto/NBD: users may leave at any time", "Pareto/NBD：随时可能流失"), "Schmittlein, Morrison & Colombo 1987", "A",
          _orders("oracles/pareto_nbd", (*ORDERS, *WEARS), exact.pareto_nbd_mean, exact.pareto_nbd_pmf, PARETO, (13, 39, 78))),
    Check("sbg", ORACLE, Both("sBG: users leave at renewal dates", "sBG：到期日流失"), "Fader & Hardie 2007", "A", _sbg),
    Check("bass", ORACLE, Both("Bass: a product spreads through a market", "Bass：产品在市场中的扩散"), "Bass 1969", "A", _bass),
    Check("gamma_gamma", ORACLE, Both("Gamma-gamma: what an order is worth", "Gamma-gamma：订单金额"), "Fader, Hardie & Lee 2005 (RFM and CLV)", "A", _spend),
    Check("beta_binomial", ORACLE, Both("Beta-binomial: who redeems no offer", "Beta-binomial：从不核销优惠的用户"), "The Complete Journey, Beta(.386, 3.088)", "C",
          lambda scale: list(_redemption(scale)), setting="Five offers, each taken with the user's deal-proneness as its chance."),
]
