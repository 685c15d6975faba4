"""Everything that a lever file or a block of a scenario says in English stands in Chinese in sim/words, and nothing there is left over."""

import ast
import inspect
import re

import pytest
from fontTools.ttLib import TTCollection, TTFont
from matplotlib import font_manager
from saying import OWN, said, sources

import run
from analysis import catalogue, lever_words, pages, style
from analysis.language import say, speaking
from sim import words
from sim.parameter import specification
from sim.scenario.check import BLOCKS
from sim.scenario.plans import SECTIONS, Aim
from sim.scenario.schema import Run

CHINESE = re.compile("[\u4e00-\u9fff]")
CODE = re.compile(r"`[^`]*`|^ {4}.*$", re.MULTILINE)
LATIN = re.compile(r"[A-Za-zÀ-ž][A-Za-zÀ-ž]+")
KNOWN = {"de", "den", "van", "et", "al", "eBay", "iOS", "sBG", "gamma"}
"""Small Latin words that Chinese keeps: parts of names, brands and models. Names with a capital must stand in the English, too."""
CITATION = re.compile(r"[A-ZÀ-ža-z&,. -]+ (19|20)\d\d")
"""A source that is nothing but a publication is the same in every language."""
SAID = said()


def left_in_english(text: str, english: str) -> list[str]:
    """Latin words of a Chinese text that are neither code, nor known, nor a name in the English text."""
    return [w for w in LATIN.findall(CODE.sub("", text)) if w not in KNOWN and not (w[0].isupper() and w in english)]


def english_of(module: str) -> set[str]:
    """What a module's catalogue must have Chinese for."""
    return {text for text in SAID[module].values() if not (module == "sources" and CITATION.fullmatch(text))}


@pytest.mark.parametrize("module", SAID)
def test_every_english_text_has_a_chinese_one_and_no_chinese_one_is_left_over(module):
    english, chinese = english_of(module), set(words.catalogue(module)["words"])
    assert english - chinese == set(), f"sim/words/{module}.toml lacks these"
    assert chinese - english == set(), f"sim/words/{module}.toml has these, and nobody says them any more"


def test_there_is_a_catalogue_for_every_module_that_says_something_and_no_other():
    assert {file.stem for file in words.FOLDER.glob("*.toml")} == {*SAID, "units"}


@pytest.mark.parametrize("name", OWN)
def test_a_levers_description_was_read_again_when_the_english_changed(name):
    doc = OWN[name].doc
    hint = f'sim/words/{name}.toml: read the English again, then write of = "{words.digest(doc)}"'
    assert words.about(name, doc) != ("", ""), hint
    assert words.about(name, doc + " More.") == ("", "")


@pytest.mark.parametrize("module", SAID)
def test_the_chinese_is_chinese_but_for_names_and_code(module):
    found = dict(words.catalogue(module)["words"])
    if module in OWN:
        found |= {f"{OWN[module].doc} ": words.catalogue(module)["line"], f"{OWN[module].doc}  ": words.catalogue(module)["doc"]}
    for english, chinese in found.items():
        assert left_in_english(chinese, english) == [], chinese
        assert CHINESE.search(chinese) or module == "sources", chinese


def test_a_word_left_in_english_is_found():
    assert left_in_english("每单 discount 金额", "discount off the order") == ["discount"]
    assert left_in_english("`discount`（Linden 2006）", "Linden 2006") == []


def numbers(text: str) -> list[str]:
    """The numbers of a text that carry a fraction or more than one digit."""
    return sorted(re.findall(r"\d[\d,]*\.\d+|(?<![\d.])\.\d+|\d[\d,]*\d", re.sub(r"\d+ million", "", text)))


@pytest.mark.parametrize("module", SAID)
def test_numbers_in_a_text_are_the_same_in_both_languages(module):
    for english, chinese in words.catalogue(module)["words"].items():
        assert [n for n in numbers(english) if n not in chinese] == [], (english, chinese)


