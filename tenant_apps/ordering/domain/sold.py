"""What settlement asks of orders: the lines that were sold, and what vendor orders are called."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Sum

from shared_apps.kernel.money import Money
from tenant_apps.ordering.models import OrderLine, VendorOrder
from tenant_apps.settlement.domain.commissions import CommissionSubject
from tenant_apps.settlement.domain.sales import SoldLine

_CHUNK = 2000


def sold_since(moment: datetime) -> Iterator[SoldLine]:
    """Lines and deliveries of orders placed since then, with their frozen commission. Two queries."""
    rows = OrderLine.objects.filter(
        vendor_order__order__state="placed", vendor_order__order__placed_at__gte=moment
    ).select_related("vendor_order")
    for row in rows.iterator(chunk_size=_CHUNK):
        yield _sold(row)
    parts = VendorOrder.objects.filter(
        order__state="placed", order__placed_at__gte=moment, delivery_minor__gt=0
    ).annotate(
        on_lines=Sum("lines__commission_minor"), tax_on_lines=Sum("lines__commission_tax_minor")
    )
    for part in parts.iterator(chunk_size=_CHUNK):
        yield _sent(part)


def numbers_of(ids: Iterable[str]) -> Mapping[str, str]:
    """The numbers of vendor orders by id. One query."""
    wanted = [UUID(each) for each in ids]
    rows = VendorOrder.objects.filter(id__in=wanted).values_list("id", "number")
    return {str(vendor_order_id): number for vendor_order_id, number in rows}


def _sent(part: Any) -> SoldLine:
    """A delivery: what of the vendor order's commission is on none of its lines."""
    paid = part.delivery_minor - part.delivery_discount_minor + part.delivery_tax_added_minor
    base = paid - part.delivery_tax_minor + part.delivery_subsidy_minor
    return SoldLine(
        subject=CommissionSubject(part.vendor_id, UUID(int=0), ""),
        vendor_name=part.vendor_name,
        base=Money(base, part.currency),
        quantity=1,
        commission=Money(part.commission_minor - (part.on_lines or 0), part.currency),
        commission_tax=Money(part.commission_tax_minor - (part.tax_on_lines or 0), part.currency),
        is_delivery=True,
    )


def _sold(row: OrderLine) -> SoldLine:
    part = row.vendor_order
    base = row.total_minor - row.tax_minor + row.subsidy_minor
    return SoldLine(
        subject=CommissionSubject(part.vendor_id, row.product_id, row.category_path),
        vendor_name=part.vendor_name,
        base=Money(base, part.currency),
        quantity=row.quantity,
        commission=Money(row.commission_minor, part.currency),
        commission_tax=Money(row.commission_tax_minor, part.currency),
    )
