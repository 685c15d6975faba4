"""A matplotlib SVG made fit to stand inside an HTML page."""

from __future__ import annotations

import re

from markupsafe import Markup, escape

from analysis.plots.picture import HEADING, NOTE

_ID = re.compile(r'\bid="([^"]+)"')
_REFERENCE = re.compile(r'(?:xlink:)?href="#([^"]+)"')
_URL = re.compile(r"url\(#([^)]+)\)")
_GROUP = re.compile(r"<g[ >]|</g>")
_DEFINITIONS = re.compile(r"<defs>.*?</defs>\s*", re.DOTALL)
_GLYPH = re.compile(r'<path id="([^"]+)"[^>]*/>\s*')
_VIEW = re.compile(r'viewBox="0 0 ([\d.]+) [\d.]+"')


def inline_svg(svg: bytes, prefix: str, title: str, description: str, body: tuple[float, float]) -> Markup:
    """The `<svg>` element with unique ids, and a title and a description for readers who do not see it.

    ``body``: top and height of the part that is shown; heading and note are taken out. Raises ``ValueError`` without a view box.
    """
    text = svg.decode("utf-8")
    text = text[text.index("<svg") :].strip()
    text = re.sub(r"<metadata>.*?</metadata>", "", text, flags=re.DOTALL)
    text = re.sub(r'<style type="text/css">.*?</style>', "", text, flags=re.DOTALL)
    text = re.sub(r"<!--.*?-->\s*", "", text, flags=re.DOTALL)
    text = _without(_without(text, HEADING), NOTE)
    used = set(_REFERENCE.findall(text)) | set(_URL.findall(text))
    text = _DEFINITIONS.sub(lambda defs: _GLYPH.sub(lambda glyph: glyph[0] if glyph[1] in used else "", defs[0]), text)
    # Ids are shared by a page: two figures must not draw each other's glyphs and clips.
    text = _ID.sub(rf'id="{prefix}-\1"', text)
    text = _REFERENCE.sub(rf'href="#{prefix}-\1"', text)
    text = _URL.sub(rf"url(#{prefix}-\1)", text)
    head, _, rest = text.partition(">")
    size = _VIEW.search(head)
    if size is None:
        raise ValueError("the SVG has no viewBox that begins at 0 0")
    top, height = body
    return Markup(
        f'<svg viewBox="0 {top:.2f} {size[1]} {height:.2f}" role="img" aria-labelledby="{prefix}-title {prefix}-desc" class="figure">'
        f'<title id="{prefix}-title">{escape(title)}</title><desc id="{prefix}-desc">{escape(description)}</desc>{rest}'
    )


def _without(text: str, name: str) -> str:
    """An SVG without the group of this id; the glyphs that it is the first to define stay, for others use them, too."""
    start = text.find(f'<g id="{name}">')
    if start < 0:
        return text
    depth = 0
    for tag in _GROUP.finditer(text, start):
        depth += 1 if tag[0] != "</g>" else -1
        if depth == 0:
            return text[:start] + "".join(_DEFINITIONS.findall(text[start : tag.end()])) + text[tag.end() :]
    raise ValueError(f"the group {name!r} has no end")
