from __future__ import annotations

from django.apps import AppConfig


class StaysConfig(AppConfig):
    name = "tenant_apps.stays"
    verbose_name = "Stays"
    default_auto_field = "django.db.models.BigAutoField"
