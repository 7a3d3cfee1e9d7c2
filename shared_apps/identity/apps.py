from __future__ import annotations

from django.apps import AppConfig


class IdentityConfig(AppConfig):
    name = "shared_apps.identity"
    verbose_name = "Identity"
    default_auto_field = "django.db.models.BigAutoField"
