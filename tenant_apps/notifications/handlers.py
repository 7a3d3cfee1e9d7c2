"""What happened to orders, told to those it is about."""

from __future__ import annotations

from uuid import UUID

from shared_apps.outbox.domain.subscriptions import Delivery, handles
from tenant_apps.notifications.domain import order_mails
from tenant_apps.ordering.events import (
    OrderPlaced,
    VendorOrderCancelled,
    VendorOrderConfirmed,
    VendorOrderPartlyShipped,
    VendorOrderShipped,
)


@handles(OrderPlaced)
def confirm_to_customer(event: OrderPlaced, delivery: Delivery) -> None:
    order_mails.tell_customer_placed(order_id=UUID(event.order_id), at=delivery.at)


@handles(VendorOrderConfirmed)
def tell_vendor(event: VendorOrderConfirmed, delivery: Delivery) -> None:
    order_mails.tell_vendor_sold(
        order_id=UUID(event.order_id),
        vendor_order_id=UUID(event.vendor_order_id),
        at=delivery.at,
    )


@handles(VendorOrderShipped)
def tell_of_parcel(event: VendorOrderShipped, delivery: Delivery) -> None:
    _tell_of_parcel(event, delivery)


@handles(VendorOrderPartlyShipped)
def tell_of_first_parcel(event: VendorOrderPartlyShipped, delivery: Delivery) -> None:
    _tell_of_parcel(event, delivery)


@handles(VendorOrderCancelled)
def tell_of_cancellation(event: VendorOrderCancelled, delivery: Delivery) -> None:
    order_mails.tell_customer_about(
        template="part_cancelled",
        order_id=UUID(event.order_id),
        vendor_order_id=UUID(event.vendor_order_id),
        at=delivery.at,
    )


def _tell_of_parcel(
    event: VendorOrderShipped | VendorOrderPartlyShipped, delivery: Delivery
) -> None:
    order_mails.tell_customer_about(
        template="parcel_sent",
        order_id=UUID(event.order_id),
        vendor_order_id=UUID(event.vendor_order_id),
        at=delivery.at,
        carrier=event.carrier,
        tracking=event.tracking_number,
    )
