"""What a cart needs to know of variants: may they be sold, by whom, for how much."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, FilteredRelation, OuterRef, Q
from django.db.models.functions import JSONObject

from shared_apps.kernel.context import current_tenant
from shared_apps.kernel.ids import public_id
from shared_apps.kernel.money import Money
from tenant_apps.catalog.models import PriceChange, ProductImage, Variant

_PRIOR_DAYS = 30


@dataclass(frozen=True, slots=True)
class Offer:
    """A variant as it can be bought now. `available` is None when stock sets no limit."""

    variant_id: UUID
    product_id: UUID
    slug: str
    title: str
    variant_label: str
    sku: str
    vendor_id: UUID
    vendor_name: str
    vendor_slug: str
    category_path: str
    tax_class: str
    is_digital: bool
    weight_g: int | None
    price: Money | None
    compare_at: Money | None
    available: int | None
    is_on_sale: bool
    image: dict[str, Any]
    vendor_closed_from: date | None = None
    vendor_closed_until: date | None = None

    @property
    def public_id(self) -> str:
        return public_id("var", self.variant_id)

    @property
    def url(self) -> str:
        return f"/p/{self.slug}/"

    @property
    def is_sellable(self) -> bool:
        """On sale, priced in the currency asked for, and at least one to be had."""
        return self.is_on_sale and self.price is not None and self.can_supply(1)

    def is_vendor_away(self, day: date) -> bool:
        """On holiday that day; an end that is not known is none."""
        since, until = self.vendor_closed_from, self.vendor_closed_until
        return since is not None and day >= since and (until is None or day <= until)

    def can_supply(self, quantity: int) -> bool:
        return self.available is None or self.available >= quantity


def offers(variant_ids: Iterable[UUID], *, currency: str = "") -> dict[UUID, Offer]:
    """The offers of variants in a currency (the tenant's unless given). One query."""
    currency = currency or current_tenant().currency
    pictures = ProductImage.objects.filter(product=OuterRef("product_id"))
    rows = (
        Variant.objects.filter(pk__in=set(variant_ids))
        .annotate(asked=FilteredRelation("prices", condition=Q(prices__currency=currency)))
        .annotate(
            amount=F("asked__amount_minor"),
            compare=F("asked__compare_at_minor"),
            pictures=ArraySubquery(
                pictures.order_by("position", "pk").values(
                    row=JSONObject(
                        id="pk",
                        alt="alt",
                        source_url="source_url",
                        file_id="file_id",
                        picture="picture",
                    )
                )[:12]
            ),
        )
        .select_related("stock", "product__vendor", "product__category")
    )
    return {row.pk: _offer(row, currency) for row in rows}


def _offer(row: Any, currency: str) -> Offer:
    product, stock = row.product, row.stock
    is_counted = stock.is_tracked and not stock.allows_backorder
    return Offer(
        variant_id=row.pk,
        product_id=product.pk,
        slug=product.slug,
        title=product.title,
        variant_label=" / ".join(row.option_values),
        sku=row.sku,
        vendor_id=product.vendor_id,
        vendor_name=product.vendor.name,
        vendor_slug=product.vendor.slug,
        category_path=product.category.path if product.category else "",
        tax_class=product.tax_class,
        is_digital=product.is_digital,
        weight_g=row.weight_g,
        price=Money(row.amount, currency) if row.amount is not None else None,
        compare_at=Money(row.compare, currency) if row.compare is not None else None,
        available=max(0, stock.available) if is_counted else None,
        is_on_sale=row.is_active
        and product.state == "published"
        and product.vendor.state == "approved",
        image=_image(row),
        vendor_closed_from=product.vendor.closed_from,
        vendor_closed_until=product.vendor.closed_until,
    )


def _image(row: Any) -> dict[str, Any]:
    """The variant's own picture, else the product's first, else nothing."""
    pictures: list[dict[str, Any]] = row.pictures
    own = [picture for picture in pictures if picture["id"] == str(row.image_id)]
    return (own or pictures or [{}])[0]


def lowest_prior_price(variant_id: UUID, *, currency: str, at: datetime) -> Money | None:
    """The lowest price of the 30 days before the present one was set (Omnibus). One query."""
    changes = list(
        PriceChange.objects.filter(variant_id=variant_id, currency=currency, at__lte=at)
        .order_by("-at", "-pk")
        .values_list("at", "amount_minor")[:200]
    )
    if len(changes) < 2:
        return None
    since = changes[0][0] - timedelta(days=_PRIOR_DAYS)
    inside = [amount for moment, amount in changes[1:] if moment >= since]
    before = [amount for moment, amount in changes[1:] if moment < since][:1]
    return Money(min([*inside, *before]), currency)
