"""Wallets: for their owners, the operator and programs."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from tenant_apps.wallet.views import api, manage, storefront

storefront_urls: list[URLPattern | URLResolver] = [
    path("account/wallet/", storefront.wallet, name="wallet"),
    path("account/wallet/statement.csv", storefront.export, name="wallet_export"),
]
manage_urls: list[URLPattern | URLResolver] = [
    path("manage/wallets/", manage.wallets, name="manage_wallets"),
    path("manage/wallets/<str:public>/", manage.wallet, name="manage_wallet"),
]
api_urls: list[URLPattern | URLResolver] = [
    path("api/v1/wallet", api.WalletView.as_view(), name="api_wallet"),
    path("api/v1/wallet/statement", api.StatementView.as_view(), name="api_wallet_statement"),
]
