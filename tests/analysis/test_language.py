"""Two languages: everything is said in both, and every character of a figure has a glyph."""

import re
import warnings

import pytest
from frames import CHINESE, LONG, tables
from matplotlib import font_manager
from test_plots import boxes, faults
from test_report import Page, render

import run
from analysis import catalogue, curves, finding, lever_words, metrics, pages, style
from analysis.language import LANGUAGES, Both, say, speaking, spoken
from analysis.number import interval, percent, points, written
from analysis.plots import pictures
from analysis.result import left_out
from analysis.text import wrap
from sim.lever import levers
from sim.rule import PHASES

needs_font = pytest.mark.skipif(style.wide_font() is None, reason=f"no font with Chinese characters here: {style.FONT_HINT.en}")
LATIN = re.compile(r"[A-Za-z]{2,}")
KNOWN = {"Kaplan", "Meier", "LTV", "ROI", "CAC", "DAU", "MAU", "csv", "json"}
KNOWN |= {"summary", "retention", "daily", "cohorts", "ledger", "manifest"}
"""Latin words that Chinese text keeps: names of people, abbreviations of the field, files."""
MIXED = ["Baseline", "优惠券与会员等级", "Points", "社区 UGC", "Messaging", "召回", "Onboarding 新手引导", "等级 “金卡”"]


def strange(text: str) -> set[str]:
    """Latin words in a Chinese text that should not be there."""
    return set(LATIN.findall(text)) - KNOWN


def drawn(frames) -> list[tuple[str, object]]:
    """Every figure's name with what is wrong in it; a character without a glyph is an error."""
    with warnings.catch_warnings():
        warnings.filterwarnings("error", message="Glyph .* missing")
        return [(picture.name, found) for picture in pictures(frames) if (found := faults(picture)) != ([], [])]


@needs_font
@pytest.mark.parametrize(
    ("language", "count", "names"),
    [
        ("zh", 1, CHINESE),
        ("zh", 2, CHINESE),
        ("zh", 8, CHINESE),
        ("zh", 2, LONG),
        ("zh", 8, LONG),
        ("zh", 8, MIXED),
        ("en", 2, CHINESE),
        ("en", 8, CHINESE),
        ("en", 8, MIXED),
    ],
)
def test_every_character_of_a_figure_has_a_glyph_and_no_text_overlaps_another(language, count, names):
    with speaking(language):
        assert drawn(tables(count, replications=3, names=names)) == []


@needs_font
def test_the_glyph_test_can_fail(monkeypatch):
    monkeypatch.setattr(style, "families", lambda texts: [style.BASE_FONT])
    with speaking("zh"), pytest.raises(UserWarning, match="Glyph .* missing"):
        drawn(tables(2, replications=3))


@needs_font
def test_a_chinese_figure_is_chinese_in_all_its_words():
    # What lever files call their accounts is English where `lever_words` does not know it.
    with speaking("zh"):
        for picture in pictures(tables(8, chinese=True, replications=3)):
            assert strange(picture.finding + picture.how) == set(), picture.name
            words = strange(" ".join([picture.note, *(text for text, *_ in boxes(picture)[1])]))
            assert words <= {"member", "discount", "redeemed", "sends", "dormant", "after", "days"}, picture.name


@needs_font
def test_a_picture_told_in_one_language_is_drawn_in_it_whatever_is_spoken_later():
    with speaking("zh"):
        picture = pictures(tables(2, replications=3))[0]
    texts = " ".join(text for text, *_ in boxes(picture)[1])
    assert "与基准方案的差异" in texts and "difference" not in texts


@needs_font
def test_a_chinese_report_says_so_and_is_chinese_in_all_its_words():
    frames = tables(3, chinese=True, replications=3)
    frames.questions = {}
    with speaking("zh"):
        page = Page(render(frames, {"别的人群": []}))
    assert ("html", {"lang": "zh-CN"}) in page.tags
    definitions = page.text.index("所用口径")
    style_sheet = page.text.index(next(t for t in page.text if ":root" in t))
    texts = [t for k, t in enumerate(page.text[:definitions]) if k != style_sheet]
    known = {"dormant", "after", "days", "population", "coupling", "YAML", "uncertainty"}
    assert strange(" ".join(texts)) - known <= {"levers"}
    assert "差异不显著" in "".join(texts) and "相对“基准方案”" in "".join(texts)


