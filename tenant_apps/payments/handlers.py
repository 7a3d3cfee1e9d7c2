"""What payments does about its own news: work off webhooks, send refunds."""

from __future__ import annotations

from uuid import UUID

from shared_apps.outbox.domain.subscriptions import Delivery, handles_outside
from tenant_apps.payments.domain import refunds, webhooks
from tenant_apps.payments.events import RefundRequested, WebhookReceived


@handles_outside(WebhookReceived)
def work_off_webhook(event: WebhookReceived, delivery: Delivery) -> None:
    webhooks.work_off_webhook(hint=event, at=delivery.at)


@handles_outside(RefundRequested)
def send_refund(event: RefundRequested, delivery: Delivery) -> None:
    refunds.send_refund(refund_id=UUID(event.refund_id), at=delivery.at)
