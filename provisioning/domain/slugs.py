"""Which names an operator may take for the subdomain (rules)."""

from __future__ import annotations

import json
import re
import unicodedata
from functools import lru_cache
from pathlib import Path

from shared_apps.kernel.errors import Conflict, Unprocessable

LENGTH_MIN, LENGTH_MAX = 3, 40
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])\Z")
_RESERVED_FOLDER = Path(__file__).parent / "reserved"
# What this house itself may want to answer on, or what would deceive its visitors.
_OURS = frozenset(
    {"console", "galleria", "root", "site", "signup", "sign-up", "pay", "payments", "sandbox"}
    | {"static", "media", "rt", "health", "metrics", "caddy", "operator", "partner", "manage"}
)
# Digits that read like letters in most typefaces; a 1 is an l to some and an i to others.
_LOOKALIKES = [
    str.maketrans({"0": "o", "3": "e", "4": "a", "5": "s", "7": "t", "1": one}) for one in "li"
]


class SlugMalformed(Unprocessable):
    code, title = "slug_malformed", "This name cannot be part of a web address"


class SlugReserved(Unprocessable):
    code, title = "slug_reserved", "This name is kept back; choose another one"


class SlugTaken(Conflict):
    code, title = "slug_taken", "This name is taken; choose another one"


def checked_slug(raw: str) -> str:
    """The slug as it will be kept: trimmed, lower case.

    3 to 40 letters a-z, digits and single hyphens within; no punycode; no reserved name, also
    not one that only looks like it. Raises SlugMalformed, SlugReserved.
    """
    slug = unicodedata.normalize("NFKC", raw).strip().lower()
    problem = _malformed(slug)
    if problem:
        raise SlugMalformed(problem, errors={"slug": [problem]})
    if is_reserved(slug):
        detail = f"{slug!r} is kept back; choose another name"
        raise SlugReserved(detail, errors={"slug": [detail]})
    return slug


def _malformed(slug: str) -> str:
    if not LENGTH_MIN <= len(slug) <= LENGTH_MAX:
        return f"Use {LENGTH_MIN} to {LENGTH_MAX} characters"
    # Hyphens in third and fourth place mark encoded names such as xn-- (RFC 5891, 4.2.3.1).
    if slug[2:4] == "--":
        return "Use letters a to z instead of an encoded name"
    if not _LABEL.match(slug):
        return "Use letters a to z, digits and hyphens, with a letter or digit at both ends"
    return ""


def is_reserved(slug: str) -> bool:
    """Whether the slug, or a name it looks like, is kept back."""
    names, patterns = _reserved()
    for form in {slug, slug.replace("-", ""), *readings(slug)}:
        if form in names or any(pattern.fullmatch(form) for pattern in patterns):
            return True
    return False


def readings(slug: str) -> frozenset[str]:
    """What hasty readers see: 0 as o, 1 as l or i, rn as m, vv as w."""
    plain = {slug.translate(table) for table in _LOOKALIKES}
    return frozenset(plain | {text.replace("rn", "m").replace("vv", "w") for text in plain})


@lru_cache(maxsize=1)
def _reserved() -> tuple[frozenset[str], tuple[re.Pattern[str], ...]]:
    names = json.loads((_RESERVED_FOLDER / "names.json").read_text(encoding="utf-8"))
    patterns = json.loads((_RESERVED_FOLDER / "patterns.json").read_text(encoding="utf-8"))
    return frozenset(names) | _OURS, tuple(re.compile(pattern) for pattern in patterns)
