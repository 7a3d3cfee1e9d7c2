from __future__ import annotations

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    name = "shared_apps.ledger"
    verbose_name = "Ledger"
    default_auto_field = "django.db.models.BigAutoField"
