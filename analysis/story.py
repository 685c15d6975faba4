"""A user's life in sentences, English or Chinese: what came, what was done, and why (``sim.story`` knows)."""

from __future__ import annotations

import datetime
import math
from collections.abc import Iterator, Mapping

from analysis.churn_words import SEGMENTS
from analysis.language import Both, say, spoken
from analysis.lever_words import lever_name, unit
from analysis.lever_words import told as meant
from analysis.number import money, percent, plain
from sim.lever import Counter, Lever
from sim.story import Day, Leaving, Life, Visit

OWN = {
    "habit": Both("habit", "习惯"),
    "fatigue": Both("fatigue", "消息疲劳"),
    "curiosity": Both("a newcomer's curiosity", "新用户的好奇心"),
    "price": Both("the price against what seems normal", "与心理价位的差距"),
    "experience": Both("experience so far", "以往体验"),
    "first_deal": Both("the deal on the first order", "首单优惠"),
    "cupboard": Both("what is still in the cupboard", "家中存货"),
}
STAGES = {
    "prospect": Both("prospect", "潜在用户"),
    "registered": Both("registered", "新用户"),
    "customer": Both("customer", "活跃用户"),
    "dormant": Both("dormant", "沉睡用户"),
    "churned": Both("churned", "流失用户"),
}
REASONS = {
    "nothing in particular": Both("for no particular reason", "没有特别的原因"),
    "bad experience": Both("because of bad experiences", "因为体验不好"),
    "rival": Both("for a rival", "转向竞争对手"),
    "contact": Both("because of being contacted", "因为被打扰"),
    "price": Both("because of the price", "因为价格"),
    "not renewed": Both("by not renewing", "没有续约"),
    "fatigue": Both("tired of messages", "因为消息太多而厌倦"),
}
UNASKED = Both("unasked", "自发")
LEAST = 0.005
"""A pull smaller than this changes nothing that could be seen in rounded numbers."""


