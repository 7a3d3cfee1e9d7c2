"""Editing one side of a product at a time: each reads the whole draft, changes its part, writes it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import product as combinations
from uuid import UUID

from shared_apps.kernel.actor import Actor
from shared_apps.kernel.context import current_tenant
from shared_apps.kernel.errors import Unprocessable
from shared_apps.kernel.money import Money
from shared_apps.media.domain.files import Upload, store_image
from tenant_apps.catalog.domain import products
from tenant_apps.catalog.domain.drafts import (
    IMAGES_MAX,
    VARIANTS_MAX,
    ImageDraft,
    OptionDraft,
    PriceDraft,
    ProductDraft,
    VariantDraft,
)
from tenant_apps.catalog.models import Product, ProductImage, Variant, VariantPrice
from tenant_apps.catalog.queries import ProductUnknown
from tenant_apps.partners import permissions
from tenant_apps.partners.permissions import Verb

UPLOADS_MAX = 12


@dataclass(frozen=True, slots=True)
class Stored:
    """A product as it is stored, ready to be changed and written back."""

    id: UUID
    vendor_id: UUID
    state: str
    version: int
    draft: ProductDraft


@dataclass(frozen=True, slots=True)
class Texts:
    """What a vendor writes about a product."""

    title: str
    description_html: str
    category_id: UUID | None
    brand: str = ""
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Offered:
    """One variant as its row of the form says it; `is_offered` unticked takes it off."""

    option_values: tuple[str, ...]
    price: Money | None
    compare_at: Money | None
    sku: str
    is_offered: bool = True


@dataclass(frozen=True, slots=True)
class PictureChoice:
    """What becomes of a picture: its place, its words, or out."""

    index: int
    position: int
    alt: str
    is_kept: bool = True


Change = Callable[[ProductDraft], ProductDraft]


def stored_product(product_id: UUID, *, vendor_id: UUID) -> Stored:
    """A vendor's own product with everything it says. Five queries; raises ProductUnknown."""
    row = Product.objects.filter(pk=product_id, vendor_id=vendor_id).first()
    if row is None:
        raise ProductUnknown
    images = list(ProductImage.objects.filter(product=row).order_by("position", "pk"))
    places = {image.pk: index for index, image in enumerate(images)}
    draft = ProductDraft(
        title=row.title,
        summary=row.summary,
        description_html=row.description_html,
        category_id=row.category_id,
        brand=row.brand,
        product_type=row.product_type,
        tags=tuple(row.tags),
        attributes=row.attributes,
        is_digital=row.is_digital,
        is_featured=row.is_featured,
        tax_class=row.tax_class,
        options=tuple(
            OptionDraft(option.name, tuple(option.values))
            for option in row.options.order_by("position")
        ),
        images=tuple(
            ImageDraft(image.source_url, image.file_id, image.alt, image.picture)
            for image in images
        ),
        variants=_stored_variants(row, places),
        source=row.source,
        external_ref=row.external_ref,
    )
    return Stored(row.pk, row.vendor_id, row.state, row.version, draft)


def _stored_variants(row: Product, places: dict[UUID, int]) -> tuple[VariantDraft, ...]:
    prices: dict[UUID, list[PriceDraft]] = {}
    for price in VariantPrice.objects.filter(variant__product=row).order_by("currency"):
        compare_at = price.compare_at_minor
        prices.setdefault(price.variant_id, []).append(
            PriceDraft(
                Money(price.amount_minor, price.currency),
                Money(compare_at, price.currency) if compare_at is not None else None,
            )
        )
    active = Variant.objects.filter(product=row, is_active=True).order_by("position", "pk")
    return tuple(
        VariantDraft(
            prices=tuple(prices.get(variant.pk, [])),
            option_values=tuple(variant.option_values),
            sku=variant.sku,
            barcode=variant.barcode,
            weight_g=variant.weight_g,
            image=places.get(variant.image_id) if variant.image_id else None,
        )
        for variant in active
    )


def edit_texts(*, stored: Stored, texts: Texts, acting: Actor, at: datetime) -> None:
    """Change title, description, category, brand and tags; errors as edit_product."""

    def change(draft: ProductDraft) -> ProductDraft:
        # The summary follows the description unless it was written apart.
        summary = draft.summary if texts.description_html == draft.description_html else ""
        return replace(
            draft,
            title=texts.title,
            description_html=texts.description_html,
            summary=summary,
            category_id=texts.category_id,
            brand=texts.brand,
            tags=texts.tags,
        )

    _edit(stored, change, acting=acting, at=at)


def edit_options(
    *, stored: Stored, options: Sequence[OptionDraft], acting: Actor, at: datetime
) -> None:
    """Change what buyers choose from: every combination becomes a variant.

    Known combinations keep price and SKU, new ones start with the first price and no stock.
    Raises Unprocessable for too many combinations, else as edit_product.
    """

    def change(draft: ProductDraft) -> ProductDraft:
        variants = crossed(options, draft.variants)
        return replace(draft, options=tuple(options), variants=variants)

    _edit(stored, change, acting=acting, at=at)


