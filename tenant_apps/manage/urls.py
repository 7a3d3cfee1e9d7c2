"""Addresses of the operator's composed pages."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from tenant_apps.manage.views import manage

manage_urls: list[URLPattern | URLResolver] = [
    path("manage/", manage.dashboard, name="manage_home"),
    path("manage/search/", manage.search, name="manage_search"),
    path("manage/subscription/", manage.subscription, name="manage_subscription"),
]
