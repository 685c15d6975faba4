"""Everything that a check says is said in Chinese, with its numbers, and no Chinese is left over."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from analysis.evidence.check import Check, Row
from analysis.evidence.page import page
from analysis.evidence.study import CHECKS, Outcome, told
from analysis.evidence.words import catalogue, open_form
from analysis.evidence.words import told as meant
from analysis.language import Both, speaking

DOCS = (Path(__file__).parents[2] / "docs" / "evidence.md").read_text(encoding="utf-8")
CHINESE = re.compile("[\u4e00-\u9fff]")
ROW = re.compile(r"^\| (.+) \(([^()]+)\) \|(?: [^|]+ \|){3} (?:inside|\*\*outside\*\*)(?:; ([^|]+))? \|(?: [^|]+ \|)?$", re.MULTILINE)
ONLY_A_PUBLICATION = re.compile(r"[\w ,&.-]+ #(, High End)?(; [\w ,&.-]+ #)?")


def said() -> dict[str, set[str]]:
    """What checks say, numbers left open: of all of them what is fixed, and the rows that docs/evidence.md shows."""
    rows = ROW.findall(DOCS)
    texts = {open_form(quantity) for quantity, _, _ in rows} | {open_form(note) for _, _, note in rows if note}
    texts |= {open_form(text) for check in CHECKS.values() for text in (check.setting, check.size, check.explained) if text}
    sources = {open_form(check.source) for check in CHECKS.values()}
    return {"texts": texts, "units": {unit for _, unit, _ in rows}, "sources": {s for s in sources if not ONLY_A_PUBLICATION.fullmatch(s)}}


@pytest.mark.parametrize("part", ["texts", "sources", "units"])
def test_every_text_of_a_check_has_a_chinese_one_and_none_is_left_over(part):
    english, chinese = said()[part], set(catalogue()[part])
    assert english - chinese == set(), f"analysis/evidence/chinese.toml lacks these {part}"
    assert chinese - english == set(), f"analysis/evidence/chinese.toml has these {part}, and no check says them"


def test_a_chinese_text_has_every_number_of_the_english_once():
    for part in ("texts", "sources"):
        for english, chinese in catalogue()[part].items():
            assert sorted(re.findall(r"\{(\d)\}", chinese)) == [str(k) for k in range(english.count("#"))], english
            assert CHINESE.search(chinese) or part == "sources" or english.endswith("yaml."), english


def test_numbers_are_put_back_where_the_chinese_wants_them():
    with speaking("zh"):
        assert meant("2 repeat orders in weeks 1–39") == "第 1–39 周复购 2 次"
        assert meant("MineThatData, Hillstrom 2008, 64,000 customers", "sources") == "MineThatData，Hillstrom 2008，64,000 名客户"
        assert meant("never said before") == "never said before" and meant("per 1,000 users", "units") == "每 1,000 人"
    assert meant("break-even depth") == "break-even depth"


def test_page_and_talk_are_chinese_where_asked():
    row = Row("by week 5", "orders", 10.0, 20.0, 9.0, 11.0, note="customers: 12")
    check = Check("made_up", "table", Both("Made up", "虚构"), "BG/NBD of CDNOW", "D", lambda scale: [row], "scenarios/pitfalls/goodhart.yaml.")
    found = [Outcome(check, [row])]
    with speaking("zh"):
        from analysis.evidence.figure import picture

        drawn = picture(check, [row])
        html, talk = page(found, {"made_up": drawn}), told(found)
    for text in ("到第 5 周 (单)", "真实客户：12", "来源: CDNOW 的 BG/NBD"):
        assert text in html
    assert drawn.labels == ["到第 5 周"] and "来源：CDNOW 的 BG/NBD。" in drawn.note
    assert "到第 5 周：来源 10，模拟 20 单" in talk
