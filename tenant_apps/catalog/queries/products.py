"""One product with everything a page, the API or the index shows of it: two queries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, FilteredRelation, OuterRef, Q, QuerySet
from django.db.models.functions import JSONObject

from shared_apps.kernel.context import current_tenant
from shared_apps.kernel.errors import NotFound
from shared_apps.kernel.ids import public_id
from shared_apps.kernel.money import Money
from tenant_apps.catalog.models import (
    Attribute,
    Product,
    ProductImage,
    ProductOption,
    StockItem,
    Variant,
)
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
    """A product on sale by its address. Two queries; raises ProductUnknown."""
    rows = Product.objects.filter(slug=slug, state="published", vendor__state="approved")
    return _one(rows, currency)


def product_with(product_id: UUID, *, currency: str = "", on_sale: bool = False) -> ProductDetail:
    """A product by id, in whatever state unless `on_sale`. Two queries; raises ProductUnknown."""
    rows = Product.objects.filter(pk=product_id)
    if on_sale:
        rows = rows.filter(state="published", vendor__state="approved")
    return _one(rows, currency)


def products_of_vendor_ids(vendor_id: UUID, *, state: str = "published") -> list[UUID]:
    """The ids of a vendor's products in a state. One query."""
    rows = Product.objects.filter(vendor_id=vendor_id, state=state)
    return list(rows.order_by("pk").values_list("pk", flat=True))


def _one(rows: QuerySet[Product], currency: str) -> ProductDetail:
    row: Any = _with_parts(rows).first()
    if row is None:
        raise ProductUnknown
    currency = currency or current_tenant().currency
    return _detail(row, variants_of([row.pk], currency)[row.pk], currency)


def _with_parts(rows: QuerySet[Product]) -> QuerySet[Any]:
    """Options, pictures and the definitions of attributes ride along as JSON."""
    options = ProductOption.objects.filter(product=OuterRef("pk")).order_by("position")
    images = ProductImage.objects.filter(product=OuterRef("pk")).order_by("position", "pk")
    definitions = Attribute.objects.order_by("position", "code")
    return rows.select_related("vendor", "category").annotate(
        option_rows=ArraySubquery(options.values(row=JSONObject(name="name", values="values"))),
        image_rows=ArraySubquery(
            images.values(
                row=JSONObject(
                    id="pk", alt="alt", url="source_url", file_id="file_id", picture="picture"
                )
            )
        ),
        attribute_rows=ArraySubquery(
            definitions.values(
                row=JSONObject(code="code", name="name", unit="unit", is_facet="is_facet")
            )
        ),
    )


def variants_of(
    product_ids: Iterable[UUID], currency: str
) -> dict[UUID, tuple[VariantDetail, ...]]:
    """The active variants of products with their price in a currency and stock. One query."""
    wanted = list(product_ids)
    rows = (
        Variant.objects.filter(product_id__in=wanted, is_active=True)
        .annotate(asked=FilteredRelation("prices", condition=Q(prices__currency=currency)))
        .annotate(amount=F("asked__amount_minor"), compare=F("asked__compare_at_minor"))
        .select_related("stock")
        .order_by("product_id", "position", "pk")
    )
    found: dict[UUID, list[VariantDetail]] = {product_id: [] for product_id in wanted}
    for row in rows:
        found[row.product_id].append(_variant(row, currency))
    return {product_id: tuple(variants) for product_id, variants in found.items()}


def _variant(row: Any, currency: str) -> VariantDetail:
    stock = row.stock
    is_counted = stock.is_tracked and not stock.allows_backorder
    available = max(0, stock.available) if is_counted else None
    return VariantDetail(
        id=row.pk,
        sku=row.sku,
        option_values=tuple(row.option_values),
        price=Money(row.amount, currency) if row.amount is not None else None,
        compare_at=Money(row.compare, currency) if row.compare is not None else None,
        in_stock=stock.in_stock,
        available=available,
        is_low=available is not None and 0 < available <= stock.low_at,
        weight_g=row.weight_g,
        barcode=row.barcode,
        image_id=str(row.image_id) if row.image_id else "",
    )


def _detail(row: Any, variants: tuple[VariantDetail, ...], currency: str) -> ProductDetail:
    category, vendor = row.category, row.vendor
    return ProductDetail(
        id=row.pk,
        slug=row.slug,
        title=row.title,
        summary=row.summary,
        description_html=row.description_html,
        description_text=row.description_text,
        brand=row.brand,
        product_type=row.product_type,
        tags=tuple(row.tags),
        state=row.state,
        version=row.version,
        is_digital=row.is_digital,
        is_featured=row.is_featured,
        tax_class=row.tax_class,
        created_at=row.created_at,
        updated_at=row.updated_at,
        published_at=row.published_at,
        vendor=VendorFace(
            vendor.pk, vendor.name, vendor.slug, vendor.tagline, vendor.logo_file_id, vendor.state
        ),
        category_id=row.category_id,
        category_path=category.path if category else "",
        crumbs=crumbs_of(category.path, category.trail) if category else (),
        attributes=_attributes(row.attributes, row.attribute_rows),
        options=tuple(OptionAxis(each["name"], tuple(each["values"])) for each in row.option_rows),
        images=tuple(_picture(each) for each in row.image_rows),
        variants=variants,
        currency=currency,
    )


def _picture(row: Mapping[str, Any]) -> Picture:
    file_id = UUID(row["file_id"]) if row["file_id"] else None
    return Picture(row["id"], row["alt"], row["url"], file_id, row["picture"])


def _attributes(
    values: Mapping[str, Any], definitions: Iterable[Mapping[str, Any]]
) -> tuple[AttributeValue, ...]:
    """Stated properties in the order of their definitions, free ones after them (rule)."""
    known = {definition["code"]: definition for definition in definitions}
    order = {code: place for place, code in enumerate(known)}
    return tuple(
        _attribute(code, values[code], known.get(code))
        for code in sorted(values, key=lambda code: (order.get(code, len(order)), code))
        if values[code] not in (None, "", [], False)
    )


def _attribute(code: str, value: Any, definition: Mapping[str, Any] | None) -> AttributeValue:
    unit = f" {definition['unit']}" if definition and definition["unit"] else ""
    many = value if isinstance(value, list) else [value]
    return AttributeValue(
        code=code,
        label=definition["name"] if definition else code.replace("-", " ").capitalize(),
        texts=tuple("✓" if each is True else f"{each}{unit}" for each in many),
        is_facet=bool(definition and definition["is_facet"]),
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
