from __future__ import annotations

from django.apps import AppConfig


class BundlesConfig(AppConfig):
    name = "tenant_apps.bundles"
    verbose_name = "Bundles"
    default_auto_field = "django.db.models.BigAutoField"
