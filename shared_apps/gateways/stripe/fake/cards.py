"""What one can pay with here, cards mostly; numbers and codes are Stripe's published test ones."""

from __future__ import annotations

from dataclasses import dataclass, replace

from shared_apps.gateways.sandbox.provider import Means

# Reasons for which the bank's own word is also the code; all others are "card_declined".
OWN_CODES = {"expired_card", "incorrect_cvc", "incorrect_number", "processing_error"}
AUTHENTICATION_REQUIRED = "authentication_required"


@dataclass(frozen=True, slots=True)
class Card:
    """A test card. `decline_code` empty: it pays.

    `asks`: the bank asks the customer first; `asks_again`: even for a saved card while they are away.
    `arrives`: the money of a bank debit comes days after the page, `late` or `never`. `disputed`: for which reason its owner objects, at once. `refunds`: how those go, `later` or `bounce`.
    """

    code: str
    payment_method: str
    number: str
    label: str
    hint: str
    brand: str = "visa"
    error_code: str = "card_declined"
    decline_code: str = ""
    refusal: str = ""
    kind: str = "card"
    arrives: str = ""
    asks: bool = False
    asks_again: bool = True
    disputed: str = ""
    is_inquiry: bool = False
    settles_at_once: bool = False
    refunds: str = ""
    is_rare: bool = False

    @property
    def last4(self) -> str:
        return self.number.replace(" ", "")[-4:]

    def means(self) -> Means:
        return Means(self.code, self.number, self.label, self.hint, self.is_rare)

    def declined(self, code: str, refusal: str = "Your card was declined.") -> Card:
        """The same card refused for a reason."""
        error = code if code in OWN_CODES | {AUTHENTICATION_REQUIRED} else "card_declined"
        return replace(self, error_code=error, decline_code=code, refusal=refusal)


USUAL = (
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
        "The bank asks for a confirmation, every time.",
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
)
RARE = (
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
    Card(
        "asks_once",
        "pm_card_authenticationRequiredOnSetup",
        "4000 0025 0000 3155",
        "3D Secure once",
        "The bank asks now, and never again once the card is saved.",
        asks=True,
        asks_again=False,
    ),
    Card(
        "debit",
        "pm_sepa_debit",
        "AT61 1904 3002 3457 3201",
        "Bank debit",
        "The money arrives three days later.",
        brand="",
        kind="sepa_debit",
        arrives="late",
    ),
    Card(
        "debit_fails",
        "pm_sepa_debit_failed",
        "AT86 1904 3002 3547 3202",
        "Bank debit fails",
        "Three days later the bank says no.",
        brand="",
        kind="sepa_debit",
        arrives="never",
        decline_code="insufficient_funds",
        refusal="The bank account has insufficient funds.",
    ),
    Card(
        "at_once",
        "pm_card_bypassPending",
        "4000 0000 0000 0077",
        "Settles at once",
        "The money is available without the usual days.",
        settles_at_once=True,
    ),
    Card(
        "disputed",
        "pm_card_createDispute",
        "4000 0000 0000 0259",
        "Disputed",
        "Succeeds, and its owner calls it fraud.",
        disputed="fraudulent",
    ),
    Card(
        "not_received",
        "pm_card_createDisputeProductNotReceived",
        "4000 0000 0000 2685",
        "Disputed",
        "Succeeds, and its owner says that nothing came.",
        disputed="product_not_received",
    ),
    Card(
        "inquiry",
        "pm_card_createDisputeInquiry",
        "4000 0000 0000 1976",
        "Inquiry",
        "Succeeds, and the bank asks what it was for.",
        disputed="general",
        is_inquiry=True,
    ),
    Card(
        "refund_later",
        "pm_card_pendingRefund",
        "4000 0000 0000 7726",
        "Slow refunds",
        "A refund is pending for a day.",
        refunds="later",
    ),
    Card(
        "refund_bounces",
        "pm_card_refundFail",
        "4000 0000 0000 5126",
        "Refunds bounce",
        "A refund succeeds, and fails a day later.",
        refunds="bounce",
    ),
)
CARDS = USUAL + tuple(replace(card, is_rare=True) for card in RARE)
BY_CODE = {card.code: card for card in CARDS}
BY_PAYMENT_METHOD = {card.payment_method: card for card in CARDS}
