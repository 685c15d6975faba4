"""Definitions of the numbers that stand in other tables than the summary: segments, uplift, flows, channels, money by day, experiments."""

from __future__ import annotations

from analysis.language import Both
from analysis.metrics import NOTHING, Metric, metric

SEGMENTS = (
    Metric(
        "ordered_last_30",
        Both("Ordered in the last 30 days", "近30天下单占比"),
        "share",
        Both(
            "users of the segment with an order in the last 30 days of the run ÷ users of the segment",
            "该分层中最后 30 天内有订单的用户 ÷ 该分层用户",
        ),
        Both("Late sign-ups are in it: they have had less time to order.", "包含注册较晚的用户，他们可下单的时间更短。"),
    ),
    Metric(
        "ltv_to_date",
        Both("Value to date", "累计价值"),
        "money",
        Both("(paid for all orders − cost of goods) ÷ users of the segment", "（全部订单实付 − 商品成本）÷ 该分层用户"),
        Both(
            "What the levers cost beside discounts is not booked user by user, so it is not in it; not discounted.",
            "杠杆除优惠之外的成本未按用户入账，因此不含在内；未折现。",
        ),
    ),
    Metric(
        "cac",
        Both("CAC", "获客成本（CAC）"),
        "money",
        Both(
            "what winning the segment’s users has cost ÷ users of the segment: each bears the spend of the channel that won them, and an "
            "equal part of gifts to everybody who signs up",
            "赢得该分层用户的花费 ÷ 该分层用户：每人承担其来源渠道的投放，以及面向全部注册用户的礼品的均摊",
        ),
        Both(
            "Spend of a channel that won nobody is shared by all, so that the segments’ CAC adds up to all that was spent.",
            "没有带来任何用户的渠道，其花费由全体均摊，因此各分层的获客成本合计等于全部花费。",
        ),
        higher_is_better=False,
    ),
    Metric(
        "contribution",
        Both("Contribution of the segment", "分层贡献毛利"),
        "money",
        Both("paid for all orders of the segment − cost of goods", "该分层全部订单实付 − 商品成本"),
        Both("Before the levers’ costs other than discounts.", "未扣除优惠以外的杠杆成本。"),
    ),
)
UPLIFT = (
    Metric(
        "persuadable",
        Both("Persuadables", "营销敏感人群"),
        "number",
        Both("people who order more with the lever than without it, same luck", "同样的运气下，有该杠杆比没有时多下单的人"),
    ),
    Metric(
        "sleeping_dog",
        Both("Sleeping dogs", "反作用人群"),
        "number",
        Both("people who order less with the lever than without it, same luck", "同样的运气下，有该杠杆反而少下单的人"),
    ),
    Metric(
        "sure_thing",
        Both("Sure things", "自然转化人群"),
        "number",
        Both("people who order as often without the lever, at least once", "没有该杠杆也会下同样多订单、且至少一单的人"),
    ),
    Metric(
        "lost_cause",
        Both("Lost causes", "无动于衷人群"),
        "number",
        Both("people who order in neither world", "两个世界里都不下单的人"),
        Both("Who never signed up is in it.", "包含从未注册的人。"),
    ),
    Metric(
        "true_orders",
        Both("True incremental orders", "真实增量订单"),
        "number",
        Both(
            "orders of the world with the lever − orders of the same world without it", "有该杠杆的世界的订单数 − 同一世界没有它时的订单数"
        ),
    ),
    Metric(
        "touched_orders",
        Both("Orders credited by a dashboard", "报表归因订单"),
        "number",
        Both(
            "orders on which the lever took something off; for a lever that takes nothing off, orders of users with a mark of it "
            "beyond the others’ rate",
            "该杠杆减过价的订单；不减价的杠杆则为带有其痕迹的用户超出其他人水平的订单",
        ),
        Both("Mostly orders that would have come anyway.", "其中多数订单本来就会发生。"),
    ),
    Metric(
        "true_margin_minor",
        Both("True incremental margin", "真实增量毛利"),
        "money",
        Both(
            "contribution with the lever − contribution without it, all costs and discounts taken off",
            "有该杠杆时的贡献毛利 − 没有时的贡献毛利，已扣除全部成本与优惠",
        ),
    ),
    Metric(
        "naive_margin_minor",
        Both("Margin credited by a dashboard", "报表归因毛利"),
        "money",
        Both("margin of the credited orders − what the lever gave and cost", "归因订单的毛利 − 该杠杆的优惠与成本"),
    ),
    Metric(
        "true_cost_minor",
        Both("True incremental cost", "真实增量成本"),
        "money",
        Both("all discounts and lever costs with the lever − the same without it", "有该杠杆时全部优惠与杠杆成本 − 没有时的同口径金额"),
    ),
)
SHAPLEY = (
    Metric(
        "shapley",
        Both("Shapley contribution", "Shapley 贡献"),
        "money",
        Both(
            "what a lever adds to the outcome when it is switched on, averaged over all orders in which the levers can be switched on",
            "启用该杠杆时结果的增量，对所有可能的启用顺序取平均",
        ),
        Both(
            "Parts of a strategy add up to its whole gain. Up to six levers exact, beyond by sampled orders.",
            "同一方案各部分之和等于总增量。六个杠杆以内为精确值，更多时抽样。",
        ),
    ),
)
FLOWS = (
    Metric(
        "flow",
        Both("Move between stages", "阶段流转"),
        "number",
        Both("users in one stage on one day and in the other on the later day", "在前一日处于某阶段、在后一日处于另一阶段的用户"),
        Both("Moves there and back between the two days are not seen.", "两日之间的往返看不出来。"),
    ),
)
FUNNEL = (
    Metric(
        "reached",
        Both("Reached", "触达"),
        "number",
        Both("people reached in the market by a channel, whether or not they finished the sign-up", "被该渠道触达的人，无论是否完成注册"),
        Both(
            "Counted by paid channels; of others only where everybody who is reached signs up.",
            "付费渠道自带统计；其他来源仅在触达者全部注册时可知。",
        ),
    ),
    Metric(
        "cac_channel",
        Both("CAC by channel", "分渠道获客成本"),
        "money",
        Both("spent on the channel ÷ users it acquired", "该渠道花费 ÷ 该渠道带来的注册用户"),
        Both(
            "Some of these users would have come by themselves: a further user costs more. Gifts to every newcomer are in no channel.",
            "其中一部分用户本来就会来：再多获取一名用户的成本更高。发给所有新人的礼包不计入任何渠道。",
        ),
    ),
)
CASHFLOW = (
    Metric(
        "earned_minor",
        Both("Contribution so far, per user so far", "累计人均贡献毛利"),
        "money",
        Both(
            "contribution of all days so far, every cost and discount taken off, acquisition included ÷ users registered so far",
            "截至当日的累计贡献毛利（已扣除含获客在内的全部成本与优惠）÷ 截至当日的注册用户",
        ),
        Both("Users who came late have had less time to earn their cost back.", "较晚注册的用户回收成本的时间更短。"),
    ),
)
EXPERIMENTS = (
    Metric(
        "difference",
        Both("Read-out of an experiment", "实验读数"),
        "number",
        Both("mean over the treated − mean over the control group, as the platform sees it", "实验组均值 − 对照组均值（平台可见）"),
        Both("95 % interval by Welch’s t over users, clusters or periods.", "95% 置信区间按用户、簇或时段做 Welch t 检验。"),
    ),
    Metric(
        "truth",
        Both("Truth behind an experiment", "实验真值"),
        "number",
        Both(
            "mean over everybody with all treated − mean with nobody treated, same luck",
            "全员施加时的全体均值 − 无人施加时的全体均值，运气相同",
        ),
        Both("Only a simulator knows it.", "只有模拟器知道。"),
    ),
)
TABLES = {
    "segments": SEGMENTS,
    "uplift": UPLIFT,
    "shapley": SHAPLEY,
    "flows": FLOWS,
    "funnel": FUNNEL,
    "cashflow": CASHFLOW,
    "experiments": EXPERIMENTS,
}
"""By table; a number that the summary has, too, is defined there."""


def column(table: str, name: str) -> Metric:
    """The definition of a number of a table; of the summary's where it is the same there."""
    return next((m for m in TABLES[table] if m.name == name), None) or metric(name)


__all__ = ["NOTHING", "TABLES", "column"]
