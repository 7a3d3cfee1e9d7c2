"""Account pages of every surface, hand-over, and the sign-in API."""

from __future__ import annotations

from allauth.account.views import logout
from django.urls import URLPattern, URLResolver, include, path

from shared_apps.identity.views import account, api, manage

account_urls: list[URLPattern | URLResolver] = [
    path("account/", account.overview, name="account_overview"),
    path("account/", include("allauth.account.urls")),
    path("account/2fa/", include("allauth.mfa.urls")),
    path("sign-in/", account.sign_in, name="sign_in"),
    path("sign-out/", logout, name="sign_out"),
]
storefront_urls: list[URLPattern | URLResolver] = [
    path("account/role/", account.role, name="account_role"),
    *account_urls,
    path("handover/platform/", account.to_platform, name="handover_platform"),
    path("handover/<str:token>/", account.arrive, name="handover"),
]
site_urls: list[URLPattern | URLResolver] = [
    *account_urls,
    path("handover/<str:token>/", account.arrive, name="handover"),
]
console_urls: list[URLPattern | URLResolver] = account_urls
api_urls: list[URLPattern | URLResolver] = [
    path("api/v1/auth/token", api.TokenView.as_view(), name="api_token"),
    path("api/v1/auth/refresh", api.RefreshView.as_view(), name="api_token_refresh"),
    path("api/v1/auth/verify", api.VerifyView.as_view(), name="api_token_verify"),
    path("api/v1/auth/revoke", api.RevokeView.as_view(), name="api_token_revoke"),
    path("api/v1/me", api.MeView.as_view(), name="api_me"),
]
manage_urls: list[URLPattern | URLResolver] = [
    path("manage/people/", manage.people, name="manage_people"),
    path("manage/people/<str:public>/grant/", manage.grant, name="manage_people_grant"),
    path("manage/people/<str:public>/revoke/", manage.revoke, name="manage_people_revoke"),
]
