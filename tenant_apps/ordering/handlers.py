"""Orders react to their payments."""

from __future__ import annotations

from shared_apps.kernel.ref import Ref
from shared_apps.outbox.domain.subscriptions import Delivery, handles
from tenant_apps.ordering.domain import orders, placing
from tenant_apps.ordering.domain.checkout import order_of_payment
from tenant_apps.payments.events import PaymentCaptured, PaymentClosed


@handles(PaymentCaptured)
def place_paid_order(event: PaymentCaptured, delivery: Delivery) -> None:
    order_id = order_of_payment(Ref.parse(event.subject))
    if order_id is not None:
        placing.place_order(order_id=order_id, at=delivery.at)


@handles(PaymentClosed)
def give_up_order(event: PaymentClosed, delivery: Delivery) -> None:
    order_id = order_of_payment(Ref.parse(event.subject))
    if order_id is not None:
        orders.expire(order_id=order_id, reason=f"payment_{event.state}", at=delivery.at)
