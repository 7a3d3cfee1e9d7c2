"""Reading what was sold and delivered, for the rooms above."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet

from tenant_apps.ordering.models import OrderLine, VendorOrder

DELIVERED = ("delivered", "completed")


@dataclass(frozen=True, slots=True)
class SoldProduct:
    product_id: UUID
    title: str
    slug: str


@dataclass(frozen=True, slots=True)
class DeliveredPart:
    """A vendor's part of an order that arrived; `user_id` is None when a guest bought."""

    order_id: UUID
    order_number: str
    vendor_order_id: UUID
    vendor_id: UUID
    vendor_name: str
    user_id: UUID | None
    products: Sequence[SoldProduct]


def delivered_parts(order_id: UUID) -> list[DeliveredPart]:
    """The parts of an order that arrived, each with its products once. Two queries."""
    return [_part(row) for row in _delivered().filter(order_id=order_id).order_by("number")]


def delivered_part(vendor_order_id: UUID) -> DeliveredPart | None:
    """One part, when it arrived. Two queries."""
    row = _delivered().filter(pk=vendor_order_id).first()
    return _part(row) if row else None


def _delivered() -> QuerySet[VendorOrder]:
    rows = VendorOrder.objects.filter(order__state="placed", state__in=DELIVERED)
    return rows.select_related("order").prefetch_related("lines")


def _part(row: VendorOrder) -> DeliveredPart:
    lines: list[OrderLine] = sorted(row.lines.all(), key=lambda line: line.title)
    products = {
        line.product_id: SoldProduct(line.product_id, line.title, line.product_slug)
        for line in lines
    }
    return DeliveredPart(
        order_id=row.order_id,
        order_number=row.order.number,
        vendor_order_id=row.pk,
        vendor_id=row.vendor_id,
        vendor_name=row.vendor_name,
        user_id=row.order.user_id,
        products=list(products.values()),
    )
