"""Addresses of the import API."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from tenant_apps.integrations.views import api

api_urls: list[URLPattern | URLResolver] = [
    path(
        "api/v1/vendors/<str:partner_id>/imports",
        api.VendorImportsView.as_view(),
        name="api_vendor_imports",
    ),
    path("api/v1/imports/<str:run_id>", api.ImportView.as_view(), name="api_import"),
    path(
        "api/v1/imports/<str:run_id>/issues",
        api.ImportIssuesView.as_view(),
        name="api_import_issues",
    ),
]
