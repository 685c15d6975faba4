"""How numbers are written for people: one place, so that figures and report never differ."""

from __future__ import annotations

import math

from analysis.language import say

MINUS = "\N{MINUS SIGN}"
SPACE = "\N{NO-BREAK SPACE}"
MINOR_PER_MAJOR = 100
WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


def plain(value: float, decimals: int = 1, sign: bool = False) -> str:
    """`value` with thousands separators, a true minus and, if asked, a plus; `–` where there is no number."""
    if value is None or not math.isfinite(value):
        return "–"
    text = f"{abs(value):,.{decimals}f}"
    if float(text.replace(",", "")) == 0:
        return text
    return (MINUS if value < 0 else "+" if sign else "") + text


def percent_sign() -> str:
    """The sign after a percentage: English keeps it off the number, Chinese does not."""
    return say(SPACE + "%", "%")


def percent(fraction: float, decimals: int = 1, sign: bool = False) -> str:
    """A fraction 0–1 as a percentage."""
    return plain(fraction * 100, decimals, sign) + percent_sign()


def points(fraction: float, decimals: int = 1, sign: bool = False) -> str:
    """A difference of two shares in percentage points."""
    return plain(fraction * 100, decimals, sign) + SPACE + point_word()


def point_word() -> str:
    """The unit of a difference of shares."""
    return say("points", "个百分点")


def money(minor: float, sign_of_money: str = "", decimals: int | None = None, sign: bool = False) -> str:
    """Minor units as money: `−¥1,234`, `¥3.10`, `3.10 crowns`; no decimals from a thousand on."""
    if minor is None or not math.isfinite(minor):
        return "–"
    major = minor / MINOR_PER_MAJOR
    if decimals is None:
        decimals = 0 if abs(major) >= 1000 else 2
    text = plain(major, decimals, sign)
    if len(sign_of_money) != 1:
        return text + (SPACE + sign_of_money if sign_of_money else "")
    return text[0] + sign_of_money + text[1:] if text[0] in "+" + MINUS else sign_of_money + text


def word(count: int) -> str:
    """Small counts as words, as in running English text; Chinese writes digits."""
    return say(WORDS[count] if 0 <= count < len(WORDS) else f"{count:,}", f"{count:,}")


def written(value: float, kind: str, sign_of_money: str = "", difference: bool = False, decimals: int | None = None) -> str:
    """A metric's value by its kind (share, money, days, number); a `difference` of shares is in points."""
    if kind == "share":
        digits = 1 if decimals is None else decimals
        return points(value, digits, sign=True) if difference else percent(value, digits)
    if kind == "money":
        return money(value, sign_of_money, decimals, sign=difference)
    text = plain(value, _usual(value, kind) if decimals is None else decimals, sign=difference)
    return text + SPACE + say("days", "天") if kind == "days" else text


def interval(low: float, high: float, kind: str, sign_of_money: str = "", difference: bool = False, decimals: int | None = None) -> str:
    """Two ends of an interval, `3.1 to 5.3`; empty where there is none, as after a single replication."""
    if not (math.isfinite(low) and math.isfinite(high)):
        return ""
    ends = [written(end, kind, sign_of_money, difference, decimals) for end in (low, high)]
    units = (SPACE + point_word(), percent_sign(), SPACE + say("days", "天"))
    if kind != "money":
        ends = [next((end.removesuffix(unit) for unit in units if end.endswith(unit)), end) for end in ends]
    return say(" to ", " 至 ").join(ends)


def decimals_of(low: float, high: float, kind: str) -> int | None:
    """Decimals at which a difference's interval does not collapse to a point or seem to touch zero; None: the usual ones."""
    if not (math.isfinite(low) and math.isfinite(high)) or low == high or low <= 0 <= high:
        return None
    scale = {"share": 100.0, "money": 1 / MINOR_PER_MAJOR}.get(kind, 1.0)
    usual = max(_usual(low, kind), _usual(high, kind))
    ends = [round(low * scale, usual), round(high * scale, usual)]
    return usual + 1 if 0 in ends or ends[0] == ends[1] else None


def _usual(value: float, kind: str) -> int:
    """Decimals with which a value of this kind is written."""
    if kind == "share":
        return 1
    if kind == "money":
        return 0 if abs(value) >= 1000 * MINOR_PER_MAJOR else 2
    if kind == "days":
        return 0 if abs(value or 0) >= 20 else 1
    return 0 if abs(value or 0) >= 1000 else 1 if abs(value or 0) >= 100 else 2