@pytest.mark.skipif(style.wide_font() is None, reason=f"no font with Chinese characters here: {style.FONT_HINT.en}")
def test_every_character_has_a_glyph():
    file = font_manager.findfont(style.wide_font(), fallback_to_default=False)
    fonts = TTCollection(file).fonts if file.endswith("ttc") else [TTFont(file)]
    plain = TTFont(font_manager.findfont(style.BASE_FONT))
    known = set().union(*(font.getBestCmap() for font in (*fonts, plain)))
    with speaking("zh"):
        used = {c for text in pages.pages("zh").values() for c in text}
    written = [*run.SCENARIOS.rglob("*.yaml"), *(run.SCENARIOS.parent / "docs" / "lessons" / "zh").glob("*.md")]
    used |= {c for file in written for c in file.read_text(encoding="utf-8")}
    assert {c for c in used if ord(c) not in known} == {"\n"}


def test_a_plug_in_without_chinese_is_told_in_english():
    assert words.chinese("parcels sent", "free_delivery") == "parcels sent"
    assert words.about("free_delivery", "Free delivery 包邮: sent free.") == ("", "")
    with speaking("zh"):
        assert lever_words.lever_text("free_delivery", "Free delivery 包邮: sent free.\n\nMore.") == (
            "包邮（Free delivery）：sent free.\n\nMore."
        )


def test_a_text_is_found_whatever_its_line_breaks():
    assert words.chinese("taken off\n   the order", "coupons") == words.catalogue("coupons")["words"]["taken off the order"]


def test_every_unit_and_account_is_said_in_chinese():
    blocks = [lever.Parameters for lever in OWN.values()] + [*BLOCKS.values(), *SECTIONS.values(), Aim]
    units = {facts["unit"] for block in blocks for facts in specification(block).values()}
    units |= {one.unit for lever in OWN.values() for table in (lever.columns, lever.counters, lever.shared) for one in table.values()}
    with speaking("zh"):
        assert [unit for unit in units if LATIN.search(lever_words.unit(unit))] == []
    used = units | {part for unit in units for part in unit.split("/")}
    assert set(words.catalogue("units")["words"]) - used == set()
    assert {name for lever in OWN.values() for name in lever.accounts} <= set(lever_words.ACCOUNTS)


def test_everything_that_the_levers_verb_says_is_chinese_where_asked():
    with speaking("zh"):
        table = catalogue.catalogue() | catalogue.world()
        text = catalogue.render(table, whole=True)
    for name, entry in table.items():
        assert all(CHINESE.search(line) for line in entry["doc"].split("\n\n") if not line.startswith("    ")), name
        assert [p for p, facts in entry["parameters"].items() if not CHINESE.search(facts["meaning"])] == [], name
    assert not re.search("Source|assumption|design|grade| to |none", text.replace("per_renewal, none", "").replace("none, fee", ""))


def test_a_block_of_a_scenario_can_be_looked_up():
    assert set(catalogue.world()) == set(BLOCKS) - {"segments"}
    assert catalogue.world()["run"]["doc"] == Run.__doc__
    with speaking("zh"):
        assert catalogue.world()["run"]["doc"] == "模拟多大规模。" and say("a", "b") == "b"


def test_sources_that_are_only_a_publication_need_no_chinese():
    assert CITATION.fullmatch("Watts & Strogatz 1998") and not CITATION.fullmatch("Bass 1969, mean of studies")
    assert "Linden 2006" in set(sources())


def refusals(name: str) -> list[str]:
    """What a lever file says when it refuses values, as it stands in ``raise ValueError(…)``; {} for what is filled in."""
    tree = ast.parse(inspect.getsource(OWN[name].module))
    raised = [n.exc.args[0] for n in ast.walk(tree) if isinstance(n, ast.Raise) and isinstance(n.exc, ast.Call)]
    return [
        said.value if isinstance(said, ast.Constant) else "".join(p.value if isinstance(p, ast.Constant) else "{}" for p in said.values)
        for said in raised
    ]


@pytest.mark.parametrize("name", [name for name in OWN if refusals(name)])
def test_a_levers_own_refusals_are_chinese_with_the_same_values(name):
    assert set(refusals(name)) == set(words.catalogue(name)["rules"])
    for english in refusals(name):
        told = words.rule(english.replace("{}", "73"), name)
        assert CHINESE.search(told)
        assert told.count("73") == english.count("{}")


def test_a_refusal_nobody_translated_is_told_in_english():
    assert words.rule("something new", "tiers") == "something new"
