"""What nobody may read in a log or a defect report, replaced (rule)."""

from __future__ import annotations

import re
from typing import Any

HIDDEN = "[hidden]"
_DEPTH_MAX = 6
_SECRET_KEY = re.compile(
    r"passw|secret|token|authori[sz]ation|cookie|csrf|api_?key|private_?key|credential|signature"
    r"|card_?num|cardnumber|\bpan\b|cvc|cvv|iban|otp|sessionid",
    re.IGNORECASE,
)
_SECRET_TEXT = re.compile(
    r"""
    (?:bearer|basic)\s+[A-Za-z0-9._~+/=-]{8,}                     # an Authorization header
    | \b(?:sk|rk|whsec|pat)_[A-Za-z0-9_]{8,}                      # keys of ours and of gateways
    | \beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*   # a JWT
    | (?<=://)[^/\s:@]{1,64}:[^/\s@]{1,128}(?=@)                  # user:password@ of a URL
    | (?:password|secret|token|api_key|access_token|refresh_token|code)=[^\s&"']{4,}
    """,
    re.IGNORECASE | re.VERBOSE,
)
_DIGITS = re.compile(r"(?<![\dA-Fa-f-])\d(?:[ -]?\d){12,18}(?![\dA-Fa-f-])")


def redacted(value: Any, depth: int = 0) -> Any:
    """The same value with secrets replaced: by the name of their field, or by their look."""
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    if isinstance(value, str):
        return _redacted_text(value)
    if not isinstance(value, (dict, list, tuple, set, frozenset)):
        return value
    return HIDDEN if depth >= _DEPTH_MAX else _redacted_items(value, depth + 1)


def _redacted_items(value: Any, depth: int) -> Any:
    if not isinstance(value, dict):
        return [redacted(item, depth) for item in value]
    return {
        key: HIDDEN if _SECRET_KEY.search(str(key)) else redacted(item, depth)
        for key, item in value.items()
    }


def _redacted_text(text: str) -> str:
    text = _SECRET_TEXT.sub(HIDDEN, text)
    return _DIGITS.sub(lambda found: HIDDEN if _is_card(found[0]) else found[0], text)


def _is_card(text: str) -> bool:
    digits = [int(character) for character in text if character.isdigit()]
    doubled = (digit * 2 for digit in digits[-2::-2])
    checksum = sum(digits[-1::-2]) + sum(d - 9 if d > 9 else d for d in doubled)
    return checksum % 10 == 0
