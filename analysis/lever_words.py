"""What levers and what belongs to them are called in Chinese. Lever files are written in English and give the field's Chinese name once."""

from __future__ import annotations

import re

from analysis.language import Both, say, spoken
from sim.parameter import ASSUMPTION, DESIGN

_HEAD = re.compile(r"(?P<english>[^:\u4e00-\u9fff]+?)\s*(?P<chinese>[\u4e00-\u9fff][^:]*)?:")
"""The first line of a lever file: `Coupons 优惠券: sent every so often, …`."""
UNITS = {
    "share": "比例",
    "money": "金额",
    "days": "天",
    "day": "天",
    "weeks": "周",
    "week": "周",
    "year": "年",
    "hours": "小时",
    "times": "倍",
    "index": "指数",
    "log": "对数",
    "log-rate": "对数率",
    "correlation": "相关系数",
    "users": "人",
    "user": "人",
    "customers": "人",
    "friends": "人",
    "orders": "单",
    "order": "单",
    "visits": "次访问",
    "visit": "次访问",
    "posts": "帖",
    "messages": "条",
    "message": "条",
    "per message": "每条",
    "coupons": "张",
    "offers": "份优惠",
    "gifts": "份礼包",
    "levels": "级",
    "opt-outs": "次退订",
    "points": "分",
    "point": "分",
    "runs": "次",
    "date": "日期",
}
ACCOUNTS = {
    "benefits": "权益",
    "better_goods": "品质提升",
    "carrier": "承运",
    "claims_paid": "保障赔付",
    "commission": "佣金",
    "contact": "触达",
    "contacts": "客服接待",
    "delivery": "会员配送",
    "discount": "优惠",
    "fees": "费用",
    "fines": "罚款",
    "gift": "礼包",
    "goods_back": "退回商品",
    "handling": "退货处理",
    "media": "投放",
    "member_fees": "会员引入费",
    "moderation": "内容审核",
    "perks": "其他权益",
    "platform": "平台成本",
    "price_cut": "低于标价",
    "price_rise": "高于标价",
    "programme": "项目成本",
    "range": "品类扩充",
    "refunds": "退款",
    "repairs": "改进",
    "return_fees": "退货收费",
    "rewards": "奖励",
    "running": "运行",
    "sending": "发送",
    "share": "分成",
    "spend": "投放",
    "subsidy": "包邮补贴",
    "surcharge": "加价",
    "surveys": "调研",
    "upkeep": "维护",
}
"""Last part of an account's name; another is said as it is."""
CORE_ACCOUNTS = {"basket": "订单原价", "revenue": "收入", "cost_of_goods": "商品成本"}
ORIGINS = {DESIGN: Both("design", "平台决策"), ASSUMPTION: Both("assumption", "假设")}
KINDS = {
    "discount": Both("discount", "优惠"),
    "fee": Both("fee", "收费"),
    "income": Both("income", "订单外收入"),
    "cost": Both("cost", "成本"),
}
"""Kinds of accounts that levers post to."""


def lever_name(name: str, doc: str) -> str:
    """A lever as the field calls it: `coupons`, `优惠券`; its own name where its file gives none in Chinese."""
    head = _HEAD.match(doc)
    return head["chinese"].strip() if spoken() == "zh" and head and head["chinese"] else name


def lever_line(doc: str) -> str:
    """What a lever is, in a line; its name in front is the one of the language spoken, the rest is as its file says."""
    line = doc.splitlines()[0] if doc else ""
    head = _HEAD.match(line)
    if spoken() == "en" or head is None or not head["chinese"]:
        return line
    return f"{head['chinese'].strip()}（{head['english'].strip()}）：{line[head.end() :].strip()}"


def unit(text: str) -> str:
    """A unit, part by part; what has no Chinese here stays as it is."""
    if spoken() == "en":
        return text
    return UNITS.get(text) or "/".join(UNITS.get(part, part) for part in text.split("/"))


def account(name: str, doc: str = "") -> str:
    """An account in words: `Coupons: discount`, `优惠券：优惠`. ``doc`` is the text of the lever that posts to it."""
    lever, _, part = name.partition(".")
    if spoken() == "en":
        text = (f"{lever}: {part}" if part else lever).replace("_", " ")
        return text[0].upper() + text[1:]
    if not part:
        return CORE_ACCOUNTS.get(name, name)
    return f"{lever_name(lever, doc)}：{ACCOUNTS.get(part, part.replace('_', ' '))}"


def origin(source: str, grade: str) -> str:
    """What stands behind a parameter: a decision, an assumption, or a source with its grade."""
    if source in ORIGINS:
        return str(ORIGINS[source])
    return source + (say(f" (grade {grade})", f"（{grade} 级）") if grade else "")
