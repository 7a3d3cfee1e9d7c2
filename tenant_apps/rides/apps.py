from __future__ import annotations

from django.apps import AppConfig


class RidesConfig(AppConfig):
    name = "tenant_apps.rides"
    verbose_name = "Rides"
    default_auto_field = "django.db.models.BigAutoField"
