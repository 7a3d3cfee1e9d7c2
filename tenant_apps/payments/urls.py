"""Where gateways report and the operator enters keys."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from tenant_apps.payments.views import hooks, manage

storefront_urls: list[URLPattern | URLResolver] = [
    path("hooks/<slug:kind>/<str:token>/", hooks.webhook, name="payment_webhook"),
]
manage_urls: list[URLPattern | URLResolver] = [
    path("manage/payments/", manage.gateway, name="manage_payments"),
]
