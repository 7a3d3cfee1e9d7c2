"""What happened to payments and refunds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from shared_apps.kernel.events import Event


@dataclass(frozen=True, slots=True)
class PaymentCaptured(Event):
    """The money arrived (payment.processed of the seeds); `subject` says what it is for."""

    name: ClassVar[str] = "payments.payment_captured.v1"

    payment_id: str
    reference: str
    subject: str
    amount_minor: int
    currency: str
    gateway: str
    method: str = ""


@dataclass(frozen=True, slots=True)
class PaymentClosed(Event):
    """The payment will not be made: it failed, expired or was voided (`state`)."""

    name: ClassVar[str] = "payments.payment_closed.v1"

    payment_id: str
    reference: str
    subject: str
    state: str


@dataclass(frozen=True, slots=True)
class SurplusReceived(Event):
    """Money came for a payment given up, after the subject had been paid otherwise: it goes back."""

    name: ClassVar[str] = "payments.surplus_received.v1"

    payment_id: str
    subject: str
    amount_minor: int
    currency: str


@dataclass(frozen=True, slots=True)
class RefundRequested(Event):
    name: ClassVar[str] = "payments.refund_requested.v1"

    refund_id: str
    payment_id: str
    subject: str
    amount_minor: int
    currency: str
    reason: str


@dataclass(frozen=True, slots=True)
class PaymentRefunded(Event):
    """Part or all of a payment went back to the customer."""

    name: ClassVar[str] = "payments.payment_refunded.v1"

    refund_id: str
    payment_id: str
    subject: str
    amount_minor: int
    currency: str


@dataclass(frozen=True, slots=True)
class RefundFailed(Event):
    """The money of a refund is with us again: refused at once, or sent back by the bank later."""

    name: ClassVar[str] = "payments.refund_failed.v1"

    refund_id: str
    payment_id: str
    subject: str
    amount_minor: int
    currency: str
    had_succeeded: bool


@dataclass(frozen=True, slots=True)
class DisputeOpened(Event):
    """A bank disputes a payment: what of it is not paid out yet stays where it is.

    `split_subjects` and `amounts_minor` name, in step, what of the dispute falls on each split.
    """

    name: ClassVar[str] = "payments.dispute_opened.v1"

    dispute_id: str
    payment_id: str
    subject: str
    split_subjects: list[str]
    amounts_minor: list[int]
    amount_minor: int
    currency: str
    reason: str


@dataclass(frozen=True, slots=True)
class DisputeClosed(Event):
    """The dispute is decided: `outcome` is won or lost.

    A lost one has cost the operator `chargeback_loss`; who else bears it calls
    payments.domain.disputes.recover_loss for their split.
    """

    name: ClassVar[str] = "payments.dispute_closed.v1"

    dispute_id: str
    payment_id: str
    subject: str
    split_subjects: list[str]
    amounts_minor: list[int]
    amount_minor: int
    currency: str
    outcome: str


@dataclass(frozen=True, slots=True)
class WebhookReceived(Event):
    """A provider's verified message lies in the inbox; the rest says what it may be about.

    `account_id` is the operator's account that it came to, `of_partner` the partner's account at the
    provider, if it is about one. Rooms that know payouts and partners' accounts hear it too.
    """

    name: ClassVar[str] = "payments.webhook_received.v1"

    webhook_id: str
    subject: str
    object_id: str
    reference: str
    gateway: str = ""
    account_id: str = ""
    of_partner: str = ""
