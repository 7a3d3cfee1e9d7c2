"""Writing the cards: steps that event handlers and the rebuild call."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from django.contrib.postgres.search import SearchVector
from django.db.models import F, Value

from shared_apps.kernel.context import current_tenant
from shared_apps.kernel.ref import Ref
from shared_apps.kernel.slugs import fold
from shared_apps.kernel.transactions import step
from tenant_apps.catalog.queries import (
    ProductDetail,
    ProductUnknown,
    VariantDetail,
    product_with,
    products_of_vendor_ids,
    published_below,
    stock_of,
)
from tenant_apps.discovery.domain import facets
from tenant_apps.discovery.domain.facets import Token
from tenant_apps.discovery.models import FacetLabel, ListingCard, ListingVariant, SearchTerm
from tenant_apps.discovery.queries.texts import search_config
from tenant_apps.partners.queries import partners_by_id

PRODUCT = "catalog.product"
_FACET_TEXT_LENGTH_MAX = 60


@dataclass(frozen=True, slots=True)
class SearchText:
    """What is found, from the most telling (a) to the least (d)."""

    a: str
    b: str
    c: str
    d: str


def card_id(kind: str, object_id: str) -> UUID:
    return uuid5(NAMESPACE_URL, f"galleria:{kind}:{object_id}")


@step
def write_product_card(*, product_id: UUID, at: datetime) -> None:
    """Make the card of a product say what the product says; hide it when it is not on sale.

    Effects: card, variants with tokens, labels, terms.
    """
    try:
        product = product_with(product_id)
    except ProductUnknown:
        return
    key = card_id(PRODUCT, str(product_id))
    if not product.is_on_sale:
        ListingCard.objects.filter(pk=key).update(is_listed=False, updated_at=at)
        return
    _upsert(_card(key, product, at))
    common = _common_tokens(product)
    _write_variants(key, product, common)
    _write_terms([product.title, product.brand, product.vendor.name, *product.tags])


@step
def hide_card(*, ref: Ref, at: datetime) -> None:
    """Take a listing out of the lists; its card stays, with rating and popularity."""
    ListingCard.objects.filter(pk=card_id(ref.kind, ref.id)).update(is_listed=False, updated_at=at)


@step
def write_owner(*, owner_id: UUID, at: datetime) -> None:
    """A partner was approved, renamed, suspended or closed: its cards follow its present state."""
    owner = partners_by_id([owner_id]).get(owner_id)
    if owner is None or not owner.is_active:
        ListingCard.objects.filter(owner_id=owner_id).update(is_listed=False, updated_at=at)
        return
    FacetLabel.objects.filter(token=f"{facets.VENDOR}={owner.slug}").update(label=owner.name)
    for product_id in products_of_vendor_ids(owner_id):
        write_product_card(product_id=product_id, at=at)


@step
def write_category(*, path: str, at: datetime) -> None:
    """A category was renamed or moved: the cards below it follow."""
    for product_id in published_below(path):
        write_product_card(product_id=product_id, at=at)


@step
def write_stock(*, product_id: UUID, variant_id: UUID) -> None:
    """A variant sold out or came back: its row, its token and the card's flag.

    Events come in any order, so the stock itself is asked.
    """
    key = card_id(PRODUCT, str(product_id))
    row = ListingVariant.objects.filter(card_id=key, variant_id=str(variant_id)).first()
    is_buyable = stock_of(variant_id) and row is not None and row.price_minor is not None
    if row is None or row.in_stock == is_buyable:
        return
    tokens = [token for token in row.tokens if token != facets.IN_STOCK]
    row.tokens = [*tokens, facets.IN_STOCK] if is_buyable else tokens
    row.in_stock = is_buyable
    row.save(update_fields=["tokens", "in_stock"])
    others = ListingVariant.objects.filter(card_id=key, in_stock=True)
    ListingCard.objects.filter(pk=key).update(in_stock=others.exists())


@step
def write_rating(*, ref: Ref, average_hundredths: int, count: int) -> None:
    """Show what reviewers say: the average times 100, and of how many."""
    ListingCard.objects.filter(pk=card_id(ref.kind, ref.id)).update(
        rating_hundredths=average_hundredths, rating_count=count
    )


@step
def raise_popularity(*, ref: Ref, by: int = 1) -> None:
    """Somebody bought it: it is found a little earlier."""
    ListingCard.objects.filter(pk=card_id(ref.kind, ref.id)).update(popularity=F("popularity") + by)


def _card(key: UUID, product: ProductDetail, at: datetime) -> ListingCard:
    prices = product.prices
    cheapest = min(
        (variant for variant in product.variants if variant.price is not None),
        key=lambda variant: (variant.price.minor if variant.price else 0, variant.id),
        default=None,
    )
    compare_at = cheapest.compare_at if cheapest else None
    category = product.crumbs[-1].name if product.crumbs else ""
    return ListingCard(
        id=key,
        kind=PRODUCT,
        object_id=str(product.id),
        module="marketplace",
        title=product.title,
        summary=product.summary,
        url=product.url,
        owner_id=product.vendor.id,
        owner_name=product.vendor.name,
        owner_slug=product.vendor.slug,
        category_path=product.category_path,
        category_name=category,
        currency=product.currency,
        price_minor=prices[0].minor if prices else None,
        price_max_minor=prices[-1].minor if prices else None,
        compare_at_minor=compare_at.minor if compare_at else None,
        image=product.images[0].as_json() if product.images else {},
        variant_count=len(product.variants),
        in_stock=product.in_stock,
        is_featured=product.is_featured,
        is_listed=True,
        search=vector(_search_text(product)),
        published_at=product.published_at or at,
        updated_at=at,
    )


# Rating and popularity belong to shoppers, not to the product: they are not overwritten.
_KEPT = frozenset({"id", "kind", "object_id", "rating_hundredths", "rating_count", "popularity"})


def _upsert(card: ListingCard) -> None:
    ListingCard.objects.bulk_create(
        [card],
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=[
            field.name for field in ListingCard._meta.concrete_fields if field.name not in _KEPT
        ],
    )


def _search_text(product: ProductDetail) -> SearchText:
    values = [value for option in product.options for value in option.values]
    stated = [text for attribute in product.attributes for text in attribute.texts]
    skus = [variant.sku for variant in product.variants if variant.sku]
    crumbs = [crumb.name for crumb in product.crumbs]
    return SearchText(
        a=product.title,
        b=" ".join([product.brand, product.product_type, product.vendor.name, *crumbs]),
        c=" ".join([*product.tags, *values, *stated, *skus])[:10_000],
        d=product.description_text[:20_000],
    )


def vector(text: SearchText) -> Any:
    """The words as written (without accents) and as the tenant's language stems them."""
    config = search_config(current_tenant().language)
    parts = [
        SearchVector(Value(fold(part)), config=each, weight=weight)
        for weight, part in (("A", text.a), ("B", text.b), ("C", text.c), ("D", text.d))
        for each in dict.fromkeys(("simple", config))
    ]
    whole: Any = parts[0]
    for part in parts[1:]:
        whole = whole + part
    return whole


