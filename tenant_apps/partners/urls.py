"""Addresses of the partners' API."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from tenant_apps.partners.views import api

api_urls: list[URLPattern | URLResolver] = [
    path("api/v1/vendors", api.VendorsView.as_view(), name="api_vendors"),
    path("api/v1/vendors/<str:partner_id>", api.VendorView.as_view(), name="api_vendor"),
    path("api/v1/partners", api.PartnersView.as_view(), name="api_partners"),
    path("api/v1/partners/<str:partner_id>", api.PartnerView.as_view(), name="api_partner"),
    path("api/v1/partners/<str:partner_id>/team", api.TeamView.as_view(), name="api_team"),
    path(
        "api/v1/partners/<str:partner_id>/<str:decision>",
        api.DecisionView.as_view(),
        name="api_partner_decision",
    ),
]
