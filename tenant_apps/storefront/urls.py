"""Addresses of the customers' pages, and of the partner centre's first one."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from tenant_apps.storefront.views import partner, storefront

storefront_urls: list[URLPattern | URLResolver] = [
    path("", storefront.home, name="home"),
    path("categories/", storefront.categories, name="categories"),
    path("c/<path:path>/", storefront.category, name="category"),
    path("search/", storefront.search, name="search"),
    path("search/suggest/", storefront.suggest, name="suggest"),
    path("p/<slug:slug>/", storefront.product, name="product"),
    path("shops/", storefront.shops, name="shops"),
    path("shops/<slug:slug>/", storefront.shop, name="shop"),
]
partner_urls: list[URLPattern | URLResolver] = [
    path("partner/", partner.dashboard, name="partner_home"),
    path("partner/analytics/", partner.analytics, name="partner_analytics"),
]
