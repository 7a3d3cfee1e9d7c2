from __future__ import annotations

from django.apps import AppConfig


class PromotionsConfig(AppConfig):
    name = "tenant_apps.promotions"
    verbose_name = "Promotions"
    default_auto_field = "django.db.models.BigAutoField"