def _common_tokens(product: ProductDetail) -> list[Token]:
    trail = [crumb.name for crumb in product.crumbs]
    tokens = facets.category_tokens(product.category_path, trail)
    vendor = product.vendor
    tokens.append(Token(facets.VENDOR, vendor.slug, "Vendor", vendor.name))
    if product.brand:
        brand = facets.value_token(facets.BRAND, product.brand)
        tokens.append(Token(facets.BRAND, brand.value, "Brand", product.brand))
    for attribute in product.attributes:
        for text in attribute.texts:
            if attribute.is_facet or len(text) <= _FACET_TEXT_LENGTH_MAX:
                tokens.append(facets.value_token(attribute.label, text))
    return tokens


def _write_variants(key: UUID, product: ProductDetail, common: list[Token]) -> None:
    """Each variant with the common tokens and its own: options, price range, availability."""
    rows, labels = [], {token.text: token for token in common}
    for variant in product.variants:
        tokens = [*common, *_own_tokens(product, variant)]
        labels |= {token.text: token for token in tokens}
        rows.append(
            ListingVariant(
                card_id=key,
                variant_id=str(variant.id),
                tokens=list(dict.fromkeys(token.text for token in tokens)),
                price_minor=variant.price.minor if variant.price else None,
                in_stock=variant.is_buyable,
            )
        )
    ListingVariant.objects.filter(card_id=key).delete()
    ListingVariant.objects.bulk_create(rows)
    _write_labels(labels.values())


def _own_tokens(product: ProductDetail, variant: VariantDetail) -> list[Token]:
    tokens = [
        facets.value_token(option.name, value, position=option.values.index(value))
        for option, value in zip(product.options, variant.option_values, strict=True)
    ]
    if variant.price is not None:
        tokens.append(facets.price_token(variant.price))
    if variant.is_buyable:
        tokens.append(Token(facets.AVAILABILITY, "in-stock", "Availability", "In stock"))
    return tokens


def _write_labels(tokens: Iterable[Token]) -> None:
    """In key order, so that two handlers that write the same labels wait and do not deadlock."""
    FacetLabel.objects.bulk_create(
        [
            FacetLabel(
                token=token.text,
                group=token.group,
                group_label=token.group_label,
                label=token.label,
                position=token.position,
            )
            for token in sorted(tokens, key=lambda token: token.text)
        ],
        ignore_conflicts=True,
    )


def _write_terms(texts: Iterable[str]) -> None:
    words = facets.words_of(texts)
    SearchTerm.objects.bulk_create(
        [SearchTerm(word=word, shown=words[word]) for word in sorted(words) if not word.isdigit()],
        ignore_conflicts=True,
    )
