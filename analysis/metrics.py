"""The single table of definitions: what every metric means, in both languages. Tables, figures, report and docs take it from here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from analysis.curves import BRACKET, DEFINITIONS, retention_parts
from analysis.language import Both

NOTHING = Both("", "")


@dataclass(frozen=True)
class Metric:
    """One row of the table of definitions.

    `unit` is share (a fraction, written as %), money (minor units, written as money), days or number. `gain` and `loss` say in an English
    sentence what a difference means; `{}` takes the amount, and each has more, fewer or less in it. Chinese needs no verb of its own:
    the label is 高 or 低.
    """

    name: str
    label: Both
    unit: str
    formula: Both
    caveat: Both = NOTHING
    gain: str = ""
    loss: str = ""
    higher_is_better: bool = True
    told: Both = NOTHING
    """How a level is said in a sentence, where the label will not do: `{} of users order in days 61–90`."""
    absent: Both = NOTHING
    """What it means that a scenario has no such number."""
    break_even: float | None = None
    """Set where the metric is itself a comparison with the baseline: the value at which a strategy gains as much as it costs."""

    def headed(self, baseline: str) -> str:
        """The label as a column is headed; it names the counterfactual where there is one."""
        if self.break_even is None:
            return str(self.label)
        return str(Both(f"{self.label} against “{baseline}”", f"{self.label}（相对“{baseline}”）"))


def _money(name: str, label: Both, formula: Both, caveat: Both = NOTHING, better: bool = True) -> Metric:
    noun = label.en[0].lower() + label.en[1:] if not label.en[:2].isupper() else label.en
    return Metric(name, label, "money", formula, caveat, f"has {{}} more {noun}", f"has {{}} less {noun}", better)


METRICS: tuple[Metric, ...] = (
    Metric(
        "conversion_rate",
        Both("Conversion rate", "首购转化率"),
        "share",
        Both("users with at least one order ÷ users who ever registered", "至少下过一单的用户 ÷ 累计注册用户"),
        Both("Late sign-ups have had less time to order.", "注册较晚的用户可用于下单的时间更短。"),
        "turns {} more users into customers",
        "turns {} fewer users into customers",
    ),
    Metric(
        "repurchase_rate",
        Both("Repurchase rate", "复购率"),
        "share",
        Both("users with two or more orders ÷ users with at least one", "下过两单及以上的用户 ÷ 至少下过一单的用户"),
        Both(
            "Grows with the length of the run, and falls when a strategy wins weaker first orders.",
            "随模拟时长而升高；方案若带来质量较低的首单用户则会下降。",
        ),
        "brings {} more buyers back",
        "brings {} fewer buyers back",
    ),
    Metric(
        "active_share_end",
        Both("Active customers at the end", "期末活跃用户占比"),
        "share",
        Both(
            "users in stage customer on the last day (have ordered, were seen less than dormant_after_days ago, have not left) "
            "÷ users who ever registered",
            "最后一天处于活跃阶段的用户（下过单、未来访不足 dormant_after_days、未永久流失）÷ 累计注册用户",
        ),
        Both(
            "Leaves out those who have left for good, which only a simulator knows on the day.",
            "不含已永久流失的用户，而永久流失在当天只有模拟器知道。",
        ),
        "has {} more users active at the end",
        "has {} fewer users active at the end",
    ),
    Metric(
        "departed_share_end",
        Both("Gone for good at the end", "期末永久流失占比"),
        "share",
        Both(
            "users who have left for good and not come back by the last day ÷ users who ever registered",
            "截至最后一天已永久流失且未回来的用户 ÷ 累计注册用户",
        ),
        Both(
            "Only a simulator knows a departure; silent users who would still return are not in it.",
            "永久流失只有模拟器知道；沉默但仍会回来的用户不计入。",
        ),
        "has {} more users gone for good",
        "has {} fewer users gone for good",
        False,
    ),
    Metric(
        "stickiness",
        Both("Stickiness (DAU ÷ MAU)", "用户黏性（DAU ÷ MAU）"),
        "share",
        Both(
            "mean number of users who visit on a day of the last 30 ÷ users who visited at all in those 30 days",
            "最后 30 天的日均访问用户数 ÷ 这 30 天内访问过的用户数",
        ),
        Both("Says how often those visit who visit, not how many they are.", "说明来访者来得多勤，而不是来访者有多少。"),
        "has {} more stickiness",
        "has {} less stickiness",
    ),
    Metric(
        "orders_per_user",
        Both("Orders per user", "人均订单数"),
        "number",
        Both("orders, first orders included ÷ users who ever registered", "订单数（含首单）÷ 累计注册用户"),
        Both("A mean over very unequal users.", "用户之间差别很大，这只是平均数。"),
        "brings {} more orders per user",
        "brings {} fewer orders per user",
    ),
    Metric(
        "visits_per_user",
        Both("Visits per user", "人均访问次数"),
        "number",
        Both(
            "visits, the one of the day of registration included ÷ users who ever registered",
            "访问次数（含注册当日那次）÷ 累计注册用户",
        ),
        Both("A visit is not yet an order.", "访问不等于下单。"),
        "brings {} more visits per user",
        "brings {} fewer visits per user",
    ),
    _money(
        "aov",
        Both("Average order value", "客单价"),
        Both("revenue ÷ orders", "收入 ÷ 订单数"),
        Both(
            "After discounts. Falls when a strategy adds small orders: read it beside orders.",
            "优惠后口径。方案带来更多小额订单时会下降：请与订单数一起看。",
        ),
    ),
    _money(
        "revenue_per_user",
        Both("Revenue per user", "人均收入"),
        Both("(baskets − discounts + fees) ÷ users who ever registered", "（订单原价 − 优惠 + 收费）÷ 累计注册用户"),
        Both("Before the cost of goods.", "未扣除商品成本。"),
    ),
    _money(
        "incentive_cost_per_user",
        Both("Incentive cost per user", "人均激励成本"),
        Both("(discounts + lever costs) ÷ users who ever registered", "（优惠 + 杠杆成本）÷ 累计注册用户"),
        Both("Includes what is given to users who would have bought anyway.", "包含发给本来就会购买的用户的部分。"),
        better=False,
    ),
    _money(
        "contribution_per_user",
        Both("Contribution per user", "人均贡献毛利"),
        Both(
            "(revenue + income beside orders − cost of goods − lever costs) ÷ users who ever registered",
            "（收入 + 订单外收入 − 商品成本 − 杠杆成本）÷ 累计注册用户",
        ),
        Both(
            "Discounts are in it: revenue is after them. Fixed costs of the company are not.",
            "收入已扣除优惠；不含公司固定成本。",
        ),
    ),
    _money(
        "ltv",
        Both("LTV within the run", "周期内 LTV"),
        Both(
            "contribution of each day, taken back to day 0 of the run at discount_rate_per_year, ÷ users who ever registered",
            "每日贡献毛利按 discount_rate_per_year 折现到第 0 日后求和 ÷ 累计注册用户",
        ),
        Both(
            "The horizon is the run: nothing is extrapolated beyond its last day. The margin is in the contribution.",
            "期限即模拟周期：不外推到最后一天之后。毛利率已体现在贡献毛利中。",
        ),
    ),
    _money(
        "cac",
        Both("CAC", "获客成本（CAC）"),
        Both(
            "all acquisition costs (sign-up gifts, referral rewards to both sides, channel spend) ÷ users who registered",
            "全部获客成本（注册礼、双方邀请奖励、渠道投放）÷ 注册用户",
        ),
        Both(
            "Blended: users who came by themselves are in the denominator, so it lies below the cost of one more paid user.",
            "综合口径：自然来的用户也在分母里，因此低于再多获取一名付费用户的成本。",
        ),
        better=False,
    ),
    Metric(
        "payback_days",
        Both("Payback", "回本周期"),
        "days",
        Both(
            "first day from which the contribution of all days so far, everything spent taken off, is never below 0 again",
            "从这一天起，累计贡献毛利（已扣除全部支出）不再低于 0",
        ),
        Both(
            "Of all users together: many pay back later, or never. 0 where nothing is spent ahead; no number where it is not within the "
            "run.",
            "按全体用户合计：许多用户回本更晚或永不回本。没有先期支出时为 0；周期内未回本则没有数值。",
        ),
        "needs {} more to pay back",
        "needs {} less to pay back",
        False,
        absent=Both("not within the run", "周期内未回本"),
    ),
    Metric(
        "roi",
        Both("ROI of incentives", "激励 ROI"),
        "share",
        Both(
            "extra contribution, all incentives taken off ÷ extra incentive cost, both against the baseline, same users, same luck",
            "增量贡献毛利（已扣除全部激励）÷ 增量激励成本，均相对基准方案、同一批用户、同样的运气",
        ),
        Both(
            "At 0 the extra incentives earn back just what they cost; below 0 they lose. Not the ratio a dashboard shows, which credits "
            "every order that used an incentive.",
            "等于 0 时增量激励恰好回本，低于 0 则亏损。与报表里常见的 ROI 不同：后者把用了优惠的订单全部算作增量。",
        ),
        "has {} more return on its incentives",
        "has {} less return on its incentives",
        absent=Both("no extra incentives", "无增量激励"),
        break_even=0.0,
    ),
    Metric(
        "reference_price_end",
        Both("Reference price at the end", "期末参考价"),
        "share",
        Both(
            "mean over users who ever registered of the price they think normal, as a share of the list price",
            "累计注册用户心目中“正常价格”占标价比例的平均值",
        ),
        Both("Falls under 100 % as users get used to discounts.", "用户习惯优惠后会低于 100%。"),
        "leaves the reference price {} more",
        "leaves the reference price {} less",
    ),
    Metric(
        "satisfaction_end",
        Both("Satisfaction at the end", "期末满意度"),
        "number",
        Both(
            "mean over users who ever registered of satisfaction, −1 to 1, where 0 is as expected",
            "累计注册用户满意度的平均值，−1 到 1，0 表示符合预期",
        ),
        Both("A state of the model, not an answer in a survey.", "这是模型内的状态，不是问卷结果。"),
        "has {} more satisfaction",
        "has {} less satisfaction",
    ),
    Metric(
        "registered",
        Both("Users who registered", "注册用户数"),
        "number",
        Both("users who registered on any day of the run", "模拟期内任意一天注册的用户"),
        Both("The denominator of everything per user.", "所有“人均”指标的分母。"),
        "has {} more registered users",
        "has {} fewer registered users",
    ),
)
LEAVING: tuple[tuple[str, Metric], ...] = (
    (
        "churn",
        Metric(
            "hazard_ratio",
            Both("Hazard ratio of falling silent", "沉默风险比"),
            "number",
            Both(
                "by how much a trait or behaviour multiplies the hazard of no visit in the next churned_after_days, all else alike "
                "(complementary log-log, a baseline for each look, errors clustered by user)",
                "其他方面相同时，某项特征或行为使“此后 churned_after_days 内不再访问”的风险变为多少倍"
                "（互补双对数模型，每个观察时点单独设基准，标准误按用户聚类）",
            ),
            Both(
                "Estimated from what a platform sees: an association, not an effect. Days since the last visit and days with a visit are "
                "signs of the lapse and are left out where all else is estimated.",
                "仅凭平台可见数据估计：是相关而非因果。距上次访问天数与访问天数是流失的征兆，估计其他因素时不纳入。",
            ),
        ),
    ),
    (
        "reasons",
        Metric(
            "reason",
            Both("Reason of leaving", "离开原因"),
            "share",
            Both(
                "users who left for good for this reason ÷ users of the segment who left for good; the segment is that of the day of "
                "leaving",
                "因该原因永久离开的用户 ÷ 该分层永久离开的用户；分层取离开当日所处的分层",
            ),
            Both(
                "Only a simulator knows it. A reason stands only where somebody left who would otherwise have stayed.",
                "只有模拟器知道。仅当用户原本不会离开时才记录原因。",
            ),
        ),
    ),
)
"""What the tables `churn` and `reasons` hold, by table."""

_BY_NAME = {metric.name: metric for metric in METRICS}

HEADLINE = "bracket_30_90_order"
"""The metric in which strategies are compared first; where a result lacks it, `headline` finds the nearest.

