"""Addresses of the catalogue's API."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from tenant_apps.catalog.views import api

_OWN = "api/v1/vendors/<str:partner_id>"
_PRODUCT = f"{_OWN}/products/<str:product_id>"

api_urls: list[URLPattern | URLResolver] = [
    path("api/v1/categories", api.CategoriesView.as_view(), name="api_categories"),
    path("api/v1/products/<str:product_id>", api.ProductView.as_view(), name="api_product"),
    path(f"{_OWN}/products", api.VendorProductsView.as_view(), name="api_vendor_products"),
    path(_PRODUCT, api.VendorProductView.as_view(), name="api_vendor_product"),
    path(f"{_PRODUCT}/<str:move>", api.ProductMoveView.as_view(), name="api_product_move"),
    path(f"{_OWN}/stock", api.VendorStockView.as_view(), name="api_vendor_stock"),
    path(
        f"{_OWN}/variants/<str:variant_id>/stock",
        api.VariantStockView.as_view(),
        name="api_variant_stock",
    ),
]
