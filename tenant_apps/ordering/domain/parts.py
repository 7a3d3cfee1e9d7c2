"""Vendor orders as rows under change: lock one, ask who may, count what is left to send."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from shared_apps.kernel.actor import Actor
from shared_apps.kernel.errors import NotAllowed, Unprocessable
from shared_apps.kernel.transactions import step
from tenant_apps.catalog.domain.stock import StockLine
from tenant_apps.ordering.domain import orders
from tenant_apps.ordering.domain.carts import CartOwner
from tenant_apps.ordering.models import Order, OrderLine, VendorOrder
from tenant_apps.partners.permissions import Verb, require

Quantities = Mapping[UUID, int]


class BadQuantities(Unprocessable):
    code, title = "bad_quantities", "That many of this line cannot be taken"


class NotYourOrder(NotAllowed):
    code, title = "not_your_order", "This is somebody else's order"


@step
def locked(vendor_order_id: UUID) -> VendorOrder:
    """A part of a placed order, locked; raises OrderUnknown."""
    row: VendorOrder | None = (
        VendorOrder.objects.select_for_update(of=["self"])
        .select_related("order")
        .filter(id=vendor_order_id, order__state="placed")
        .first()
    )
    if row is None:
        raise orders.OrderUnknown
    return row


@step
def locked_for(vendor_order_id: UUID, *, owner: CartOwner | None, acting: Actor) -> VendorOrder:
    """The same for its customer (`owner`) or, without one, for its vendor and the operator.

    Raises OrderUnknown, NotYourOrder, NotYourPartner.
    """
    row = locked(vendor_order_id)
    if owner is None:
        require(acting, Verb.FULFIL_ORDERS, row.vendor_id)
    else:
        require_owner(row.order, owner)
    return row


def require_owner(order: Order, owner: CartOwner) -> None:
    """Raise NotYourOrder unless the order is this customer's or this guest's."""
    is_customers = owner.user_id is not None and order.user_id == owner.user_id
    is_guests = (
        owner.guest_key is not None and order.user_id is None and order.guest_key == owner.guest_key
    )
    if not (is_customers or is_guests):
        raise NotYourOrder


def lines_of(row: VendorOrder) -> list[OrderLine]:
    """The lines as they stand under the part's lock."""
    return list(OrderLine.objects.filter(vendor_order=row).order_by("id"))


def left_of(line: OrderLine) -> int:
    """How many are neither sent nor cancelled (rule)."""
    return line.quantity - line.cancelled_quantity - line.shipped_quantity


def kept_of(line: OrderLine) -> int:
    """How many were sent and neither paid back nor exchanged (rule)."""
    paid_back = line.refunded_quantity - line.cancelled_quantity
    return max(0, line.shipped_quantity - paid_back - line.exchanged_quantity)


def all_left(lines: list[OrderLine]) -> dict[UUID, int]:
    """Everything that is not sent or cancelled yet (rule)."""
    return {line.id: left for line in lines if (left := left_of(line))}


def checked(wanted: Quantities, available: Quantities) -> dict[UUID, int]:
    """Quantities above zero and no more than there are (rule); raises BadQuantities."""
    found = {line_id: quantity for line_id, quantity in wanted.items() if quantity}
    if not found or any(
        quantity < 0 or quantity > available.get(line_id, 0) for line_id, quantity in found.items()
    ):
        raise BadQuantities(available={str(key): count for key, count in available.items()})
    return found


def stock_lines(lines: list[OrderLine], quantities: Quantities) -> list[StockLine]:
    """The same quantities as the stock counts them (rule)."""
    return [
        StockLine(line.variant_id, quantities[line.id]) for line in lines if line.id in quantities
    ]
