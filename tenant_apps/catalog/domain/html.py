"""Foreign HTML made harmless, and its text for search and meta tags (rules)."""

from __future__ import annotations

import html
import re

import nh3

_TAGS = {
    "a",
    "b",
    "blockquote",
    "br",
    "em",
    "h2",
    "h3",
    "h4",
    "i",
    "li",
    "ol",
    "p",
    "strong",
    "sub",
    "sup",
    "table",
    "tbody",
    "td",
    "th",
    "thead",
    "tr",
    "u",
    "ul",
}
_DROPPED_WITH_CONTENT = {"script", "style", "iframe", "object", "svg", "math", "template", "title"}
_BLOCK_END = re.compile(
    r"<(?:br|hr|/p|/li|/h[1-6]|/div|/t[dhr]|/blockquote)\b[^>]*>", re.IGNORECASE
)
_HEADING_ONE = re.compile(r"<(/?)h1\b", re.IGNORECASE)
_EMPTY = re.compile(r"<(p|li|h[2-4])>\s*(?:<br>)?\s*</\1>")


def sanitised(source: str) -> str:
    """The HTML with only the tags a description needs: no styles, classes, images or scripts.

    Links keep http, https and mailto addresses and get rel="nofollow noopener".
    """
    cleaned = nh3.clean(
        _HEADING_ONE.sub(r"<\1h2", source.replace("\x00", "")),
        tags=_TAGS,
        clean_content_tags=_DROPPED_WITH_CONTENT,
        attributes={"a": {"href"}, "td": {"colspan"}, "th": {"colspan"}},
        url_schemes={"http", "https", "mailto"},
        link_rel="nofollow noopener",
        strip_comments=True,
    )
    return _EMPTY.sub("", cleaned.replace("\xa0", " ").replace("&nbsp;", " ")).strip()


def text_of(source: str) -> str:
    """The words of some HTML, one blank between them."""
    spaced = _BLOCK_END.sub(lambda end: f"{end.group()} ", source.replace("\x00", ""))
    bare = nh3.clean(spaced, tags=set(), clean_content_tags=_DROPPED_WITH_CONTENT)
    return " ".join(html.unescape(bare).split())


def shortened(text: str, length_max: int) -> str:
    """The beginning of a text up to the end of a word, with an ellipsis when cut."""
    if len(text) <= length_max:
        return text
    cut = text[: length_max - 1]
    head, blank, _ = cut.rpartition(" ")
    return f"{head if blank else cut}…"
