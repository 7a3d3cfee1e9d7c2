"""The names of the accounts that hold stored value."""

from __future__ import annotations

from uuid import UUID

from shared_apps.kernel.errors import InvariantBroken

_KINDS = ("wallet", "gift_card")


class NotStoredValue(InvariantBroken):
    """An account that is not somebody's stored value was to be spent from."""


def wallet_of(user_id: UUID | str) -> str:
    """The account of a person's wallet (rule)."""
    return f"wallet:{user_id}"


def gift_card_of(card_id: UUID | str) -> str:
    """The account of what a gift card is worth (rule)."""
    return f"gift_card:{card_id}"


def held_of(source: str) -> str:
    """Where the amount set aside of a source sits (rule); raises NotStoredValue."""
    kind, _, owner = source.partition(":")
    if kind not in _KINDS or not owner:
        raise NotStoredValue(f"{source!r} is no wallet and no gift card")
    return f"{kind}_held:{owner}"
