from __future__ import annotations

from django.apps import AppConfig


class ManageConfig(AppConfig):
    name = "tenant_apps.manage"
    verbose_name = "Manage"
    default_auto_field = "django.db.models.BigAutoField"
