"""A matplotlib SVG made fit to stand inside an HTML page."""

from __future__ import annotations

import re

from markupsafe import Markup, escape

_ID = re.compile(r'\bid="([^"]+)"')
_REFERENCE = re.compile(r'(?:xlink:)?href="#([^"]+)"')
_URL = re.compile(r"url\(#([^)]+)\)")


def inline_svg(svg: bytes, prefix: str, title: str, description: str) -> Markup:
    """The `<svg>` element with unique ids, and a title and a description for readers who do not see it."""
    text = svg.decode("utf-8")
    text = text[text.index("<svg") :].strip()
    text = re.sub(r"<metadata>.*?</metadata>", "", text, flags=re.DOTALL)
    text = re.sub(r'<style type="text/css">.*?</style>', "", text, flags=re.DOTALL)
    text = re.sub(r"<!--.*?-->\s*", "", text, flags=re.DOTALL)
    # Ids are shared by a page: two figures must not draw each other's glyphs and clips.
    text = _ID.sub(rf'id="{prefix}-\1"', text)
    text = _REFERENCE.sub(rf'href="#{prefix}-\1"', text)
    text = _URL.sub(rf"url(#{prefix}-\1)", text)
    head, _, body = text.partition(">")
    size = re.search(r'viewBox="[^"]+"', head)
    if size is None:
        raise ValueError("the SVG has no viewBox")
    body = body.replace("xlink:href=", "href=")
    return Markup(
        f'<svg {size.group(0)} role="img" aria-labelledby="{prefix}-title {prefix}-desc" class="figure">'
        f'<title id="{prefix}-title">{escape(title)}</title><desc id="{prefix}-desc">{escape(description)}</desc>{body}'
    )
