"""Reads of the catalogue as frozen dataclasses."""

from __future__ import annotations

from tenant_apps.catalog.queries.categories import (
    CategoryNode,
    Crumb,
    categories_flat,
    category_at,
    category_tree,
)
from tenant_apps.catalog.queries.offers import Offer, lowest_prior_price, offers
from tenant_apps.catalog.queries.products import (
    AttributeValue,
    OptionAxis,
    Picture,
    ProductDetail,
    ProductUnknown,
    VariantDetail,
    VendorFace,
    product_at,
    product_with,
    products_of_vendor_ids,
    published_below,
    published_ids,
    stock_of,
)
from tenant_apps.catalog.queries.workbench import (
    HistoryEntry,
    ProductRow,
    StockRow,
    count_by_state,
    draft_of,
    history_of,
    moderation_queue,
    stock_page,
    vendor_products,
)

__all__ = [
    "AttributeValue",
    "CategoryNode",
    "Crumb",
    "HistoryEntry",
    "Offer",
    "OptionAxis",
    "Picture",
    "ProductDetail",
    "ProductRow",
    "ProductUnknown",
    "StockRow",
    "VariantDetail",
    "VendorFace",
    "categories_flat",
    "category_at",
    "category_tree",
    "count_by_state",
    "draft_of",
    "history_of",
    "lowest_prior_price",
    "moderation_queue",
    "offers",
    "product_at",
    "product_with",
    "products_of_vendor_ids",
    "published_below",
    "published_ids",
    "stock_of",
    "stock_page",
    "vendor_products",
]
