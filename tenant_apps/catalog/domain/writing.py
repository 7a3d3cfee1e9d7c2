"""Bringing the rows of a product to what a draft says: steps shared by editing and importing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from shared_apps.kernel.transactions import step
from tenant_apps.catalog.domain import attributes, stock
from tenant_apps.catalog.domain.categories import CategoryNotFound, category_of_names
from tenant_apps.catalog.domain.drafts import ImageDraft, ProductDraft, VariantDraft
from tenant_apps.catalog.domain.html import sanitised, shortened, text_of
from tenant_apps.catalog.models import (
    Category,
    PriceChange,
    Product,
    ProductImage,
    ProductOption,
    StockItem,
    StockMovement,
    Variant,
    VariantPrice,
)

_SUMMARY_LENGTH = 160


@dataclass(frozen=True, slots=True)
class Written:
    """How many rows of each kind a draft added and altered."""

    variants_created: int = 0
    variants_updated: int = 0
    images_created: int = 0


@step
def write_fields(*, product: Product, draft: ProductDraft) -> None:
    """Put a draft's texts, category and attributes on the (unsaved) product row.

    Raises CategoryNotFound, Unprocessable for attributes that do not fit.
    """
    category = _category(draft)
    definitions = attributes.attributes_for(category)
    product.attributes = attributes.checked(draft.attributes, definitions)
    product.category = category
    product.title = " ".join(draft.title.split())
    product.description_html = sanitised(draft.description_html)
    product.description_text = text_of(draft.description_html)
    product.summary = draft.summary or shortened(product.description_text, _SUMMARY_LENGTH)
    product.brand, product.product_type = draft.brand, draft.product_type
    product.tags = list(dict.fromkeys(tag for tag in draft.tags if tag))
    product.is_digital, product.is_featured = draft.is_digital, draft.is_featured
    product.tax_class = draft.tax_class


@step
def write_children(
    *, product: Product, draft: ProductDraft, is_new: bool, actor: str, at: datetime
) -> Written:
    """Bring options, pictures, variants, prices and stock to what the draft says.

    Variants are matched by their option values; one that the draft lacks is switched off, never
    deleted, because orders may name it. A new product has nothing to compare with.
    """
    stored = _Stored() if is_new else _stored(product)
    _write_options(product, draft, stored)
    images, images_created = _write_images(product, draft.images, stored)
    _switch_off(stored.variants, {variant.option_values for variant in draft.variants})
    rows = [
        _variant_row(product, position, wanted, stored.variants.get(wanted.option_values), images)
        for position, wanted in enumerate(draft.variants)
    ]
    fresh = {row.pk for row in rows if row._state.adding}
    known = [row for row in rows if row.pk not in fresh]
    if known:
        # Two variants may swap their SKUs: nobody keeps one while they are handed out.
        Variant.objects.filter(product=product).exclude(sku="").update(sku="")
        Variant.objects.bulk_update(known, _VARIANT_FIELDS)
    Variant.objects.bulk_create([row for row in rows if row.pk in fresh])
    _write_prices(rows, draft.variants, stored.prices, at=at)
    _write_stock(rows, draft.variants, fresh=fresh, actor=actor, at=at)
    return Written(len(fresh), len(known), images_created)


@dataclass(frozen=True, slots=True)
class _Stored:
    """What a product has before the change."""

    options: list[tuple[str, list[str]]] = field(default_factory=list)
    images: dict[tuple[UUID | None, str], ProductImage] = field(default_factory=dict)
    variants: dict[tuple[str, ...], Variant] = field(default_factory=dict)
    prices: dict[tuple[UUID, str], VariantPrice] = field(default_factory=dict)


def _stored(product: Product) -> _Stored:
    options = product.options.order_by("position").values_list("name", "values")
    images = ProductImage.objects.filter(product=product)
    variants = Variant.objects.filter(product=product).order_by("is_active", "-pk")
    prices = VariantPrice.objects.filter(variant__product=product)
    return _Stored(
        options=list(options),
        images={(image.file_id, image.source_url): image for image in images},
        # Of two rows with the same options the active one is last and wins.
        variants={tuple(variant.option_values): variant for variant in variants},
        prices={(price.variant_id, price.currency): price for price in prices},
    )


_VARIANT_FIELDS = ["sku", "barcode", "weight_g", "position", "is_active", "image"]


def _category(draft: ProductDraft) -> Category | None:
    if draft.category_id is not None:
        category = Category.objects.filter(pk=draft.category_id).first()
        if category is None:
            raise CategoryNotFound
        return category
    return category_of_names(names=draft.category_names)


def _write_options(product: Product, draft: ProductDraft, stored: _Stored) -> None:
    wanted = [(option.name, list(option.values)) for option in draft.options]
    if stored.options == wanted:
        return
    if stored.options:
        product.options.all().delete()
    ProductOption.objects.bulk_create(
        ProductOption(product=product, name=name, position=position, values=values)
        for position, (name, values) in enumerate(wanted)
    )


def _write_images(
    product: Product, wanted: Iterable[ImageDraft], stored: _Stored
) -> tuple[list[ProductImage], int]:
    """The pictures in the order of the draft; those with the same source keep their row."""
    current = stored.images
    images: list[ProductImage] = []
    kept: set[tuple[UUID | None, str]] = set()
    for position, draft in enumerate(wanted):
        key = (draft.file_id, draft.source_url)
        image = current.get(key) if key not in kept else None
        image = image or ProductImage(product=product, file_id=key[0], source_url=key[1])
        kept.add(key)
        image.position, image.alt = position, draft.alt[:300]
        image.picture = dict(draft.picture) or image.picture
        images.append(image)
    stale = [image.pk for key, image in current.items() if key not in kept]
    if stale:
        ProductImage.objects.filter(pk__in=stale).delete()
    fresh = {image.pk for image in images if image._state.adding}
    old = [image for image in images if image.pk not in fresh]
    ProductImage.objects.bulk_create([image for image in images if image.pk in fresh])
    if old:
        ProductImage.objects.bulk_update(old, ["position", "alt", "picture"])
    return images, len(fresh)


def _switch_off(existing: Mapping[tuple[str, ...], Variant], wanted: set[tuple[str, ...]]) -> None:
    gone = [variant.pk for values, variant in existing.items() if values not in wanted]
    if gone:
        Variant.objects.filter(pk__in=gone).update(is_active=False, sku="", image=None)


def _variant_row(
    product: Product,
    position: int,
    wanted: VariantDraft,
    existing: Variant | None,
    images: list[ProductImage],
) -> Variant:
    variant = existing or Variant(
        product=product, vendor_id=product.vendor_id, option_values=list(wanted.option_values)
    )
    variant.sku, variant.barcode = wanted.sku, wanted.barcode
    variant.weight_g, variant.position = wanted.weight_g, position
    variant.is_active = True
    variant.image = images[wanted.image] if wanted.image is not None else None
    return variant


def _write_prices(
    rows: list[Variant],
    drafts: tuple[VariantDraft, ...],
    current: Mapping[tuple[UUID, str], VariantPrice],
    *,
    at: datetime,
) -> None:
    wanted: dict[tuple[UUID, str], VariantPrice] = {}
    for row, draft in zip(rows, drafts, strict=True):
        for price in draft.prices:
            key = (row.pk, price.amount.currency)
            compare_at = price.compare_at.minor if price.compare_at else None
            wanted[key] = VariantPrice(
                variant=row,
                currency=key[1],
                amount_minor=price.amount.minor,
                compare_at_minor=compare_at,
            )
    gone = [price.pk for key, price in current.items() if key not in wanted]
    if gone:
        VariantPrice.objects.filter(pk__in=gone).delete()
    changed = [price for key, price in wanted.items() if _differs(current.get(key), price)]
    if changed:
        VariantPrice.objects.bulk_create(
            changed,
            update_conflicts=True,
            unique_fields=["variant", "currency"],
            update_fields=["amount_minor", "compare_at_minor"],
        )
    _remember_prices(changed, current, at=at)


def _differs(current: VariantPrice | None, wanted: VariantPrice) -> bool:
    if current is None:
        return True
    return (current.amount_minor, current.compare_at_minor) != (
        wanted.amount_minor,
        wanted.compare_at_minor,
    )


def _remember_prices(
    changed: list[VariantPrice],
    current: Mapping[tuple[UUID, str], VariantPrice],
    *,
    at: datetime,
) -> None:
    PriceChange.objects.bulk_create(
        PriceChange(
            variant_id=price.variant_id,
            currency=price.currency,
            amount_minor=price.amount_minor,
            at=at,
        )
        for price in changed
        if (was := current.get((price.variant_id, price.currency))) is None
        or was.amount_minor != price.amount_minor
    )


def _write_stock(
    rows: list[Variant],
    drafts: tuple[VariantDraft, ...],
    *,
    fresh: set[UUID],
    actor: str,
    at: datetime,
) -> None:
    """New variants get a stock row with what is there; known ones are counted anew."""
    items, movements = [], []
    for row, draft in zip(rows, drafts, strict=True):
        if row.pk not in fresh:
            continue
        quantity = draft.quantity or 0
        items.append(
            StockItem(
                variant=row,
                on_hand=quantity,
                is_tracked=draft.is_tracked if draft.is_tracked is not None else True,
                allows_backorder=bool(draft.allows_backorder),
            )
        )
        if quantity:
            movements.append(
                StockMovement(variant=row, kind="receive", on_hand=quantity, actor=actor, at=at)
            )
    StockItem.objects.bulk_create(items)
    StockMovement.objects.bulk_create(movements)
    known = [(row, draft) for row, draft in zip(rows, drafts, strict=True) if row.pk not in fresh]
    for row, draft in sorted(known, key=lambda pair: pair[0].pk):
        _recount(row, draft, actor=actor, at=at)


def _recount(row: Variant, draft: VariantDraft, *, actor: str, at: datetime) -> None:
    """What a draft says of the stock of a known variant; held and sold units stay promised."""
    item = StockItem.objects.select_for_update().get(pk=row.pk)
    promised = item.allocated + item.reserved
    flags: dict[str, bool] = {}
    if draft.is_tracked not in {None, item.is_tracked} and promised == 0:
        flags["is_tracked"] = bool(draft.is_tracked)
    if draft.allows_backorder or (draft.allows_backorder is False and item.available >= 0):
        flags["allows_backorder"] = bool(draft.allows_backorder)
    if flags:
        StockItem.objects.filter(pk=row.pk).update(**flags)
    if draft.quantity is not None and item.available != draft.quantity:
        stock.count_to(
            variant_id=row.pk,
            on_hand=draft.quantity + promised,
            kind=StockMovement.Kind.ADJUST,
            actor=actor,
            note="counted by the draft",
            at=at,
        )


def unique_skus(
    draft: ProductDraft, taken_by: Callable[[set[str]], set[str]]
) -> tuple[ProductDraft, list[VariantDraft]]:
    """The draft without SKUs that occur twice in it or belong to another product.

    Returns it with the variants that lost theirs: for imports, whose files do that (rule).
    """
    wanted = {variant.sku for variant in draft.variants if variant.sku}
    seen = set(taken_by(wanted)) if wanted else set()
    variants, lost = [], []
    for variant in draft.variants:
        if variant.sku and variant.sku in seen:
            lost.append(variant)
            variants.append(replace(variant, sku=""))
            continue
        seen.add(variant.sku)
        variants.append(variant)
    return replace(draft, variants=tuple(variants)), lost
