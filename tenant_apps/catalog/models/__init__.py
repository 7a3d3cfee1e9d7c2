"""Categories and attributes, products and variants, stock."""

from __future__ import annotations

from tenant_apps.catalog.models.categories import Attribute, Category
from tenant_apps.catalog.models.products import (
    PriceChange,
    Product,
    ProductImage,
    ProductMove,
    ProductOption,
    Variant,
    VariantPrice,
)
from tenant_apps.catalog.models.stock import StockItem, StockMovement, StockReservation

__all__ = [
    "Attribute",
    "Category",
    "PriceChange",
    "Product",
    "ProductImage",
    "ProductMove",
    "ProductOption",
    "StockItem",
    "StockMovement",
    "StockReservation",
    "Variant",
    "VariantPrice",
]
