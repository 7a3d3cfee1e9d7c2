"""Send payouts, hear of their fate and of partners' accounts, freeze what is disputed."""

from __future__ import annotations

from uuid import UUID

from shared_apps.gateways.contract import WebhookSubject
from shared_apps.kernel.money import Money
from shared_apps.outbox.domain.subscriptions import Delivery, handles, handles_outside
from tenant_apps.payments.events import DisputeClosed, DisputeOpened, WebhookReceived
from tenant_apps.settlement.domain import destinations, disputes, sending
from tenant_apps.settlement.events import PayoutCreated


@handles_outside(PayoutCreated)
def send_payout(event: PayoutCreated, delivery: Delivery) -> None:
    sending.deliver_payout(payout_id=UUID(event.payout_id), at=delivery.at)


@handles_outside(WebhookReceived)
def hear_of_payouts(event: WebhookReceived, delivery: Delivery) -> None:
    """The message is a hint: what it is about is asked for at the provider."""
    if event.subject in {WebhookSubject.PAYOUT, WebhookSubject.TRANSFER}:
        sending.follow_payout(
            provider_id=event.object_id, reference=event.reference, at=delivery.at
        )
    elif event.subject == WebhookSubject.ACCOUNT:
        destinations.refresh_account(provider_account=event.object_id, at=delivery.at)


@handles(DisputeOpened)
def freeze(event: DisputeOpened, delivery: Delivery) -> None:
    disputes.freeze_earnings(
        dispute_id=UUID(event.dispute_id), subjects=event.split_subjects, at=delivery.at
    )


@handles(DisputeClosed)
def close_dispute(event: DisputeClosed, delivery: Delivery) -> None:
    amounts = [Money(minor, event.currency) for minor in event.amounts_minor]
    disputes.close_dispute(
        dispute_id=UUID(event.dispute_id),
        is_lost=event.outcome == "lost",
        parts=list(zip(event.split_subjects, amounts, strict=True)),
        at=delivery.at,
    )