def crossed(
    options: Sequence[OptionDraft], known: Sequence[VariantDraft]
) -> tuple[VariantDraft, ...]:
    """Every combination of the options as a variant (rule)."""
    count = 1
    for option in options:
        count *= len(option.values)
    if count > VARIANTS_MAX:
        raise Unprocessable(errors={"options": [f"At most {VARIANTS_MAX} combinations"]})
    by_values = {variant.option_values: variant for variant in known}
    prices = known[0].prices if known else ()
    fresh = VariantDraft(prices=prices, quantity=0)
    # A product without choices that gets some: its only variant becomes the first combination.
    first = replace(known[0], quantity=None) if known and not known[0].option_values else fresh
    return tuple(
        by_values.get(values, replace(first if place == 0 else fresh, option_values=values))
        for place, values in enumerate(combinations(*(option.values for option in options)))
    )


def edit_variants(
    *, stored: Stored, offered: Sequence[Offered], acting: Actor, at: datetime
) -> None:
    """Change prices and SKUs, and which combinations are offered. Raises as edit_product."""

    def change(draft: ProductDraft) -> ProductDraft:
        known = {variant.option_values: variant for variant in draft.variants}
        wanted = [each for each in offered if each.is_offered and each.option_values in known]
        return replace(
            draft, variants=tuple(_priced(known[each.option_values], each) for each in wanted)
        )

    _edit(stored, change, acting=acting, at=at)


def _priced(variant: VariantDraft, wanted: Offered) -> VariantDraft:
    """The variant with its price in the house's currency and its SKU replaced."""
    house = current_tenant().currency
    others = [price for price in variant.prices if price.amount.currency != house]
    own = [PriceDraft(wanted.price, wanted.compare_at)] if wanted.price is not None else []
    return replace(variant, prices=(*own, *others), sku=wanted.sku)


def add_pictures(*, stored: Stored, uploads: Sequence[Upload], acting: Actor, at: datetime) -> None:
    """Take pictures in and put them after the others (journey: storage).

    Raises what store_image raises, Unprocessable for too many, else as edit_product.
    """
    permissions.require(acting, Verb.EDIT_PRODUCTS, stored.vendor_id)
    if len(uploads) > UPLOADS_MAX or len(stored.draft.images) + len(uploads) > IMAGES_MAX:
        raise Unprocessable(errors={"pictures": [f"At most {UPLOADS_MAX} at a time"]})
    files = [
        store_image(data=upload.data, name=upload.name, acting=acting, at=at) for upload in uploads
    ]

    def change(draft: ProductDraft) -> ProductDraft:
        fresh = (ImageDraft(file_id=file.id, alt=draft.title) for file in files)
        return replace(draft, images=(*draft.images, *fresh))

    _edit(stored, change, acting=acting, at=at)


def arrange_pictures(
    *, stored: Stored, choices: Sequence[PictureChoice], acting: Actor, at: datetime
) -> None:
    """Order, describe and remove pictures; errors as edit_product."""

    def change(draft: ProductDraft) -> ProductDraft:
        kept = sorted(
            (each for each in choices if each.is_kept and each.index < len(draft.images)),
            key=lambda each: (each.position, each.index),
        )
        places = {each.index: place for place, each in enumerate(kept)}
        return replace(
            draft,
            images=tuple(replace(draft.images[each.index], alt=each.alt) for each in kept),
            variants=tuple(
                replace(
                    variant,
                    image=places.get(variant.image) if variant.image is not None else None,
                )
                for variant in draft.variants
            ),
        )

    _edit(stored, change, acting=acting, at=at)


def create_with_pictures(
    *,
    vendor_id: UUID,
    draft: ProductDraft,
    uploads: Sequence[Upload],
    acting: Actor,
    at: datetime,
) -> UUID:
    """Add a product together with its first pictures (journey: storage).

    Raises what store_image and create_product raise.
    """
    permissions.require(acting, Verb.EDIT_PRODUCTS, vendor_id)
    files = [
        store_image(data=upload.data, name=upload.name, acting=acting, at=at)
        for upload in uploads[:UPLOADS_MAX]
    ]
    images = tuple(ImageDraft(file_id=file.id, alt=draft.title) for file in files)
    return products.create_product(
        vendor_id=vendor_id, draft=replace(draft, images=images), acting=acting, at=at
    )


def _edit(stored: Stored, change: Change, *, acting: Actor, at: datetime) -> None:
    products.edit_product(
        product_id=stored.id,
        draft=change(stored.draft),
        acting=acting,
        at=at,
        version=stored.version,
    )
