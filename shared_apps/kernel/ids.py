"""Ids: time-ordered UUIDs inside, prefixed opaque text outside."""

from __future__ import annotations

import base64
import os
import time
from uuid import UUID

from shared_apps.kernel.errors import NotFound

_TEXT_LENGTH = 26


class InvalidId(NotFound):
    code, title = "record_not_found", "There is no such thing here"


def uuid7() -> UUID:
    """A UUID version 7 (RFC 9562): milliseconds since 1970, then random bits."""
    milliseconds = time.time_ns() // 1_000_000
    value = (milliseconds << 80) | int.from_bytes(os.urandom(10), "big")
    value = (value & ~(0xF << 76)) | (0x7 << 76)
    value = (value & ~(0x3 << 62)) | (0x2 << 62)
    return UUID(int=value)


def base32(value: bytes) -> str:
    """Lower-case base 32 (RFC 4648) without padding."""
    return base64.b32encode(value).decode().rstrip("=").lower()


def public_id(prefix: str, value: UUID) -> str:
    """The id as the API and URLs show it: `prod_` and 26 characters."""
    return f"{prefix}_{base32(value.bytes)}"


def parse_public_id(prefix: str, text: str) -> UUID:
    """Back to the UUID; raises InvalidId (a 404) for anything else."""
    head, _, body = text.rpartition("_")
    if head != prefix or len(body) != _TEXT_LENGTH or body != body.lower():
        raise InvalidId(f"{text!r} is not the id of a {prefix}")
    try:
        value = UUID(bytes=base64.b32decode(body.upper() + "======"))
    except ValueError as error:
        raise InvalidId(f"{text!r} is not the id of a {prefix}") from error
    if public_id(prefix, value) != text:
        raise InvalidId(f"{text!r} is not the id of a {prefix}")
    return value
