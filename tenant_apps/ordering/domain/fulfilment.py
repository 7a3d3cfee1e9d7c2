"""What a vendor does with an order: take it on, send it in one or more parcels, see it arrive."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import F

from shared_apps.kernel.actor import Actor
from shared_apps.kernel.errors import NotFound
from shared_apps.kernel.lifecycle import record_move
from shared_apps.kernel.ref import Ref
from shared_apps.kernel.transactions import operation, step
from shared_apps.outbox.domain.publishing import publish
from tenant_apps.catalog.domain import stock
from tenant_apps.ordering.domain import orders, parts
from tenant_apps.ordering.domain.carts import CartOwner
from tenant_apps.ordering.domain.parts import Quantities
from tenant_apps.ordering.events import (
    VendorOrderCompleted,
    VendorOrderDelivered,
    VendorOrderPartlyShipped,
    VendorOrderShipped,
)
from tenant_apps.ordering.lifecycle import FULFILMENT as PARCEL
from tenant_apps.ordering.lifecycle import VENDOR_ORDER
from tenant_apps.ordering.models import Fulfilment, FulfilmentLine, OrderLine, VendorOrder
from tenant_apps.payments.domain.offline import collect_cash
from tenant_apps.settlement.domain.earnings import release_earning


class ParcelUnknown(NotFound):
    code, title = "record_not_found", "There is no such parcel here"


@dataclass(frozen=True, slots=True)
class Tracking:
    """How to follow a parcel; all of it may be unknown."""

    carrier: str = ""
    number: str = ""
    url: str = ""


@operation
def start_processing(*, vendor_order_id: UUID, acting: Actor, at: datetime) -> None:
    """The vendor takes it on. Raises OrderUnknown, NotYourPartner, MoveNotAllowed."""
    row = parts.locked_for(vendor_order_id, owner=None, acting=acting)
    record_move(row, VENDOR_ORDER, "process", acting=acting, at=at)
    orders.note(row.order, "processing", vendor_order=row, acting=acting, at=at)


@operation
def ship(
    *,
    vendor_order_id: UUID,
    tracking: Tracking,
    quantities: Quantities | None = None,
    acting: Actor,
    at: datetime,
) -> None:
    """A parcel left, with these quantities of the lines or (None) with all that is left to send.

    Stock leaves the shelf, the customer can follow the parcel; VendorOrderShipped when nothing is
    left to send, else VendorOrderPartlyShipped. Raises OrderUnknown, NotYourPartner,
    MoveNotAllowed, BadQuantities.
    """
    row = parts.locked_for(vendor_order_id, owner=None, acting=acting)
    send(row=row, tracking=tracking, quantities=quantities, acting=acting, at=at)


@step
def send(
    *,
    row: VendorOrder,
    tracking: Tracking,
    quantities: Quantities | None,
    acting: Actor,
    at: datetime,
) -> UUID:
    """The same for a part that is locked already. Returns the parcel's id."""
    lines = parts.lines_of(row)
    left = parts.all_left(lines)
    VENDOR_ORDER.target_of("ship", row.state)
    packed = parts.checked(left if quantities is None else quantities, left)
    is_last = packed == left
    move, values = ("ship", {"shipped_at": at}) if is_last else ("ship_part", {})
    record_move(row, VENDOR_ORDER, move, acting=acting, at=at, values=values)
    parcel = _pack(row, packed, tracking, at=at)
    subject = orders.vendor_order_ref(row.id)
    stock.ship(lines=parts.stock_lines(lines, packed), subject=str(subject), at=at)
    told = {
        "carrier": tracking.carrier,
        "tracking_number": tracking.number,
        "parcel": str(parcel.id),
    }
    orders.note(
        row.order,
        "shipped" if is_last else "partially_shipped",
        vendor_order=row,
        data=told,
        acting=acting,
        at=at,
    )
    event = VendorOrderShipped if is_last else VendorOrderPartlyShipped
    publish(
        event(
            vendor_order_id=str(row.id),
            order_id=str(row.order_id),
            number=row.number,
            vendor_id=str(row.vendor_id),
            carrier=tracking.carrier,
            tracking_number=tracking.number,
        ),
        acting=acting,
        subject=subject,
    )
    return parcel.id


@operation
def deliver(
    *,
    vendor_order_id: UUID,
    parcel_id: UUID | None = None,
    owner: CartOwner | None = None,
    acting: Actor,
    at: datetime,
) -> None:
    """A parcel, or (None) everything sent, arrived, as vendor, operator or customer say.

    When nothing is left on its way or to send: cash is collected, the vendor's share leaves escrow;
    VendorOrderDelivered. Raises OrderUnknown, ParcelUnknown, NotYourPartner, NotYourOrder,
    MoveNotAllowed.
    """
    row = parts.locked_for(vendor_order_id, owner=owner, acting=acting)
    arrive(row=row, parcel_id=parcel_id, acting=acting, at=at)


