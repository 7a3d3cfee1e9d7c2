"""Addresses of this room: API, pages of vendors, pages of the operator."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from tenant_apps.catalog.views import api, inventory, manage, partner, stock

_OWN = "api/v1/vendors/<str:partner_id>"
_VARIANT = "api/v1/inventory/variants/<str:variant_id>"
_PRODUCT = f"{_OWN}/products/<str:product_id>"

api_urls: list[URLPattern | URLResolver] = [
    path("api/v1/categories", api.CategoriesView.as_view(), name="api_categories"),
    path("api/v1/products/<str:product_id>", api.ProductView.as_view(), name="api_product"),
    path(f"{_OWN}/products", api.VendorProductsView.as_view(), name="api_vendor_products"),
    path(_PRODUCT, api.VendorProductView.as_view(), name="api_vendor_product"),
    path(f"{_PRODUCT}/<str:move>", api.ProductMoveView.as_view(), name="api_product_move"),
    path(f"{_OWN}/stock", api.VendorStockView.as_view(), name="api_vendor_stock"),
    path("api/v1/inventory/check", inventory.CheckView.as_view(), name="api_inventory_check"),
    path(
        "api/v1/inventory/products/<str:product_id>",
        inventory.ProductStockView.as_view(),
        name="api_inventory_product",
    ),
    path(
        "api/v1/inventory/shops/<str:partner_id>",
        api.VendorStockView.as_view(),
        name="api_inventory_shop",
    ),
    path(
        f"{_VARIANT}",
        inventory.VariantView.as_view(),
        name="api_inventory_variant",
    ),
    path(
        f"{_VARIANT}/movements",
        inventory.MovementsView.as_view(),
        name="api_inventory_movements",
    ),
    path(
        "api/v1/inventory/reservations",
        inventory.ReservationsView.as_view(),
        name="api_inventory_reservations",
    ),
    path(
        "api/v1/inventory/reservations/<str:hold_id>",
        inventory.ReservationView.as_view(),
        name="api_inventory_reservation",
    ),
    path(
        f"{_OWN}/variants/<str:variant_id>/stock",
        api.VariantStockView.as_view(),
        name="api_variant_stock",
    ),
]
_PAGE = "partner/products/<str:public>/"

partner_urls: list[URLPattern | URLResolver] = [
    path("partner/search/", partner.search, name="partner_search"),
    path("partner/products/", partner.products, name="partner_products"),
    path("partner/products/new/", partner.product_new, name="partner_product_new"),
    path(_PAGE, partner.product, name="partner_product"),
    path(f"{_PAGE}options/", partner.product_options, name="partner_product_options"),
    path(f"{_PAGE}variants/", partner.product_variants, name="partner_product_variants"),
    path(f"{_PAGE}uploads/", partner.product_uploads, name="partner_product_uploads"),
    path(f"{_PAGE}pictures/", partner.product_pictures, name="partner_product_pictures"),
    path(f"{_PAGE}move/", partner.product_move, name="partner_product_move"),
    path("partner/stock/", stock.stock, name="partner_stock"),
    path("partner/stock/<str:public>/", stock.variant, name="partner_stock_variant"),
    path("partner/stock/<str:public>/count/", stock.count, name="partner_stock_count"),
    path("partner/stock/<str:public>/movements/", stock.move, name="partner_stock_move"),
    path("partner/stock/<str:public>/settings/", stock.settings, name="partner_stock_settings"),
    path(
        "partner/stock/<str:public>/holds/<str:reservation>/release/",
        stock.release,
        name="partner_stock_release",
    ),
]
manage_urls: list[URLPattern | URLResolver] = [
    path("manage/approvals/", manage.approvals, name="manage_approvals"),
    path("manage/approvals/<str:public>/", manage.approval, name="manage_approval"),
    path("manage/approvals/<str:public>/approve/", manage.approve, name="manage_approve"),
    path("manage/approvals/<str:public>/reject/", manage.reject, name="manage_reject"),
    path("manage/categories/", manage.categories, name="manage_categories"),
    path("manage/categories/<str:public>/", manage.category, name="manage_category"),
    path(
        "manage/categories/<str:public>/removal/",
        manage.category_removal,
        name="manage_category_removal",
    ),
]
