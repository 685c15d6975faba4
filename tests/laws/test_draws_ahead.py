"""What a visit will ask for is drawn at once, and is what the rules would have drawn."""

from __future__ import annotations

import importlib.util
from types import SimpleNamespace

import pytest
from anything import EVERY_LEVER, differences, scenario

from sim import day
from sim.chance import purposes
from sim.engine import compose, draws
from sim.lever import levers
from sim.model import LifecycleModel

RULES = '''
from sim.chance import chance, purpose
from sim.rule import rule

ALWAYS, HELD, TODAY, BOTH, THEN, FAR = (purpose(f"test_draws.{n}") for n in ("always", "held", "today", "both", "then", "far"))


@rule("visit")
def ask(u, own, p, t, m):
    t.order_pull += chance(t.key, u.id, t.day, ALWAYS, t.visit)
    if own.held > 0:
        t.order_pull += chance(t.key, u.id, t.day, HELD, t.visit)
    if own.open and chance(t.key, u.id, t.day, BOTH, t.visit) < 0.5:
        t.cheaper += 0.1
    if t.visit == 0 and own.open:
        t.posted = chance(t.key, u.id, int(p.day), FAR, t.visit) < 0.5
    if chance(t.key, u.id, t.day, TODAY, 0) < 0.5:
        t.order_pull += chance(t.key, u.id, t.day, THEN, t.visit)
'''


@pytest.fixture
def ask(tmp_path):
    file = tmp_path / "rules_to_look_at.py"
    file.write_text(RULES)
    spec = importlib.util.spec_from_file_location("rules_to_look_at", file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.ask


def purposes_of(address):
    return next(name for name, number in purposes().items() if number == address[3])


def names(found):
    by_number = {number: name for name, number in purposes().items()}
    return [(by_number[number], k) for number, k in found]


def test_a_draw_at_another_address_or_behind_another_draw_or_an_and_stays_where_it_is(ask, monkeypatch):
    monkeypatch.setattr(draws, "WORTH_IT", 1)
    ahead = names(draws.asked_for([ask]))
    assert ahead == [("test_draws.always", "t.visit"), ("test_draws.held", "t.visit"), ("test_draws.today", "0")]


def test_the_rule_looks_where_its_number_was_put(ask, monkeypatch):
    monkeypatch.setattr(draws, "WORTH_IT", 1)
    made = draws.looking(ask, draws.asked_for([ask]))
    assert made.phase == "visit"
    drawn, given = [0.25, 0.5, 0.75], []
    t = SimpleNamespace(key=1, day=3, visit=1, drawn=drawn, order_pull=0.0, cheaper=0.0, posted=0)
    monkeypatch.setitem(ask.__globals__, "chance", lambda *address: given.append(address) or 0.125)
    made(SimpleNamespace(id=7), SimpleNamespace(held=1, open=0), None, t, None)
    assert t.order_pull == 0.25 + 0.5 and given == []
    drawn[2] = 0.0
    made(SimpleNamespace(id=7), SimpleNamespace(held=0, open=1), None, t, None)
    assert [purposes_of(address) for address in given] == ["test_draws.both", "test_draws.then"]
    assert made.__code__.co_firstlineno == ask.__code__.co_firstlineno + 1, "a debugger finds the line"


def test_for_a_few_numbers_nothing_is_drawn_ahead(ask):
    assert draws.asked_for([ask]) == []
    assert draws.looking(ask, []) is ask


def test_a_rule_without_a_source_draws_for_itself(ask, monkeypatch):
    monkeypatch.setattr(draws, "WORTH_IT", 1)
    ask.__code__ = ask.__code__.replace(co_filename="nowhere.py")
    assert draws.asked_for([ask]) == []


def test_all_levers_together_draw_ahead_and_give_the_same_bits():
    found = draws.asked_for([*(f for f, _ in compose.steps(levers(), "visit")), day.decide])
    assert ("conversion.order", "t.visit") in names(found) and len(found) >= draws.WORTH_IT
    people = {"order_rate": {"r": 3.0, "alpha_weeks": 1.0}, "visit_conversion": 0.3}
    world = scenario({name: {} for name in levers()}, users=40, days=6, population=people)
    both = [LifecycleModel(world, kinds=EVERY_LEVER, list_orders=True, driver=d).run() for d in ("compiled", "objects")]
    assert differences(*both) == []
    assert int(both[0].total["core"]["visits"][0]) > 3 * len(both[0].rows), "several visits a day"