def test_the_same_tables_say_the_same_in_both_languages():
    frames = tables(8, replications=3)
    labels = {name: name for name in frames.scenarios}
    for metric in ("bracket_30_90_order", "contribution_per_user", "incentive_cost_per_user"):
        told = {}
        for language in LANGUAGES:
            with speaking(language):
                told[language] = finding.comparison(frames, metric, labels)
        names = {language: re.findall("“(.+?)”", text) for language, text in told.items()}
        assert names["en"] == names["zh"] and len(names["en"]) == 1
        assert re.findall(r"\d+\.\d+", told["en"]) == re.findall(r"\d+\.\d+", told["zh"])


@pytest.mark.parametrize(
    ("points_gained", "sentence"),
    [
        ((4.2,), "“A”的90日区间留存（第61–90日下单）比基准方案高 4.2 个百分点"),
        ((-2.0,), "“A”的90日区间留存（第61–90日下单）比基准方案低 2.0 个百分点"),
        ((0.3,), "“A”与基准方案的90日区间留存（第61–90日下单）差异不显著"),
        ((4.2, 0.3), "“A”的90日区间留存（第61–90日下单）比基准方案高 4.2 个百分点；其余 1 个差异不显著"),
        ((4.2, 2.0, -1.0), "“A”的90日区间留存（第61–90日下单）比基准方案高 4.2 个百分点；另有 1 个方案也更高，1 个更低"),
    ],
)
def test_a_comparison_is_told_in_chinese(points_gained, sentence):
    from test_findings import made

    frames = made(*points_gained)
    with speaking("zh"):
        told = finding.comparison(frames, "bracket_30_90_order", {name: name for name in frames.scenarios})
    assert told.replace("\u00a0", " ") == sentence


def test_numbers_are_written_as_each_language_writes_them():
    with speaking("zh"):
        assert (percent(0.312), points(0.021)) == ("31.2%", "2.1\u00a0个百分点")
        assert interval(0.01, 0.02, "share", difference=True) == "+1.0 至 +2.0"
        assert written(47.0, "days") == "47\u00a0天"
    assert (percent(0.312), interval(30, 47, "days")) == ("31.2\u00a0%", "30 to 47")


def test_every_definition_stands_in_both_languages():
    texts = [both for m in metrics.METRICS for both in (m.label, m.formula, m.caveat)]
    texts += [both for d in (*curves.DEFINITIONS.values(), curves.DEPARTURE) for both in (d.label, d.axis, d.meaning, d.caveat)]
    for both in texts:
        assert both.en and re.search("[\u4e00-\u9fff]", both.zh), both
        assert re.findall(r"\{\w+\}", both.en) == re.findall(r"\{\w+\}", both.zh), both


def test_what_is_spoken_ends_with_the_block_and_must_be_known():
    with speaking("zh"):
        with speaking("en"):
            assert say("a", "b") == "a"
        assert spoken() == "zh" and str(Both("a", "b")) == "b"
    assert spoken() == "en"
    with pytest.raises(ValueError, match="en, zh"), speaking("fr"):
        pass


def test_lines_of_chinese_neither_begin_with_a_stop_nor_end_with_an_opening_mark():
    text = "“优惠券”，与（会员等级）：提升，最大。"
    for width in range(4, 12):
        lines = wrap(text, lambda line, width=width: len(line) <= width).split("\n")
        assert "".join(lines) == text
        assert not any(line[0] in "，。：）”" for line in lines), lines
        assert not any(line[-1] in "（“" for line in lines), lines


def test_levers_and_accounts_are_called_as_the_field_calls_them():
    doc = "Coupons 优惠券: sent every so often.\nMore."
    assert lever_words.lever_line("coupons", doc) == doc.split("\n")[0]
    assert lever_words.account("coupons.discount", doc) == "Coupons: discount"
    with speaking("zh"):
        assert lever_words.lever_line("coupons", doc) == "优惠券（Coupons）：sent every so often."
        assert lever_words.account("coupons.discount", doc) == "优惠券：优惠"
        assert lever_words.account("cost_of_goods") == "商品成本"
        assert lever_words.account("spring.spin", "") == "spring：spin"
        assert (lever_words.unit("share/day"), lever_words.unit("0 … 1"), lever_words.unit("log-rate")) == ("比例/天", "0 … 1", "对数率")
        assert lever_words.lever_line("new", "Something new: it acts.") == "Something new: it acts."


