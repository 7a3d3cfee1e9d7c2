"""What every payment gateway can do, shaped by redirects.

A payment starts here, happens on the provider's own page, and is reported by webhook and by the
browser's return. Both reports are hints: whoever receives one calls `fetch_payment` and believes only that.
The same holds for refunds, payouts and disputes, each with its own `fetch_`. What a provider cannot do,
by its `Capabilities`, raises `NotOffered` before anything is sent, and the pages do not offer it.

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

from shared_apps.gateways.keys import Keys
from shared_apps.gateways.statement import BalanceMovement as BalanceMovement  # noqa: PLC0414 - handed on
from shared_apps.gateways.statement import MovementKind as MovementKind  # noqa: PLC0414 - handed on
from shared_apps.kernel.money import Money
from shared_apps.kernel.pages import Page


class PaymentState(StrEnum):
    PENDING = "pending"
    AUTHORISED = "authorised"
    CAPTURED = "captured"
    FAILED = "failed"
    EXPIRED = "expired"
    # Authorised and let go again, by us or because the bank's promise ran out. Nothing was taken.
    CANCELLED = "cancelled"
    REFUNDED = "refunded"


class RefundState(StrEnum):
    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


class PayoutState(StrEnum):
    """`paid` is what the provider says today: a bank may still send the money back (`failed`, `reversed`)."""

    PENDING = "pending"
    PAID = "paid"
    FAILED = "failed"
    REVERSED = "reversed"


class DisputeState(StrEnum):
    """`warning`: the bank only asks, no money has moved. `won` and `lost` are the end."""

    WARNING = "warning"
    NEEDS_RESPONSE = "needs_response"
    UNDER_REVIEW = "under_review"
    WON = "won"
    LOST = "lost"


class DestinationKind(StrEnum):
    """What `PayoutDestination.account` is: an account at the provider, an address, or a number."""

    CONNECTED_ACCOUNT = "connected_account"
    EMAIL = "email"
    BANK_ACCOUNT = "bank_account"
    MOBILE_MONEY = "mobile_money"


class WebhookSubject(StrEnum):
    """Which of our things a webhook is about, so that the receiver knows what to re-fetch."""

    PAYMENT = "payment"
    REFUND = "refund"
    ACCOUNT = "account"
    TRANSFER = "transfer"
    PAYOUT = "payout"
    DISPUTE = "dispute"
    CUSTOMER = "customer"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Credentials:
    """Keys of one operator at one provider. `api_base` replaces the provider's address (sandbox).

    `client_id` is the public half where a provider has two (PayPal), `webhook_secret` what signs webhooks
    where the operator chooses it (Flutterwave); empty elsewhere. An adapter's `keys` says which.
    """

    secret_key: str = field(repr=False)
    api_base: str = ""
    client_id: str = ""
    webhook_secret: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a provider can do at all; the checkout asks before it plans.

    Without `registers_webhooks` the operator enters address and secret on the provider's own pages.
    """

    manual_capture: bool = False
    partial_capture: bool = False
    partial_refunds: bool = False
    connected_accounts: bool = False
    saved_methods: bool = False
    payouts: bool = False
    disputes: bool = False
    movements: bool = False
    payout_destinations: frozenset[DestinationKind] = frozenset()
    registers_webhooks: bool = True


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

    `is_manual_capture`: only authorise; `capture` or `cancel_authorisation` follows within days. `save_for`:
    the provider's id of the customer (`open_customer`) whose means of payment is kept; empty keeps nothing.
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
    is_manual_capture: bool = False
    save_for: str = ""
    customer_reference: str = ""


@dataclass(frozen=True, slots=True)
class StartedPayment:
    provider_id: str
    redirect_url: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class SavedMethod:
    """A means of payment kept at the provider. `expires` is `YYYY-MM`, empty where it never does.

    `is_reusable` is false for one the bank will not let us charge again without the customer.
    """

    token: str
    brand: str
    last4: str
    expires: str
    is_reusable: bool


@dataclass(frozen=True, slots=True)
class ChargeSaved:
    """Charge a saved means of payment while its owner is away. `customer` is the provider's id of them."""

    token: str
    customer: str
    amount: Money
    reference: str
    idempotency_key: str


@dataclass(frozen=True, slots=True)
class CapturePayment:
    """Take `amount` of what was authorised; the rest, if any, is let go. A payment is captured once."""

    provider_id: str
    amount: Money
    idempotency_key: str


