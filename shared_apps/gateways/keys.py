"""What an operator has to enter to connect a provider, and how its test mode is told from real money."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise


@dataclass(frozen=True, slots=True)
class KeyField:
    """One key: `name` is the field of `Credentials`, `label` lazy text.

    `starts_with`: what such a key begins with, where the provider has a habit.
    """

    name: str
    label: str | Promise
    is_secret: bool = True
    is_required: bool = True
    starts_with: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Keys:
    """All of a provider's. Its test mode shows in how the secret key begins, or is a place of its own."""

    fields: tuple[KeyField, ...]
    test_prefixes: tuple[str, ...] = ()
    test_api_base: str = ""
