"""Addresses of this room: API, pages of vendors, pages of the operator."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from tenant_apps.partners.views import api, manage, partner

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
partner_urls: list[URLPattern | URLResolver] = [
    path("partner/apply/", partner.apply, name="partner_apply"),
    path("partner/apply/again/", partner.reapply, name="partner_reapply"),
    path("partner/settings/", partner.settings, name="partner_settings"),
    path("partner/team/", partner.team, name="partner_team"),
    path("partner/team/<str:public>/role/", partner.member_role, name="partner_member_role"),
    path("partner/team/<str:public>/removal/", partner.member_removal, name="partner_removal"),
]
manage_urls: list[URLPattern | URLResolver] = [
    path("manage/partners/", manage.partners, name="manage_partners"),
    path("manage/partners/<str:public>/", manage.partner, name="manage_partner"),
    path("manage/partners/<str:public>/decision/", manage.decide, name="manage_decide"),
]
