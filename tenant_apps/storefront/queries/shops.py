"""The shops behind the goods."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from shared_apps.kernel.memory import remembered
from tenant_apps.discovery.queries import SearchQuery, search, vendor_page
from tenant_apps.partners.queries import PartnerSummary, vendors_page
from tenant_apps.reviews.queries import RatingView, ReviewView, ratings_of
from tenant_apps.storefront.queries.addresses import absolute
from tenant_apps.storefront.queries.home import counts_of
from tenant_apps.storefront.queries.opinions import opinions_about
from tenant_apps.storefront.queries.tiles import (
    Pictures,
    product_tiles,
    vendor_tiles,
    vendor_url,
)
from themes.domain.pictures import Picture
from themes.domain.tiles import ProductTile, VendorTile


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class ShopPage:
    vendor: PartnerSummary
    logo: Picture | None
    is_open: bool
    tiles: Sequence[ProductTile]
    rating: RatingView
    reviews: Sequence[ReviewView]
    next_cursor: str
    prev_cursor: str
    canonical: str

    @property
    def reviews_url(self) -> str:
        return f"/reviews/{self.vendor.public_id}/"


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class ShopsPage:
    tiles: Sequence[VendorTile]
    next_cursor: str
    prev_cursor: str


def shop_page(slug: str, *, at: datetime, cursor: str = "", fresh: bool = True) -> ShopPage:
    """An approved vendor with its goods. Five queries, four without reviews.

    Raises PartnerNotFound, BadCursor.
    """
    return remembered(("shop", slug, cursor), lambda: _shop_page(slug, at, cursor), fresh=fresh)


def _shop_page(slug: str, at: datetime, cursor: str) -> ShopPage:
    found = vendor_page(slug, cursor=cursor)
    images = (card.image.get("file_id") for card in found.page.cards)
    pictures = Pictures([found.vendor.logo_file_id, *images])
    opinions = opinions_about(found.vendor.ref)
    return ShopPage(
        vendor=found.vendor,
        rating=opinions.rating,
        reviews=opinions.reviews,
        logo=pictures.of(found.vendor.logo_file_id),
        is_open=found.vendor.is_open_on(at.date()),
        tiles=product_tiles(found.page.cards, pictures),
        next_cursor=found.page.next_cursor,
        prev_cursor=found.page.prev_cursor,
        canonical=absolute(vendor_url(found.vendor.slug)),
    )


def shops_page(*, cursor: str = "", fresh: bool = True) -> ShopsPage:
    """All approved vendors by name. Five queries; raises BadCursor."""
    return remembered(("shops", cursor), lambda: _shops_page(cursor), fresh=fresh)


def _shops_page(cursor: str) -> ShopsPage:
    page = vendors_page(cursor=cursor)
    counts = counts_of(search(SearchQuery(limit=1)), "vendor")
    pictures = Pictures(vendor.logo_file_id for vendor in page.items)
    ratings = ratings_of(vendor.ref for vendor in page.items)
    tiles = vendor_tiles(page.items, pictures, counts, ratings)
    return ShopsPage(tiles, page.next_cursor, page.prev_cursor)
