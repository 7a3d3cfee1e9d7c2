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
    Trigrams find candidates, the number of slips of the hand decides.
    """
    words = words_of(fold(text))
    if not words:
        return ""
    candidates: dict[str, list[str]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_CANDIDATES, [words])
        for word, near in cursor.fetchall():
            candidates.setdefault(word, []).append(near)
    better = [_nearest(word, candidates.get(word, [])) for word in words]
    return " ".join(better) if better != words else ""


# The word itself when it is known; what shares trigrams; what starts alike, for swapped letters.
_CANDIDATES = """
SELECT w.word, near.word FROM unnest(%s::text[]) AS w(word) CROSS JOIN LATERAL (
    SELECT t.word, t.documents FROM discovery_searchterm t
    WHERE t.word %% w.word
       OR t.word LIKE left(w.word, 1) || '%%'
          AND length(t.word) BETWEEN length(w.word) - 1 AND length(w.word) + 1
    ORDER BY t.word = w.word DESC, t.word %% w.word DESC, t.documents DESC LIMIT 300
) AS near ORDER BY w.word, near.documents DESC, near.word
"""


def _nearest(word: str, candidates: list[str]) -> str:
    if word in candidates or not candidates:
        return word
    slips, nearest = min(
        (slips_between(word, candidate), place, candidate)
        for place, candidate in enumerate(candidates)
    )[::2]
    return str(nearest) if int(slips) <= (1 if len(word) <= 4 else 2) else word


def slips_between(first: str, second: str) -> int:
    """Letters to add, drop, replace or swap with their neighbour (optimal string alignment)."""
    before_last: list[int] = []
    last = list(range(len(second) + 1))
    for row, letter in enumerate(first, 1):
        here = [row]
        for column, other in enumerate(second, 1):
            best = min(last[column] + 1, here[-1] + 1, last[column - 1] + (letter != other))
            is_swap = (
                row > 1
                and column > 1
                and (letter, first[row - 2])
                == (
                    second[column - 2],
                    other,
                )
            )
            here.append(min(best, before_last[column - 2] + 1) if is_swap else best)
        before_last, last = last, here
    return last[-1]


def _suggest(words: list[str], limit: int) -> Suggestions:
    *before, last = words
    terms = SearchTerm.objects.filter(word__startswith=last).order_by("-documents", "word")
    shown = list(terms.values_list("shown", flat=True)[:limit])
    rows = listed().filter(search=text_query(" ".join(words)))
    cards = tuple(map(card_of, rows.order_by("-in_stock", "-popularity", "-id")[:limit]))
    head = " ".join(before)
    return Suggestions(tuple(f"{head} {term}".strip() for term in shown), cards)
