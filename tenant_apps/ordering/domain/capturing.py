"""What of an order can still be had, asked just before an authorised card is captured."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from shared_apps.kernel.ref import Ref
from tenant_apps.ordering.domain.orders import vendor_order_ref
from tenant_apps.ordering.lifecycle import ORDER_OPEN
from tenant_apps.ordering.models import Order


def still_to_be_had(subject: Ref, at: datetime) -> Collection[str]:
    """The parts of an open order while its goods are held; nothing of one that is over.

    A placed order has its stock: what was authorised for it is captured whole.
    """
    order = Order.objects.filter(id=subject.id).first()
    if order is None or order.state not in (*ORDER_OPEN, "placed"):
        return ()
    if order.state in ORDER_OPEN and order.expires_at <= at:
        return ()
    return [
        str(vendor_order_ref(each)) for each in order.vendor_orders.values_list("id", flat=True)
    ]
