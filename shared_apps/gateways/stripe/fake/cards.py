"""The cards one can pay with here; numbers and codes are Stripe's published test ones."""

from __future__ import annotations

from dataclasses import dataclass

from shared_apps.gateways.sandbox.provider import Means


@dataclass(frozen=True, slots=True)
class Card:
    """A test card. `decline_code` empty: it pays. `asks`: the bank asks the customer first."""

    code: str
    payment_method: str
    number: str
    label: str
    hint: str
    brand: str = "visa"
    error_code: str = "card_declined"
    decline_code: str = ""
    refusal: str = ""
    asks: bool = False

    @property
    def last4(self) -> str:
        return self.number[-4:]

    def means(self) -> Means:
        return Means(self.code, self.number, self.label, self.hint)


CARDS = (
    Card("visa", "pm_card_visa", "4242 4242 4242 4242", "Succeeds", "The payment goes through."),
    Card(
        "mastercard",
        "pm_card_mastercard",
        "5555 5555 5555 4444",
        "Succeeds",
        "Another brand.",
        brand="mastercard",
    ),
    Card(
        "challenge",
        "pm_card_authenticationRequired",
        "4000 0000 0000 3220",
        "3D Secure",
        "The bank asks for a confirmation first.",
        asks=True,
    ),
    Card(
        "declined",
        "pm_card_chargeDeclined",
        "4000 0000 0000 0002",
        "Declined",
        "The bank says no without a reason.",
        decline_code="generic_decline",
        refusal="Your card has been declined.",
    ),
    Card(
        "insufficient",
        "pm_card_chargeDeclinedInsufficientFunds",
        "4000 0000 0000 9995",
        "Insufficient funds",
        "Not enough money on the card.",
        decline_code="insufficient_funds",
        refusal="Your card has insufficient funds.",
    ),
    Card(
        "expired",
        "pm_card_chargeDeclinedExpiredCard",
        "4000 0000 0000 0069",
        "Expired",
        "The card is out of date.",
        error_code="expired_card",
        decline_code="expired_card",
        refusal="Your card has expired.",
    ),
)
BY_CODE = {card.code: card for card in CARDS}
BY_PAYMENT_METHOD = {card.payment_method: card for card in CARDS}
