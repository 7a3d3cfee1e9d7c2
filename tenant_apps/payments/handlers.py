"""Work off webhooks, send refunds, let a new tenant take test payments."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings

from shared_apps.kernel.ref import Ref
from shared_apps.outbox.domain.subscriptions import Delivery, handles, handles_outside
from tenant_apps.payments.domain import accounts, refunds, top_ups, webhooks
from tenant_apps.payments.events import (
    PaymentCaptured,
    PaymentClosed,
    RefundRequested,
    SurplusReceived,
    WebhookReceived,
)
from tenants.events import TenantReady


@handles_outside(WebhookReceived)
def work_off_webhook(event: WebhookReceived, delivery: Delivery) -> None:
    webhooks.work_off_webhook(hint=event, at=delivery.at)


@handles_outside(RefundRequested)
def send_refund(event: RefundRequested, delivery: Delivery) -> None:
    refunds.send_refund(refund_id=UUID(event.refund_id), at=delivery.at)


@handles(SurplusReceived)
def send_back_surplus(event: SurplusReceived, delivery: Delivery) -> None:
    refunds.send_back_surplus(payment_id=UUID(event.payment_id), at=delivery.at)


@handles_outside(TenantReady)
def open_sandbox_account(_event: TenantReady, delivery: Delivery) -> None:
    """A new tenant takes test payments at once; without a sandbox it waits for real keys."""
    if settings.GALLERIA_PAY_SANDBOX_URL:
        accounts.open_sandbox_accounts(at=delivery.at)


@handles(PaymentCaptured)
def note_top_up_paid(event: PaymentCaptured, delivery: Delivery) -> None:
    top_ups.note_outcome(subject=Ref.parse(event.subject), is_paid=True, at=delivery.at)


@handles(PaymentClosed)
def note_top_up_closed(event: PaymentClosed, delivery: Delivery) -> None:
    top_ups.note_outcome(subject=Ref.parse(event.subject), is_paid=False, at=delivery.at)
