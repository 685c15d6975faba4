"""What a visit will ask for is drawn at once, and is what the rules would have drawn."""

from __future__ import annotations

import importlib.util

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

ALWAYS, SOMETIMES, SELDOM, ONCE, FAR = (purpose(f"test_draws.{n}") for n in ("always", "sometimes", "seldom", "once", "far"))


@rule("visit")
def ask(u, own, p, t, m):
    t.order_pull += chance(t.key, u.id, t.day, ALWAYS, t.visit)
    if own.held > 0:
        t.order_pull += chance(t.key, u.id, t.day, SOMETIMES, t.visit)
    if chance(t.key, u.id, t.day, ONCE, 0) < 0.5 and chance(t.key, u.id, int(p.day), FAR, t.visit) < 0.5:
        t.order_pull += chance(t.key, u.id, t.day, SELDOM, t.visit)
'''


@pytest.fixture
def ask(tmp_path):
    file = tmp_path / "rules_to_look_at.py"
    file.write_text(RULES)
    spec = importlib.util.spec_from_file_location("rules_to_look_at", file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.ask


def names(found):
    by_number = {number: name for name, number in purposes().items()}
    return [by_number[number] for number in found]


def test_a_draw_at_another_address_or_under_another_draw_stays_where_it_is(ask, monkeypatch):
    monkeypatch.setattr(draws, "WORTH_IT", 1)
    assert names(draws.asked_for([ask])) == ["test_draws.always", "test_draws.sometimes"]


def test_the_rule_looks_where_its_number_was_put(ask, monkeypatch):
    monkeypatch.setattr(draws, "WORTH_IT", 1)
    made = draws.looking(ask, draws.asked_for([ask]))
    assert made.phase == "visit"
    assert made.__code__.co_names.count("drawn") == 1
    assert {0, 1} <= set(made.__code__.co_consts)
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
    assert "conversion.order" in names(found) and len(found) >= draws.WORTH_IT
    people = {"order_rate": {"r": 3.0, "alpha_weeks": 1.0}, "visit_conversion": 0.3}
    world = scenario({name: {} for name in levers()}, users=40, days=6, population=people)
    both = [LifecycleModel(world, kinds=EVERY_LEVER, list_orders=True, driver=d).run() for d in ("compiled", "objects")]
    assert differences(*both) == []
    assert int(both[0].total["core"]["visits"][0]) > 3 * len(both[0].rows), "several visits a day"
