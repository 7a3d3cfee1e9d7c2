from __future__ import annotations

from django.apps import AppConfig


class AnalyticsConfig(AppConfig):
    name = "tenant_apps.analytics"
    verbose_name = "Analytics"
    default_auto_field = "django.db.models.BigAutoField"
