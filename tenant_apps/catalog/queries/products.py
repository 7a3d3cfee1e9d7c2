"""One product with everything a page, the API or the index shows of it: one query."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Q

from shared_apps.kernel.context import current_tenant
from shared_apps.kernel.errors import NotFound
from shared_apps.kernel.ids import public_id
from shared_apps.kernel.money import Money
from tenant_apps.catalog.models import Product, StockItem
from tenant_apps.catalog.queries.categories import Crumb, crumbs_of

PRODUCT_PREFIX, VARIANT_PREFIX, PARTNER_PREFIX = "prod", "var", "part"


class ProductUnknown(NotFound):
    code, title = "record_not_found", "There is no such product here"


@dataclass(frozen=True, slots=True)
class VendorFace:
    id: UUID
    name: str
    slug: str
    tagline: str
    logo_file_id: UUID | None
    state: str

    @property
    def public_id(self) -> str:
        return public_id(PARTNER_PREFIX, self.id)


@dataclass(frozen=True, slots=True)
class Picture:
    """A product picture: stored (`file_id`, `picture` data) or only known by its address."""

    id: str
    alt: str
    source_url: str
    file_id: UUID | None
    picture: Mapping[str, Any]

    def as_json(self) -> dict[str, Any]:
        return {
            "alt": self.alt,
            "source_url": self.source_url,
            "file_id": str(self.file_id) if self.file_id else "",
            "picture": dict(self.picture),
        }


@dataclass(frozen=True, slots=True)
class OptionAxis:
    name: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AttributeValue:
    """A stated property, ready to read; `code` is empty of meaning to shoppers."""

    code: str
    label: str
    texts: tuple[str, ...]
    is_facet: bool


@dataclass(frozen=True, slots=True)
class VariantDetail:
    """One thing to buy. `available` is None where stock is not counted or may be backordered."""

    id: UUID
    sku: str
    option_values: tuple[str, ...]
    price: Money | None
    compare_at: Money | None
    in_stock: bool
    available: int | None
    is_low: bool
    weight_g: int | None
    barcode: str
    image_id: str

    @property
    def public_id(self) -> str:
        return public_id(VARIANT_PREFIX, self.id)

    @property
    def label(self) -> str:
        return " / ".join(self.option_values)

    @property
    def is_buyable(self) -> bool:
        return self.in_stock and self.price is not None


@dataclass(frozen=True, slots=True)
class ProductDetail:
    id: UUID
    slug: str
    title: str
    summary: str
    description_html: str
    description_text: str
    brand: str
    product_type: str
    tags: tuple[str, ...]
    state: str
    version: int
    is_digital: bool
    is_featured: bool
    tax_class: str
    created_at: datetime
    updated_at: datetime
    published_at: datetime | None
    vendor: VendorFace
    category_id: UUID | None
    category_path: str
    crumbs: tuple[Crumb, ...]
    attributes: tuple[AttributeValue, ...]
    options: tuple[OptionAxis, ...]
    images: tuple[Picture, ...]
    variants: tuple[VariantDetail, ...]
    currency: str

    @property
    def public_id(self) -> str:
        return public_id(PRODUCT_PREFIX, self.id)

    @property
    def url(self) -> str:
        return f"/p/{self.slug}/"

    @property
    def is_on_sale(self) -> bool:
        return self.state == "published" and self.vendor.state == "approved"

    @property
    def prices(self) -> list[Money]:
        return sorted(variant.price for variant in self.variants if variant.price is not None)

    @property
    def in_stock(self) -> bool:
        return any(variant.is_buyable for variant in self.variants)

    @property
    def first_choice(self) -> VariantDetail | None:
        """What is chosen before the shopper chooses: the first that can be bought."""
        buyable = [variant for variant in self.variants if variant.is_buyable]
        return next(iter(buyable or self.variants), None)


def product_at(slug: str, *, currency: str = "") -> ProductDetail:
    """A product on sale by its address. One query; raises ProductUnknown."""
    return _one(_BY_SLUG + _ON_SALE, slug, currency)


def product_with(product_id: UUID, *, currency: str = "", on_sale: bool = False) -> ProductDetail:
    """A product by id, in whatever state unless `on_sale`. One query; raises ProductUnknown."""
    return _one(_BY_ID + (_ON_SALE if on_sale else ""), product_id, currency)


def products_of_vendor_ids(vendor_id: UUID, *, state: str = "published") -> list[UUID]:
    """The ids of a vendor's products in a state. One query."""
    rows = Product.objects.filter(vendor_id=vendor_id, state=state)
    return list(rows.order_by("pk").values_list("pk", flat=True))


