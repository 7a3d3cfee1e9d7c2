"""What only shoppers' pages need: quick cards, data for search engines, names of countries."""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Mapping
from functools import lru_cache
from threading import Lock
from typing import Any
from weakref import WeakKeyDictionary

from django import template
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from shared_apps.kernel.money import Money
from tenant_apps.storefront.queries.addresses import absolute as absolute_address
from themes.domain.tiles import ProductTile
from themes.queries import active_chain
from themes.templatetags.ui import facet_option, reader_locale

register = template.Library()

CARDS_KEPT = 4096
_cards: OrderedDict[tuple[object, ...], SafeString] = OrderedDict()
_fragments: WeakKeyDictionary[object, dict[tuple[object, ...], SafeString]] = WeakKeyDictionary()
_lock = Lock()
_ESCAPES = {ord("<"): "\\u003C", ord(">"): "\\u003E", ord("&"): "\\u0026"}
register.filter("absolute", absolute_address)


@register.simple_tag
def product_card(tile: ProductTile, eager: bool = False) -> SafeString:  # noqa: FBT001, FBT002
    """A product on a card. The same values give the same markup, so the process keeps what it rendered."""
    key = (active_chain(), translation.get_language(), eager, _identity(tile))
    with _lock:
        card = _cards.get(key)
    if card is None:
        card = render_to_string("components/product_card.html", {"tile": tile, "eager": eager})
        with _lock:
            _cards[key] = card
            while len(_cards) > CARDS_KEPT:
                _cards.popitem(last=False)
    return card


def _identity(tile: ProductTile) -> tuple[object, ...]:
    """Everything a card shows, as something to compare by."""
    picture = tile.picture
    drawn = (picture.src, picture.alt, tuple(picture.sources.get("avif", ()))) if picture else None
    return (
        *(tile.name, tile.url, tile.price, tile.seller, tile.was, tile.from_price),
        *(tile.rating, tile.reviews, tile.tag, tile.sponsored, tile.sold_out, drawn),
    )


@register.simple_tag
def once(template_name: str, **subject: object) -> SafeString:
    """A fragment about one object, `{% once "x.html" page=page %}`, rendered once for as long as the object lives.

    Only for fragments that show nothing of the request: no token, no person, no panel.
    """
    (name, value), *_ = subject.items()
    key = (template_name, active_chain(), translation.get_language())
    with _lock:
        fragments = _fragments.setdefault(value, {})
        fragment = fragments.get(key)
    if fragment is None:
        fragment = render_to_string(template_name, {name: value})
        with _lock:
            fragments[key] = fragment
    return fragment


@register.simple_tag
def price_option(option: Any) -> SafeString:
    """A range of prices to filter by."""
    reader = (active_chain(), translation.get_language())
    return facet_option(option, _in_words(option.low, option.high, reader))


@lru_cache(maxsize=1024)
def _in_words(low: Money | None, high: Money | None, _reader: object) -> SafeString:
    found = {"label": "", "low": low, "high": high}
    return SafeString(render_to_string("storefront/_option.html", {"option": found}).strip())


@register.simple_tag
def json_ld(data: Mapping[str, Any]) -> SafeString:
    """A data block for search engines. Browsers do not run it, so the policy of scripts allows it."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":")).translate(_ESCAPES)
    return format_html('<script type="application/ld+json">{}</script>', mark_safe(text))  # noqa: S308  (escaped)


@register.filter
def country(code: str) -> str:
    """The name of a country in the reader's language."""
    return str(reader_locale().territories.get(code.upper(), code))
