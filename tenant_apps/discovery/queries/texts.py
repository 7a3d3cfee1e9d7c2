"""What queries and the writing of cards must agree on (rules)."""

from __future__ import annotations

import re
from typing import Any

from django.contrib.postgres.search import SearchQuery as TextQuery

from shared_apps.kernel.context import current_tenant
from shared_apps.kernel.money import Money
from shared_apps.kernel.slugs import fold

_OPERATORS = re.compile(r"[\"-]|\bor\b")
# Each one nests the query of PostgreSQL deeper, until its stack is too small.
_MINUSES = re.compile(r"-(?:[\s\"-]*-)+")
_AMOUNT = re.compile(r"[0-9]{1,12}\Z")
_LETTERS = re.compile(r"[^\W_]+")

_CONFIGS = {
    "ar": "arabic",
    "da": "danish",
    "de": "german",
    "en": "english",
    "es": "spanish",
    "fi": "finnish",
    "fr": "french",
    "it": "italian",
    "nl": "dutch",
    "no": "norwegian",
    "pt": "portuguese",
    "ru": "russian",
    "sv": "swedish",
    "tr": "turkish",
}


def search_config(language: str) -> str:
    """PostgreSQL's name of a language's rules, `simple` where it has none."""
    return _CONFIGS.get(language.partition("-")[0], "simple")


def price_range(value: str, currency: str) -> tuple[Money, Money | None] | None:
    """The amounts between which a price token's value lies; None for anything else."""
    low, dash, high = value.partition("-")
    if not (dash and _AMOUNT.match(low) and (high == "" or _AMOUNT.match(high))):
        return None
    return Money(int(low), currency), Money(int(high), currency) if high else None


def text_query(text: str) -> Any:
    """Words as written or in the tenant's language; the last one may be unfinished.

    Quotes, a leading minus and "or" mean what they mean to search engines.
    """
    config = search_config(current_tenant().language)
    folded = fold(text)
    asked: Any = TextQuery(folded, config="simple", search_type="websearch")
    if config != "simple":
        asked = asked | TextQuery(folded, config=config, search_type="websearch")
    prefix = unfinished(folded)
    if prefix:
        asked = asked | TextQuery(prefix, config="simple", search_type="raw")
    return asked


def readable(text: str, length: int) -> str:
    """The text as PostgreSQL can take it: on one line, of a length, minuses not repeated."""
    return _MINUSES.sub("-", " ".join(text.split())[:length])


def words_of(folded: str) -> list[str]:
    return _LETTERS.findall(folded)


def unfinished(folded: str) -> str:
    """A tsquery of all words whose last one is a beginning; "" when operators are used."""
    words = words_of(folded)
    if not words or _OPERATORS.search(folded):
        return ""
    return " & ".join([*words[:-1], f"{words[-1]}:*"])