# By hand, because it is the busiest read of the shop: the same through the ORM costs five queries
# or, with subqueries as JSON, ten times the CPU of this.
_DETAIL = """
SELECT p.id, p.slug, p.title, p.summary, p.description_html, p.description_text, p.brand,
    p.product_type, p.tags, p.state, p.version, p.is_digital, p.is_featured, p.tax_class,
    p.created_at, p.updated_at, p.published_at, p.category_id, p.attributes,
    v.id, v.name, v.slug, v.tagline, v.logo_file_id, v.state, c.path, c.trail,
    (SELECT json_agg(json_build_array(o.name, o.values) ORDER BY o.position)
     FROM catalog_productoption o WHERE o.product_id = p.id),
    (SELECT json_agg(json_build_array(i.id, i.alt, i.source_url, i.file_id, i.picture)
                     ORDER BY i.position, i.id)
     FROM catalog_productimage i WHERE i.product_id = p.id),
    (SELECT json_agg(json_build_array(a.code, a.name, a.unit, a.is_facet)
                     ORDER BY a.position, a.code)
     FROM catalog_attribute a WHERE p.attributes ? a.code),
    (SELECT json_agg(json_build_array(x.id, x.sku, x.option_values, x.barcode, x.weight_g,
                                      x.image_id, r.amount_minor, r.compare_at_minor,
                                      s.on_hand - s.allocated - s.reserved, s.is_tracked,
                                      s.allows_backorder, s.low_at)
                     ORDER BY x.position, x.id)
     FROM catalog_variant x JOIN catalog_stockitem s ON s.variant_id = x.id
     LEFT JOIN catalog_variantprice r ON r.variant_id = x.id AND r.currency = %s
     WHERE x.product_id = p.id AND x.is_active)
FROM catalog_product p JOIN partners_partner v ON v.id = p.vendor_id
LEFT JOIN catalog_category c ON c.id = p.category_id
"""
_OWN_COLUMNS = (
    "id",
    "slug",
    "title",
    "summary",
    "description_html",
    "description_text",
    "brand",
    "product_type",
    "tags",
    "state",
    "version",
    "is_digital",
    "is_featured",
    "tax_class",
    "created_at",
    "updated_at",
    "published_at",
    "category_id",
)
_BY_SLUG, _BY_ID = "WHERE p.slug = %s", "WHERE p.id = %s"
_ON_SALE = " AND p.state = 'published' AND v.state = 'approved'"


def _one(condition: str, key: str | UUID, currency: str) -> ProductDetail:
    currency = currency or current_tenant().currency
    with connection.cursor() as cursor:
        cursor.execute(_DETAIL + condition, [currency, str(key)])
        row = cursor.fetchone()
    if row is None:
        raise ProductUnknown
    return _detail(row, currency)


def _detail(row: Sequence[Any], currency: str) -> ProductDetail:
    vendor_at, path_at = 19, 25
    path, trail = row[path_at] or "", row[path_at + 1] or ()
    options, images, definitions, variants = row[path_at + 2 :]
    own = dict(zip(_OWN_COLUMNS, row, strict=False))
    own["tags"] = tuple(own["tags"])
    return ProductDetail(
        **own,
        vendor=VendorFace(*row[vendor_at:path_at]),
        category_path=path,
        crumbs=crumbs_of(path, trail),
        attributes=_attributes(json.loads(row[vendor_at - 1]), definitions or ()),
        options=tuple(OptionAxis(name, tuple(values)) for name, values in options or ()),
        images=tuple(_picture(*each) for each in images or ()),
        variants=tuple(_variant(each, currency) for each in variants or ()),
        currency=currency,
    )


def _variant(row: Sequence[Any], currency: str) -> VariantDetail:
    key, sku, values, barcode, weight, image, amount, former, free, tracked, beyond, low_at = row
    is_counted = tracked and not beyond
    return VariantDetail(
        id=UUID(key),
        sku=sku,
        option_values=tuple(values),
        price=Money(amount, currency) if amount is not None else None,
        compare_at=Money(former, currency) if former is not None else None,
        in_stock=not is_counted or free > 0,
        available=max(0, free) if is_counted else None,
        is_low=is_counted and 0 < free <= low_at,
        weight_g=weight,
        barcode=barcode,
        image_id=image or "",
    )


def _picture(
    key: str, alt: str, url: str, file_id: str | None, picture: Mapping[str, Any]
) -> Picture:
    return Picture(key, alt, url, UUID(file_id) if file_id else None, picture)


def _attributes(
    values: Mapping[str, Any], definitions: Iterable[Sequence[Any]]
) -> tuple[AttributeValue, ...]:
    """Stated properties in the order of their definitions, free ones after them (rule)."""
    known = {definition[0]: definition for definition in definitions}
    order = {code: place for place, code in enumerate(known)}
    return tuple(
        _attribute(code, values[code], known.get(code))
        for code in sorted(values, key=lambda code: (order.get(code, len(order)), code))
        if values[code] not in (None, "", [], False)
    )


def _attribute(code: str, value: Any, definition: Sequence[Any] | None) -> AttributeValue:
    _, name, unit, is_facet = definition or (code, code.replace("-", " ").capitalize(), "", False)
    many = value if isinstance(value, list) else [value]
    return AttributeValue(
        code=code,
        label=name,
        texts=tuple("✓" if each is True else f"{each} {unit}".rstrip() for each in many),
        is_facet=is_facet,
    )


def published_ids(*, after: UUID | None = None, limit: int = 200) -> list[UUID]:
    """Ids of products on sale in key order, after a given one. One query."""
    rows = Product.objects.filter(state="published", vendor__state="approved")
    if after is not None:
        rows = rows.filter(pk__gt=after)
    return list(rows.order_by("pk").values_list("pk", flat=True)[:limit])


def published_below(path: str) -> list[UUID]:
    """Ids of products on sale in a category and everything below it. One query."""
    rows = Product.objects.filter(state="published", vendor__state="approved")
    below = Q(category__path=path) | Q(category__path__startswith=f"{path}/")
    return list(rows.filter(below).order_by("pk").values_list("pk", flat=True))


def stock_of(variant_id: UUID) -> bool:
    """Can one more of a variant be sold? One query."""
    item = StockItem.objects.filter(pk=variant_id).first()
    return item is not None and item.in_stock
