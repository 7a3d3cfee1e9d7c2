"""Addresses of the search API."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from tenant_apps.discovery.views import api

api_urls: list[URLPattern | URLResolver] = [
    path("api/v1/products", api.ProductsView.as_view(), name="api_products"),
    path("api/v1/search/suggestions", api.SuggestionsView.as_view(), name="api_search_suggestions"),
]
