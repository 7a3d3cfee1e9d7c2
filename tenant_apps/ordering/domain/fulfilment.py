"""What a vendor does with an order: take it on, send it, see it arrive, or cancel it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shared_apps.audit.domain.records import record
from shared_apps.kernel.actor import Actor
from shared_apps.kernel.lifecycle import record_move
from shared_apps.kernel.transactions import operation
from shared_apps.outbox.domain.publishing import publish
from tenant_apps.catalog.domain import stock
from tenant_apps.catalog.domain.stock import StockLine
from tenant_apps.ordering.domain import orders, placing
from tenant_apps.ordering.events import (
    VendorOrderCancelled,
    VendorOrderDelivered,
    VendorOrderShipped,
)
from tenant_apps.ordering.lifecycle import VENDOR_ORDER
from tenant_apps.ordering.models import Fulfilment, VendorOrder
from tenant_apps.partners.permissions import Verb, require
from tenant_apps.settlement.domain.earnings import release_earning, void_earning


@dataclass(frozen=True, slots=True)
class Tracking:
    """How to follow a parcel; all of it may be unknown."""

    carrier: str = ""
    number: str = ""
    url: str = ""


@operation
def start_processing(*, vendor_order_id: UUID, acting: Actor, at: datetime) -> None:
    """The vendor takes it on. Raises OrderUnknown, NotYourPartner, MoveNotAllowed."""
    row = _locked(vendor_order_id, acting)
    record_move(row, VENDOR_ORDER, "process", acting=acting, at=at)
    orders.note(row.order, "processing", vendor_order=row, acting=acting, at=at)


@operation
def ship(*, vendor_order_id: UUID, tracking: Tracking, acting: Actor, at: datetime) -> None:
    """The parcel left: stock leaves the shelf, the customer can follow it; VendorOrderShipped.

    Raises OrderUnknown, NotYourPartner, MoveNotAllowed.
    """
    row = _locked(vendor_order_id, acting)
    record_move(row, VENDOR_ORDER, "ship", acting=acting, at=at)
    Fulfilment.objects.create(
        vendor_order=row,
        carrier=tracking.carrier,
        tracking_number=tracking.number,
        tracking_url=tracking.url,
        shipped_at=at,
    )
    stock.ship(lines=_stock_lines(row), subject=str(orders.vendor_order_ref(row.id)), at=at)
    told = {"carrier": tracking.carrier, "tracking_number": tracking.number}
    orders.note(row.order, "shipped", vendor_order=row, data=told, acting=acting, at=at)
    publish(
        VendorOrderShipped(
            vendor_order_id=str(row.id),
            order_id=str(row.order_id),
            number=row.number,
            vendor_id=str(row.vendor_id),
            carrier=tracking.carrier,
            tracking_number=tracking.number,
        ),
        acting=acting,
        subject=orders.vendor_order_ref(row.id),
    )


@operation
def deliver(*, vendor_order_id: UUID, acting: Actor, at: datetime) -> None:
    """It arrived: the vendor's share leaves escrow; VendorOrderDelivered.

    Raises OrderUnknown, NotYourPartner, MoveNotAllowed.
    """
    row = _locked(vendor_order_id, acting)
    record_move(row, VENDOR_ORDER, "deliver", acting=acting, at=at)
    Fulfilment.objects.filter(vendor_order=row).update(delivered_at=at)
    if row.total_minor:
        release_earning(subject=orders.vendor_order_ref(row.id), acting=acting, at=at)
    orders.note(row.order, "delivered", vendor_order=row, acting=acting, at=at)
    publish(
        VendorOrderDelivered(
            vendor_order_id=str(row.id),
            order_id=str(row.order_id),
            number=row.number,
            vendor_id=str(row.vendor_id),
        ),
        acting=acting,
        subject=orders.vendor_order_ref(row.id),
    )


@operation
def cancel(*, vendor_order_id: UUID, reason: str, acting: Actor, at: datetime) -> None:
    """Call a vendor order off before it is sent; its siblings are not touched.

    The stock can be sold again, all that was paid for it goes back, nothing is earned;
    VendorOrderCancelled. Raises OrderUnknown, NotYourPartner, MoveNotAllowed, MoreThanPaid.
    """
    row = _locked(vendor_order_id, acting)
    record_move(row, VENDOR_ORDER, "cancel", acting=acting, at=at, note=reason)
    ref = orders.vendor_order_ref(row.id)
    stock.cancel(lines=_stock_lines(row), subject=str(ref), at=at)
    void_earning(subject=ref, acting=acting, at=at)
    placing.request_refund_of(row, reason="cancelled", at=at)
    orders.note(
        row.order, "cancelled", vendor_order=row, data={"reason": reason}, acting=acting, at=at
    )
    record("ordering.vendor_order.cancel", subject=ref, acting=acting, at=at)
    publish(
        VendorOrderCancelled(
            vendor_order_id=str(row.id),
            order_id=str(row.order_id),
            number=row.number,
            vendor_id=str(row.vendor_id),
            reason=reason,
        ),
        acting=acting,
        subject=ref,
    )


def _locked(vendor_order_id: UUID, acting: Actor) -> VendorOrder:
    row: VendorOrder | None = (
        VendorOrder.objects.select_for_update(of=["self"])
        .select_related("order")
        .filter(id=vendor_order_id, order__state="placed")
        .first()
    )
    if row is None:
        raise orders.OrderUnknown
    require(acting, Verb.FULFIL_ORDERS, row.vendor_id)
    return row


def _stock_lines(row: VendorOrder) -> list[StockLine]:
    return [StockLine(line.variant_id, line.quantity) for line in row.lines.all()]
