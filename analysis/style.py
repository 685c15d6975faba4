"""How every figure looks: ink, palette, line patterns, fonts, and settings that give the same bytes every time."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cache

import matplotlib as mpl
from matplotlib import font_manager
from matplotlib.ft2font import FT2Font

from analysis.language import Both, say, spoken
from analysis.text import clean

INK = "#1f2328"
QUIET = "#5c6370"
"""Secondary text and the baseline: 5.9:1 on white."""
RULE = "#d5d8dd"
PAPER = "#ffffff"
BASELINE = QUIET
PALETTE = ("#0063a8", "#b8410b", "#007055", "#8b2f86", "#7a5c00", "#006f8e", "#c2185b", "#3b3f9e", "#4d6b1f", "#8a3324")
"""Each at least 4.5:1 on white, so that a label may have its line's colour; patterns tell apart what hue does not."""
PATTERNS: tuple[str | tuple[int, tuple[float, ...]], ...] = (
    "solid",
    (0, (5, 1.5)),
    (0, (1.2, 1.2)),
    (0, (6, 1.5, 1.2, 1.5)),
    (0, (9, 2)),
    (0, (3, 1, 1, 1, 1, 1)),
    (0, (2, 2.5)),
)
STAGES = {
    "prospect": "#eceef1",
    "registered": "#9ecae1",
    "customer": "#0063a8",
    "dormant": "#f0b35c",
    "churned": "#b9bec6",
}
BASE_FONT = "DejaVu Sans"
"""Comes with matplotlib, so the same everywhere."""
WIDE_FONTS = (
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "Source Han Sans CN",
    "Noto Sans CJK JP",
    "Noto Sans CJK TC",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "PingFang SC",
    "Hiragino Sans GB",
    "Heiti SC",
    "STHeiti",
    "Microsoft YaHei",
    "SimHei",
    "DengXian",
    "Arial Unicode MS",
    "Noto Serif CJK SC",
    "Source Han Serif SC",
    "SimSun",
    "Droid Sans Fallback",
)
"""Fonts with Chinese characters, those that read best on a screen first."""
FONT_HINT = Both(
    "install a Chinese font (Debian, Ubuntu: apt-get install fonts-noto-cjk; Fedora: dnf install google-noto-sans-cjk-fonts; "
    "macOS and Windows have one)",
    "请安装中文字体（Debian、Ubuntu：apt-get install fonts-noto-cjk；Fedora：dnf install google-noto-sans-cjk-fonts；macOS 和 Windows "
    "自带）",
)
SETTINGS = {
    "figure.dpi": 150,
    "savefig.dpi": 150,
    "figure.facecolor": PAPER,
    "axes.facecolor": PAPER,
    "savefig.facecolor": PAPER,
    "font.size": 9.5,
    "text.color": INK,
    "axes.labelcolor": QUIET,
    "axes.labelsize": 9,
    "axes.edgecolor": "#8b919b",
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.color": QUIET,
    "ytick.color": QUIET,
    "xtick.labelsize": 9,
    "ytick.labelsize": 9,
    "axes.grid": False,
    "grid.color": RULE,
    "grid.linewidth": 0.6,
    "axes.unicode_minus": True,
    "lines.linewidth": 1.8,
    "lines.solid_capstyle": "round",
    # Text as paths: the picture looks the same where the font is missing, and no font is asked for.
    "svg.fonttype": "path",
    "svg.hashsalt": "lifecycle",
    "path.simplify": True,
    # Names are data: a dollar sign in one must not start a formula.
    "text.parse_math": False,
}


class MissingFontWarning(UserWarning):
    """A name has characters that no installed font can draw."""


@cache
def _characters(family: str) -> frozenset[int]:
    """The code points a font family can draw; empty if it is not installed."""
    try:
        path = font_manager.findfont(family, fallback_to_default=False)
    except ValueError:
        return frozenset()
    return frozenset(FT2Font(path).get_charmap())


@cache
def _installed_wide() -> tuple[str, ...]:
    def known() -> tuple[str, ...]:
        installed = {entry.name for entry in font_manager.fontManager.ttflist}
        return tuple(name for name in WIDE_FONTS if name in installed)

    found = known()
    if not found:
        # matplotlib remembers the fonts of its first start: one installed since then is looked for here.
        listed = {entry.fname for entry in font_manager.fontManager.ttflist}
        for path in sorted(set(font_manager.findSystemFonts()) - listed):
            # Some fonts cannot be read, and then they are no help here.
            with suppress(OSError, RuntimeError, ValueError):
                font_manager.fontManager.addfont(path)
        found = known()
    return found


