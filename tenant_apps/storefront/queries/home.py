"""The first page: the operator's sections with goods on their shelves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from shared_apps.kernel.memory import remembered
from tenant_apps.catalog.queries import CategoryNode, category_tree
from tenant_apps.discovery.queries import Card, SearchPage, SearchQuery, cards, search
from tenant_apps.partners.queries import PartnerSummary, vendors_page
from tenant_apps.reviews.queries import ratings_of
from tenant_apps.storefront.queries.tiles import (
    Counts,
    Pictures,
    category_tiles,
    product_tiles,
    vendor_tiles,
)
from themes.domain.sections import SectionView, SupplyNeed, Tile, section_views, supplies_needed
from themes.queries import Design

_SORTS = {"popular": "popular", "rated": "rating"}


@dataclass(frozen=True, slots=True)
class Shelves:
    """What the shops have for a home page."""

    products: Mapping[str, Sequence[Card]]
    categories: Sequence[CategoryNode]
    vendors: Sequence[PartnerSummary]
    in_category: Counts
    of_vendor: Counts


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class HomePage:
    sections: Sequence[SectionView]


def home_page(design: Design, *, fresh: bool = True) -> HomePage:
    """The sections of the home page. At most six queries; a new design shows at once."""
    key = ("home", design.chain, repr(design.sections))
    return remembered(key, lambda: _home_page(design), fresh=fresh)


def _home_page(design: Design) -> HomePage:
    supply = _supply(supplies_needed(design))
    return HomePage(section_views(design, supply))


def _supply(needs: Sequence[SupplyNeed]) -> Mapping[str, Sequence[Tile]]:
    shelves = _shelves(needs)
    pictures = Pictures(_file_ids(shelves))
    return {need.key: _tiles(need, shelves, pictures) for need in needs}


def _shelves(needs: Sequence[SupplyNeed]) -> Shelves:
    wanted = {need.goods: need.limit for need in needs}
    counted = search(SearchQuery(limit=1)) if wanted.keys() - {"products"} else None
    vendors = vendors_page(limit=wanted["vendors"]).items if "vendors" in wanted else []
    roots = category_tree()[: wanted["categories"]] if "categories" in wanted else ()
    return Shelves(
        products={need.key: _cards(need) for need in needs if need.goods == "products"},
        categories=roots,
        vendors=vendors,
        in_category=counts_of(counted, "category"),
        of_vendor=counts_of(counted, "vendor"),
    )


def _cards(need: SupplyNeed) -> Sequence[Card]:
    sort = _SORTS.get(need.source, "newest")
    return cards(sort=sort, reduced=need.source == "sale", limit=need.limit).cards


def _file_ids(shelves: Shelves) -> Iterable[UUID | str | None]:
    for found in shelves.products.values():
        yield from (card.image.get("file_id") for card in found)
    yield from (category.image_file_id for category in shelves.categories)
    yield from (vendor.logo_file_id for vendor in shelves.vendors)


def _tiles(need: SupplyNeed, shelves: Shelves, pictures: Pictures) -> Sequence[Tile]:
    if need.goods == "categories":
        filled = [each for each in shelves.categories if shelves.in_category.get(each.path)]
        return category_tiles(filled[: need.limit], pictures, shelves.in_category)
    if need.goods == "vendors":
        shops = shelves.vendors[: need.limit]
        ratings = ratings_of(vendor.ref for vendor in shops)
        return vendor_tiles(shops, pictures, shelves.of_vendor, ratings)
    return product_tiles(shelves.products[need.key], pictures)


def counts_of(page: SearchPage | None, group: str) -> Counts:
    """How many listings each value of a facet holds (rule)."""
    groups = page.facets if page else ()
    return {
        value.value: value.count for each in groups if each.code == group for value in each.values
    }
