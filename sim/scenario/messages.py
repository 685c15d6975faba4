"""The words of every fault: id → (English, Chinese)."""

from __future__ import annotations

MESSAGES: dict[str, tuple[str, str]] = {
    # the file itself
    "missing": (
        "there is no such file; check the name and the folder{near}",
        "没有这个文件；请检查文件名和文件夹{near}",
    ),
    "folder": (
        "is a folder; name a scenario file inside it, such as baseline.yaml",
        "是文件夹；请指定其中的场景文件，例如 baseline.yaml",
    ),
    "special": (
        "is not a regular file (a pipe, socket or device); scenarios are read from files",
        "不是普通文件（管道、套接字或设备）；场景只能从文件读取",
    ),
    "unreadable": ("cannot be read: {why}; check the name and the permissions", "无法读取：{why}；请检查文件名和权限"),
    "bad_name": ("is not a file name; name a scenario file", "不是文件名；请指定场景文件"),
    "too_large": ("is larger than 256 KiB; a scenario is a few pages of text", "超过 256 KiB；场景文件只应有几页文字"),
    "not_utf8": (
        "is not UTF-8 text from here on; save the file as UTF-8",
        "从这里起不是 UTF-8 文本；请把文件存为 UTF-8",
    ),
    "empty": ("says nothing; give at least a name, or {{}}", "没有内容；至少写上 name，或者写 {{}}"),
    "not_mapping": (
        "is {what}; lines such as 'name: my scenario' are expected",
        "是{what}；应写成 'name: my scenario' 这样的行",
    ),
    "invisible": (
        "has the invisible or direction-changing character U+{code}; delete it",
        "含有不可见或改变文字方向的字符 U+{code}；请删除",
    ),
    # the subset of YAML
    "syntax": (
        "is not YAML here: {why}; look for a missing quote, bracket, colon or indent here or just before",
        "此处不符合 YAML 语法：{why}；请检查此处或稍前是否缺少引号、括号、冒号或缩进",
    ),
    "tab": ("has a tab; indent with spaces", "含有制表符；请用空格缩进"),
    "documents": (
        "begins a second document (---); one file is one scenario",
        "开始了第二个文档（---）；一个文件只写一个场景",
    ),
    "directive": ("has a %directive; delete the line", "含有 %指令；请删除该行"),
    "too_many": ("has more than 20,000 parts; split it with extends", "超过 20,000 个组成部分；请用 extends 拆分"),
    "too_many_faults": ("has 5,000 faults up to here; correct those first", "到此处已有 5,000 处错误；请先改正"),
    "too_deep": ("is nested more than 16 deep; a scenario needs 6 levels", "嵌套超过 16 层；场景文件 6 层足够"),
    "duplicate": (
        "the key '{key}' was already given on line {line}; keep one of them",
        "键 '{key}' 在第 {line} 行已经写过；请只保留一个",
    ),
    "anchor": (
        "uses the anchor &{name}; write the value out, or use extends",
        "使用了锚点 &{name}；请直接写出值，或使用 extends",
    ),
    "alias": (
        "uses the alias *{name}; write the value out, or use extends",
        "使用了别名 *{name}；请直接写出值，或使用 extends",
    ),
    "merge_key": (
        "uses the merge key <<; use extends to build on another file",
        "使用了合并键 <<；请用 extends 继承另一个文件",
    ),
    "tag": ("uses the tag {tag}; plain values are enough", "使用了标签 {tag}；直接写值即可"),
    "key": (
        "has the key {key}; keys are lower-case words such as face_value{near}",
        "键为 {key}；键应是小写单词，例如 face_value{near}",
    ),
    "key_kind": (
        "has a list or mapping as a key; keys are lower-case words such as face_value",
        "用列表或映射作键；键应是小写单词，例如 face_value",
    ),
    "digits": ("is a whole number of more than 18 digits; write a smaller one", "是超过 18 位的整数；请写较小的数"),
    "not_finite": ("is not a finite number; write one, or leave the line out", "不是有限的数；请写有限的数，或删去该行"),
    "text_character": (
        "has the character U+{code} in a text; use visible characters and \\n",
        "文本中含有字符 U+{code}；请使用可见字符和 \\n",
    ),
    # extends
    "extends_text": (
        "is {what}; the name of another scenario file is expected",
        "是{what}；应为另一个场景文件的文件名",
    ),
    "extends_absolute": (
        "is not relative; name a file beside this one, such as baseline.yaml",
        "不是相对路径；请写旁边的文件，例如 baseline.yaml",
    ),
    "extends_outside": (
        "leads to '{target}', outside the folder '{root}'; a scenario builds only on files inside it",
        "指向 '{target}'，在文件夹 '{root}' 之外；场景只能继承其中的文件",
    ),
    "extends_cycle": ("goes in a circle: {circle}; take extends out of one of them", "循环继承：{circle}；请去掉其中一个的 extends"),
    "extends_deep": ("is more than 5 files deep; build on an earlier one", "继承超过 5 层；请直接继承更上层的文件"),
    "extends_here": ("works in scenario files only; take it out here", "只能用在场景文件里；请在此处去掉"),
    # --set
    "set_form": (
        "'{text}' is not PATH=VALUE, such as levers.coupons.face_value=8",
        "'{text}' 不是 PATH=VALUE 的形式，例如 levers.coupons.face_value=8",
    ),
    "set_path": (
        "'{text}' is not a path of words, such as levers.coupons.face_value",
        "'{text}' 不是由单词组成的路径，例如 levers.coupons.face_value",
    ),
    "set_value": ("nothing stands after =; null takes a value away", "= 之后没有值；要去掉一个值请写 null"),
    "set_below": (
        "cannot be set: {parent} is {what}, which has no parts with names; set all of it",
        "无法设置：{parent} 是{what}，没有带名字的组成部分；请整体设置",
    ),
    # values
    "unknown_preset": (
        "there is no preset '{key}' of this lever; {instead}",
        "该杠杆没有名为 '{key}' 的预设；{instead}",
    ),
    "unknown_name": ("names '{key}', which the scenario does not have; {instead}", "提到的 '{key}' 在场景中不存在；{instead}"),
    "too_many_named": ("has {count} of them; at most {most} are possible", "共有 {count} 个；最多 {most} 个"),
    "unknown_key": ("unknown key '{key}'; {instead}", "未知的键 '{key}'；{instead}"),
    "unknown_lever": ("unknown lever '{key}'; {instead}", "未知的杠杆 '{key}'；{instead}"),
    "kind_clash": (
        "'{key}' is the name of another lever; give this one another name, or leave out kind",
        "'{key}' 是另一个杠杆的名字；请换一个名字，或去掉 kind",
    ),
    "lever_form": (
        "is {what}; parameters are expected: {{}} takes all defaults, null switches the lever off",
        "是{what}；应为参数：{{}} 表示全部取默认值，null 表示关闭该杠杆",
    ),
    "aim_form": (
        "is {what}; segments are expected, such as new or [new, active], or a mapping with segments, personas, channels",
        "是{what}；应为用户分层，例如 new 或 [new, active]，或含有 segments, personas, channels 的映射",
    ),
    "type": ("is {what}; {expected} is expected{hint}", "是{what}；应为{expected}{hint}"),
    "range": ("is {what}; {expected} is expected{meaning}", "是{what}；应为{expected}{meaning}"),
    "missing_value": ("is missing; {expected} is expected", "缺失；应为{expected}"),
    "length": ("has {count} entries; {expected} is expected", "有 {count} 项；应为{expected}"),
    "no_such_lever": ("the scenario has no lever '{key}'; {instead}", "该场景没有杠杆 '{key}'；{instead}"),
    "rule": ("{why}", "{why}"),
    # what changes while the world runs
    "place_root": (
        "'{key}' cannot change while the world runs; "
        "what can: levers.*, behaviour.*, market.*, economics.margin, economics.incentive_budget",
        "'{key}' 在运行中不能改变；"
        "可以改变的有：levers.*、behaviour.*、market.*、economics.margin、economics.incentive_budget",
    ),
    "place_unknown": ("there is no '{key}' in {block}; {instead}", "{block} 中没有 '{key}'；{instead}"),
    "place_block": (
        "'{key}' is not a single value; name one parameter of it: {names}",
        "'{key}' 不是单个数值；请写出其中的一个参数：{names}",
    ),
    "place_list": (
        "'{key}' is a list; single values can change while the world runs",
        "'{key}' 是列表；运行中只能改变单个数值",
    ),
    "place_drawn": (
        "'{key}' is drawn once for every user before day 0; changing it later would change nobody",
        "'{key}' 在第 0 天之前为每个用户抽取一次；之后改变它不会影响任何人",
    ),
    "ramp_number": (
        "a ramp leads from one number to another, and '{key}' is none at first; leave out ramp_days",
        "渐变只能从一个数走到另一个数，而 '{key}' 起初不是数；请去掉 ramp_days",
    ),
    "policy_number": (
        "a policy moves numbers and switches, and '{key}' is {what}; name another parameter",
        "策略只能调整数值和开关，而 '{key}' 是{what}；请指定其他参数",
    ),
    "policy_step": (
        "'{key}' is not a number at first, so nothing can be added to it or multiplied; use to, or give it a number",
        "'{key}' 起初不是数，无法相加或相乘；请用 to，或先给它一个数",
    ),
    "policy_aim": (
        "is {what}, which lies outside the policy's own limits; aim between them, or widen them",
        "是{what}，超出了该策略自己的上下限；请取两者之间的值，或放宽上下限",
    ),
    "unknown_metric": (
        "there is no metric '{key}' here; {instead}",
        "这里没有指标 '{key}'；{instead}",
    ),
    "date_outside": (
        "{date} is outside the run, which lasts from {first} to {last}, so nothing would change; give another date, or run.days",
        "{date} 不在运行期内（{first} 至 {last}），什么也不会改变；请改日期，或改 run.days",
    ),
}

