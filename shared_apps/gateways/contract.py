"""What every payment gateway can do, shaped by redirects.

A payment starts here, happens on the provider's own page, and is reported by webhook and by the
browser's return. Both reports are hints: whoever receives one calls `fetch_payment` and believes only that.

Money is `Money`; what a provider calls cents, kobo or major units ends in its adapter. Each call that
changes something takes an idempotency key chosen by the caller, the same for every repetition of the
same intention: `"<tenant>:<operation>:<object id>:<attempt>"`, at most 255 characters.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import ClassVar, Protocol

from shared_apps.kernel.money import Money


class PaymentState(StrEnum):
    PENDING = "pending"
    AUTHORISED = "authorised"
    CAPTURED = "captured"
    FAILED = "failed"
    EXPIRED = "expired"
    REFUNDED = "refunded"


class RefundState(StrEnum):
    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


class WebhookSubject(StrEnum):
    """Which of our things a webhook is about, so that the receiver knows what to re-fetch."""

    PAYMENT = "payment"
    REFUND = "refund"
    ACCOUNT = "account"
    TRANSFER = "transfer"
    PAYOUT = "payout"
    DISPUTE = "dispute"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Credentials:
    """Keys of one operator at one provider. `api_base` replaces the provider's address (sandbox)."""

    secret_key: str = field(repr=False)
    api_base: str = ""


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a provider can do at all; the checkout asks before it plans."""

    manual_capture: bool
    partial_refunds: bool
    connected_accounts: bool


@dataclass(frozen=True, slots=True)
class PaymentLine:
    """One line of what is paid, as the provider's page shows it; `amount` is for one unit."""

    name: str
    amount: Money
    quantity: int = 1


@dataclass(frozen=True, slots=True)
class StartPayment:
    """One payment to be made. The lines add up to the amount, or there are none.

    The provider sends the customer back to `success_url` or `cancel_url`; `{PAYMENT_ID}` in the former
    becomes the `provider_id` of the payment. `reference` is our payment's own id and comes back in webhooks.
    """

    reference: str
    amount: Money
    success_url: str
    cancel_url: str
    idempotency_key: str
    lines: Sequence[PaymentLine] = ()
    customer_email: str = ""
    expires_at: datetime | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class StartedPayment:
    provider_id: str
    redirect_url: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class PaymentSnapshot:
    """How a payment stands at the provider right now.

    `amount` is what was asked, `captured` what arrived, `refunded` what went back. `fee` is what the
    provider kept of `captured`, None until it says. `charge_id` is what transfers draw on. A payment is
    `refunded` once everything captured went back; until then it stays `captured`.
    """

    provider_id: str
    reference: str
    state: PaymentState
    amount: Money
    captured: Money
    refunded: Money
    charge_id: str
    fee: Money | None
    failure_code: str
    raw_status: str


@dataclass(frozen=True, slots=True)
class RefundPayment:
    """Give back `amount` of a captured payment; `reference` is our refund's own id."""

    provider_id: str
    amount: Money
    reference: str
    idempotency_key: str


@dataclass(frozen=True, slots=True)
class Refunded:
    refund_id: str
    state: RefundState
    amount: Money


@dataclass(frozen=True, slots=True)
class CreateAccount:
    """A partner's account under the operator's; `reference` is our partner's own id."""

    reference: str
    email: str
    country: str
    idempotency_key: str


@dataclass(frozen=True, slots=True)
class AccountSnapshot:
    """`is_payable`: transfers may be sent to it. `pending_requirements`: what the provider still asks for."""

    account_id: str
    is_payable: bool
    has_submitted_details: bool
    pending_requirements: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OnboardingLink:
    """Single use and short-lived: make one when the partner clicks, never store it."""

    url: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class SendTransfer:
    """Move part of a captured charge (or of the free balance when `charge_id` is empty) to a partner's account."""

    account_id: str
    amount: Money
    charge_id: str
    group: str
    reference: str
    idempotency_key: str


@dataclass(frozen=True, slots=True)
class SentTransfer:
    transfer_id: str
    amount: Money
    reversed: Money


@dataclass(frozen=True, slots=True)
class ReverseTransfer:
    transfer_id: str
    amount: Money
    reference: str
    idempotency_key: str


@dataclass(frozen=True, slots=True)
class WebhookRegistration:
    """An address the provider will report to. The secret is told once: store it encrypted."""

    endpoint_id: str
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class WebhookEvent:
    """A verified message. `id` is unique at the provider; everything else is a hint about what to re-fetch.

    `reference` is our own id as given to the call that made the object, or empty. `account` is the
    partner's account the message is about, or empty for the operator's own.
    """

    id: str
    type: str
    subject: WebhookSubject
    object_id: str
    reference: str
    account: str


class Gateway(Protocol):
    """One operator's connection to one provider. Cheap to make, holds no state between calls."""

    kind: ClassVar[str]
    capabilities: ClassVar[Capabilities]

    def verify_credentials(self) -> str:
        """Ask the provider who we are; returns the account's id there. CredentialsRefused if the keys are wrong."""

    def register_webhook(
        self, *, url: str, of_partners: bool, idempotency_key: str
    ) -> WebhookRegistration:
        """Have the events we handle sent to `url`: the operator's own, or those of the partners' accounts."""

    def start_payment(self, start: StartPayment) -> StartedPayment:
        """Open a payment page. Nothing is charged yet."""

    def fetch_payment(self, provider_id: str) -> PaymentSnapshot:
        """How the payment stands. The only source of truth about it."""

    def expire_payment(self, provider_id: str) -> PaymentSnapshot:
        """Close a payment page that nobody paid; a payment already made or expired stays as it is."""

    def refund(self, refund: RefundPayment) -> Refunded:
        """Give money back. GatewayRefused if it is more than is left."""

    def create_account(self, account: CreateAccount) -> AccountSnapshot:
        """Open a partner's account. It is not payable before its onboarding is done."""

    def fetch_account(self, account_id: str) -> AccountSnapshot:
        """How a partner's account stands."""

    def onboarding_link(
        self, account_id: str, *, return_url: str, refresh_url: str
    ) -> OnboardingLink:
        """Where the partner tells the provider who they are."""

    def transfer(self, transfer: SendTransfer) -> SentTransfer:
        """Send a partner's share. GatewayRefused if the charge or the balance does not cover it."""

    def reverse_transfer(self, reversal: ReverseTransfer) -> SentTransfer:
        """Take back part of a share. GatewayRefused if the partner's balance does not cover it."""

    def parse_webhook(
        self, body: bytes, headers: Mapping[str, str], *, secrets: Sequence[str]
    ) -> WebhookEvent:
        """Verify and read a message, trying each secret. WebhookRefused if none fits."""
