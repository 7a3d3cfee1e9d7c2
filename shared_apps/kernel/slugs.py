"""Text for addresses and for comparing: slugs and folded words."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Callable

from shared_apps.kernel.ids import base32

_NOT_SLUG = re.compile(r"[^a-z0-9]+")


def fold(text: str) -> str:
    """Lower case without accents: what people mean when they type "cafe" for "Café"."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def slug_of(text: str, *, length_max: int = 140) -> str:
    """Letters a-z, digits and single hyphens; random when the text has none of them."""
    slug = _NOT_SLUG.sub("-", fold(text).encode("ascii", "ignore").decode()).strip("-")
    slug = slug[:length_max].strip("-")
    return slug or base32(os.urandom(5))


def free_slug(text: str, is_taken: Callable[[str], bool], *, length_max: int = 140) -> str:
    """The slug of a text, numbered when others have it already."""
    first = slug_of(text, length_max=length_max - 7)
    if not is_taken(first):
        return first
    for number in range(2, 20):
        if not is_taken(f"{first}-{number}"):
            return f"{first}-{number}"
    return f"{first}-{base32(os.urandom(3))}"
