"""Reading what was sold and delivered, for the rooms above."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from uuid import UUID

from django.db.models import Count, Max, QuerySet, Sum
from django.db.models.functions import TruncDate

from shared_apps.kernel.money import Money
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


@dataclass(frozen=True, slots=True)
class SalesDay:
    """What was sold on one day, cancelled parts left out; amounts in minor units."""

    day: date
    orders: int
    gross_minor: int
    commission_minor: int
    take_minor: int
    earning_minor: int


@dataclass(frozen=True, slots=True)
class SoldGoods:
    """A product's sales over a period."""

    product_id: UUID
    title: str
    slug: str
    units: int
    gross: Money


@dataclass(frozen=True, slots=True)
class SalesOf:
    """Sales in one currency in [start, end), of one vendor or of all."""

    start: datetime
    end: datetime
    currency: str
    vendor_id: UUID | None = None


def sales_by_day(asked: SalesOf) -> list[SalesDay]:
    """What was sold, by day (UTC). One query."""
    days = _sold(asked).values(day=TruncDate("created_at", tzinfo=UTC))
    sums = days.annotate(
        orders=Count("order_id", distinct=True),
        gross=Sum("total_minor"),
        commission=Sum("commission_minor"),
        take=Sum("take_minor"),
        earning=Sum("earning_minor"),
    )
    return [
        SalesDay(
            row["day"],
            row["orders"],
            row["gross"],
            row["commission"],
            row["take"],
            row["earning"],
        )
        for row in sums.order_by("day")
    ]


def units_sold(asked: SalesOf) -> int:
    """How many pieces were sold. One query."""
    rows = OrderLine.objects.filter(vendor_order__in=_sold(asked))
    return rows.aggregate(units=Sum("quantity"))["units"] or 0


def best_sellers(asked: SalesOf, *, limit: int = 10) -> list[SoldGoods]:
    """The products that brought in most. One query."""
    lines = OrderLine.objects.filter(vendor_order__in=_sold(asked)).values("product_id")
    sums = lines.annotate(
        units=Sum("quantity"),
        gross=Sum("total_minor"),
        name=Max("title"),
        slug=Max("product_slug"),
    )
    return [
        SoldGoods(
            row["product_id"],
            row["name"],
            row["slug"],
            row["units"],
            Money(row["gross"], asked.currency),
        )
        for row in sums.order_by("-gross", "product_id")[:limit]
    ]


def _sold(asked: SalesOf) -> QuerySet[VendorOrder]:
    rows = VendorOrder.objects.filter(
        order__state="placed",
        created_at__gte=asked.start,
        created_at__lt=asked.end,
        currency=asked.currency,
    ).exclude(state="cancelled")
    return rows if asked.vendor_id is None else rows.filter(vendor_id=asked.vendor_id)
