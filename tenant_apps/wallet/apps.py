from __future__ import annotations

from django.apps import AppConfig


class WalletConfig(AppConfig):
    name = "tenant_apps.wallet"
    verbose_name = "Wallet"
    default_auto_field = "django.db.models.BigAutoField"
