"""One user's life as a story: the same life, told day by day, with the reasons adding up."""

from __future__ import annotations

import math

import pytest

from sim.exact import exp, pulled
from sim.model import LifecycleModel
from sim.scenario import Scenario
from sim.story import life, parting

LIVELY = {"order_rate": {"r": 2.0, "alpha_weeks": 4.0}, "visit_conversion": 0.2, "newcomer": {"visit_lift": 1.0}}
NAMES = ("onboarding", "messaging", "tiers", "community", "winback")
LEVERS = {"coupons": {"attention": 10.0}, "points": {"welcome": 50}, **{name: {} for name in NAMES}}


def scenario(levers: dict, **blocks: dict) -> Scenario:
    mapping = {"population": {**LIVELY, "entry": "arrivals"}, "behaviour": {"habit_lift": 0.3, "failure_rate": 0.2}, **blocks}
    return Scenario.from_mapping({"name": "A story", "run": {"users": 120, "days": 60, "seed": 9}, "levers": levers, **mapping})


@pytest.fixture(scope="module")
def world():
    return LifecycleModel(scenario(LEVERS), list_orders=True).run()


@pytest.fixture(scope="module")
def lives():
    return [life(scenario(LEVERS), user) for user in range(0, 120, 12)]


def test_the_orders_told_are_the_orders_listed(world, lives):
    for told in lives:
        listed = [(o["day"], o["amount_minor"], o["paid_minor"]) for o in world.orders() if o["user"] == told.user]
        assert [(day, v.basket, v.paid) for day, v in told.orders] == listed
    assert sum(len(told.orders) for told in lives) > 20


def test_every_days_visits_are_those_of_the_diary(world, lives):
    for told in lives:
        byte, bit = told.user >> 3, 1 << (told.user & 7)
        for day in told.days:
            assert bool(world.visited[day.day, byte] & bit) == bool(day.visits or day.entered)


def test_contributions_add_up_to_the_chance_of_each_order(lives):
    visits = [visit for told in lives for day in told.days for visit in day.visits]
    assert len(visits) > 100
    for visit in visits:
        assert visit.chance == pytest.approx(pulled(visit.chance_unpushed, math.fsum(visit.pulls.values())), abs=1e-12)


def test_contributions_add_up_to_the_visits_expected(lives):
    for told in lives:
        for day in told.days:
            if day.visits_expected_unpushed:
                lift = math.fsum(day.visit_pulls.values())
                assert day.visits_expected == pytest.approx(day.visits_expected_unpushed * exp(lift), rel=1e-12)


def test_what_was_taken_off_an_order_is_what_the_levers_counted(lives):
    taken = {}
    for told in lives:
        for day in told.days:
            for visit in day.visits:
                if visit.ordered:
                    assert visit.basket - visit.paid == sum(visit.taken_off.values())
                for lever, amount in visit.taken_off.items():
                    taken[lever] = taken.get(lever, 0) + amount
            for lever, found in day.counts.items():
                taken[lever] = taken.get(lever, 0) - found.get("discount", 0)
    assert len(taken) > 3 and not any(taken.values())


def test_days_on_which_nothing_happened_are_not_told(lives):
    for told in lives:
        assert told.telling[0].entered
        assert all(d.visits or d.counts or d.entered or d.departed or d.returned or d.stage != d.stage_before for d in told.telling)
    assert any(len(told.telling) < len(told.days) / 2 for told in lives)


def test_two_lives_part_on_the_day_of_the_first_difference():
    with_it, without_it = (life(scenario(levers), 7) for levers in ({"onboarding": {}}, {}))
    first = parting(with_it, without_it)
    assert first == with_it.telling[0].day + 1, "the gift is granted on the day after sign-up"
    assert parting(with_it, with_it) is None


