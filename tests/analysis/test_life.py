"""One user's life in words and as a timeline."""

from __future__ import annotations

import re

import pytest

from analysis.language import speaking
from analysis.life import live, text, write
from sim.scenario import Scenario

LIVELY = {"entry": "arrivals", "order_rate": {"r": 2.0, "alpha_weeks": 4.0}, "visit_conversion": 0.2, "newcomer": {"visit_lift": 1.0}}


def scenario(name: str, levers: dict) -> Scenario:
    run = {"users": 60, "days": 50, "seed": 4}
    return Scenario.from_mapping({"name": name, "run": run, "population": LIVELY, "behaviour": {"habit_lift": 0.3}, "levers": levers})


@pytest.fixture(scope="module")
def plans():
    return [scenario("With a gift", {"onboarding": {}, "coupons": {"attention": 10.0}}), scenario("Nothing", {})]


@pytest.fixture(scope="module")
def lives(plans):
    for user in range(60):
        found = live(plans, user, 0)
        if len(found[0].orders) >= 3 and found[0].orders[0][1].taken_off:
            return found
    raise AssertionError("nobody in this world orders with a gift")


def test_every_order_is_told_with_what_was_paid_and_who_took_something_off(plans, lives):
    told = text(plans, lives).replace("\N{NO-BREAK SPACE}", " ")
    first = lives[0].orders[0][1]
    assert f"{first.basket / 100:,.2f} CNY, paid {first.paid / 100:,.2f} CNY (onboarding −10.00 CNY)" in told
    assert told.count("Orders") >= len(lives[0].orders)
    assert f"In all {len(lives[0].orders)} orders" in told


def test_the_first_day_on_which_two_lives_part_is_marked_in_both(plans, lives):
    told = text(plans, lives)
    assert len(re.findall(r"— from day \d+ on the two lives part —", told)) == 2
    alone = text(plans[:1], lives[:1])
    assert "part" not in alone


def test_two_equal_lives_are_said_never_to_part(plans, lives):
    twice = [lives[1], lives[1]]
    assert "The two lives never part." in text([plans[1]] * 2, twice)


def test_in_chinese_levers_and_stages_are_called_as_the_field_calls_them(plans, lives):
    with speaking("zh"):
        told = text(plans, lives)
    assert "新手引导" in told and "下单" in told and "活跃用户" in told
    assert not re.search(r"Orders|visits", told)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_timeline_is_drawn_and_the_same_bytes_again(plans, lives, language, tmp_path):
    from analysis.style import wide_font

    if language == "zh" and not wide_font():
        pytest.skip("no font with Chinese characters is installed (fonts-noto-cjk)")
    with speaking(language):
        first = {path.name: path.read_bytes() for path in write(plans, lives, tmp_path / "one")}
        again = {path.name: path.read_bytes() for path in write(plans, lives, tmp_path / "two")}
    assert first == again
    assert {name.rpartition(".")[2] for name in first} == {"txt", "png", "svg"}


def test_who_changed_the_chance_to_leave_is_told_after_an_order(plans, lives):
    told = text(plans, lives)
    assert re.search(r"Stays; the chance to leave was [\d.]+\s%.instead of [\d.]+\s%: odds [^;]*onboarding ×0\.", told)
    with speaking("zh"):
        assert re.search("没有离开；流失概率由 .* 变为 .*：几率 [^；]*新手引导 ×0", text(plans, lives))
