"""Calling off what is not sent yet: some of a line, a vendor order, or a whole order."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import F

from shared_apps.audit.domain.records import record
from shared_apps.kernel.actor import Actor
from shared_apps.kernel.errors import Conflict
from shared_apps.kernel.lifecycle import record_move
from shared_apps.kernel.transactions import operation, step
from shared_apps.outbox.domain.publishing import publish
from tenant_apps.catalog.domain import stock
from tenant_apps.ordering.domain import fulfilment, orders, parts, reversing
from tenant_apps.ordering.domain.carts import CartOwner
from tenant_apps.ordering.domain.parts import Quantities
from tenant_apps.ordering.domain.reversing import Wanted
from tenant_apps.ordering.events import LineCancelled, VendorOrderCancelled
from tenant_apps.ordering.lifecycle import VENDOR_ORDER
from tenant_apps.ordering.models import OrderLine, VendorOrder
from tenant_apps.promotions.domain import discounts

# A customer may change their mind until the vendor has begun; vendor and operator until it is sent.
# What is downloaded is sent at once and does not count as begun.
CUSTOMER_MAY = frozenset({"confirmed"})
OTHERS_MAY = frozenset({"confirmed", "processing", "partially_shipped"})


class TooLateToCancel(Conflict):
    code, title = "too_late_to_cancel", "This is being prepared or on its way; it can be sent back"


@dataclass(frozen=True, slots=True)
class CancelledOrder:
    """Which parts of a whole order were called off, and which could not be any more."""

    cancelled: Sequence[UUID]
    kept: Sequence[UUID]


@operation
def cancel_lines(
    *,
    vendor_order_id: UUID,
    quantities: Quantities,
    reason: str,
    owner: CartOwner | None = None,
    acting: Actor,
    at: datetime,
) -> None:
    """Call off some of the lines of a part; with nothing left the part is cancelled.

    Their stock can be sold again, their price goes back (the delivery's with the last one), the
    vendor earns less by exactly their share; LineCancelled. With nothing left of the whole order its
    codes can be used again. `owner` is a customer who asks, without
    one it is vendor or operator. Raises OrderUnknown, NotYourOrder, NotYourPartner,
    TooLateToCancel, BadQuantities.
    """
    row = parts.locked_for(vendor_order_id, owner=owner, acting=acting)
    _require_time(row, owner)
    call_off(row=row, quantities=quantities, reason=reason, acting=acting, at=at)


@operation
def cancel_vendor_order(
    *,
    vendor_order_id: UUID,
    reason: str,
    owner: CartOwner | None = None,
    acting: Actor,
    at: datetime,
) -> None:
    """Call off all of a part that is not sent yet; its siblings are not touched.

    Effects and errors as cancel_lines; VendorOrderCancelled when none of it was sent.
    """
    row = parts.locked_for(vendor_order_id, owner=owner, acting=acting)
    _require_time(row, owner)
    call_off(row=row, quantities=None, reason=reason, acting=acting, at=at)


@operation
def cancel_order(
    *,
    order_id: UUID,
    reason: str,
    owner: CartOwner | None = None,
    acting: Actor,
    at: datetime,
) -> CancelledOrder:
    """Call off every part of an order that still can be; the others stay as they are.

    Raises TooLateToCancel when none can, and what cancel_lines raises.
    """
    ids = VendorOrder.objects.filter(order_id=order_id, order__state="placed").order_by("id")
    rows = [
        parts.locked_for(each, owner=owner, acting=acting)
        for each in ids.values_list("id", flat=True)
    ]
    if not rows:
        raise orders.OrderUnknown
    due = [row for row in rows if _is_time(row, owner)]
    if not due:
        raise TooLateToCancel
    for row in due:
        call_off(row=row, quantities=None, reason=reason, acting=acting, at=at)
    kept = [row.id for row in rows if row not in due and row.state != "cancelled"]
    return CancelledOrder([row.id for row in due], kept)


@step
def call_off(
    *,
    row: VendorOrder,
    quantities: Quantities | None,
    reason: str,
    acting: Actor,
    at: datetime,
) -> None:
    """The effects, for a part that is locked; None means all that is left to send."""
    lines = parts.lines_of(row)
    left = parts.all_left(lines)
    gone = parts.checked(left if quantities is None else quantities, left)
    is_all = gone == left and not any(line.shipped_quantity for line in lines)
    subject = orders.vendor_order_ref(row.id)
    stock.cancel(lines=parts.stock_lines(lines, gone), subject=str(subject), at=at)
    delivery = reversing.delivery_left(row) if is_all else 0
    undone = reversing.undo(
        row=row, wanted=Wanted(gone, delivery_minor=delivery), kind="cancel", acting=acting, at=at
    )
    for line_id, quantity in gone.items():
        OrderLine.objects.filter(id=line_id).update(
            cancelled_quantity=F("cancelled_quantity") + quantity
        )
    _tell_lines(row, lines, gone, acting=acting)
    told = {"reason": reason, "amount_minor": undone.amount.minor, "currency": row.currency}
    kind = "cancelled" if is_all else "lines_cancelled"
    if not is_all:
        names = {line.id: line.title for line in lines}
        told |= {"lines": [[names[line_id], count] for line_id, count in gone.items()]}
    orders.note(row.order, kind, vendor_order=row, data=told, acting=acting, at=at)
    record(
        f"ordering.vendor_order.{'cancel' if is_all else 'cancel_lines'}",
        subject=subject,
        acting=acting,
        at=at,
    )
    if is_all:
        _close(row, reason=reason, acting=acting, at=at)
    else:
        fulfilment.settle_progress(row=row, acting=acting, at=at)


def has_begun(state: str, lines: Iterable[tuple[int, int, bool]]) -> bool:
    """Whether a vendor began with a part (rule); of its lines: left, shipped, is it digital?"""
    if state in CUSTOMER_MAY:
        return False
    counts = list(lines)
    is_waiting = any(left for left, _shipped, _digital in counts)
    is_sent = any(shipped and not digital for _left, shipped, digital in counts)
    return state != "partially_shipped" or is_sent or not is_waiting


def _is_time(row: VendorOrder, owner: CartOwner | None) -> bool:
    if owner is None:
        return row.state in OTHERS_MAY
    lines = [
        (parts.left_of(line), line.shipped_quantity, line.is_digital)
        for line in parts.lines_of(row)
    ]
    return not has_begun(row.state, lines)


def _require_time(row: VendorOrder, owner: CartOwner | None) -> None:
    if not _is_time(row, owner):
        raise TooLateToCancel(state=row.state)


def _tell_lines(
    row: VendorOrder, lines: Sequence[OrderLine], gone: Quantities, *, acting: Actor
) -> None:
    for line in lines:
        if line.id in gone:
            publish(
                LineCancelled(
                    line_id=str(line.id),
                    vendor_order_id=str(row.id),
                    order_id=str(row.order_id),
                    vendor_id=str(row.vendor_id),
                    variant_id=str(line.variant_id),
                    quantity=gone[line.id],
                ),
                acting=acting,
                subject=orders.vendor_order_ref(row.id),
            )


def _close(row: VendorOrder, *, reason: str, acting: Actor, at: datetime) -> None:
    record_move(row, VENDOR_ORDER, "cancel", acting=acting, at=at, note=reason)
    alive = VendorOrder.objects.filter(order_id=row.order_id).exclude(state="cancelled")
    if not alive.exists():
        discounts.give_back_codes(subject=orders.ref_of(row.order_id), at=at)
    publish(
        VendorOrderCancelled(
            vendor_order_id=str(row.id),
            order_id=str(row.order_id),
            number=row.number,
            vendor_id=str(row.vendor_id),
            reason=reason,
        ),
        acting=acting,
        subject=orders.vendor_order_ref(row.id),
    )
