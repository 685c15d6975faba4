"""What a visit will ask for is drawn at once, and is what the rules would have drawn."""

from __future__ import annotations

import importlib.util
from types import SimpleNamespace

import numba
import numpy as np
import pytest
from anything import EVERY_LEVER, differences, scenario

from sim import day
from sim.chance import purposes
from sim.engine import compose, draws
from sim.lever import levers
from sim.model import LifecycleModel
from sim.population import TODAY

RULES = '''
from sim.chance import chance, day_luck, purpose, visit_luck
from sim.rule import rule

FIRST, SECOND, TODAY, RARE = (purpose(f"test_draws.{n}") for n in ("first", "second", "today", "rare"))


@rule("visit")
def ask(u, own, p, t, m):
    t.order_pull += visit_luck(u, t, FIRST)
    if visit_luck(u, t, SECOND) < 0.5:
        t.cheaper += chance(t.key, u.id, t.day, RARE, t.visit)
    if t.visit == 0:
        t.versus += day_luck(u, t, TODAY)


@rule("visit")
def ask_two(u, own, p, t, m):
    t.order_pull += visit_luck(u, t, FIRST) * (t.visit + 1)
    t.cheaper += visit_luck(u, t, SECOND) * (t.visit + 1)


@rule("visit")
def ask_one(u, own, p, t, m):
    t.order_pull += visit_luck(u, t, FIRST)


@rule("visit")
def ask_two_of_the_day(u, own, p, t, m):
    t.order_pull += day_luck(u, t, FIRST) + day_luck(u, t, SECOND)
'''


@pytest.fixture
def rules(tmp_path):
    file = tmp_path / "rules_to_look_at.py"
    file.write_text(RULES)
    spec = importlib.util.spec_from_file_location("rules_to_look_at", file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def ask(rules):
    return rules.ask


def names(found):
    by_number = {number: name for name, number in purposes().items()}
    return [(by_number[number].removeprefix("test_draws."), how) for number, how in found if (number, how) != draws.SPARE]


def test_what_rules_ask_for_by_name_is_drawn_ahead_and_nothing_else(ask, monkeypatch):
    monkeypatch.setattr(draws, "WORTH_IT", 1)
    assert names(draws.asked_for([ask, ask])) == [("first", "visit_luck"), ("second", "visit_luck"), ("today", "day_luck")]


@pytest.mark.parametrize("name", ["ask", "ask_one", "ask_two_of_the_day"])
def test_for_a_few_numbers_nothing_is_drawn_ahead(rules, name):
    assert draws.asked_for([getattr(rules, name)]) == []


def test_of_a_pair_the_next_visit_s_numbers_are_drawn_with_this_one_s(rules):
    pair = draws.asked_for([rules.ask_two])
    assert names(pair) == [("first", "visit_luck"), ("second", "visit_luck")]
    inside = draws.drawing(pair)
    user, today = one_user(), today_of_one()

    @numba.njit
    def draw(u, t):
        inside(u, t)

    draw(user[0], today[0])
    kept = today["drawn"][0, : 2 * draws.PAIR].copy()
    assert len(set(kept)) == 4
    today["visit"] = 1
    draw(user[0], today[0])
    assert today["drawn"][0, : 2 * draws.PAIR].tolist() == kept.tolist(), "nothing is drawn anew on the second visit"
    today["visit"] = 2
    draw(user[0], today[0])
    assert not set(today["drawn"][0, : 2 * draws.PAIR]) & set(kept)


def test_a_rule_without_a_source_draws_for_itself(ask, monkeypatch):
    monkeypatch.setattr(draws, "WORTH_IT", 1)
    ask.__code__ = ask.__code__.replace(co_filename="nowhere.py")
    assert draws.asked_for([ask]) == []


def one_user():
    user = np.zeros(1, [("id", "i8")])
    user["id"] = 7
    return user


def today_of_one():
    today = np.zeros(1, TODAY)
    today["key"], today["day"] = 12_345_678_901, 31
    return today


@pytest.mark.parametrize("name, ahead", [("ask", True), ("ask", False), ("ask_two", True), ("ask_two", False)])
def test_drawn_ahead_or_not_a_rule_gets_the_numbers_of_its_addresses(rules, name, ahead, monkeypatch):
    if name == "ask":
        monkeypatch.setattr(draws, "WORTH_IT", 1)
    ask = getattr(rules, name)
    addresses = draws.asked_for([ask]) if ahead else []
    assert bool(addresses) == ahead
    rule, draw = numba.njit(draws.looking(ask, addresses)), draws.drawing(addresses) if ahead else None
    user, today = one_user(), today_of_one()

    @numba.njit
    def visits(u, t):
        for visit in range(5):
            t.visit = visit
            if ahead:
                draw(u, t)
            rule(u, u, u, t, u)

    visits(user[0], today[0])
    plain = SimpleNamespace(key=12_345_678_901, day=31, order_pull=0.0, cheaper=0.0, versus=0.0)
    for plain.visit in range(5):
        ask(SimpleNamespace(id=7), None, None, plain, None)
    for name in ("order_pull", "cheaper", "versus"):
        assert today[name][0] == getattr(plain, name)


def test_all_levers_together_draw_ahead_and_give_the_same_bits():
    found = draws.asked_for([*(f for f, _ in compose.steps(levers(), "visit")), day.decide])
    assert ("conversion.order", "visit_luck") in names(found) and len(found) >= draws.WORTH_IT
    people = {"order_rate": {"r": 3.0, "alpha_weeks": 1.0}, "visit_conversion": 0.3}
    world = scenario({name: {} for name in levers()}, users=40, days=6, population=people)
    both = [LifecycleModel(world, kinds=EVERY_LEVER, list_orders=True, driver=d).run() for d in ("compiled", "objects")]
    assert differences(*both) == []
    assert int(both[0].total["core"]["visits"][0]) > 3 * len(both[0].rows), "several visits a day"