class Teller:
    """Puts days into words. ``levers`` are those of the scenario by instance name."""

    def __init__(self, life: Life, levers: Mapping[str, Lever]) -> None:
        self.life, self.levers = life, levers

    def heading(self) -> str:
        """Who the user is."""
        t = self.life.traits
        visits, basket = plain(t["visits_per_week"], 2), money(t["usual_basket_minor"], self.life.currency)
        persona = say(f", persona {t['persona']}", f"，画像 {t['persona']}") if t["persona"] else ""
        return say(
            f"User {self.life.user} in “{self.life.scenario}”: {visits} visits a week when nothing pushes, usual basket {basket}, "
            f"leaves after {percent(t['leaves_after_order'], 0)} of orders, deal-proneness {percent(t['deal_proneness'], 0)}{persona}.",
            f"“{self.life.scenario}”中的用户 {self.life.user}：无刺激时每周访问 {visits} 次，平时客单价 {basket}，"
            f"每次下单后流失概率 {percent(t['leaves_after_order'], 0)}，优惠敏感度 {percent(t['deal_proneness'], 0)}{persona}。",
        )

    def lines(self) -> Iterator[tuple[Day, str]]:
        """The days that mattered, each in a few sentences."""
        for day in self.life.telling:
            yield day, f"{self.date(day)}  " + " ".join(self._sentences(day))

    def date(self, day: Day) -> str:
        """The number and the date of a day."""
        date = self.life.start + datetime.timedelta(days=day.day)
        return say(f"Day {day.day}, {date.isoformat()}:", f"第 {day.day} 天（{date.isoformat()}）：")

    def _sentences(self, day: Day) -> Iterator[str]:
        if day.entered:
            yield from self._signs_up(day)
        if day.returned:
            called = self._listed(day.return_hazards)
            yield say(f"Comes back after having left (chance today: {called}).", f"离开之后又回来了（当天的概率：{called}）。")
        if day.renewal and not day.departed:
            yield self._stays(day.renewal)
        yield from self._received(day)
        if day.visits and not day.entered:
            yield self._visits(day)
        for number, visit in enumerate(day.visits, 1):
            if visit.ordered:
                yield self._order(visit, number, len(day.visits), bool(day.entered))
                if visit.leaving and not visit.leaving.left:
                    yield self._stays(visit.leaving)
        refused = [visit for visit in day.visits if not visit.ordered]
        if refused and len(refused) == len(day.visits):
            yield self._refusal(max(refused, key=lambda v: v.chance))
        if day.departed:
            reason = str(REASONS[day.departed])
            last = next((v.leaving for v in day.visits if v.leaving and v.leaving.left), day.renewal)
            odds = say(f" ({self._leave_chance(last)})", f"（{self._leave_chance(last)}）") if last and (last.chance or last.pulls) else ""
            yield say(f"Leaves for good {reason}{odds}, which the platform cannot see.", f"永久流失：{reason}{odds}；平台看不到这一点。")
        if day.stage != day.stage_before and not day.entered and not day.departed:
            yield say(f"Now {STAGES[day.stage]}.", f"进入阶段：{STAGES[day.stage]}。")

    def _signs_up(self, day: Day) -> Iterator[str]:
        channel = say(day.entered, str(SEGMENTS.get(day.entered, day.entered)))
        yield say(f"Signs up ({channel}).", f"注册（来源：{channel}）。")
        if day.reached:
            chance = percent(1.0 - math.exp(-sum(day.reached.values())), 2)
            named = {say(name, str(SEGMENTS.get(name, name))): hazard for name, hazard in day.reached.items()}
            by = say(", ", "、").join(f"{name} {percent(1.0 - math.exp(-h), 2)}" for name, h in sorted(named.items(), key=lambda i: -i[1]))
            yield say(f"The chance to be reached that day was {chance}: {by}.", f"当天被触达的概率为 {chance}：{by}。")
        if any(abs(pull) >= LEAST for pull in day.finishing.values()):
            why = self._factors(day.finishing)
            yield say(f"The chance to finish the sign-up: {why}.", f"完成注册的概率：{why}。")

    def _stays(self, leaving: Leaving) -> str:
        return say(f"Stays; {self._leave_chance(leaving)}.", f"没有离开；{self._leave_chance(leaving)}。")

    def _leave_chance(self, leaving: Leaving) -> str:
        """The chance to leave, and who changed its odds by how much."""
        why = self._factors({who: -pull for who, pull in leaving.pulls.items()})
        if not leaving.chance:  # a clock that ran down
            return say(f"the time left ran faster or slower: {why}", f"剩余时间流逝的快慢：{why}")
        usual, now = percent(leaving.chance_unpushed), percent(leaving.chance)
        if not why:
            return say(f"the chance to leave was {usual}", f"流失概率为 {usual}")
        return say(f"the chance to leave was {now} instead of {usual}: odds {why}", f"流失概率由 {usual} 变为 {now}：几率 {why}")

    def _listed(self, chances: Mapping[str, float]) -> str:
        """`unasked 0.10 %, winback 0.20 %`, without those that add nothing."""
        said = {UNASKED if who == "unasked" else self._who(who): chance for who, chance in chances.items() if chance}
        return say(", ", "、").join(f"{who} {percent(chance, 2)}" for who, chance in said.items())

    def _received(self, day: Day) -> Iterator[str]:
        for name, counts in day.counts.items():
            lever = self.levers[name]
            known = {k: v for k, v in counts.items() if k in lever.counters}
            told = [_counted(v, lever.counters[k], lever.name) for k, v in known.items()]
            costs = [(k, v) for k, v in counts.items() if k in lever.accounts and lever.accounts[k].kind in ("cost", "income")]
            told += [f"{meant(lever.accounts[k].meaning, lever.name)} {money(v, self.life.currency)}" for k, v in costs]
            if told:
                yield say(f"{self._who(name)}: {', '.join(told)}.", f"{self._who(name)}：{'，'.join(told)}。")

    def _visits(self, day: Day) -> str:
        usual, expected = plain(day.visits_expected_unpushed, 2), plain(day.visits_expected, 2)
        count, why = len(day.visits), self._factors(day.visit_pulls)
        if not why:
            return say(f"{count} visit{'s' * (count > 1)}; {usual} were to be expected.", f"访问 {count} 次；预期 {usual} 次。")
        return say(
            f"{count} visit{'s' * (count > 1)}; {usual} were to be expected unpushed, {expected} with {why}.",
            f"访问 {count} 次；无刺激时预期 {usual} 次，加上{why}，预期 {expected} 次。",
        )

    def _order(self, visit: Visit, number: int, of: int, at_entry: bool) -> str:
        worth, paid = money(visit.basket, self.life.currency), money(visit.paid, self.life.currency)
        off = ", ".join(f"{self._who(who)} {money(-amount, self.life.currency)}" for who, amount in visit.taken_off.items())
        price = say(f"{worth}, paid {paid} ({off})", f"{worth}，实付 {paid}（{off}）") if off else worth
        larger = self._factors(visit.basket_pulls)
        price += say(f" (basket {larger})", f"（客单价 {larger}）") if larger else ""
        wrong = say(" It went wrong.", "这一单出了问题。") if visit.failed else ""
        if at_entry:
            return say(f"First order for {price}.{wrong}", f"首单 {price}。{wrong}")
        where = say(f" on visit {number}", f"第 {number} 次访问时") if of > 1 else ""
        return say(f"Orders{where} for {price}; {self._chance(visit)}.{wrong}", f"{where}下单 {price}；{self._chance(visit)}。{wrong}")

    def _refusal(self, visit: Visit) -> str:
        return say(f"No order; {self._chance(visit)}.", f"没有下单；{self._chance(visit)}。")

    def _chance(self, visit: Visit) -> str:
        usual, now, why = percent(visit.chance_unpushed), percent(visit.chance), self._factors(visit.pulls)
        if not why:
            return say(f"the chance was {usual} a visit", f"每次访问的下单概率为 {usual}")
        return say(f"the chance was {now} instead of {usual}: odds {why}", f"下单概率由 {usual} 变为 {now}：几率 {why}")

    def _factors(self, pulls: Mapping[str, float]) -> str:
        """Who multiplied by how much, the strongest first."""
        strongest = sorted(((w, p) for w, p in pulls.items() if abs(p) >= LEAST), key=lambda item: -abs(item[1]))
        return say(", ", "、").join(f"{self._who(who)} ×{plain(math.exp(pull), 2)}" for who, pull in strongest)

    def _who(self, name: str) -> str:
        if name in OWN:
            return str(OWN[name])
        lever = self.levers[name]
        return lever_name(name, lever.doc) if lever.name == name else name


