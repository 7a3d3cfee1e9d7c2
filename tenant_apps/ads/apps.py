from __future__ import annotations

from django.apps import AppConfig


class AdsConfig(AppConfig):
    name = "tenant_apps.ads"
    verbose_name = "Ads"
    default_auto_field = "django.db.models.BigAutoField"