def test_a_reason_is_told_for_a_departure():
    plan = scenario({}, behaviour={"failure_rate": 0.9, "satisfaction_stay": 5.0})
    reasons = {day.departed for user in range(40) for day in life(plan, user, days=40).days if day.departed}
    assert "bad experience" in reasons and reasons <= {"bad experience", "nothing in particular"}


def test_a_user_who_does_not_exist_has_no_life():
    with pytest.raises(IndexError, match="0 to 119"):
        life(scenario({}), 120)


def test_a_story_changes_no_bit_of_the_world(world):
    told = []
    other = LifecycleModel(scenario(LEVERS), before_day=lambda model, today: told.append(int(today["day"][0]))).run()
    assert (other.visited == world.visited).all() and told == list(range(61))


def leavings(told) -> list:
    return [d for day in told.days for d in (day.renewal, *(v.leaving for v in day.visits)) if d]


def test_contributions_add_up_to_the_chance_to_leave(lives):
    decisions = [decision for told in lives for decision in leavings(told)]
    assert len(decisions) > 20
    for decision in decisions:
        assert decision.chance == pytest.approx(pulled(decision.chance_unpushed, -math.fsum(decision.pulls.values())), abs=1e-12)
    assert {who for decision in decisions for who in decision.pulls} >= {"onboarding", "points", "tiers", "experience"}


def test_a_renewal_is_a_decision_that_needs_no_order():
    plan = scenario(LEVERS, population={**LIVELY, "entry": "arrivals", "dropout": {"mode": "per_renewal", "a": 1, "b": 2, "period_days": 10}})
    found = [(day.day, day.departed, day.renewal) for told in (life(plan, user) for user in range(0, 120, 12)) for day in told.days if day.renewal]
    assert len(found) > 10 and any(departed for _, departed, _ in found)
    for _, departed, decision in found:
        assert decision.chance == pytest.approx(pulled(decision.chance_unpushed, -math.fsum(decision.pulls.values())), abs=1e-12)
        assert decision.left == bool(departed)


def test_a_saving_is_the_pull_of_the_lever_that_promised_it(lives):
    visits = [(v, told) for told in lives for day in told.days for v in day.visits if v.ordered and v.taken_off.get("onboarding")]
    assert visits
    for visit, _ in visits:
        assert visit.pulls["onboarding"] > 0.3


def test_of_who_comes_back_it_is_known_what_called():
    plan = scenario({**LEVERS, "winback": {"return_per_day": 0.1, "after_days": 5}}, behaviour={"return_per_day": 0.02})
    back = [day for user in range(60) for day in life(plan, user).days if day.returned]
    assert back
    assert all(day.return_hazards["unasked"] == 0.02 for day in back) and any("winback" in day.return_hazards for day in back)


def test_in_a_market_the_channels_that_might_have_reached_the_user_are_told():
    levers = {"channels": {}, "signup": {"steps": 6, "completion": 0.6}}
    plan = scenario(levers, population={**LIVELY, "entry": "market"}, market={"bass": {"p_per_year": 2.0, "q_per_year": 2.0}})
    entries = [day for user in range(0, 120, 4) for day in life(plan, user).days if day.entered]
    assert len(entries) > 5
    for day in entries:
        assert day.entered in day.reached and "ads" in day.reached
        assert day.finishing["signup"] < 0.0


def test_a_day_that_a_budget_made_be_lived_again_is_told_once_and_as_it_was():
    plan = scenario({"tiers": {"thresholds": [5.0], "discounts": [0.3], "budget": 30.0}})
    world = LifecycleModel(plan)
    gates = []
    while world.day < world.days:
        world.step()
        gates.append(float(world.policy["tiers"]["gate"][0]))
    assert 0.0 < min(gate for gate in gates if gate) < 1.0
    for user in range(0, 120, 24):
        told = life(plan, user)
        assert [day.day for day in told.days] == list(range(61))
        paid = sum(visit.taken_off.get("tiers", 0) for _, visit in told.orders)
        assert paid == sum(day.counts.get("tiers", {}).get("discount", 0) for day in told.days)
