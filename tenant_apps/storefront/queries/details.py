"""One product: its pictures, what can be chosen, what it costs as chosen, and what goes with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.utils.translation import gettext_lazy as _

from shared_apps.kernel.context import current_tenant
from shared_apps.kernel.memory import remembered
from shared_apps.kernel.money import Money
from shared_apps.kernel.ref import Ref
from tenant_apps.catalog.queries import (
    OptionAxis,
    ProductDetail,
    VariantDetail,
    product_at,
)
from tenant_apps.discovery.queries import related
from tenant_apps.reviews.queries import RatingView, ReviewView
from tenant_apps.storefront.queries.addresses import absolute
from tenant_apps.storefront.queries.opinions import Opinions, opinions_about, rated
from tenant_apps.storefront.queries.tiles import (
    Pictures,
    category_url,
    product_tiles,
    vendor_url,
)
from themes.domain.pictures import Picture
from themes.domain.tiles import ProductTile, VendorTile
from themes.queries import Link

RELATED = 4
AT_ONCE_MAX = 20
BRIEF = 420  # characters


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of an option and the variant that choosing it leads to."""

    label: str
    url: str
    selected: bool
    buyable: bool


@dataclass(frozen=True, slots=True)
class ChoiceGroup:
    name: str
    chosen: str
    choices: Sequence[Choice]


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class ProductPage:
    """A product with one of its variants chosen. `variant` is None for a product without any."""

    product: ProductDetail
    variant: VariantDetail | None
    pictures: Sequence[Picture]
    groups: Sequence[ChoiceGroup]
    vendor: VendorTile
    crumbs: Sequence[Link]
    related: Sequence[ProductTile]
    rating: RatingView
    reviews: Sequence[ReviewView]
    structured: Mapping[str, Any]
    canonical: str

    @property
    def ref(self) -> Ref:
        return Ref("catalog.product", str(self.product.id))

    @property
    def reviews_url(self) -> str:
        return f"/reviews/{self.product.public_id}/"

    @property
    def is_buyable(self) -> bool:
        return self.variant is not None and self.variant.is_buyable

    @property
    def few_left(self) -> int:
        """How many are left when that is worth a word, else 0."""
        variant = self.variant
        return variant.available or 0 if variant is not None and variant.is_low else 0

    @property
    def at_most(self) -> int:
        available = self.variant.available if self.variant else 0
        return AT_ONCE_MAX if available is None else min(available, AT_ONCE_MAX)

    @property
    def is_brief(self) -> bool:
        """Whether the whole description fits beside the price."""
        return len(self.product.description_text) <= BRIEF

    @property
    def lead(self) -> str:
        """A summary that says something else than the description's first words."""
        summary = self.product.summary
        beginning = summary.rstrip("\N{HORIZONTAL ELLIPSIS}. ")
        return "" if self.product.description_text.startswith(beginning) else summary

    @property
    def facts(self) -> list[dict[str, str]]:
        stated = self.product.attributes
        facts = [{"label": each.label, "value": ", ".join(each.texts)} for each in stated]
        if self.product.brand:
            facts.insert(0, {"label": str(_("Brand")), "value": self.product.brand})
        return facts


def product_page(slug: str, *, chosen: str = "", fresh: bool = True) -> ProductPage:
    """A product on sale as its page shows it. Six queries, five without reviews; raises ProductUnknown.

    `chosen` is a variant's public id; an unknown one is as good as none.
    """
    key = ("product", slug, chosen)
    return remembered(key, lambda: _product_page(slug, chosen), fresh=fresh)


def _product_page(slug: str, chosen: str) -> ProductPage:
    product = product_at(slug)
    variants = {variant.public_id: variant for variant in product.variants}
    variant = variants.get(chosen) or product.first_choice
    goes_with = related(
        Ref("catalog.product", str(product.id)),
        category_path=product.category_path,
        owner_id=product.vendor.id,
        limit=RELATED,
    )
    images = [image.file_id for image in product.images]
    pictures = Pictures(
        [*images, product.vendor.logo_file_id, *(c.image.get("file_id") for c in goes_with)]
    )
    shown = _pictures(product, variant, pictures)
    crumbs = _crumbs(product)
    opinions = opinions_about(Ref("catalog.product", str(product.id)))
    return ProductPage(
        product=product,
        variant=variant,
        pictures=shown,
        groups=[_group(product, place, axis, variant) for place, axis in enumerate(product.options)]
        if variant
        else [],
        vendor=_vendor(product, pictures),
        crumbs=crumbs,
        related=product_tiles(goes_with, pictures),
        rating=opinions.rating,
        reviews=opinions.reviews,
        structured=structured_data(product, shown, crumbs, opinions),
        canonical=absolute(product.url),
    )


