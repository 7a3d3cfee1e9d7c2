from __future__ import annotations

from django.apps import AppConfig


class PartnersConfig(AppConfig):
    name = "tenant_apps.partners"
    verbose_name = "Partners"
    default_auto_field = "django.db.models.BigAutoField"
