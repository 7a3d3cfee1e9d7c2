"""From a listing to the tokens by which it is filtered (rules)."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from shared_apps.kernel.money import Money, exponent
from shared_apps.kernel.slugs import fold, slug_of

CATEGORY, VENDOR, BRAND, PRICE, AVAILABILITY = (
    "category",
    "vendor",
    "brand",
    "price",
    "availability",
)
IN_STOCK = f"{AVAILABILITY}=in-stock"
RESERVED = frozenset(
    {
        CATEGORY,
        VENDOR,
        BRAND,
        PRICE,
        AVAILABILITY,
        "q",
        "sort",
        "cursor",
        "limit",
        "price-min",
        "price-max",
        "page",
        "fields",
        "expand",
    }
)
_PRICE_STEPS = (0, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000)
_VALUE_LENGTH_MAX = 80
_WORD = re.compile(r"[^\W_]{2,60}")


@dataclass(frozen=True, slots=True)
class Token:
    """One thing that can be filtered by: group and value for machines, labels for people."""

    group: str
    value: str
    group_label: str
    label: str
    position: int = 0

    @property
    def text(self) -> str:
        return f"{self.group}={self.value}"


def group_code(name: str) -> str:
    """The group of an option or attribute; never one of our own names."""
    code = slug_of(name, length_max=60)
    return f"{code}-option" if code in RESERVED else code


def value_token(name: str, value: str, *, position: int = 0) -> Token:
    """The token of an option's or attribute's value: equal when they read equal."""
    slug = slug_of(value, length_max=_VALUE_LENGTH_MAX)
    if len(slug) >= _VALUE_LENGTH_MAX or not slug_of_letters(value):
        digest = hashlib.sha256(fold(value).encode()).hexdigest()[:10]
        slug = f"{slug[:60].strip('-')}-{digest}" if slug_of_letters(value) else digest
    return Token(group_code(name), slug, name[:120], value[:255], position)


def slug_of_letters(value: str) -> bool:
    """Has the text letters that a slug can show?"""
    return any(letter.isascii() and letter.isalnum() for letter in fold(value))


def category_tokens(path: str, trail: Sequence[str]) -> list[Token]:
    """The category and everything above it, so that a parent holds what its children hold."""
    slugs = path.split("/") if path else []
    return [
        Token(CATEGORY, "/".join(slugs[: depth + 1]), "Category", trail[depth], depth)
        for depth in range(min(len(slugs), len(trail)))
    ]


def price_token(price: Money) -> Token:
    """The range a price falls into, in whole units: price=25-50, price=5000-."""
    scale = 10 ** exponent(price.currency) if exponent(price.currency) else 100
    step = max(index for index, low in enumerate(_PRICE_STEPS) if low * scale <= price.minor)
    low = _PRICE_STEPS[step] * scale
    high = _PRICE_STEPS[step + 1] * scale if step + 1 < len(_PRICE_STEPS) else None
    value = f"{low}-{high or ''}"
    return Token(PRICE, value, "Price", value, step)


def words_of(texts: Iterable[str]) -> dict[str, str]:
    """The words of some texts, folded, with one way in which each is written."""
    found: dict[str, str] = {}
    for text in texts:
        for word in _WORD.findall(text):
            found.setdefault(fold(word)[:60], word[:60].lower())
    return found
