"""What a completed vendor order gives its customer back, where the operator gives anything."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from shared_apps.kernel.money import Money
from shared_apps.kernel.transactions import step
from tenant_apps.ordering.domain import orders
from tenant_apps.ordering.models import VendorOrder
from tenant_apps.promotions.domain import loyalty


@step
def reward_customer(*, vendor_order_id: UUID, at: datetime) -> None:
    """Credit the customer's wallet for what they paid and did not get back, once; guests have none."""
    row = VendorOrder.objects.select_related("order").get(id=vendor_order_id)
    spent = Money(row.total_minor - row.refunded_minor, row.currency)
    if row.order.user_id is not None and spent.minor > 0:
        loyalty.reward(
            user_id=row.order.user_id, subject=orders.vendor_order_ref(row.id), spent=spent, at=at
        )
