"""The wallet page and its API."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from tenant_apps.wallet.views import api, storefront

storefront_urls: list[URLPattern | URLResolver] = [
    path("account/wallet/", storefront.wallet, name="wallet"),
    path("account/wallet/statement.csv", storefront.export, name="wallet_export"),
]
api_urls: list[URLPattern | URLResolver] = [
    path("api/v1/wallet", api.WalletView.as_view(), name="api_wallet"),
    path("api/v1/wallet/statement", api.StatementView.as_view(), name="api_wallet_statement"),
]
