from __future__ import annotations

from django.apps import AppConfig


class MailerConfig(AppConfig):
    name = "shared_apps.mailer"
    verbose_name = "Mailer"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from shared_apps.mailer import handlers  # noqa: F401
