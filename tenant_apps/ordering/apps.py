from __future__ import annotations

from django.apps import AppConfig


class OrderingConfig(AppConfig):
    name = "tenant_apps.ordering"
    verbose_name = "Ordering"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from tenant_apps.ordering import handlers  # noqa: F401
