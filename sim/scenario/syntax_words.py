"""What PyYAML says of a text that is not YAML, in Chinese."""

from __future__ import annotations

import re

PATTERNS = tuple(
    (re.compile(pattern), chinese)
    for pattern, chinese in (
        (r"found character (.+) that cannot start any token", r"字符 \1 不能用在开头"),
        (r"could not find expected ':'", "缺少 ':'"),
        (r"expected <block end>, but found (.+)", r"这一段到此应当结束，却出现\1"),
        (r"expected ',' or '([\]}])', but got (.+)", r"应为 ',' 或 '\1'，却出现\2"),
        (r"expected '<document start>', but found (.+)", r"应为文档开头，却出现\1"),
        (r"(?:mapping values|mapping keys) are not allowed here", "此处不能再有 ':'"),
        (r"sequence entries are not allowed here", "此处不能出现列表项 '-'"),
        (r"found unexpected end of stream", "文件意外结束"),
        (r"found unexpected document separator", "出现了意外的文档分隔线"),
        (r"found unknown escape character (.+)", r"未知的转义字符 \1"),
        (r"expected (?:URI )?escape sequence of (\d+) hexadecimal numbers, but found (.+)", r"转义应有 \1 位十六进制数，却出现 \2"),
        (r"expected alphabetic or numeric character, but found (.+)", r"应为字母或数字，却出现 \1"),
        (r"expected indentation indicator in the range 1-9, but found 0", "缩进指示应为 1 到 9，却是 0"),
        (r"expected (?:a digit|chomping or indentation indicators|a comment or a line break|' '|'!'|'>'), but found (.+)", r"不应出现 \1"),
        (r"expected the node content, but found (.+)", r"应为内容，却出现\1"),
        (r"found undefined tag handle (.+)", r"未定义的标签 \1"),
        (r"chr\(\) arg not in range\(.+\)", "没有这个编号的字符"),
    )
)
TOKENS = {
    "<stream end>": "文件末尾",
    "<block end>": "缩进的结束",
    "<block mapping start>": "更深的缩进",
    "<block sequence start>": "更深的列表",
    "<document start>": "文档开头",
    "<document end>": "文档结尾",
    "<directive>": "指令",
    "<scalar>": "文本",
    "<anchor>": "锚点",
    "<alias>": "别名",
    "<tag>": "标签",
}
"""PyYAML's names of what a text is made of."""


def in_chinese(why: str) -> str:
    """PyYAML's reason in Chinese; a reason that is not known here stays as it is."""
    for pattern, chinese in PATTERNS:
        if found := pattern.fullmatch(why):
            told = found.expand(chinese)
            for token, name in TOKENS.items():
                told = told.replace(f"'{token}'", name)
            return re.sub(r"(出现)(?=')", r"\1 ", told)
    return why
