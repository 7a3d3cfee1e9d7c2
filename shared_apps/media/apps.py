from __future__ import annotations

from django.apps import AppConfig


class MediaConfig(AppConfig):
    name = "shared_apps.media"
    verbose_name = "Media"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from shared_apps.media import handlers  # noqa: F401
