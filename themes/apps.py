from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ThemesConfig(AppConfig):
    name = "themes"
    verbose_name = "Themes"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from themes.domain.navigation import NavItem, register_nav_item

        item = NavItem("manage", _("Brand"), "/manage/brand/", "palette", "design", order=10)
        register_nav_item(item)
