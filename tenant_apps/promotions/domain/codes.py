"""Codes as people type them, and as we make them."""

from __future__ import annotations

import hashlib
import secrets
import unicodedata

# Nothing that is mistaken for something else when read aloud or from paper.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
_GROUP = 4


def key_of(text: str) -> str:
    """A code in capitals and without what people put between its parts (rule)."""
    plain = unicodedata.normalize("NFKC", text).upper()
    return "".join(letter for letter in plain if letter.isalnum())


def hash_of(text: str) -> str:
    """What is kept of a secret code; it is too long to be guessed from its hash (rule)."""
    return hashlib.sha256(key_of(text).encode()).hexdigest()


def grouped(key: str) -> str:
    """A code with dashes, to be read (rule)."""
    return "-".join(key[place : place + _GROUP] for place in range(0, len(key), _GROUP))


def fresh(length: int) -> str:
    """A new code's key, unguessable: almost five bits a letter."""
    return "".join(secrets.choice(ALPHABET) for _ in range(length))
