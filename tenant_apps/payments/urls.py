"""Where gateways report and the operator enters keys."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from tenant_apps.payments.views import hooks, manage, top_ups

storefront_urls: list[URLPattern | URLResolver] = [
    path("hooks/<slug:kind>/<str:token>/", hooks.webhook, name="payment_webhook"),
    path("account/wallet/top-up/", top_ups.top_up, name="wallet_top_up"),
    path("account/wallet/return/", top_ups.come_back, name="wallet_top_up_return"),
]
manage_urls: list[URLPattern | URLResolver] = [
    path("manage/payments/", manage.gateway, name="manage_payments"),
]
api_urls: list[URLPattern | URLResolver] = [
    path("api/v1/wallet/top-ups", top_ups.TopUpsView.as_view(), name="api_wallet_top_ups"),
]
