"""What happened to codes and gift cards."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from shared_apps.kernel.events import Event


@dataclass(frozen=True, slots=True)
class CodeConfirmed(Event):
    """A code took effect on something that was paid; `off` is what the customer saved."""

    name: ClassVar[str] = "promotions.code_confirmed.v1"

    promotion_id: str
    code: str
    subject: str
    off_minor: int
    subsidy_minor: int
    currency: str


@dataclass(frozen=True, slots=True)
class GiftCardIssued(Event):
    """A gift card holds money, given by the operator or bought (`origin`). The code stays secret."""

    name: ClassVar[str] = "promotions.gift_card_issued.v1"

    gift_card_id: str
    origin: str
    amount_minor: int
    currency: str


@dataclass(frozen=True, slots=True)
class LoyaltyRewarded(Event):
    """A customer got a part of what they spent back into their wallet."""

    name: ClassVar[str] = "promotions.loyalty_rewarded.v1"

    user_id: str
    subject: str
    amount_minor: int
    currency: str
