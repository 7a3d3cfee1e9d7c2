from __future__ import annotations

from django.apps import AppConfig


class CommunityConfig(AppConfig):
    name = "tenant_apps.community"
    verbose_name = "Community"
    default_auto_field = "django.db.models.BigAutoField"
