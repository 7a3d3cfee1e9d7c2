"""A tenant's host: storefront, partner and manage pages, and the API."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver

from themes import urls as themes

urlpatterns: list[URLPattern | URLResolver] = [*themes.storefront_urls]
