from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PartnersConfig(AppConfig):
    name = "tenant_apps.partners"
    verbose_name = "Partners"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from tenant_apps.partners import panels, queries  # noqa: F401
        from themes.domain.navigation import NavItem, register_nav_item

        items = [
            NavItem("partner", _("Team"), "/partner/team/", "users", "people"),
            NavItem("partner", _("Shop profile"), "/partner/settings/", "store", "settings"),
            NavItem(
                "manage",
                _("Partners"),
                "/manage/partners/",
                "briefcase",
                "people",
                order=10,
                count=lambda _request: queries.waiting_count(),
            ),
        ]
        for item in items:
            register_nav_item(item)
