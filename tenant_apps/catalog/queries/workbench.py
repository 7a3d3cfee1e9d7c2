"""Lists and forms of those who keep the catalogue: vendors and the operator."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, F, Min, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import JSONObject

from shared_apps.kernel.context import current_tenant
from shared_apps.kernel.ids import public_id
from shared_apps.kernel.money import Money
from shared_apps.kernel.pages import Page, page_of
from tenant_apps.catalog.models import (
    Product,
    ProductImage,
    ProductMove,
    StockItem,
    Variant,
    VariantPrice,
)
from tenant_apps.catalog.queries.products import ProductDetail, product_with


@dataclass(frozen=True, slots=True)
class ProductRow:
    """A product in a list of its keepers. `on_hand` is None where nothing is counted."""

    id: UUID
    title: str
    slug: str
    state: str
    vendor_id: UUID
    vendor_name: str
    category_path: str
    price_from: Money | None
    variant_count: int
    on_hand: int | None
    image: dict[str, Any]
    created_at: datetime
    updated_at: datetime

    @property
    def public_id(self) -> str:
        return public_id("prod", self.id)


@dataclass(frozen=True, slots=True)
class StockRow:
    variant_id: UUID
    product_id: UUID
    title: str
    label: str
    sku: str
    on_hand: int
    allocated: int
    reserved: int
    available: int
    is_tracked: bool
    allows_backorder: bool
    low_at: int

    @property
    def public_id(self) -> str:
        return public_id("var", self.variant_id)

    @property
    def promised(self) -> int:
        """What carts hold and orders have bought but not got."""
        return self.allocated + self.reserved


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    move: str
    from_state: str
    to_state: str
    actor: str
    at: datetime
    note: str


def vendor_products(
    vendor_id: UUID, *, state: str = "", query: str = "", cursor: str = "", limit: int = 25
) -> Page[ProductRow]:
    """A vendor's own products, newest first. One query."""
    rows = Product.objects.filter(vendor_id=vendor_id)
    if state:
        rows = rows.filter(state=state)
    return _rows_page(_matching(rows, query), cursor=cursor, limit=limit)


def moderation_queue(
    *, state: str = "submitted", query: str = "", cursor: str = "", limit: int = 25
) -> Page[ProductRow]:
    """Products of all vendors in a state, newest first ("" = all). One query."""
    rows = Product.objects.filter(state=state) if state else Product.objects.all()
    return _rows_page(_matching(rows, query), cursor=cursor, limit=limit)


def count_by_state(vendor_id: UUID | None = None) -> dict[str, int]:
    """How many products are in each state. One query."""
    rows = Product.objects.all() if vendor_id is None else Product.objects.filter(vendor=vendor_id)
    return dict(rows.values_list("state").annotate(n=Count("pk")).order_by())


def draft_of(product_id: UUID) -> ProductDetail:
    """A product in whatever state, for its edit form. One query; raises ProductUnknown."""
    return product_with(product_id)


def public_id_of(product_id: UUID) -> str:
    return public_id("prod", product_id)


def is_variant_of(variant_id: UUID, *, vendor_id: UUID) -> bool:
    """Whether a variant is this vendor's. One query."""
    return Variant.objects.filter(pk=variant_id, vendor_id=vendor_id).exists()


def low_count(vendor_id: UUID) -> int:
    """How many of a vendor's variants are at or below their warning level. One query."""
    rows = StockItem.objects.filter(variant__vendor_id=vendor_id, variant__is_active=True)
    low = rows.filter(is_tracked=True, on_hand__lte=F("allocated") + F("reserved") + F("low_at"))
    return low.exclude(variant__product__state="archived").count()


def submitted_count() -> int:
    """How many products wait for approval. One query."""
    return Product.objects.filter(state="submitted").count()


def history_of(product_id: UUID) -> list[HistoryEntry]:
    """What happened to a product, oldest first. One query."""
    rows = ProductMove.objects.filter(subject_id=product_id).order_by("pk")
    return [
        HistoryEntry(row.move, row.from_state, row.to_state, row.actor, row.at, row.note)
        for row in rows
    ]


def stock_page(
    vendor_id: UUID, *, only_low: bool = False, query: str = "", cursor: str = "", limit: int = 50
) -> Page[StockRow]:
    """The stock of a vendor's active variants. One query."""
    rows = StockItem.objects.filter(variant__vendor_id=vendor_id, variant__is_active=True)
    if query:
        rows = rows.filter(
            Q(variant__sku__icontains=query) | Q(variant__product__title__icontains=query)
        )
    if only_low:
        rows = rows.filter(
            is_tracked=True, on_hand__lte=F("allocated") + F("reserved") + F("low_at")
        )
    page = page_of(
        rows.exclude(variant__product__state="archived").select_related("variant__product"),
        cursor=cursor,
        limit=limit,
        order=("variant_id",),
    )
    return Page([stock_row(row) for row in page.items], page.next_cursor, page.prev_cursor)


def _matching(rows: QuerySet[Product], query: str) -> QuerySet[Product]:
    if not query:
        return rows
    skus = Variant.objects.filter(sku__icontains=query).values("product_id")
    return rows.filter(Q(title__icontains=query) | Q(pk__in=skus))


def _rows_page(rows: QuerySet[Product], *, cursor: str, limit: int) -> Page[ProductRow]:
    currency = current_tenant().currency
    variants = Variant.objects.filter(product=OuterRef("pk"), is_active=True).order_by()
    prices = VariantPrice.objects.filter(
        variant__product=OuterRef("pk"), variant__is_active=True, currency=currency
    ).order_by()
    images = ProductImage.objects.filter(product=OuterRef("pk")).order_by("position", "pk")
    counted = variants.filter(stock__is_tracked=True).values("product")
    listed = rows.select_related("vendor", "category").annotate(
        low=Subquery(prices.values("variant__product").annotate(n=Min("amount_minor")).values("n")),
        how_many=Subquery(variants.values("product").annotate(n=Count("pk")).values("n")),
        shelf=Subquery(counted.annotate(n=Sum("stock__on_hand")).values("n")),
        first_image=Subquery(
            images.values(
                row=JSONObject(
                    alt="alt", source_url="source_url", file_id="file_id", picture="picture"
                )
            )[:1]
        ),
    )
    page = page_of(listed, cursor=cursor, limit=limit)
    return Page(
        [_product_row(row, currency) for row in page.items], page.next_cursor, page.prev_cursor
    )


def _product_row(row: Any, currency: str) -> ProductRow:
    return ProductRow(
        id=row.pk,
        title=row.title,
        slug=row.slug,
        state=row.state,
        vendor_id=row.vendor_id,
        vendor_name=row.vendor.name,
        category_path=row.category.path if row.category else "",
        price_from=Money(row.low, currency) if row.low is not None else None,
        variant_count=row.how_many or 0,
        on_hand=row.shelf,
        image=row.first_image or {},
        created_at=row.created_at,
        updated_at=row.updated_at,
    )


def stock_row(row: StockItem) -> StockRow:
    variant = row.variant
    return StockRow(
        variant_id=variant.pk,
        product_id=variant.product_id,
        title=variant.product.title,
        label=" / ".join(variant.option_values),
        sku=variant.sku,
        on_hand=row.on_hand,
        allocated=row.allocated,
        reserved=row.reserved,
        available=row.available,
        is_tracked=row.is_tracked,
        allows_backorder=row.allows_backorder,
        low_at=row.low_at,
    )
