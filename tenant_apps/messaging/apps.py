from __future__ import annotations

from django.apps import AppConfig


class MessagingConfig(AppConfig):
    name = "tenant_apps.messaging"
    verbose_name = "Messaging"
    default_auto_field = "django.db.models.BigAutoField"