def test_every_kind_of_account_is_said_in_both_languages():
    assert {account.kind for lever in levers().values() for account in lever.accounts.values()} <= set(lever_words.KINDS)


def test_every_phase_of_a_rule_is_said_in_both_languages():
    assert set(pages.PHASE_WORDS) == set(PHASES)


def test_chinese_lever_pages_are_committed_as_they_are_made():
    folder = run.SCENARIOS.parent / "docs" / "levers" / "zh"
    committed = {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.md")}
    assert committed == pages.pages("zh"), "run: python -m analysis.pages"
    assert "| 参数 | 默认值 | 单位 | 范围 | 含义 | 来源 |" in committed["coupons.md"] and "**假设**" in committed["coupons.md"]


def test_the_catalogue_is_chinese_where_asked(capsys):
    assert run.execute(["levers", "coupons", "--lang", "zh"]) == 0
    told = capsys.readouterr().out
    assert "优惠券（Coupons）" in told and "来源：平台决策" in told and "（A 级）" in told
    assert catalogue.catalogue()["coupons"]["doc"].startswith("Coupons 优惠券")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--help", "--lang", "zh"], ["用法：", "选项：", "命令：", "显示本说明", "运行一个场景", "[默认：en]"]),
        (["compare", "--lang=zh", "--help"], ["多个场景与第一个比较", "以此文件为基准", "模拟的总人数"]),
        (["comparre", "--lang", "zh"], ["没有命令 'comparre'", "是否指 'compare'"]),
        (["simulate", "--lang", "zh"], ["缺少 'SCENARIO'", "--help --lang zh' 查看帮助"]),
        (["simulate", "x.yaml", "--usrs", "3", "--lang", "zh"], ["没有选项 --usrs", "--users"]),
        (["simulate", "x.yaml", "--users", "many", "--lang", "zh"], ["'--users' 的值无效", "不是整数"]),
        (["simulate", "x.yaml", "--threads", "0", "--lang", "zh"], ["不在范围 1<=x<=1024 之内"]),
        (["simulate", "x.yaml", "--lang", "zh", "--users"], ["选项 '--users' 需要一个值"]),
        (["levers", "a", "b", "--lang", "zh"], ["多余的参数：b"]),
        (["levers", "cupons", "--lang", "zh"], ["没有杠杆 'cupons'", "是否指 'coupons'"]),
    ],
)
def test_help_and_complaints_are_chinese_where_asked(arguments, words, capsys):
    code = run.execute(arguments)
    told = "".join(capsys.readouterr())
    assert code == (0 if "--help" in arguments else 2)
    assert [word for word in words if word not in told] == []
    assert "Error" not in told and "Usage" not in told


def test_without_a_chinese_font_the_package_is_named_before_anything_is_done(capsys, monkeypatch, tmp_path):
    monkeypatch.setattr(style, "_installed_wide", tuple)
    file = str(run.SCENARIOS / "baseline.yaml")
    assert run.execute(["simulate", file, "--lang", "zh", "--out", str(tmp_path / "o")]) == 2
    told = capsys.readouterr().err
    assert "fonts-noto-cjk" in told and "中文字体" in told
    assert not (tmp_path / "o").exists()


@needs_font
def test_a_font_installed_after_matplotlib_first_started_is_found(monkeypatch):
    listed = font_manager.fontManager.ttflist
    wide = {font.fname for font in listed if font.name in style.WIDE_FONTS}
    monkeypatch.setattr(font_manager.fontManager, "ttflist", [font for font in listed if font.fname not in wide])
    style._installed_wide.cache_clear()
    try:
        assert style.wide_font() in style.WIDE_FONTS
    finally:
        style._installed_wide.cache_clear()


def test_left_out_scenarios_are_named_with_what_differs():
    class Study:
        baseline, scenarios = "A", ("A", "B", "C")
        manifest = {
            "scenarios": {
                name: {"resolved": {"population": {"entry": entry, "spend": 1}, "run": {"users": 5, "days": days}}}
                for name, entry, days in (("A", "x", 9), ("B", "x", 9), ("C", "y", 8))
            }
        }

    class Drawn:
        scenarios = ("A", "B")

    assert left_out(Study, Drawn) == {"C": ["population.entry", "run.days"]}
    html = render(tables(2, replications=2), left_out(Study, Drawn))
    assert "<strong>C</strong>" in html and "<code>population.entry</code>" in html