@dataclass(frozen=True, slots=True)
class PaymentSnapshot:
    """How a payment stands at the provider right now.

    `amount` is what was asked, `captured` what arrived, `refunded` what went back. `fee` is what the
    provider kept of `captured`, None until it says. `charge_id` is what transfers draw on. A payment is
    `refunded` once everything captured went back; until then it stays `captured`. `customer` is the
    provider's id of the customer, `saved_method` what was kept of them by this payment.
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
    customer: str = ""
    saved_method: SavedMethod | None = None


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
    """`is_payable`: transfers may be sent to it. `pending_requirements`: what the provider still asks for.

    `is_paid_out`: the provider passes its balance on to a bank. `disabled_reason` says why not.
    """

    account_id: str
    is_payable: bool
    has_submitted_details: bool
    pending_requirements: tuple[str, ...]
    is_paid_out: bool = False
    disabled_reason: str = ""


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
class PayoutDestination:
    """Where a payout goes. `account` is an account id, an e-mail address or a number, as `kind` says."""

    kind: DestinationKind
    account: str
    bank_code: str = ""
    name: str = ""
    country: str = ""


@dataclass(frozen=True, slots=True)
class SendPayout:
    """Pay a partner. With `source_charge` the money is drawn on that charge, not on the free balance."""

    destination: PayoutDestination
    amount: Money
    reference: str
    idempotency_key: str
    source_charge: str = ""


@dataclass(frozen=True, slots=True)
class PayoutSnapshot:
    """How a payout stands. `returned` is what came back of it: all of it once failed or reversed."""

    payout_id: str
    state: PayoutState
    amount: Money
    returned: Money
    failure_code: str = ""
    reference: str = ""


@dataclass(frozen=True, slots=True)
class DisputeSnapshot:
    """How a customer's objection stands. `charge_id` and `reference` name the payment it is against.

    `withdrawn` is what the provider holds back now, without its `fee`; none of it once the dispute was won.
    """

    dispute_id: str
    state: DisputeState
    charge_id: str
    reference: str
    amount: Money
    withdrawn: Money
    fee: Money
    reason: str
    respond_by: datetime | None


@dataclass(frozen=True, slots=True)
class DisputeEvidence:
    """What speaks for us. `is_final` sends it to the bank, once; until then it may be changed."""

    dispute_id: str
    explanation: str
    is_final: bool
    idempotency_key: str
    product_description: str = ""
    customer_email: str = ""
    shipping_carrier: str = ""
    tracking_number: str = ""
    shipping_date: str = ""


@dataclass(frozen=True, slots=True)
class WebhookRegistration:
    """An address the provider will report to. The secret is told once: store it encrypted."""

    endpoint_id: str
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class WebhookEvent:
    """A verified message. `id` is unique at the provider; everything else is a hint about what to re-fetch.

    `object_id` is what the `fetch_` of its subject takes, or what our rows know the object by.
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
    keys: ClassVar[Keys]

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

    def capture(self, capture: CapturePayment) -> PaymentSnapshot:
        """Take authorised money. A captured payment stays as it is; GatewayRefused if it cannot be captured."""

    def cancel_authorisation(self, provider_id: str, *, idempotency_key: str) -> PaymentSnapshot:
        """Let authorised money go. One already let go stays as it is; GatewayRefused once it is captured."""

    def refund(self, refund: RefundPayment) -> Refunded:
        """Give money back. GatewayRefused if it is more than is left."""

    def fetch_refund(self, refund_id: str) -> Refunded:
        """How a refund stands: a pending one may yet fail, and a succeeded one bounce."""

    def open_customer(self, *, reference: str, email: str, idempotency_key: str) -> str:
        """The provider's id for a customer of ours, for `save_for`, `saved_methods` and `charge_saved`."""

    def saved_methods(self, customer: str) -> Sequence[SavedMethod]:
        """What the provider keeps for a customer, newest first."""

    def forget_method(self, token: str) -> None:
        """Have a saved means of payment forgotten; it can never be charged again."""

    def charge_saved(self, charge: ChargeSaved) -> PaymentSnapshot:
        """Charge a saved means of payment at once, as a payment of its own.

        PaymentDeclined if the bank says no, AuthenticationNeeded if only its owner can make it say yes:
        then start a payment and send them its page.
        """

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

    def send_payout(self, payout: SendPayout) -> PayoutSnapshot:
        """Pay a partner. GatewayRefused if the money or the destination is not there, NotOffered for its kind."""

    def fetch_payout(self, payout_id: str) -> PayoutSnapshot:
        """How a payout stands. Ask again after `paid`: banks send money back days later."""

    def fetch_dispute(self, dispute_id: str) -> DisputeSnapshot:
        """How a dispute stands. The only source of truth about it."""

    def submit_evidence(self, evidence: DisputeEvidence) -> DisputeSnapshot:
        """Answer a dispute. GatewayRefused once it is closed or its time is over."""

    def accept_dispute(self, dispute_id: str, *, idempotency_key: str) -> DisputeSnapshot:
        """Give the customer right. The dispute is lost."""

    def balance_movements(self, *, since: datetime, cursor: str = "") -> Page[BalanceMovement]:
        """The operator's statement from `since` on, newest first, page by page."""

    def parse_webhook(
        self, body: bytes, headers: Mapping[str, str], *, secrets: Sequence[str]
    ) -> WebhookEvent:
        """Verify and read a message, trying each secret. WebhookRefused if none fits."""