def _pictures(
    product: ProductDetail, variant: VariantDetail | None, pictures: Pictures
) -> list[Picture]:
    """All pictures, that of the chosen variant first."""
    own = variant.image_id if variant else ""
    ordered = sorted(product.images, key=lambda image: image.id != own) if own else product.images
    found = (pictures.of(image.file_id, image.alt or product.title) for image in ordered)
    return [picture for picture in found if picture is not None]


def _group(
    product: ProductDetail, place: int, axis: OptionAxis, variant: VariantDetail | None
) -> ChoiceGroup:
    now = variant.option_values if variant else ()
    choices = []
    for value in axis.values:
        leads_to = nearest(product.variants, now, place, value)
        if leads_to is None:
            continue
        choices.append(
            Choice(
                label=value,
                url=f"?{urlencode({'variant': leads_to.public_id})}",
                selected=place < len(now) and now[place] == value,
                buyable=leads_to.is_buyable,
            )
        )
    return ChoiceGroup(axis.name, now[place] if place < len(now) else "", choices)


def nearest(
    variants: Sequence[VariantDetail], now: Sequence[str], place: int, value: str
) -> VariantDetail | None:
    """Rule: the variant with that value which keeps most of the other choices, buyable ones first."""
    fitting = [each for each in variants if each.option_values[place : place + 1] == (value,)]
    return max(
        fitting,
        key=lambda each: (
            sum(a == b for a, b in zip(each.option_values, now, strict=False)),
            each.is_buyable,
        ),
        default=None,
    )


def _vendor(product: ProductDetail, pictures: Pictures) -> VendorTile:
    vendor = product.vendor
    return VendorTile(
        name=vendor.name,
        url=vendor_url(vendor.slug),
        tagline=vendor.tagline,
        picture=pictures.of(vendor.logo_file_id),
    )


def _crumbs(product: ProductDetail) -> list[Link]:
    way = [Link(crumb.name, category_url(crumb.path)) for crumb in product.crumbs]
    return [Link(str(_("Home")), "/"), *way, Link(product.title, product.url)]


def structured_data(
    product: ProductDetail,
    pictures: Sequence[Picture],
    crumbs: Sequence[Link],
    opinions: Opinions,
) -> dict[str, Any]:
    """Rule: what search engines read, in the words of schema.org."""
    described: dict[str, Any] = {
        "@type": "Product",
        "name": product.title,
        "description": product.summary or product.description_text[:300],
        "url": absolute(product.url),
        "image": [absolute(picture.src) for picture in pictures],
        "sku": product.variants[0].sku if product.variants else "",
        "brand": {"@type": "Brand", "name": product.brand or product.vendor.name},
    }
    if product.prices:
        described["offers"] = _offers(product, product.prices)
    if opinions.rating.count:
        described |= rated(opinions)
    way = [
        {"@type": "ListItem", "position": place, "name": link.label, "item": absolute(link.url)}
        for place, link in enumerate(crumbs, start=1)
    ]
    trail = {"@type": "BreadcrumbList", "itemListElement": way}
    return {"@context": "https://schema.org", "@graph": [described, trail]}


def _offers(product: ProductDetail, prices: Sequence[Money]) -> dict[str, Any]:
    state = "InStock" if product.in_stock else "OutOfStock"
    seller = {"@type": "Organization", "name": product.vendor.name}
    common = {
        "priceCurrency": current_tenant().currency,
        "availability": f"https://schema.org/{state}",
        "seller": seller,
    }
    if prices[0] == prices[-1]:
        return {"@type": "Offer", "price": str(prices[0].decimal()), **common}
    return {
        "@type": "AggregateOffer",
        "lowPrice": str(prices[0].decimal()),
        "highPrice": str(prices[-1].decimal()),
        "offerCount": len(prices),
        **common,
    }
