from __future__ import annotations

from django.apps import AppConfig


class SettlementConfig(AppConfig):
    name = "tenant_apps.settlement"
    verbose_name = "Settlement"
    default_auto_field = "django.db.models.BigAutoField"
