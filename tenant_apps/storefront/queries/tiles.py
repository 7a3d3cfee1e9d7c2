"""From what the rooms know to what cards show."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from shared_apps.media.queries import PictureData, picture_data
from tenant_apps.catalog.queries import CategoryNode
from tenant_apps.discovery.queries import Card
from tenant_apps.partners.queries import PartnerSummary
from tenant_apps.reviews.queries import RatingView
from themes.domain.pictures import Picture
from themes.domain.tiles import CategoryTile, ProductTile, VendorTile

Counts = Mapping[str, int]
_TALL = (640, 800)


class Pictures:
    """The pictures of one page, asked for once."""

    def __init__(self, file_ids: Iterable[UUID | str | None]) -> None:
        wanted = {UUID(str(file_id)) for file_id in file_ids if file_id}
        self._found: Mapping[UUID, PictureData] = picture_data(wanted) if wanted else {}

    def of(self, file_id: UUID | str | None, alt: str = "") -> Picture | None:
        data = self._found.get(UUID(str(file_id))) if file_id else None
        return picture_from(data, alt) if data else None

    def of_image(self, image: Mapping[str, Any], alt: str = "") -> Picture | None:
        """A listing's picture; one only known by a foreign address is not shown."""
        return self.of(image.get("file_id"), image.get("alt") or alt)


def picture_from(data: PictureData, alt: str = "") -> Picture:
    """Rule: a stored picture as pages show it."""
    width, height = (data.width, data.height) if data.width else _TALL
    return Picture(data.src, alt, width, height, data.sources)


def product_tiles(cards: Sequence[Card], pictures: Pictures) -> tuple[ProductTile, ...]:
    """The cards as tiles; what has no price in this currency is not offered."""
    return tuple(_product_tile(card, pictures) for card in cards if card.price is not None)


def _product_tile(card: Card, pictures: Pictures) -> ProductTile:
    assert card.price is not None  # noqa: S101 - for the type checker
    return ProductTile(
        name=card.title,
        url=card.url,
        price=card.price,
        picture=pictures.of_image(card.image, card.title),
        seller=card.owner_name,
        was=card.compare_at,
        from_price=card.has_price_range,
        rating=card.rating,
        reviews=card.rating_count,
        tag=f"\N{MINUS SIGN}{card.saving_percent}%" if card.saving_percent else "",
        sold_out=not card.in_stock,
    )


def category_tiles(
    categories: Sequence[CategoryNode], pictures: Pictures, counts: Counts
) -> tuple[CategoryTile, ...]:
    return tuple(
        CategoryTile(
            name=category.name,
            url=category_url(category.path),
            picture=pictures.of(category.image_file_id),
            count=counts.get(category.path, 0),
        )
        for category in categories
    )


def vendor_tiles(
    vendors: Sequence[PartnerSummary],
    pictures: Pictures,
    counts: Counts,
    ratings: Mapping[str, RatingView],
) -> tuple[VendorTile, ...]:
    none = RatingView()
    return tuple(
        VendorTile(
            name=vendor.name,
            url=vendor_url(vendor.slug),
            tagline=vendor.tagline,
            picture=pictures.of(vendor.logo_file_id),
            rating=ratings.get(str(vendor.ref), none).average,
            products=counts.get(vendor.slug, 0),
        )
        for vendor in vendors
    )


def category_url(path: str) -> str:
    return f"/c/{path}/"


def vendor_url(slug: str) -> str:
    return f"/shops/{slug}/"
