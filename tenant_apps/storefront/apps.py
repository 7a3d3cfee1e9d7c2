from __future__ import annotations

from django.apps import AppConfig


class StorefrontConfig(AppConfig):
    name = "tenant_apps.storefront"
    verbose_name = "Storefront"
    default_auto_field = "django.db.models.BigAutoField"
