"""While the shopper types: words completed, typos corrected, the first cards."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection

from shared_apps.kernel.slugs import fold
from tenant_apps.discovery.models import SearchTerm
from tenant_apps.discovery.queries.cards import Card, card_of, listed
from tenant_apps.discovery.queries.texts import text_query, words_of

_TEXT_LENGTH_MAX = 80


@dataclass(frozen=True, slots=True)
class Suggestions:
    """`texts` complete what was typed, `cards` are the first that match it."""

    texts: tuple[str, ...]
    cards: tuple[Card, ...]
    did_you_mean: str = ""


def suggest(text: str, *, limit: int = 6) -> Suggestions:
    """Completions and cards for an unfinished text. Two queries, four when nothing matches."""
    words = words_of(fold(text[:_TEXT_LENGTH_MAX]))
    if not words:
        return Suggestions((), ())
    found = _suggest(words, limit)
    if found.texts or found.cards:
        return found
    better = corrected(" ".join(words))
    if not better:
        return found
    instead = _suggest(better.split(), limit)
    return Suggestions(instead.texts or (better,), instead.cards, better)


def corrected(text: str) -> str:
    """The text with each unknown word replaced by the nearest one that occurs; "" if none is.

    One query, on the words only: trigrams of whole titles would cost a hundred times as much.
    """
    words = words_of(fold(text))
    if not words:
        return ""
    with connection.cursor() as cursor:
        cursor.execute(_NEAREST, [words])
        nearest = dict(cursor.fetchall())
    better = [nearest.get(word) or word for word in words]
    return " ".join(better) if better != words else ""


_NEAREST = """
SELECT w.word, coalesce(
    (SELECT t.word FROM discovery_searchterm t WHERE t.word = w.word),
    (SELECT t.word FROM discovery_searchterm t WHERE t.word %% w.word
     ORDER BY similarity(t.word, w.word) DESC, t.documents DESC, t.word LIMIT 1)
)
FROM unnest(%s::text[]) AS w(word)
"""


def _suggest(words: list[str], limit: int) -> Suggestions:
    *before, last = words
    terms = SearchTerm.objects.filter(word__startswith=last).order_by("-documents", "word")
    shown = list(terms.values_list("shown", flat=True)[:limit])
    rows = listed().filter(search=text_query(" ".join(words)))
    cards = tuple(map(card_of, rows.order_by("-in_stock", "-popularity", "-id")[:limit]))
    head = " ".join(before)
    return Suggestions(tuple(f"{head} {term}".strip() for term in shown), cards)