def wide_font() -> str | None:
    """The installed font in which Chinese is drawn; None where there is none (``FONT_HINT`` says what to do)."""
    return next(iter(_installed_wide()), None)


def families(texts: Iterable[str]) -> list[str]:
    """The font families to set so that `texts` can be drawn.

    In English the base font, and one for CJK only where it is needed, so that figures are the same whatever is installed. In Chinese the
    CJK font comes first, for its figures and Latin letters go with its characters.
    """
    wide = wide_font() if spoken() == "zh" else None
    if wide is not None:
        return [wide, BASE_FONT]
    missing = {ord(c) for text in texts for c in text} - _characters(BASE_FONT) - {ord("\n")}
    if not missing:
        return [BASE_FONT]
    best = max(_installed_wide(), key=lambda name: len(missing & _characters(name)), default=None)
    return [BASE_FONT] if best is None else [BASE_FONT, best]


def names(scenarios: Sequence[str], limit: int = 80) -> dict[str, str]:
    """What figures call each scenario: its name, cleaned and at most `limit` long; `strategy 3` if no font can draw it.

    Two names never become the same label. Warns with MissingFontWarning, naming the package to install.
    """
    fonts = families(scenarios)
    drawable = frozenset().union(*(_characters(font) for font in fonts))
    labels: dict[str, str] = {}
    lost = []
    for number, name in enumerate(scenarios):
        label = clean(name, limit)
        if not all(ord(c) in drawable for c in label) or not label:
            label = say(f"strategy {number}", f"方案 {number}") if number else say("baseline", "基准方案")
            lost.append(f"{name!r} → {label!r}")
        if label in labels.values():
            label = f"{label} ({number})"
        labels[name] = label
    if lost:
        # Always from this line, so that Python shows it once a run and not once a figure.
        message = say(
            f"no installed font can draw some names; figures show {', '.join(lost)}: {FONT_HINT}",
            f"已安装的字体无法显示部分名称；图中改为 {'，'.join(lost)}：{FONT_HINT}",
        )
        warnings.warn(message, MissingFontWarning, stacklevel=1)
    return labels


def colours(scenarios: Sequence[str], baseline: str) -> dict[str, str]:
    """A colour for each scenario, the same in every figure; the baseline is grey."""
    others = [name for name in scenarios if name != baseline]
    return {baseline: BASELINE} | {name: PALETTE[i % len(PALETTE)] for i, name in enumerate(others)}


def patterns(scenarios: Sequence[str], baseline: str) -> dict[str, str | tuple[int, tuple[float, ...]]]:
    """A line pattern for each scenario, a second sign beside colour; the baseline is solid."""
    others = [name for name in scenarios if name != baseline]
    return {baseline: "solid"} | {name: PATTERNS[i % len(PATTERNS)] for i, name in enumerate(others)}


@contextmanager
def applied(texts: Iterable[str] = ()) -> Iterator[None]:
    """These settings, whatever the user's own are, for as long as the block lasts."""
    with mpl.rc_context():
        mpl.rcParams.update({**_plain(), "font.family": families(texts)})
        yield


@cache
def _plain() -> dict[str, object]:
    """Every setting as matplotlib ships it, and ours; found out once, for matplotlib checks each of them. Deprecated ones are let be."""
    plain: dict[str, object] = {}
    with mpl.rc_context(), warnings.catch_warnings():
        mpl.rcdefaults()
        mpl.rcParams.update(SETTINGS)
        warnings.simplefilter("error", mpl.MatplotlibDeprecationWarning)
        for name in set(mpl.rcParams) - {"backend"}:
            with suppress(mpl.MatplotlibDeprecationWarning):
                mpl.rcParams[name] = plain[name] = mpl.rcParams[name]
    return plain


def contrast(first: str, second: str = PAPER) -> float:
    """The WCAG contrast ratio of two colours, 1 to 21."""
    lighter, darker = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    channels = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in mpl.colors.to_rgb(colour)]
    return 0.2126 * channels[0] + 0.7152 * channels[1] + 0.0722 * channels[2]
