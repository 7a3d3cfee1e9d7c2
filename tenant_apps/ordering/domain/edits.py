"""Changes of an order before it is sent. Fewer units are a cancellation (cancelling.cancel_lines);
more units, or other goods, are a new order: what was agreed and paid is not reopened.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from shared_apps.audit.domain.records import record
from shared_apps.kernel.actor import Actor
from shared_apps.kernel.errors import Conflict, Unprocessable
from shared_apps.kernel.transactions import operation
from shared_apps.outbox.domain.publishing import publish
from tenant_apps.ordering.domain import orders, parts
from tenant_apps.ordering.domain.addresses import Address
from tenant_apps.ordering.domain.carts import CartOwner
from tenant_apps.ordering.events import OrderEdited
from tenant_apps.ordering.models import Order, VendorOrder
from tenant_apps.partners.permissions import require_operator

CUSTOMER_MAY = frozenset({"confirmed", "cancelled"})
OPERATOR_MAY = CUSTOMER_MAY | {"processing"}
# Tax and delivery were worked out for these, and are frozen.
_FIXED = ("country", "region")


class TooLateToEdit(Conflict):
    code, title = "too_late_to_edit", "This order is being prepared or on its way already"


class PlaceIsFixed(Unprocessable):
    code = "place_is_fixed"
    title = "Tax and delivery depend on country and region: cancel the order and place a new one"


@operation
def change_address(
    *,
    order_id: UUID,
    address: Address,
    owner: CartOwner | None = None,
    acting: Actor,
    at: datetime,
) -> None:
    """Send the order elsewhere in the same country and region, while nobody prepares it.

    Every vendor sees the new address; OrderEdited. `owner` is its customer, without one it is the
    operator. Raises OrderUnknown, NotYourOrder, TooLateToEdit, PlaceIsFixed.
    """
    rows = [
        parts.locked(each)
        for each in VendorOrder.objects.filter(order_id=order_id)
        .order_by("id")
        .values_list("id", flat=True)
    ]
    order = Order.objects.select_for_update().filter(id=order_id, state="placed").first()
    if order is None:
        raise orders.OrderUnknown
    if owner is None:
        require_operator(acting)
    else:
        parts.require_owner(order, owner)
    states = {row.state for row in rows}
    if not states <= (OPERATOR_MAY if owner is None else CUSTOMER_MAY) or states == {"cancelled"}:
        raise TooLateToEdit
    before, after = dict(order.address), address.as_json()
    if any(before.get(name, "") != after.get(name, "") for name in _FIXED):
        raise PlaceIsFixed
    order.address = after
    order.save(update_fields=["address"])
    orders.note(order, "address_changed", acting=acting, at=at)
    for row in rows:
        orders.note(order, "address_changed", vendor_order=row, acting=acting, at=at)
    changed = sorted(name for name in after if before.get(name, "") != after[name])
    subject = orders.ref_of(order.id)
    record(
        "ordering.order.change_address",
        subject=subject,
        acting=acting,
        at=at,
        changes={"fields": changed},
    )
    publish(
        OrderEdited(order_id=str(order.id), number=order.number, change="address"),
        acting=acting,
        subject=subject,
    )
