from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PlacesConfig(AppConfig):
    name = "tenant_apps.places"
    verbose_name = "Places"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from themes.domain.navigation import NavItem, register_nav_item

        url = "/account/addresses/"
        register_nav_item(NavItem("account", _("Addresses"), url, "map-pin", order=20))
