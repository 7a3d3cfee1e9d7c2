"""What a text says about itself before a person reads it (rules)."""

from __future__ import annotations

import re

_LINK = re.compile(
    r"(?:https?://|www\.)\S+|\b[\w-]+\.(?:com|net|org|shop|info|ru|xyz)\b", re.IGNORECASE
)
_MAIL = re.compile(r"[\w.+-]+@[\w-]+\.\w+")
_PHONE = re.compile(r"\+?\d(?:[\s()/.-]?\d){8,}")
_RUN = re.compile(r"(\w)\1{6,}")
_LETTERS_OF_SHOUTING = 25


def doubts_of(title: str, text: str) -> list[str]:
    """Why a person should read this before everybody does: reason codes, none for most."""
    whole = f"{title}\n{text}"
    found = {
        "link": bool(_LINK.search(_MAIL.sub("", whole))),
        "personal_data": bool(_MAIL.search(whole) or _PHONE.search(whole)),
        "spam": bool(_RUN.search(whole)),
        "shouting": _shouts(whole),
    }
    return [reason for reason, holds in found.items() if holds]


def _shouts(text: str) -> bool:
    letters = [letter for letter in text if letter.isalpha()]
    return len(letters) >= _LETTERS_OF_SHOUTING and sum(map(str.isupper, letters)) * 10 > 8 * len(
        letters
    )


def shown_name(name: str) -> str:
    """How an author appears: the first name and the letter of the last, "Cy C."."""
    words = name.split("@", maxsplit=1)[0].split()
    if not words:
        return ""
    return words[0] if len(words) == 1 else f"{words[0]} {words[-1][0].upper()}."