@step
def arrive(*, row: VendorOrder, parcel_id: UUID | None, acting: Actor, at: datetime) -> None:
    """The same for a part that is locked already."""
    under_way = Fulfilment.objects.filter(vendor_order=row, state="sent").order_by("id")
    parcels = list(under_way.filter(id=parcel_id) if parcel_id else under_way)
    if parcel_id and not parcels:
        raise ParcelUnknown
    for parcel in parcels:
        record_move(parcel, PARCEL, "deliver", acting=acting, at=at, values={"delivered_at": at})
    if row.state == "partially_shipped" or under_way.filter(kind="sale").exists():
        orders.note(row.order, "parcel_delivered", vendor_order=row, acting=acting, at=at)
        return
    if parcels and row.state in {"delivered", "completed"}:
        orders.note(row.order, "replacement_delivered", vendor_order=row, acting=acting, at=at)
        return
    _finish(row, acting=acting, at=at)


@step
def settle_progress(*, row: VendorOrder, acting: Actor, at: datetime) -> None:
    """When the last thing left to send was cancelled, what was sent is all there is."""
    if row.state != "partially_shipped" or parts.all_left(parts.lines_of(row)):
        return
    record_move(row, VENDOR_ORDER, "ship", acting=acting, at=at, values={"shipped_at": at})
    publish(
        VendorOrderShipped(
            vendor_order_id=str(row.id),
            order_id=str(row.order_id),
            number=row.number,
            vendor_id=str(row.vendor_id),
            carrier="",
            tracking_number="",
        ),
        acting=acting,
        subject=orders.vendor_order_ref(row.id),
    )
    if not Fulfilment.objects.filter(vendor_order=row, state="sent").exists():
        _finish(row, acting=acting, at=at)


@operation
def complete(*, vendor_order_id: UUID, acting: Actor, at: datetime) -> None:
    """The time for returns is over; VendorOrderCompleted.

    Raises OrderUnknown, NotYourPartner, MoveNotAllowed.
    """
    row = parts.locked_for(vendor_order_id, owner=None, acting=acting)
    record_move(row, VENDOR_ORDER, "complete", acting=acting, at=at)
    orders.note(row.order, "completed", vendor_order=row, acting=acting, at=at)
    publish(
        VendorOrderCompleted(
            vendor_order_id=str(row.id),
            order_id=str(row.order_id),
            number=row.number,
            vendor_id=str(row.vendor_id),
        ),
        acting=acting,
        subject=orders.vendor_order_ref(row.id),
    )


def _finish(row: VendorOrder, *, acting: Actor, at: datetime) -> None:
    record_move(row, VENDOR_ORDER, "deliver", acting=acting, at=at, values={"delivered_at": at})
    subject = orders.vendor_order_ref(row.id)
    collect_cash(split_subject=subject, acting=acting, at=at)
    release_earning(subject=subject, acting=acting, at=at)
    orders.note(row.order, "delivered", vendor_order=row, acting=acting, at=at)
    publish(
        VendorOrderDelivered(
            vendor_order_id=str(row.id),
            order_id=str(row.order_id),
            number=row.number,
            vendor_id=str(row.vendor_id),
        ),
        acting=acting,
        subject=subject,
    )


@step
def send_again(
    *, row: VendorOrder, subject: Ref, tracking: Tracking, acting: Actor, at: datetime
) -> None:
    """A replacement left, because of a return or claim (`subject`); the stock is the caller's."""
    Fulfilment.objects.create(
        vendor_order=row,
        kind=Fulfilment.Kind.REPLACEMENT,
        subject=str(subject),
        carrier=tracking.carrier,
        tracking_number=tracking.number,
        tracking_url=tracking.url,
        shipped_at=at,
    )
    told = {"carrier": tracking.carrier, "tracking_number": tracking.number}
    orders.note(row.order, "replacement_sent", vendor_order=row, data=told, acting=acting, at=at)


@step
def lose(*, row: VendorOrder, acting: Actor, at: datetime) -> None:
    """What is under way will not arrive any more."""
    for parcel in Fulfilment.objects.filter(vendor_order=row, state="sent").order_by("id"):
        record_move(parcel, PARCEL, "lose", acting=acting, at=at)


def _pack(row: VendorOrder, packed: Quantities, tracking: Tracking, *, at: datetime) -> Fulfilment:
    parcel = Fulfilment.objects.create(
        vendor_order=row,
        carrier=tracking.carrier,
        tracking_number=tracking.number,
        tracking_url=tracking.url,
        shipped_at=at,
    )
    FulfilmentLine.objects.bulk_create(
        FulfilmentLine(fulfilment=parcel, line_id=line_id, quantity=quantity)
        for line_id, quantity in packed.items()
    )
    for line_id, quantity in packed.items():
        OrderLine.objects.filter(id=line_id).update(
            shipped_quantity=F("shipped_quantity") + quantity
        )
    return parcel
