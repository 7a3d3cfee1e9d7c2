"""Gift cards come about when they are paid."""

from __future__ import annotations

from shared_apps.kernel.ref import Ref
from shared_apps.outbox.domain.subscriptions import Delivery, handles
from tenant_apps.payments.events import PaymentCaptured, PaymentClosed
from tenant_apps.promotions.domain import gift_card_sales


@handles(PaymentCaptured)
def send_paid_gift_card(event: PaymentCaptured, delivery: Delivery) -> None:
    gift_card_sales.note_outcome(subject=Ref.parse(event.subject), is_paid=True, at=delivery.at)


@handles(PaymentClosed)
def give_up_gift_card(event: PaymentClosed, delivery: Delivery) -> None:
    gift_card_sales.note_outcome(subject=Ref.parse(event.subject), is_paid=False, at=delivery.at)
