"""Addresses of imports and keys: API and pages of vendors and operators."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from tenant_apps.integrations.views import api, keys, manage, partner

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
    path("api/v1/keys", keys.KeysView.as_view(), name="api_keys"),
    path("api/v1/keys/<str:key_id>", keys.KeyView.as_view(), name="api_key"),
]
manage_urls: list[URLPattern | URLResolver] = [
    path("manage/keys/", manage.keys, name="manage_keys"),
    path("manage/keys/<str:key_id>/removal/", manage.revoke, name="manage_key_revoke"),
]
partner_urls: list[URLPattern | URLResolver] = [
    path("partner/imports/", partner.runs, name="partner_imports"),
    path("partner/imports/<str:public>/", partner.run, name="partner_import"),
    path("partner/imports/<str:public>/again/", partner.again, name="partner_import_again"),
    path("partner/imports/<str:public>/stop/", partner.cancel, name="partner_import_stop"),
]
