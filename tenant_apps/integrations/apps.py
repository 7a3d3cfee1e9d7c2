from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class IntegrationsConfig(AppConfig):
    name = "tenant_apps.integrations"
    verbose_name = "Integrations"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from tenant_apps.integrations import handlers  # noqa: F401 - subscribes
        from themes.domain.navigation import NavItem, register_nav_item

        url = "/partner/imports/"
        register_nav_item(NavItem("partner", _("Import"), url, "upload", "sell", order=30))
        url = "/manage/keys/"
        register_nav_item(NavItem("manage", _("API keys"), url, "key", "settings", order=80))
