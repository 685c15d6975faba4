"""A tour for analysts, cell by cell. Run it as it is, or open it in any editor that knows `# %%` cells.

    python docs/tutorial.py

needs the extra `test` (for `lifetimes`) and a checkout, whose scenarios it reads. What it prints is recorded in `docs/tutorial.out`, and a
test compares the two, so every number below is the simulator's own. It writes `tutorial.png` into the current folder.
"""

# %% [markdown]
# # 1. Load a scenario
# A scenario is a checked, unchangeable set of parameters. `with_values` gives another one; a wrong path or value raises `ScenarioError`
# with the place and the way out.

# %%
from pathlib import Path

import pandas as pd

from sim import LifecycleModel, ScenarioError, compare, load_scenario, simulate

SCENARIOS = Path(__file__).parents[1] / "scenarios"
baseline = load_scenario(SCENARIOS / "baseline.yaml")
coupons = load_scenario(SCENARIOS / "coupons.yaml")
print(coupons.name, "·", coupons.levers["coupons"].face_value, "off, every", coupons.levers["coupons"].every_days, "days")

try:
    coupons.with_values({"levers.coupons.face_valu": 8})
except ScenarioError as error:
    print(error)

# %% [markdown]
# # 2. What if?
# The same people with the same luck live under each strategy. Pairing takes away what luck they share, so a few replications of a few
# thousand users tell strategies apart.

# %%
bigger = coupons.with_values({"levers.coupons.face_value": 8.0, "name": "Bigger coupons"})
study = compare([baseline, coupons, bigger], users=2_000, days=270, replications=5, list_orders=True, list_users=True)
deltas = study.summary.query("metric in ['orders_per_user', 'contribution_per_user'] and delta == delta")
print(deltas[["scenario", "metric", "mean", "delta", "delta_ci_low", "delta_ci_high", "verdict"]].round(3).to_string(index=False))

# %% [markdown]
# # 3. Every table is a frame
# `summary`, `retention`, `daily`, `cohorts`, `ledger`, `segments`, `flows`, `funnel`, `cashflow`, `churn`, `reasons`, and `events` and
# `users` where they were asked for. `docs/tables.md` says what each column means. Money is in minor units.

# %%
curve = study.retention.query("definition == 'bracket_30' and event == 'order' and start == 'registration'")
print(curve.pivot(index="age_days", columns="scenario", values="mean").round(3).to_string())

# %% [markdown]
# Who falls silent, as a platform would estimate it from what it sees, and why users have really left, which only the simulator knows:

# %%
ratios = study.churn.query("scenario == 'Baseline'")
print(ratios[["feature", "level", "hazard_ratio", "ci_low", "ci_high", "verdict"]].round(2).to_string(index=False))
silent = study.reasons.query("scenario == 'Baseline' and group == 'silence' and segment == 'silent'")
print(silent[["reason", "users", "share"]].round(3).to_string(index=False))

# %% [markdown]
# # 4. One row a user
# What the platform sees of a user stands beside what it cannot see. So its rule can be held against the truth: of the users it calls
# churned, how many have left?

# %%
users = study.users.query("scenario == 'Baseline'")
print(pd.crosstab(users["lapsed_day"].notna().rename("called churned"), users["left_day"].notna().rename("has left")).to_string())

# %% [markdown]
# # 5. Orders for other tools
# `events` has one row an order. Two lines make a cohort table of it:

# %%
orders = study.events.query("scenario == 'Baseline' and replication == 0")
cohort = orders.groupby("user")["day"].transform("min") // 30
table = orders.assign(cohort=cohort, month=orders["day"] // 30 - cohort).pivot_table("user", "cohort", "month", "nunique")
print(table.fillna(0).astype(int).to_string())

# %% [markdown]
# Two more lines load them into `lifetimes`, which finds again the parameters that the simulator was given: r .243, alpha 4.414 weeks
# (30.9 days), a .793, b 2.426. (`lifetimes` counts days with an order, so several orders on one day are one.)

# %%
from lifetimes import BetaGeoFitter
from lifetimes.utils import summary_data_from_transaction_data

world = simulate(SCENARIOS / "oracles" / "bgnbd.yaml", users=8_000, days=273, replications=1, list_orders=True)
dated = world.events.assign(date=pd.Timestamp("2025-01-01") + pd.to_timedelta(world.events["day"], unit="D"))
customers = summary_data_from_transaction_data(dated, "user", "date", observation_period_end="2025-10-01")
fit = BetaGeoFitter().fit(customers["frequency"], customers["recency"], customers["T"])
print(fit.params_.round(2).to_string())

# %% [markdown]
# # 6. A plot
# A frame can be plotted like any other; the figures of the report can be drawn one by one, too, with their finding as title.

# %%
from analysis.plots import reasons_of_leaving

picture = reasons_of_leaving(study)
print(picture.finding)
axes = curve.pivot(index="age_days", columns="scenario", values="mean").plot(ylabel="ordered in the last 30 days", ylim=0)
axes.figure.savefig("tutorial.png")

# %% [markdown]
# # 7. The model itself
# `LifecycleModel` is a `mesa.Model` and each user a `mesa.Agent`. `model.agents` answers Mesa's AgentSet from columns, so asking a hundred
# thousand users takes milliseconds. What is written to a user is noticed on the next day.

# %%
model = LifecycleModel(baseline, users=3_000, rng=7)
for _ in range(60):
    model.step()
print(model.agents.groupby("stage").count())
repeaters = model.agents.select(lambda user: user.orders >= 2)
print(len(repeaters), "users ordered twice or more;", repeaters.agg("orders", sum), "orders;", repeaters[0])
print(model.datacollector.get_model_vars_dataframe()[["day", "customer", "orders"]].tail(3).to_string(index=False))
