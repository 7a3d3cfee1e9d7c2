"""Orders react to their payments, and to what became of them."""

from __future__ import annotations

from uuid import UUID

from shared_apps.kernel.ref import Ref
from shared_apps.outbox.domain.subscriptions import Delivery, handles
from tenant_apps.ordering.domain import digital_goods, documents, orders, placing, rewards
from tenant_apps.ordering.domain.checkout import order_of_payment
from tenant_apps.ordering.events import (
    VendorOrderCompleted,
    VendorOrderConfirmed,
    VendorOrderRefunded,
    VendorOrderShipped,
)
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


@handles(VendorOrderConfirmed)
def hand_over_downloads(event: VendorOrderConfirmed, delivery: Delivery) -> None:
    digital_goods.grant_downloads(vendor_order_id=UUID(event.vendor_order_id), at=delivery.at)


@handles(PaymentCaptured)
def hand_over_what_cash_paid(event: PaymentCaptured, delivery: Delivery) -> None:
    order_id = order_of_payment(Ref.parse(event.subject))
    if order_id is not None:
        digital_goods.grant_downloads_of(order_id=order_id, at=delivery.at)


@handles(VendorOrderShipped)
def invoice_what_was_sent(event: VendorOrderShipped, delivery: Delivery) -> None:
    documents.issue_invoice(vendor_order_id=UUID(event.vendor_order_id), at=delivery.at)


@handles(VendorOrderRefunded)
def correct_the_invoice(event: VendorOrderRefunded, delivery: Delivery) -> None:
    documents.issue_credit_note(
        vendor_order_id=UUID(event.vendor_order_id), batch=UUID(event.batch), at=delivery.at
    )


@handles(VendorOrderRefunded)
def take_downloads_back(event: VendorOrderRefunded, delivery: Delivery) -> None:
    digital_goods.revoke_refunded(batch=UUID(event.batch), at=delivery.at)


@handles(VendorOrderCompleted)
def reward_customer(event: VendorOrderCompleted, delivery: Delivery) -> None:
    rewards.reward_customer(vendor_order_id=UUID(event.vendor_order_id), at=delivery.at)
