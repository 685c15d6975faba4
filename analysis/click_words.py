"""What click itself says, in Chinese: headings of help and complaints about options. Our own texts come in both languages already."""

from __future__ import annotations

import re

from analysis.language import spoken

PATTERNS = tuple(
    (re.compile(pattern, re.MULTILINE), chinese)
    for pattern, chinese in (
        (r"^Usage: ", "用法："),
        (r"\[OPTIONS\]", "[选项]"),
        (r"COMMAND \[ARGS\]\.\.\.", "命令 [参数]..."),
        (r"^Options:$", "选项："),
        (r"^Commands:$", "命令："),
        (r"Show this message and exit\.", "显示本说明。"),
        (r"\[default: ([^\]]+)\]", r"[默认：\1]"),
        (r"^Try '(.+)' for help\.$", r"运行 '\1 --lang zh' 查看帮助。"),
        (r"^Error: ", "错误："),
        (r"No such option:? '?(--?[\w-]+)'?\.?", r"没有选项 \1"),
        (r" ?\(?Did you mean (?:one of: )?(.+?)\?\)?$", r"；是否指 \1？"),
        (r" ?\(Possible options: (.+)\)", r"；可能是 \1"),
        (r"Missing (?:argument|option) '(.+?)'\. ?", r"缺少 '\1'。"),
        (r"Option '(.+?)' requires an argument\.", r"选项 '\1' 需要一个值。"),
        (r"Option '(.+?)' does not take a value\.", r"选项 '\1' 不带值。"),
        (r"Invalid value for '(.+?)': ", r"'\1' 的值无效："),
        (r"('.*?'|\S+) is not a valid integer(?: range)?\.", r"\1 不是整数。"),
        (r"('.*?'|\S+) is not a valid float(?: range)?\.", r"\1 不是数。"),
        (r"('.*?'|\S+) is not one of (.+)\.$", r"\1 不是可选值：\2。"),
        (r"('.*?') is not ('\w+')\.$", r"\1 不是 \2。"),
        (r"('.*?'|\S+) is not in the range (.+)\.$", r"\1 不在范围 \2 之内。"),
        (r"Got unexpected extra arguments? \((.+)\)", r"多余的参数：\1"),
    )
)


def translated(text: str) -> str:
    """Click's text in the language spoken; a sentence that is not known here stays English."""
    if spoken() == "en":
        return text
    for pattern, chinese in PATTERNS:
        text = pattern.sub(chinese, text)
    return text
