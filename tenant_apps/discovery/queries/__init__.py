"""Lists, search and suggestions as frozen dataclasses."""

from __future__ import annotations

from tenant_apps.discovery.queries.cards import (
    Card,
    CardPage,
    cards,
    cards_by_ref,
    related,
    resolve,
)
from tenant_apps.discovery.queries.pages import (
    CategoryPage,
    VendorPage,
    category_page,
    vendor_page,
)
from tenant_apps.discovery.queries.search import (
    FacetGroup,
    FacetValue,
    SearchPage,
    SearchQuery,
    search,
)
from tenant_apps.discovery.queries.suggestions import Suggestions, suggest

__all__ = [
    "Card",
    "CardPage",
    "CategoryPage",
    "FacetGroup",
    "FacetValue",
    "SearchPage",
    "SearchQuery",
    "Suggestions",
    "VendorPage",
    "cards",
    "cards_by_ref",
    "category_page",
    "related",
    "resolve",
    "search",
    "suggest",
    "vendor_page",
]