Whether users order in days 61–90 can be seen of everybody followed for 90 days and does not change with the length of the
run. Rolling retention does: on day 90 it counts whoever orders in all the days that happen to be left.
"""
PREFERENCE = ("bracket_30", "rolling", "exact_day")
"""Definitions in the order in which `headline` falls back on them."""


def _retention(name: str, kind: str, event: str, age: int) -> Metric:
    """The row of a retention metric of the summary, which counts from registration."""
    how = DEFINITIONS[kind]
    first = max(age - BRACKET + 1, 1)
    when, when_zh = {
        "bracket_30": (f"in days {first}–{age}", f"第{first}–{age}日"),
        "rolling": (f"on day {age} or later", f"第{age}日及以后"),
        "exact_day": (f"on day {age}", f"第{age}日当天"),
    }[kind]
    adjective = "rolling " if kind == "rolling" else ""
    past, present, zh = ("ordered", "ordering", "下单") if event == "order" else ("visited", "visiting", "访问")
    formula = how.meaning.en.format(event=event).replace("days N−29 to N", f"days {first} to {age}").replace("day N", f"day {age}")
    formula_zh = how.meaning.zh.format(event=zh).replace("第 N−29 至 N 日", f"第{first}至{age}日")
    formula_zh = formula_zh.replace("第 N 日", f"第{age}日").replace("观察满 N 日", f"观察满{age}日")
    called_zh = f"{age}日" + {"bracket_30": "区间留存", "rolling": "滚动留存", "exact_day": "留存"}[kind]
    return Metric(
        name,
        Both(f"Day-{age} {adjective}retention ({past} {when})", f"{called_zh}（{when_zh}{zh}）"),
        "share",
        Both(f"{formula}; day 0 is the day of registration", f"{formula_zh}；第 0 日为注册当日"),
        how.caveat,
        f"keeps {{}} more users {present} {when}",
        f"keeps {{}} fewer users {present} {when}",
        told=Both(f"{{}} of users {event} {when}", f"{when_zh.replace('第', '第 ').replace('日', ' 日')}有{zh}的用户占 {{}}"),
    )


def metric(name: str, unit: str = "") -> Metric:
    """The row for `name`; retention metrics follow from their name, unknown ones from their unit."""
    if name in _BY_NAME:
        return _BY_NAME[name]
    parts = retention_parts(name)
    if parts:
        return _retention(name, *parts)
    label = name.replace("_", " ").capitalize()
    lowered = unit.lower()
    if "minor" in lowered:
        kind = "money"
    elif lowered in ("share", "fraction", "rate", "probability"):
        kind = "share"
    else:
        kind = "days" if lowered == "days" else "number"
    noun = label[0].lower() + label[1:]
    return Metric(name, Both(label, label), kind, NOTHING, NOTHING, f"has {{}} more {noun}", f"has {{}} less {noun}")


def headline(names: Iterable[str]) -> str | None:
    """The retention metric to compare by: HEADLINE, else the one by order nearest to it and to day 90, else None."""
    found = [(parts, name) for name in dict.fromkeys(names) if (parts := retention_parts(name))]

    def distance(item: tuple[tuple[str, str, int], str]) -> tuple[bool, int, int]:
        kind, event, age = item[0]
        return event != "order", PREFERENCE.index(kind) if kind in PREFERENCE else len(PREFERENCE), abs(age - 90)

    return min(found, key=distance)[1] if found else None
