"""What whole pages need, asked at once."""

from __future__ import annotations

from dataclasses import dataclass, replace

from tenant_apps.catalog.queries import CategoryNode, category_at
from tenant_apps.discovery.queries.cards import CardPage, cards
from tenant_apps.discovery.queries.search import SearchPage, SearchQuery, search
from tenant_apps.partners.queries import PartnerNotFound, PartnerSummary, partner_at


@dataclass(frozen=True, slots=True)
class CategoryPage:
    """`category.children` are the categories directly below, `found` the filtered list."""

    category: CategoryNode
    found: SearchPage


@dataclass(frozen=True, slots=True)
class VendorPage:
    vendor: PartnerSummary
    page: CardPage


def category_page(path: str, query: SearchQuery | None = None) -> CategoryPage:
    """A category with the list below it, filtered. Three queries; raises CategoryUnknown."""
    category = category_at(path)
    query = query or SearchQuery()
    facets = {group: values for group, values in query.facets.items() if group != "category"}
    return CategoryPage(category, search(replace(query, facets=facets, category=category.path)))


def vendor_page(
    slug: str, *, sort: str = "newest", cursor: str = "", limit: int = 24
) -> VendorPage:
    """An approved vendor with what it sells. Two queries; raises PartnerNotFound."""
    vendor = partner_at(slug, kind="vendor")
    if not vendor.is_active:
        raise PartnerNotFound
    return VendorPage(vendor, cards(owner_slug=slug, sort=sort, cursor=cursor, limit=limit))
