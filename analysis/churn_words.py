"""What traits and behaviours, reasons and segments are called where it is told who leaves, in both languages."""

from __future__ import annotations

from analysis.language import Both
from analysis.text import clean

FEATURES = {
    "recency": Both("Last visit twice as long ago", "距上次访问的天数翻倍"),
    "visit_days": Both("Twice as many days with a visit lately", "近 30 日访问天数翻倍"),
    "tenure": Both("Twice as long since sign-up", "注册时长翻倍"),
    "orders": Both("Orders so far: {level}, against {reference}", "累计下单 {level} 次（对比{reference}）"),
    "basket": Both("Mean basket twice as large", "平均客单价翻倍"),
    "discount_share": Both("10 points more off by discounts", "优惠占比高 10 个百分点"),
    "dissatisfied": Both("Experiences below expectation", "体验低于预期"),
    "messages": Both("One message a week more", "每周多收 1 条消息"),
    "member": Both("Paying member, or on trial", "付费会员（含试用）"),
    "tier": Both("A level above the first", "有会员等级"),
    "channel": Both("Came by: {level}, against {reference}", "来源：{level}（对比{reference}）"),
    "persona": Both("{level}, against {reference}", "{level}（对比{reference}）"),
}
REASONS = {
    "still here": Both("has not left", "并未离开"),
    "nothing in particular": Both("nothing in particular", "没有特别原因"),
    "bad experience": Both("a bad experience", "糟糕的体验"),
    "rival": Both("a rival", "竞争对手"),
    "contact": Both("being contacted", "被过度打扰"),
    "price": Both("the price", "价格"),
    "not renewed": Both("not renewed", "到期未续"),
    "fatigue": Both("too many messages", "消息疲劳"),
}
SEGMENTS = {
    "new": Both("new", "新用户"),
    "active": Both("active", "活跃用户"),
    "at_risk": Both("at risk", "预警用户"),
    "dormant": Both("dormant", "沉睡用户"),
    "churned": Both("back after a long silence", "长期沉默后重返"),
    "high_value": Both("high value", "高价值用户"),
    "ordinary": Both("ordinary", "普通用户"),
    "direct": Both("direct", "自然来访"),
    "friends": Both("friends", "好友推荐"),
    "content": Both("content", "内容种草"),
    "search": Both("search", "搜索"),
    "ads": Both("ads", "精准广告"),
    "partners": Both("partners", "KOL 合作"),
    "offline": Both("offline", "线下"),
    "alliance": Both("alliance", "异业联盟"),
    "none": Both("none", "未下单"),
}
GROUPS = {
    "life_cycle": Both("Stage of life", "生命周期"),
    "value": Both("Value", "价值"),
    "persona": Both("Persona", "人群画像"),
    "channel": Both("Channel", "来源渠道"),
}


def segment(name: str, group: str = "") -> str:
    """A segment as a row is named; a persona keeps its name."""
    known = None if group == "persona" else SEGMENTS.get(name)
    text = str(known) if known else clean(name, 40)
    return text[:1].upper() + text[1:] if known and group else text


def feature(name: str, level: str, contrast: str) -> str:
    """A row of the hazard ratios: the feature, its level, and what it is held against where that is not plain."""
    reference = contrast.rpartition("against ")[2]
    shown = [f"{clean(text, 40)}" if name == "persona" else segment(text) for text in (level, reference)]
    return FEATURES[name].format(level=shown[0].replace("-", "–"), reference=shown[1])


def reason(name: str) -> str:
    """A reason as a legend names it."""
    return str(REASONS.get(name, name))
