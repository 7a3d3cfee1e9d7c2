from __future__ import annotations

from django.apps import AppConfig


class PlacesConfig(AppConfig):
    name = "tenant_apps.places"
    verbose_name = "Places"
    default_auto_field = "django.db.models.BigAutoField"