# Sentences of the validators in schema.py, by the type of their error.
RULES: dict[str, str] = {
    "one_entry": "请从 cohort、arrivals: {{per_day: N}}、market 中选一个",
    "lognormal_pair": "对数正态消费额需要同时给出 median 和 sigma",
    "stage_order": "churned_after_days 必须大于 dormant_after_days",
    "schedule_order": "until 不能早于 on",
    "schedule_ramp": "ramp_days 必须在 until 之前走完",
    "schedule_again": "要重复的变化必须先结束：请写 until",
    "schedule_length": "按 {repeat} 重复的变化最多持续 {days} 天（含首尾两天）",
    "policy_when": "请在 above、below 中选一个",
    "policy_act": "请在 add、times、to 中选一个",
    "policy_limits": "least 不能大于 most",
    "index_length": "{name} 需要 {size} 个数，而不是 {count} 个",
    "index_sum": "{name}：指数须为 0 或更大，且不能全为 0；平常的一天或一月写 1",
}

KINDS: dict[str, tuple[str, str]] = {
    "null": ("nothing (null)", "空值（null）"),
    "mapping": ("a mapping", "映射"),
    "list": ("a list", "列表"),
    "word": ("the word '{text}'", "单词 '{text}'"),
    "text": ("the text '{text}'", "文本 '{text}'"),
    "number": ("{text}", " {text}"),
    "switch": ("the switch {text}", "开关值 {text}"),
    "other": ("a Python {text}", " Python 的 {text}"),
}

# What is counted or measured: unit → (English plural, Chinese).
UNITS: dict[str, tuple[str, str]] = {
    "share": ("a share", "比例"),
    "money": ("an amount of money", "金额"),
    "users": ("users", "用户数"),
    "days": ("days", "天数"),
    "weeks": ("weeks", "周数"),
    "runs": ("runs", "次数"),
    "friends": ("friends", "好友数"),
}