def _counted(count: int, counter: Counter, lever: str) -> str:
    """`1 coupon sent`, `发放 1 张`."""
    if spoken() == "zh":
        deed = meant(counter.meaning, lever).removeprefix("当天").removeprefix("的")
        return f"{deed} {plain(count, 0)} {unit(counter.unit)}"
    meaning = counter.meaning.removesuffix(" today").replace(" today ", " ")
    noun = counter.unit.removesuffix("s") if count == 1 else counter.unit
    first = meaning.split()[0]
    of_unit = noun if noun.split("/")[0] not in meaning and first.rstrip("s") != noun.rstrip("s") else ""
    return " ".join(filter(None, (plain(count, 0), of_unit, meaning)))


def sums(life: Life) -> str:
    """A life in one line: orders, what was paid and saved, the last stage."""
    orders = [visit for _, visit in life.orders]
    paid, saved = sum(v.paid for v in orders), sum(v.basket - v.paid for v in orders)
    stage = STAGES[life.days[-1].stage]
    return say(
        f"In all {len(orders)} orders, paid {money(paid, life.currency)}, saved {money(saved, life.currency)}; {stage} on the last day.",
        f"合计 {len(orders)} 单，实付 {money(paid, life.currency)}，优惠 {money(saved, life.currency)}；最后一天为{stage}。",
    )
