from __future__ import annotations

from django.apps import AppConfig


class SupportConfig(AppConfig):
    name = "tenant_apps.support"
    verbose_name = "Support"
    default_auto_field = "django.db.models.BigAutoField"
