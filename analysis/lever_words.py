"""What levers and what belongs to them are called in the language spoken.

Lever files are written in English and give the field's Chinese name once; what else they say stands in Chinese in `sim/words`. Units, kinds
and accounts, which many of them share, are here.
"""

from __future__ import annotations

import re

from analysis.language import Both, say, spoken
from sim import words

_HEAD = re.compile(r"(?P<english>[^:\u4e00-\u9fff]+?)\s*(?P<chinese>[\u4e00-\u9fff][^:]*)?:")
"""The first line of a lever file: `Coupons 优惠券: sent every so often, …`."""
ACCOUNTS = {
    "ads": "精准广告",
    "benefits": "权益",
    "better_goods": "品质提升",
    "carrier": "承运",
    "cash": "现金奖励",
    "catering": "参与者接待",
    "checks": "账号核验",
    "claims_paid": "保障赔付",
    "commission": "佣金",
    "contact": "触达",
    "contacts": "客服接待",
    "content": "内容种草",
    "delivery": "会员配送",
    "discount": "优惠",
    "farmed": "被薅走的优惠",
    "fees": "费用",
    "fines": "罚款",
    "fraud": "虚假账号奖励",
    "gift": "礼包",
    "goods": "注册礼品",
    "goods_back": "退回商品",
    "handling": "退货处理",
    "hosting": "活动举办",
    "media": "投放",
    "member_fees": "会员引入费",
    "moderation": "内容审核",
    "offline": "线下推广",
    "partners": "合作推广",
    "perks": "其他权益",
    "platform": "平台成本",
    "price_cut": "低于标价",
    "price_rise": "高于标价",
    "production": "内容制作",
    "programme": "项目成本",
    "range": "品类扩充",
    "refunds": "退款",
    "repairs": "改进",
    "return_fees": "退货收费",
    "rewards": "奖励",
    "running": "运行",
    "search": "搜索投放",
    "sending": "发送",
    "service": "问题订单弥补",
    "share": "分成",
    "shipping": "包邮",
    "spend": "投放",
    "subsidy": "包邮补贴",
    "surcharge": "加价",
    "surveys": "调研",
    "upkeep": "维护",
}
"""Last part of an account's name; another is said as it is."""
CORE_ACCOUNTS = {"basket": "订单原价", "revenue": "收入", "cost_of_goods": "商品成本"}
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


def lever_line(name: str, doc: str) -> str:
    """What a lever is, in a line; in Chinese it begins with the field's name, and is its file's English where there is no translation."""
    line = doc.splitlines()[0] if doc else ""
    head = _HEAD.match(line)
    if spoken() == "en" or head is None or not head["chinese"]:
        return line
    told = words.about(name, doc)[0] or line[head.end() :].strip()
    return f"{head['chinese'].strip()}（{head['english'].strip()}）：{told}"


def lever_text(name: str, doc: str) -> str:
    """All that a lever's file says about it: the line, and the paragraphs below it."""
    told = words.about(name, doc)[1] if spoken() == "zh" else ""
    return f"{lever_line(name, doc)}\n\n{told}" if told else "\n".join([lever_line(name, doc), *doc.splitlines()[1:]])


def told(text: str, said_by: str) -> str:
    """A text of one of the simulator's own modules (``coupons``) in the language spoken."""
    return text if spoken() == "en" else words.chinese(text, said_by)


def unit(text: str) -> str:
    """A unit, part by part; what has no Chinese stays as it is."""
    return text if spoken() == "en" else words.unit(text)


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
    return told(source, "sources") + (say(f" (grade {grade})", f"（{grade} 级）") if grade else "")
