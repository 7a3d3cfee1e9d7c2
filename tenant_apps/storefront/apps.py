from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class StorefrontConfig(AppConfig):
    name = "tenant_apps.storefront"
    verbose_name = "Storefront"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from themes.domain.navigation import NavItem, register_nav_item

        register_nav_item(NavItem("partner", _("Home"), "/partner/", "home", order=0))
        register_nav_item(
            NavItem(
                "partner", _("Analytics"), "/partner/analytics/", "chart-line", "money", order=10
            )
        )
